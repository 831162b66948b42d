/* The attribute, or the rep? Do weights shift when the one who works the lead is held fixed.
 *
 * Symbols: x_a(i) contributions of attributes to judged rows; two logistic regressions of the outcome on
 * them, b with one level for all reps and c with a level for each rep, the fold's level being given in both.
 * The difference c_a - b_a has the influence of row i d_i = (C^-1 u_i)_a (y_i - q_i) - (B^-1 v_i)_a (y_i -
 * p_i), and its variance is the sum over accounts of squared sums of d_i (Liang & Zeger 1986; Clogg, Petkova
 * & Haritou 1995 for comparing nested models). Odds ratios move a little by the mere adding of levels
 * (non-collapsibility), so a shift counts only where q is below 0.05 and it is worth a ratio of 1.1. Reps
 * with fewer than 30 judged rows are pooled: too many small levels bias a fixed-effects fit (Neyman & Scott
 * 1948). */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/glm.h"
#include "evidence/owners_parts.h"
#include "history/words.h"

enum { FEWEST_ROWS = 30, FEWEST_REPS = 3, MOST_REPS = 200 };

typedef struct rep_count {
  uint64_t key;
  double rows;
  uint8_t group;
} rep_count;

typedef struct rep_job {
  lf_owners_job *job;
  size_t column;    /* of the table */
  size_t k;         /* attributes */
  size_t *set;      /* of the atoms */
  const double **x; /* [k]: from the first judged row on */
  double *y, *offset;
  uint8_t *group;
  size_t n, n_groups;
  rep_count *reps;
  size_t n_keys;
  lf_dense_fit *free_fit, *fixed_fit;
} rep_job;

static void clear(rep_job *j) {
  free(j->set);
  free(j->x);
  free(j->y);
  free(j->offset);
  free(j->group);
  free(j->reps);
  lf_dense_fit_free(j->free_fit);
  lf_dense_fit_free(j->fixed_fit);
}

/* ---- reps
 * -------------------------------------------------------------------------------------------------------------
 */

size_t lf_rep_column(const lf_history *h) {
  static const char *const names[] = {"owner",       "rep",   "salesperson", "account executive",
                                      "assigned to", "sr id", NULL};
  char words[LF_WORDS];
  for (size_t c = 0; c < h->table->n_columns; c++) {
    const lf_column *column = &h->table->columns[c];
    if (c == h->outcome || c == h->amount || c == h->id || c == h->account) continue;
    if (column->store != LF_STORE_CODES && column->store != LF_STORE_HASHES) continue;
    lf_words(lf_bare_name(column), words);
    if (column->kind != LF_KIND_FLAG && column->distinct >= FEWEST_REPS && lf_words_have_any(words, names))
      return c;
  }
  return SIZE_MAX;
}

static int by_key(const void *a, const void *b) {
  const rep_count *x = a, *y = b;
  return x->key < y->key ? -1 : x->key > y->key;
}

static int by_falling_rows(const void *a, const void *b) {
  const rep_count *x = a, *y = b;
  if (x->rows != y->rows) return x->rows < y->rows ? 1 : -1;
  return by_key(a, b);
}

static uint64_t rep_key(const lf_column *column, size_t row) {
  return column->store == LF_STORE_CODES ? lf_column_code(column, row) : lf_column_key(column, row);
}

/* Reps with rows enough get a group each; group 0 is all others, and rows without a rep. */
static lf_status count_reps(rep_job *j, lf_error *err) {
  const lf_evidence_rows *r = j->job->rows;
  const lf_column *column = &j->job->history->table->columns[j->column];
  lf_reps *out = &j->job->out->reps;
  lf_status status = lf_alloc(j->n, sizeof *j->reps, &j->reps, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < j->n; i++)
    j->reps[i] = (rep_count){rep_key(column, r->row[r->first + i]), j->job->weight[r->first + i], 0};
  qsort(j->reps, j->n, sizeof *j->reps, by_key);
  for (size_t i = 0; i < j->n; i++) {
    if (j->n_keys && j->reps[j->n_keys - 1].key == j->reps[i].key)
      j->reps[j->n_keys - 1].rows += j->reps[i].rows;
    else
      j->reps[j->n_keys++] = j->reps[i];
  }
  qsort(j->reps, j->n_keys, sizeof *j->reps, by_falling_rows);
  for (size_t k = 0; k < j->n_keys; k++) {
    rep_count *rep = &j->reps[k];
    out->rows += rep->rows;
    if (rep->key && rep->rows >= FEWEST_ROWS && out->n_reps < MOST_REPS)
      rep->group = (uint8_t)++out->n_reps;
    else
      out->pooled_rows += rep->rows;
  }
  qsort(j->reps, j->n_keys, sizeof *j->reps, by_key);
  j->n_groups = out->n_reps + 1;
  return LF_OK;
}

