/* Young cohorts. Where rows carry the day they were created and some are still open, the newest months may be
 * mostly open: what closed there already closed fast, and is not like what will close. Such months are named.
 */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "history/days.h"
#include "ingest/value.h"

enum { MONTH = 30, FEWEST_ROWS = 20 };

static lf_status name_young(lf_draft *draft, double from, double rows, double open, lf_error *err) {
  lf_history *h = draft->history;
  char day[LF_DATE_TEXT];
  lf_format_date(from, day);
  return lf_note(h, err,
                 "of %.0f rows created from %s on, %.0f are still open: what closed there closed "
                 "fast, and may not be like what "
                 "will close; judge those months with care",
                 rows, day, open);
}

/* Rows on the day of index `at` of all, among those of `some`. */
static double weight_on(const lf_days *some, const lf_days *all, size_t at) {
  int64_t day = (int64_t)all->first + (int64_t)at;
  if (!some->n || day < some->first || day - some->first >= (int64_t)some->n) return 0;
  return some->weight[day - some->first];
}

/* Months back from the newest day, as long as more than half of their rows are open. */
static lf_status look_back(lf_draft *draft, const lf_days *open, const lf_days *all, lf_error *err) {
  double from = (double)NAN, rows = 0, still = 0;
  for (size_t end = all->n; end > 0;) {
    size_t start = end > MONTH ? end - MONTH : 0;
    double month_rows = 0, month_open = 0;
    for (size_t d = start; d < end; d++) {
      month_rows += all->weight[d];
      month_open += weight_on(open, all, d);
    }
    if (month_rows >= FEWEST_ROWS && month_open <= 0.5 * month_rows) break;
    rows += month_rows;
    still += month_open;
    from = (double)all->first + (double)start;
    end = start;
  }
  return rows >= FEWEST_ROWS ? name_young(draft, from, rows, still, err) : LF_OK;
}

lf_status lf_cohorts_check(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  lf_day_reader reader = {0};
  lf_days open = {0}, all = {0};
  if (h->created == SIZE_MAX || h->created != h->date || !h->open) return LF_OK;
  LF_TRY(lf_day_reader_make(&h->table->columns[h->created], &reader, err));
  lf_day_rows rows = {.days = &reader, .n = h->table->n_rows};
  LF_TRY(lf_days_count(&rows, draft->run, &all, err));
  rows.state = draft->state;
  rows.states = 1u << LF_ROW_OPEN;
  LF_TRY(lf_days_count(&rows, draft->run, &open, err));
  status = look_back(draft, &open, &all, err);
cleanup:
  lf_day_reader_clear(&reader);
  lf_days_clear(&open);
  lf_days_clear(&all);
  return status;
}
