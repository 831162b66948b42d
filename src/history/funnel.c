#include "history/funnel.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "history/days.h"
#include "history/draft.h"
#include "history/words.h"

enum { MOST_MONTHS = 1200 };

static void clear_cuts(lf_funnel_cut *cuts, size_t n) {
  for (size_t i = 0; i < n; i++) {
    for (size_t g = 0; cuts[i].groups && g < cuts[i].n; g++) free(cuts[i].groups[g].label);
    free(cuts[i].groups);
    free(cuts[i].column);
  }
}

void lf_funnel_clear(lf_funnel_leaks *f) {
  free(f->source);
  clear_cuts(f->cuts, f->n_cuts);
  clear_cuts(f->alone_cuts, f->n_alone_cuts);
  for (size_t i = 0; i < f->n_orders; i++) {
    free(f->orders[i].earlier);
    free(f->orders[i].later);
  }
  *f = (lf_funnel_leaks){0};
}

/* What is counted of each row of a table. */
typedef struct counted {
  const lf_table *table;
  const uint8_t *match;    /* lf_match of each row, or NULL: none reached anything */
  const uint8_t *state;    /* lf_row_state of each row, or NULL */
  const uint8_t *won;      /* of each row, or NULL */
  const lf_column *amount; /* added up over won rows, or NULL */
} counted;

static void count_row(const counted *c, size_t i, lf_funnel_group *g) {
  bool won = c->state ? c->state[i] == LF_ROW_WON : c->won && c->won[i];
  double amount = c->amount && won ? lf_column_number(c->amount, i) : (double)NAN;
  g->rows += 1;
  g->reached += c->match && (c->match[i] == LF_MATCH_ROW || c->match[i] == LF_MATCH_SHARED);
  g->open += c->state && c->state[i] == LF_ROW_OPEN;
  g->won += won;
  g->amount += isnan(amount) ? 0 : amount;
}

/* ---- columns -------------------------------------------------------------------------------------- */

static size_t find_by_name(const lf_table *table, size_t join, const char *const *names) {
  for (size_t c = 0; c < table->n_columns; c++) {
    const lf_column *column = &table->columns[c];
    char words[LF_WORDS];
    if (column->join != join || column->store != LF_STORE_CODES || column->kind == LF_KIND_DATE) continue;
    lf_words(lf_bare_name(column), words);
    if (lf_words_have_any(words, names)) return c;
  }
  return SIZE_MAX;
}

static size_t find_cut(const lf_table *table, size_t join, lf_funnel_by by) {
  static const char *const sources[] = {"lead source", "leadsource", "source", "origin", "channel", NULL};
  static const char *const owners[] = {"owner",       "rep",   "salesperson", "account executive",
                                       "assigned to", "sr id", "sdr id",      NULL};
  return find_by_name(table, join, by == LF_FUNNEL_SOURCE ? sources : owners);
}

/* The first date whose name says that something began, else the first date. */
static size_t find_start(const lf_table *table, size_t join) {
  static const char *const names[] = {"created", "create",  "creation", "createddate",
                                      "opened",  "entered", NULL};
  size_t first = SIZE_MAX;
  for (size_t c = 0; c < table->n_columns; c++) {
    char words[LF_WORDS];
    if (table->columns[c].join != join || table->columns[c].kind != LF_KIND_DATE) continue;
    lf_words(lf_bare_name(&table->columns[c]), words);
    if (lf_words_have_any(words, names)) return c;
    if (first == SIZE_MAX) first = c;
  }
  return first;
}

/* ---- cuts ----------------------------------------------------------------------------------------- */

static int by_falling_leak(const void *a, const void *b) {
  const lf_funnel_group *x = a, *y = b;
  double p = x->rows - x->reached, q = y->rows - y->reached;
  if (p < q || p > q) return p < q ? 1 : -1;
  return strcmp(x->label, y->label);
}

/* Beyond the largest groups, all become one without a label. */
static void pool_small(lf_funnel_cut *cut) {
  if (cut->n <= LF_FUNNEL_GROUPS) return;
  lf_funnel_group *rest = &cut->groups[LF_FUNNEL_GROUPS];
  free(rest->label);
  rest->label = NULL;
  for (size_t g = LF_FUNNEL_GROUPS + 1; g < cut->n; g++) {
    rest->rows += cut->groups[g].rows;
    rest->reached += cut->groups[g].reached;
    rest->open += cut->groups[g].open;
    rest->won += cut->groups[g].won;
    rest->amount += cut->groups[g].amount;
    free(cut->groups[g].label);
  }
  cut->n = LF_FUNNEL_GROUPS + 1;
}

/* Groups without rows go. */
static void close_gaps(lf_funnel_cut *cut, size_t n) {
  for (size_t g = 0; g < n; g++) {
    if (cut->groups[g].rows > 0)
      cut->groups[cut->n++] = cut->groups[g];
    else
      free(cut->groups[g].label);
  }
}

