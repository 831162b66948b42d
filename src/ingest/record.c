#include "ingest/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ingest/quoted.h"
#include "ingest/source.h"

struct lf_records {
  lf_input_source source;
  lf_quoted quoted, inner;
  char *path;
  size_t at;
  lf_text text;  /* a record that had to be written anew */
  size_t *order; /* field of this input that stands in each place; NULL: records are given as they stand */
  size_t n_order;
  char delimiter;
};

lf_status lf_records_open(const char *path, const lf_run *run, lf_records **records, lf_error *err) {
  lf_status status = LF_OK;
  lf_records *r = NULL;
  LF_TRY(lf_alloc(1, sizeof *r, &r, err));
  LF_TRY(lf_copy_text(path, strlen(path), &r->path, err));
  LF_TRY(lf_source_open(r->path, NULL, run, &r->source, err));
  const lf_bytes *bytes = &r->source.bytes;
  if (!r->source.converted && lf_utf8_valid_prefix(bytes->data, bytes->n) < bytes->n)
    LF_TRY(lf_source_convert(&r->source, run, err));
  LF_TRY(lf_quoted_init(&r->quoted, r->source.dialect.delimiter, err));
  LF_TRY(lf_quoted_init(&r->inner, r->source.dialect.delimiter, err));
  r->at = r->source.dialect.header;
  *records = r;
  r = NULL;
cleanup:
  lf_records_free(r);
  return status;
}

void lf_records_free(lf_records *records) {
  if (!records) return;
  lf_quoted_free(&records->quoted);
  lf_quoted_free(&records->inner);
  lf_source_close(&records->source);
  lf_text_free(&records->text);
  free(records->order);
  free(records->path);
  free(records);
}

lf_status lf_records_unchanged(const lf_records *records, lf_error *err) {
  return lf_source_unchanged(&records->source, LF_OK, err);
}

char lf_records_delimiter(const lf_records *records) {
  return records->source.dialect.delimiter;
}

lf_status lf_records_follow(lf_records *records, const lf_records *first, lf_error *err) {
  const lf_dialect *d = &records->source.dialect, *f = &first->source.dialect;
  size_t *order = NULL;
  bool same = d->delimiter == f->delimiter && d->n_fields == f->n_fields;
  lf_status status = lf_alloc(f->n_fields, sizeof *order, &order, err);
  for (size_t i = 0; i < f->n_fields && status == LF_OK; i++) {
    order[i] = lf_dialect_find(d, f->names[i]);
    if (order[i] == SIZE_MAX)
      status = lf_fail_at(err, LF_E_DATA, records->path, 1, 0,
                          "has no column \"%.200s\": give files with the same columns", f->names[i]);
    same = same && order[i] == i;
  }
  records->delimiter = f->delimiter;
  if (status == LF_OK && !same) {
    records->order = order;
    records->n_order = f->n_fields;
    order = NULL;
  }
  free(order);
  return status;
}

/* ---- writing a record anew ------------------------------------------------------------------------ */

static void add_field(lf_text *out, const char *field, size_t n, char delimiter) {
  bool quote = n && (memchr(field, delimiter, n) || memchr(field, '"', n) || memchr(field, '\n', n) ||
                     memchr(field, '\r', n) || field[0] == ' ' || field[n - 1] == ' ');
  if (quote) lf_text_add(out, "\"");
  for (size_t i = 0; i < n; i++)
    lf_text_add_n(out, field[i] == '"' ? "\"\"" : field + i, field[i] == '"' ? 2 : 1);
  if (quote) lf_text_add(out, "\"");
}

void lf_record_anew(const lf_quoted *record, const lf_record_shape *shape, lf_text *out) {
  for (size_t i = 0; i < shape->n_fields; i++) {
    const lf_span *field = &record->fields[shape->order ? shape->order[i] : i];
    if (i) lf_text_add_n(out, &shape->delimiter, 1);
    add_field(out, record->text.data + field->start, field->length, shape->delimiter);
  }
}

