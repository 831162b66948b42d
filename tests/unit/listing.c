#include "listing.h"

#include <string.h>

static void put_field(lf_text *out, const char *text, size_t n) {
  lf_trim(&text, &n);
  lf_text_add_n(out, text, n);
  lf_text_add_n(out, "\x1f", 1);
}

static void on_field(void *text, size_t n, void *context) {
  listing *l = context;
  put_field(&l->record, text, n);
  l->fields++;
}

static void on_record(int end, void *context) {
  (void)end;
  listing *l = context;
  if (l->fields == l->n_fields) {
    lf_text_add_n(&l->text, l->record.data, l->record.length);
    lf_text_add_n(&l->text, "\x1e", 1);
  } else {
    l->ragged++;
  }
  l->record.length = l->fields = 0;
}

bool list_by_libcsv(const char *bytes, size_t n, char delimiter, listing *l) {
  struct csv_parser parser;
  if (csv_init(&parser, 0) != 0) return false;
  csv_set_delim(&parser, (unsigned char)delimiter);
  bool all = csv_parse(&parser, bytes, n, on_field, on_record, l) == n;
  csv_fini(&parser, on_field, on_record, l);
  csv_free(&parser);
  return all;
}

lf_record_end list_by_scan(const char *bytes, size_t n, char delimiter, lf_cut_function cut, listing *l) {
  lf_scan scan;
  if (lf_scan_init(&scan, delimiter, l->n_fields, NULL) != LF_OK) return LF_RECORD_NO_MEMORY;
  scan.cut = cut;
  lf_scan_aim(&scan, bytes, 0, n, n);
  while (lf_scan_batch(&scan)) {
    const lf_fields fields = lf_scan_fields(&scan);
    for (size_t r = 0; r < scan.rows; r++) {
      for (size_t f = 0; f < l->n_fields; f++) {
        size_t length = 0;
        const char *text = lf_scan_field(&fields, r, f, &length);
        put_field(&l->text, text, length);
      }
      lf_text_add_n(&l->text, "\x1e", 1);
    }
  }
  lf_record_end bad = scan.bad;
  l->ragged = (size_t)scan.ragged;
  lf_scan_free(&scan);
  return bad;
}

lf_record_end list_by_record(const char *bytes, size_t n, char delimiter, listing *l) {
  lf_quoted q = {0}, inner = {0};
  bool ready =
      lf_quoted_init(&q, delimiter, NULL) == LF_OK && lf_quoted_init(&inner, delimiter, NULL) == LF_OK;
  lf_record_end end = ready ? LF_RECORD_OK : LF_RECORD_NO_MEMORY;
  for (size_t at = 0; ready && at < n; at += q.end) {
    size_t line = at; /* blank lines are no records, and none of the lines of one */
    while (line < n && bytes[line] != delimiter && (bytes[line] == ' ' || bytes[line] == '\t')) line++;
    if (line < n && (bytes[line] == '\n' || bytes[line] == '\r')) {
      q.end = line + 1 - at;
      continue;
    }
    q.text.length = inner.text.length = 0;
    end = lf_quoted_read(&q, bytes + at, n - at);
    if (end != LF_RECORD_OK) break;
    lf_quoted *found = &q;
    if (q.n_fields == 1 && l->n_fields > 1 &&
        memchr(q.text.data, delimiter, q.text.length) && /* a line quoted whole */
        lf_quoted_read(&inner, q.text.data, q.text.length) == LF_RECORD_OK && inner.end == q.text.length &&
        inner.n_fields == l->n_fields)
      found = &inner;
    if (found->n_fields != l->n_fields) {
      l->ragged++;
      continue;
    }
    for (size_t f = 0; f < l->n_fields; f++)
      put_field(&l->text, found->text.data + found->fields[f].start, found->fields[f].length);
    lf_text_add_n(&l->text, "\x1e", 1);
  }
  lf_quoted_free(&q);
  lf_quoted_free(&inner);
  return end == LF_RECORD_NONE ? LF_RECORD_OK : end;
}
