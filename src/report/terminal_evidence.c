/* `evidence` on a terminal: every attribute under its verdict with the figures that the verdict goes by, what
 * was left out or is asked about, the rules; then the claims. */
#include <math.h>
#include <string.h>

#include "report/report.h"
#include "report/terminal.h"

enum { LABEL = 11 };

static void write_text(lf_term *term, lf_ink ink, const char *label, lf_text *text) {
  lf_term_wrap_text(term, ink, label, LABEL, 0, text);
}

static void text_cell(lf_term_table *table, bool start, const char *text) {
  lf_text cell = {0};
  lf_text_add(&cell, text ? text : "");
  lf_term_cell(table, start, &cell);
}

static const char *verdict_of(const json_t *attribute) {
  const char *verdict = lf_view_text(attribute, "verdict");
  return verdict ? verdict : "";
}

/* "2.71 (2.31 to 3.16)"; where nothing was found, "below 1.28": what is excluded, if that is known. */
static void ratio_cell(lf_term_table *table, const json_t *effect, const char *ratio) {
  lf_text cell = {0};
  lf_text_add(&cell, "");
  if (isnan(lf_view_number(effect, "low"))) {
    if (!isnan(lf_view_number(effect, "excluded_from"))) {
      lf_text_add(&cell, "below ");
      lf_people_fixed(&cell, lf_view_number(effect, "excluded_from"), 2);
    }
  } else if (!isnan(lf_view_number(effect, ratio))) {
    lf_people_fixed(&cell, lf_view_number(effect, ratio), 2);
    lf_text_add(&cell, " (");
    lf_people_fixed(&cell, lf_view_number(effect, "low"), 2);
    lf_text_add(&cell, " to ");
    lf_people_fixed(&cell, lf_view_number(effect, "high"), 2);
    lf_text_add(&cell, ")");
  }
  lf_term_cell(table, false, &cell);
}

static void q_cell(lf_term_table *table, double q) {
  lf_text cell = {0};
  lf_text_add(&cell, "");
  if (q < 0.001)
    lf_text_add(&cell, "<0.001");
  else if (!isnan(q))
    lf_people_fixed(&cell, q, 3);
  lf_term_cell(table, false, &cell);
}

/* Attributes [from, to) of the ranked list, which share a verdict: a line each, or, whole, with the words
 * that the verdict goes by. */
static void write_group(lf_term *term, const json_t *ranked, size_t from, size_t to, bool whole) {
  lf_term_table table = {.columns = whole ? 4 : 5,
                         .heads = {"attribute", "", "q", "odds of winning", "revenue a lead"},
                         .right = {false, false, true, false, false},
                         .wrap_last = whole};
  lf_text title = {0};
  const char *verdict = verdict_of(json_array_get(ranked, from));
  if (whole) table.heads[3] = "what the verdict goes by";
  for (size_t i = from; i < to; i++) {
    const json_t *a = json_array_get(ranked, i);
    lf_text name = {0};
    const char *owner = lf_view_text(a, "owner");
    lf_text_add(&name, lf_view_text(a, "name") ? lf_view_text(a, "name") : "");
    if (whole && owner) lf_text_addf(&name, " (%s)", owner);
    lf_term_cell(&table, true, &name);
    text_cell(&table, false, lf_view_text(a, "strength"));
    q_cell(&table, lf_view_number(a, "q"));
    if (whole) {
      text_cell(&table, false, lf_view_text(a, "because"));
      continue;
    }
    ratio_cell(&table, lf_view_at(a, "win"), "odds_ratio");
    ratio_cell(&table, lf_view_at(a, "revenue"), "ratio");
  }
  if (*verdict) lf_text_addf(&title, "%c%s", *verdict & ~32, verdict + 1);
  if (*verdict) lf_term_line(term, LF_INK_BOLD, lf_text_part(&term->out, &title));
  lf_term_table_write(term, &table);
  lf_text_free(&title);
  lf_term_table_free(&table);
  lf_term_line(term, LF_INK_PLAIN, "");
}

