#include "ingest/quoted.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

lf_status lf_quoted_init(lf_quoted *q, char delimiter, lf_error *err) {
  *q = (lf_quoted){0};
  if (csv_init(&q->parser, 0) != 0) return lf_fail(err, LF_E_MEMORY, "not enough memory for libcsv");
  q->ready = true;
  csv_set_delim(&q->parser, (unsigned char)delimiter);
  csv_set_blk_size(&q->parser, 1 << 12);
  return LF_OK;
}

void lf_quoted_free(lf_quoted *q) {
  if (q->ready) csv_free(&q->parser);
  lf_text_free(&q->text);
  free(q->fields);
  *q = (lf_quoted){0};
}

static void take_field(void *bytes, size_t n, void *context) {
  lf_quoted *q = context;
  if (lf_grow(&q->fields, &q->capacity, q->n_fields + 1, sizeof *q->fields, NULL) != LF_OK) {
    q->failed = true;
    return;
  }
  q->fields[q->n_fields++] = (lf_span){.start = (uint32_t)q->text.length, .length = (uint32_t)n};
  lf_text_add_n(&q->text, bytes, n);
}

static void take_record(int last, void *context) {
  (void)last;
  ((lf_quoted *)context)->done = true;
}

/* Bytes up to and with the next line end; CRLF is one. */
static size_t line_length(const char *bytes, size_t n) {
  size_t length = 0;
  while (length < n && bytes[length] != '\n' && bytes[length] != '\r') length++;
  if (length == n) return n;
  length++;
  return length < n && bytes[length - 1] == '\r' && bytes[length] == '\n' ? length + 1 : length;
}

/* Offset of the quote that opened the field in which bytes[0..n) ends; 0 where none did. Follows libcsv: a
 * quote opens only at the start of a field, and one that closes is followed by the delimiter or a line end.
 * *irregular: some quote inside a field was neither doubled nor closing. */
static size_t opening_quote(const char *bytes, size_t n, char delimiter, bool *irregular) {
  size_t open = 0;
  bool start = true, quoted = false;
  *irregular = false;
  for (size_t i = 0; i < n; i++) {
    char c = bytes[i];
    bool ends = c == delimiter || c == '\n' || c == '\r';
    if (!quoted) {
      if (start && c == '"') {
        quoted = true;
        open = i;
      }
      start = ends || (start && (c == ' ' || c == '\t'));
    } else if (c == '"') {
      if (i + 1 < n && bytes[i + 1] == '"') {
        i++;
        continue;
      }
      size_t next = i + 1;
      while (next < n && (bytes[next] == ' ' || bytes[next] == '\t') && bytes[next] != delimiter) next++;
      bool closes = next >= n || bytes[next] == delimiter || bytes[next] == '\n' || bytes[next] == '\r';
      if (closes)
        quoted = start = false;
      else
        *irregular = true;
    }
  }
  return open;
}

/* A record of several lines must be quoted by the book: a stray quote that opens a field and a later one that
 * seems to close it would swallow the rows between them. */
static lf_record_end check_lines(lf_quoted *q, const char *bytes, size_t n) {
  bool irregular = false;
  opening_quote(bytes, n, (char)q->parser.delim_char, &irregular);
  if (!irregular) return LF_RECORD_OK;
  /* the quote that stood open at the end of the first line is the one that swallows */
  q->place = opening_quote(bytes, line_length(bytes, n), (char)q->parser.delim_char, &irregular);
  return LF_RECORD_UNCLOSED;
}

/* Feeds one line; false where something is wrong with it, which *end then says. */
static bool feed(lf_quoted *q, const char *bytes, size_t at, size_t length, lf_record_end *end) {
  const char *nul = memchr(bytes + at, '\0', length);
  if (nul) {
    q->place = (size_t)(nul - bytes);
    *end = LF_RECORD_NUL;
    return false;
  }
  if (q->parser.entry_pos > LF_MAX_FIELD || at + length > LF_MAX_RECORD) {
    bool swallows = q->parser.quoted && at > 0, irregular = false;
    *end = swallows ? LF_RECORD_UNCLOSED : LF_RECORD_TOO_LONG;
    if (swallows) q->place = opening_quote(bytes, at, (char)q->parser.delim_char, &irregular);
    return false;
  }
  size_t used = csv_parse(&q->parser, bytes + at, length, take_field, take_record, q);
  if (used != length || q->failed || q->text.failed) *end = LF_RECORD_NO_MEMORY;
  return *end == LF_RECORD_OK;
}

