/* The coded history: one row for each pattern.
 *
 * As it is: where the table holds no more rows than may come back, values, days, ids and accounts stand as
 * they are, and rows that are alike in all of them are one. Nothing is lost that the fit would have read from
 * a file.
 *
 * Coded: else. A number is the lower end of its bin (about BINS bins of equal rows, cut as a fit cuts its
 * atoms), a category is itself or, where it is rare, LF_WAREHOUSE_REST; days are months; a row's id is a
 * stand-in whose key deals it to the same fold and, by quarters, to the same side of a split by hash. Every
 * won row has its amount; lost rows have none. Rows that are neither won nor lost keep their months alone.
 *
 * Where won and lost rows are more than may come back, lost rows are kept with probability s by the third
 * eight digits of the MD5 of their id, and count 1 / s rows each; s is written with nine decimals, so that
 * the reader has the same number. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "band/distribution.h"
#include "base/key.h"
#include "base/memory.h"
#include "card/export_parts.h"
#include "card/warehouse_parts.h"

enum { BINS = 100, MOST_LEVELS = 1000, SIDES = 4, FOLDS = 10 };
static const double default_rows = 1e6;

/* ---- one column -------------------------------------------------------------------------------------- */

/* Halves the edges [from, to) with the value of the bin below each: as many comparisons as the bins have
 * bits. */
static void add_bins(lf_query *q, const char *alias, const double *edge, double first, size_t from,
                     size_t to) {
  if (from == to) {
    lf_sql_number(from ? edge[from - 1] : first, &q->text);
    return;
  }
  size_t middle = (from + to) / 2;
  lf_text_addf(&q->text, "CASE WHEN %s < ", alias);
  lf_sql_number(edge[middle], &q->text);
  lf_text_add(&q->text, " THEN ");
  add_bins(q, alias, edge, first, from, middle);
  lf_text_add(&q->text, " ELSE ");
  add_bins(q, alias, edge, first, middle + 1, to);
  lf_text_add(&q->text, " END");
}

/* Bins of the values that the profile tells; all of them where they are few. */
static lf_status add_number(lf_query *q, const char *alias, const lf_counted_column *counted, lf_error *err) {
  lf_distribution d = {0};
  double *edge = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(counted->n, sizeof *d.value, &d.value, err));
  LF_TRY(lf_alloc(counted->n, sizeof *d.rows, &d.rows, err));
  for (size_t i = 0; i < counted->n; i++) {
    d.value[i] = counted->values[i].number;
    d.rows[i] = counted->values[i].rows[0] + counted->values[i].rows[1];
  }
  d.n = counted->n;
  if (!d.n) {
    lf_text_add(&q->text, alias);
    goto cleanup;
  }
  LF_TRY(lf_distribution_cut(&d, BINS, &edge, &n, err));
  lf_text_addf(&q->text, "CASE WHEN %s IS NOT NULL THEN ", alias);
  add_bins(q, alias, edge, fmin(d.value[0], n > 1 ? nextafter(edge[0], -INFINITY) : d.value[0]), 0, n - 1);
  lf_text_add(&q->text, " END");
cleanup:
  free(edge);
  lf_distribution_clear(&d);
  return status;
}

static void add_texts(lf_query *q, const char *alias, size_t n, char *const *text, size_t stride) {
  lf_text_addf(&q->text, "%s IN (", alias);
  for (size_t i = 0; i < n; i++) {
    const char *item = *(char *const *)(const void *)((const char *)text + i * stride);
    if (i) lf_text_add(&q->text, ", ");
    lf_sql_text(q->dialect, item, strlen(item), &q->text);
  }
  lf_text_add(&q->text, ")");
}

static void add_category(lf_query *q, const char *alias, const lf_counted_column *counted) {
  size_t n = counted->n < MOST_LEVELS ? counted->n : MOST_LEVELS;
  if (!n || (counted->all && n == counted->n)) {
    lf_text_add(&q->text, alias);
    return;
  }
  lf_text_addf(&q->text, "CASE WHEN %s IS NULL OR ", alias);
  add_texts(q, alias, n, &counted->values[0].text, sizeof counted->values[0]);
  lf_text_addf(&q->text, " THEN %s ELSE ", alias);
  lf_sql_text(q->dialect, LF_WAREHOUSE_REST, strlen(LF_WAREHOUSE_REST), &q->text);
  lf_text_add(&q->text, " END");
}

