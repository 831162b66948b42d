/* The window: won means won within W days of creation.
 *
 * Leads that never close are open for ever, or are called lost on the day they come. Credit scoring's
 * performance window (Siddiqi, Credit Risk Scorecards, 2006, ch. 4) makes an outcome of them that every row
 * can have alike: with c the day of creation, w the day of winning and T the day on which the history ends, a
 * row of T - c < W is too young to be judged, whatever came of it, since of its age those that won are known
 * and those that will are not; of the others a row is won where w - c <= W, and lost where it is not, be it
 * open, lost or won later.
 *
 * T is the last day on which a row was created or won, but for one in a thousand (one, of fewer): a mistyped
 * year must not make old rows of young ones.
 *
 * Where no window is said, but only won rows have a close date, rows that came yesterday count as lost. The
 * days within which nine in ten wins came are advised then. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "history/days.h"
#include "ingest/value.h"

enum { CHUNKS = 64, BATCH = 1024, MOST_DAYS = LF_LONGEST_WINDOW, FEWEST_WON = 20 };
static const double beyond_end = 0.001, advised_share = 0.9, lost_that_matter = 0.05;

/* What a window makes of a row. */
typedef enum fate {
  WON_WITHIN = 0,
  WON_LATER,
  STILL_OPEN,
  LOST,
  TOO_YOUNG,
  NO_CREATION,
  NO_CLOSING,
  FATES
} fate;

typedef struct judging {
  lf_draft *draft;
  lf_day_reader created, closed;
  int32_t ends, within;
  lf_chunks chunks;
  uint64_t count[CHUNKS][FATES];
} judging;

/* Days of creation and of closing of the rows from `at` on, BATCH at most. */
typedef struct batch {
  int32_t created[BATCH], closed[BATCH];
} batch;

static size_t read_days(const judging *j, size_t from, size_t to, batch *b) {
  size_t end = from + BATCH < to ? from + BATCH : to;
  lf_day_reader_read(&j->created, from, end, b->created);
  lf_day_reader_read(&j->closed, from, end, b->closed);
  return end;
}

/* ---- the end of the history ----------------------------------------------------------------------- */

/* The last day but for a few; LF_NO_DAY where there is none. */
static int32_t last_day(const lf_days *days) {
  double few = fmax(1, floor(beyond_end * days->total)), later = 0;
  for (size_t d = days->n; d-- > 0;) {
    later += days->weight[d];
    if (later > few) return (int32_t)((int64_t)days->first + (int64_t)d);
  }
  return LF_NO_DAY;
}

static lf_status find_end(judging *j, lf_error *err) {
  lf_status status = LF_OK;
  lf_days created = {0}, won = {0};
  size_t n = j->draft->history->table->n_rows;
  lf_day_rows all = {.days = &j->created, .n = n},
              wins = {.days = &j->closed, .n = n, .state = j->draft->state, .states = 1u << LF_ROW_WON};
  LF_TRY(lf_days_count(&all, j->draft->run, &created, err));
  LF_TRY(lf_days_count(&wins, j->draft->run, &won, err));
  int32_t a = last_day(&created), b = last_day(&won);
  j->ends = a > b ? a : b; /* LF_NO_DAY is the least of all */
cleanup:
  lf_days_clear(&created);
  lf_days_clear(&won);
  return status;
}

/* ---- applied -------------------------------------------------------------------------------------- */

static fate judge(const judging *j, uint8_t state, int32_t created, int32_t closed) {
  if (created == LF_NO_DAY) return NO_CREATION;
  if ((int64_t)j->ends - created < j->within) return TOO_YOUNG;
  if (state != LF_ROW_WON) return state == LF_ROW_OPEN ? STILL_OPEN : LOST;
  if (closed == LF_NO_DAY) return NO_CLOSING;
  return (int64_t)closed - created <= j->within ? WON_WITHIN : WON_LATER;
}

static void judge_rows(void *context, size_t chunk) {
  judging *j = context;
  uint8_t left = j->draft->need_outcome ? LF_ROW_YOUNG : LF_ROW_UNKNOWN;
  size_t from = 0, to = 0;
  batch b;
  lf_chunk_rows(&j->chunks, chunk, &from, &to);
  for (size_t end; from < to; from = end) {
    end = read_days(j, from, to, &b);
    for (size_t i = from; i < end; i++) {
      uint8_t *state = &j->draft->state[i];
      if (*state != LF_ROW_WON && *state != LF_ROW_LOST && *state != LF_ROW_OPEN) continue;
      fate f = judge(j, *state, b.created[i - from], b.closed[i - from]);
      *state = f == WON_WITHIN ? LF_ROW_WON : f <= LOST ? LF_ROW_LOST : left;
      j->count[chunk][f]++;
    }
  }
}

