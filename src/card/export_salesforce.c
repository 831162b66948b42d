/* A scorecard as Salesforce formulas.
 *
 * Limits: 3,900 characters and 4,000 bytes as written, 15,000 bytes when compiled (Salesforce Help, "Tips for
 * Reducing Formula Size"); formulas that refer to formula fields carry the compiled size of those along, so
 * that splitting into formula fields helps with the first limit and not with the second. A score that is too
 * long is cut into parts, each a field of its own; where the compiled size would still be too large the parts
 * are to be number fields that a flow fills. The compiled size is an estimate: what is written plus 40 bytes
 * for each comparison, for the field, its blank rule and the branch; Check Syntax shows the true one.
 *
 * CASE and = compare text with regard to case. A blank text or picklist equals "". Parts are sums: where the
 * values of one attribute do not fit one part, points = other + sum over parts of CASE(field, value, points -
 * other, ..., 0). */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "card/export_parts.h"
#include "ingest/value.h"

enum { MOST_BYTES = 3900, MOST_PIECE = 3600, MOST_COMPILED = 15000, BYTES_A_COMPARISON = 40 };

typedef struct piece {
  char *text;
  size_t bytes, compiled;
} piece;

typedef struct force_job {
  const lf_scorecard *card;
  lf_text *out;
  piece *pieces;
  size_t n_pieces, room;
  int base;
  size_t comparisons; /* in the piece under way */
} force_job;

static const char *const standard_fields[] = {
    "AnnualRevenue", "City",       "Company",  "Country",    "CreatedDate", "Email",  "Fax",
    "FirstName",     "Industry",   "LastName", "LeadSource", "MobilePhone", "Name",   "NumberOfEmployees",
    "Phone",         "PostalCode", "Rating",   "Salutation", "State",       "Status", "Street",
    "Title",         "Website"};

/* The API name: standard fields of a lead and names that end in __c stay; others become custom ones. */
static void add_field(lf_text *out, const char *name) {
  size_t n = strlen(name);
  bool kept = n > 3 && strcmp(name + n - 3, "__c") == 0;
  for (size_t i = 0; i < sizeof standard_fields / sizeof *standard_fields; i++)
    if (strcmp(name, standard_fields[i]) == 0) kept = true;
  if (kept && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == n) {
    lf_text_add(out, name);
    return;
  }
  bool any = false, gap = false;
  for (const char *p = name; *p; p++) {
    bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z'), digit = *p >= '0' && *p <= '9';
    if (!letter && !digit) {
      gap = true;
      continue;
    }
    if (!any && digit) lf_text_add(out, "F");
    if (any && gap) lf_text_add(out, "_");
    lf_text_add_n(out, p, 1);
    any = true;
    gap = false;
  }
  lf_text_add(out, any ? "__c" : "Field__c");
}

/* The text in quotes; false where it holds a control character, which no formula can. */
static bool add_text(const char *value, lf_text *out) {
  size_t n = strlen(value);
  lf_trim(&value, &n);
  lf_text_add(out, "\"");
  for (size_t i = 0; i < n; i++) {
    if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f) return false;
    if (value[i] == '"' || value[i] == '\\') lf_text_add(out, "\\");
    lf_text_add_n(out, value + i, 1);
  }
  lf_text_add(out, "\"");
  return true;
}

static lf_status close_piece(force_job *job, lf_text *text, lf_error *err) {
  lf_status status = lf_text_status(text, err);
  if (status == LF_OK)
    status = lf_grow(&job->pieces, &job->room, job->n_pieces + 1, sizeof *job->pieces, err);
  if (status != LF_OK) {
    lf_text_free(text);
    return status;
  }
  job->pieces[job->n_pieces++] =
      (piece){text->data, text->length, text->length + job->comparisons * BYTES_A_COMPARISON};
  job->comparisons = 0;
  *text = (lf_text){0};
  return LF_OK;
}

/* ---- texts ------------------------------------------------------------------------------------------------
 */