static void write_attributes(lf_term *term, const json_t *evidence, bool whole) {
  json_t *ranked = lf_view_ranked(evidence);
  size_t n = json_array_size(ranked);
  if (!ranked) term->out.failed = true;
  for (size_t from = 0, to; from < n; from = to) {
    const char *verdict = verdict_of(json_array_get(ranked, from));
    for (to = from + 1; to < n && strcmp(verdict_of(json_array_get(ranked, to)), verdict) == 0;) to++;
    write_group(term, ranked, from, to, whole);
  }
  if (n == 0) lf_term_line(term, LF_INK_PLAIN, "No column is left that could be an attribute.");
  json_decref(ranked);
}

/* How many leads the verdicts go by, and how many of them chose nothing at all. */
static void write_top(lf_term *term, const json_t *evidence) {
  lf_text text = {0};
  double holdout = lf_view_number(evidence, "evidence.holdout_rows");
  if (isnan(lf_view_number(evidence, "evidence.rows"))) return;
  lf_people_counted(&text, lf_view_number(evidence, "evidence.rows"), "lead", "leads");
  lf_text_add(&text, " judged, ");
  lf_people_count(&text, lf_view_number(evidence, "evidence.won"));
  lf_text_add(&text, " won, each by bands and weights that were chosen without it");
  if (holdout > 0) {
    lf_text_add(&text, "; ");
    lf_people_count(&text, holdout);
    lf_text_add(&text, " of them are the holdout");
  }
  lf_text_add(&text, ".");
  lf_term_wrap_text(term, LF_INK_FAINT, "", 0, 0, &text);
  lf_term_line(term, LF_INK_PLAIN, "");
}

/* Columns with something to say under key, "column: reason". */
static void write_columns(lf_term *term, const json_t *evidence, const char *label, const char *key) {
  size_t i, n = 0;
  json_t *column;
  lf_view_each(lf_view_at(evidence, "data.columns"), i, column) {
    const char *name = lf_view_text(column, "name"), *reason = lf_view_text(column, key);
    lf_text text = {0};
    if (!name || !reason) continue;
    lf_text_addf(&text, "%s: %s", name, reason);
    write_text(term, LF_INK_FAIR, n++ ? "" : label, &text);
  }
}

static void write_chance(lf_term *term, const json_t *evidence) {
  double copies = lf_view_number(evidence, "evidence.noise_floor.copies");
  lf_text text = {0};
  if (isnan(copies)) return;
  lf_text_add(&text, "of ");
  lf_people_counted(&text, copies, "shuffled copy", "shuffled copies");
  lf_text_add(&text, " of the attributes in the same procedure, ");
  lf_people_count(&text, lf_view_number(evidence, "evidence.noise_floor.below_5_percent"));
  lf_text_add(&text, " had p below 0.05; the smallest was ");
  lf_people_p(&text, lf_view_number(evidence, "evidence.noise_floor.smallest_p"));
  write_text(term, LF_INK_PLAIN, "Chance", &text);
}

static void write_list(lf_term *term, const char *label, const json_t *list) {
  size_t i;
  json_t *item;
  lf_view_each(list, i, item) {
    if (json_is_string(item))
      lf_term_wrap(term, LF_INK_FAINT, i ? "" : label, LABEL, 0, json_string_value(item));
  }
}

lf_status lf_evidence_terminal(const json_t *evidence, bool whole, bool colour, int width, char **bytes,
                               size_t *n, lf_error *err) {
  lf_term term = lf_term_new(colour, width, 0);
  const json_t *claims = lf_view_list(evidence, "claims");
  bool attributes = lf_view_at(evidence, "attributes") != NULL;
  if (attributes) {
    write_top(&term, evidence);
    write_attributes(&term, evidence, whole);
    write_columns(&term, evidence, "Left out", "reason");
    write_columns(&term, evidence, "Ask", "suspicion");
    write_chance(&term, evidence);
    write_list(&term, "Note", lf_view_at(evidence, "evidence.notes"));
    if (whole)
      write_list(&term, "Rules", lf_view_at(evidence, "evidence.rules"));
    else
      lf_term_wrap(&term, LF_INK_FAINT, "", 0, 0,
                   "A high against a low lead, 95% limits. -v: what each verdict goes by, the rules.");
  }
  if (attributes && claims) lf_term_line(&term, LF_INK_PLAIN, "");
  lf_term_claims(&term, claims);
  return lf_view_give(&term.out, bytes, n, err);
}
