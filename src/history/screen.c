/* Which columns may be attributes: each column that may not has its reason, each that may but is odd has its
 * question. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "history/suspect.h"

enum { FEW_ROWS = 20 };

typedef struct screening {
  lf_draft *draft;
  lf_history *history;
  lf_profiles profiles; /* empty where rows have no outcome */
  lf_closing closing;   /* the same */
  bool judged;          /* profiles were made */
} screening;

static bool insisted(const screening *s, size_t c) {
  const lf_project *p = s->draft->project;
  const char *name = s->history->table->columns[c].name;
  return lf_text_list_has(&p->use, name) || lf_text_list_has(&p->keep, name);
}

static bool is_open(const screening *s, size_t c) {
  return s->history->roles[c].role == LF_ROLE_ATTRIBUTE;
}

/* ---- what the user said --------------------------------------------------------------------------- */

static lf_status screen_said(screening *s, size_t c, lf_error *err) {
  const lf_project *p = s->draft->project;
  const lf_column *column = &s->history->table->columns[c];
  s->history->roles[c].said = insisted(s, c) || lf_text_list_has(&p->drop, column->name);
  if (lf_text_list_has(&p->drop, column->name))
    return lf_exclude_column(s->history, c, err, "you said to leave it out");
  if (p->use.n && !insisted(s, c))
    return lf_exclude_column(s->history, c, err, "not among the attributes you named");
  return LF_OK;
}

/* ---- what cannot be an attribute ------------------------------------------------------------------ */

static bool is_text_without_patterns(const screening *s, size_t c) {
  const lf_attribute_spec *spec = s->history->roles[c].spec;
  return s->history->table->columns[c].kind == LF_KIND_TEXT && !(spec && spec->n_match);
}

static lf_status screen_kind(screening *s, size_t c, lf_error *err) {
  lf_history *h = s->history;
  const lf_column *column = &h->table->columns[c];
  bool asked = lf_text_list_has(&s->draft->project->use, column->name);
  if (column->kind == LF_KIND_EMPTY || column->store == LF_STORE_NONE)
    return lf_exclude_column(h, c, err, "no row has a value");
  if (column->kind == LF_KIND_DATE) {
    if (asked)
      return lf_fail(err, LF_E_USAGE,
                     "'%s' holds dates, which order rows but are no attribute: take it out of --use",
                     column->name);
    return lf_exclude_column(h, c, err, "a date: dates order the rows, they are no attribute");
  }
  if (!is_text_without_patterns(s, c)) return LF_OK;
  if (asked)
    return lf_fail(err, LF_E_USAGE,
                   "'%s' is free text: give it match patterns in the project file, or say --as '%s=category'",
                   column->name, column->name);
  const char *contact = lf_contact_kind(column, h->n_rows);
  if (contact) return lf_exclude_column(h, c, err, "%s", contact);
  if (lf_is_identifier(column, h->n_rows))
    return lf_exclude_column(h, c, err, "an identifier: every row has a value of its own");
  return lf_exclude_column(
      h, c, err, "free text (%llu different values): match patterns in the project file make it an attribute",
      (unsigned long long)column->distinct);
}

/* ---- what tells nothing --------------------------------------------------------------------------- */

static lf_status screen_values(screening *s, size_t c, lf_error *err) {
  lf_history *h = s->history;
  const lf_column *column = &h->table->columns[c];
  const char *contact = lf_contact_kind(column, h->n_rows);
  if (contact) return lf_exclude_column(h, c, err, "%s", contact);
  if (lf_is_identifier(column, h->n_rows))
    return lf_exclude_column(h, c, err, "an identifier: every row has a value of its own");
  if (!s->judged) return LF_OK;
  const lf_profile *p = &s->profiles.items[c];
  double filled = p->filled[0] + p->filled[1], rows = p->rows[0] + p->rows[1];
  if (filled <= 0) return lf_exclude_column(h, c, err, "no training row has a value");
  if (p->levels == 1 && filled >= rows)
    return lf_exclude_column(h, c, err, "constant: every training row has the same value");
  if (filled < 0.02 * rows && (p->filled[0] < FEW_ROWS || p->filled[1] < FEW_ROWS))
    return lf_exclude_column(h, c, err, "almost empty: %.0f of %.0f training rows have a value", filled,
                             rows);
  return LF_OK;
}

/* ---- what knows the outcome ----------------------------------------------------------------------- */

static bool is_kept(const screening *s, size_t c) {
  return insisted(s, c) || s->draft->options->keep_suspects;
}

static lf_status leave_out(screening *s, size_t c, const char *reason, lf_error *err) {
  s->history->roles[c].leak = !is_kept(s, c);
  return s->history->roles[c].leak
             ? lf_exclude_column(s->history, c, err, "%s", reason)
             : lf_suspect_column(s->history, c, err, "%s; it is kept because you said so", reason);
}

