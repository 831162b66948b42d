/* Accounts as clusters, and the folds of the training rows: blocks in time where time is known, else by hash,
 * an account never split. Small histories are dealt like cards, won and lost apart, so that no fold is left
 * without either by chance. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/key.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "history/days.h"

enum { DEALT_ROWS = 5000, MOST_FOLDS = 254, JUDGES = 255 };

static lf_status make_clusters(const lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  if (h->account == SIZE_MAX) return LF_OK;
  lf_status status = lf_alloc(h->n_rows, sizeof *h->cluster, &h->cluster, err);
  if (status == LF_OK)
    status = lf_number_accounts(&h->table->columns[h->account], h->n_rows, draft->run, h->cluster,
                                &h->n_clusters, err);
  if (status == LF_OK && h->n_clusters < h->n_rows) return LF_OK;
  free(h->cluster); /* every row its own account: independent */
  h->cluster = NULL;
  h->n_clusters = 0;
  return status;
}

/* ---- time ----------------------------------------------------------------------------------------- */

/* Where rows have no date, their order is the time. */
static void blocks_of_rows(const lf_history *h, size_t n_rows, size_t n, uint8_t *block) {
  double total = 0, before = 0;
  for (size_t i = 0; i < n_rows; i++) total += lf_history_weight(h, i);
  for (size_t i = 0; i < n_rows; i++) {
    size_t b = (size_t)(before / total * (double)n);
    block[i] = (uint8_t)(b < n ? b : n - 1);
    before += lf_history_weight(h, i);
  }
}

/* Block of each day, days in order. A block is closed where adding the next day would leave it further from
 * an equal share of what is left (one day may hold more than a share: the rest is cut anew). */
static lf_status blocks_of_days(const lf_days *days, size_t n, uint8_t **of_day, size_t *made,
                                lf_error *err) {
  lf_status status = lf_alloc(days->n, 1, of_day, err);
  double left = days->total, here = 0;
  size_t number = 0;
  for (size_t d = 0; status == LF_OK && d < days->n; d++) {
    double w = days->weight[d];
    if (!(w > 0)) continue;
    double share = (left + here) / (double)(n - number);
    if (here >= share / 3 && number + 1 < n && here + w - share > share - here) {
      number++;
      here = 0;
    }
    (*of_day)[d] = (uint8_t)number;
    here += w;
    left -= w;
  }
  *made = number + 1;
  return status;
}

typedef struct blocking {
  const lf_day_reader *reader;
  const lf_days *days;
  const uint8_t *of_day;
  uint8_t *block;
  lf_chunks chunks;
} blocking;

static void block_chunk(void *context, size_t chunk) {
  enum { BATCH = 1024 };
  const blocking *b = context;
  int32_t day[BATCH];
  size_t from = 0, to = 0;
  lf_chunk_rows(&b->chunks, chunk, &from, &to);
  for (; from < to; from += BATCH) {
    size_t end = from + BATCH < to ? from + BATCH : to;
    lf_day_reader_read(b->reader, from, end, day);
    for (size_t i = from; i < end; i++)
      b->block[i] = day[i - from] == LF_NO_DAY ? 0 : b->of_day[lf_days_index(b->days, day[i - from])];
  }
}

lf_status lf_time_blocks(const lf_history *history, size_t n_rows, size_t n, const lf_run *run,
                         uint8_t *block, size_t *made, lf_error *err) {
  lf_status status = LF_OK;
  lf_day_reader reader = {0};
  uint8_t *of_day = NULL;
  lf_days days = {0};
  if (history->date == SIZE_MAX) {
    blocks_of_rows(history, n_rows, n, block);
    *made = n < n_rows ? n : n_rows;
    return LF_OK;
  }
  LF_TRY(lf_day_reader_make(&history->table->columns[history->date], &reader, err));
  lf_day_rows rows = {.days = &reader, .n = n_rows, .weight = history->weight};
  LF_TRY(lf_days_count(&rows, run, &days, err));
  LF_TRY(blocks_of_days(&days, n, &of_day, made, err));
  blocking b = {&reader, &days, of_day, block, lf_cut(n_rows, 1 << 14, 64)};
  lf_parallel_for(run, b.chunks.count, block_chunk, &b);
cleanup:
  lf_day_reader_clear(&reader);
  free(of_day);
  lf_days_clear(&days);
  return status;
}

/* ---- folds ---------------------------------------------------------------------------------------- */

typedef struct unit {
  uint64_t hash;
  uint32_t number;
  uint8_t won;
} unit;

