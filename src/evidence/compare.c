/* The comparison: judges every candidate, then every pair.
 *
 * Paired difference in log loss: d_i = loss_a,i - loss_b,i; mean d = sum w d / N; its variance is the
 * clustered sum of squares of (d_i - mean) over N^2 with C/(C-1), C accounts (Liang & Zeger 1986 for a mean;
 * Diebold & Mariano 1995 for the idea). The paired AUC test is judge's (DeLong et al. 1988). It takes scores
 * as fixed, so candidates must not have been fitted on these rows. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/compare_parts.h"

static const double AUC_MARGIN = 0.01, WON_MARGIN = 0.05;

void lf_comparison_free(lf_comparison *comparison) {
  if (!comparison) return;
  free(comparison->judgements);
  free(comparison->pairs);
  free(comparison);
}

static lf_judge_rows judge_rows(const lf_compare_rows *rows, const lf_candidate *candidate) {
  return (lf_judge_rows){.n = rows->n,
                         .score = candidate->score,
                         .probability = candidate->probability,
                         .won = rows->won,
                         .weight = rows->weight,
                         .amount = rows->amount,
                         .cluster = rows->cluster,
                         .n_clusters = rows->n_clusters};
}

lf_status lf_clustered_square(const lf_compare_rows *rows, const double *value, double *square,
                              lf_error *err) {
  lf_sum sum = {0};
  double clusters = 0, *account = NULL;
  if (!rows->cluster) {
    for (size_t i = 0; i < rows->n; i++) {
      double w = lf_compare_weight(rows, i);
      if (value[i] == 0) continue;
      lf_sum_add(&sum, w * value[i] * value[i]);
      clusters += w;
    }
  } else {
    lf_status status = lf_alloc(rows->n_clusters, sizeof *account, &account, err);
    if (status != LF_OK) return status;
    for (size_t i = 0; i < rows->n; i++) account[rows->cluster[i]] += lf_compare_weight(rows, i) * value[i];
    for (size_t c = 0; c < rows->n_clusters; c++) {
      clusters += account[c] != 0;
      lf_sum_add(&sum, account[c] * account[c]);
    }
    free(account);
  }
  *square = clusters > 1 ? lf_sum_value(&sum) * clusters / (clusters - 1) : (double)NAN;
  return LF_OK;
}

/* -log likelihood of an outcome at probability p; infinite where it was held to be impossible. */
static double loss_of(double p, uint8_t won) {
  return won ? -log(p) : -log1p(-p);
}

static lf_status compare_log_loss(const lf_compare_rows *rows, const lf_candidate *a, const lf_candidate *b,
                                  lf_pair *pair, lf_error *err) {
  double *d = NULL, square = (double)NAN;
  pair->log_loss = (lf_interval){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
  pair->log_loss_p = (double)NAN;
  if (!a->probability || !b->probability) return LF_OK;
  lf_status status = lf_alloc(rows->n, sizeof *d, &d, err);
  if (status != LF_OK) return status;
  lf_sum sum = {0}, total = {0};
  for (size_t i = 0; i < rows->n; i++) {
    double w = lf_compare_weight(rows, i);
    if (!(w > 0)) continue;
    d[i] = a->probability[i] == b->probability[i]
               ? 0
               : loss_of(a->probability[i], rows->won[i]) - loss_of(b->probability[i], rows->won[i]);
    lf_sum_add(&sum, w * d[i]);
    lf_sum_add(&total, w);
  }
  double n = lf_sum_value(&total), mean = lf_sum_value(&sum) / n;
  for (size_t i = 0; i < rows->n; i++) d[i] = lf_compare_weight(rows, i) > 0 ? d[i] - mean : 0;
  if (isfinite(mean)) status = lf_clustered_square(rows, d, &square, err);
  if (status == LF_OK && isfinite(mean)) {
    double se = isnan(square) ? 0 : sqrt(square) / n, reach = lf_normal_quantile(0.975) * se;
    pair->log_loss = (lf_interval){mean, se, mean - reach, mean + reach};
    pair->log_loss_p = se > 0 ? lf_normal_two_sided_p(mean / se) : mean == 0 ? 1 : (double)NAN;
  }
  free(d);
  return status;
}

static lf_status compare_pair(const lf_compare_rows *rows, const lf_comparison *c, const lf_run *run,
                              lf_pair *pair, lf_error *err) {
  const lf_candidate *a = &c->candidates[pair->a], *b = &c->candidates[pair->b];
  lf_judge_rows judged = judge_rows(rows, a);
  lf_status status = lf_compare_auc(&judged, b->score, run, &pair->auc, err);
  if (status == LF_OK) status = compare_log_loss(rows, a, b, pair, err);
  if (status == LF_OK) status = lf_compare_quadrant(rows, a, b, pair, err);
  return status;
}

static lf_status comparison_new(const lf_candidate *candidates, size_t n, const lf_compare_options *options,
                                lf_comparison **comparison, lf_error *err) {
  lf_status status = LF_OK;
  lf_comparison *c = NULL;
  LF_TRY(lf_alloc(1, sizeof *c, &c, err));
  c->n = n;
  c->candidates = candidates;
  c->auc_margin = options->auc_margin > 0 ? options->auc_margin : AUC_MARGIN;
  c->won_margin = options->won_margin > 0 ? options->won_margin : WON_MARGIN;
  LF_TRY(lf_alloc(n, sizeof *c->judgements, &c->judgements, err));
  LF_TRY(lf_alloc(n * (n - 1) / 2, sizeof *c->pairs, &c->pairs, err));
  for (size_t a = 0; a < n; a++)
    for (size_t b = a + 1; b < n; b++) {
      lf_pair *pair = &c->pairs[c->n_pairs++];
      pair->a = a;
      pair->b = b;
    }
  *comparison = c;
  c = NULL;
cleanup:
  lf_comparison_free(c);
  return status;
}

lf_status lf_compare(const lf_compare_rows *rows, const lf_candidate *candidates, size_t n,
                     const lf_compare_options *options, const lf_run *run, lf_comparison **comparison,
                     lf_error *err) {
  static const lf_compare_options none = {0};
  const lf_compare_options *o = options ? options : &none;
  lf_comparison *c = NULL;
  lf_status status = LF_OK;
  if (n < 2)
    return lf_fail(err, LF_E_USAGE, "a comparison needs two candidates; leadfit validate judges one");
  LF_TRY(comparison_new(candidates, n, o, &c, err));
  for (size_t k = 0; k < n; k++) {
    lf_judge_rows judged = judge_rows(rows, &candidates[k]);
    LF_TRY(lf_check_interrupt(run, err));
    LF_TRY(lf_judge(&judged, true, run, &c->judgements[k], err));
  }
  for (size_t k = 0; k < c->n_pairs; k++) {
    LF_TRY(lf_check_interrupt(run, err));
    LF_TRY(compare_pair(rows, c, run, &c->pairs[k], err));
  }
  LF_TRY(lf_compare_volumes(rows, o, run, c, err));
  LF_TRY(lf_compare_verdicts(c, err));
  *comparison = c;
  c = NULL;
cleanup:
  lf_comparison_free(c);
  return status;
}