/* ---- stand-ins of ids -------------------------------------------------------------------------------- */

/* A text whose key lies in quarter `side` of the upper and tenth `fold` of the lower half. */
static void stand_in(size_t side, size_t fold, char *text, size_t size) {
  for (unsigned k = 0;; k++) {
    snprintf(text, size, "rows of %zu-%zu %u", side, fold, k);
    uint64_t key = lf_text_key(text, strlen(text));
    if ((size_t)(lf_key_upper(key) * SIDES) == side && (size_t)(lf_key_lower(key) * FOLDS) == fold) return;
  }
}

static void add_stand_ins(lf_query *q) {
  lf_text_add(&q->text, "CASE FLOOR(");
  lf_query_unit(q, "leadfit_who", 1);
  lf_text_addf(&q->text, " * %d) * %d + FLOOR(", SIDES, FOLDS);
  lf_query_unit(q, "leadfit_who", 9);
  lf_text_addf(&q->text, " * %d)", FOLDS);
  for (size_t side = 0; side < SIDES; side++)
    for (size_t fold = 0; fold < FOLDS; fold++) {
      char text[64];
      stand_in(side, fold, text, sizeof text);
      lf_text_addf(&q->text, " WHEN %zu THEN '%s'", side * FOLDS + fold, text);
    }
  lf_text_add(&q->text, " END");
}

/* ---- the query --------------------------------------------------------------------------------------- */

static void add_known(lf_query *q, const lf_warehouse_profile *p, const char *alias, bool won, bool lost) {
  lf_text_addf(&q->text, "%s IN (", alias);
  const lf_text_list *lists[] = {won ? &p->won_values : NULL, lost ? &p->lost_values : NULL};
  const char *comma = "";
  for (size_t k = 0; k < 2; k++)
    for (size_t i = 0; lists[k] && i < lists[k]->n; i++) {
      lf_text_add(&q->text, comma);
      lf_sql_text(q->dialect, lists[k]->items[i], strlen(lists[k]->items[i]), &q->text);
      comma = ", ";
    }
  lf_text_add(&q->text, ")");
}

static lf_status add_coded(lf_query *q, const lf_warehouse_profile *p, size_t c, lf_error *err) {
  const lf_warehouse_column *column = &q->columns[c];
  lf_status status = LF_OK;
  lf_text_add(&q->text, c ? ",\n    " : "");
  if (strcmp(column->alias, LF_WAREHOUSE_ID) == 0) {
    add_stand_ins(q);
  } else if (strcmp(column->alias, LF_WAREHOUSE_ACCOUNT) == 0) {
    lf_text_addf(&q->text, "CAST(NULL AS %s)", q->dialect->text);
  } else if (strcmp(column->alias, "leadfit_amount") == 0) {
    lf_text_add(&q->text, "CASE WHEN ");
    add_known(q, p, "leadfit_outcome", true, false);
    lf_text_add(&q->text, " THEN leadfit_amount END");
  } else if (!lf_warehouse_part(column)) {
    lf_text_add(&q->text, column->alias);
  } else {
    lf_text_add(&q->text, "CASE WHEN ");
    add_known(q, p, "leadfit_outcome", true, true);
    lf_text_add(&q->text, " THEN ");
    if (lf_warehouse_is_number(column))
      status = add_number(q, column->alias, &p->columns[c], err);
    else
      add_category(q, column->alias, &p->columns[c]);
    lf_text_add(&q->text, " END");
  }
  lf_text_addf(&q->text, " AS %s", column->alias);
  return status;
}

/* leadfit_codes: columns coded, rows drawn. share: of the lost rows that stay. */
static lf_status add_codes(lf_query *q, const lf_warehouse_profile *p, double share, lf_error *err) {
  lf_text_add(&q->text, ",\nleadfit_codes AS (\n  SELECT ");
  for (size_t c = 0; c < q->n; c++) {
    lf_status status = add_coded(q, p, c, err);
    if (status != LF_OK) return status;
  }
  if (q->counted) lf_text_add(&q->text, ",\n    leadfit_weight");
  lf_text_add(&q->text, "\n  FROM leadfit_in");
  if (share < 1) {
    lf_text_add(&q->text, "\n  WHERE leadfit_outcome IS NULL OR NOT ");
    add_known(q, p, "leadfit_outcome", false, true);
    lf_text_add(&q->text, " OR ");
    lf_query_unit(q, q->project->id ? "COALESCE(leadfit_id, leadfit_who)" : "leadfit_who", 17);
    lf_text_add(&q->text, " < ");
    lf_sql_number(share, &q->text);
  }
  lf_text_add(&q->text, "\n)");
  return LF_OK;
}

