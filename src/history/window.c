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
 * days within which nine in ten wins came are advised then; and where open rows are older than that, since
 * leaving them out as if they might yet be won makes the win rate that of leads somebody has closed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "history/days.h"
#include "ingest/value.h"

enum { CHUNKS = 64, AGE_CHUNKS = 16, BATCH = 1024, MOST_DAYS = LF_LONGEST_WINDOW, FEWEST_WON = 20 };
static const double beyond_end = 0.001, advised_share = 0.9, share_that_matters = 0.05;

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
  double few = days->total > 1 ? fmax(1, floor(beyond_end * days->total)) : 0, later = 0;
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
                 "won is won within %.0f %s of '%s', by '%s'; all else counts as lost: of rows older than "
                 "that on %s, the last day, %llu were won later and %llu are open",
                 w->within, lf_day_or_days(w->within), columns[h->created].name, columns[draft->closed].name,
                 day, (unsigned long long)count[WON_LATER], (unsigned long long)count[STILL_OPEN]));
  if (!draft->need_outcome) goto cleanup;
  if (count[TOO_YOUNG])
    LF_TRY(lf_exclude_rows(h, count[TOO_YOUNG], err,
                           "too young to judge: created less than %.0f %s before the history ends, on %s",
                           w->within, lf_day_or_days(w->within), day));
  if (count[NO_CREATION]) LF_TRY(lf_exclude_rows(h, count[NO_CREATION], err, "no day of creation"));
  if (count[NO_CLOSING]) LF_TRY(lf_exclude_rows(h, count[NO_CLOSING], err, "won on a day that is not known"));
cleanup:
  return status;
}

static lf_status none_is_old_enough(const lf_window *w, lf_error *err) {
  char day[LF_DATE_TEXT];
  lf_format_date(w->ends, day);
  return lf_fail(
      err, LF_E_DATA,
      "no row was created %.0f %s or more before the history ends, on %s, so that none can be judged: "
      "say fewer days, or give more history",
      w->within, lf_day_or_days(w->within), day);
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
  uint64_t old_enough = count[WON_WITHIN] + count[WON_LATER] + count[STILL_OPEN] + count[LOST];
  if (j->draft->need_outcome && count[TOO_YOUNG] && !old_enough) return none_is_old_enough(&h->window, err);
  return tell(j->draft, count, &h->window, err);
}

/* ---- advised -------------------------------------------------------------------------------------- */

/* Rows by whole days: won ones by the days they took, others by their age. */
enum { OF_WON = 0, OF_LOST, OF_OPEN, KINDS };
typedef struct ages {
  double rows[KINDS][MOST_DAYS + 1], all[KINDS];
} ages;

typedef struct aging {
  const judging *j;
  lf_chunks chunks;
  ages *part; /* one a chunk */
} aging;

static size_t kind_of(uint8_t state) {
  return state == LF_ROW_WON    ? OF_WON
         : state == LF_ROW_LOST ? OF_LOST
         : state == LF_ROW_OPEN ? OF_OPEN
                                : KINDS;
}

static void count_ages(void *context, size_t chunk) {
  const aging *g = context;
  ages *a = &g->part[chunk];
  size_t from = 0, to = 0;
  batch b;
  lf_chunk_rows(&g->chunks, chunk, &from, &to);
  for (size_t end; from < to; from = end) {
    end = read_days(g->j, from, to, &b);
    for (size_t i = from; i < end; i++) {
      size_t kind = kind_of(g->j->draft->state[i]);
      int64_t created = b.created[i - from], until = kind == OF_WON ? b.closed[i - from] : g->j->ends;
      if (kind == KINDS || created == LF_NO_DAY || until == LF_NO_DAY) continue;
      int64_t days = until < created ? 0 : until - created > MOST_DAYS ? MOST_DAYS : until - created;
      a->rows[kind][days]++;
      a->all[kind]++;
    }
  }
}

/* All parts of the rows into the first. */
static void add_ages(ages *part, size_t n) {
  for (size_t c = 1; c < n; c++)
    for (size_t k = 0; k < KINDS; k++) {
      for (size_t d = 0; d <= MOST_DAYS; d++) part->rows[k][d] += part[c].rows[k][d];
      part->all[k] += part[c].all[k];
    }
}

