/* Who judges. By time: the newest rows, whole days. By hash: a row judges when the upper half of its key, as
 * a number in [0, 1), is below F. The key is that of its account where one is known (an account never
 * straddles), else of its id, else of its content: a row stays on its side whatever other rows are added.
 * Part of the file contract: another key would move rows across. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/key.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "history/days.h"
#include "ingest/value.h"

enum { TRAINS = LF_SIDE_FIRST, JUDGES = LF_SIDE_SECOND, LEAVES = LF_SIDE_LEAVES, CHUNKS = 64 };

typedef struct sides {
  size_t n;       /* rows of the table */
  uint8_t *side;  /* of each row: TRAINS, JUDGES or LEAVES */
  double *weight; /* of each row; NULL: all 1 */
} sides;

static void clear_sides(sides *s) {
  free(s->weight);
  free(s->side);
}

static lf_status collect(const lf_draft *draft, sides *s, lf_error *err) {
  const lf_history *h = draft->history;
  lf_status status = LF_OK;
  s->n = h->table->n_rows;
  LF_TRY(lf_alloc(s->n, 1, &s->side, err));
  for (size_t i = 0; i < s->n; i++) s->side[i] = lf_row_used(draft->state[i]) ? TRAINS : LEAVES;
  if (h->weight_column == SIZE_MAX) goto cleanup;
  LF_TRY(lf_alloc(s->n, sizeof *s->weight, &s->weight, err));
  lf_column_numbers(&h->table->columns[h->weight_column], 0, s->n, s->weight);
cleanup:
  return status;
}

/* A pass over the rows that decides who judges. */
typedef struct judging {
  const lf_draft *draft;
  const lf_day_reader *days;
  const lf_who *who;
  uint8_t *side;
  double from, share;
  lf_chunks chunks;
  uint64_t count[CHUNKS][2][3]; /* by side and state */
} judging;

/* ---- by time -------------------------------------------------------------------------------------- */

/* The day from which the share of rows is closest to the one wanted, both sides being left with rows; NaN
 * where one day has all. */
static double newest(const lf_days *days, double share) {
  double after = 0, best = (double)NAN, least = INFINITY, wanted = share * (days->total + days->undated);
  for (size_t d = days->n; d-- > 1;) {
    after += days->weight[d];
    bool day_has_rows = days->weight[d] > 0;
    if (!day_has_rows || fabs(after - wanted) >= least) continue;
    least = fabs(after - wanted);
    best = (double)days->first + (double)d;
  }
  return best;
}

static bool digits(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  return true;
}

/* Days since 1970-01-01 of YYYY-MM-DD; NaN where it is no date. */
static double parse_day(const char *text) {
  double days = 0;
  lf_date_parts parts;
  bool shape = strlen(text) == 10 && text[4] == '-' && text[7] == '-' && digits(text, 4) &&
               digits(text + 5, 2) && digits(text + 8, 2);
  return shape && lf_read_date(text, 10, LF_DATE_YMD, &days, &parts) ? days : (double)NAN;
}

static lf_status said_day(const lf_draft *draft, double *from, lf_error *err) {
  const char *text = draft->options->holdout_from;
  if (draft->history->date_is_row)
    return lf_fail(
        err, LF_E_USAGE,
        "--holdout-from needs dates, and --date @row gives none: say --holdout F, the share of rows");
  if (draft->history->date == SIZE_MAX)
    return lf_fail(err, LF_E_USAGE,
                   "--holdout-from needs a date column that won and lost rows have: name it with --date COL");
  *from = parse_day(text);
  return isnan(*from) ? lf_fail(err, LF_E_USAGE, "'%s' is no date: write YYYY-MM-DD", text) : LF_OK;
}

static void judge_by_day(void *context, size_t chunk) {
  enum { BATCH = 1024 };
  const judging *j = context;
  int32_t day[BATCH];
  size_t from = 0, to = 0;
  lf_chunk_rows(&j->chunks, chunk, &from, &to);
  for (; from < to; from += BATCH) {
    size_t end = from + BATCH < to ? from + BATCH : to;
    lf_day_reader_read(j->days, from, end, day);
    for (size_t i = from; i < end; i++)
      if (j->side[i] == TRAINS && day[i - from] != LF_NO_DAY && day[i - from] >= j->from) j->side[i] = JUDGES;
  }
}