/* CASE(field, value, points, ..., other), in as many pieces as it takes; all but one piece are differences.
 */
static lf_status add_texts(force_job *job, size_t a, const size_t *steps, size_t n, size_t other, bool whole,
                           bool *too_long, lf_error *err) {
  const lf_attribute *attribute = &job->card->attributes->items[a];
  const lf_card_band *bands = job->card->bands[a];
  int rest = whole ? 0 : bands[other].points;
  lf_text text = {0};
  lf_status status = LF_OK;
  *too_long = false;
  for (size_t k = 0; k < n; k++) {
    const lf_band *band = &attribute->bands[steps[k]];
    size_t values = band->type == LF_BAND_MISSING ? 1 : band->n_values;
    if (band->type == LF_BAND_MATCH)
      LF_TRY(
          lf_export_refuse(attribute, band, "a Salesforce formula", "formula fields have no patterns", err));
    for (size_t v = 0; v < values; v++) {
      if (!text.length) {
        lf_text_add(&text, "CASE(");
        add_field(&text, attribute->name);
      }
      lf_text_add(&text, ", ");
      if (!add_text(band->type == LF_BAND_MISSING ? "" : band->values[v], &text))
        LF_TRY(lf_export_refuse(attribute, band, "a Salesforce formula", "a value holds a control character",
                                err));
      lf_text_addf(&text, ", %d", bands[steps[k]].points - rest);
      job->comparisons++;
      if (text.length > MOST_BYTES)
        LF_TRY(lf_export_refuse(attribute, band, "a Salesforce formula", "a value is too long for it", err));
      if (whole && text.length > MOST_PIECE) {
        *too_long = true;
        job->comparisons = 0;
        goto cleanup;
      }
      if (!whole && text.length > MOST_PIECE / 2) {
        lf_text_add(&text, ", 0)");
        LF_TRY(close_piece(job, &text, err));
      }
    }
  }
  if (text.length || text.failed) {
    lf_text_addf(&text, ", %d)", whole ? bands[other].points : 0);
    LF_TRY(close_piece(job, &text, err));
  }
  if (!whole) job->base += rest;
cleanup:
  lf_text_free(&text);
  return status;
}

/* ---- numbers and days -------------------------------------------------------------------------------------
 */

static lf_status add_bound(const lf_attribute *attribute, const lf_band *band, double value, lf_text *out,
                           lf_error *err) {
  char text[LF_DATE_TEXT];
  if (attribute->kind == LF_KIND_DATE) {
    lf_format_date(value, text);
    if (strlen(text) != 10 || value != floor(value))
      return lf_export_refuse(attribute, band, "a Salesforce formula", "its edge is no whole day", err);
    lf_text_addf(out, "DATE(%d, %d, %d)", atoi(text), atoi(text + 5), atoi(text + 8));
    return LF_OK;
  }
  lf_format_double(value, text);
  if (strpbrk(text, "en"))
    return lf_export_refuse(attribute, band, "a Salesforce formula", "its edge has too many digits", err);
  lf_text_add(out, text);
  return LF_OK;
}

/* below: all under it has been asked for before, so that a band that begins there need not say so. */
static lf_status add_interval(const lf_attribute *attribute, const lf_band *band, double below, lf_text *out,
                              lf_error *err) {
  bool low = band->from > below, high = isfinite(band->to);
  lf_status status = LF_OK;
  if (low && high) lf_text_add(out, "AND(");
  if (low) {
    add_field(out, attribute->name);
    lf_text_add(out, " >= ");
    LF_TRY(add_bound(attribute, band, band->from, out, err));
  }
  if (low && high) lf_text_add(out, ", ");
  if (high) {
    add_field(out, attribute->name);
    lf_text_add(out, " < ");
    LF_TRY(add_bound(attribute, band, band->to, out, err));
  }
  if (low && high) lf_text_add(out, ")");
  if (!low && !high) lf_text_add(out, "TRUE");
cleanup:
  return status;
}

