/* A reference case as a design: its expected.json and its CSV, read with as little as possible, so that a
 * fault of the program's own reader cannot hide one of the fit. Comparisons remember the worst error relative
 * to the tolerance. */
#ifndef FIT_CASE_H
#define FIT_CASE_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/fit.h"

enum { CASE_COLUMNS = 64, CASE_ROWS = 5000, CASE_LEVELS = 64 };

typedef struct fit_csv {
  size_t n_columns, n_rows;
  char **cell; /* [row * n_columns + column]; row 0 is the header */
} fit_csv;

typedef struct fit_case {
  json_t *json;
  fit_csv csv;
  lf_design design;
  lf_term terms[CASE_COLUMNS];
  lf_column columns[CASE_COLUMNS];
  double *weight;
  uint8_t *won;
  size_t n_names;
  char names[256][64]; /* of coefficients: "(Intercept)", "age", "race=black" */
  double worst;        /* largest |got - want| / (atol + rtol |want|) */
  char worst_path[256];
  size_t compared;
} fit_case;

static inline const char *fit_folder(void) {
  return getenv("LEADFIT_REFERENCE");
}

/* Splits RFC 4180 text without line breaks in fields. */
static inline fit_csv fit_read_csv(const char *folder, const char *file) {
  fit_csv csv = {0};
  char path[1024];
  snprintf(path, sizeof path, "%s/conformance/%s", folder, file);
  FILE *f = fopen(path, "r");
  if (!f) return csv;
  csv.cell = calloc((size_t)CASE_ROWS * CASE_COLUMNS, sizeof *csv.cell);
  char line[4096];
  size_t at = 0;
  while (fgets(line, sizeof line, f)) {
    char *c = line, field[1024];
    size_t n_fields = 0;
    line[strcspn(line, "\r\n")] = 0;
    for (;;) {
      size_t n = 0;
      if (*c == '"') {
        for (c++; *c && !(*c == '"' && c[1] != '"'); c++) {
          if (*c == '"') c++;
          field[n++] = *c;
        }
        if (*c) c++;
      } else {
        while (*c && *c != ',') field[n++] = *c++;
      }
      field[n] = 0;
      csv.cell[at++] = strdup(field);
      n_fields++;
      if (*c != ',') break;
      c++;
    }
    if (!csv.n_columns) csv.n_columns = n_fields;
    csv.n_rows++;
  }
  csv.n_rows--;
  fclose(f);
  return csv;
}

static inline const char *fit_cell(const fit_csv *csv, const char *column, size_t row) {
  for (size_t c = 0; c < csv->n_columns; c++)
    if (!strcmp(csv->cell[c], column)) return csv->cell[(row + 1) * csv->n_columns + c];
  return "";
}

static inline bool fit_empty(const char *text) {
  return !*text || !strcmp(text, "NA");
}

/* Appends a number; rows without a value lose their weight. */
static inline void fit_add_number(fit_case *c, const char *name) {
  size_t t = c->design.n_terms++, n = c->design.n_rows;
  double *x = calloc(n, sizeof *x);
  for (size_t i = 0; i < n; i++) {
    const char *text = fit_cell(&c->csv, name, i);
    x[i] = fit_empty(text) ? NAN : strtod(text, NULL);
    if (isnan(x[i])) c->weight[i] = 0.0;
  }
  c->columns[t] = (lf_column){
      .name = strdup(name), .kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = x};
  c->terms[t] = (lf_term){.name = c->columns[t].name,
                          .type = LF_TERM_NUMBER,
                          .column = &c->columns[t],
                          .first = (int32_t)c->design.n_coef,
                          .n_coef = 1};
  snprintf(c->names[c->design.n_coef++], 64, "%s", name);
}

/* Appends a category with those levels, the first being the baseline; an empty cell is missing_level or loses
 * its weight. */
static inline void fit_add_category(fit_case *c, const char *name, const char *const *levels, size_t n_levels,
                                    const char *missing_level) {
  size_t t = c->design.n_terms++, n = c->design.n_rows;
  uint8_t *code = calloc(n, 1);
  int32_t *coef = calloc(n_levels + 1, sizeof *coef);
  coef[0] = coef[1] = -1;
  int32_t first = (int32_t)c->design.n_coef;
  for (size_t l = 1; l < n_levels; l++) {
    coef[l + 1] = (int32_t)c->design.n_coef;
    snprintf(c->names[c->design.n_coef++], 64, "%s=%s", name, levels[l]);
  }
  for (size_t i = 0; i < n; i++) {
    const char *text = fit_cell(&c->csv, name, i);
    if (fit_empty(text) && missing_level) text = missing_level;
    for (size_t l = 0; l < n_levels; l++)
      if (!strcmp(text, levels[l])) code[i] = (uint8_t)(l + 1);
    if (!code[i]) c->weight[i] = 0.0;
  }
  c->columns[t] = (lf_column){.name = strdup(name),
                              .kind = LF_KIND_CATEGORY,
                              .store = LF_STORE_CODES,
                              .width = 1,
                              .cells = code,
                              .n_levels = (uint32_t)n_levels};
  c->terms[t] = (lf_term){.name = c->columns[t].name,
                          .type = LF_TERM_CODES,
                          .column = &c->columns[t],
                          .n_codes = (uint32_t)n_levels + 1,
                          .coef = coef,
                          .first = first,
                          .n_coef = (uint32_t)n_levels - 1};
}

