/* Roles: what each column is for, from what the user said, else from its name and its values. */
#include <math.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "history/draft.h"
#include "history/words.h"

const char *lf_role_name(lf_role role) {
  static const char *const names[] = {"attribute", "outcome", "amount", "date",    "created",
                                      "id",        "account", "weight", "excluded"};
  return names[role];
}

/* ---- said ----------------------------------------------------------------------------------------- */

static lf_status find_column(const lf_table *table, const char *name, size_t *column, lf_error *err) {
  const char *names[512];
  size_t n = 0;
  *column = lf_table_find(table, name);
  if (*column != SIZE_MAX) return LF_OK;
  for (size_t c = 0; c < table->n_columns && n < 512; c++) names[n++] = table->columns[c].name;
  const char *nearest = lf_nearest_word(name, names, n);
  if (nearest) return lf_fail(err, LF_E_USAGE, "there is no column '%s': did you mean '%s'?", name, nearest);
  char all[400];
  lf_join(names, table->n_columns, 8, all, sizeof all); /* of which it looks at eight */
  return lf_fail(err, LF_E_USAGE, "there is no column '%s': the columns are %s", name, all);
}

static lf_status say(lf_draft *draft, const char *name, lf_role role, size_t *slot, lf_error *err) {
  lf_history *h = draft->history;
  size_t column = SIZE_MAX;
  if (!name) return LF_OK;
  lf_status status = find_column(h->table, name, &column, err);
  if (status != LF_OK) return status;
  lf_column_role *r = &h->roles[column];
  if (r->said)
    return lf_fail(err, LF_E_USAGE, "column '%s' is said to be both %s and %s: choose one",
                   h->table->columns[column].name, lf_role_name(r->role), lf_role_name(role));
  r->role = role;
  r->said = true;
  *slot = column;
  return LF_OK;
}

static lf_status expect_kind(const lf_table *table, size_t column, lf_kind kind, lf_role role,
                             lf_error *err) {
  if (column == SIZE_MAX || table->columns[column].kind == kind) return LF_OK;
  const lf_column *c = &table->columns[column];
  return lf_fail(err, LF_E_DATA,
                 "the %s column '%s' holds %s values, not %ss: name another, or say --as '%s=%s' to see "
                 "which values do not fit",
                 lf_role_name(role), c->name, lf_kind_name(c->kind), lf_kind_name(kind), c->name,
                 lf_kind_name(kind));
}

