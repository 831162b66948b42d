#include <math.h>
#include <stdio.h>

#include "report/describe.h"
#include "report/describe_sources.h"

/* Civil date of a day number (Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
json_t *lf_describe_day(double day) {
  if (!isfinite(day) || fabs(day) > 3e6) return json_null();
  int64_t z = (int64_t)floor(day) + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t doe = z - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153;
  int64_t d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
  char text[64];
  snprintf(text, sizeof text, "%04lld-%02lld-%02lld", (long long)(yoe + era * 400 + (m <= 2)), (long long)m,
           (long long)d);
  return lf_json_text(text);
}

static json_t *text_item(const void *context, size_t i) {
  const lf_text_list *list = context;
  return lf_json_text(list->items[i]);
}

json_t *lf_describe_texts(const lf_text_list *list) {
  return lf_json_list(list->n, text_item, list);
}

static json_t *describe_column(const void *context, size_t c) {
  const lf_history *history = context;
  const lf_column *column = &history->table->columns[c];
  const lf_column_role *role = &history->roles[c];
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", column->name);
  lf_object_text(&o, "kind", lf_kind_name(column->kind));
  lf_object_text(&o, "role", lf_role_name(role->role));
  lf_object_flag(&o, "also_attribute", role->also_attribute);
  lf_object_flag(&o, "said", role->said);
  lf_object_text(&o, "owner", lf_owner_name(role->owner));
  lf_object_count(&o, "missing", column->missing);
  lf_object_count(&o, "distinct", column->distinct);
  lf_object_count(&o, "bad", column->bad);
  lf_object_text(&o, "note", column->note);
  lf_object_text(&o, "reason", role->reason);
  lf_object_text(&o, "suspicion", role->suspicion);
  return lf_object_take(&o);
}

static json_t *describe_exclusion(const void *context, size_t i) {
  const lf_history *history = context;
  lf_object o = lf_object_new();
  lf_object_text(&o, "reason", history->excluded[i].reason);
  lf_object_count(&o, "rows", history->excluded[i].rows);
  return lf_object_take(&o);
}

static json_t *describe_cohort(const void *context, size_t i) {
  const lf_cohort *c = &((const lf_maturity *)context)->cohorts[i];
  char month[32];
  snprintf(month, sizeof month, "%04d-%02d", c->year, c->month);
  lf_object o = lf_object_new();
  lf_object_text(&o, "month", month);
  lf_object_number(&o, "rows", c->open + c->decided);
  lf_object_number(&o, "open", c->open);
  lf_object_number(&o, "won", c->won);
  lf_object_number(&o, "win_rate", c->decided > 0 ? c->won / c->decided : (double)NAN);
  lf_object_flag(&o, "held_back", c->held);
  return lf_object_take(&o);
}

static json_t *describe_held(const lf_maturity *m) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", m->held_open + m->held_decided);
  lf_object_number(&o, "open", m->held_open);
  lf_object_number(&o, "decided", m->held_decided);
  lf_object_number(&o, "won", m->held_won);
  lf_object_number(&o, "win_rate_without", (m->won - m->held_won) / (m->decided - m->held_decided));
  lf_object_number(&o, "win_rate_with", m->won / m->decided);
  return lf_object_take(&o);
}

json_t *lf_describe_maturity(const lf_history *history) {
  static const char *const shares[LF_MATURITY_QUANTILES] = {"25", "50", "75", "90"};
  const lf_maturity *m = &history->maturity;
  if (!m->known) return json_null();
  lf_object o = lf_object_new(), days = lf_object_new(), by = lf_object_new();
  for (size_t k = 0; k < LF_MATURITY_QUANTILES; k++) lf_object_number(&days, shares[k], m->days[k]);
  for (size_t k = 0; k < LF_MATURITY_AGES; k++) {
    char age[32];
    snprintf(age, sizeof age, "%.0f", m->age[k]);
    lf_object_number(&by, age, m->decided_by[k]);
  }
  lf_object_tree(&o, "as_of", lf_describe_day(m->as_of));
  lf_object_tree(&o, "days_until_decided", lf_object_take(&days));
  lf_object_tree(&o, "decided_by_day", lf_object_take(&by));
  lf_object_tree(&o, "held_back", describe_held(m));
  lf_object_tree(&o, "cohorts", lf_json_list(m->n_cohorts, describe_cohort, m));
  return lf_object_take(&o);
}

/* null where won is won at any time and nothing is advised. */
static json_t *describe_window(const lf_history *history) {
  const lf_window *w = &history->window;
  if (!(w->within > 0) && !(w->advised > 0)) return json_null();
  lf_object o = lf_object_new();
  lf_object_number(&o, "within_days", w->within > 0 ? w->within : (double)NAN);
  lf_object_tree(&o, "ends", lf_describe_day(w->ends));
  lf_object_number(&o, "won_later", w->late);
  lf_object_number(&o, "open", w->open);
  lf_object_number(&o, "too_young", w->young);
  lf_object_number(&o, "advised_days", w->advised);
  lf_object_number(&o, "lost_and_younger", w->advised_lost);
  lf_object_number(&o, "open_and_older", w->advised_open);
  return lf_object_take(&o);
}

