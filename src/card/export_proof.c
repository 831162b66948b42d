/* The proof pack of an export: rows whose scores leadfit says, for the target to say again.
 *
 * One row is the frame: each attribute in its first band with a value. Every other row changes one attribute
 * of the frame: to each edge and the doubles (or seconds) beside it, each listed value, also with blanks
 * around it and in the other case where that is not listed, a value nobody has seen, and missing. One row
 * misses all. */
#include <math.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/memory.h"
#include "card/export_parts.h"
#include "ingest/value.h"

typedef struct proof {
  const lf_scorecard *card;
  const char **names, **values; /* of the row under way */
  char **frame;
  lf_text *out;
} proof;

static lf_status write_row(const proof *p, lf_error *err) {
  lf_lead_score score;
  size_t n = p->card->attributes->n;
  lf_status status = lf_scorecard_lead(p->card, p->names, p->values, n, &score, err);
  if (status != LF_OK) return status;
  for (size_t a = 0; a < n; a++) {
    lf_csv_exact(p->out, p->values[a] ? p->values[a] : "", ',');
    lf_text_add(p->out, ",");
  }
  lf_text_addf(p->out, "%d,", (int)score.score);
  lf_csv_exact(p->out, score.grade, ',');
  lf_text_add(p->out, ",");
  if (p->card->has_threshold) lf_text_add(p->out, score.qualified ? "yes" : "no");
  lf_text_add(p->out, "\n");
  return LF_OK;
}

/* A row of the frame but for attribute a. */
static lf_status write_probe(const proof *p, size_t a, const char *value, lf_error *err) {
  p->values[a] = value;
  lf_status status = write_row(p, err);
  p->values[a] = p->frame[a];
  return status;
}

static void number_text(const lf_attribute *attribute, double value, char out[LF_DATE_TEXT]) {
  if (attribute->kind == LF_KIND_DATE)
    lf_format_date(value, out);
  else
    lf_format_double(value, out);
}

static lf_status probe_edge(const proof *p, size_t a, double edge, lf_error *err) {
  const lf_attribute *attribute = &p->card->attributes->items[a];
  char text[LF_DATE_TEXT];
  bool day = attribute->kind == LF_KIND_DATE;
  const double beside[] = {day ? edge - 1.0 / 86400 : nextafter(edge, -INFINITY), edge,
                           day ? edge + 1.0 / 86400 : nextafter(edge, INFINITY)};
  lf_status status = LF_OK;
  if (!isfinite(edge)) return LF_OK;
  for (size_t i = 0; i < 3 && status == LF_OK; i++) {
    number_text(attribute, beside[i], text);
    status = write_probe(p, a, text, err);
  }
  return status;
}

/* Whether an interval begins at an edge. */
static bool begins(const lf_attribute *attribute, double edge) {
  for (size_t b = 0; b < attribute->n_bands; b++)
    if (attribute->bands[b].type == LF_BAND_INTERVAL && attribute->bands[b].from == edge) return true;
  return false;
}

/* Whether any spelling of a value is listed under exactly that text. */
static bool listed(const lf_attribute *attribute, const char *value) {
  for (size_t b = 0; b < attribute->n_bands; b++)
    for (size_t v = 0; attribute->bands[b].type == LF_BAND_VALUES && v < attribute->bands[b].n_values; v++)
      if (strcmp(attribute->bands[b].values[v], value) == 0) return true;
  return false;
}

static lf_status probe_value(const proof *p, size_t a, const char *value, lf_error *err) {
  const lf_attribute *attribute = &p->card->attributes->items[a];
  lf_text other = {0};
  lf_status status = write_probe(p, a, value, err);
  if (lf_export_numeric(attribute)) return status;
  lf_text_add(&other, "  ");
  lf_text_add(&other, value);
  lf_text_add(&other, "\t");
  if (status == LF_OK) status = lf_text_status(&other, err);
  if (status == LF_OK) status = write_probe(p, a, other.data, err);
  other.length = 0;
  for (const char *c = value; *c; c++) {
    bool lower = *c >= 'a' && *c <= 'z', upper = *c >= 'A' && *c <= 'Z';
    char swapped = (char)(lower ? *c - 32 : upper ? *c + 32 : *c);
    lf_text_add_n(&other, &swapped, 1);
  }
  if (status == LF_OK && other.length && strcmp(other.data, value) != 0 && !listed(attribute, other.data))
    status = write_probe(p, a, other.data, err);
  lf_text_free(&other);
  return status;
}