/* Sets *done where time could split the rows. */
static lf_status split_by_day(lf_draft *draft, const lf_day_reader *reader, sides *s, double share,
                              bool *done, lf_error *err) {
  lf_history *h = draft->history;
  const char *name = h->table->columns[h->date].name;
  lf_days days = {0};
  lf_day_rows rows = {.days = reader,
                      .n = s->n,
                      .state = draft->state,
                      .states = 1u << LF_ROW_LOST | 1u << LF_ROW_WON | 1u << LF_ROW_UNKNOWN,
                      .weight = s->weight};
  judging j = {.days = reader, .side = s->side, .from = (double)NAN, .chunks = lf_cut(s->n, 1 << 14, CHUNKS)};
  lf_status status = draft->options->holdout_from ? said_day(draft, &j.from, err) : LF_OK;
  if (status == LF_OK) status = lf_days_count(&rows, draft->run, &days, err);
  if (status != LF_OK) return status;
  if (isnan(j.from)) j.from = newest(&days, share);
  *done = !isnan(j.from);
  if (*done) {
    lf_parallel_for(draft->run, j.chunks.count, judge_by_day, &j);
    h->split = LF_SPLIT_TIME;
    h->split_from = j.from;
    if (days.undated > 0)
      status = lf_note(h, err, "%.0f rows have no date in '%s'; they are training rows", days.undated, name);
  } else {
    status =
        lf_note(h, err, "all rows have the same day in '%s', so it cannot choose the judging rows", name);
  }
  lf_days_clear(&days);
  return status;
}

static lf_status by_day(lf_draft *draft, sides *s, double share, bool *done, lf_error *err) {
  lf_day_reader reader = {0};
  lf_status status = lf_day_reader_make(&draft->history->table->columns[draft->history->date], &reader, err);
  if (status == LF_OK) status = split_by_day(draft, &reader, s, share, done, err);
  lf_day_reader_clear(&reader);
  return status;
}

static void by_row_order(lf_history *h, sides *s, double share) {
  double total = 0, before = 0;
  for (size_t i = 0; i < s->n; i++)
    if (s->side[i] != LEAVES) total += s->weight ? s->weight[i] : 1;
  for (size_t i = 0; i < s->n; i++) {
    if (s->side[i] == LEAVES) continue;
    if (before >= (1 - share) * total) s->side[i] = JUDGES;
    before += s->weight ? s->weight[i] : 1;
  }
  h->split = LF_SPLIT_TIME;
  h->split_from = (double)NAN;
}

static void judge_by_hash(void *context, size_t chunk) {
  const judging *j = context;
  uint64_t key[LF_WHO_ROWS];
  size_t from = 0, to = 0;
  lf_chunk_rows(&j->chunks, chunk, &from, &to);
  for (; from < to; from += LF_WHO_ROWS) {
    size_t end = from + LF_WHO_ROWS < to ? from + LF_WHO_ROWS : to;
    lf_who_read(j->who, from, end, key);
    for (size_t i = from; i < end; i++)
      if (j->side[i] == TRAINS && lf_key_upper(key[i - from]) < j->share) j->side[i] = JUDGES;
  }
}

static lf_status by_hash(lf_draft *draft, sides *s, double share, lf_error *err) {
  lf_who who = {0};
  judging j = {
      .draft = draft, .who = &who, .side = s->side, .share = share, .chunks = lf_cut(s->n, 1 << 12, CHUNKS)};
  lf_status status = lf_who_make(draft, true, &who, err);
  if (status != LF_OK) return status;
  lf_parallel_for(draft->run, j.chunks.count, judge_by_hash, &j);
  draft->history->split = LF_SPLIT_HASH;
  lf_who_clear(&who);
  return LF_OK;
}

static lf_status choose_judges(lf_draft *draft, sides *s, lf_error *err) {
  lf_history *h = draft->history;
  double share = isnan(draft->options->holdout) ? 0.25 : draft->options->holdout;
  bool done = false;
  if (!(share >= 0 && share < 1))
    return lf_fail(err, LF_E_USAGE,
                   "the holdout is a share of the rows from 0 to less than 1: say --holdout 0.25");
  if (draft->options->holdout_from && h->date == SIZE_MAX) return said_day(draft, &share, err);
  if (share == 0 && !draft->options->holdout_from) return LF_OK;
  if (h->date_is_row) {
    by_row_order(h, s, share);
    return LF_OK;
  }
  lf_status status = h->date != SIZE_MAX ? by_day(draft, s, share, &done, err) : LF_OK;
  return status == LF_OK && !done ? by_hash(draft, s, share, err) : status;
}