static lf_status cut_by_value(const counted *c, const lf_column *column, lf_funnel_cut *cut, lf_error *err) {
  size_t n = (size_t)column->n_levels + 1;
  lf_status status = lf_alloc(n, sizeof *cut->groups, &cut->groups, err);
  if (status != LF_OK) return status;
  for (uint32_t k = 0; k < n && status == LF_OK; k++) {
    const char *label = k ? lf_column_level(column, k) : "";
    status = lf_copy_text(label, strlen(label), &cut->groups[k].label, err);
  }
  for (size_t i = 0; i < c->table->n_rows && status == LF_OK; i++)
    count_row(c, i, &cut->groups[lf_column_code(column, i)]);
  close_gaps(cut, n);
  qsort(cut->groups, cut->n, sizeof *cut->groups, by_falling_leak);
  pool_small(cut);
  return status;
}

static int month_of(double day) {
  return (int)lf_month_number((double)floor(day));
}

static lf_status cut_by_month(const counted *c, const lf_column *column, lf_funnel_cut *cut, lf_error *err) {
  int low = INT32_MAX, high = INT32_MIN;
  for (size_t i = 0; i < c->table->n_rows; i++) {
    double day = lf_column_number(column, i);
    if (isnan(day)) continue;
    int month = month_of(day);
    low = month < low ? month : low;
    high = month > high ? month : high;
  }
  if (low > high || high - low >= MOST_MONTHS) return LF_OK;
  size_t n = (size_t)(high - low) + 1;
  lf_status status = lf_alloc(n, sizeof *cut->groups, &cut->groups, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < n && status == LF_OK; k++) {
    char label[32];
    int month = low + (int)k;
    snprintf(label, sizeof label, "%04d-%02d", month / 12, month % 12 + 1);
    status = lf_copy_text(label, strlen(label), &cut->groups[k].label, err);
  }
  for (size_t i = 0; i < c->table->n_rows && status == LF_OK; i++) {
    double day = lf_column_number(column, i);
    if (!isnan(day)) count_row(c, i, &cut->groups[month_of(day) - low]);
  }
  close_gaps(cut, n);
  return status;
}