/* Columns in a set order, and how many rows each pattern stands for. */
static void add_result(lf_query *q, const lf_warehouse_profile *p, bool coded, double share) {
  lf_text_add(&q->text, "\nSELECT ");
  for (size_t c = 0; c < q->n; c++) lf_text_addf(&q->text, "%s%s", c ? ", " : "", q->columns[c].alias);
  lf_text_add(&q->text, ",\n  ");
  if (coded) {
    lf_sql_number(share, &q->text);
    lf_text_add(&q->text, " AS " LF_WAREHOUSE_SHARE ",\n  ");
  }
  if (!coded && q->project->id && !q->counted)
    lf_text_add(&q->text, "1"); /* what repeats, id included, is one row */
  else
    lf_query_count(q);
  if (share < 1) {
    lf_text_add(&q->text, " * CASE WHEN ");
    add_known(q, p, "leadfit_outcome", false, true);
    lf_text_add(&q->text, " THEN 1E0 / ");
    lf_sql_number(share, &q->text);
    lf_text_add(&q->text, " ELSE 1E0 END");
  }
  lf_text_addf(&q->text, " AS " LF_WAREHOUSE_WEIGHT "\nFROM %s\nGROUP BY ",
               coded ? "leadfit_codes" : "leadfit_in");
  for (size_t k = 0; k < q->n; k++) lf_text_addf(&q->text, "%s%zu", k ? ", " : "", k + 1);
  lf_text_add(&q->text, ";\n");
}

static lf_status refuse_texts(const lf_query *q, lf_error *err) {
  for (size_t c = 0; c < q->n; c++)
    if (lf_warehouse_part(&q->columns[c]) && q->columns[c].kind == LF_KIND_TEXT)
      return lf_fail(err, LF_E_USAGE,
                     "'%s' is text, and texts cannot be coded by the thousand: drop it, or make a column of "
                     "its patterns "
                     "in the database and call that a category",
                     q->columns[c].name);
  return LF_OK;
}

/* The share of lost rows that leaves about as many rows as may come back, in nine decimals. */
static lf_status choose_share(const lf_warehouse_profile *p, double most, double *share, lf_error *err) {
  double exact = (most - p->won) / p->lost;
  *share = 1;
  if (exact >= 1) return LF_OK;
  if (exact * p->lost < p->won && exact * p->lost < most / 2)
    return lf_fail(err, LF_E_USAGE,
                   "%.0f rows won, all of which come back, and --rows %.0f leaves too little for those lost: "
                   "say --rows %.0f",
                   p->won, most, 2 * p->won);
  *share = ceil(exact * 1e9) / 1e9;
  return LF_OK;
}

lf_status lf_warehouse_coded_query(const lf_project *project, const lf_warehouse_options *options,
                                   const lf_warehouse_profile *profile, char **query, lf_error *err) {
  lf_query q = {0};
  double most = options->most_rows > 0 ? options->most_rows : default_rows, share = 1;
  bool coded = profile->rows > most;
  lf_status status = LF_OK;
  LF_TRY(lf_query_open(project, options, &q, err));
  if (coded) LF_TRY(refuse_texts(&q, err));
  if (coded) LF_TRY(choose_share(profile, most, &share, err));
  lf_text_addf(&q.text, "-- leadfit: the coded history (%s): %.0f rows, %.0f won, %.0f lost, ",
               q.dialect->name, profile->rows, profile->won, profile->lost);
  lf_text_addf(&q.text, "%s.\n", coded ? "patterns of bins, levels and months" : "as they are");
  if (share < 1) {
    lf_text_add(&q.text, "-- Every won row is kept, and of the lost rows a share of ");
    lf_text_add_double(&q.text, share);
    lf_text_add(&q.text, ", drawn by the MD5 of the id.\n");
  }
  lf_text_add(&q.text, "-- Save its result as coded.csv beside profile.csv, with a header.\nWITH ");
  lf_query_inputs(&q, coded);
  if (coded) LF_TRY(add_codes(&q, profile, share, err));
  add_result(&q, profile, coded, share);
  status = lf_query_take(&q, query, err);
cleanup:
  lf_query_clear(&q);
  return status;
}
