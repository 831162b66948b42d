/* The follow-up table.
 *
 * Symbols: grade g, band b of touches or response time, n_gb rows with x_gb wins. Direct standardisation
 * (Rothman 2012, ch. 10): the rate of band b is sum over g of (n_g / n) x_gb / n_gb over the grades in which
 * every band has LF_FOLLOWUP_FEWEST rows, so that bands are compared among leads of the same mix of grades.
 * Intervals: Wilson (1927) for a cell, clustered bootstrap for standardised rates. What sales did is no
 * experiment: reps choose whom they call. */
#include "evidence/followup.h"

#include <math.h>
#include <stdlib.h>

#include "band/atoms.h"
#include "base/memory.h"
#include "base/numerics.h"
#include "base/text.h"
#include "evidence/linear_boot.h"
#include "history/words.h"

enum { NO_BAND = 255 };
static const double FACTORS[LF_UNWORKED_CASES] = {0.5, 1, 2};

typedef struct follow_job {
  const lf_history *history;
  const lf_scorecard *card;
  uint64_t seed;
  const lf_run *run;
  size_t from, n; /* rows that are counted */
  uint8_t *grade; /* [n] */
  uint8_t *band;  /* [n]: of the column at hand */
  lf_followup_column *column;
  bool compared[LF_FOLLOWUP_GRADES];
  lf_followup *out;
} follow_job;

void lf_followup_free(lf_followup *f) {
  if (!f) return;
  for (size_t c = 0; c < f->n_columns; c++)
    for (size_t b = 0; b < LF_FOLLOWUP_BANDS; b++) free(f->columns[c].labels[b]);
  free(f->columns);
  free(f);
}

static double weight_of(const follow_job *job, size_t i) {
  return lf_history_weight(job->history, job->from + i);
}

static void finish_cell(lf_followup_cell *c) {
  double z = lf_normal_quantile(0.975), n = c->rows, p = c->won / n, z2 = z * z;
  c->win_rate = c->low = c->high = (double)NAN;
  if (!(n > 0)) return;
  double centre = p + z2 / (2 * n), reach = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)), scale = 1 + z2 / n;
  c->win_rate = p;
  c->low = fmax(0, (centre - reach) / scale);
  c->high = fmin(1, (centre + reach) / scale);
}

static void count(lf_followup_cell *cell, double weight, bool won) {
  cell->rows += weight;
  cell->won += won ? weight : 0;
}

/* ---- grades
 * -------------------------------------------------------------------------------------------------------------
 */

static bool sales_owned(const lf_history *h, const lf_attribute *a) {
  size_t c = lf_table_find(h->table, a->name);
  return (c != SIZE_MAX && h->roles[c].owner == LF_OWNER_SALES) || a->owner == LF_OWNER_SALES;
}

static lf_status lead_scores(follow_job *job, int32_t *score, double *share, lf_error *err) {
  const lf_scorecard *card = job->card;
  lf_codes *codes = NULL;
  int32_t *whole = NULL;
  double total = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_codes_make(card->attributes, job->history->table, job->run, &codes, NULL, err));
  LF_TRY(lf_alloc(job->history->n_rows, sizeof *whole, &whole, err));
  LF_TRY(lf_scorecard_score(card, codes, job->run, whole, err));
  for (size_t i = 0; i < job->n; i++) score[i] = whole[job->from + i];
  for (size_t a = 0; a < card->attributes->n; a++) {
    if (!sales_owned(job->history, &card->attributes->items[a])) continue;
    job->out->lead_only = true;
    for (size_t i = 0; i < job->n; i++) score[i] -= card->bands[a][codes->columns[a][job->from + i]].points;
  }
  for (size_t i = 0; i < job->n; i++) {
    total += weight_of(job, i);
    for (size_t g = 0; g < job->out->n_grades; g++)
      if (whole[job->from + i] >= card->grades[g].from || g + 1 == job->out->n_grades) {
        share[g] += weight_of(job, i);
        break;
      }
  }
  for (size_t g = 0; g < job->out->n_grades; g++) share[g] /= total;