static lf_status screen_leak(screening *s, size_t c, bool one_sided_only, lf_error *err) {
  char reason[LF_REASON];
  bool leak = lf_one_sided(s->history, c, &s->profiles, reason);
  if (!leak && !one_sided_only) leak = lf_gives_away(s->history, c, &s->profiles, reason);
  if (!leak) return LF_OK;
  return one_sided_only && is_kept(s, c) ? LF_OK : leave_out(s, c, reason, err);
}

static lf_status screen_joined(screening *s, size_t c, lf_error *err) {
  const lf_table *table = s->history->table;
  if (!lf_from_outcome_join(s->draft, c) || insisted(s, c)) return LF_OK;
  const char *source = table->joins[table->columns[c].join - 1].name;
  s->history->roles[c].leak = true;
  return lf_exclude_column(
      s->history, c, err,
      "known only of rows that have one in '%s', and those without are lost: it gives the "
      "outcome away",
      source);
}

static lf_status screen_closing(screening *s, size_t c, lf_error *err) {
  char reason[LF_REASON];
  bool follows = false;
  if (!s->closing.n) return LF_OK;
  lf_status status = lf_follows_closing(s->history, c, &s->closing, reason, &follows, err);
  return status == LF_OK && follows ? leave_out(s, c, reason, err) : status;
}

static lf_status screen_column(screening *s, size_t c, lf_error *err) {
  lf_status status = screen_said(s, c, err);
  if (status == LF_OK && is_open(s, c)) status = screen_joined(s, c, err);
  if (status == LF_OK && is_open(s, c) && s->judged && s->history->table->columns[c].kind != LF_KIND_EMPTY)
    status = screen_leak(s, c, true, err);
  if (status == LF_OK && is_open(s, c)) status = screen_kind(s, c, err);
  if (status == LF_OK && is_open(s, c) && s->judged) status = screen_leak(s, c, false, err);
  if (status == LF_OK && is_open(s, c) && s->judged) status = screen_closing(s, c, err);
  if (status == LF_OK && is_open(s, c) && !insisted(s, c)) status = screen_values(s, c, err);
  return status;
}

/* ---- columns together ----------------------------------------------------------------------------- */

/* A column that may have a twin, by the print of its values. */
typedef struct twin {
  uint64_t print;
  bool has_role;
  size_t column;
} twin;

static int by_print(const void *a, const void *b) {
  const twin *x = a, *y = b;
  if (x->print != y->print) return x->print < y->print ? -1 : 1;
  if (x->has_role != y->has_role) return x->has_role ? -1 : 1;
  return (x->column > y->column) - (x->column < y->column);
}

/* The amount and the account say what another column says, too: the company by its name and by its id. */
static bool has_twins_role(const lf_history *h, size_t column) {
  return column == h->amount || column == h->account;
}

/* Leaves out the later ones of columns with one print that say the same as an earlier one; those that have a
 * role come first. */
static lf_status leave_twins(screening *s, const twin *twins, size_t n, lf_error *err) {
  lf_history *h = s->history;
  for (size_t j = 1; j < n; j++) {
    size_t c = twins[j].column;
    for (size_t i = 0; i < j && is_open(s, c) && !insisted(s, c); i++) {
      bool same = false;
      const lf_column *earlier = &h->table->columns[twins[i].column];
      if (!is_open(s, twins[i].column) && !has_twins_role(h, twins[i].column)) continue;
      lf_status status = lf_say_the_same(earlier, &h->table->columns[c], h->n_rows, &same, err);
      if (status == LF_OK && same)
        status = lf_exclude_column(h, c, err, "says the same as '%s'", earlier->name);
      if (status != LF_OK) return status;
    }
  }
  return LF_OK;
}

static lf_status screen_twins(screening *s, lf_error *err) {
  enum { FEWEST = 30 };
  lf_history *h = s->history;
  lf_status status = LF_OK;
  twin *twins = NULL;
  size_t n = 0;
  if (h->n_rows < FEWEST) return LF_OK;
  LF_TRY(lf_alloc(h->table->n_columns, sizeof *twins, &twins, err));
  for (size_t c = 0; c < h->table->n_columns; c++) {
    if (!is_open(s, c) && !has_twins_role(h, c)) continue;
    twins[n].has_role = has_twins_role(h, c);
    twins[n].column = c;
    LF_TRY(lf_print_of_values(&h->table->columns[c], h->n_rows, &twins[n++].print, err));
  }
  qsort(twins, n, sizeof *twins, by_print);
  for (size_t from = 0, to; from < n; from = to) {
    for (to = from + 1; to < n && twins[to].print == twins[from].print;) to++;
    LF_TRY(leave_twins(s, twins + from, to - from, err));
  }
cleanup:
  free(twins);
  return status;
}

