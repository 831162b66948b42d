/* The profile: one scan of the table.
 *
 * Each line counts rows: of an outcome (part 0), or of an outcome in an attribute's value (part a: the
 * attribute's place in the project). Numbers stand in leadfit_number, texts in leadfit_value. Of a large
 * table numbers are read from about DRAWN rows, drawn by hash, so that a quantile lies within 0.5 % of the
 * rows; leadfit_value then says what the other rows hold: "missing", "bad", "not drawn". Values of fewer than
 * FEWEST rows of an outcome are not told. */
#include "card/warehouse_parts.h"

enum { DRAWN = 32768, FEWEST = 5 };

/* What a row's number is: drawn, or why not. Two columns. */
static void add_number(lf_query *q, const char *alias) {
  lf_text_addf(
      &q->text,
      ",\n    CASE WHEN %s IS NULL THEN 'missing' WHEN leadfit_draw < %d THEN 'drawn' ELSE 'not drawn' END "
      "AS %s_is,\n    CASE WHEN leadfit_draw < %d THEN %s END AS %s_x",
      alias, DRAWN, alias, DRAWN, alias, alias);
}

static void add_drawn(lf_query *q) {
  lf_text_add(&q->text, ",\nleadfit_drawn AS (\n  SELECT i.*, ");
  lf_query_unit(q, "leadfit_who", 17);
  lf_text_add(&q->text, " * (SELECT COUNT(*) FROM leadfit_in) AS leadfit_draw\n  FROM leadfit_in i\n)");
  lf_text_add(&q->text, ",\nleadfit_read AS (\n  SELECT d.*");
  for (size_t c = 0; c < q->n; c++)
    if (lf_warehouse_part(&q->columns[c]) && lf_warehouse_is_number(&q->columns[c]))
      add_number(q, q->columns[c].alias);
  lf_text_add(&q->text, "\n  FROM leadfit_drawn d\n)");
}

/* One CASE over the attributes that are numbers, or that are not: what stands in a line of their part. */
static void add_values(lf_query *q, bool numbers, const char *suffix, const char *alias) {
  bool any = false;
  for (size_t c = 0; c < q->n; c++) {
    if (!lf_warehouse_part(&q->columns[c])) continue;
    bool is_number = lf_warehouse_is_number(&q->columns[c]);
    if (numbers && !is_number) continue;
    const char *name = q->columns[c].alias, *end = is_number ? suffix : "";
    lf_text_addf(&q->text, "%s WHEN GROUPING(%s%s) = 0 THEN %s%s", any ? "" : "  CASE", name,
                 is_number ? "_is" : "", name, end);
    any = true;
  }
  if (any)
    lf_text_addf(&q->text, " END AS %s,\n", alias);
  else
    lf_text_addf(&q->text, "  CAST(NULL AS %s) AS %s,\n", q->dialect->text, alias);
}

static void add_parts(lf_query *q) {
  lf_text_add(&q->text, ",\nleadfit_profile AS (\nSELECT\n  CASE");
  for (size_t c = 0; c < q->n; c++)
    if (lf_warehouse_part(&q->columns[c]))
      lf_text_addf(&q->text, " WHEN GROUPING(%s%s) = 0 THEN %s", q->columns[c].alias,
                   lf_warehouse_is_number(&q->columns[c]) ? "_is" : "", q->columns[c].alias + 8);
  lf_text_add(&q->text, " ELSE 0 END AS leadfit_part,\n  leadfit_outcome,\n");
  add_values(q, false, "_is", "leadfit_value");
  add_values(q, true, "_x", "leadfit_number");
  lf_text_add(&q->text, "  ");
  lf_query_count(q);
  lf_text_add(&q->text, " AS leadfit_rows");
  if (q->project->amount) lf_text_add(&q->text, ",\n  SUM(leadfit_amount) AS leadfit_amount");
}

static void add_sets(lf_query *q) {
  lf_text_add(&q->text, "\nFROM leadfit_read\nGROUP BY GROUPING SETS ((leadfit_outcome)");
  for (size_t c = 0; c < q->n; c++) {
    if (!lf_warehouse_part(&q->columns[c])) continue;
    const char *name = q->columns[c].alias;
    if (lf_warehouse_is_number(&q->columns[c]))
      lf_text_addf(&q->text, ", (leadfit_outcome, %s_is, %s_x)", name, name);
    else
      lf_text_addf(&q->text, ", (leadfit_outcome, %s)", name);
  }
  lf_text_add(&q->text, ")\n)\nSELECT * FROM leadfit_profile\nWHERE NOT (leadfit_part IN (-1");
  for (size_t c = 0; c < q->n; c++)
    if (lf_warehouse_part(&q->columns[c]) && !lf_warehouse_is_number(&q->columns[c]))
      lf_text_addf(&q->text, ", %zu", lf_warehouse_part(&q->columns[c]));
  lf_text_addf(&q->text, ") AND leadfit_rows < %d)\nORDER BY 1, 2, 3, 4;\n", FEWEST);
}

lf_status lf_warehouse_profile_query(const lf_project *project, const lf_warehouse_options *options,
                                     char **query, lf_error *err) {
  lf_query q = {0};
  lf_status status = lf_query_open(project, options, &q, err);
  if (status != LF_OK) return status;
  lf_text_addf(&q.text, "-- leadfit: the profile (%s). Save its result as profile.csv, with a header.\nWITH ",
               q.dialect->name);
  lf_query_inputs(&q, false);
  add_drawn(&q);
  add_parts(&q);
  add_sets(&q);
  status = lf_query_take(&q, query, err);
  lf_query_clear(&q);
  return status;
}
