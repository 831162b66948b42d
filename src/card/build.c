/* A card fit -> a scorecard: integer points, bands of equal points merged, counts behind each band.
 *
 * The interval of a band's points comes from the Laplace posterior of the ridge fit: with V the inverse of
 * the penalised information and c the contrast of the band with its attribute's average row, the weight's
 * standard error is sqrt(c' V c) (Wahba 1983; Nychka 1988: such intervals cover at their nominal rate on
 * average over the bands). It is no test: no p-value is read off it. */
#include "card/build.h"

#include <gsl/gsl_linalg.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "card/points.h"

enum { SCORE_MAXIMUM = LF_SCORE_MAXIMUM };

/* The working state of one build; coefficients without the intercept are numbered from 0. */
typedef struct builder {
  const lf_history *history;
  const lf_card_fit *fit;
  size_t n;              /* weights */
  double *curvature;     /* n x n, intercept projected out */
  double *covariance;    /* (n + 1) x (n + 1): inverse of the penalised information */
  size_t *first, *count; /* runs of the terms */
  lf_points_answer answer;
  double scale; /* points per unit of log-odds, over the whole card */
  lf_card_build *out;
} builder;

static lf_status penalised_information(builder *b, double **out, lf_error *err) {
  size_t m = b->n + 1;
  double *h = NULL;
  lf_status status = lf_alloc(m * m, sizeof *h, &h, err);
  if (status != LF_OK) return status;
  memcpy(h, b->fit->weights->information, m * m * sizeof *h);
  for (size_t j = 1; j < m; j++) h[j * m + j] += b->fit->ridge;
  *out = h;
  return LF_OK;
}

static lf_status prepare(builder *b, lf_error *err) {
  size_t m = b->n + 1;
  double *h = NULL;
  lf_status status = penalised_information(b, &h, err);
  if (status != LF_OK) return status;
  LF_TRY(lf_alloc(b->n * b->n, sizeof *b->curvature, &b->curvature, err));
  for (size_t i = 0; i < b->n; i++)
    for (size_t j = 0; j < b->n; j++)
      b->curvature[i * b->n + j] = h[(i + 1) * m + j + 1] - h[(i + 1) * m] * h[j + 1] / h[0];
  gsl_matrix_view v = gsl_matrix_view_array(h, m, m);
  if (gsl_linalg_cholesky_decomp1(&v.matrix) != 0 || gsl_linalg_cholesky_invert(&v.matrix) != 0)
    LF_TRY(lf_fail(err, LF_E_DATA,
                   "the weights have no curvature: too few wins or losses for the attributes in use"));
  b->covariance = h;
  h = NULL;
  const lf_banded *banded = b->fit->banded;
  LF_TRY(lf_alloc(banded->n_terms, sizeof *b->first, &b->first, err));
  LF_TRY(lf_alloc(banded->n_terms, sizeof *b->count, &b->count, err));
  for (size_t t = 0; t < banded->n_terms; t++) {
    b->first[t] = (size_t)banded->terms[t].first - 1;
    b->count[t] = banded->terms[t].n_coef;
  }
cleanup:
  free(h);
  return status;
}

/* Points per unit of log-odds, over the whole card. */
static double points_scale(const builder *b) {
  double u = 0, v = 0;
  for (size_t i = 0; i < b->n; i++)
    for (size_t j = 0; j < b->n; j++) {
      double a = b->curvature[i * b->n + j];
      u += b->answer.points[i] * a * b->fit->weights->b[j + 1];
      v += b->answer.points[i] * a * b->answer.points[j];
    }
  return u > 0 ? v / u : 0;
}

static lf_status choose_points(builder *b, lf_error *err) {
  lf_points_problem problem = {.n = b->n,
                               .weight = b->fit->weights->b + 1,
                               .curvature = b->curvature,
                               .n_attributes = b->fit->banded->n_terms,
                               .first = b->first,
                               .count = b->count,
                               .maximum = SCORE_MAXIMUM,
                               .rules = b->fit->rules,
                               .target = b->fit->rules ? b->fit->target + 1 : NULL};
  lf_status status = lf_points_choose(&problem, &b->answer, err);
  b->out->rounding_plain = b->answer.loss_plain;
  b->out->rounding = b->answer.loss;
  if (status == LF_OK) b->scale = points_scale(b);
  return status;
}

