/* Losses of probabilities.
 *
 * Symbols: y_i outcome, p_i probability, w_i weight, N = sum w.
 *   log loss = -(1/N) sum w [y log p + (1-y) log(1-p)], with 0 log 0 = 0; a row judged impossible that
 * happened makes it infinite and is counted Brier    = (1/N) sum w (y - p)^2, against pi(1 - pi) of the rate
 * pi alone Spiegelhalter z = sum w (y - p)(1 - 2p) / sqrt(sum w (1 - 2p)^2 p (1 - p))          (Spiegelhalter
 * 1986) Chunks of rows are summed apart and added in order. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "base/parallel.h"
#include "judge/parts.h"

enum { CHUNK_ROWS = 1 << 14, MAX_CHUNKS = 256 };

typedef struct losses {
  double log_loss, brier, expected, surprise, surprise_variance;
  double impossible; /* rows */
} losses;

typedef struct work {
  const lf_judge_rows *rows;
  lf_chunks chunks;
  losses *parts;
} work;

static void sum_chunk(void *context, size_t chunk) {
  work *job = context;
  const lf_judge_rows *rows = job->rows;
  losses s = {0};
  size_t from, to;
  lf_chunk_rows(&job->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++) {
    double w = rows->weight ? rows->weight[i] : 1, p = rows->probability[i];
    if (!(w > 0)) continue;
    double y = rows->won[i] ? 1 : 0, miss = y - p;
    if (fabs(miss) == 1)
      s.impossible += w;
    else
      s.log_loss -=
          w *
          log(y > 0 ? p : 1 - p); /* one logarithm without a branch; 1 - p costs 1e-16 of the loss at most */
    s.brier += w * miss * miss;
    s.expected += w * p;
    s.surprise += w * miss * (1 - 2 * p);
    s.surprise_variance += w * (1 - 2 * p) * (1 - 2 * p) * p * (1 - p);
  }
  job->parts[chunk] = s;
}

static losses add_parts(const work *job) {
  lf_sum sums[5] = {{0, 0}};
  losses all = {0};
  for (size_t c = 0; c < job->chunks.count; c++) {
    lf_sum_add(&sums[0], job->parts[c].log_loss);
    lf_sum_add(&sums[1], job->parts[c].brier);
    lf_sum_add(&sums[2], job->parts[c].expected);
    lf_sum_add(&sums[3], job->parts[c].surprise);
    lf_sum_add(&sums[4], job->parts[c].surprise_variance);
    all.impossible += job->parts[c].impossible;
  }
  all.log_loss = lf_sum_value(&sums[0]);
  all.brier = lf_sum_value(&sums[1]);
  all.expected = lf_sum_value(&sums[2]);
  all.surprise = lf_sum_value(&sums[3]);
  all.surprise_variance = lf_sum_value(&sums[4]);
  return all;
}

lf_status lf_judge_loss(const lf_judge_rows *rows, const lf_run *run, lf_judgement *out, lf_error *err) {
  lf_status status = LF_OK;
  work job = {.rows = rows, .chunks = lf_cut(rows->n, CHUNK_ROWS, MAX_CHUNKS)};
  double rate = out->won / out->rows;
  out->log_loss = out->null_log_loss = out->brier = out->brier_null = out->brier_skill = NAN;
  out->observed_over_expected = out->spiegelhalter_z = out->spiegelhalter_p = NAN;
  out->infinite_log_loss = 0;
  if (!rows->probability) return LF_OK;
  LF_TRY(lf_alloc(job.chunks.count, sizeof *job.parts, &job.parts, err));
  lf_parallel_for(run, job.chunks.count, sum_chunk, &job);
  losses all = add_parts(&job);
  out->infinite_log_loss = all.impossible;
  out->log_loss = all.impossible > 0 ? INFINITY : all.log_loss / out->rows;
  out->null_log_loss = -(lf_xlogy(rate, rate) + lf_xlogy(1 - rate, 1 - rate));
  out->brier = all.brier / out->rows;
  out->brier_null = rate * (1 - rate);
  if (out->brier_null > 0) out->brier_skill = 1 - out->brier / out->brier_null;
  if (all.expected > 0) out->observed_over_expected = out->won / all.expected;
  if (all.surprise_variance > 0) {
    out->spiegelhalter_z = all.surprise / sqrt(all.surprise_variance);
    out->spiegelhalter_p = lf_normal_two_sided_p(out->spiegelhalter_z);
  }
cleanup:
  free(job.parts);
  return status;
}