json_t *lf_describe_data(const lf_history *history) {
  double rows = 0, won = 0;
  lf_history_count(history, 0, history->n_rows, &rows, &won);
  lf_object o = lf_object_new();
  lf_object_count(&o, "rows", history->rows_read);
  lf_object_number(&o, "used", rows);
  lf_object_number(&o, "won", won);
  lf_object_number(&o, "lost", rows - won);
  lf_object_count(&o, "open", history->open);
  lf_object_count(&o, "ragged", history->table->ragged_rows);
  lf_object_count(&o, "recovered", history->table->recovered_rows);
  lf_object_tree(&o, "sources", lf_describe_sources(history));
  lf_object_tree(&o, "funnel", lf_describe_funnel(history));
  lf_object_tree(&o, "window", describe_window(history));
  lf_object_tree(&o, "maturity", lf_describe_maturity(history));
  lf_object_tree(&o, "excluded", lf_json_list(history->n_excluded, describe_exclusion, history));
  lf_object_tree(&o, "columns", lf_json_list(history->table->n_columns, describe_column, history));
  lf_object_tree(&o, "notes", lf_describe_texts(&history->notes));
  return lf_object_take(&o);
}

static const char *column_name(const lf_history *history, size_t column) {
  return column < history->table->n_columns ? history->table->columns[column].name : NULL;
}

json_t *lf_describe_outcome(const lf_history *history) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "column", column_name(history, history->outcome));
  lf_object_text(&o, "won", history->won_label);
  lf_object_text(&o, "lost", history->lost_label);
  lf_object_tree(&o, "won_values", lf_describe_texts(&history->won_values));
  lf_object_tree(&o, "lost_values", lf_describe_texts(&history->lost_values));
  lf_object_text(&o, "amount", column_name(history, history->amount));
  lf_object_text(&o, "date", history->date_is_row ? "@row" : column_name(history, history->date));
  lf_object_text(&o, "account", column_name(history, history->account));
  return lf_object_take(&o);
}

static json_t *describe_side(const lf_history *history, size_t from, size_t to) {
  double rows = 0, won = 0;
  lf_history_count(history, from, to, &rows, &won);
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", rows);
  lf_object_number(&o, "won", won);
  return lf_object_take(&o);
}

json_t *lf_describe_split(const lf_history *history) {
  static const char *const names[] = {"none", "time", "hash"};
  bool dated = history->split == LF_SPLIT_TIME && !history->date_is_row;
  lf_object o = lf_object_new();
  lf_object_text(&o, "kind", names[history->split]);
  lf_object_tree(&o, "train", describe_side(history, 0, history->n_train));
  lf_object_tree(&o, "holdout", describe_side(history, history->n_train, history->n_rows));
  lf_object_tree(&o, "from", dated ? lf_describe_day(history->split_from) : json_null());
  lf_object_count(&o, "folds", history->n_folds);
  lf_object_flag(&o, "folds_in_time", history->folds_in_time);
  return lf_object_take(&o);
}

static json_t *describe_source(const void *context, size_t i) {
  const lf_table *table = context;
  const lf_source *source = &table->sources[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", source->name);
  lf_object_count(&o, "bytes", source->bytes);
  lf_object_count(&o, "rows", source->rows);
  lf_object_text(&o, "sha256", source->sha256);
  lf_object_text(&o, "note", source->note);
  if (source->join) lf_object_text(&o, "source", table->joins[source->join - 1].name);
  return lf_object_take(&o);
}

json_t *lf_describe_inputs(const lf_table *table) {
  return lf_json_list(table->n_sources, describe_source, table);
}

/* What stands before the point in the names of its columns. */
static json_t *describe_join(const void *context, size_t i) {
  const lf_joined *join = &((const lf_table *)context)->joins[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", join->name);
  lf_object_text(&o, "key", join->key);
  lf_object_text(&o, "with", join->with);
  return lf_object_take(&o);
}

json_t *lf_describe_provenance(const lf_history *history, const char *command, uint64_t seed) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "program", "leadfit");
  lf_object_text(&o, "version", LEADFIT_VERSION);
  lf_object_text(&o, "command", command);
  lf_object_count(&o, "seed", seed);
  lf_object_tree(&o, "inputs", lf_describe_inputs(history->table));
  if (history->table->n_joins)
    lf_object_tree(&o, "sources", lf_json_list(history->table->n_joins, describe_join, history->table));
  if (history->window.within > 0) lf_object_number(&o, "within_days", history->window.within);
  lf_object_tree(&o, "split", lf_describe_split(history));
  return lf_object_take(&o);
}