/* ---- order ---------------------------------------------------------------------------------------- */

static void count_sides(void *context, size_t chunk) {
  judging *j = context;
  size_t from = 0, to = 0;
  lf_chunk_rows(&j->chunks, chunk, &from, &to);
  for (size_t i = from; i < to; i++)
    if (j->side[i] != LEAVES) j->count[chunk][j->side[i]][j->draft->state[i]]++;
}

/* Counts the sides; checks that both hold what they are for. */
static lf_status check_sides(lf_draft *draft, const sides *s, lf_error *err) {
  uint64_t count[2][3] = {{0}};
  judging j = {.draft = draft, .side = s->side, .chunks = lf_cut(s->n, 1 << 14, CHUNKS)};
  lf_parallel_for(draft->run, j.chunks.count, count_sides, &j);
  for (size_t c = 0; c < j.chunks.count; c++)
    for (size_t k = 0; k < 6; k++) count[k / 3][k % 3] += j.count[c][k / 3][k % 3];
  draft->history->n_train = count[0][0] + count[0][1] + count[0][2];
  draft->history->n_rows = draft->history->n_train + count[1][0] + count[1][1] + count[1][2];
  if (!draft->need_outcome) return LF_OK;
  if (!draft->history->n_train)
    return lf_fail(err, LF_E_DATA,
                   "every row is in the holdout, and none is left to learn from: start it later, with "
                   "--holdout-from DATE or --holdout F");
  if (!count[0][LF_ROW_WON] || !count[0][LF_ROW_LOST])
    return lf_fail(err, LF_E_DATA,
                   "the training rows (%llu) are all %s: nothing can be learned; make the holdout smaller "
                   "with --holdout F, or 0",
                   (unsigned long long)(count[0][0] + count[0][1]), count[0][LF_ROW_WON] ? "won" : "lost");
  if (draft->history->split != LF_SPLIT_NONE && (!count[1][LF_ROW_WON] || !count[1][LF_ROW_LOST]))
    return lf_note(draft->history, err,
                   "the holdout (%llu rows) does not hold both won and lost rows, so it can judge little",
                   (unsigned long long)(count[1][0] + count[1][1]));
  return LF_OK;
}

static lf_status keep_origin(lf_history *h, const sides *s, lf_error *err) {
  lf_status status = lf_alloc(s->n, sizeof *h->origin, &h->origin, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < s->n; i++) h->origin[i] = (uint32_t)i;
  return lf_values_divide(h->origin, sizeof *h->origin, s->side, s->n, err);
}

/* Puts training rows first; what is kept a row beside the table is put in the same order. */
static lf_status arrange(lf_draft *draft, sides *s, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  LF_TRY(lf_table_divide(h->table, s->side, draft->run, err));
  for (size_t i = 0; i < h->table->n_joins; i++)
    LF_TRY(lf_values_divide(h->table->joins[i].match, 1, s->side, s->n, err));
  LF_TRY(lf_values_divide(draft->state, sizeof *draft->state, s->side, s->n, err));
  if (s->weight) LF_TRY(lf_values_divide(s->weight, sizeof *s->weight, s->side, s->n, err));
  if (draft->identity) LF_TRY(lf_values_divide(draft->identity, sizeof *draft->identity, s->side, s->n, err));
  if (draft->options->keep_origin) LF_TRY(keep_origin(h, s, err));
  h->won = draft->state; /* of used rows, the state is the outcome */
  draft->state = NULL;
  h->weight = s->weight;
  s->weight = NULL;
cleanup:
  return status;
}

lf_status lf_split_rows(lf_draft *draft, lf_error *err) {
  sides s = {0};
  lf_status status = LF_OK;
  if (draft->history->table->n_rows > UINT32_MAX)
    return lf_fail(err, LF_E_DATA,
                   "more than 4,294,967,295 rows: group them first and give their number with --weight COL");
  status = collect(draft, &s, err);
  if (status == LF_OK) status = choose_judges(draft, &s, err);
  if (status == LF_OK) status = check_sides(draft, &s, err);
  if (status == LF_OK) status = arrange(draft, &s, err);
  clear_sides(&s);
  return status;
}
