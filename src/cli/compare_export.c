#include "cli/compare_export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/command.h"
#include "ingest/record.h"

enum { WRITE_BYTES = 1 << 18 };

/* One file being written. */
typedef struct writing {
  const lf_compare_export *export;
  uint32_t *judged; /* of every row read: 1 + its place among the judged rows; 0: not judged */
  char delimiter;   /* of the inputs' records */
  lf_text text, id;
  int fd;
} writing;

static void add(writing *w, bool first, const char *value) {
  if (!first) lf_text_add(&w->text, ",");
  lf_csv_field(&w->text, value, ',');
}

static void add_number(writing *w, double value) {
  char text[LF_DOUBLE_TEXT];
  lf_format_double(value, text);
  add(w, false, isnan(value) ? "" : text);
}

static void add_named(writing *w, const char *what, const char *a, const char *b) {
  lf_text name = {0};
  lf_text_addf(&name, b ? "%s: %s, %s" : "%s: %s", what, a, b);
  add(w, false, lf_text_part(&w->text, &name));
  lf_text_free(&name);
}

static void add_header(writing *w) {
  const lf_compare_export *e = w->export;
  const lf_comparison *c = e->comparison;
  const lf_history *h = e->history;
  add(w, true, "row");
  if (e->n_inputs > 1) add(w, false, "input");
  if (h->id != SIZE_MAX) add(w, false, h->table->columns[h->id].name);
  add(w, false, "outcome");
  if (e->rows->amount) add(w, false, "amount");
  if (e->rows->weight) add(w, false, "weight");
  for (size_t k = 0; k < c->n; k++) {
    add_named(w, "score", c->candidates[k].name, NULL);
    if (c->candidates[k].has_threshold) add_named(w, "qualified", c->candidates[k].name, NULL);
  }
  for (size_t p = 0; p < c->n_pairs; p++)
    if (c->pairs[p].has_quadrant)
      add_named(w, "quadrant", c->candidates[c->pairs[p].a].name, c->candidates[c->pairs[p].b].name);
  lf_text_add(&w->text, "\n");
}

static const char *const quadrant_names[LF_QUADRANT_CELLS] = {"both", "only the first", "only the second",
                                                              "neither"};

/* Judged row i, which stood as record `number` (from 1) of the input. */
static void add_row(writing *w, size_t i, size_t input, uint64_t number) {
  const lf_compare_export *e = w->export;
  const lf_comparison *c = e->comparison;
  lf_text_addf(&w->text, "%llu", (unsigned long long)number);
  if (e->n_inputs > 1) add(w, false, e->names[input]);
  if (e->history->id != SIZE_MAX) add(w, false, lf_text_part(&w->text, &w->id));
  add(w, false, e->rows->won[i] ? "won" : "lost");
  if (e->rows->amount) add_number(w, e->rows->amount[i]);
  if (e->rows->weight) add_number(w, e->rows->weight[i]);
  for (size_t k = 0; k < c->n; k++) {
    const lf_candidate *x = &c->candidates[k];
    add_number(w, x->score[i]);
    if (x->has_threshold) add(w, false, x->score[i] >= x->threshold ? "yes" : "no");
  }
  for (size_t p = 0; p < c->n_pairs; p++)
    if (c->pairs[p].has_quadrant)
      add(w, false,
          quadrant_names[lf_quadrant_of(&c->candidates[c->pairs[p].a], &c->candidates[c->pairs[p].b], i)]);
  lf_text_add(&w->text, "\n");
}

/* Field `wanted` of a record, unquoted and trimmed as the table's cells are. */
static void read_field(writing *w, const char *bytes, size_t n, size_t wanted) {
  size_t at = 0, field = 0;
  bool quoted = false;
  w->id.length = 0;
  lf_text_add(&w->id, "");
  for (; at < n && field <= wanted; at++) {
    bool quote = bytes[at] == '"';
    if (quote && quoted && at + 1 < n && bytes[at + 1] == '"')
      at++; /* a doubled one stands for itself */
    else if (quote) {
      quoted = !quoted;
      continue;
    } else if (bytes[at] == w->delimiter && !quoted) {
      field++;
      continue;
    }
    if (field == wanted) lf_text_add_n(&w->id, bytes + at, 1);
  }
  const char *start = w->id.data;
  size_t length = w->id.length;
  if (!start) return;
  lf_trim(&start, &length);
  memmove(w->id.data, start, length);
  w->id.data[length] = '\0';
  w->id.length = length;
}

static lf_status flush(writing *w, size_t above, lf_error *err) {
  if (w->text.length < above) return LF_OK;
  lf_status status = lf_text_status(&w->text, err);
  if (status == LF_OK) status = lf_text_status(&w->id, err);
  if (status == LF_OK) status = lf_write_all(w->fd, w->text.data, w->text.length, w->export->path, err);
  w->text.length = 0;
  return status;
}

/* The judged rows of one input; before: rows of the inputs before it. */
static lf_status write_input(writing *w, lf_records *records, size_t input, uint64_t before,
                             const lf_run *run, lf_error *err) {
  const lf_history *h = w->export->history;
  const char *bytes = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_records_next(records, &bytes, &n, err)); /* the header */
  for (uint64_t k = 0; k < h->table->sources[input].rows; k++) {
    LF_TRY(lf_records_next(records, &bytes, &n, err));
    if (!bytes)
      LF_TRY(lf_fail_at(err, LF_E_IO, w->export->inputs[input], 0, 0,
                        "has changed while it was read: compare on a copy that stands still"));
    if (!w->judged[before + k]) continue;
    if (h->id != SIZE_MAX) read_field(w, bytes, n, h->id);
    add_row(w, w->judged[before + k] - 1, input, k + 1);
    LF_TRY(flush(w, WRITE_BYTES, err));
    LF_TRY(lf_check_interrupt(run, err));
  }
  LF_TRY(lf_records_unchanged(records, err));
cleanup:
  return status;
}

static lf_status write_all(writing *w, const lf_run *run, lf_error *err) {
  lf_records *first = NULL, *further = NULL;
  uint64_t before = 0;
  lf_status status = LF_OK;
  add_header(w);
  for (size_t i = 0; i < w->export->n_inputs; i++) {
    lf_records *records = NULL;
    LF_TRY(lf_records_open(w->export->inputs[i], run, &records, err));
    if (i == 0) {
      first = records;
      w->delimiter = lf_records_delimiter(first);
    } else {
      lf_records_free(further);
      further = records;
      LF_TRY(lf_records_follow(further, first, err));
    }
    LF_TRY(write_input(w, records, i, before, run, err));
    before += w->export->history->table->sources[i].rows;
  }
  LF_TRY(flush(w, 0, err));
cleanup:
  lf_records_free(further);
  lf_records_free(first);
  return status;
}

lf_status lf_compare_export_write(const lf_compare_export *export, const lf_run *run, lf_error *err) {
  const lf_history *h = export->history;
  writing w = {.export = export};
  lf_output *out = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(h->rows_read, sizeof *w.judged, &w.judged, err));
  for (size_t i = 0; i < export->rows->n; i++) w.judged[h->origin[export->row[i]]] = (uint32_t)i + 1;
  LF_TRY(lf_output_new(&out, err));
  LF_TRY(lf_output_open(out, export->path, &w.fd, err));
  LF_TRY(write_all(&w, run, err));
  LF_TRY(lf_output_commit(out, err));
cleanup:
  lf_output_free(out);
  free(w.judged);
  lf_text_free(&w.text);
  lf_text_free(&w.id);
  return status;
}