static lf_status tell(lf_draft *draft, const uint64_t *count, const lf_window *w, lf_error *err) {
  lf_history *h = draft->history;
  const lf_column *columns = h->table->columns;
  char day[LF_DATE_TEXT];
  lf_status status = LF_OK;
  lf_format_date(w->ends, day);
  LF_TRY(lf_note(h, err,
                 "won is won within %.0f days of '%s', by '%s'; all else counts as lost: of rows older than "
                 "that on %s, the last day, %llu were won later and %llu are open",
                 w->within, columns[h->created].name, columns[draft->closed].name, day,
                 (unsigned long long)count[WON_LATER], (unsigned long long)count[STILL_OPEN]));
  if (!draft->need_outcome) goto cleanup;
  if (count[TOO_YOUNG])
    LF_TRY(lf_exclude_rows(h, count[TOO_YOUNG], err,
                           "too young to judge: created less than %.0f days before the history ends, on %s",
                           w->within, day));
  if (count[NO_CREATION]) LF_TRY(lf_exclude_rows(h, count[NO_CREATION], err, "no day of creation"));
  if (count[NO_CLOSING]) LF_TRY(lf_exclude_rows(h, count[NO_CLOSING], err, "won on a day that is not known"));
cleanup:
  return status;
}

static lf_status apply(judging *j, lf_error *err) {
  lf_history *h = j->draft->history;
  uint64_t *count = j->count[0];
  j->within = (int32_t)j->draft->project->within;
  lf_parallel_for(j->draft->run, j->chunks.count, judge_rows, j);
  for (size_t c = 1; c < j->chunks.count; c++)
    for (size_t f = 0; f < FATES; f++) count[f] += j->count[c][f];
  h->open += count[TOO_YOUNG];
  h->window = (lf_window){.within = j->within,
                          .ends = j->ends,
                          .late = (double)count[WON_LATER],
                          .open = (double)count[STILL_OPEN],
                          .young = (double)count[TOO_YOUNG],
                          .advised = NAN};
  return tell(j->draft, count, &h->window, err);
}

/* ---- advised -------------------------------------------------------------------------------------- */

/* Rows by whole days: won ones by the days they took, lost ones by their age. */
typedef struct ages {
  double won[MOST_DAYS + 1], lost[MOST_DAYS + 1], n_won, n_lost, n_open;
} ages;

static void count_ages(const judging *j, ages *a) {
  size_t n = j->draft->history->table->n_rows;
  batch b;
  for (size_t from = 0, end; from < n; from = end) {
    end = read_days(j, from, n, &b);
    for (size_t i = from; i < end; i++) {
      uint8_t state = j->draft->state[i];
      bool won = state == LF_ROW_WON;
      a->n_open += state == LF_ROW_OPEN;
      int64_t created = b.created[i - from], until = won ? b.closed[i - from] : j->ends;
      if ((!won && state != LF_ROW_LOST) || created == LF_NO_DAY || until == LF_NO_DAY) continue;
      int64_t took = until < created ? 0 : until - created > MOST_DAYS ? MOST_DAYS : until - created;
      (won ? a->won : a->lost)[took]++;
      *(won ? &a->n_won : &a->n_lost) += 1;
    }
  }
}

/* Where some rows are open, those that are lost are so for good: nothing is advised. */
static lf_status advise(judging *j, lf_error *err) {
  lf_history *h = j->draft->history;
  ages *a = NULL;
  double wins = 0, young = 0;
  int days = 0;
  lf_status status = lf_alloc(1, sizeof *a, &a, err);
  if (status != LF_OK) return status;
  count_ages(j, a);
  for (; days < MOST_DAYS && wins + a->won[days] < advised_share * a->n_won; days++) {
    wins += a->won[days];
    young += a->lost[days];
  }
  if (a->n_open > 0 || a->n_won < FEWEST_WON || days == 0 || young < lost_that_matter * a->n_lost)
    goto cleanup;
  h->window.advised = days;
  h->window.advised_lost = young;
  status =
      lf_note(h, err,
              "nine in ten wins came within %d days of '%s', and %.0f of %.0f lost rows are younger than "
              "that: --within %d leaves those out, and calls won what is won within %d days",
              days, h->table->columns[h->created].name, young, a->n_lost, days, days);
cleanup:
  free(a);
  return status;
}

lf_status lf_window_apply(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  bool said = draft->project->within > 0;
  judging *j = NULL;
  lf_status status = LF_OK;
  h->window.ends = h->window.advised = NAN;
  if (h->outcome == SIZE_MAX || h->created == SIZE_MAX || draft->closed == SIZE_MAX) return LF_OK;
  if (!said && !draft->need_outcome) return LF_OK;
  LF_TRY(lf_alloc(1, sizeof *j, &j, err));
  j->draft = draft;
  j->chunks = lf_cut(h->table->n_rows, 1 << 14, CHUNKS);
  LF_TRY(lf_day_reader_make(&h->table->columns[h->created], &j->created, err));
  LF_TRY(lf_day_reader_make(&h->table->columns[draft->closed], &j->closed, err));
  LF_TRY(find_end(j, err));
  status = said ? apply(j, err) : advise(j, err);
cleanup:
  if (j) lf_day_reader_clear(&j->created);
  if (j) lf_day_reader_clear(&j->closed);
  free(j);
  return status;
}
