/* A scorecard as one SQL query: cleaned inputs, points, then grade, MQL and probability.
 *
 * leadfit_in     one line an attribute: its column as trimmed text, number or moment. Names that differ in a
 *                table are put right here and nowhere else.
 * leadfit_points the sum of one CASE an attribute. The first branch that holds decides: missing, listed
 * values, intervals (from <= x < to), patterns, other. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "card/export_dialect.h"
#include "card/export_parts.h"
#include "ingest/value.h"

typedef struct sql_job {
  const lf_scorecard *card;
  const lf_export_options *options;
  const lf_dialect *dialect;
  lf_missing missing;
  lf_text *out;
} sql_job;

static void add_texts(const sql_job *job, const char *const *texts, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const char *text = texts[i];
    size_t length = strlen(text);
    lf_trim(&text, &length);
    if (i) lf_text_add(job->out, ", ");
    lf_sql_text(job->dialect, text, length, job->out);
  }
}

/* Whether another attribute has the same name but for case: unquoted they would be one column. */
static bool clashes(const lf_scorecard *card, size_t a) {
  for (size_t k = 0; k < card->attributes->n; k++)
    if (k != a && lf_same_text(card->attributes->items[k].name, card->attributes->items[a].name)) return true;
  return false;
}

/* ---- inputs ---------------------------------------------------------------------------------------------
 */

static void add_input(const sql_job *job, size_t a, const char *template, const char *alias) {
  lf_text_add(job->out, ",\n    ");
  lf_sql_column(job->dialect, template, job->card->attributes->items[a].name, clashes(job->card, a),
                job->out);
  lf_text_addf(job->out, " AS %s_%zu", alias, a + 1);
}

static void add_inputs(const sql_job *job) {
  const lf_attributes *attributes = job->card->attributes;
  const char *table = job->options->table ? job->options->table : "leads";
  lf_text_addf(job->out, "WITH leadfit_in AS %s(\n  SELECT t.*",
               job->dialect->first ? job->dialect->first : "");
  for (size_t a = 0; a < attributes->n; a++) {
    const lf_attribute *attribute = &attributes->items[a];
    if (!lf_export_numeric(attribute)) {
      add_input(job, a, job->dialect->text_of, "leadfit_in");
      continue;
    }
    add_input(job, a, attribute->kind == LF_KIND_DATE ? job->dialect->day_of : job->dialect->number_of,
              "leadfit_in");
    if (lf_export_has_words(attribute)) add_input(job, a, job->dialect->text_of, "leadfit_text");
  }
  lf_text_add(job->out, "\n  FROM ");
  lf_sql_table(job->dialect, table, job->out);
  lf_text_add(job->out, " t\n)");
}

/* ---- conditions ------------------------------------------------------------------------------------------
 */

static lf_status add_bound(const sql_job *job, const lf_attribute *attribute, const lf_band *band,
                           double bound, lf_error *err) {
  if (attribute->kind != LF_KIND_DATE) {
    lf_sql_number(bound, job->out);
    return LF_OK;
  }
  char text[LF_DATE_TEXT];
  if (fabs(bound * 86400 - round(bound * 86400)) > 1e-3)
    return lf_export_refuse(attribute, band, "SQL", "its edge is no whole second", err);
  lf_format_date(bound, text);
  lf_text_add(job->out, job->dialect->day);
  lf_text_add(job->out, text);
  if (!strchr(text, ' ')) lf_text_add(job->out, " 00:00:00");
  lf_text_add(job->out, job->dialect->day_end);
  return LF_OK;
}

