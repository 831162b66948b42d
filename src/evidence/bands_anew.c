/* What the choice of bands adds to the uncertainty of revenue a lead.
 *
 * Symbols: draw r weighs unit u m_ur times (linear_boot.c). On it everything is done anew: bands and weights
 * of every fold, contributions, the model of revenue; theta_rt is the log ratio of attribute t that comes
 * out, 0 where no band is found. With the bands held it would have been theta_t + A^-1 sum over u of (m_ur -
 * 1) s_u. The difference, less its mean over r (a draw holds fewer distinct rows than the history, so that
 * less is found: a lean of the bootstrap, not of the estimate), is what the choice adds. It is found on few
 * draws, of few rows where there are many, and brought to the size of the history by the root of the rows, as
 * standard errors fall; intervals then take it as independent of the draws with bands held. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "evidence/linear_boot.h"
#include "evidence/study.h"

enum { MOST_ROWS = 2000, FEWEST_DRAWS = 16, MOST_DRAWS = 96 };
static const double row_draws = 60000;

typedef struct anew {
  lf_study base; /* of the rows used here; its own rows, weights and incomes */
  lf_boot_units units;
  lf_model held;  /* with the bands of the rows as they are */
  double *scores; /* [units][m] */
  size_t draws;
  double *shift; /* [draws][k] */
  lf_status *status;
  lf_error *errors;
} anew;

/* ---- one fit of everything --------------------------------------------------------------------------------
 */

static void fit_clear(lf_study *s, lf_evidence_rows *rows, lf_sample *sample) {
  lf_contributions_free(s->win);
  lf_contributions_free(s->size);
  lf_contributions_free(s->revenue);
  free(s->win_weight);
  free(sample->weight);
  for (size_t f = 0; rows->train && f < rows->n_folds; f++) free(rows->train[f]);
  free(rows->train);
}

static lf_status times(const double *x, const double *factor, size_t n, double **out, lf_error *err) {
  lf_status status = lf_alloc(n, sizeof **out, out, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) (*out)[i] = x[i] * factor[i];
  return status;
}

/* Everything anew on rows weighed by factor[n]. The model points into s, which the caller clears. */
static lf_status fit_all(const anew *a, const double *factor, lf_study *s, lf_evidence_rows *rows,
                         lf_sample *sample, lf_model *model, lf_error *err) {
  const lf_evidence_rows *r = a->base.rows;
  lf_run serial = lf_run_serial(a->base.run);
  lf_status status = LF_OK;
  *s = a->base;
  *rows = *r;
  *sample = *r->sample;
  s->rows = rows;
  rows->sample = sample;
  rows->train = NULL;
  sample->weight = NULL;
  s->win = s->size = s->revenue = NULL;
  s->win_weight = NULL;
  s->run = &serial;
  LF_TRY(times(r->sample->weight, factor, r->n, &sample->weight, err));
  LF_TRY(times(a->base.win_weight, factor, r->n, &s->win_weight, err));
  LF_TRY(lf_alloc(r->n_folds, sizeof *rows->train, &rows->train, err));
  for (size_t f = 0; f < r->n_folds; f++) LF_TRY(times(r->train[f], factor, r->n, &rows->train[f], err));
  LF_TRY(lf_win_contributions(rows, s->atoms, &s->how, &serial, &s->win, err));
  LF_TRY(lf_size_contributions(rows, s->atoms, a->base.sized, &serial, &s->size, err));
  LF_TRY(lf_study_revenue_contributions(s, err));
  LF_TRY(lf_model_fit(s, LF_FAMILY_POISSON, s->revenue, s->income, s->win_weight, r->first, r->n, true, model,
                      err));
cleanup:
  s->run = NULL;
  return status;
}

/* ---- draws
 * -------------------------------------------------------------------------------------------------- */

/* Log ratios with the bands held: theta + A^-1 times the scores of the draw. sums[m]: scratch. */
static void held_ratios(const anew *a, const double *draw, double *sums, double *out) {
  const lf_model *m = &a->held;
  size_t n = m->fit->m;
  memset(sums, 0, n * sizeof *sums);
  for (size_t u = 0; u < a->units.n; u++)
    for (size_t c = 0; c < n; c++) sums[c] += (draw[u] - 1) * a->scores[u * n + c];
  for (size_t t = 0; t < m->design.k; t++) {
    size_t j = lf_model_column(m, t);
    double b = m->fit->b[j];
    for (size_t c = 0; c < n; c++) b += m->fit->inverse[j * n + c] * sums[c];
    out[t] = b * m->scale[t];
  }
}

