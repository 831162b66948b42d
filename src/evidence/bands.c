/* The bands of an attribute on rows that did not choose them.
 *
 * Bands of the card are judged on the holdout; bands of an attribute that is not on the card, and all where
 * there is no holdout, are chosen by counts. Given what all other attributes say of a row (an offset, at the
 * slopes of the joint model), each band has its own level a_b: P(won) = expit(o_i + a_b), one dimension each,
 * unpenalised; where a band holds fewer than five wins or losses by Firth's method (1993), so that it has an
 * estimate. The odds ratio is against the average of the attribute's bands over the judged rows. Likelihood
 * ratio: all a_b against one common level (Wilks 1938). */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/study.h"
#include "fit/logistic.h"

enum { FEWEST_EACH = 5, FEWEST_ROWS = 20 };

/* Bands of the judged rows of one attribute. */
typedef struct banding {
  size_t from, to; /* evidence rows */
  size_t n_bands;
  uint16_t *band; /* of rows from.. */
  char **labels;  /* n_bands, owned */
} banding;

static void banding_clear(banding *b) {
  for (size_t i = 0; b->labels && i < b->n_bands; i++) free(b->labels[i]);
  free(b->labels);
  free(b->band);
}

static lf_status copy_labels(const lf_attribute *attribute, banding *b, lf_error *err) {
  b->n_bands = attribute->n_bands;
  lf_status status = lf_alloc(b->n_bands, sizeof *b->labels, &b->labels, err);
  for (size_t i = 0; status == LF_OK && i < b->n_bands; i++)
    status = lf_copy_text(attribute->bands[i].label, strlen(attribute->bands[i].label), &b->labels[i], err);
  return status;
}

static lf_status card_banding(const lf_study *s, const lf_codes *codes, size_t at, banding *b,
                              lf_error *err) {
  lf_status status = lf_alloc(b->to - b->from, sizeof *b->band, &b->band, err);
  for (size_t i = b->from; status == LF_OK && i < b->to; i++)
    b->band[i - b->from] = codes->columns[at][s->rows->row[i]];
  return status == LF_OK ? copy_labels(&s->build->card->attributes->items[at], b, err) : status;
}

/* Bands by counts as a grouping, so that they get their labels. */
static lf_status blind_grouping(const lf_study *s, size_t t, const double *weight, lf_grouping *grouping,
                                lf_error *err) {
  const lf_atom_set *set = &s->atoms->items[t];
  int32_t *map = NULL, most = -1;
  size_t bands;
  lf_status status = LF_OK;
  LF_TRY(lf_grouping_new(set, grouping, err));
  LF_TRY(lf_alloc(set->n + 2, sizeof *map, &map, err));
  LF_TRY(lf_blind_bands(s->rows, s->atoms, t, weight, 6, FEWEST_ROWS, map, &bands, err));
  for (size_t a = 0; a < set->n; a++) most = map[a] > most ? map[a] : most;
  bool rest = false;
  for (size_t a = 0; a < set->n; a++) rest = rest || map[a] < 0;
  grouping->n_bands = (size_t)(most + 1) + rest;
  for (size_t a = 0; a < set->n; a++) grouping->band[a] = (uint16_t)(map[a] < 0 ? most + 1 : map[a]);
  grouping->band[set->n] = (uint16_t)grouping->n_bands;
  grouping->band[set->n + 1] = (uint16_t)(grouping->n_bands + 1);
cleanup:
  free(map);
  return status;
}

static lf_status blind_banding(const lf_study *s, size_t t, banding *b, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  lf_grouping grouping = {0};
  lf_attribute attribute = {0};
  double *weight = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n, sizeof *weight, &weight, err));
  memcpy(weight + b->from, s->win_weight + b->from, (b->to - b->from) * sizeof *weight);
  LF_TRY(blind_grouping(s, t, weight, &grouping, err));
  LF_TRY(lf_grouping_attribute(s->history, &s->atoms->items[t], &grouping, &attribute, err));
  LF_TRY(lf_alloc(b->to - b->from, sizeof *b->band, &b->band, err));
  for (size_t i = b->from; i < b->to; i++) b->band[i - b->from] = grouping.band[r->sample->code[t][i]];
  LF_TRY(copy_labels(&attribute, b, err));
cleanup:
  free(weight);
  lf_grouping_clear(&grouping);
  lf_attribute_clear(&attribute);
  return status;
}

/* ---- levels
 * ---------------------------------------------------------------------------------------------------------------
 */

/* Rows of one band, gathered. */
typedef struct level_rows {
  size_t n;
  const double *offset, *weight;
  const uint8_t *won;
} level_rows;

/* Firth's addition to the score: h (1/2 - mu) with h = omega / sum omega. */
static double firth_score(const level_rows *l, double level) {
  double skew = 0, sum = 0;
  for (size_t k = 0; k < l->n; k++) {
    double mu = lf_expit(l->offset[k] + level), omega = l->weight[k] * mu * (1 - mu);
    sum += omega;
    skew += omega * (0.5 - mu);
  }
  return sum > 0 ? skew / sum : 0;
}

