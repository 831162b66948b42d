/* Deal size, and closed revenue a lead.
 *
 * Deal size: Gamma regression with log link (McCullagh & Nelder 1989, chapter 8) of the amounts of won rows
 * on the out-of-fold contributions to the log amount, all attributes together, an intercept a fold, sandwich
 * errors. The check is a normal regression of the log amounts: where the two disagree, the tail decides. Its
 * ratio is brought back to amounts by smearing (Duan 1983), done apart for leads above and below the middle
 * of the contribution, since a spread that differs between them changes the ratio of the means.
 *
 * Closed revenue a lead: E[revenue] = P(win) E[amount | win], so to first order an attribute's contribution
 * to its log is r_a = (1 - P) x_a + s_a with x_a, s_a its contributions to the log-odds and to the log
 * amount. Poisson quasi-likelihood of revenue (0 for what was lost) on all r_a: consistent for the ratio of
 * mean revenues whatever the distribution (Gourieroux, Monfort & Trognon 1984; Santos Silva & Tenreyro 2006),
 * with sandwich errors. The whale: the same without the top 1 % of the deals; where the finding goes with
 * them, or moves by more than the rest explains, the few decide it. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/study.h"

static const double top_share = 0.01;
enum { FEWEST_DEALS = 50 };

/* ---- amounts
 * ---------------------------------------------------------------------------------------------------------
 */

/* Counts deals; false where there are too few with an amount. */
static bool count_deals(lf_study *s) {
  const lf_evidence_rows *r = s->rows;
  double deals = 0, unknown = 0;
  size_t single = 0;
  if (s->history->amount == SIZE_MAX) return false;
  for (size_t i = r->first; i < r->n; i++) {
    if (!(r->y[i] > 0) || !(s->win_weight[i] > 0)) continue;
    bool known = r->amount[i] > 0;
    *(known ? &deals : &unknown) += s->win_weight[i];
    single += known;
  }
  s->out->deals = deals;
  s->out->unknown_amounts = unknown;
  return single >= FEWEST_DEALS && deals >= unknown;
}

lf_status lf_study_income(lf_study *s, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  double rows = 0, sum = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n, sizeof *s->deal_weight, &s->deal_weight, err));
  LF_TRY(lf_alloc(r->n, sizeof *s->income, &s->income, err));
  for (size_t i = r->first; i < r->n; i++) {
    if (!(r->y[i] > 0) || !(r->amount[i] > 0)) continue;
    s->deal_weight[i] = s->win_weight[i];
    rows += r->sample->weight[i];
    sum += r->sample->weight[i] * r->amount[i];
  }
  for (size_t i = r->first; i < r->n; i++) {
    if (!(r->y[i] > 0)) continue;
    s->income[i] = isnan(r->amount[i]) ? 1 : r->amount[i] * rows / sum;
  }
cleanup:
  return status;
}

/* ---- deal size
 * ----------------------------------------------------------------------------------------------------------
 */

/* Deals alone: columns gathered, since few rows are won. */
typedef struct deal_rows {
  size_t n;
  lf_contributions *x;
  double *y, *log_y, *weight;
  uint8_t *fold;
  uint32_t *cluster;
} deal_rows;

static void deal_rows_clear(deal_rows *d) {
  lf_contributions_free(d->x);
  free(d->y);
  free(d->log_y);
  free(d->weight);
  free(d->fold);
  free(d->cluster);
}

static lf_status gather_deals(const lf_study *s, deal_rows *d, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  lf_status status = LF_OK;
  for (size_t i = r->first; i < r->n; i++) d->n += s->deal_weight[i] > 0;
  LF_TRY(lf_contributions_new(s->k, d->n, &d->x, err));
  LF_TRY(lf_alloc(d->n, sizeof *d->y, &d->y, err));
  LF_TRY(lf_alloc(d->n, sizeof *d->log_y, &d->log_y, err));
  LF_TRY(lf_alloc(d->n, sizeof *d->weight, &d->weight, err));
  LF_TRY(lf_alloc(d->n, 1, &d->fold, err));
  if (r->cluster) LF_TRY(lf_alloc(d->n, sizeof *d->cluster, &d->cluster, err));
  size_t at = 0;
  for (size_t i = r->first; i < r->n; i++) {
    if (!(s->deal_weight[i] > 0)) continue;
    d->y[at] = s->income[i];
    d->log_y[at] = log(s->income[i]);
    d->weight[at] = s->deal_weight[i];
    d->fold[at] = r->fold[i];
    if (r->cluster) d->cluster[at] = r->cluster[i];
    for (size_t t = 0; t < s->k; t++) d->x->x[t][at] = s->size->x[t][i];
    at++;
  }
cleanup:
  return status;
}