static int by_class_then_hash(const void *a, const void *b) {
  const unit *x = a, *y = b;
  if (x->won != y->won) return x->won < y->won ? -1 : 1;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return (x->number > y->number) - (x->number < y->number);
}

/* Units are accounts, or rows. */
static lf_status deal(const lf_history *h, const uint64_t *key, lf_error *err) {
  lf_status status = LF_OK;
  unit *units = NULL;
  uint8_t *fold = NULL;
  size_t most = h->cluster ? h->n_clusters : h->n_train, n = 0;
  LF_TRY(lf_alloc(most, sizeof *units, &units, err));
  LF_TRY(lf_alloc(most, 1, &fold, err));
  for (size_t i = 0; i < h->n_train; i++) {
    uint32_t number =
        h->cluster ? h->cluster[i] : (uint32_t)i; /* training rows come first, so their clusters are 0..n-1 */
    if (number >= n) units[n++] = (unit){key[i] << 32 | key[i] >> 32, number, 0};
    units[number].won |= h->won[i] == LF_ROW_WON;
  }
  qsort(units, n, sizeof *units, by_class_then_hash);
  for (size_t k = 0; k < n; k++) fold[units[k].number] = (uint8_t)(k % h->n_folds);
  for (size_t i = 0; i < h->n_train; i++) h->fold[i] = fold[h->cluster ? h->cluster[i] : i];
cleanup:
  free(units);
  free(fold);
  return status;
}

static void fold_by_hash(lf_history *h, const uint64_t *key) {
  for (size_t i = 0; i < h->n_train; i++) h->fold[i] = (uint8_t)(lf_key_lower(key[i]) * (double)h->n_folds);
}

static size_t folds_wanted(const lf_draft *draft) {
  const lf_history *h = draft->history;
  size_t n = draft->options->n_folds ? draft->options->n_folds : 10;
  size_t count[3] = {0, 0, 0};
  for (size_t i = 0; i < h->n_train; i++) count[h->won[i]]++;
  size_t rarer = count[0] < count[1] ? count[0] : count[1];
  if (rarer && n > rarer) n = rarer; /* a fold without a win teaches nothing */
  if (n > MOST_FOLDS) n = MOST_FOLDS;
  return n < 2 ? 2 : n;
}

static lf_status fold_by_key(lf_draft *draft, const lf_who *who, lf_error *err) {
  lf_history *h = draft->history;
  uint64_t *key = NULL;
  lf_status status = lf_alloc(h->n_train, sizeof *key, &key, err);
  if (status != LF_OK) return status;
  for (size_t from = 0; from < h->n_train; from += LF_WHO_ROWS)
    lf_who_read(who, from, from + LF_WHO_ROWS < h->n_train ? from + LF_WHO_ROWS : h->n_train, key + from);
  if (h->n_train < DEALT_ROWS)
    status = deal(h, key, err);
  else
    fold_by_hash(h, key);
  free(key);
  return status;
}

/* Folds in time leave the random folds to lots: by key, so that the order of the rows does not matter; by
 * place where that is the time. */
static lf_status draw_lots(lf_history *h, const lf_who *who, lf_error *err) {
  uint64_t key[LF_WHO_ROWS];
  lf_status status = lf_alloc(h->n_train, 1, &h->lot, err);
  for (size_t from = 0; status == LF_OK && from < h->n_train; from += LF_WHO_ROWS) {
    size_t to = from + LF_WHO_ROWS < h->n_train ? from + LF_WHO_ROWS : h->n_train;
    lf_who_read(who, from, to, key);
    for (size_t i = from; i < to; i++)
      h->lot[i] = (uint8_t)(lf_key_lower(key[i - from] ? key[i - from] : lf_hash_mix(i, 2)) * LF_LOTS);
  }
  return status;
}

lf_status lf_fold_rows(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  lf_who who = {0};
  LF_TRY(make_clusters(draft, err));
  LF_TRY(lf_alloc(h->n_rows, 1, &h->fold, err));
  memset(h->fold, JUDGES, h->n_rows);
  h->n_folds = folds_wanted(draft);
  if (h->date != SIZE_MAX || h->date_is_row) {
    size_t made = 0;
    LF_TRY(lf_time_blocks(h, h->n_train, h->n_folds, draft->run, h->fold, &made, err));
    h->folds_in_time = made >= 2;
    if (h->folds_in_time) h->n_folds = made;
  }
  LF_TRY(lf_who_make(draft, !h->date_is_row, &who, err));
  status = h->folds_in_time ? draw_lots(h, &who, err) : fold_by_key(draft, &who, err);
cleanup:
  lf_who_clear(&who);
  return status;
}
