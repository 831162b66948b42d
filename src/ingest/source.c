#include "ingest/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static lf_status sniff(lf_input_source *s, lf_error *err) {
  lf_dialect_free(&s->dialect);
  lf_status status = lf_dialect_sniff(s->path, s->bytes.data, s->bytes.n, &s->dialect, err);
  if (status != LF_OK) return status;
  s->input = (lf_input){.name = s->path,
                        .data = s->bytes.data,
                        .n = s->bytes.n,
                        .body = s->dialect.body,
                        .delimiter = s->dialect.delimiter,
                        .n_fields = s->dialect.n_fields};
  return LF_OK;
}

lf_status lf_source_open(const char *path, const char *name, const lf_run *run, lf_input_source *source,
                         lf_error *err) {
  lf_status status = LF_OK;
  lf_input_source s = {.path = name ? name : path};
  LF_TRY(lf_bytes_open(path, run, &s.bytes, err));
  LF_TRY(sniff(&s, err));
  if (lf_utf8_valid_prefix(s.bytes.data, s.dialect.body) < s.dialect.body)
    LF_TRY(lf_source_convert(&s, run, err));
  *source = s;
  s = (lf_input_source){0};
cleanup:
  if (status != LF_OK) status = lf_source_unchanged(&s, status, err);
  lf_source_close(&s);
  return status;
}

lf_status lf_source_unchanged(const lf_input_source *source, lf_status status, lf_error *err) {
  status = lf_bytes_unchanged(&source->original, source->path, status, err);
  return lf_bytes_unchanged(&source->bytes, source->path, status, err);
}

lf_status lf_source_convert(lf_input_source *source, const lf_run *run, lf_error *err) {
  lf_bytes text = source->bytes;
  text.map = NULL; /* stays with the source until the end: its hash is of these bytes */
  text.watch.path = NULL;
  lf_status status = lf_bytes_make_utf8(&text, source->path, run, &source->latin, err);
  if (status != LF_OK) return status;
  source->original = source->bytes;
  source->bytes = text;
  source->converted = true;
  return sniff(source, err);
}

void lf_source_close(lf_input_source *source) {
  lf_dialect_free(&source->dialect);
  lf_bytes_close(&source->bytes);
  lf_bytes_close(&source->original);
  free(source->column);
  *source = (lf_input_source){0};
}

static bool line_end(char c) {
  return c == '\n' || c == '\r';
}

static size_t next_line(const char *data, size_t n, size_t at) {
  while (at < n && !line_end(data[at])) at++;
  while (at < n && line_end(data[at])) at++;
  return at;
}

/* Whether the record that begins at `at` has the right number of fields: quotes count where they open a
 * field. */
static bool fits(const lf_input *input, size_t at) {
  enum { LOOK = 1 << 16 };
  size_t end = input->n - at < LOOK ? input->n : at + LOOK, fields = 1;
  bool quoted = false, start = true;
  for (; at < end && (quoted || !line_end(input->data[at])); at++) {
    char c = input->data[at];
    if (quoted) {
      quoted = c != '"';
    } else if (c == input->delimiter) {
      fields++;
      start = true;
    } else {
      if (c == '"') quoted = start || input->data[at - 1] == '"';
      start = false;
    }
  }
  return fields == input->n_fields;
}

size_t lf_source_boundary(const lf_input *input, size_t nominal) {
  enum { TRIES = 32 };
  if (nominal <= input->body) return input->body;
  if (nominal >= input->n) return input->n;
  size_t first = next_line(input->data, input->n, nominal), at = first;
  for (int i = 0; i < TRIES && at < input->n; i++) {
    size_t second = next_line(input->data, input->n, at);
    if (fits(input, at) && (second >= input->n || fits(input, second))) return at;
    at = second;
  }
  return first;
}