/* Newton in one dimension. */
static void solve_level(const level_rows *l, bool firth, double *level, double *information) {
  double a = *level;
  for (int step = 0; step < 60; step++) {
    double g, h;
    lf_shift_sums(l->n, l->offset, a, l->won, l->weight, &g, &h);
    *information = h;
    *level = a;
    if (!(h > 1e-12)) break;
    if (firth) g += firth_score(l, a);
    double move = fmax(-2, fmin(2, g / h));
    if (fabs(move) < 1e-9) break;
    a += move;
  }
}

static double level_likelihood(const level_rows *l, double level) {
  enum { BLOCK = 512 };
  double eta[BLOCK], loss[BLOCK], sum = 0;
  for (size_t at = 0; at < l->n; at += BLOCK) {
    size_t n = at + BLOCK < l->n ? BLOCK : l->n - at;
    for (size_t i = 0; i < n; i++) eta[i] = l->offset[at + i] + level;
    lf_log_loss_block(n, eta, l->won + at, loss);
    sum -= lf_lane_dot(n, loss, l->weight + at);
  }
  return sum;
}

/* Sandwich standard error of a level. account: scratch by account, zeros before and after. */
static double level_error(const lf_study *s, const size_t *row, const level_rows *l, double level,
                          double information, double *account) {
  double meat = 0;
  const uint32_t *cluster = s->rows->cluster;
  for (size_t k = 0; k < l->n; k++) {
    double u = l->won[k] - lf_expit(l->offset[k] + level);
    if (cluster)
      account[cluster[row[k]]] += l->weight[k] * u;
    else
      meat += l->weight[k] * u * u;
  }
  for (size_t k = 0; cluster && k < l->n; k++) {
    double *sum = &account[cluster[row[k]]];
    meat += *sum * *sum;
    *sum = 0;
  }
  /* few rows: not below what the model itself expects */
  return information > 0 ? sqrt(fmax(meat, information)) / information : NAN;
}

/* ---- one attribute
 * ------------------------------------------------------------------------------------------------------------
 */

typedef struct levels {
  double *level, *error, *rows, *won;
  size_t *order, *start;   /* rows by band */
  double *offset, *weight; /* in that order */
  double *account;         /* scratch */
  uint8_t *outcome;
} levels;

static void levels_clear(levels *l) {
  free(l->level);
  free(l->error);
  free(l->rows);
  free(l->won);
  free(l->order);
  free(l->start);
  free(l->offset);
  free(l->weight);
  free(l->outcome);
  free(l->account);
}

static lf_status levels_new(const banding *b, size_t n_accounts, levels *l, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(b->n_bands, sizeof *l->level, &l->level, err));
  LF_TRY(lf_alloc(b->n_bands, sizeof *l->error, &l->error, err));
  LF_TRY(lf_alloc(b->n_bands, sizeof *l->rows, &l->rows, err));
  LF_TRY(lf_alloc(b->n_bands, sizeof *l->won, &l->won, err));
  LF_TRY(lf_alloc(b->to - b->from, sizeof *l->order, &l->order, err));
  LF_TRY(lf_alloc(b->n_bands + 2, sizeof *l->start, &l->start, err));
  LF_TRY(lf_alloc(b->to - b->from, sizeof *l->offset, &l->offset, err));
  LF_TRY(lf_alloc(b->to - b->from, sizeof *l->weight, &l->weight, err));
  LF_TRY(lf_alloc(b->to - b->from, 1, &l->outcome, err));
  LF_TRY(lf_alloc(n_accounts, sizeof *l->account, &l->account, err));
cleanup:
  return status;
}

static void sort_by_band(const lf_study *s, const banding *b, const double *offset, levels *l) {
  for (size_t i = b->from; i < b->to; i++) {
    size_t k = b->band[i - b->from];
    double w = s->win_weight[i];
    l->start[k + 2] += w > 0;
    l->rows[k] += w;
    l->won[k] += w * s->rows->y[i];
  }
  for (size_t k = 2; k < b->n_bands + 2; k++) l->start[k] += l->start[k - 1];
  for (size_t i = b->from; i < b->to; i++)
    if (s->win_weight[i] > 0) l->order[l->start[b->band[i - b->from] + 1]++] = i;
  for (size_t k = 0; k < l->start[b->n_bands]; k++) {
    l->offset[k] = offset[l->order[k]];
    l->weight[k] = s->win_weight[l->order[k]];
    l->outcome[k] = s->rows->sample->won[l->order[k]];
  }
}

static level_rows rows_of(const levels *l, size_t from, size_t to) {
  return (level_rows){to - from, l->offset + from, l->weight + from, l->outcome + from};
}