cleanup:
  lf_codes_free(codes);
  free(whole);
  return status;
}

typedef struct scored {
  int32_t score;
  uint32_t row;
} scored;

static int by_falling_score(const void *a, const void *b) {
  const scored *x = a, *y = b;
  if (x->score != y->score) return x->score < y->score ? 1 : -1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* From the best down; a block of equal scores goes where its middle falls. */
static void cut_grades(follow_job *job, scored *order, const double *share) {
  double total = 0, above = 0;
  for (size_t i = 0; i < job->n; i++) total += weight_of(job, i);
  for (size_t from = 0, to = 0; from < job->n; from = to) {
    double block = 0, reached = 0;
    for (; to < job->n && order[to].score == order[from].score; to++) block += weight_of(job, order[to].row);
    size_t g = 0;
    double middle = (above + block / 2) / total;
    for (; g + 1 < job->out->n_grades && reached + share[g] < middle; g++) reached += share[g];
    for (size_t i = from; i < to; i++) job->grade[order[i].row] = (uint8_t)g;
    above += block;
  }
}

static lf_status make_grades(follow_job *job, lf_error *err) {
  lf_followup *out = job->out;
  double share[LF_FOLLOWUP_GRADES] = {0};
  int32_t *score = NULL;
  scored *order = NULL;
  lf_status status = LF_OK;
  out->n_grades = job->card->n_grades < LF_FOLLOWUP_GRADES ? job->card->n_grades : LF_FOLLOWUP_GRADES;
  for (size_t g = 0; g < out->n_grades; g++) out->grade[g] = job->card->grades[g].label;
  LF_TRY(lf_alloc(job->n, sizeof *score, &score, err));
  LF_TRY(lf_alloc(job->n, sizeof *order, &order, err));
  LF_TRY(lead_scores(job, score, share, err));
  for (size_t i = 0; i < job->n; i++) order[i] = (scored){score[i], (uint32_t)i};
  qsort(order, job->n, sizeof *order, by_falling_score);
  cut_grades(job, order, share);
  for (size_t i = 0; i < job->n; i++)
    count(&out->grades[job->grade[i]], weight_of(job, i), job->history->won[job->from + i]);
  for (size_t g = 0; g < out->n_grades; g++) {
    out->rows += out->grades[g].rows;
    out->won += out->grades[g].won;
    finish_cell(&out->grades[g]);
  }
cleanup:
  free(score);
  free(order);
  return status;
}

/* ---- bands
 * --------------------------------------------------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* Rising edges: 0 by itself where a twentieth of the values are 0 and none is below, the rest at quartiles or
 * thirds, at round numbers. */
static size_t find_edges(const double *sorted, size_t n, double edges[LF_FOLLOWUP_BANDS]) {
  size_t zeros = 0, made = 0, parts = 4;
  while (zeros < n && sorted[zeros] == 0) zeros++;
  bool zero_apart = zeros * 20 >= n && zeros < n;
  if (zero_apart) {
    edges[made++] = nextafter(0, 1);
    parts = 3;
  }
  size_t first = zero_apart ? zeros : 0; /* no edge at or below the lowest value: a band nobody is in */
  for (size_t k = 1; k < parts; k++) {
    size_t at = first + (n - first) * k / parts;
    if (at == 0 || at >= n) continue;
    double low = sorted[at], high = sorted[at + (n - first) / 40 < n ? at + (n - first) / 40 : n - 1];
    double edge = high > low ? lf_round_edge(low, high) : low;
    if (edge > sorted[first] && (!made || edge > edges[made - 1]) && edge > 0 && edge <= sorted[n - 1])
      edges[made++] = edge;
  }
  return made;
}

static lf_status label_bands(lf_followup_column *c, const double *edges, size_t n_edges, lf_error *err) {
  lf_status status = LF_OK;
  for (size_t b = 0; status == LF_OK && b < c->n_bands + c->has_missing; b++) {
    lf_text text = {0};
    bool tiny = b < n_edges && edges[b]<1e-300, above_tiny = b> 0 && b <= n_edges && edges[b - 1] < 1e-300;
    if (b == c->n_bands)
      lf_text_add(&text, "missing");
    else if (!n_edges)
      lf_text_add(&text, "any value");
    else if (tiny)
      lf_text_add(&text, "0");
    else {
      if (above_tiny)
        lf_text_add(&text, "above 0");
      else if (b > 0)
        lf_text_add_double(&text, edges[b - 1]);
      if (b < n_edges) lf_text_add(&text, b > 0 ? " to below " : "below ");
      if (b < n_edges)
        lf_text_add_double(&text, edges[b]);
      else if (!above_tiny)
        lf_text_add(&text, " and more");
    }
    status = lf_text_status(&text, err);
    if (status == LF_OK) status = lf_copy_text(text.data, text.length, &c->labels[b], err);
    lf_text_free(&text);
  }
  return status;
}

static lf_status band_rows(follow_job *job, size_t column, lf_error *err) {
  const lf_column *values = &job->history->table->columns[column];
  double *sorted = NULL, edges[LF_FOLLOWUP_BANDS], missing = 0;
  size_t n = 0, n_edges = 0;
  lf_followup_column *c = job->column;
  lf_status status = lf_alloc(job->n, sizeof *sorted, &sorted, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < job->n; i++) {
    double x = lf_column_number(values, job->from + i);
    if (!isnan(x))
      sorted[n++] = x;
    else
      missing += weight_of(job, i);
  }
  qsort(sorted, n, sizeof *sorted, by_value);
  if (n) n_edges = find_edges(sorted, n, edges);
  free(sorted);
  c->n_bands = n_edges + 1;
  c->has_missing = missing >= LF_FOLLOWUP_FEWEST;
  for (size_t i = 0; i < job->n; i++) {
    double x = lf_column_number(values, job->from + i);
    size_t b = 0;
    while (b < n_edges && x >= edges[b]) b++;
    job->band[i] = !isnan(x) ? (uint8_t)b : c->has_missing ? (uint8_t)c->n_bands : NO_BAND;
  }
  return label_bands(c, edges, n_edges, err);
}

/* ---- one column
 * ----------------------------------------------------------------------------------------------------------
 */

static void count_cells(follow_job *job) {
  lf_followup_column *c = job->column;
  double compared = 0;
  for (size_t i = 0; i < job->n; i++)
    if (job->band[i] != NO_BAND)
      count(&c->cells[job->grade[i]][job->band[i]], weight_of(job, i), job->history->won[job->from + i]);
  for (size_t g = 0; g < job->out->n_grades; g++) {
    job->compared[g] = true;
    for (size_t b = 0; b < c->n_bands + c->has_missing; b++) {
      finish_cell(&c->cells[g][b]);
      if (b < c->n_bands && c->cells[g][b].rows < LF_FOLLOWUP_FEWEST) job->compared[g] = false;
    }
    c->grades_compared += job->compared[g];
    compared += job->compared[g] ? job->out->grades[g].rows : 0;
  }
  c->share_compared = compared / job->out->rows;
}

/* Share of the compared grades' rows that grade g holds. */
static double grade_share(const follow_job *job, size_t g) {
  double total = 0;
  for (size_t k = 0; k < job->out->n_grades; k++) total += job->compared[k] ? job->out->grades[k].rows : 0;
  return job->compared[g] ? job->out->grades[g].rows / total : 0;
}

/* What each unit moves the standardised rate of each band: a rate is a ratio of sums, taken to first order.
 */
static void rate_moves(const follow_job *job, const lf_boot_units *units, double *moves) {
  const lf_followup_column *c = job->column;
  double factor[LF_FOLLOWUP_GRADES];
  for (size_t g = 0; g < job->out->n_grades; g++) factor[g] = grade_share(job, g);
  for (size_t i = 0; i < job->n; i++) {
    size_t g = job->grade[i], b = job->band[i];
    if (b >= c->n_bands || !job->compared[g] || units->of[i] == LF_NO_UNIT) continue;
    const lf_followup_cell *cell = &c->cells[g][b];
    double y = job->history->won[job->from + i] ? 1 : 0;
    moves[units->of[i] * c->n_bands + b] +=
        units->share[i] * factor[g] / cell->rows * (y - cell->won / cell->rows);
  }
}

/* Standardised rate of each band, and the last less the first. */
static void read_rates(const follow_job *job, double *at) {
  const lf_followup_column *c = job->column;
  for (size_t b = 0; b < c->n_bands; b++)
    for (size_t g = 0; g < job->out->n_grades; g++)
      if (job->compared[g]) at[b] += grade_share(job, g) * c->cells[g][b].won / c->cells[g][b].rows;
  at[c->n_bands] = at[c->n_bands - 1] - at[0];
}

/* sums[replicates][n_bands] -> values[replicates][n_bands + 1] */
static void add_differences(const double *at, const double *sums, size_t replicates, size_t bands,
                            double *values) {
  for (size_t r = 0; r < replicates; r++) {
    double *to = values + r * (bands + 1);
    for (size_t b = 0; b < bands; b++) to[b] = at[b] + sums[r * bands + b];
    to[bands] = to[bands - 1] - to[0];
  }
}

static lf_status standardise(follow_job *job, lf_error *err) {
  const lf_history *h = job->history;
  lf_followup_column *c = job->column;
  const lf_interval unknown = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
  double at[LF_FOLLOWUP_BANDS + 1] = {0}, *moves = NULL, *sums = NULL, *values = NULL;
  lf_boot_units units = {0};
  lf_resample rows = {.n = job->n,
                      .weight = h->weight ? h->weight + job->from : NULL,
                      .cluster = h->cluster ? h->cluster + job->from : NULL,
                      .n_clusters = h->n_clusters};
  lf_status status = LF_OK;
  for (size_t b = 0; b < LF_FOLLOWUP_BANDS; b++) c->rate[b] = unknown;
  c->difference = unknown;
  if (!c->grades_compared || c->n_bands < 2) return LF_OK;
  size_t width = c->n_bands, stride = width + 1;
  LF_TRY(lf_boot_units_make(&rows, &units, err));
  LF_TRY(lf_alloc(units.n * width, sizeof *moves, &moves, err));
  rate_moves(job, &units, moves);
  read_rates(job, at);
  lf_linear_boot boot = {.moves = moves, .n_units = units.n, .width = width, .seed = job->seed};
  boot.replicates = lf_linear_boot_replicates(units.n);
  LF_TRY(lf_linear_boot_run(&boot, job->run, &sums, err));
  LF_TRY(lf_alloc(boot.replicates * stride, sizeof *values, &values, err));
  add_differences(at, sums, boot.replicates, width, values);
  for (size_t b = 0; b < width; b++)
    LF_TRY(lf_bootstrap_interval(values + b, boot.replicates, stride, at[b], &c->rate[b], err));
  LF_TRY(lf_bootstrap_interval(values + width, boot.replicates, stride, at[width], &c->difference, err));
cleanup:
  lf_boot_units_clear(&units);
  free(moves);
  free(sums);
  free(values);
  return status;
}

/* ---- leads nobody worked
 * -------------------------------------------------------------------------------------------------- */

static void find_unworked(follow_job *job) {
  lf_followup *out = job->out;
  const lf_followup_column *c = job->column;
  if (!c->touches || out->worked_by || !c->labels[0] || c->labels[0][0] != '0' || c->labels[0][1]) return;
  double worked_rows[LF_FOLLOWUP_GRADES] = {0}, worked_won[LF_FOLLOWUP_GRADES] = {0};
  out->worked_by = c->name;
  for (size_t g = 0; g < out->n_grades; g++) {
    out->unworked[g] = c->cells[g][0].rows;
    out->unworked_rows += c->cells[g][0].rows;
    out->unworked_won += c->cells[g][0].won;
    worked_rows[g] = out->grades[g].rows - c->cells[g][0].rows;
    worked_won[g] = out->grades[g].won - c->cells[g][0].won;
  }
  for (size_t k = 0; k < LF_UNWORKED_CASES; k++) {
    lf_unworked *u = &out->cases[k];
    double wins = 0;
    u->factor = FACTORS[k];
    for (size_t g = 0; g < out->n_grades; g++) {
      double rate = worked_rows[g] > 0 ? fmin(1, FACTORS[k] * worked_won[g] / worked_rows[g]) : (double)NAN;
      u->rate[g] =
          (worked_won[g] + (out->unworked[g] > 0 ? out->unworked[g] * rate : 0)) / out->grades[g].rows;
      wins += out->grades[g].rows > 0 ? u->rate[g] * out->grades[g].rows : 0;
    }
    u->all = wins / out->rows;
  }
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------------
 */

/* Whether the name says touches (*touches) or response time. */
static bool tells_followup(const char *name, bool *touches) {
  static const char *const work[] = {"touches",    "touch count", "calls",       "call attempts",
                                     "activities", "meetings",    "emails sent", "contact attempts",
                                     "follow ups", "followups",   "attempts",    NULL};
  static const char *const time[] = {
      "response", "speed to lead", "time to first", "first response", "time to contact", "hours to contact",
      NULL};
  char words[LF_WORDS];
  lf_words(name, words);
  *touches = lf_words_have_any(words, work) != NULL;
  return *touches || lf_words_have_any(words, time) != NULL;
}

static lf_status add_column(follow_job *job, size_t column, bool touches, lf_error *err) {
  lf_status status = LF_OK;
  job->column = &job->out->columns[job->out->n_columns++];
  job->column->name = job->history->table->columns[column].name;
  job->column->touches = touches;
  LF_TRY(band_rows(job, column, err));
  count_cells(job);
  LF_TRY(standardise(job, err));
  find_unworked(job);
cleanup:
  return status;
}

static lf_status make(follow_job *job, lf_error *err) {
  const lf_history *h = job->history;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *job->out, &job->out, err));
  LF_TRY(lf_alloc(h->table->n_columns, sizeof *job->out->columns, &job->out->columns, err));
  LF_TRY(lf_alloc(job->n, 1, &job->grade, err));
  LF_TRY(lf_alloc(job->n, 1, &job->band, err));
  job->out->on_holdout = job->from > 0;
  if (!job->card->n_grades) goto cleanup;
  for (size_t c = 0; c < h->table->n_columns; c++) {
    bool touches = false;
    const lf_column *column = &h->table->columns[c];
    if (h->roles[c].owner != LF_OWNER_SALES || column->kind != LF_KIND_NUMBER ||
        !lf_history_is_attribute(h, c))
      continue;
    if (!tells_followup(lf_own_name(column), &touches)) continue;
    if (!job->out->n_grades) LF_TRY(make_grades(job, err));
    LF_TRY(add_column(job, c, touches, err));
  }
cleanup:
  return status;
}

lf_status lf_followup_make(const lf_history *history, const lf_scorecard *card, uint64_t seed,
                           const lf_run *run, lf_followup **followup, lf_error *err) {
  follow_job job = {.history = history, .card = card, .seed = seed, .run = run};
  job.from = history->n_train < history->n_rows ? history->n_train : 0;
  job.n = history->n_rows - job.from;
  lf_status status = make(&job, err);
  free(job.grade);
  free(job.band);
  if (status == LF_OK)
    *followup = job.out;
  else
    lf_followup_free(job.out);
  return status;
}