/* The end of the bytes came before the end of the record. */
static lf_record_end finish(lf_quoted *q, const char *bytes, size_t n) {
  bool irregular = false;
  csv_set_opts(&q->parser, CSV_STRICT | CSV_STRICT_FINI); /* an open quote is an error, here alone */
  int failed = csv_fini(&q->parser, take_field, take_record, q);
  csv_set_opts(&q->parser, 0);
  if (q->failed || q->text.failed || (failed && csv_error(&q->parser) == CSV_ENOMEM))
    return LF_RECORD_NO_MEMORY;
  if (failed) {
    q->place = opening_quote(bytes, n, (char)q->parser.delim_char, &irregular);
    return LF_RECORD_UNCLOSED;
  }
  return q->done ? LF_RECORD_OK : LF_RECORD_NONE;
}

static lf_record_end too_long(const lf_quoted *q) {
  for (size_t i = 0; i < q->n_fields; i++)
    if (q->fields[i].length > LF_MAX_FIELD) return LF_RECORD_TOO_LONG;
  return LF_RECORD_OK;
}

lf_record_end lf_quoted_read(lf_quoted *q, const char *bytes, size_t n) {
  lf_record_end end = LF_RECORD_OK;
  size_t lines = 0, at = 0;
  q->n_fields = q->place = 0;
  q->done = q->failed = false;
  while (end == LF_RECORD_OK && !q->done && at < n) {
    size_t length = line_length(bytes + at, n - at);
    if (!feed(q, bytes, at, length, &end)) break;
    at += length;
    lines++;
  }
  if (end == LF_RECORD_OK && !q->done) end = finish(q, bytes, n);
  if (end == LF_RECORD_OK) end = too_long(q);
  if (end == LF_RECORD_OK && lines > 1) end = check_lines(q, bytes, at);
  q->end = at;
  if (end != LF_RECORD_OK && end != LF_RECORD_NONE) { /* leaves the parser ready for another record */
    q->parser.pstate = 0;
    q->parser.quoted = 0;
    q->parser.spaces = q->parser.entry_pos = 0;
  }
  return end;
}

lf_record_end lf_quoted_unwrap(lf_quoted *inner, const lf_quoted *q) {
  if (q->n_fields != 1 || !q->text.length || !memchr(q->text.data, q->parser.delim_char, q->text.length))
    return LF_RECORD_NONE;
  inner->text.length = 0;
  lf_record_end end = lf_quoted_read(inner, q->text.data, q->text.length);
  if (end == LF_RECORD_NO_MEMORY) return end;
  return end == LF_RECORD_OK && inner->end == q->text.length ? LF_RECORD_OK : LF_RECORD_NONE;
}

uint64_t lf_line_of(const char *bytes, size_t at) {
  uint64_t line = 1;
  for (size_t i = 0; i < at;) {
    i += line_length(bytes + i, at - i);
    bool ended = bytes[i - 1] == '\n' || bytes[i - 1] == '\r';
    if (ended && i <= at) line++;
  }
  return line;
}

lf_status lf_record_fail(lf_record_end end, const char *name, const char *bytes, size_t at, lf_error *err) {
  uint64_t line = lf_line_of(bytes, at);
  size_t start = at;
  while (start > 0 && bytes[start - 1] != '\n' && bytes[start - 1] != '\r') start--;
  uint64_t column = at - start + 1;
  switch (end) {
  case LF_RECORD_UNCLOSED:
    return lf_fail_at(
        err, LF_E_DATA, name, line, column,
        "the quote that opens here is not closed: close it, or double a quote that is part of the text");
  case LF_RECORD_TOO_LONG:
    return lf_fail_at(
        err, LF_E_DATA, name, line, 0,
        "a field of more than %d bytes, or a record of more than %d: check the quotes and the line ends",
        LF_MAX_FIELD, LF_MAX_RECORD);
  case LF_RECORD_NUL:
    return lf_fail_at(err, LF_E_DATA, name, line, column,
                      "a NUL byte, so this is no text: export it again, as CSV in UTF-8");
  default: return lf_fail_at(err, LF_E_MEMORY, name, line, 0, "not enough memory for this record");
  }
}