/* Columns named in lists must exist: a misspelt --drop would otherwise leave a leak in. */
static lf_status check_names(const lf_table *table, const lf_text_list *list, lf_error *err) {
  size_t column = 0;
  for (size_t i = 0; i < list->n; i++) {
    lf_status status = find_column(table, list->items[i], &column, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

static void attach_specs(lf_draft *draft) {
  lf_history *h = draft->history;
  for (size_t c = 0; c < h->table->n_columns; c++) {
    const lf_attribute_spec *spec = lf_project_attribute(draft->project, h->table->columns[c].name);
    h->roles[c].spec = spec;
    h->roles[c].owner = spec ? spec->owner : LF_OWNER_NONE;
    if (!h->roles[c].owner && h->table->columns[c].join < draft->project->n_sources)
      h->roles[c].owner = draft->project->sources[h->table->columns[c].join].owner;
  }
}

lf_status lf_roles_said(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  const lf_project *p = draft->project;
  lf_status status = LF_OK;
  h->date_is_row = p->date && strcmp(p->date, "@row") == 0;
  const char *outcome = draft->joined_outcome ? draft->joined_outcome : p->outcome;
  LF_TRY(say(draft, outcome, LF_ROLE_OUTCOME, &h->outcome, err));
  LF_TRY(say(draft, p->amount, LF_ROLE_AMOUNT, &h->amount, err));
  if (!h->date_is_row) LF_TRY(say(draft, p->date, LF_ROLE_DATE, &h->date, err));
  LF_TRY(say(draft, p->created, LF_ROLE_CREATED, &h->created, err));
  LF_TRY(say(draft, p->id, LF_ROLE_ID, &h->id, err));
  LF_TRY(say(draft, p->account, LF_ROLE_ACCOUNT, &h->account, err));
  LF_TRY(say(draft, p->weight, LF_ROLE_WEIGHT, &h->weight_column, err));
  LF_TRY(expect_kind(h->table, h->amount, LF_KIND_NUMBER, LF_ROLE_AMOUNT, err));
  LF_TRY(expect_kind(h->table, h->weight_column, LF_KIND_NUMBER, LF_ROLE_WEIGHT, err));
  LF_TRY(expect_kind(h->table, h->date, LF_KIND_DATE, LF_ROLE_DATE, err));
  LF_TRY(expect_kind(h->table, h->created, LF_KIND_DATE, LF_ROLE_CREATED, err));
  LF_TRY(check_names(h->table, &p->use, err));
  LF_TRY(check_names(h->table, &p->drop, err));
  LF_TRY(check_names(h->table, &p->keep, err));
  for (size_t i = 0; i < p->n_attributes; i++) {
    size_t column = 0;
    LF_TRY(find_column(h->table, p->attributes[i].name, &column, err));
  }
  attach_specs(draft);
cleanup:
  return status;
}

/* ---- inferred ------------------------------------------------------------------------------------- */

static bool is_free(const lf_draft *draft, size_t c) {
  const lf_history *h = draft->history;
  const char *name = h->table->columns[c].name;
  return h->roles[c].role == LF_ROLE_ATTRIBUTE && !h->roles[c].said &&
         h->table->columns[c].kind != LF_KIND_EMPTY && !lf_text_list_has(&draft->project->drop, name) &&
         !lf_text_list_has(&draft->project->use, name) && !lf_text_list_has(&draft->project->keep, name);
}

/* Takes the free column of highest nonzero score, the first in a tie. */
static lf_status take_best(lf_draft *draft, int (*score)(const lf_draft *, size_t), lf_role role,
                           size_t *slot, lf_error *err) {
  lf_history *h = draft->history;
  size_t best = SIZE_MAX;
  int highest = 0;
  if (*slot != SIZE_MAX) return LF_OK;
  for (size_t c = 0; c < h->table->n_columns; c++) {
    int s = is_free(draft, c) ? score(draft, c) : 0;
    if (s <= highest) continue;
    highest = s;
    best = c;
  }
  if (best == SIZE_MAX) return LF_OK;
  h->roles[best].role = role;
  *slot = best;
  if (role == LF_ROLE_DATE) return LF_OK; /* reported once it is known to order the rows */
  return lf_note(h, err, "the %s is '%s' (by its name and values)",
                 role == LF_ROLE_CREATED ? "created date" : lf_role_name(role), h->table->columns[best].name);
}

static int id_score(const lf_draft *draft, size_t c) {
  static const char *const own[] = {"lead id",       "opportunity id",
                                    "opp id",        "deal id",
                                    "prospect id",   "mql id",
                                    "lead number",   "opportunity number",
                                    "case id",       "record id",
                                    "opportunityid", "leadid",
                                    "dealid",        "id",
                                    "row id",        "deal number",
                                    "quote id",      NULL};
  static const char *const any[] = {"id", "uuid", "guid", "key", "number", "no", "nr", NULL};
  static const char *const record[] = {"lead", "deal", "opportunity",
                                       NULL}; /* Dynamics: "(Do Not Modify) Opportunity" */
  const lf_table *table = draft->history->table;
  const lf_column *column = &table->columns[c];
  char words[LF_WORDS];
  lf_words(lf_bare_name(column), words);
  if (column->kind == LF_KIND_DATE || column->kind == LF_KIND_FLAG) return 0;
  double filled = (double)(table->n_rows - column->missing), distinct = (double)column->distinct;
  bool own_name = lf_words_are_any(words, own),
       unique = distinct >= 0.97 * filled && filled >= 0.97 * (double)table->n_rows;
  if (own_name && distinct >= 0.5 * filled && filled >= 0.97 * (double)table->n_rows) return 2;
  bool named =
      lf_words_end_any(words, any) || (column->kind != LF_KIND_NUMBER && lf_words_end_any(words, record));
  return unique && named ? 1 : 0;
}

static int account_score(const lf_draft *draft, size_t c) {
  static const char *const names[] = {
      "account",      "account id", "account name",   "company",   "company name", "company id",
      "customer id",  "customer",   "client id",      "client",    "client name",  "organization",
      "organisation", "accountid",  "account number", "companyid", "account no",   NULL};
  /* HubSpot: "Primary Associated Company ID", "Associated Company (Primary)" */
  static const char *const linked[] = {
      "associated company",         "associated company id",          "associated company ids",
      "associated company primary", "associated company ids primary", NULL};
  const lf_table *table = draft->history->table;
  const lf_column *column = &table->columns[c];
  char words[LF_WORDS];
  lf_words(lf_bare_name(column), words);
  bool named = lf_words_are_any(words, names) || lf_words_end_any(words, linked);
  if (!named || column->kind == LF_KIND_DATE || column->kind == LF_KIND_FLAG) return 0;
  double filled = (double)(table->n_rows - column->missing), distinct = (double)column->distinct;
  bool repeated = distinct <= 0.98 * filled, many = distinct >= 20 || distinct >= 0.1 * filled;
  if (!repeated || !many || filled < 0.5 * (double)table->n_rows) return 0;
  return lf_words_have(words, "id") || lf_words_have(words, "ids") ? 2 : 1;
}

static int amount_score(const lf_draft *draft, size_t c) {
  static const char *const sure[] = {"amount",
                                     "acv",
                                     "arr",
                                     "tcv",
                                     "deal value",
                                     "contract value",
                                     "opportunity value",
                                     "close value",
                                     "closed value",
                                     "deal size",
                                     "closed revenue",
                                     "won revenue",
                                     "actual revenue",
                                     "actual value",
                                     "booking",
                                     "bookings",
                                     "total contract value",
                                     "order value",
                                     "deal amount",
                                     "dealamount",
                                     NULL};
  static const char *const likely[] = {"revenue", "value", "sales amount", "price", NULL};
  static const char *const other[] = {
      "category", "band",  "client",   "company", "account",  "annual", "past",  "expected", "forecast",
      "quota",    "range", "previous", "last",    "discount", "count",  "ratio", "percent",  "code",
      "employee", "tax",   "target",   "prior",   "by",       "from",   "year",  "pay",      NULL};
  const lf_column *column = &draft->history->table->columns[c];
  char words[LF_WORDS];
  lf_words(lf_bare_name(column), words);
  if (column->kind != LF_KIND_NUMBER || lf_words_have_any(words, other)) return 0;
  if (lf_words_have_any(words, sure)) return 3;
  return lf_words_are_any(words, likely) ? 2 : 0;
}

static int created_score(const lf_draft *draft, size_t c) {
  static const char *const sure[] = {"created", "create", "creation", "createdate", "createddate", NULL};
  static const char *const likely[] = {"entered",    "first contact", "submitted", "received",
                                       "inquiry",    "enquiry",       "opened",    "entry",
                                       "date added", "lead date",     "engage",    NULL};
  const lf_column *column = &draft->history->table->columns[c];
  char words[LF_WORDS];
  lf_words(lf_bare_name(column), words);
  if (column->kind != LF_KIND_DATE) return 0;
  return lf_words_have_any(words, sure) ? 2 : lf_words_have_any(words, likely) ? 1 : 0;
}

/* Shares of the lost and of the won rows that have a value. */
typedef struct filled {
  double lost, won;
} filled;

static filled filled_of(const lf_draft *draft, size_t column) {
  const lf_column *c = &draft->history->table->columns[column];
  uint64_t rows[2] = {0}, with[2] = {0};
  for (size_t i = 0; i < draft->history->table->n_rows; i++) {
    uint8_t state = draft->state[i];
    if (state != LF_ROW_WON && state != LF_ROW_LOST) continue;
    rows[state == LF_ROW_WON]++;
    with[state == LF_ROW_WON] += !lf_column_is_missing(c, i);
  }
  return (filled){.lost = rows[0] ? (double)with[0] / (double)rows[0] : 0,
                  .won = rows[1] ? (double)with[1] / (double)rows[1] : 0};
}

static bool on_both_sides(filled f) {
  return f.won >= 0.9 && f.lost >= 0.9;
}

/* Of dates that are named alike the one that both sides have: "Deal closed on" before "Won time". What
 * somebody expected is no date of closing. */
static int closed_score(const lf_draft *draft, size_t c) {
  static const char *const names[] = {
      "close",    "closed",    "closing", "closedate",     "closeddate",        "won", "decision", "signed",
      "resolved", "converted", "sold",    "converteddate", "became a customer", NULL};
  static const char *const plain[] = {"date", "day", "timestamp", NULL};
  static const char *const guesses[] = {"est",       "estimated", "expected", "forecast", "planned",
                                        "projected", "target",    "original", NULL};
  const lf_column *column = &draft->history->table->columns[c];
  char words[LF_WORDS];
  lf_words(lf_bare_name(column), words);
  if (column->kind != LF_KIND_DATE || created_score(draft, c) || lf_words_have_any(words, guesses)) return 0;
  int score = lf_words_have_any(words, names) ? 2 : lf_words_are_any(words, plain) ? 1 : 0;
  return score && on_both_sides(filled_of(draft, c)) ? score + 2 : score;
}

/* Counts named as such: whole numbers, not all 1. */
static int weight_score(const lf_draft *draft, size_t c) {
  static const char *const names[] = {"freq",  "frequency", "weight",    "weights", "n",
                                      "count", "n rows",    "row count", NULL};
  const lf_table *table = draft->history->table;
  const lf_column *column = &table->columns[c];
  char words[LF_WORDS];
  lf_words(lf_bare_name(column), words);
  if (!lf_words_are_any(words, names) || column->kind != LF_KIND_NUMBER || table->n_columns < 2) return 0;
  for (size_t i = 0; i < table->n_columns;
       i++) { /* a grouped table has nothing but few-valued columns beside the count */
    const lf_column *beside = &table->columns[i];
    if (i != c && beside->kind != LF_KIND_EMPTY &&
        (beside->store != LF_STORE_CODES || beside->n_levels > 100))
      return 0;
  }
  double highest = 0;
  for (size_t i = 0; i < table->n_rows; i++) {
    double w = lf_column_number(column, i);
    if (isnan(w)) continue;
    if (w < 0 || w != floor(w)) return 0;
    highest = w > highest ? w : highest;
  }
  return highest > 1 ? 1 : 0;
}

/* A date that is known after the outcome orders nothing; where only won rows have it, it says when they were
 * won. */
static lf_status refuse_order(lf_draft *draft, filled f, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = lf_exclude_column(
      h, h->date, err,
      "a date that %.0f %% of won and %.0f %% of lost rows have: it is known after the outcome", 100 * f.won,
      100 * f.lost);
  if (status != LF_OK) return status;
  status =
      lf_note(h, err, "'%s' does not order the rows in time: %.0f %% of won and %.0f %% of lost rows have it",
              h->table->columns[h->date].name, 100 * f.won, 100 * f.lost);
  if (f.won >= 0.9 && f.lost < 0.1) draft->closed = h->date;
  h->date = SIZE_MAX;
  return status;
}

static lf_status order_by_creation(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  h->date = h->created;
  return lf_note(h, err, "'%s' orders the rows in time", h->table->columns[h->date].name);
}

/* The close date orders rows where won and lost rows both have it; else the created date does. */
static lf_status choose_order(lf_draft *draft, bool said, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  if (h->date_is_row || said) return LF_OK;
  if (h->date != SIZE_MAX && h->outcome != SIZE_MAX) {
    filled f = filled_of(draft, h->date);
    if (on_both_sides(f))
      return lf_note(h, err, "the date is '%s' (by its name and values): it orders the rows in time",
                     h->table->columns[h->date].name);
    status = refuse_order(draft, f, err);
  }
  if (status != LF_OK || h->date != SIZE_MAX || h->created == SIZE_MAX) return status;
  if (h->roles[h->created].said || h->outcome == SIZE_MAX || on_both_sides(filled_of(draft, h->created)))
    return order_by_creation(draft, err);
  return LF_OK;
}

/* Where won means won within some days, rows are as old as their creation, and the close date is a part of
 * the outcome. */
static lf_status order_for_window(lf_draft *draft, bool said, lf_error *err) {
  lf_history *h = draft->history;
  bool known = h->created != SIZE_MAX && h->date != SIZE_MAX && h->created != h->date;
  if (!known && !draft->need_outcome) return choose_order(draft, said, err);
  if (h->date_is_row)
    return lf_fail(err, LF_E_USAGE,
                   "won within some days needs days, and --date @row gives none: leave it out");
  if (h->created == SIZE_MAX)
    return lf_fail(err, LF_E_USAGE,
                   "won within some days counts from the day of creation, and no column looks like it: say "
                   "--created COL");
  if (!known)
    return lf_fail(
        err, LF_E_USAGE,
        "won within some days needs the day on which a row was won, and no column looks like it: say "
        "--date COL");
  draft->closed = h->date;
  return order_by_creation(draft, err);
}

lf_status lf_roles_infer(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  lf_status status = LF_OK;
  bool date_said = h->date != SIZE_MAX;
  LF_TRY(take_best(draft, weight_score, LF_ROLE_WEIGHT, &h->weight_column, err));
  LF_TRY(take_best(draft, id_score, LF_ROLE_ID, &h->id, err));
  LF_TRY(take_best(draft, account_score, LF_ROLE_ACCOUNT, &h->account, err));
  LF_TRY(take_best(draft, amount_score, LF_ROLE_AMOUNT, &h->amount, err));
  LF_TRY(take_best(draft, created_score, LF_ROLE_CREATED, &h->created, err));
  if (!h->date_is_row) LF_TRY(take_best(draft, closed_score, LF_ROLE_DATE, &h->date, err));
  bool windowed = draft->project->within > 0 && h->outcome != SIZE_MAX;
  status = windowed ? order_for_window(draft, date_said, err) : choose_order(draft, date_said, err);
cleanup:
  return status;
}