static lf_status make_cuts(const counted *c, size_t join, size_t created, lf_funnel_cut *cuts, size_t *n,
                           lf_error *err) {
  for (lf_funnel_by by = LF_FUNNEL_SOURCE; by < LF_FUNNEL_CUTS; by++) {
    size_t k = by == LF_FUNNEL_MONTH ? created : find_cut(c->table, join, by);
    if (k == SIZE_MAX) continue;
    const lf_column *column = &c->table->columns[k];
    lf_funnel_cut *cut = &cuts[(*n)++];
    cut->by = by;
    lf_status status = lf_copy_text(column->name, strlen(column->name), &cut->column, err);
    if (status == LF_OK)
      status = by == LF_FUNNEL_MONTH ? cut_by_month(c, column, cut, err) : cut_by_value(c, column, cut, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

/* ---- rows of the other half without a lead -------------------------------------------------------- */

/* The column of the other half that a column of the table came from. */
static const lf_column *theirs(const lf_history *h, const lf_table *other, size_t column, size_t join) {
  if (column == SIZE_MAX || h->table->columns[column].join != join) return NULL;
  size_t c = lf_table_find(other, lf_own_name(&h->table->columns[column]));
  return c == SIZE_MAX ? NULL : &other->columns[c];
}

static lf_status mark_won(const lf_history *h, const lf_column *outcome, size_t n, uint8_t **won,
                          lf_error *err) {
  lf_status status = lf_alloc(n, 1, won, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) {
    uint32_t code = outcome->store == LF_STORE_CODES ? lf_column_code(outcome, i) : 0;
    const char *level = code ? lf_column_level(outcome, code) : "";
    for (size_t k = 0; k < h->won_values.n && !(*won)[i]; k++)
      (*won)[i] = strcmp(h->won_values.items[k], level) == 0;
  }
  return status;
}

static lf_status count_alone(const lf_draft *draft, size_t join, lf_funnel_leaks *f, lf_error *err) {
  const lf_history *h = draft->history;
  const lf_joined *joined = &h->table->joins[join - 1];
  const lf_table *other = joined->unmatched;
  const lf_column *outcome = theirs(h, other, h->outcome, join);
  counted c = {.table = other, .amount = theirs(h, other, h->amount, join)};
  uint8_t *won = NULL;
  lf_status status = LF_OK;
  bool all_won = draft->joined_outcome && draft->outcome_join == join;
  f->alone = (double)other->n_rows;
  f->alone_without_key = (double)joined->rows_without_key;
  f->alone_won = f->alone_amount = (double)NAN;
  if (outcome) LF_TRY(mark_won(h, outcome, other->n_rows, &won, err));
  if (all_won) LF_TRY(lf_alloc(other->n_rows, 1, &won, err));
  if (all_won) memset(won, 1, other->n_rows);
  c.won = won;
  lf_funnel_group all = {0};
  for (size_t i = 0; won && i < other->n_rows; i++) count_row(&c, i, &all);
  if (won) f->alone_won = all.won;
  if (won && c.amount) f->alone_amount = all.amount;
  if (other->n_rows) status = make_cuts(&c, 0, find_start(other, 0), f->alone_cuts, &f->n_alone_cuts, err);
cleanup:
  free(won);
  return status;
}

/* ---- dates ---------------------------------------------------------------------------------------- */

/* Days are compared: one of the two may have no time of day. */
static lf_status compare_dates(const lf_table *table, size_t earlier, size_t later, lf_funnel_leaks *f,
                               lf_error *err) {
  double rows = 0, compared = 0;
  if (earlier == later || f->n_orders == LF_FUNNEL_ORDERS) return LF_OK;
  for (size_t i = 0; i < table->n_rows; i++) {
    double a = lf_column_number(&table->columns[earlier], i), b = lf_column_number(&table->columns[later], i);
    if (isnan(a) || isnan(b)) continue;
    compared++;
    rows += floor(b) < floor(a);
  }
  f->orders_compared += compared > 0;
  if (!(rows > 0)) return LF_OK;
  lf_funnel_order *o = &f->orders[f->n_orders++];
  *o = (lf_funnel_order){.rows = rows, .compared = compared};
  const char *names[] = {table->columns[earlier].name, table->columns[later].name};
  lf_status status = lf_copy_text(names[0], strlen(names[0]), &o->earlier, err);
  return status == LF_OK ? lf_copy_text(names[1], strlen(names[1]), &o->later, err) : status;
}

/* Nothing of the other half is before the lead was created, nor before its own start. */
static lf_status check_orders(const lf_history *h, size_t join, lf_funnel_leaks *f, lf_error *err) {
  const lf_table *t = h->table;
  size_t start = find_start(t, join);
  lf_status status = LF_OK;
  for (size_t c = 0; c < t->n_columns && status == LF_OK; c++) {
    if (t->columns[c].join != join || t->columns[c].kind != LF_KIND_DATE) continue;
    if (h->created != SIZE_MAX) status = compare_dates(t, h->created, c, f, err);
    if (status == LF_OK && start != SIZE_MAX) status = compare_dates(t, start, c, f, err);
  }
  return status;
}

static lf_status measure_days(const lf_history *h, size_t join, lf_funnel_leaks *f, lf_error *err) {
  const lf_table *t = h->table;
  size_t start = find_start(t, join), n = 0;
  double *days = NULL;
  f->days_median = f->days_90 = (double)NAN;
  if (h->created == SIZE_MAX || start == SIZE_MAX) return LF_OK;
  lf_status status = lf_alloc(t->n_rows, sizeof *days, &days, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < t->n_rows; i++) {
    double took = lf_column_number(&t->columns[start], i) - lf_column_number(&t->columns[h->created], i);
    if (took >= 0) days[n++] = took;
  }
  gsl_sort(days, 1, n);
  if (n) f->days_median = gsl_stats_quantile_from_sorted_data(days, 1, n, 0.5);
  if (n) f->days_90 = gsl_stats_quantile_from_sorted_data(days, 1, n, 0.9);
  free(days);
  return LF_OK;
}

/* ---- the step ------------------------------------------------------------------------------------- */

/* The other half: what brings the outcome, else the amount, else the first source that is joined. */
static size_t choose_join(const lf_draft *draft) {
  const lf_history *h = draft->history;
  if (draft->outcome_join) return draft->outcome_join;
  if (h->amount != SIZE_MAX && h->table->columns[h->amount].join) return h->table->columns[h->amount].join;
  return h->table->n_joins ? 1 : 0;
}

lf_status lf_funnel_count(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  lf_funnel_leaks *f = &h->funnel;
  size_t join = choose_join(draft);
  lf_status status = LF_OK;
  if (!join) return LF_OK;
  const lf_joined *j = &h->table->joins[join - 1];
  const counted c = {.table = h->table, .match = j->match, .state = draft->state};
  LF_TRY(lf_copy_text(j->name, strlen(j->name), &f->source, err));
  f->join = join - 1;
  f->rows = (double)h->table->n_rows;
  f->reached = (double)(j->table[LF_MATCH_ROW] + j->table[LF_MATCH_SHARED]);
  f->without_key = (double)j->table[LF_MATCH_NO_KEY];
  f->unmatched = (double)j->table[LF_MATCH_NONE];
  f->shared = (double)j->table[LF_MATCH_SHARED];
  for (size_t i = 0; i < h->table->n_rows; i++)
    f->open +=
        draft->state[i] == LF_ROW_OPEN && (j->match[i] == LF_MATCH_NO_KEY || j->match[i] == LF_MATCH_NONE);
  LF_TRY(make_cuts(&c, 0, h->created, f->cuts, &f->n_cuts, err));
  LF_TRY(count_alone(draft, join, f, err));
  LF_TRY(measure_days(h, join, f, err));
  LF_TRY(check_orders(h, join, f, err));
cleanup:
  return status;
}