static lf_status add_interval(const sql_job *job, size_t a, const lf_band *band, lf_error *err) {
  const lf_attribute *attribute = &job->card->attributes->items[a];
  lf_status status = LF_OK;
  if (isfinite(band->from)) {
    lf_text_addf(job->out, "leadfit_in_%zu >= ", a + 1);
    status = add_bound(job, attribute, band, band->from, err);
  }
  if (isfinite(band->from) && isfinite(band->to)) lf_text_add(job->out, " AND ");
  if (status == LF_OK && isfinite(band->to)) {
    lf_text_addf(job->out, "leadfit_in_%zu < ", a + 1);
    status = add_bound(job, attribute, band, band->to, err);
  }
  if (!isfinite(band->from) && !isfinite(band->to))
    lf_text_addf(job->out, "leadfit_in_%zu IS NOT NULL", a + 1);
  return status;
}

static lf_status add_values(const sql_job *job, size_t a, const lf_band *band, lf_error *err) {
  const lf_attribute *attribute = &job->card->attributes->items[a];
  const char *const *values = (const char *const *)band->values;
  if (!lf_export_numeric(attribute)) {
    lf_text_addf(job->out, "leadfit_in_%zu IN (", a + 1);
    add_texts(job, values, band->n_values);
    lf_text_add(job->out, ")");
    return LF_OK;
  }
  if (attribute->kind == LF_KIND_DATE)
    return lf_export_refuse(attribute, band, "SQL", "it lists days one by one", err);
  const char *word = "";
  for (size_t v = 0; v < band->n_values; v++) {
    double number;
    bool is_number = lf_export_value_number(values[v], &number);
    lf_text_addf(job->out, "%s%s_%zu = ", word, is_number ? "leadfit_in" : "leadfit_text", a + 1);
    if (is_number)
      lf_sql_number(number, job->out);
    else
      add_texts(job, &values[v], 1);
    word = " OR ";
  }
  return LF_OK;
}

/* A pattern as the engine reads it: all of them know (?i) in front; word boundaries are spelt differently. */
static lf_status add_pattern(const sql_job *job, size_t a, const lf_band *band, lf_error *err) {
  const lf_attribute *attribute = &job->card->attributes->items[a];
  char target[64];
  snprintf(target, sizeof target, "SQL of %s", job->dialect->name);
  if (!job->dialect->matches)
    return lf_export_refuse(attribute, band, target, "it has no patterns here", err);
  lf_text pattern = {0};
  for (const char *p = band->pattern; *p; p++) {
    bool escaped = *p == '\\';
    if (escaped && p[1] == 'b' && job->dialect->bound) {
      lf_text_add(&pattern, job->dialect->bound);
      p++;
    } else if (escaped && strchr("dDwWsSpPAzZGKRXQENxuhHvVgk123456789", p[1])) {
      lf_text_free(&pattern);
      return lf_export_refuse(attribute, band, target, "engines read its classes differently", err);
    } else if (p[0] == '(' && p[1] == '?' && !(p == band->pattern && !strncmp(p + 2, "i)", 2)) &&
               p[2] != ':') {
      lf_text_free(&pattern);
      return lf_export_refuse(attribute, band, target, "engines read its (?...) differently", err);
    } else {
      lf_text_add_n(&pattern, p, escaped ? 2 : 1);
      p += escaped;
    }
  }
  lf_text column = {0};
  lf_text_addf(&column, "leadfit_in_%zu", a + 1);
  lf_sql_fill(job->dialect->matches, lf_text_part(job->out, &column), job->out);
  lf_sql_text(job->dialect, lf_text_part(job->out, &pattern), pattern.length, job->out);
  lf_text_add(job->out, job->dialect->matches_end);
  lf_text_free(&column);
  lf_text_free(&pattern);
  return LF_OK;
}

/* ---- points ----------------------------------------------------------------------------------------------
 */