static lf_status add_listed(const lf_attribute *attribute, const lf_band *band, lf_text *out, lf_error *err) {
  lf_status status = LF_OK;
  lf_text_add(out, "OR(FALSE");
  for (size_t v = 0; v < band->n_values; v++) {
    double number;
    if (attribute->kind == LF_KIND_DATE || !lf_export_value_number(band->values[v], &number))
      LF_TRY(lf_export_refuse(attribute, band, "a Salesforce formula", "it lists a value that is no number",
                              err));
    lf_text_add(out, ", ");
    add_field(out, attribute->name);
    lf_text_add(out, " = ");
    LF_TRY(add_bound(attribute, band, number, out, err));
  }
  lf_text_add(out, ")");
cleanup:
  return status;
}

static lf_status add_numbers(force_job *job, size_t a, const size_t *steps, size_t n, size_t other,
                             lf_error *err) {
  const lf_attribute *attribute = &job->card->attributes->items[a];
  lf_text text = {0};
  lf_status status = LF_OK;
  double below = -INFINITY;
  for (size_t k = 0; k < n; k++) {
    const lf_band *band = &attribute->bands[steps[k]];
    lf_text_add(&text, "IF(");
    if (band->type == LF_BAND_MISSING) {
      lf_text_add(&text, "ISBLANK(");
      add_field(&text, attribute->name);
      lf_text_add(&text, ")");
    } else if (band->type == LF_BAND_INTERVAL)
      LF_TRY(add_interval(attribute, band, below, &text, err));
    else
      LF_TRY(add_listed(attribute, band, &text, err));
    lf_text_addf(&text, ", %d, ", job->card->bands[a][steps[k]].points);
    job->comparisons += 2;
    if (band->type == LF_BAND_INTERVAL && band->from <= below) below = fmax(below, band->to);
  }
  lf_text_addf(&text, "%d", job->card->bands[a][other].points);
  for (size_t k = 0; k < n; k++) lf_text_add(&text, ")");
  if (text.length > MOST_PIECE)
    LF_TRY(lf_export_refuse(attribute, &attribute->bands[other], "a Salesforce formula",
                            "it has too many bands", err));
  LF_TRY(close_piece(job, &text, err));
cleanup:
  lf_text_free(&text);
  return status;
}

static lf_status make_pieces(force_job *job, lf_error *err) {
  const lf_attributes *attributes = job->card->attributes;
  size_t *steps = NULL;
  lf_status status = LF_OK;
  for (size_t a = 0; a < attributes->n; a++) {
    const lf_attribute *attribute = &attributes->items[a];
    size_t other = 0;
    bool too_long = false;
    free(steps);
    steps = NULL;
    LF_TRY(lf_alloc(attribute->n_bands, sizeof *steps, &steps, err));
    size_t n = lf_export_steps(attribute, steps, &other);
    if (lf_export_numeric(attribute)) {
      LF_TRY(add_numbers(job, a, steps, n, other, err));
      continue;
    }
    LF_TRY(add_texts(job, a, steps, n, other, true, &too_long, err));
    if (too_long) LF_TRY(add_texts(job, a, steps, n, other, false, &too_long, err));
  }
cleanup:
  free(steps);
  return status;
}

/* ---- fields -----------------------------------------------------------------------------------------------
 */

/* Pieces [from, *to) that fit one field. */
static size_t fill_field(const force_job *job, size_t from, size_t start, size_t *bytes, size_t *compiled) {
  size_t k = from;
  *bytes = *compiled = start;
  for (; k < job->n_pieces; k++) {
    if (k > from && *bytes + job->pieces[k].bytes + 3 > MOST_BYTES) break;
    *bytes += job->pieces[k].bytes + 3;
    *compiled += job->pieces[k].compiled + 3;
  }
  return k;
}

static void write_pieces(const force_job *job, size_t from, size_t to) {
  for (size_t k = from; k < to; k++)
    lf_text_addf(job->out, "%s%s\n", k > from ? "+ " : "", job->pieces[k].text);
}