/* ---- one attribute
 * ------------------------------------------------------------------------------------------ */

/* What is known of a band before equal neighbours are merged. */
typedef struct band_facts {
  double weight, rows, won, amount;
  int points;
  bool said;    /* by the team */
  int32_t coef; /* -1: nobody was in it */
} band_facts;

static void count_bands(const lf_history *history, const lf_atom_set *set, const lf_grouping *grouping,
                        band_facts *facts) {
  for (size_t i = 0; i < history->n_train; i++) {
    band_facts *f = &facts[grouping->band[set->code[i]]];
    double w = lf_history_weight(history, i);
    f->rows += w;
    if (!history->won[i]) continue;
    double amount = lf_history_amount(history, i);
    f->won += w;
    f->amount += amount > 0 ? w * amount : 0;
  }
}

/* Points of the average row. */
static int average_points(const band_facts *facts, size_t n) {
  double rows = 0, points = 0;
  for (size_t k = 0; k < n; k++) {
    rows += facts[k].rows;
    points += facts[k].rows * facts[k].points;
  }
  return rows > 0 ? (int)floor(points / rows + 0.5) : 0;
}

/* Points of the average level: what one more level that nobody has seen may be expected to have, whichever it
 * is (levels as draws of one distribution; Robinson 1991). Of numbers, the average row's. */
static int level_points(const lf_atom_set *set, const lf_grouping *grouping, const band_facts *facts,
                        int otherwise) {
  double levels = 0, points = 0;
  for (size_t a = 0; a < set->n && set->kind != LF_KIND_NUMBER; a++) {
    if (facts[grouping->band[a]].coef < 0) continue;
    levels++;
    points += facts[grouping->band[a]].points;
  }
  return levels > 0 ? (int)floor(points / levels + 0.5) : otherwise;
}

static void gather_facts(const builder *b, size_t t, const lf_grouping *grouping, band_facts *facts) {
  const lf_term *term = &b->fit->banded->terms[t];
  const lf_atom_set *set = &b->fit->atoms->items[b->fit->banded->set[t]];
  size_t n = grouping->n_bands + 2;
  for (size_t k = 0; k < n; k++) facts[k] = (band_facts){.coef = -1};
  for (size_t a = 0; a < set->n + 2; a++) {
    band_facts *f = &facts[grouping->band[a]];
    f->coef = term->coef[a];
    if (f->coef < 0) continue;
    f->weight = b->fit->weights->b[f->coef];
    f->points = b->answer.points[f->coef - 1];
  }
  for (size_t a = 0; set->rules.pin && a < set->n + 2; a++) {
    band_facts *f = &facts[grouping->band[a]];
    if (set->rules.pin[a] == LF_NO_PIN) continue;
    f->points = set->rules.pin[a];
    f->said = true;
  }
  count_bands(b->history, set, grouping, facts);
  int average = average_points(facts, n), level = level_points(set, grouping, facts, average);
  for (size_t k = 0; k < n; k++)
    if (facts[k].coef < 0 && !facts[k].said) facts[k].points = k == n - 1 ? level : average;
}

/* Merges bands of equal points: neighbours for a number or ranges, any for a category. to[k] is the merged
 * band of band k. */
static size_t merge_equal(const lf_atom_set *set, const band_facts *facts, size_t n_bands, uint16_t *to) {
  size_t merged = 0;
  for (size_t k = 0; k < n_bands; k++) {
    size_t at = SIZE_MAX;
    if (!set->given && set->ordered && k && facts[k].points == facts[k - 1].points &&
        facts[k].said == facts[k - 1].said)
      at = to[k - 1];
    if (!set->given && !set->ordered)
      for (size_t j = 0; j < k && at == SIZE_MAX; j++)
        if (facts[j].points == facts[k].points && facts[j].said == facts[k].said) at = to[j];
    to[k] = (uint16_t)(at == SIZE_MAX ? merged++ : at);
  }
  to[n_bands] = (uint16_t)merged;
  to[n_bands + 1] = (uint16_t)(merged + 1);
  return merged;
}

/* Standard error of each merged band's weight against its attribute's average row. contrast: n_coef scratch.
 */
