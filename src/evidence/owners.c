/* Shares of explained deviance by owner.
 *
 * Symbols: blocks N of attributes (marketing, sales, shared, without owner); eta_S(i) the linear predictor of
 * judged row i by a ridge fit of the attributes of S alone, made without the row; l_S(i) its log loss after
 * eta_S was moved to the fold's own level (folds, and above all times, differ in level, and nobody owns
 * that); v(S) = 1 - sum w l_S / sum w l_none, McFadden's R2 (1974) on rows not fitted. v(S) may fall when a
 * block is added: what says nothing costs. Shapley values, unique and common parts as in shapley.c.
 * Intervals: clustered bootstrap of the judged rows (percentile), fits held as they are, since the rows took
 * no part in them. */
#include "evidence/owners.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/linear_boot.h"
#include "evidence/owners_parts.h"
#include "evidence/shapley.h"

enum { MOST_ROWS = 30000 };

void lf_owners_free(lf_owners *o) {
  if (!o) return;
  free(o->attributes);
  free(o->reps.effects);
  free(o);
}

static void job_clear(lf_owners_job *job) {
  for (size_t s = 0; job->loss && s < job->n_losses; s++) free(job->loss[s]);
  free(job->loss);
  lf_contributions_free(job->x);
  free(job->weight);
  free(job->keep);
  free(job->block);
  lf_evidence_rows_free(job->rows);
  lf_owners_free(job->out);
}

/* ---- rows and blocks
 * ------------------------------------------------------------------------------------------------ */

static void weigh_rows(lf_owners_job *job) {
  const lf_evidence_rows *r = job->rows;
  for (size_t f = 0; f < r->n_folds; f++) {
    double rows = 0, won = 0;
    for (size_t i = r->first; i < r->n; i++) {
      if (r->fold[i] != f || r->hidden[i]) continue;
      rows += r->sample->weight[i];
      won += r->sample->won[i] ? r->sample->weight[i] : 0;
    }
    if (won < 2 || rows - won < 2) continue;
    for (size_t i = r->first; i < r->n; i++)
      if (r->fold[i] == f && !r->hidden[i]) job->weight[i] = r->sample->weight[i];
    job->out->rows += rows;
    job->out->won += won;
  }
}

/* Owners in a fixed order; those without attributes are no block. */
static void find_blocks(lf_owners_job *job) {
  static const lf_owner order[] = {LF_OWNER_MARKETING, LF_OWNER_SALES, LF_OWNER_SHARED, LF_OWNER_NONE};
  lf_owners *out = job->out;
  for (size_t k = 0; k < LF_MOST_BLOCKS; k++) {
    lf_owner_share *block = &out->blocks[out->n_blocks];
    *block = (lf_owner_share){.name = lf_owner_name(order[k]), .owner = order[k]};
    for (size_t t = 0; t < job->atoms->n; t++) {
      if (!job->keep[t] || job->atoms->items[t].owner != order[k]) continue;
      job->block[t] = out->n_blocks;
      block->attributes++;
    }
    out->n_blocks += block->attributes > 0;
  }
}

/* One owner and no rep: nothing would be shared out. */
static bool nothing_to_tell(const lf_owners_job *job) {
  size_t kept = 0;
  for (size_t t = 0; t < job->atoms->n; t++) kept += job->keep[t];
  return !kept || (job->out->n_blocks < 2 && lf_rep_column(job->history) == SIZE_MAX);
}

static lf_status job_make(lf_owners_job *job, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(1, sizeof *job->out, &job->out, err));
  LF_TRY(lf_alloc(job->atoms->n, 1, &job->keep, err));
  LF_TRY(lf_alloc(job->atoms->n, sizeof *job->block, &job->block, err));
  lf_card_fit_judged(job->card_fit, job->keep);
  find_blocks(job);
  if (nothing_to_tell(job)) goto cleanup;
  LF_TRY(lf_evidence_rows_make(job->history, job->atoms, job->options.max_rows, &job->rows, err));
  LF_TRY(lf_alloc(job->rows->n, sizeof *job->weight, &job->weight, err));
  weigh_rows(job);
cleanup:
  return status;
}

void lf_owners_loss(const lf_evidence_rows *r, const double *weight, double *eta, double *loss) {
  for (size_t from = r->first; from < r->n;) { /* rows of a fold stand together */
    size_t to = from;
    while (to < r->n && r->fold[to] == r->fold[from]) to++;
    lf_recentre(r->sample->won + from, weight + from, to - from, eta + from);
    from = to;
  }
  for (size_t i = r->first; i < r->n; i++)
    loss[i] = weight[i] > 0 ? lf_log_loss(eta[i], r->sample->won[i]) : 0;
}

/* ---- figures of one set of weights
 * ---------------------------------------------------------------------------------- */

/* Layout: explained, then for each block Shapley value, share, alone, unique; then the common parts. */
enum { OF_A_BLOCK = 4 };

