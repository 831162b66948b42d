/* Who judges. By time: the newest rows, whole days. By hash: a row judges when u(hash(who)) < F, where `who`
 * is its account where one is known (an account never straddles), else its id, else its content: a row stays
 * on its side whatever other rows are added. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "history/days.h"

enum { SPLIT_SALT = 0x73706c69 }; /* part of the file contract: changing it moves rows across */

typedef struct sides {
  size_t n;       /* used rows */
  uint32_t *row;  /* row of the table of each */
  double *day;    /* NaN where unknown; NULL where rows have no time */
  double *weight; /* NULL: all 1 */
  uint64_t *who;
  uint8_t *judges;
} sides;

static void clear_sides(sides *s) {
  free(s->row);
  free(s->day);
  free(s->weight);
  free(s->who);
  free(s->judges);
}

static uint64_t who_is(const lf_draft *draft, size_t row) {
  const lf_history *h = draft->history;
  uint64_t key = h->account != SIZE_MAX ? lf_column_key(&h->table->columns[h->account], row) : 0;
  if (!key && h->id != SIZE_MAX) key = lf_column_key(&h->table->columns[h->id], row);
  return key ? key : draft->identity[row];
}

static lf_status collect(const lf_draft *draft, sides *s, lf_error *err) {
  const lf_history *h = draft->history;
  const lf_table *table = h->table;
  lf_status status = LF_OK;
  for (size_t i = 0; i < table->n_rows; i++) s->n += lf_row_used(draft->state[i]);
  LF_TRY(lf_alloc(s->n, sizeof *s->row, &s->row, err));
  LF_TRY(lf_alloc(s->n, sizeof *s->who, &s->who, err));
  LF_TRY(lf_alloc(s->n, 1, &s->judges, err));
  if (h->date != SIZE_MAX) LF_TRY(lf_alloc(s->n, sizeof *s->day, &s->day, err));
  if (h->weight_column != SIZE_MAX) LF_TRY(lf_alloc(s->n, sizeof *s->weight, &s->weight, err));
  size_t k = 0;
  for (size_t i = 0; i < table->n_rows; i++)
    if (lf_row_used(draft->state[i])) s->row[k++] = (uint32_t)i;
  for (k = 0; k < s->n; k++) {
    s->who[k] = who_is(draft, s->row[k]);
    if (s->day) s->day[k] = lf_column_number(&table->columns[h->date], s->row[k]);
    if (s->weight) s->weight[k] = lf_column_number(&table->columns[h->weight_column], s->row[k]);
  }
cleanup:
  return status;
}

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
    best = days->first + (double)d;
  }
  return best;
}

static bool digits(const char *text, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (text[i] < '0' || text[i] > '9') return false;
  return true;
}

/* Days since 1970-01-01 of YYYY-MM-DD (Hinnant, "chrono-compatible low-level date algorithms"); NaN where it
 * is no date. */
static double parse_day(const char *text) {
  static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !digits(text, 4) || !digits(text + 5, 2) ||
      !digits(text + 8, 2))
    return (double)NAN;
  int year = atoi(text), month = atoi(text + 5), day = atoi(text + 8);
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (month < 1 || month > 12 || day < 1 || day > month_days[month - 1] || (month == 2 && day == 29 && !leap))
    return (double)NAN;
  int y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
  int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return (double)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468);
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

/* Sets *done where time could split the rows. */
static lf_status by_day(lf_draft *draft, sides *s, double share, bool *done, lf_error *err) {
  lf_history *h = draft->history;
  lf_days days = {0};
  double from = (double)NAN;
  lf_status status = draft->options->holdout_from ? said_day(draft, &from, err) : LF_OK;
  if (status == LF_OK) status = lf_days_count(s->day, s->weight, s->n, &days, err);
  if (status != LF_OK) return status;
  if (isnan(from)) from = newest(&days, share);
  for (size_t k = 0; k < s->n; k++) s->judges[k] = s->day[k] >= from;
  if (!isnan(from)) {
    h->split = LF_SPLIT_TIME;
    h->split_from = from;
    *done = true;
    if (days.undated > 0)
      status = lf_note(h, err, "%.0f rows have no date in '%s'; they are training rows", days.undated,
                       h->table->columns[h->date].name);
  } else {
    status = lf_note(h, err, "all rows have the same day in '%s', so it cannot choose the judging rows",
                     h->table->columns[h->date].name);
  }
  lf_days_clear(&days);
  return status;
}

static void by_row_order(lf_history *h, sides *s, double share) {
  double total = 0, before = 0;
  for (size_t k = 0; k < s->n; k++) total += s->weight ? s->weight[k] : 1;
  for (size_t k = 0; k < s->n; k++) {
    s->judges[k] = before >= (1 - share) * total;
    before += s->weight ? s->weight[k] : 1;
  }
  h->split = LF_SPLIT_TIME;
  h->split_from = (double)NAN;
}

static void by_hash(lf_history *h, sides *s, double share) {
  for (size_t k = 0; k < s->n; k++) s->judges[k] = lf_hash_unit(lf_hash_mix(s->who[k], SPLIT_SALT)) < share;
  h->split = LF_SPLIT_HASH;
}

static lf_status choose_judges(lf_draft *draft, sides *s, lf_error *err) {
  lf_history *h = draft->history;
  double share = isnan(draft->options->holdout) ? 0.25 : draft->options->holdout;
  bool done = false;
  if (!(share >= 0 && share < 1))
    return lf_fail(err, LF_E_USAGE,
                   "the holdout is a share of the rows from 0 to less than 1: say --holdout 0.25");
  if (draft->options->holdout_from && !s->day) return said_day(draft, &share, err);
  if (share == 0 && !draft->options->holdout_from) return LF_OK;
  if (h->date_is_row) {
    by_row_order(h, s, share);
    return LF_OK;
  }
  lf_status status = s->day ? by_day(draft, s, share, &done, err) : LF_OK;
  if (status == LF_OK && !done) by_hash(h, s, share);
  return status;
}

/* ---- order ---------------------------------------------------------------------------------------- */

static lf_status check_sides(lf_draft *draft, const sides *s, lf_error *err) {
  uint64_t count[2][3] = {{0}};
  for (size_t k = 0; k < s->n; k++) count[s->judges[k]][draft->state[s->row[k]]]++;
  if (!draft->options->need_outcome) return LF_OK;
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

/* Puts training rows first; what is kept a row beside the table is put in the same order. */
static lf_status arrange(lf_draft *draft, const sides *s, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  uint32_t *order = NULL;
  uint64_t *who = NULL;
  LF_TRY(lf_alloc(s->n, sizeof *order, &order, err));
  LF_TRY(lf_alloc(s->n, sizeof *who, &who, err));
  LF_TRY(lf_alloc(s->n, 1, &h->won, err));
  if (s->weight) LF_TRY(lf_alloc(s->n, sizeof *h->weight, &h->weight, err));
  size_t next = 0;
  for (int side = 0; side < 2; side++) {
    for (size_t k = 0; k < s->n; k++) {
      if (s->judges[k] != side) continue;
      order[next] = s->row[k];
      who[next] = s->who[k];
      h->won[next] = draft->state[s->row[k]];
      if (s->weight) h->weight[next] = s->weight[k];
      next++;
    }
    if (side == 0) h->n_train = next;
  }
  h->n_rows = s->n;
  LF_TRY(lf_table_gather(h->table, order, s->n, draft->run, err));
  free(draft->identity);
  draft->identity = who;
  who = NULL;
cleanup:
  free(order);
  free(who);
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