static void write_score(const force_job *job, size_t *fields) {
  size_t bytes = 0, compiled = 0, total = 0, from = 0;
  size_t end = fill_field(job, 0, 12, &bytes, &compiled);
  *fields = 0;
  if (end == job->n_pieces) {
    lf_text_addf(job->out,
                 "/* Leadfit_Score__c: Formula (Number, 0 decimals), %zu of 3,900 characters, about %zu of "
                 "15,000 bytes compiled */\n%d\n",
                 bytes, compiled, job->base);
    if (job->n_pieces) lf_text_add(job->out, "+ ");
    write_pieces(job, 0, end);
    return;
  }
  while (from < job->n_pieces) {
    end = fill_field(job, from, 0, &bytes, &compiled);
    total += compiled;
    lf_text_addf(job->out,
                 "/* Leadfit_Part_%zu__c: %zu of 3,900 characters, about %zu of 15,000 bytes compiled */\n",
                 ++*fields, bytes, compiled);
    write_pieces(job, from, end);
    lf_text_add(job->out, "\n");
    from = end;
  }
  lf_text_addf(job->out,
               "/* Leadfit_Score__c: the sum. With parts that are formula fields it compiles to about %zu of "
               "15,000 bytes%s */\n%d",
               total,
               total > MOST_COMPILED
                   ? ": too many, so make the parts Number fields that a before-save flow fills "
                     "with these formulas"
                   : "",
               job->base);
  for (size_t f = 1; f <= *fields; f++) lf_text_addf(job->out, " + Leadfit_Part_%zu__c", f);
  lf_text_add(job->out, "\n");
}

static lf_status write_rest(const force_job *job, lf_error *err) {
  const lf_scorecard *card = job->card;
  if (card->has_threshold)
    lf_text_addf(job->out, "\n/* Leadfit_MQL__c: Formula (Checkbox) */\nLeadfit_Score__c >= %d\n",
                 card->threshold);
  if (!card->n_grades) return LF_OK;
  lf_text_add(job->out, "\n/* Leadfit_Grade__c: Formula (Text) */\n");
  for (size_t g = 0; g < card->n_grades; g++) {
    bool last = g + 1 == card->n_grades;
    if (!last) lf_text_addf(job->out, "IF(Leadfit_Score__c >= %d, ", card->grades[g].from);
    if (!add_text(card->grades[g].label, job->out))
      return lf_fail(err, LF_E_DATA,
                     "a Salesforce formula cannot hold the grade '%.60s': its label holds a control "
                     "character; give it another label",
                     card->grades[g].label);
    if (!last) lf_text_add(job->out, ", ");
  }
  for (size_t g = 0; g + 1 < card->n_grades; g++) lf_text_add(job->out, ")");
  lf_text_add(job->out, "\n");
  return LF_OK;
}

lf_status lf_export_salesforce(const lf_scorecard *card, const lf_export_options *options, lf_text *out,
                               lf_error *err) {
  (void)options;
  force_job job = {.card = card, .out = out, .base = card->base_points};
  size_t fields = 0;
  lf_status status = LF_OK;
  LF_TRY(make_pieces(&job, err));
  lf_text_add(out, "/* Scorecard ");
  lf_export_comment(out, card->name ? card->name : "without a name");
  lf_text_addf(
      out,
      " as Salesforce formulas. Score from %d to %d.\n"
      "   Every field: Treat blank fields as blanks. Field names end in __c unless they are standard fields "
      "of a lead: check them.\n"
      "   Blank is missing; other spellings of missing (N/A, Select) must be blanked before. */\n\n",
      card->minimum, card->maximum);
  write_score(&job, &fields);
  LF_TRY(write_rest(&job, err));
cleanup:
  for (size_t k = 0; k < job.n_pieces; k++) free(job.pieces[k].text);
  free(job.pieces);
  return status;
}
