#include "ingest/record.h"

#include <stdlib.h>

#include "base/memory.h"
#include "ingest/quoted.h"
#include "ingest/source.h"

struct lf_records {
  lf_input_source source;
  lf_quoted quoted, inner;
  char *path;
  size_t at;
};

lf_status lf_records_open(const char *path, lf_records **records, lf_error *err) {
  lf_status status = LF_OK;
  lf_records *r = NULL;
  LF_TRY(lf_alloc(1, sizeof *r, &r, err));
  LF_TRY(lf_copy_text(path, strlen(path), &r->path, err));
  LF_TRY(lf_source_open(r->path, &r->source, err));
  const lf_bytes *bytes = &r->source.bytes;
  if (!r->source.converted && lf_utf8_valid_prefix(bytes->data, bytes->n) < bytes->n)
    LF_TRY(lf_source_convert(&r->source, err));
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
  free(records->path);
  free(records);
}

char lf_records_delimiter(const lf_records *records) {
  return records->source.dialect.delimiter;
}

/* A line quoted whole: its text is the record where that has the right number of fields. */
static bool unwrapped(lf_records *r) {
  lf_quoted *q = &r->quoted;
  if (q->n_fields != 1 || r->source.dialect.n_fields < 2) return false;
  r->inner.text.length = 0;
  lf_record_end end = lf_quoted_read(&r->inner, q->text.data, q->text.length);
  return end == LF_RECORD_OK && r->inner.end == q->text.length &&
         (r->inner.n_fields == r->source.dialect.n_fields || r->at == r->source.dialect.header);
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
    if (end != LF_RECORD_OK)
      return lf_record_fail(end, records->path, all->data, records->at + q->place, err);
    bool whole = q->n_fields == records->source.dialect.n_fields || header;
    bool inner = (!whole || q->n_fields == 1) && unwrapped(records);
    records->at += q->end;
    if (!whole && !inner) continue; /* ragged: no row */
    *bytes = inner ? q->text.data : from;
    *n = without_ends(*bytes, inner ? q->text.length : q->end);
    return LF_OK;
  }
}
