#include "ingest/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { WINDOW_BYTES = 64 * LF_SCAN_BLOCKS };

lf_status lf_scan_init(lf_scan *scan, char delimiter, size_t n_fields, lf_error *err) {
  lf_status status = LF_OK;
  *scan = (lf_scan){.delimiter = delimiter, .n_fields = n_fields, .make_masks = lf_masks_best()};
  LF_TRY(lf_quoted_init(&scan->quoted, delimiter, err));
  LF_TRY(lf_quoted_init(&scan->inner, delimiter, err));
  LF_TRY(lf_alloc(n_fields * LF_BATCH_ROWS, sizeof *scan->start, &scan->start, err));
  LF_TRY(lf_alloc(n_fields * LF_BATCH_ROWS, sizeof *scan->length, &scan->length, err));
cleanup:
  if (status != LF_OK) lf_scan_free(scan);
  return status;
}

void lf_scan_free(lf_scan *scan) {
  lf_quoted_free(&scan->quoted);
  lf_quoted_free(&scan->inner);
  free(scan->start);
  free(scan->length);
  lf_text_free(&scan->side);
  *scan = (lf_scan){0};
}

void lf_scan_aim(lf_scan *scan, const char *base, size_t from, size_t end, size_t limit) {
  scan->base = base;
  scan->at = from;
  scan->end = end;
  scan->limit = limit;
  scan->window_blocks = 0;
  scan->rows = 0;
  scan->not_ascii = false;
  scan->recovered = scan->ragged = 0;
  scan->n_odd = 0;
  scan->bad = LF_RECORD_OK;
  scan->bad_at = 0;
}

static void stop(lf_scan *scan, lf_record_end why, size_t at) {
  scan->bad = why;
  scan->bad_at = at;
}

/* Makes the masks of the window that begins at `at`. Bytes behind the limit are never looked at. */
static void make_window(lf_scan *scan, size_t at) {
  size_t left = scan->limit - at;
  scan->window = at;
  scan->window_blocks = LF_SCAN_BLOCKS;
  if (left >= WINDOW_BYTES) {
    scan->not_ascii |= scan->make_masks(scan->base + at, LF_SCAN_BLOCKS, scan->delimiter, scan->masks);
    return;
  }
  size_t whole = left / 64;
  scan->not_ascii |= scan->make_masks(scan->base + at, whole, scan->delimiter, scan->masks);
  char last[64];
  memset(last, ' ', sizeof last);
  memcpy(last, scan->base + at + 64 * whole, left % 64);
  scan->not_ascii |= scan->make_masks(last, 1, scan->delimiter, scan->masks + whole);
  scan->window_blocks = whole + 1;
}

static bool blank(const char *bytes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (bytes[i] != ' ' && bytes[i] != '\t') return false;
  return true;
}

static void note_ragged(lf_scan *scan, size_t at, uint64_t fields) {
  scan->ragged++;
  if (scan->n_odd < sizeof scan->odd / sizeof *scan->odd)
    scan->odd[scan->n_odd++] = (lf_odd_record){.at = at, .fields = fields};
}

/* Copies the fields that libcsv found into the side buffer as the next row of the batch. */
static void keep_fields(lf_scan *scan, const lf_quoted *q) {
  size_t shift = scan->side.length, row = scan->rows * scan->n_fields;
  lf_text_add_n(&scan->side, q->text.data, q->text.length);
  if (scan->side.failed || scan->side.length >= LF_SIDE_BIT) {
    stop(scan, LF_RECORD_NO_MEMORY, scan->at);
    return;
  }
  for (size_t i = 0; i < scan->n_fields; i++) {
    scan->start[row + i] = (uint32_t)(shift + q->fields[i].start) | LF_SIDE_BIT;
    scan->length[row + i] = q->fields[i].length;
  }
  scan->rows++;
}

/* A line that was quoted whole is one field; its text is the record. */
static bool read_inner(lf_scan *scan) {
  lf_quoted *q = &scan->quoted;
  if (q->n_fields != 1 || scan->n_fields < 2 || !memchr(q->text.data, scan->delimiter, q->text.length))
    return false;
  scan->inner.text.length = 0;
  lf_record_end end = lf_quoted_read(&scan->inner, q->text.data, q->text.length);
  return end == LF_RECORD_OK && scan->inner.end == q->text.length && scan->inner.n_fields == scan->n_fields;
}

/* Reads the record at scan->at through libcsv and moves behind it. */
static void read_quoted(lf_scan *scan) {
  lf_quoted *q = &scan->quoted;
  size_t at = scan->at;
  q->text.length = 0;
  lf_record_end end = lf_quoted_read(q, scan->base + at, scan->limit - at);
  if (end != LF_RECORD_OK && end != LF_RECORD_NONE) {
    stop(scan, end, at + q->place);
    return;
  }
  scan->at = at + q->end;
  if (end == LF_RECORD_NONE) return;
  if (q->n_fields == scan->n_fields) {
    keep_fields(scan, q);
  } else if (read_inner(scan)) {
    keep_fields(scan, &scan->inner);
    scan->recovered++;
  } else {
    note_ragged(scan, at, q->n_fields);
  }
}

/* A record being cut: its fields so far stand in the batch. */
typedef struct cutting {
  size_t block;
  uint64_t mask; /* what is left of the masks of the block */
  size_t from;   /* first byte of the text of the field */
  size_t tail;   /* 1 where the byte before the end of the field is its closing quote */
  size_t field;
  bool quotes; /* a field of the record was quoted */
} cutting;