static lf_status probe_attribute(const proof *p, size_t a, lf_error *err) {
  const lf_attribute *attribute = &p->card->attributes->items[a];
  lf_status status = write_probe(p, a, NULL, err);
  for (size_t b = 0; b < attribute->n_bands; b++) {
    const lf_band *band = &attribute->bands[b];
    if (band->type == LF_BAND_INTERVAL && status == LF_OK) status = probe_edge(p, a, band->from, err);
    if (band->type == LF_BAND_INTERVAL && !begins(attribute, band->to) && status == LF_OK)
      status = probe_edge(p, a, band->to, err);
    for (size_t v = 0; band->type == LF_BAND_VALUES && v < band->n_values && status == LF_OK; v++)
      status = probe_value(p, a, band->values[v], err);
  }
  bool numeric = lf_export_numeric(attribute);
  if (!numeric && status == LF_OK) status = write_probe(p, a, "a value nobody has seen", err);
  return status;
}

/* A value of the first band that has one; stays NULL (missing) where no band does. */
static lf_status frame_value(const lf_attribute *attribute, char **value, lf_error *err) {
  char text[LF_DATE_TEXT];
  for (size_t b = 0; b < attribute->n_bands; b++) {
    const lf_band *band = &attribute->bands[b];
    if (band->type == LF_BAND_VALUES && band->n_values)
      return lf_copy_text(band->values[0], strlen(band->values[0]), value, err);
    if (band->type != LF_BAND_INTERVAL) continue;
    double inside = isfinite(band->from) ? band->from : isfinite(band->to) ? floor(band->to) - 1 : 0;
    number_text(attribute, inside, text);
    return lf_copy_text(text, strlen(text), value, err);
  }
  return LF_OK;
}

static lf_status prepare(proof *p, lf_error *err) {
  const lf_attributes *attributes = p->card->attributes;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(attributes->n, sizeof *p->names, &p->names, err));
  LF_TRY(lf_alloc(attributes->n, sizeof *p->values, &p->values, err));
  LF_TRY(lf_alloc(attributes->n, sizeof *p->frame, &p->frame, err));
  for (size_t a = 0; a < attributes->n; a++) {
    p->names[a] = attributes->items[a].name;
    LF_TRY(frame_value(&attributes->items[a], &p->frame[a], err));
    lf_csv_exact(p->out, p->names[a], ',');
    lf_text_add(p->out, ",");
  }
  lf_text_add(p->out, "leadfit_score,leadfit_grade,leadfit_mql\n");
  LF_TRY(write_row(p, err)); /* nothing is known of this lead */
  for (size_t a = 0; a < attributes->n; a++) p->values[a] = p->frame[a];
cleanup:
  return status;
}

lf_status lf_export_proof(const lf_scorecard *card, char **bytes, size_t *n, lf_error *err) {
  lf_text out = {0};
  proof p = {.card = card, .out = &out};
  lf_status status = LF_OK;
  LF_TRY(prepare(&p, err));
  LF_TRY(write_row(&p, err));
  for (size_t a = 0; a < card->attributes->n; a++) LF_TRY(probe_attribute(&p, a, err));
  LF_TRY(lf_text_status(&out, err));
  *bytes = out.data;
  *n = out.length;
  out = (lf_text){0};
cleanup:
  for (size_t a = 0; p.frame && a < card->attributes->n; a++) free(p.frame[a]);
  free(p.names);
  free(p.values);
  free(p.frame);
  lf_text_free(&out);
  return status;
}
