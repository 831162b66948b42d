/* Refits of a model on bootstrap samples of accounts: a replicate is a reweighting of the rows.
 *
 *     boot FILE THREADS REPLICATES
 *
 * The textbook design of 16 attributes. Every refit is unpenalised maximum likelihood, starts from the
 * full-data solution and converges. Prints seconds, and standard errors by bootstrap and by cluster-robust
 * sandwich. */
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "common.h"
#include "evidence/bootstrap.h"
#include "fit/plain.h"

typedef struct refits {
  const lf_design *design;
  const lf_weights *full;
  lf_resample rows;
  size_t replicates;
  double *b; /* [replicates][n_coef] */
  lf_status *status;
  int *iterations;
} refits;

static lf_status refit(refits *r, size_t replicate) {
  size_t n_coef = r->design->n_coef;
  double *weight = NULL;
  lf_weights *fit = NULL;
  lf_run serial = lf_run_serial(NULL);
  lf_design design = *r->design;
  lf_solve_options options = {.start = r->full->b, .no_information = true, .tolerance = 1e-6};
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->rows.n, sizeof *weight, &weight, NULL));
  LF_TRY(lf_bootstrap_weights(&r->rows, 1, replicate, weight, NULL));
  design.weight = weight;
  LF_TRY(lf_solve(&design, &options, &serial, &fit, NULL));
  memcpy(r->b + replicate * n_coef, fit->b, n_coef * sizeof *fit->b);
  r->iterations[replicate] = fit->converged ? fit->iterations : -1;
cleanup:
  lf_weights_free(fit);
  free(weight);
  return status;
}

static void refit_task(void *context, size_t i) {
  refits *r = context;
  r->status[i] = refit(r, i);
}

/* Median over coefficients of bootstrap standard error / sandwich standard error: near 1. */
static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median_ratio(const refits *r, const double *covariance, double *ratio) {
  size_t m = r->design->n_coef, n = 0;
  for (size_t j = 0; j < m; j++) {
    double sum = 0, squares = 0, count = 0;
    for (size_t i = 0; i < r->replicates; i++) {
      double d = r->b[i * m + j] - r->full->b[j];
      if (isnan(d)) continue;
      sum += d;
      squares += d * d;
      count++;
    }
    double variance = (squares - sum * sum / count) / (count - 1);
    if (variance > 0 && covariance[j * m + j] > 0) ratio[n++] = sqrt(variance / covariance[j * m + j]);
  }
  qsort(ratio, n, sizeof *ratio, by_value);
  return n ? ratio[n / 2] : NAN;
}

static lf_status run_refits(refits *r, const lf_history *history, const lf_run *run, lf_error *err) {
  size_t m = r->design->n_coef;
  double *covariance = NULL, *ratio = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(m * r->replicates, sizeof *r->b, &r->b, err));
  LF_TRY(lf_alloc(r->replicates, sizeof *r->status, &r->status, err));
  LF_TRY(lf_alloc(r->replicates, sizeof *r->iterations, &r->iterations, err));
  LF_TRY(lf_alloc(m * m, sizeof *covariance, &covariance, err));
  LF_TRY(lf_alloc(m, sizeof *ratio, &ratio, err));
  double began = bench_now();
  lf_parallel_for(run, r->replicates, refit_task, r);
  double seconds = bench_now() - began;
  size_t failed = 0, iterations = 0;
  for (size_t i = 0; i < r->replicates; i++) {
    failed += r->status[i] != LF_OK || r->iterations[i] < 0;
    iterations += r->iterations[i] > 0 ? (size_t)r->iterations[i] : 0;
  }
  LF_TRY(
      lf_sandwich(r->design, r->full, history->cluster, history->n_clusters, LF_CR1, run, covariance, err));
  printf(
      "{\"seconds\": %.3f, \"replicates\": %zu, \"coefficients\": %zu, \"accounts\": %zu, \"failed\": %zu, "
      "\"mean_iterations\": %.2f, \"error_over_sandwich\": %.4f}\n",
      seconds, r->replicates, m, history->n_clusters, failed, (double)iterations / (double)r->replicates,
      median_ratio(r, covariance, ratio));
cleanup:
  free(covariance);
  free(ratio);
  free(r->b);
  free(r->status);
  free(r->iterations);
  return status;
}

/* Unpenalised full-data fit on a design, then the refits. */
static lf_status refit_design(const lf_design *design, const lf_history *history, size_t replicates,
                              const lf_run *run, lf_error *err) {
  lf_weights *full = NULL;
  lf_solve_options options = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_solve(design, &options, run, &full, err));
  refits r = {.design = design, .full = full, .replicates = replicates};
  r.rows = (lf_resample){.n = design->n_rows, .cluster = history->cluster, .n_clusters = history->n_clusters};
  LF_TRY(run_refits(&r, history, run, err));
cleanup:
  lf_weights_free(full);
  return status;
}

static lf_status refit_plain(const lf_history *history, size_t replicates, const lf_run *run, lf_error *err) {
  lf_plain *plain = NULL;
  lf_plain_options options = {.no_tests = true, .no_robust = true};
  lf_status status = LF_OK;
  LF_TRY(lf_plain_fit(history, &options, run, &plain, err));
  LF_TRY(refit_design(&plain->design, history, replicates, run, err));
cleanup:
  lf_plain_free(plain);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fputs("boot FILE THREADS REPLICATES\n", stderr);
    return 2;
  }
  lf_run run = {.threads = atoi(argv[2])};
  lf_project project = {0};
  lf_history *history = NULL;
  lf_error err = {0};
  lf_status status = LF_OK;
  LF_TRY(bench_history(argv[1], "Amount", &project, &run, &history, &err));
  LF_TRY(refit_plain(history, (size_t)atoi(argv[3]), &run, &err));
cleanup:
  lf_history_free(history);
  lf_project_clear(&project);
  return status == LF_OK ? 0 : bench_fail("boot", &err);
}