static size_t n_statistics(const lf_owners *out) {
  return 1 + OF_A_BLOCK * out->n_blocks + ((size_t)1 << out->n_blocks);
}

/* loss: summed over rows, of every subset of blocks. */
static void statistics(const void *context, const double *loss, double *out) {
  const lf_owners_job *job = context;
  size_t n = job->out->n_blocks, sets = (size_t)1 << n;
  double value[1 << LF_MOST_BLOCKS], share[LF_MOST_BLOCKS];
  for (size_t s = 0; s < sets; s++) value[s] = 1 - loss[s] / loss[0];
  lf_shapley_values(n, value, share);
  out[0] = value[sets - 1];
  for (size_t k = 0; k < n; k++) {
    double *o = out + 1 + OF_A_BLOCK * k;
    o[0] = share[k];
    o[1] = value[sets - 1] > 0 ? share[k] / value[sets - 1] : (double)NAN;
    o[2] = value[(size_t)1 << k];
    o[3] = value[sets - 1] - value[(sets - 1) & ~((size_t)1 << k)];
  }
  lf_common_parts(n, value, out + 1 + OF_A_BLOCK * n);
}

static lf_status read_statistics(lf_owners_job *job, const double *at, const double *values, lf_error *err) {
  lf_owners *out = job->out;
  size_t n = out->n_blocks, stride = n_statistics(out), r = out->replicates;
  lf_status status = LF_OK;
  LF_TRY(lf_bootstrap_interval(values, r, stride, at[0], &out->explained, err));
  out->clear = out->explained.low > 0;
  for (size_t k = 0; k < n; k++) {
    size_t o = 1 + OF_A_BLOCK * k;
    lf_owner_share *b = &out->blocks[k];
    LF_TRY(lf_bootstrap_interval(values + o, r, stride, at[o], &b->shapley, err));
    LF_TRY(lf_bootstrap_interval(values + o + 1, r, stride, at[o + 1], &b->share, err));
    LF_TRY(lf_bootstrap_interval(values + o + 2, r, stride, at[o + 2], &b->alone, err));
    LF_TRY(lf_bootstrap_interval(values + o + 3, r, stride, at[o + 3], &b->unique, err));
    if (!out->clear) b->share = (lf_interval){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
  }
  for (size_t set = 1; set < (size_t)1 << n; set++) {
    size_t o = 1 + OF_A_BLOCK * n + set;
    if (!(set & (set - 1))) continue; /* one block: its unique part */
    lf_common_part *part = &out->common[out->n_common++];
    part->set = set;
    LF_TRY(lf_bootstrap_interval(values + o, r, stride, at[o], &part->part, err));
    out->common_total += at[o];
  }
cleanup:
  return status;
}

static lf_status share_out(lf_owners_job *job, lf_error *err) {
  const lf_evidence_rows *r = job->rows;
  size_t n = r->n - r->first;
  lf_resample rows = {.n = n,
                      .weight = job->weight + r->first,
                      .cluster = r->cluster ? r->cluster + r->first : NULL,
                      .n_clusters = r->n_clusters};
  const double *loss[1 << LF_MOST_BLOCKS];
  lf_sum_boot boot = {.x = loss,
                      .width = job->n_losses,
                      .seed = job->options.seed,
                      .n_statistics = n_statistics(job->out),
                      .statistics = statistics,
                      .context = job};
  double *values = NULL, *at = NULL;
  lf_status status = LF_OK;
  for (size_t k = 0; k < job->n_losses; k++) loss[k] = job->loss[k] + r->first;
  LF_TRY(lf_alloc(n_statistics(job->out), sizeof *at, &at, err));
  lf_progress(job->run, "whose attributes matter", 0, 1);
  LF_TRY(lf_sum_boot_run(&rows, &boot, job->run, at, &values, &job->out->replicates, err));
  LF_TRY(read_statistics(job, at, values, err));
cleanup:
  free(values);
  free(at);
  return status;
}

lf_status lf_owners_make(const lf_history *history, const lf_atoms *atoms, const lf_card_fit *fit,
                         const lf_owners_options *options, const lf_run *run, lf_owners **owners,
                         lf_error *err) {
  lf_owners_job job = {.history = history, .atoms = atoms, .card_fit = fit, .run = run};
  if (options) job.options = *options;
  if (!job.options.max_rows) job.options.max_rows = MOST_ROWS;
  lf_status status = LF_OK;
  LF_TRY(job_make(&job, err));
  if (job.out->rows > 0) {
    LF_TRY(lf_owners_fit_blocks(&job, err));
    LF_TRY(share_out(&job, err));
    if (job.out->n_blocks > 1) LF_TRY(lf_owners_attributes(&job, err));
    LF_TRY(lf_owners_reps(&job, err));
  }
  *owners = job.out;
  job.out = NULL;
cleanup:
  job_clear(&job);
  return status;
}
