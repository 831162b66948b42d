/* Cross-validated paths, and refits on bootstrap samples of accounts, through the library.
 *
 *     path ridge FILE THREADS          10 folds and all rows, 50 penalties each, as cv.glmnet lays them out
 *     path lasso FILE THREADS
 *     path boot FILE THREADS REFITS    card of at most 16 attributes; each refit starts from the full-data
 * fit
 *
 * Prints one line of JSON with seconds. Folds are runs of 512 rows dealt out in turn: row i (from 0) is in
 * fold i / 512 mod 10. */
#include <string.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "common.h"
#include "evidence/bootstrap.h"
#include "fit/fold_path.h"
#include "fit/plain.h"
#include "fit/select.h"

enum { FOLDS = 10, STEPS = 50 };

static size_t fold_of(size_t row) {
  return row / LF_BLOCK_ROWS % FOLDS;
}

/* As cv.glmnet lays them out: for ridge from 1,000 times the largest correlation down, as it takes alpha for
 * 0.001 there; for the lasso from where the first coefficient moves. */
static lf_status lay_out(const lf_frame *frame, lf_fold_path *path, double *lambda, const lf_run *run,
                         lf_error *err) {
  lf_fold_path first = *path;
  double largest = 0.0;
  if (path->alpha <= 0.0) first.alpha = 0.001;
  lf_status status = lf_fold_path_largest(frame, &first, run, &largest, err);
  for (size_t k = 0; k < STEPS; k++) lambda[k] = largest * pow(1e-4, (double)k / (STEPS - 1));
  path->lambda = lambda;
  path->tolerance = lf_binomial_deviance(frame->won, frame->rows - frame->won) * 1e-8;
  return status;
}

static double mean_loss(const lf_fold_path_fit *fit, size_t k) {
  double loss = 0;
  for (size_t f = 0; f < FOLDS; f++) loss += fit->loss[k * FOLDS + f] / FOLDS;
  return loss;
}

static lf_status walk(const lf_history *history, double alpha, const lf_run *run, lf_error *err) {
  lf_plain *plain = NULL;
  lf_frame *frame = NULL;
  uint8_t *fold = NULL;
  lf_fold_path_fit *fit = NULL;
  double lambda[STEPS];
  lf_plain_options options = {.no_tests = true, .no_robust = true};
  lf_status status = LF_OK;
  LF_TRY(lf_plain_fit(history, &options, run, &plain, err));
  double began = bench_now();
  clock_t cpu_began = clock();
  LF_TRY(lf_frame_new(&plain->design, false, run, &frame, err));
  LF_TRY(lf_alloc(frame->n_rows, 1, &fold, err));
  for (size_t i = 0; i < frame->n_rows; i++) fold[i] = (uint8_t)fold_of(i);
  lf_fold_path path = {.n = STEPS, .alpha = alpha, .standardise = true, .fold = fold, .n_folds = FOLDS};
  LF_TRY(lay_out(frame, &path, lambda, run, err));
  LF_TRY(lf_fold_path_make(frame, &path, run, &fit, err));
  double seconds = bench_now() - began, cpu = (double)(clock() - cpu_began) / CLOCKS_PER_SEC,
         least = INFINITY;
  size_t best = 0;
  for (size_t k = 0; k < STEPS; k++) {
    double loss = mean_loss(fit, k);
    if (loss < least) best = k;
    least = fmin(least, loss);
  }
  printf("{\"seconds\": %.3f, \"cpu\": %.3f, \"fits\": %d, \"coefficients\": %zu, \"passes\": %d, "
         "\"matrices\": %d, \"best_step\": %zu, "
         "\"log_loss\": %.9f, \"losses\": [",
         seconds, cpu, (FOLDS + 1) * STEPS, frame->n_coef, fit->passes, fit->matrices, best, least);
  for (size_t k = 0; k < STEPS; k++) printf("%s%.9f", k ? ", " : "", mean_loss(fit, k));
  puts("]}");
cleanup:
  free(fold);
  lf_fold_path_free(fit);
  lf_frame_free(frame);
  lf_plain_free(plain);
  return status;
}

enum { TOGETHER = 16 };

typedef struct refits {
  const lf_refitter *refitter;
  lf_resample rows;
  size_t n;
  lf_status *status; /* of each batch */
  double *b;
} refits;

/* Weights of one batch: [lanes][n_rows]. */
typedef struct draws {
  size_t lanes, rows;
  float *weight;
} draws;

