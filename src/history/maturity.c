/* Maturity: how long rows take to be decided, and which cohorts are too young to judge.
 *
 * Symbols: row i created on day c_i; decided at age a_i = close day - c_i, or open at age T - c_i, T the last
 * day on which anything was created or decided. S(a) = product over ages s <= a of (1 - d_s / n_s), d_s
 * decided at age s of n_s still open just before: Kaplan & Meier (1958), open rows censored. The curve told
 * is 1 - S. A cohort is a calendar month of creation. What closed early in a young cohort closed fast, and is
 * not like what will close; so a cohort leaves as a whole, by its month, never row by row for being open.
 * From the newest month back, cohorts leave while more than MOST_OPEN of their rows are open: while the
 * median row has not been decided, those that have are the faster half, and what they say of the rest is a
 * guess. A month of fewer than FEWEST_ROWS says too little of itself: all rows speak for it, and it leaves
 * where its middle is younger than the age at which the curve reaches that share. Never more than a third of
 * the decided rows, and never all wins or losses of the rest. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "history/draft.h"
#include "ingest/value.h"

enum { AGES = 3650, FEWEST_ROWS = 20, MOST_MONTHS = 12 * 200 + 1, BATCH = 512, CHUNKS = 16 };
enum { MEDIAN = 1 }; /* of the shares whose days are told: that of MOST_OPEN */
static const double MOST_OPEN = 0.5;
static const int AGE_TOLD[LF_MATURITY_AGES] = {30, 60, 90, 180, 365};

int lf_month_number(double day) {
  long z = (long)floor(day) + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
  long y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365,
       of_year = of_era - (365 * y + y / 4 - y / 100);
  long m = (5 * of_year + 2) / 153, month = m < 10 ? m + 3 : m - 9;
  return (int)(12 * (y + era * 400 + (month <= 2)) + month - 1);
}

static bool is_decided(uint8_t state) {
  return state == LF_ROW_WON || state == LF_ROW_LOST;
}

/* ---- rows ----------------------------------------------------------------------------------------- */

/* What one part of the rows adds. */
typedef struct tally {
  double first, last, as_of; /* days of creation; the last day on which anything happened */
  uint32_t decided[AGES + 1], open[AGES + 1];
  uint32_t cohort[MOST_MONTHS][3]; /* open, decided, won */
  uint64_t held;
} tally;

typedef struct maturing {
  lf_draft *draft;
  const lf_column *created, *closed;
  double as_of;
  int first_day, first_month;
  uint16_t *month_of_day; /* months since the first, of each day since the first */
  int hold_from;          /* months since the first */
  lf_chunks chunks;
  tally *tallies; /* one a chunk */
} maturing;

/* Rows [at, end) of a chunk, with the days on which they were created and closed. */
typedef struct batch {
  size_t at, end;
  double created[BATCH], closed[BATCH];
} batch;

static bool next_batch(const maturing *m, size_t chunk, batch *b) {
  size_t from = 0, to = 0;
  lf_chunk_rows(&m->chunks, chunk, &from, &to);
  b->at = b->end ? b->end : from;
  b->end = b->at + BATCH < to ? b->at + BATCH : to;
  if (b->at >= to) return false;
  lf_column_numbers(m->created, b->at, b->end, b->created);
  lf_column_numbers(m->closed, b->at, b->end, b->closed);
  return true;
}

/* Dates further from 1970 than eight thousand years are none. */
static bool known(double created) {
  return fabs(created) <= 3e6;
}

static void find_ends(void *context, size_t chunk) {
  const maturing *m = context;
  tally *t = &m->tallies[chunk];
  batch b = {.end = 0};
  double first = INFINITY, last = -INFINITY, as_of = -INFINITY;
  while (next_batch(m, chunk, &b))
    for (size_t i = b.at; i < b.end; i++) {
      double created = b.created[i - b.at], closed = b.closed[i - b.at];
      if (known(created) && created < first) first = created;
      if (known(created) && created > last) last = created;
      if (created > as_of) as_of = created;
      if (closed > as_of && is_decided(m->draft->state[i])) as_of = closed;
    }
  t->first = first;
  t->last = last;
  t->as_of = as_of;
}