/* Smearing above the middle of the contribution over smearing below it. */
static double smearing_ratio(const lf_model *m, size_t t) {
  const lf_dense *d = &m->design;
  double sum[2] = {0, 0}, rows[2] = {0, 0}, mean = 0, total = 0;
  for (size_t i = 0; i < d->n; i++) {
    mean += d->weight[i] * d->x[t][i];
    total += d->weight[i];
  }
  mean /= total;
  for (size_t i = 0; i < d->n; i++) {
    int up = d->x[t][i] > mean;
    sum[up] += d->weight[i] * exp(d->y[i] - m->fit->eta[i]);
    rows[up] += d->weight[i];
  }
  return rows[0] > 0 && rows[1] > 0 ? sum[1] / rows[1] / (sum[0] / rows[0]) : 1;
}

/* The evidence rows as seen by a model of the deals: codes and folds must be the deals' own. */
static lf_status bound_deals(const lf_study *s, const deal_rows *d, const lf_model *model, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  lf_sample sample = {.n = d->n, .n_sets = s->k};
  lf_evidence_rows rows = {.sample = &sample, .n = d->n};
  lf_study view = *s;
  uint16_t *codes = NULL;
  lf_status status = LF_OK;
  view.rows = &rows;
  LF_TRY(lf_alloc(d->n, sizeof *codes, &codes, err));
  LF_TRY(lf_alloc(s->k, sizeof *sample.code, &sample.code, err));
  for (size_t t = 0; t < s->k; t++) {
    lf_blind_test test;
    size_t at = 0;
    if (!s->sized[t] || !lf_study_tells(s, t)) continue;
    for (size_t i = r->first; i < r->n; i++)
      if (s->deal_weight[i] > 0) codes[at++] = r->sample->code[t][i];
    sample.code[t] = codes;
    LF_TRY(lf_blind_bound(&view, model, t, &test, err));
    s->out->items[t].size.bound = test.bound;
  }
cleanup:
  free(codes);
  free(sample.code);
  return status;
}

static void point_at(lf_model *m, const lf_study *s, const deal_rows *d, lf_family family, const double *y) {
  for (size_t t = 0; t < s->k; t++) m->x[t] = d->x->x[t];
  m->design = (lf_dense){.family = family,
                         .n = d->n,
                         .k = s->k,
                         .x = m->x,
                         .group = d->fold,
                         .n_groups = s->rows->n_folds,
                         .y = y,
                         .weight = d->weight,
                         .cluster = d->cluster,
                         .n_clusters = s->rows->n_clusters};
}

static lf_status deal_model(const lf_study *s, const deal_rows *d, lf_family family, const double *y,
                            lf_model *out, lf_error *err) {
  lf_study view = *s;
  lf_evidence_rows rows = {
      .fold = d->fold, .n_folds = s->rows->n_folds, .cluster = d->cluster, .n_clusters = s->rows->n_clusters};
  view.rows = &rows;
  lf_status status = lf_model_fit(&view, family, d->x, y, d->weight, 0, d->n, true, out, err);
  if (status == LF_OK) point_at(out, s, d, family, y);
  return status;
}

static lf_status study_size(lf_study *s, lf_error *err) {
  deal_rows d = {0};
  lf_model gamma = {0}, normal = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_size_contributions(s->rows, s->atoms, s->sized, s->run, &s->size, err));
  LF_TRY(gather_deals(s, &d, err));
  LF_TRY(deal_model(s, &d, LF_FAMILY_GAMMA, d.y, &gamma, err));
  LF_TRY(deal_model(s, &d, LF_FAMILY_NORMAL, d.log_y, &normal, err));
  for (size_t t = 0; t < s->k; t++) {
    lf_size_evidence *size = &s->out->items[t].size;
    size->effect = lf_model_effect(&gamma, t);
    size->log_normal = lf_model_effect(&normal, t);
    size->smearing = normal.scale[t] > 0 ? smearing_ratio(&normal, t) : 1;
  }
  LF_TRY(bound_deals(s, &d, &gamma, err));