static lf_status draw_anew(const anew *a, size_t r, double *shift, lf_error *err) {
  const lf_evidence_rows *rows_of = a->base.rows;
  lf_study s = {0};
  lf_evidence_rows rows = {0};
  lf_sample sample = {0};
  lf_model model = {0};
  double *draw = NULL, *factor = NULL, *sums = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_check_interrupt(a->base.run, err));
  LF_TRY(lf_alloc(a->units.n, sizeof *draw, &draw, err));
  LF_TRY(lf_alloc(rows_of->n, sizeof *factor, &factor, err));
  LF_TRY(lf_alloc(a->held.fit->m, sizeof *sums, &sums, err));
  lf_linear_boot_draws(a->base.options.seed, 0, a->units.n, r, 1, draw);
  for (size_t i = 0; i < rows_of->n; i++) factor[i] = a->units.of[i] == LF_NO_UNIT ? 0 : draw[a->units.of[i]];
  LF_TRY(fit_all(a, factor, &s, &rows, &sample, &model, err));
  held_ratios(a, draw, sums, shift);
  for (size_t t = 0; t < a->base.k; t++) shift[t] = lf_model_effect(&model, t).log_ratio - shift[t];
cleanup:
  lf_model_clear(&model);
  fit_clear(&s, &rows, &sample);
  free(draw);
  free(factor);
  free(sums);
  return status;
}

static void draw_task(void *context, size_t r) {
  anew *a = context;
  a->status[r] = draw_anew(a, r, a->shift + r * a->base.k, &a->errors[r]);
}

/* Means to 0, and to the size of the whole study. */
static void centre(anew *a, double factor) {
  size_t k = a->base.k;
  for (size_t t = 0; t < k; t++) {
    double sum = 0;
    for (size_t r = 0; r < a->draws; r++) sum += a->shift[r * k + t];
    for (size_t r = 0; r < a->draws; r++)
      a->shift[r * k + t] = factor * (a->shift[r * k + t] - sum / (double)a->draws);
  }
}

/* ---- all
 * ------------------------------------------------------------------------------------------------------ */

static lf_status base_make(anew *a, const lf_study *s, lf_error *err) {
  lf_status status = LF_OK;
  size_t most = s->options.max_rows < MOST_ROWS ? s->options.max_rows : MOST_ROWS;
  a->base = *s;
  a->base.rows = NULL;
  a->base.win_weight = a->base.deal_weight = a->base.income = NULL;
  a->base.winning = a->base.earning = (lf_model){0};
  LF_TRY(lf_evidence_rows_make(s->history, s->atoms, most, &a->base.rows, err));
  const lf_evidence_rows *r = a->base.rows;
  LF_TRY(lf_alloc(r->n, sizeof *a->base.win_weight, &a->base.win_weight, err));
  lf_study_weigh_folds(&a->base);
  LF_TRY(lf_study_income(&a->base, err));
  lf_resample units = {
      .n = r->n, .weight = r->sample->weight, .cluster = r->cluster, .n_clusters = r->n_clusters};
  LF_TRY(lf_boot_units_make(&units, &a->units, err));
cleanup:
  return status;
}

/* Scores of the units on the judged rows, with the bands held. */
static lf_status hold(anew *a, lf_error *err) {
  const lf_evidence_rows *r = a->base.rows;
  lf_study s = {0};
  lf_evidence_rows rows = {0};
  lf_sample sample = {0};
  double *one = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n, sizeof *one, &one, err));
  for (size_t i = 0; i < r->n; i++) one[i] = 1;
  LF_TRY(fit_all(a, one, &s, &rows, &sample, &a->held, err));
  LF_TRY(lf_alloc(a->units.n * a->held.fit->m, sizeof *a->scores, &a->scores, err));
  lf_dense d = a->held.design;
  d.cluster = a->units.of + r->first;
  d.n_clusters = a->units.n;
  LF_TRY(lf_dense_unit_scores(&d, a->held.fit->eta, a->units.n, a->scores, err));
cleanup:
  free(one);
  fit_clear(&s, &rows, &sample);
  return status;
}

static void anew_clear(anew *a) {
  lf_model_clear(&a->held);
  lf_evidence_rows_free(a->base.rows);
  free(a->base.win_weight);
  free(a->base.deal_weight);
  free(a->base.income);
  lf_boot_units_clear(&a->units);
  free(a->scores);
  free(a->shift);
  free(a->status);
  free(a->errors);
}

lf_status lf_study_bands_anew(const lf_study *s, size_t *n, double **shift, lf_error *err) {
  anew a = {0};
  lf_status status = LF_OK;
  lf_progress(s->run, "evidence: bands chosen anew", 0, 1);
  LF_TRY(base_make(&a, s, err));
  size_t rows = a.base.rows->n;
  a.draws = (size_t)fmin(MOST_DRAWS, fmax(FEWEST_DRAWS, row_draws / (double)(rows + 1)));
  LF_TRY(lf_alloc(a.draws * s->k, sizeof *a.shift, &a.shift, err));
  LF_TRY(lf_alloc(a.draws, sizeof *a.status, &a.status, err));
  LF_TRY(lf_alloc(a.draws, sizeof *a.errors, &a.errors, err));
  LF_TRY(hold(&a, err));
  lf_parallel_for(s->run, a.draws, draw_task, &a);
  LF_TRY(lf_study_first_error(a.status, a.errors, a.draws, err));
  centre(&a, sqrt((double)rows / (double)s->rows->n));
  *n = a.draws;
  *shift = a.shift;
  a.shift = NULL;
cleanup:
  anew_clear(&a);
  return status;
}