static void add_missing(const sql_job *job, size_t a) {
  const lf_attribute *attribute = &job->card->attributes->items[a];
  bool numeric = lf_export_numeric(attribute);
  if (numeric) {
    lf_text_addf(job->out, "leadfit_in_%zu IS NULL", a + 1);
    return;
  }
  lf_text_addf(job->out, "leadfit_in_%zu IS NULL OR LOWER(leadfit_in_%zu) IN (", a + 1, a + 1);
  const char *word = "";
  for (size_t i = 0; i < job->missing.n; i++) {
    if (i == job->missing.value_only) continue;
    lf_text lower = {0};
    for (size_t k = 0; k < job->missing.length[i]; k++) {
      char c = job->missing.spelling[i][k];
      c = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
      lf_text_add_n(&lower, &c, 1);
    }
    lf_text_add(job->out, word);
    lf_sql_text(job->dialect, lf_text_part(job->out, &lower), lower.length, job->out);
    lf_text_free(&lower);
    word = ", ";
  }
  lf_text_add(job->out, ")");
}

static void add_points(const sql_job *job, size_t a, size_t b) {
  lf_text_addf(job->out, " %d -- ", job->card->bands[a][b].points);
  lf_export_comment(job->out, job->card->attributes->items[a].bands[b].label);
  lf_text_add(job->out, "\n");
}

static lf_status add_condition(const sql_job *job, size_t a, const lf_band *band, lf_error *err) {
  switch (band->type) {
  case LF_BAND_INTERVAL: return add_interval(job, a, band, err);
  case LF_BAND_VALUES: return add_values(job, a, band, err);
  case LF_BAND_MATCH: return add_pattern(job, a, band, err);
  default: add_missing(job, a); return LF_OK;
  }
}

static lf_status add_case(const sql_job *job, size_t a, size_t *steps, lf_error *err) {
  const lf_attribute *attribute = &job->card->attributes->items[a];
  size_t other = 0, n = lf_export_steps(attribute, steps, &other);
  lf_status status = LF_OK;
  lf_text_add(job->out, "    + CASE -- ");
  lf_export_comment(job->out, attribute->name);
  lf_text_add(job->out, "\n");
  for (size_t k = 0; k < n; k++) {
    lf_text_add(job->out, "        WHEN ");
    LF_TRY(add_condition(job, a, &attribute->bands[steps[k]], err));
    lf_text_add(job->out, " THEN");
    add_points(job, a, steps[k]);
  }
  lf_text_add(job->out, "        ELSE");
  add_points(job, a, other);
  lf_text_add(job->out, "      END\n");
cleanup:
  return status;
}

static lf_status add_all_points(const sql_job *job, lf_error *err) {
  const lf_attributes *attributes = job->card->attributes;
  size_t *steps = NULL, most = 0;
  lf_status status = LF_OK;
  for (size_t a = 0; a < attributes->n; a++)
    if (attributes->items[a].n_bands > most) most = attributes->items[a].n_bands;
  LF_TRY(lf_alloc(most, sizeof *steps, &steps, err));
  lf_text_addf(job->out, ",\nleadfit_points AS (\n  SELECT i.*,\n    %d\n", job->card->base_points);
  for (size_t a = 0; a < attributes->n; a++) LF_TRY(add_case(job, a, steps, err));
  lf_text_add(job->out, "    AS leadfit_score\n  FROM leadfit_in i\n)\n");
cleanup:
  free(steps);
  return status;
}

/* ---- what follows from the score
 * --------------------------------------------------------------------------- */

/* P = 1 / (1 + exp(-(a + b s))): left out where exp would overflow at a score the card can reach. */
static void add_probability(const sql_job *job) {
  const lf_scorecard *card = job->card;
  double low = card->intercept + card->slope * card->minimum,
         high = card->intercept + card->slope * card->maximum;
  if (!card->has_probability || fmax(fabs(low), fabs(high)) > 700) return;
  int columns = isnan(card->mean_amount) ? 1 : 2;
  for (int revenue = 0; revenue < columns; revenue++) {
    lf_text_add(job->out, ",\n  ");
    if (revenue) {
      lf_sql_number(card->mean_amount, job->out);
      lf_text_add(job->out, " * ");
    }
    lf_text_add(job->out, "(1E0 / (1E0 + EXP(-(");
    lf_sql_number(card->intercept, job->out);
    lf_text_add(job->out, " + ");
    lf_sql_number(card->slope, job->out);
    lf_text_addf(job->out, " * p.leadfit_score)))) AS %s",
                 revenue ? "leadfit_expected" : "leadfit_probability");
  }
}