/* Closes the record that ends at `end`; false where it is to be read by libcsv after all. */
static bool close_record(lf_scan *scan, const cutting *c, size_t end) {
  size_t fields = c->field + 1;
  if (fields != scan->n_fields && c->quotes) return false;
  if (fields == scan->n_fields && (fields > 1 || !blank(scan->base + c->from, end - c->from))) {
    size_t last = scan->rows * fields + fields - 1;
    scan->start[last] = (uint32_t)c->from;
    scan->length[last] = (uint32_t)(end - c->tail - c->from);
    scan->rows++;
    if (end - scan->at > LF_MAX_FIELD)
      for (size_t i = last + 1 - fields; i <= last; i++)
        if (scan->length[i] > LF_MAX_FIELD) stop(scan, LF_RECORD_TOO_LONG, scan->at);
  } else if (fields > 1 || !blank(scan->base + c->from, end - c->from)) {
    note_ragged(scan, scan->at, fields);
  }
  return true;
}

typedef enum quote_end { QUOTE_CLOSED, QUOTE_ODD, QUOTE_WINDOW } quote_end;

/* From the quote that opens a field to the one that closes it, where the field is as simple as can be: no
 * quote and no line end inside, and behind it the delimiter or a line end. libcsv then gives what stands
 * between the quotes. */
static quote_end skip_quotes(const lf_scan *scan, cutting *c, size_t open) {
  if (open != c->from || c->tail || scan->n_fields < 2) return QUOTE_ODD;
  for (;;) {
    while (!c->mask) {
      if (++c->block >= scan->window_blocks)
        return scan->window + 64 * scan->window_blocks < scan->limit ? QUOTE_WINDOW : QUOTE_ODD;
      c->mask = scan->masks[c->block];
    }
    size_t at = scan->window + 64 * c->block + (size_t)__builtin_ctzll(c->mask);
    c->mask &= c->mask - 1;
    if (scan->base[at] == scan->delimiter) continue;
    if (scan->base[at] != '"' || at + 1 >= scan->limit) return QUOTE_ODD;
    char next = scan->base[at + 1];
    if (next != scan->delimiter && next != '\n' && next != '\r') return QUOTE_ODD;
    c->from = open + 1;
    c->tail = 1;
    c->quotes = true;
    return QUOTE_CLOSED;
  }
}

/* Handles a byte that is no delimiter; false where the window is done with. */
static bool read_special(lf_scan *scan, cutting *c, size_t at) {
  if (scan->base[at] == '"') {
    quote_end end = skip_quotes(scan, c, at);
    if (end == QUOTE_ODD) read_quoted(scan);
    return end == QUOTE_CLOSED;
  }
  if (scan->base[at] == '\0') {
    stop(scan, LF_RECORD_NUL, at);
    return false;
  }
  if (!close_record(scan, c, at)) {
    read_quoted(scan);
    return false;
  }
  scan->at = c->from = at + 1;
  c->field = c->tail = 0;
  c->quotes = false;
  return scan->at < scan->end && scan->rows < LF_BATCH_ROWS && !scan->bad;
}

/* Cuts records from scan->at on, up to and with the first that only libcsv can read, or until the batch is
 * full, the window or the piece ends. A record that the window cuts in two is read again with a window that
 * begins at it. */
static void read_window(lf_scan *scan) {
  const char *base = scan->base;
  const size_t n_fields = scan->n_fields;
  cutting c = {.block = (scan->at - scan->window) / 64, .from = scan->at};
  size_t row = scan->rows * n_fields;
  c.mask = scan->masks[c.block] & (~UINT64_C(0) << (scan->at - scan->window) % 64);
  for (;;) {
    while (c.mask) {
      size_t at = scan->window + 64 * c.block + (size_t)__builtin_ctzll(c.mask);
      c.mask &= c.mask - 1;
      if (base[at] == scan->delimiter) {
        if (c.field < n_fields) {
          scan->start[row + c.field] = (uint32_t)c.from;
          scan->length[row + c.field] = (uint32_t)(at - c.tail - c.from);
        }
        c.field++;
        c.from = at + 1;
        c.tail = 0;
        continue;
      }
      if (!read_special(scan, &c, at)) return;
      row = scan->rows * n_fields;
    }
    if (++c.block >= scan->window_blocks) break;
    c.mask = scan->masks[c.block];
  }
  /* the window ended inside a record */
  if (scan->window + 64 * scan->window_blocks < scan->limit || scan->at >= scan->limit) return;
  if (close_record(scan, &c, scan->limit))
    scan->at = scan->limit;
  else
    read_quoted(scan);
}

/* A record longer than a window: libcsv reads it, whatever is in it. */
static bool window_covers(const lf_scan *scan) {
  return scan->window_blocks && scan->at >= scan->window &&
         scan->at < scan->window + 64 * scan->window_blocks;
}

bool lf_scan_batch(lf_scan *scan) {
  scan->rows = 0;
  scan->side.length = 0;
  while (scan->rows < LF_BATCH_ROWS && scan->at < scan->end && !scan->bad) {
    size_t before = scan->at;
    bool fresh = !window_covers(scan);
    if (fresh) make_window(scan, scan->at);
    read_window(scan);
    if (scan->bad || scan->at != before) continue;
    if (fresh || scan->window == before)
      read_quoted(scan);
    else
      scan->window_blocks = 0;
  }
  if (!scan->rows) return false;
  /* readers may load whole words behind the last text */
  static const char pad[LF_SIDE_PAD] = {0};
  lf_text_add_n(&scan->side, pad, sizeof pad);
  if (scan->side.failed && !scan->bad) stop(scan, LF_RECORD_NO_MEMORY, scan->at);
  return true;
}
