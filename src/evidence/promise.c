/* What a scorecard promised, as its provenance has it. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/monitor_parts.h"

static double number_at(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  return json_is_number(value) ? json_number_value(value) : NAN;
}

lf_status lf_promise_read(const lf_scorecard *card, lf_promise *promise, lf_error *err) {
  const json_t *object = json_object_get(card->provenance, "promise");
  const json_t *bins = json_object_get(object, "score_bins");
  size_t n = json_array_size(bins);
  lf_status status = LF_OK;
  lf_promise made = {.rows = number_at(object, "rows"),
                     .won = number_at(object, "won"),
                     .level_rows = number_at(object, "level_rows"),
                     .train_rows = number_at(object, "train_rows"),
                     .auc = number_at(object, "auc"),
                     .auc_std_error = number_at(object, "auc_std_error"),
                     .mql_rows = number_at(object, "mql_rows"),
                     .mql_won = number_at(object, "mql_won")};
  LF_TRY(lf_alloc(n, sizeof *made.from, &made.from, err));
  LF_TRY(lf_alloc(n, sizeof *made.bin_rows, &made.bin_rows, err));
  for (size_t k = 0; k < n; k++) {
    double from = number_at(json_array_get(bins, k), "from"),
           rows = number_at(json_array_get(bins, k), "rows");
    if (!(fabs(from) <= 1e9) || !(rows >= 0) || (k && (int)from <= made.from[k - 1]))
      LF_TRY(lf_fail(err, LF_E_USAGE,
                     "provenance.promise.score_bins[%zu] is no rising score with its rows: take the "
                     "promise out or fit anew",
                     k));
    made.from[k] = (int)from;
    made.bin_rows[k] = rows;
  }
  made.n_bins = n;
  *promise = made;
  made = (lf_promise){0};
cleanup:
  lf_promise_clear(&made);
  return status;
}

void lf_promise_clear(lf_promise *promise) {
  free(promise->from);
  free(promise->bin_rows);
  promise->from = NULL;
  promise->bin_rows = NULL;
  promise->n_bins = 0;
}

uint16_t lf_promise_bin(const lf_promise *promise, int32_t score) {
  uint16_t bin = 0;
  for (size_t k = 1; k < promise->n_bins; k++) bin = (uint16_t)(score >= promise->from[k] ? k : bin);
  return bin;
}

lf_status lf_promise_bins(const int32_t *score, size_t n, int minimum, int maximum, int *from, size_t *bins,
                          lf_error *err) {
  size_t *rows = NULL, below = 0, next = 1;
  lf_status status = lf_alloc((size_t)(maximum - minimum + 1), sizeof *rows, &rows, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < n; i++) rows[score[i] - minimum]++;
  from[0] = minimum;
  *bins = 1;
  for (int s = minimum; s < maximum && n; s++) {
    below += rows[s - minimum];
    if (below == n || below * LF_PROMISE_BINS < next * n) continue;
    from[(*bins)++] = s + 1;
    next = below * LF_PROMISE_BINS / n + 1; /* a score that holds several tenths is one bin */
  }
  free(rows);
  return LF_OK;
}