/* Levels of all bands and their likelihood-ratio test. */
static void solve_levels(const lf_study *s, const banding *b, levels *l, lf_lr_test *test) {
  double loglik = 0, common = 0, information = 0;
  size_t used = 0, total = l->start[b->n_bands];
  for (size_t k = 0; k < b->n_bands; k++) {
    level_rows rows = rows_of(l, l->start[k], l->start[k + 1]);
    double lost = l->rows[k] - l->won[k];
    l->error[k] = NAN;
    if (!rows.n) continue;
    used++;
    if (l->won[k] > 0 && lost > 0) {
      solve_level(&rows, false, &l->level[k], &information);
      loglik += level_likelihood(&rows, l->level[k]);
    }
    if (l->won[k] < FEWEST_EACH || lost < FEWEST_EACH) {
      l->level[k] = 0;
      solve_level(&rows, true, &l->level[k], &information);
    }
    l->error[k] = level_error(s, l->order + l->start[k], &rows, l->level[k], information, l->account);
  }
  level_rows all = rows_of(l, 0, total);
  solve_level(&all, false, &common, &information);
  double null = level_likelihood(&all, common);
  *test = (lf_lr_test){.df = used > 1 ? used - 1 : 0, .chi2 = used > 1 ? fmax(0, 2 * (loglik - null)) : NAN};
  test->p = used > 1 ? lf_chi_squared_p(test->chi2, (double)test->df) : NAN;
}

static lf_status keep_bands(const banding *b, const levels *l, lf_win_evidence *win, lf_error *err) {
  double total = 0, won = 0, mean = 0, variance = 0;
  lf_status status = lf_alloc(b->n_bands, sizeof *win->bands, &win->bands, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < b->n_bands; k++) {
    if (!(l->rows[k] > 0)) continue;
    total += l->rows[k];
    won += l->won[k];
    mean += l->rows[k] * l->level[k];
    variance += l->rows[k] * l->rows[k] * l->error[k] * l->error[k];
  }
  mean /= total;
  variance /= total * total;
  for (size_t k = 0; k < b->n_bands; k++) {
    if (!(l->rows[k] > 0)) continue;
    lf_band_effect *out = &win->bands[win->n_bands++];
    double share = l->rows[k] / total, own = l->error[k] * l->error[k], rate = won / total;
    *out = (lf_band_effect){
        .label = b->labels[k], .rows = l->rows[k], .won = l->won[k], .log_odds = l->level[k] - mean};
    b->labels[k] = NULL;
    out->std_error = sqrt(fmax(0, own * (1 - 2 * share) + variance));
    out->difference = lf_expit(lf_logit(rate) + out->log_odds) - rate;
  }
  return LF_OK;
}

static lf_status judge_bands(lf_study *s, size_t t, banding *b, double *offset, lf_error *err) {
  const lf_model *m = &s->winning;
  lf_win_evidence *win = &s->out->items[t].win;
  double slope = m->fit->b[lf_model_column(m, t)], rows = 0, won = 0;
  levels l = {0};
  lf_status status = LF_OK;
  for (size_t i = b->from; i < b->to; i++) {
    offset[i] = m->fit->eta[i - m->from] - slope * m->x[t][i - m->from];
    rows += s->win_weight[i];
    won += s->win_weight[i] * s->rows->y[i];
  }
  if (!(won > 0) || !(rows > won)) return LF_OK;
  LF_TRY(levels_new(b, s->rows->n_clusters, &l, err));
  sort_by_band(s, b, offset, &l);
  solve_levels(s, b, &l, &win->bands_test);
  LF_TRY(keep_bands(b, &l, win, err));
cleanup:
  levels_clear(&l);
  return status;
}

size_t lf_card_place(const lf_study *s, const char *name) {
  const lf_attributes *a = s->build ? s->build->card->attributes : NULL;
  for (size_t i = 0; a && i < a->n; i++)
    if (strcmp(a->items[i].name, name) == 0) return i;
  return SIZE_MAX;
}

lf_status lf_study_bands(lf_study *s, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  lf_codes *codes = NULL;
  double *offset = NULL;
  banding b = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n, sizeof *offset, &offset, err));
  if (r->has_holdout && s->build)
    LF_TRY(lf_codes_make(s->build->card->attributes, s->history->table, s->run, &codes, NULL, err));
  for (size_t t = 0; t < s->k; t++) {
    size_t at = lf_card_place(s, s->atoms->items[t].name);
    if (!lf_study_tells(s, t)) continue;
    b = (banding){.from = r->has_holdout ? r->n_train : r->first, .to = r->n};
    if (codes && at != SIZE_MAX)
      LF_TRY(card_banding(s, codes, at, &b, err));
    else
      LF_TRY(blind_banding(s, t, &b, err));
    LF_TRY(judge_bands(s, t, &b, offset, err));
    banding_clear(&b);
    b = (banding){0};
  }
cleanup:
  banding_clear(&b);
  lf_codes_free(codes);
  free(offset);
  return status;
}