static void count_rows(void *context, size_t chunk) {
  const maturing *m = context;
  tally *t = &m->tallies[chunk];
  batch b = {.end = 0};
  while (next_batch(m, chunk, &b))
    for (size_t i = b.at; i < b.end; i++) {
      double created = b.created[i - b.at];
      uint8_t state = m->draft->state[i];
      bool decided = is_decided(state), open = state == LF_ROW_OPEN;
      double age = (decided ? b.closed[i - b.at] : m->as_of) - created;
      if ((decided || open) && age >= 0) (decided ? t->decided : t->open)[age < AGES ? (size_t)age : AGES]++;
      if (!known(created)) continue;
      uint32_t *cohort = t->cohort[m->month_of_day[(int)floor(created) - m->first_day]];
      cohort[0] += open;
      cohort[1] += decided;
      cohort[2] += state == LF_ROW_WON;
    }
}

static void hold_rows(void *context, size_t chunk) {
  const maturing *m = context;
  batch b = {.end = 0};
  while (next_batch(m, chunk, &b))
    for (size_t i = b.at; i < b.end; i++) {
      double created = b.created[i - b.at];
      uint8_t *state = &m->draft->state[i];
      /* what was created after the first month that is held is held, however late */
      if (!is_decided(*state) || isnan(created) || lf_month_number(created) - m->first_month < m->hold_from)
        continue;
      *state = LF_ROW_YOUNG;
      m->tallies[chunk].held++;
    }
}

/* ---- the curve ------------------------------------------------------------------------------------ */

static void read_curve(const tally *a, lf_maturity *m) {
  static const double shares[LF_MATURITY_QUANTILES] = {0.25, 0.5, 0.75, 0.9};
  double at_risk = 0, still = 1;
  for (size_t k = 0; k < LF_MATURITY_QUANTILES; k++) m->days[k] = (double)NAN;
  for (size_t k = 0; k < LF_MATURITY_AGES; k++) {
    m->age[k] = AGE_TOLD[k];
    m->decided_by[k] = (double)NAN;
  }
  for (size_t s = 0; s <= AGES; s++) at_risk += (double)a->decided[s] + a->open[s];
  for (size_t s = 0; s <= AGES && at_risk > 0; s++) {
    still *= 1 - a->decided[s] / at_risk;
    at_risk -= (double)a->decided[s] + a->open[s];
    for (size_t k = 0; k < LF_MATURITY_QUANTILES; k++)
      if (isnan(m->days[k]) && 1 - still >= shares[k]) m->days[k] = (double)s;
    for (size_t k = 0; k < LF_MATURITY_AGES; k++)
      if ((int)s <= AGE_TOLD[k]) m->decided_by[k] = 1 - still;
  }
}

/* ---- cohorts -------------------------------------------------------------------------------------- */

/* Months of the days from the first to the last; *known false where these lie too far apart. */
static lf_status map_months(maturing *m, double first, double last, lf_maturity *out, bool *mapped,
                            lf_error *err) {
  lf_status status = LF_OK;
  *mapped = first <= last && lf_month_number(last) - lf_month_number(first) < MOST_MONTHS;
  if (!*mapped) return LF_OK;
  m->first_day = (int)floor(first);
  m->first_month = lf_month_number(first);
  size_t n_days = (size_t)(floor(last) - floor(first)) + 1;
  LF_TRY(lf_alloc(n_days, sizeof *m->month_of_day, &m->month_of_day, err));
  for (size_t d = 0; d < n_days; d++)
    m->month_of_day[d] = (uint16_t)(lf_month_number(m->first_day + (double)d) - m->first_month);
  out->n_cohorts = (size_t)(lf_month_number(last) - m->first_month) + 1;
  LF_TRY(lf_alloc(out->n_cohorts, sizeof *out->cohorts, &out->cohorts, err));
cleanup:
  return status;
}

static void read_cohorts(const maturing *m, const tally *t, lf_maturity *out) {
  for (size_t k = 0; k < out->n_cohorts; k++)
    out->cohorts[k] = (lf_cohort){.year = (m->first_month + (int)k) / 12,
                                  .month = (m->first_month + (int)k) % 12 + 1,
                                  .open = t->cohort[k][0],
                                  .decided = t->cohort[k][1],
                                  .won = t->cohort[k][2]};
}

static bool is_young(const lf_maturity *m, const lf_cohort *c) {
  double rows = c->open + c->decided, age = m->as_of - (double)lf_days_from_civil(c->year, c->month, 16);
  if (rows >= FEWEST_ROWS) return c->open > MOST_OPEN * rows;
  return isnan(m->days[MEDIAN]) || age < m->days[MEDIAN];
}