/* The pairs that give the outcome away together, one after another, until none is left. */
static lf_status screen_pairs(screening *s, lf_error *err) {
  for (size_t round = 0; round < s->history->table->n_columns; round++) {
    lf_joint_leak leak;
    char reason[LF_REASON];
    lf_status status = lf_find_joint_leak(s->history, &s->profiles, &leak, err);
    if (status != LF_OK || !(leak.share > 0)) return status;
    bool left = false;
    for (int k = 0; status == LF_OK && k < 2; k++) {
      lf_joint_reason(s->history, &leak, k, reason);
      left = left || !is_kept(s, leak.column[k]);
      status = leave_out(s, leak.column[k], reason, err);
    }
    if (status != LF_OK || !left) return status; /* kept on demand: they would be found again */
  }
  return LF_OK;
}

/* The amount is a fair attribute where it is as well known for lost rows as for won ones. */
static lf_status screen_amount(screening *s, lf_error *err) {
  lf_history *h = s->history;
  char reason[LF_REASON];
  if (h->amount == SIZE_MAX || !s->judged) return LF_OK;
  const lf_column *column = &h->table->columns[h->amount];
  const lf_profile *p = &s->profiles.items[h->amount];
  bool dropped = lf_text_list_has(&s->draft->project->drop, column->name);
  bool named = !s->draft->project->use.n || insisted(s, h->amount);
  double won = p->nonzero[1] / p->rows[1], lost = p->nonzero[0] / p->rows[0];
  bool known = won > 0.5 && fabs(won - lost) <= 0.1 && !lf_gives_away(h, h->amount, &s->profiles, reason);
  if (dropped || !named || !(known || insisted(s, h->amount))) {
    if (won > 0.5 && lost < 0.5)
      return lf_note(
          h, err,
          "'%s' is known for %.0f %% of won and %.0f %% of lost rows: it counts revenue and is no attribute",
          column->name, 100 * won, 100 * lost);
    return LF_OK;
  }
  h->roles[h->amount].also_attribute = true;
  return lf_note(h, err,
                 "'%s' is known for lost rows as well as won ones, so it is both the revenue of won rows and "
                 "an attribute",
                 column->name);
}

static lf_status ask_all(screening *s, lf_error *err) {
  lf_history *h = s->history;
  double first = 0.5, second = 0.5; /* the two best AUCs: what is best beside a column is one of them */
  size_t best = SIZE_MAX;
  for (size_t c = 0; c < h->table->n_columns; c++) {
    double auc = s->profiles.items[c].auc;
    if (!lf_history_is_attribute(h, c) || !(auc > second)) continue;
    second = auc > first ? first : auc;
    if (!(auc > first)) continue;
    first = auc;
    best = c;
  }
  for (size_t c = 0; c < h->table->n_columns; c++) {
    if (!lf_history_is_attribute(h, c)) continue;
    lf_status status = lf_ask(h, c, &s->profiles, c == best ? second : first, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

/* Without dates, rows whose win rate follows their order may stand in time order, and then a random holdout
 * promises too much. */
static lf_status ask_about_order(const screening *s, lf_error *err) {
  const lf_history *h = s->history;
  if (h->date != SIZE_MAX || h->date_is_row || !(s->profiles.order_auc >= 0.6)) return LF_OK;
  return lf_note(s->history, err,
                 "the win rate follows the order of the rows (AUC %.2f): if they stand in time order, --date "
                 "@row lets the newest judge",
                 s->profiles.order_auc);
}

static lf_status check_some_left(const screening *s, lf_error *err) {
  const lf_history *h = s->history;
  size_t left = 0, leaks = 0;
  for (size_t c = 0; c < h->table->n_columns; c++) {
    left += lf_history_is_attribute(h, c);
    leaks += h->roles[c].role == LF_ROLE_EXCLUDED;
  }
  if (left || !s->draft->need_outcome) return LF_OK;
  return lf_note(
      s->history, err,
      "no column is left that may be an attribute (%zu were left out): see why, and insist with keep", leaks);
}

lf_status lf_screen_columns(lf_draft *draft, lf_error *err) {
  screening s = {.draft = draft, .history = draft->history, .judged = draft->need_outcome};
  lf_status status = LF_OK;
  if (s.judged) LF_TRY(lf_profiles_make(s.history, draft->run, &s.profiles, err));
  if (s.judged) LF_TRY(lf_closing_make(s.history, &s.closing, err));
  for (size_t c = 0; c < s.history->table->n_columns; c++)
    if (is_open(&s, c)) LF_TRY(screen_column(&s, c, err));
  LF_TRY(screen_twins(&s, err));
  if (s.judged) LF_TRY(screen_pairs(&s, err));
  LF_TRY(screen_amount(&s, err));
  if (s.judged) LF_TRY(ask_all(&s, err));
  if (s.judged) LF_TRY(ask_about_order(&s, err));
  status = check_some_left(&s, err);
cleanup:
  lf_profiles_clear(&s.profiles);
  lf_closing_clear(&s.closing);
  return status;
}