static void weigh(void *context, size_t from, size_t n, size_t width, double *weight) {
  const draws *d = context;
  for (size_t l = 0; l < d->lanes; l++) {
    const float *own = d->weight + l * d->rows + from;
    for (size_t i = 0; i < n; i++) weight[i * width + l] = own[i];
  }
}

static lf_status refit(const refits *r, size_t batch) {
  size_t first = batch * TOGETHER, n = r->rows.n;
  draws d = {.lanes = r->n - first < TOGETHER ? r->n - first : TOGETHER, .rows = n};
  lf_run serial = {.threads = 1};
  double *weight = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *weight, &weight, NULL));
  LF_TRY(lf_alloc(d.lanes * n, sizeof *d.weight, &d.weight, NULL));
  for (size_t l = 0; l < d.lanes; l++) {
    LF_TRY(lf_bootstrap_weights(&r->rows, 1, first + l, weight, NULL));
    for (size_t i = 0; i < n; i++) d.weight[l * n + i] = (float)weight[i];
  }
  LF_TRY(lf_refit_lanes(r->refitter, d.lanes, weigh, &d, 1e-6, &serial,
                        r->b + first * r->refitter->frame->n_coef, NULL));
cleanup:
  free(weight);
  free(d.weight);
  return status;
}

static void refit_task(void *context, size_t batch) {
  refits *r = context;
  r->status[batch] = refit(r, batch);
}

static lf_status boot(const lf_history *history, size_t n, const lf_run *run, lf_error *err) {
  lf_atoms *atoms = NULL;
  lf_card_fit *card = NULL;
  lf_card_options options = {0};
  lf_refitter *refitter = NULL;
  double *penalty = NULL;
  refits r = {0};
  lf_status status = LF_OK;
  LF_TRY(lf_atoms_make(history, NULL, run, &atoms, err));
  LF_TRY(lf_card_fit_make(history, atoms, &options, run, &card, err));
  const lf_design *design = &card->banded->design;
  double began = bench_now();
  clock_t cpu_began = clock();
  LF_TRY(lf_alloc(design->n_coef, sizeof *penalty, &penalty, err));
  for (size_t j = 1; j < design->n_coef; j++) penalty[j] = card->ridge;
  LF_TRY(lf_refitter_new(design, penalty, run, &refitter, err));
  r.refitter = refitter;
  r.rows = (lf_resample){.n = design->n_rows, .cluster = history->cluster, .n_clusters = history->n_clusters};
  r.n = n;
  size_t batches = (n + TOGETHER - 1) / TOGETHER, failed = 0;
  LF_TRY(lf_alloc(batches, sizeof *r.status, &r.status, err));
  LF_TRY(lf_alloc(n * design->n_coef, sizeof *r.b, &r.b, err));
  lf_parallel_for(run, batches, refit_task, &r);
  for (size_t i = 0; i < batches; i++)
    if (r.status[i] != LF_OK) failed += n - i * TOGETHER < TOGETHER ? n - i * TOGETHER : TOGETHER;
  printf("{\"seconds\": %.3f, \"cpu\": %.3f, \"refits\": %zu, \"attributes\": %zu, \"coefficients\": %zu, "
         "\"failed\": %zu}\n",
         bench_now() - began, (double)(clock() - cpu_began) / CLOCKS_PER_SEC, n, design->n_terms,
         design->n_coef, failed);
cleanup:
  free(r.status);
  free(r.b);
  free(penalty);
  lf_refitter_free(refitter);
  lf_card_fit_free(card);
  lf_atoms_free(atoms);
  return status;
}

int main(int argc, char **argv) {
  bool is_lasso = argc == 4 && strcmp(argv[1], "lasso") == 0,
       is_path = argc == 4 && (is_lasso || strcmp(argv[1], "ridge") == 0),
       is_boot = argc == 5 && strcmp(argv[1], "boot") == 0;
  if (!is_path && !is_boot) {
    fputs("path ridge|lasso FILE THREADS | path boot FILE THREADS REFITS\n", stderr);
    return 2;
  }
  lf_run run = {.threads = atoi(argv[3])};
  lf_project project = {0};
  lf_history *history = NULL;
  lf_error err = {0};
  lf_status status = LF_OK;
  LF_TRY(bench_history(argv[2], is_path ? NULL : "Amount", &project, &run, &history, &err));
  LF_TRY(is_path ? walk(history, is_lasso, &run, &err) : boot(history, (size_t)atoi(argv[4]), &run, &err));
cleanup:
  lf_history_free(history);
  lf_project_clear(&project);
  return status == LF_OK ? 0 : bench_fail("path", &err);
}