static double contrast_error(const builder *b, size_t t, const band_facts *facts, const uint16_t *to,
                             size_t n, size_t band, double *contrast) {
  size_t m = b->n + 1, first = b->first[t] + 1, count = b->count[t];
  double total = 0, inside = 0, variance = 0;
  for (size_t k = 0; k < n; k++) {
    if (facts[k].coef < 0) continue;
    total += facts[k].rows;
    inside += to[k] == band ? facts[k].rows : 0;
  }
  if (!(inside > 0)) return NAN;
  memset(contrast, 0, count * sizeof *contrast);
  for (size_t k = 0; k < n; k++)
    if (facts[k].coef >= 0)
      contrast[(size_t)facts[k].coef - first] =
          (to[k] == band ? facts[k].rows / inside : 0) - facts[k].rows / total;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++)
      variance += contrast[i] * contrast[j] * b->covariance[(first + i) * m + first + j];
  return sqrt(fmax(0, variance));
}

/* Whether the points of a merged band were said: nothing is uncertain about them. */
static bool is_said(const band_facts *facts, size_t n, const uint16_t *to, size_t band) {
  for (size_t k = 0; k < n; k++)
    if (to[k] == band && facts[k].said) return true;
  return false;
}

/* Fills the card's bands from the merged facts. */
static void fill_bands(const builder *b, size_t t, const band_facts *facts, size_t n, const uint16_t *to,
                       size_t merged, double *contrast, lf_card_band *bands) {
  double rows = 0, mean = 0;
  for (size_t k = 0; k < n; k++) {
    lf_card_band *band = &bands[to[k]];
    band->points = facts[k].points;
    band->weight += facts[k].weight * facts[k].rows;
    band->rows += facts[k].rows;
    band->won += facts[k].won;
    band->amount += facts[k].amount;
    rows += facts[k].rows;
    mean += facts[k].weight * facts[k].rows;
  }
  mean = rows > 0 ? mean / rows : 0;
  for (size_t k = 0; k < merged + 2; k++) {
    lf_card_band *band = &bands[k];
    band->weight = band->rows > 0 ? band->weight / band->rows - mean : 0;
    double error = contrast_error(b, t, facts, to, n, k, contrast);
    int reach = isnan(error) || is_said(facts, n, to, k) ? 0 : (int)ceil(1.959964 * error * b->scale);
    band->points_low = band->points - reach;
    band->points_high = band->points + reach;
    if (b->history->amount == SIZE_MAX) band->amount = NAN;
  }
}

static lf_status build_attribute(const builder *b, size_t t, lf_scorecard *card, lf_error *err) {
  size_t s = b->fit->banded->set[t];
  const lf_atom_set *set = &b->fit->atoms->items[s];
  const lf_grouping *grouping = &b->fit->groupings[s];
  size_t n = grouping->n_bands + 2;
  band_facts *facts = NULL;
  uint16_t *to = NULL;
  double *contrast = NULL;
  lf_grouping merged = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *facts, &facts, err));
  LF_TRY(lf_alloc(n, sizeof *to, &to, err));
  LF_TRY(lf_alloc(b->count[t] + 1, sizeof *contrast, &contrast, err));
  gather_facts(b, t, grouping, facts);
  LF_TRY(lf_grouping_new(set, &merged, err));
  merged.n_bands = merge_equal(set, facts, grouping->n_bands, to);
  for (size_t a = 0; a < set->n + 2; a++) merged.band[a] = to[grouping->band[a]];
  LF_TRY(lf_alloc(merged.n_bands + 2, sizeof *card->bands[t], &card->bands[t], err));
  fill_bands(b, t, facts, n, to, merged.n_bands, contrast, card->bands[t]);
  LF_TRY(lf_grouping_attribute(b->history, set, &merged, &card->attributes->items[t], err));
cleanup:
  lf_grouping_clear(&merged);
  free(contrast);
  free(to);
  free(facts);
  return status;
}

/* ---- the card
 * ------------------------------------------------------------------------------------------------- */

static lf_status copy_label(const char *text, char **out, lf_error *err) {
  return text ? lf_copy_text(text, strlen(text), out, err) : LF_OK;
}