/* Lost rows that came yesterday, where nothing tells open ones from them; open rows that are older than
 * nearly all wins took, where something does. */
static lf_status advise_on(const lf_draft *draft, const ages *a, int32_t ends, lf_error *err) {
  lf_history *h = draft->history;
  const char *created = h->table->columns[h->created].name;
  double wins = 0, young = 0, old = a->all[OF_OPEN];
  double n_won = a->all[OF_WON], n_lost = a->all[OF_LOST], n_open = a->all[OF_OPEN];
  int days = 0;
  for (; days < MOST_DAYS && wins + a->rows[OF_WON][days] < advised_share * n_won; days++) {
    wins += a->rows[OF_WON][days];
    young += a->rows[OF_LOST][days];
    old -= a->rows[OF_OPEN][days];
  }
  if (n_won < FEWEST_WON || days == 0) return LF_OK;
  bool of_lost = n_open <= 0 && draft->closed != SIZE_MAX && young >= share_that_matters * n_lost;
  bool of_open = n_open > 0 && old >= share_that_matters * (n_won + n_lost);
  if (!of_lost && !of_open) return LF_OK;
  h->window.ends = ends;
  h->window.advised = days;
  h->window.advised_lost = of_lost ? young : 0;
  h->window.advised_open = of_open ? old : 0;
  if (of_lost)
    return lf_note(
        h, err,
        "nine in ten wins came within %d days of '%s', and %.0f of %.0f lost rows are younger than "
        "that: --within %d leaves those out, and calls won what is won within %d days",
        days, created, young, n_lost, days, days);
  return lf_note(
      h, err,
      "nine in ten wins came within %d days of '%s', and %.0f of %.0f open rows are older than that: "
      "--within %d calls lost what is not won within %d days",
      days, created, old, n_open, days, days);
}

static lf_status advise(judging *j, lf_error *err) {
  aging g = {.j = j, .chunks = lf_cut(j->draft->history->table->n_rows, 1 << 16, AGE_CHUNKS)};
  lf_status status = lf_alloc(g.chunks.count, sizeof *g.part, &g.part, err);
  if (status != LF_OK) return status;
  lf_parallel_for(j->draft->run, g.chunks.count, count_ages, &g);
  add_ages(g.part, g.chunks.count);
  status = advise_on(j->draft, g.part, j->ends, err);
  free(g.part);
  return status;
}

/* ---- the step ------------------------------------------------------------------------------------- */

/* The column that says when a row was won; SIZE_MAX where none does, or where nothing need be advised. */
static size_t closing_of(const lf_draft *draft) {
  const lf_history *h = draft->history;
  if (draft->closed != SIZE_MAX) return draft->closed;
  bool dated = h->date != SIZE_MAX && h->date != h->created && !h->date_is_row;
  return dated && memchr(draft->state, LF_ROW_OPEN, h->table->n_rows) ? h->date : SIZE_MAX;
}

lf_status lf_window_apply(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  bool said = draft->project->within > 0, advises = draft->need_outcome && h->weight_column == SIZE_MAX;
  judging *j = NULL;
  lf_status status = LF_OK;
  h->window.ends = h->window.advised = NAN;
  if (h->outcome == SIZE_MAX || h->created == SIZE_MAX || !(said || advises)) return LF_OK;
  size_t closing = closing_of(draft);
  if (closing == SIZE_MAX) return LF_OK;
  LF_TRY(lf_alloc(1, sizeof *j, &j, err));
  j->draft = draft;
  j->chunks = lf_cut(h->table->n_rows, 1 << 14, CHUNKS);
  LF_TRY(lf_day_reader_make(&h->table->columns[h->created], &j->created, err));
  LF_TRY(lf_day_reader_make(&h->table->columns[closing], &j->closed, err));
  LF_TRY(find_end(j, err));
  status = said ? apply(j, err) : advise(j, err);
cleanup:
  if (j) lf_day_reader_clear(&j->created);
  if (j) lf_day_reader_clear(&j->closed);
  free(j);
  return status;
}
