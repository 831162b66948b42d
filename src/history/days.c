#include "history/days.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"

enum {
  DAYS_MAX = 4000000, /* ten thousand years */
  BATCH = 1024,
  CHUNKS = 16,
  SMALL_TABLE = 1 << 14 /* days for which each chunk may have a table of its own */
};

/* floor() as two conversions: a call a row costs more. */
static int32_t whole(double day) {
  if (isnan(day)) return LF_NO_DAY;
  if (fabs(day) >= INT32_MAX) return day < 0 ? -INT32_MAX : INT32_MAX;
  int32_t cut = (int32_t)day;
  return cut > day ? cut - 1 : cut;
}

lf_status lf_day_reader_make(const lf_column *column, lf_day_reader *reader, lf_error *err) {
  *reader = (lf_day_reader){.column = column};
  if (column->store != LF_STORE_CODES) return LF_OK;
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof *reader->of_code, &reader->of_code, err);
  if (status != LF_OK) return status;
  reader->of_code[0] = LF_NO_DAY;
  for (uint32_t code = 1; code <= column->n_levels; code++)
    reader->of_code[code] = column->values ? whole(column->values[code - 1]) : LF_NO_DAY;
  return LF_OK;
}

void lf_day_reader_clear(lf_day_reader *reader) {
  free(reader->of_code);
  *reader = (lf_day_reader){0};
}

void lf_day_reader_read(const lf_day_reader *reader, size_t from, size_t to, int32_t *out) {
  double batch[BATCH];
  const int32_t *of_code = reader->of_code;
  if (of_code && reader->column->width == 2) {
    const uint16_t *cells = reader->column->cells;
    for (size_t i = from; i < to; i++) out[i - from] = of_code[cells[i]];
    return;
  }
  if (of_code) {
    for (size_t i = from; i < to; i++) out[i - from] = of_code[lf_column_code(reader->column, i)];
    return;
  }
  for (size_t at = from; at < to; at += BATCH) {
    size_t end = at + BATCH < to ? at + BATCH : to;
    lf_column_numbers(reader->column, at, end, batch);
    for (size_t i = at; i < end; i++) out[i - from] = whole(batch[i - at]);
  }
}

/* ---- counting ------------------------------------------------------------------------------------- */

typedef struct count_task {
  const lf_day_rows *rows;
  lf_chunks chunks;
  int32_t low[CHUNKS], high[CHUNKS];
  int32_t first;
  size_t n;
  double *weight; /* a table of n days for each chunk */
  double undated[CHUNKS];
} count_task;

static void find_range(void *context, size_t chunk) {
  count_task *task = context;
  size_t from = 0, to = 0;
  int32_t day[BATCH], low = INT32_MAX, high = LF_NO_DAY;
  lf_chunk_rows(&task->chunks, chunk, &from, &to);
  for (; from < to; from += BATCH) {
    size_t end = from + BATCH < to ? from + BATCH : to;
    lf_day_reader_read(task->rows->days, from, end, day);
    for (size_t i = from; i < end; i++) {
      bool counts = day[i - from] != LF_NO_DAY && lf_day_row_counts(task->rows, i);
      low = counts && day[i - from] < low ? day[i - from] : low;
      high = counts && day[i - from] > high ? day[i - from] : high;
    }
  }
  task->low[chunk] = low;
  task->high[chunk] = high;
}

static void count_chunk(void *context, size_t chunk) {
  count_task *task = context;
  double *weight = task->weight + chunk * task->n, undated = 0;
  size_t from = 0, to = 0;
  int32_t day[BATCH];
  lf_chunk_rows(&task->chunks, chunk, &from, &to);
  for (; from < to; from += BATCH) {
    size_t end = from + BATCH < to ? from + BATCH : to;
    lf_day_reader_read(task->rows->days, from, end, day);
    for (size_t i = from; i < end; i++) {
      if (!lf_day_row_counts(task->rows, i)) continue;
      double w = task->rows->weight ? task->rows->weight[i] : 1;
      if (day[i - from] == LF_NO_DAY)
        undated += w;
      else
        weight[(int64_t)day[i - from] - task->first] += w;
    }
  }
  task->undated[chunk] = undated;
}

/* First and number of days; LF_E_DATA where they cannot be dates. */
static lf_status measure(count_task *task, const lf_run *run, lf_error *err) {
  int32_t low = INT32_MAX, high = LF_NO_DAY;
  lf_parallel_for(run, task->chunks.count, find_range, task);
  for (size_t c = 0; c < task->chunks.count; c++) {
    low = task->low[c] < low ? task->low[c] : low;
    high = task->high[c] > high ? task->high[c] : high;
  }
  task->first = LF_NO_DAY;
  if (low > high) return LF_OK;
  if ((int64_t)high - low >= DAYS_MAX)
    return lf_fail(err, LF_E_DATA, "the dates lie more than ten thousand years apart: check the date column");
  task->first = low;
  task->n = (size_t)((int64_t)high - low) + 1;
  return LF_OK;
}

lf_status lf_days_count(const lf_day_rows *rows, const lf_run *run, lf_days *days, lf_error *err) {
  lf_status status = LF_OK;
  count_task task = {.rows = rows, .chunks = lf_cut(rows->n, 1 << 15, CHUNKS)};
  lf_days made = {.first = LF_NO_DAY};
  LF_TRY(measure(&task, run, err));
  if (task.n > SMALL_TABLE) task.chunks = lf_cut(rows->n, rows->n, 1);
  LF_TRY(lf_alloc(task.chunks.count * task.n, sizeof *task.weight, &task.weight, err));
  LF_TRY(lf_alloc(task.n, sizeof *made.weight, &made.weight, err));
  lf_parallel_for(run, task.chunks.count, count_chunk, &task);
  made.first = task.first;
  made.n = task.n;
  for (size_t c = 0; c < task.chunks.count; c++) {
    for (size_t d = 0; d < task.n; d++) made.weight[d] += task.weight[c * task.n + d];
    made.undated += task.undated[c];
  }
  for (size_t d = 0; d < made.n; d++) made.total += made.weight[d];
  *days = made;
  made.weight = NULL;
cleanup:
  free(made.weight);
  free(task.weight);
  return status;
}

void lf_days_clear(lf_days *days) {
  free(days->weight);
  *days = (lf_days){0};
}