static void group_rows(rep_job *j) {
  const lf_evidence_rows *r = j->job->rows;
  const lf_column *column = &j->job->history->table->columns[j->column];
  for (size_t i = 0; i < j->n; i++) {
    rep_count wanted = {.key = rep_key(column, r->row[r->first + i])};
    const rep_count *found = bsearch(&wanted, j->reps, j->n_keys, sizeof *j->reps, by_key);
    j->group[i] = found ? found->group : 0;
  }
}

/* ---- the two fits
 * ------------------------------------------------------------------------------------------------------ */

static lf_status gather(rep_job *j, lf_error *err) {
  const lf_owners_job *job = j->job;
  const lf_evidence_rows *r = job->rows;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(job->atoms->n, sizeof *j->set, &j->set, err));
  LF_TRY(lf_alloc(job->atoms->n, sizeof *j->x, &j->x, err));
  LF_TRY(lf_alloc(j->n, sizeof *j->y, &j->y, err));
  LF_TRY(lf_alloc(j->n, sizeof *j->offset, &j->offset, err));
  LF_TRY(lf_alloc(j->n, 1, &j->group, err));
  for (size_t t = 0; t < job->atoms->n; t++) {
    if (!job->keep[t] || job->atoms->items[t].column == j->column) continue;
    j->set[j->k] = t;
    j->x[j->k++] = job->x->x[t] + r->first;
  }
  for (size_t from = r->first, to = from; from < r->n; from = to) {
    double rows = 0, won = 0;
    for (; to < r->n && r->fold[to] == r->fold[from]; to++) {
      rows += job->weight[to];
      won += r->sample->won[to] ? job->weight[to] : 0;
    }
    for (size_t i = from; i < to; i++) j->offset[i - r->first] = lf_logit((won + 0.5) / (rows + 1));
  }
  for (size_t i = 0; i < j->n; i++) j->y[i] = r->sample->won[r->first + i];
cleanup:
  return status;
}

static lf_dense design_of(const rep_job *j, bool fixed) {
  const lf_evidence_rows *r = j->job->rows;
  return (lf_dense){.family = LF_FAMILY_BINOMIAL,
                    .n = j->n,
                    .k = j->k,
                    .x = j->x,
                    .group = fixed ? j->group : NULL,
                    .n_groups = fixed ? j->n_groups : 1,
                    .y = j->y,
                    .weight = j->job->weight + r->first,
                    .offset = j->offset,
                    .cluster = r->cluster ? r->cluster + r->first : NULL,
                    .n_clusters = r->n_clusters};
}

/* Influence of row i on coefficient a of a fit. */
static double influence(const rep_job *j, const lf_dense_fit *fit, size_t n_groups, size_t a, size_t i) {
  const double *row = fit->inverse + (n_groups + a) * fit->m;
  double sum = row[n_groups == 1 ? 0 : j->group[i]];
  for (size_t t = 0; t < j->k; t++) sum += row[n_groups + t] * j->x[t][i];
  return sum * (j->y[i] - lf_expit(fit->eta[i]));
}