static void add_names(const lf_dialect *d, const lf_record_shape *shape, lf_text *out) {
  for (size_t i = 0; i < shape->n_fields; i++) {
    const char *name = d->names[shape->order ? shape->order[i] : i];
    if (i) lf_text_add_n(out, &shape->delimiter, 1);
    add_field(out, name, strlen(name), shape->delimiter);
  }
}

/* The header where its fields are not one for each of a record; a record of an input whose columns stand in
 * another order than those of the first. */
static lf_status write_anew(lf_records *r, const lf_quoted *q, bool header, const char **bytes, size_t *n,
                            lf_error *err) {
  const lf_dialect *d = &r->source.dialect;
  const lf_record_shape shape = {.order = r->order,
                                 .n_fields = r->order ? r->n_order : d->n_fields,
                                 .delimiter = r->order ? r->delimiter : d->delimiter};
  r->text.length = 0;
  lf_text_add(&r->text, "");
  if (header)
    add_names(d, &shape, &r->text);
  else
    lf_record_anew(q, &shape, &r->text);
  *bytes = r->text.data;
  *n = r->text.length;
  return lf_text_status(&r->text, err);
}

static size_t without_ends(const char *bytes, size_t n) {
  while (n && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r')) n--;
  return n;
}

lf_status lf_records_next(lf_records *records, const char **bytes, size_t *n, lf_error *err) {
  const lf_bytes *all = &records->source.bytes;
  lf_quoted *q = &records->quoted;
  for (;;) {
    bool header = records->at == records->source.dialect.header;
    *bytes = NULL;
    *n = 0;
    while (!header && records->at < all->n &&
           (all->data[records->at] == '\n' || all->data[records->at] == '\r'))
      records->at++;
    const char *from = all->data + records->at;
    q->text.length = 0;
    lf_record_end end = lf_quoted_read(q, from, all->n - records->at);
    if (end == LF_RECORD_NONE) return LF_OK;
    lf_record_end unwrapped = end == LF_RECORD_OK ? lf_quoted_unwrap(&records->inner, q) : end;
    if (unwrapped != LF_RECORD_OK && unwrapped != LF_RECORD_NONE)
      return lf_record_fail(unwrapped, records->path, all->data, records->at + q->place, err);
    size_t fields_wanted = records->source.dialect.n_fields;
    bool whole = q->n_fields == fields_wanted || header;
    bool inner = unwrapped == LF_RECORD_OK && fields_wanted > 1 &&
                 (records->inner.n_fields == fields_wanted || header);
    records->at += q->end;
    if (!whole && !inner) continue; /* ragged: no row */
    const lf_quoted *fields = inner ? &records->inner : q;
    if (records->order || (header && fields->n_fields != records->source.dialect.n_fields))
      return write_anew(records, fields, header, bytes, n, err);
    *bytes = inner ? q->text.data : from;
    *n = without_ends(*bytes, inner ? q->text.length : q->end);
    return LF_OK;
  }
}

lf_status lf_source_header(const lf_input_source *source, lf_text *out, lf_error *err) {
  lf_status status = LF_OK;
  const char *bytes = NULL;
  size_t n = 0;
  lf_records r = {.source = *source, .path = (char *)(uintptr_t)source->path, .at = source->dialect.header};
  LF_TRY(lf_quoted_init(&r.quoted, source->dialect.delimiter, err));
  LF_TRY(lf_quoted_init(&r.inner, source->dialect.delimiter, err));
  LF_TRY(lf_records_next(&r, &bytes, &n, err));
  lf_text_add_n(out, bytes, n);
  status = lf_text_status(out, err);
cleanup:
  lf_quoted_free(&r.quoted);
  lf_quoted_free(&r.inner);
  lf_text_free(&r.text);
  return status;
}