/* An empty design over a CSV: outcome column and its event, weights column or NULL. */
static inline void fit_start(fit_case *c, const char *folder, const char *file, const char *response,
                             const char *event, const char *weights) {
  c->csv = fit_read_csv(folder, file);
  size_t n = c->csv.n_rows;
  c->won = calloc(n + 1, 1);
  c->weight = calloc(n + 1, sizeof *c->weight);
  for (size_t i = 0; i < n; i++) {
    c->won[i] = !strcmp(fit_cell(&c->csv, response, i), event);
    c->weight[i] = weights ? strtod(fit_cell(&c->csv, weights, i), NULL) : 1.0;
  }
  c->design = (lf_design){.n_rows = n, .terms = c->terms, .n_coef = 1, .won = c->won, .weight = c->weight};
  snprintf(c->names[0], 64, "(Intercept)");
}

/* Appends the terms of a model as the JSON gives them. */
static inline void fit_add_terms(fit_case *c, const json_t *model) {
  const json_t *terms = json_object_get(model, "terms");
  for (size_t t = 0; t < json_array_size(terms); t++) {
    const json_t *term = json_array_get(terms, t);
    const char *name = json_string_value(json_object_get(term, "name"));
    const json_t *levels = json_object_get(term, "levels");
    if (!levels) {
      fit_add_number(c, name);
      continue;
    }
    const char *text[CASE_LEVELS];
    for (size_t l = 0; l < json_array_size(levels); l++)
      text[l] = json_string_value(json_array_get(levels, l));
    fit_add_category(c, name, text, json_array_size(levels), NULL);
  }
}

static inline json_t *fit_load(const char *folder, const char *id) {
  char path[1024];
  snprintf(path, sizeof path, "%s/conformance/%s.expected.json", folder, id);
  return json_load_file(path, 0, NULL);
}

static inline fit_case *fit_case_new(const char *id) {
  const char *folder = fit_folder();
  fit_case *c = calloc(1, sizeof *c);
  c->json = fit_load(folder, id);
  if (!c->json) return c;
  const json_t *model = json_object_get(c->json, "model"), *data = json_object_get(c->json, "data");
  const char *file = json_string_value(json_is_array(data) ? json_array_get(data, 0) : data);
  fit_start(c, folder, file, json_string_value(json_object_get(model, "response")),
            json_string_value(json_object_get(model, "event")),
            json_string_value(json_object_get(model, "weights")));
  fit_add_terms(c, model);
  return c;
}

static inline void fit_case_free(fit_case *c) {
  for (size_t i = 0; i < (c->csv.n_rows + 1) * c->csv.n_columns && c->csv.cell; i++) free(c->csv.cell[i]);
  free(c->csv.cell);
  for (size_t t = 0; t < c->design.n_terms; t++) {
    free(c->columns[t].name);
    free(c->columns[t].cells);
    free((void *)(uintptr_t)c->terms[t].coef);
  }
  free(c->weight);
  free(c->won);
  json_decref(c->json);
  free(c);
}

/* The value at a "/"-separated path under "expected"; keys may hold anything but "/". */
static inline const json_t *fit_at(const fit_case *c, const char *path) {
  const json_t *at = json_object_get(c->json, "expected");
  char part[128];
  for (const char *p = path; *p && at;) {
    size_t n = strcspn(p, "/");
    snprintf(part, sizeof part, "%.*s", (int)n, p);
    at = json_is_array(at) ? json_array_get(at, (size_t)strtoul(part, NULL, 10)) : json_object_get(at, part);
    p += n + (p[n] == '/');
  }
  return at;
}

static inline double fit_number(const json_t *value) {
  if (json_is_string(value)) {
    const char *text = json_string_value(value);
    return !strcmp(text, "Inf") ? INFINITY : !strcmp(text, "-Inf") ? -INFINITY : NAN;
  }
  return json_number_value(value);
}

/* rtol a case states for a key. */
static inline double fit_rtol(const fit_case *c, const char *key) {
  return json_number_value(
      json_object_get(json_object_get(json_object_get(c->json, "tolerance"), key), "rtol"));
}

/* Whether got is the value at path within the case's tolerance for `key` (the last component) plus `more`.
 * Absent: true, nothing compared. */
static inline bool fit_near_by(fit_case *c, const char *path, double got, double more) {
  const json_t *value = fit_at(c, path);
  if (!value) return true;
  const char *key = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  const json_t *tolerances = json_object_get(c->json, "tolerance"),
               *tolerance = json_object_get(tolerances, key);
  if (json_is_string(tolerance)) return true;
  if (!tolerance) tolerance = json_object_get(tolerances, "default");
  double want = fit_number(value);
  double allowed =
      more + json_number_value(json_object_get(tolerance, "atol")) +
      json_number_value(json_object_get(tolerance, "rtol")) * (isfinite(want) ? fabs(want) : 0.0);
  c->compared++;
  if (isnan(want) || isinf(want)) return (isnan(want) && isnan(got)) || got == want;
  double error = fabs(got - want) / allowed;
  if (got == want) error = 0.0;
  if (error > c->worst || isnan(error)) {
    c->worst = error;
    snprintf(c->worst_path, sizeof c->worst_path, "%s", path);
  }
  if (!(error <= 1.0)) fprintf(stderr, "%s: got %.15g, want %.15g\n", path, got, want);
  return error <= 1.0;
}

static inline bool fit_near(fit_case *c, const char *path, double got) {
  return fit_near_by(c, path, got, 0.0);
}

#endif