static void add_grades(const sql_job *job) {
  const lf_scorecard *card = job->card;
  if (!card->n_grades) return;
  lf_text_add(job->out, ",\n  CASE");
  for (size_t g = 0; g + 1 < card->n_grades; g++) {
    lf_text_addf(job->out, " WHEN p.leadfit_score >= %d THEN ", card->grades[g].from);
    lf_sql_text(job->dialect, card->grades[g].label, strlen(card->grades[g].label), job->out);
  }
  const char *last = card->grades[card->n_grades - 1].label;
  if (card->n_grades == 1) lf_text_addf(job->out, " WHEN p.leadfit_score IS NULL THEN NULL");
  lf_text_add(job->out, " ELSE ");
  lf_sql_text(job->dialect, last, strlen(last), job->out);
  lf_text_add(job->out, " END AS leadfit_grade");
}

static void add_result(const sql_job *job) {
  const lf_scorecard *card = job->card;
  lf_text_add(job->out, "SELECT p.*");
  if (job->dialect->except) {
    lf_text_addf(job->out, " %s (", job->dialect->except);
    for (size_t a = 0; a < card->attributes->n; a++) {
      lf_text_addf(job->out, "%sleadfit_in_%zu", a ? ", " : "", a + 1);
      if (lf_export_has_words(&card->attributes->items[a]))
        lf_text_addf(job->out, ", leadfit_text_%zu", a + 1);
    }
    lf_text_add(job->out, ")");
  }
  add_grades(job);
  if (card->has_threshold)
    lf_text_addf(job->out, ",\n  CASE WHEN p.leadfit_score >= %d THEN 'yes' ELSE 'no' END AS leadfit_mql",
                 card->threshold);
  add_probability(job);
  lf_text_add(job->out, "\nFROM leadfit_points p;\n");
}

static void add_head(const sql_job *job) {
  const lf_scorecard *card = job->card;
  lf_text_add(job->out, "-- Scorecard ");
  lf_export_comment(job->out, card->name ? card->name : "without a name");
  lf_text_addf(job->out, " as SQL (%s). Score from %d to %d", job->dialect->name, card->minimum,
               card->maximum);
  if (card->has_threshold) lf_text_addf(job->out, "; MQL from %d", card->threshold);
  lf_text_add(job->out,
              ".\n-- Column names and the table stand in leadfit_in: change them there and nowhere else.\n");
  if (!job->dialect->except)
    lf_text_add(job->out,
                "-- leadfit_in_... are helper columns: name the columns you want in the last SELECT "
                "instead of p.*.\n");
  for (size_t a = 0; a < card->attributes->n; a++) {
    if (card->attributes->items[a].kind != LF_KIND_FLAG) continue;
    lf_text_add(job->out, "-- ");
    lf_export_comment(job->out, card->attributes->items[a].name);
    lf_text_add(job->out,
                " is compared as text: a column of type boolean needs a CASE that gives the texts below.\n");
  }
}

lf_status lf_export_sql(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                        lf_error *err) {
  sql_job job = {
      .card = card, .options = options, .dialect = lf_sql_dialect_of(options->dialect), .out = out};
  const lf_read_options read = {.missing = options->missing, .n_missing = options->n_missing};
  lf_status status = LF_OK;
  LF_TRY(lf_missing_init(&job.missing, &read, err));
  add_head(&job);
  add_inputs(&job);
  LF_TRY(add_all_points(&job, err));
  add_result(&job);
cleanup:
  return status;
}