static lf_status difference_error(const rep_job *j, size_t a, double *sums, double *error, lf_error *err) {
  const lf_evidence_rows *r = j->job->rows;
  double square = 0;
  (void)err;
  for (size_t c = 0; r->cluster && c < r->n_clusters; c++) sums[c] = 0;
  for (size_t i = 0; i < j->n; i++) {
    double w = j->job->weight[r->first + i];
    if (!(w > 0)) continue;
    double d = influence(j, j->fixed_fit, j->n_groups, a, i) - influence(j, j->free_fit, 1, a, i);
    if (r->cluster)
      sums[r->cluster[r->first + i]] += w * d;
    else
      square += w * d * d;
  }
  for (size_t c = 0; r->cluster && c < r->n_clusters; c++) square += sums[c] * sums[c];
  *error = sqrt(square);
  return LF_OK;
}

/* Two standard deviations of a contribution. */
static double spread(const rep_job *j, size_t a) {
  double rows = 0, sum = 0, square = 0;
  for (size_t i = 0; i < j->n; i++) {
    double w = j->job->weight[j->job->rows->first + i];
    rows += w;
    sum += w * j->x[a][i];
    square += w * j->x[a][i] * j->x[a][i];
  }
  return 2 * sqrt(fmax(0, square / rows - sum * sum / (rows * rows)));
}

static lf_status write_effect(const rep_job *j, size_t a, double *sums, lf_rep_effect *e, lf_error *err) {
  const lf_atom_set *set = &j->job->atoms->items[j->set[a]];
  double scale = spread(j, a), error = 0, z = lf_normal_quantile(0.975);
  const double nan = (double)NAN;
  *e = (lf_rep_effect){.name = set->name,
                       .owner = set->owner,
                       .free = nan,
                       .fixed = nan,
                       .difference = {nan, nan, nan, nan},
                       .p = nan,
                       .q = nan};
  if (!(scale > 1e-9) || j->free_fit->aliased[1 + a] || j->fixed_fit->aliased[j->n_groups + a]) return LF_OK;
  lf_status status = difference_error(j, a, sums, &error, err);
  if (status != LF_OK) return status;
  e->free = scale * j->free_fit->b[1 + a];
  e->fixed = scale * j->fixed_fit->b[j->n_groups + a];
  double d = e->fixed - e->free, se = scale * error;
  e->difference = (lf_interval){d, se, d - z * se, d + z * se};
  e->p = se > 0 ? lf_normal_two_sided_p(d / se) : nan;
  return LF_OK;
}

static lf_status write_effects(rep_job *j, lf_error *err) {
  lf_reps *out = &j->job->out->reps;
  double *p = NULL, *sums = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(j->k, sizeof *p, &p, err));
  LF_TRY(lf_alloc(j->job->rows->n_clusters + 1, sizeof *sums, &sums, err));
  LF_TRY(lf_alloc(j->k, sizeof *out->effects, &out->effects, err));
  for (size_t a = 0; a < j->k; a++) {
    LF_TRY(write_effect(j, a, sums, &out->effects[a], err));
    p[a] = out->effects[a].p;
  }
  LF_TRY(lf_benjamini_hochberg(p, j->k, p, err));
  out->n = j->k;
  for (size_t a = 0; a < j->k; a++) {
    out->effects[a].q = p[a];
    out->shifted += p[a] < 0.05 && fabs(out->effects[a].difference.value) >= log(1.1);
  }
  out->column = j->job->history->table->columns[j->column].name;
cleanup:
  free(p);
  free(sums);
  return status;
}

lf_status lf_owners_reps(lf_owners_job *job, lf_error *err) {
  rep_job j = {.job = job, .n = job->rows->n - job->rows->first, .column = lf_rep_column(job->history)};
  lf_status status = LF_OK;
  if (j.column == SIZE_MAX) return LF_OK;
  LF_TRY(count_reps(&j, err));
  if (job->out->reps.n_reps < FEWEST_REPS) goto cleanup;
  LF_TRY(gather(&j, err));
  group_rows(&j);
  if (!j.k) goto cleanup;
  lf_dense one = design_of(&j, false), each = design_of(&j, true);
  LF_TRY(lf_dense_solve(&one, NULL, job->run, &j.free_fit, err));
  LF_TRY(lf_dense_solve(&each, NULL, job->run, &j.fixed_fit, err));
  LF_TRY(write_effects(&j, err));
cleanup:
  clear(&j);
  return status;
}