static lf_status name_card(const lf_history *history, lf_scorecard *card, lf_error *err) {
  const lf_column *columns = history->table->columns;
  lf_status status = copy_label(columns[history->outcome].name, &card->outcome_column, err);
  if (status == LF_OK) status = copy_label(history->won_label, &card->won_label, err);
  if (status == LF_OK) status = copy_label(history->lost_label, &card->lost_label, err);
  if (status == LF_OK && history->amount != SIZE_MAX)
    status = copy_label(columns[history->amount].name, &card->amount_column, err);
  return status;
}

/* Mean amount of won training rows with a known amount. */
static double mean_amount(const lf_history *history) {
  double rows = 0, sum = 0;
  for (size_t i = 0; i < history->n_train; i++) {
    double amount = lf_history_amount(history, i), w = lf_history_weight(history, i);
    if (!history->won[i] || !(amount > 0)) continue;
    rows += w;
    sum += w * amount;
  }
  return rows > 0 ? sum / rows : NAN;
}

/* Attributes in parallel, each by one thread. */
typedef struct build_work {
  const builder *builder;
  lf_scorecard *card;
  lf_status *status;
  lf_error *errors;
} build_work;

static void build_task(void *context, size_t t) {
  build_work *w = context;
  w->status[t] = build_attribute(w->builder, t, w->card, &w->errors[t]);
}

static lf_status build_attributes(builder *b, const lf_run *run, lf_scorecard *card, lf_error *err) {
  size_t n = b->fit->banded->n_terms;
  build_work w = {.builder = b, .card = card};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *card->attributes, &card->attributes, err));
  LF_TRY(lf_alloc(n, sizeof *card->attributes->items, &card->attributes->items, err));
  LF_TRY(lf_alloc(n, sizeof *card->bands, &card->bands, err));
  LF_TRY(lf_alloc(n, sizeof *w.status, &w.status, err));
  LF_TRY(lf_alloc(n, sizeof *w.errors, &w.errors, err));
  card->attributes->n = n;
  lf_parallel_for(run, n, build_task, &w);
  for (size_t t = 0; t < n; t++) {
    if (w.status[t] == LF_OK) continue;
    if (err) *err = w.errors[t];
    LF_TRY(w.status[t]);
  }
cleanup:
  free(w.status);
  free(w.errors);
  return status;
}

/* Scores of every row of the history by the card's own arithmetic. */
static lf_status score_history(const lf_scorecard *card, const lf_history *history, const lf_run *run,
                               int32_t **score, lf_error *err) {
  lf_codes *codes = NULL;
  int32_t *points = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_codes_make(card->attributes, history->table, run, &codes, NULL, err));
  LF_TRY(lf_alloc(history->n_rows, sizeof *points, &points, err));
  LF_TRY(lf_scorecard_score(card, codes, run, points, err));
  *score = points;
  points = NULL;
cleanup:
  free(points);
  lf_codes_free(codes);
  return status;
}

lf_status lf_card_build_make(const lf_history *history, const lf_card_fit *fit,
                             const lf_threshold_options *options, const lf_run *run, lf_card_build *build,
                             lf_error *err) {
  lf_card_build made = {.level_window = 1};
  builder b = {.history = history, .fit = fit, .n = fit->banded->design.n_coef - 1, .out = &made};
  lf_scorecard *card = NULL;
  int32_t *score = NULL;
  lf_status status = LF_OK;
  LF_TRY(prepare(&b, err));
  LF_TRY(choose_points(&b, err));
  LF_TRY(lf_scorecard_new(&card, err));
  LF_TRY(name_card(history, card, err));
  LF_TRY(build_attributes(&b, run, card, err));
  lf_scorecard_range(card, &card->minimum,
                     &card->maximum); /* 0 to 100, or 0 to 0 where nothing is known to predict */
  card->mean_amount = mean_amount(history);
  made.card = card;
  LF_TRY(score_history(card, history, run, &score, err));
  LF_TRY(lf_card_calibrate(history, fit, score, run, &made, err));
  LF_TRY(lf_card_threshold(history, score, options, card, err));
  *build = made;
  card = NULL;
cleanup:
  free(score);
  free(b.curvature);
  free(b.covariance);
  free(b.first);
  free(b.count);
  free(b.answer.points);
  lf_scorecard_free(card);
  return status;
}