cleanup:
  lf_model_clear(&gamma);
  lf_model_clear(&normal);
  deal_rows_clear(&d);
  return status;
}

/* ---- closed revenue a lead
 * ------------------------------------------------------------------------------------------------- */

lf_status lf_study_revenue_contributions(lf_study *s, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  double lost = 1 - s->out->won / s->out->rows;
  lf_status status = lf_contributions_new(s->k, r->n, &s->revenue, err);
  for (size_t t = 0; status == LF_OK && t < s->k; t++)
    for (size_t i = r->first; i < r->n; i++) s->revenue->x[t][i] = lost * s->win->x[t][i] + s->size->x[t][i];
  return status;
}

static int by_falling(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

/* Weights without the top 1 % of the deals (one at least); sets their share of the revenue. */
static lf_status without_top(lf_study *s, double *weight, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  double *deals = NULL, sum = 0, top = 0, cut;
  size_t n = 0;
  lf_status status = lf_alloc(r->n, sizeof *deals, &deals, err);
  if (status != LF_OK) return status;
  for (size_t i = r->first; i < r->n; i++)
    if (s->deal_weight[i] > 0) deals[n++] = s->income[i];
  qsort(deals, n, sizeof *deals, by_falling);
  size_t few = (size_t)ceil(top_share * (double)n);
  cut = deals[few - 1];
  for (size_t i = r->first; i < r->n; i++) {
    bool out = s->deal_weight[i] > 0 && s->income[i] >= cut && few > 0;
    few -= out;
    weight[i] = out ? 0 : s->win_weight[i];
    sum += s->win_weight[i] * s->income[i];
    top += out ? s->win_weight[i] * s->income[i] : 0;
  }
  s->out->top_amount_share = sum > 0 ? top / sum : NAN;
  free(deals);
  return LF_OK;
}

/* Whether the largest deals decide: the finding stands with them and not without; or they move it by more
 * than the margin and by more than chance in all the other deals would. */
static bool few_decide(const lf_effect *with, const lf_effect *without, double margin) {
  const double z = 1.959963984540054;
  bool stands = with->log_ratio > z * with->std_error, alone = without->log_ratio > z * without->std_error;
  double moved = fabs(with->log_ratio - without->log_ratio);
  return (stands && !alone) || (moved > margin && moved > z * without->std_error);
}

static lf_status study_revenue(lf_study *s, lf_error *err) {
  const lf_evidence_rows *r = s->rows;
  double *weight = NULL;
  lf_model trimmed = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_study_revenue_contributions(s, err));
  LF_TRY(lf_model_fit(s, LF_FAMILY_POISSON, s->revenue, s->income, s->win_weight, r->first, r->n, true,
                      &s->earning, err));
  LF_TRY(lf_alloc(r->n, sizeof *weight, &weight, err));
  LF_TRY(without_top(s, weight, err));
  LF_TRY(
      lf_model_fit(s, LF_FAMILY_POISSON, s->revenue, s->income, weight, r->first, r->n, true, &trimmed, err));
  for (size_t t = 0; t < s->k; t++) {
    lf_revenue_evidence *e = &s->out->items[t].revenue;
    e->effect = lf_model_effect(&s->earning, t);
    trimmed.scale[t] = s->earning.scale[t]; /* the same two leads */
    e->without_top = lf_model_effect(&trimmed, t);
    e->whale = e->effect.std_error > 0 && e->without_top.std_error > 0 &&
               few_decide(&e->effect, &e->without_top, log(s->out->margin));
  }
cleanup:
  free(weight);
  lf_model_clear(&trimmed);
  return status;
}

lf_status lf_study_deals(lf_study *s, lf_error *err) {
  lf_status status = LF_OK;
  s->out->has_amounts = count_deals(s);
  if (!s->out->has_amounts) return LF_OK;
  lf_progress(s->run, "evidence: revenue", 0, 1);
  LF_TRY(lf_study_income(s, err));
  LF_TRY(study_size(s, err));
  LF_TRY(study_revenue(s, err));
cleanup:
  return status;
}