/* Marks the cohorts that leave, newest first; how many rows that takes stands in m. */
static void mark_young(lf_maturity *m) {
  double decided = 0, won = 0;
  for (size_t k = 0; k < m->n_cohorts; k++) {
    decided += m->cohorts[k].decided;
    won += m->cohorts[k].won;
  }
  m->decided = decided;
  m->won = won;
  for (size_t k = m->n_cohorts; k-- > 0;) {
    lf_cohort *c = &m->cohorts[k];
    double left = m->held_decided + c->decided, left_won = m->held_won + c->won;
    bool affordable = 3 * left <= decided && won - left_won > 0 && decided - left > won - left_won;
    if (!is_young(m, c) || !affordable) break;
    c->held = c->open + c->decided > 0;
    m->held_open += c->open;
    m->held_decided = left;
    m->held_won = left_won;
  }
  if (m->held_decided + m->held_open >= FEWEST_ROWS) return;
  for (size_t k = 0; k < m->n_cohorts; k++) m->cohorts[k].held = false;
  m->held_open = m->held_decided = m->held_won = 0;
}

static lf_status hold_back(maturing *m, const lf_maturity *found, lf_error *err) {
  uint64_t rows = 0;
  const lf_cohort *first = NULL;
  for (size_t k = found->n_cohorts;
       k-- > 0 && (found->cohorts[k].held || found->cohorts[k].open + found->cohorts[k].decided <= 0);)
    if (found->cohorts[k].held) first = &found->cohorts[k];
  if (!first) return LF_OK;
  m->hold_from = (int)(first - found->cohorts);
  lf_parallel_for(m->draft->run, m->chunks.count, hold_rows, m);
  for (size_t c = 0; c < m->chunks.count; c++) rows += m->tallies[c].held;
  if (!rows) return LF_OK;
  return lf_exclude_rows(
      m->draft->history, rows, err,
      "too young to judge: created in %04d-%02d or later, where %.0f of %.0f rows are still open",
      first->year, first->month, found->held_open, found->held_open + found->held_decided);
}

/* ---- the step ------------------------------------------------------------------------------------- */

/* Adds what all parts of the rows found to the first. */
static void add_up(maturing *m) {
  tally *sum = &m->tallies[0];
  for (size_t c = 1; c < m->chunks.count; c++) {
    const tally *t = &m->tallies[c];
    for (size_t s = 0; s <= AGES; s++) {
      sum->decided[s] += t->decided[s];
      sum->open[s] += t->open[s];
    }
    for (size_t k = 0; k < MOST_MONTHS; k++)
      for (size_t j = 0; j < 3; j++) sum->cohort[k][j] += t->cohort[k][j];
  }
}

static lf_status measure(maturing *m, lf_maturity *out, lf_error *err) {
  double first = INFINITY, last = -INFINITY;
  bool mapped = false;
  m->as_of = -INFINITY;
  lf_parallel_for(m->draft->run, m->chunks.count, find_ends, m);
  for (size_t c = 0; c < m->chunks.count; c++) {
    first = fmin(first, m->tallies[c].first);
    last = fmax(last, m->tallies[c].last);
    m->as_of = fmax(m->as_of, m->tallies[c].as_of);
  }
  out->as_of = m->as_of;
  lf_status status = map_months(m, first, last, out, &mapped, err);
  if (status != LF_OK || !mapped) return status;
  lf_parallel_for(m->draft->run, m->chunks.count, count_rows, m);
  add_up(m);
  read_curve(&m->tallies[0], out);
  read_cohorts(m, &m->tallies[0], out);
  out->known = true;
  return LF_OK;
}

lf_status lf_maturity_hold(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  maturing m = {.draft = draft, .chunks = lf_cut(h->table->n_rows, 1 << 14, CHUNKS)};
  if (!draft->need_outcome || h->date_is_row || h->created == SIZE_MAX || h->date == SIZE_MAX ||
      h->created == h->date)
    return LF_OK;
  m.created = &h->table->columns[h->created];
  m.closed = &h->table->columns[h->date];
  LF_TRY(lf_alloc(m.chunks.count, sizeof *m.tallies, &m.tallies, err));
  LF_TRY(measure(&m, &h->maturity, err));
  if (!h->maturity.known) goto cleanup;
  mark_young(&h->maturity);
  status = hold_back(&m, &h->maturity, err);
cleanup:
  free(m.month_of_day);
  free(m.tallies);
  return status;
}

double lf_history_whole_until(const lf_history *history) {
  const lf_maturity *m = &history->maturity;
  for (size_t k = 0; k < m->n_cohorts; k++) {
    const lf_cohort *c = &m->cohorts[k];
    if (c->held) return nextafter((double)lf_days_from_civil(c->year, c->month, 1), -INFINITY);
  }
  return INFINITY;
}
