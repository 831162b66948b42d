#include "ingest/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Blocks of 64 bytes in a window: as many as stay in the cache, fewer where libcsv is called for often, since
 * then what was cut behind that place is cut again; more where records are long. */
enum { FEWEST_BLOCKS = 4, USUAL_BLOCKS = 128, MOST_BLOCKS = 1 << 14 };

static bool make_room(lf_scan *scan, size_t blocks) {
  size_t bytes = 64 * blocks;
  if (bytes <= scan->capacity) return true;
  free(scan->cuts.ends);
  free(scan->cuts.lines);
  scan->capacity = 0;
  scan->cuts.ends = malloc((bytes + LF_CUT_SLACK) * sizeof *scan->cuts.ends);
  scan->cuts.lines = malloc((bytes + LF_CUT_SLACK) * sizeof *scan->cuts.lines);
  if (!scan->cuts.ends || !scan->cuts.lines) return false;
  scan->capacity = bytes;
  return true;
}

lf_status lf_scan_init(lf_scan *scan, char delimiter, size_t n_fields, lf_error *err) {
  lf_status status = LF_OK;
  *scan = (lf_scan){.delimiter = delimiter, .n_fields = n_fields, .cut = lf_cut_best()};
  LF_TRY(lf_quoted_init(&scan->quoted, delimiter, err));
  LF_TRY(lf_quoted_init(&scan->inner, delimiter, err));
  LF_TRY(lf_alloc(n_fields * LF_BATCH_ROWS, sizeof *scan->start, &scan->start, err));
  LF_TRY(lf_alloc(n_fields * LF_BATCH_ROWS, sizeof *scan->length, &scan->length, err));
  if (!make_room(scan, USUAL_BLOCKS)) status = lf_fail(err, LF_E_MEMORY, "not enough memory to read");
cleanup:
  if (status != LF_OK) lf_scan_free(scan);
  return status;
}

void lf_scan_free(lf_scan *scan) {
  lf_quoted_free(&scan->quoted);
  lf_quoted_free(&scan->inner);
  free(scan->start);
  free(scan->length);
  free(scan->cuts.ends);
  free(scan->cuts.lines);
  lf_text_free(&scan->side);
  *scan = (lf_scan){0};
}

void lf_scan_aim(lf_scan *scan, const char *base, size_t from, size_t end, size_t limit) {
  scan->base = base;
  scan->at = scan->window = scan->window_end = from;
  scan->end = end;
  scan->limit = limit;
  scan->blocks = USUAL_BLOCKS;
  scan->fewest_blocks = FEWEST_BLOCKS;
  lf_cuts_reset(&scan->cuts);
  scan->cuts.not_ascii = false;
  scan->next_end = scan->next_line = 0;
  scan->rows = 0;
  scan->recovered = scan->ragged = 0;
  scan->n_odd = 0;
  scan->bad = LF_RECORD_OK;
  scan->bad_at = 0;
}

static void stop(lf_scan *scan, lf_record_end why, size_t at) {
  scan->bad = why;
  scan->bad_at = at;
}

/* Cuts the bytes from scan->at on. Bytes behind the limit are never looked at. */
static void cut_window(lf_scan *scan) {
  size_t left = scan->limit - scan->at, blocks = scan->blocks;
  if (!make_room(scan, blocks)) {
    stop(scan, LF_RECORD_NO_MEMORY, scan->at);
    return;
  }
  lf_cuts_reset(&scan->cuts);
  scan->next_end = scan->next_line = 0;
  scan->window = scan->at;
  if (left >= 64 * blocks) {
    scan->cut(scan->base + scan->at, blocks, scan->at, scan->delimiter, &scan->cuts);
    scan->window_end = scan->at + 64 * blocks;
    return;
  }
  size_t whole = left / 64;
  char last[64];
  memset(last, ' ', sizeof last);
  memcpy(last, scan->base + scan->at + 64 * whole, left % 64);
  scan->cut(scan->base + scan->at, whole, scan->at, scan->delimiter, &scan->cuts);
  scan->cut(last, 1, scan->at + 64 * whole, scan->delimiter, &scan->cuts);
  scan->window_end = scan->limit;
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

/* The bytes of the record that keep_fields took as the last row: from `at` up to scan->at, or, of a line
 * quoted whole, the text that was within its quotes. */
static void keep_record(lf_scan *scan, size_t at, bool inner) {
  size_t row = scan->rows - 1, n = scan->at - at;
  if (inner) {
    const lf_text *text = &scan->quoted.text;
    at = scan->side.length;
    n = text->length;
    lf_text_add_n(&scan->side, text->data, n);
  }
  const char *bytes = inner ? scan->side.data : scan->base;
  if (scan->side.failed || scan->side.length >= LF_SIDE_BIT) {
    stop(scan, LF_RECORD_NO_MEMORY, scan->at);
    return;
  }
  while (n && (bytes[at + n - 1] == '\n' || bytes[at + n - 1] == '\r')) n--;
  scan->raw_start[row] = (uint32_t)at | (inner ? LF_SIDE_BIT : 0);
  scan->raw_length[row] = (uint32_t)n;
}

/* The record has not as many fields as the others: one that was quoted whole, or a ragged one. */
static void mend(lf_scan *scan, size_t at) {
  lf_record_end end = lf_quoted_unwrap(&scan->inner, &scan->quoted);
  if (end == LF_RECORD_NO_MEMORY) {
    stop(scan, end, at);
  } else if (end == LF_RECORD_OK && scan->inner.n_fields == scan->n_fields) {
    keep_fields(scan, &scan->inner);
    if (!scan->bad) keep_record(scan, at, true);
    scan->recovered++;
  } else {
    note_ragged(scan, at, scan->quoted.n_fields);
  }
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
  unsigned char high = 0; /* not all of these bytes need have been cut */
  for (size_t i = at; i < scan->at; i++) high |= (unsigned char)scan->base[i];
  scan->cuts.not_ascii |= high >= 0x80;
  if (end == LF_RECORD_NONE) return;
  if (q->n_fields == scan->n_fields) {
    keep_fields(scan, q);
    if (!scan->bad) keep_record(scan, at, false);
  } else {
    mend(scan, at);
  }
}

/* ---- records that were cut ------------------------------------------------------------------------ */

/* The fields of `rows` records that follow one another, the first of which begins at `from`. */
static void put_fields(lf_scan *scan, size_t from, const uint32_t *ends, size_t rows) {
  size_t n = rows * scan->n_fields, last = (scan->rows + 1) * scan->n_fields - 1;
  uint32_t *start = scan->start + scan->rows * scan->n_fields;
  uint32_t *length = scan->length + scan->rows * scan->n_fields;
  start[0] = (uint32_t)from;
  length[0] = ends[0] - (uint32_t)from;
#pragma omp simd
  for (size_t i = 1; i < n; i++) {
    start[i] = ends[i - 1] + 1;
    length[i] = ends[i] - start[i];
  }
  for (size_t r = scan->rows; r < scan->rows + rows; r++, last += scan->n_fields) {
    scan->length[last] -= /* CRLF */
        scan->length[last] && scan->base[scan->start[last] + scan->length[last] - 1] == '\r';
    scan->raw_start[r] = scan->start[last + 1 - scan->n_fields];
    scan->raw_length[r] = scan->start[last] + scan->length[last] - scan->raw_start[r];
  }
  scan->rows += rows;
}

/* Takes the records from scan->at on that have the right number of fields. */
static void take_records(lf_scan *scan) {
  const lf_cuts *cuts = &scan->cuts;
  size_t from = scan->at, first = scan->next_end, rows = 0, most = LF_BATCH_ROWS - scan->rows;
  while (rows < most && scan->at < scan->end && scan->next_line < cuts->n_lines) {
    size_t last = scan->next_end + scan->n_fields - 1;
    uint32_t line = cuts->lines[scan->next_line];
    if (last >= cuts->n_ends || cuts->ends[last] != line) break;
    rows++;
    scan->next_end = last + 1;
    scan->next_line++;
    scan->at = line + 1;
  }
  if (rows) put_fields(scan, from, cuts->ends + first, rows);
}

/* Goes on in the window from scan->at, which libcsv has moved; a new window where a line was not seen to end
 * there. */
static void find_place(lf_scan *scan) {
  const lf_cuts *cuts = &scan->cuts;
  while (scan->next_line < cuts->n_lines && cuts->lines[scan->next_line] < scan->at) scan->next_line++;
  while (scan->next_end < cuts->n_ends && cuts->ends[scan->next_end] < scan->at) scan->next_end++;
  if (scan->next_line && cuts->lines[scan->next_line - 1] + (size_t)1 == scan->at) return;
  lf_cuts_reset(&scan->cuts);
  scan->next_end = scan->next_line = 0;
  scan->window = scan->window_end = scan->at;
}

/* A window that begins at scan->at: twice as large where this one began there, too, and has no whole record.
 */
static void next_window(lf_scan *scan) {
  bool none = scan->window == scan->at && scan->window_end > scan->at;
  if (none && 2 * scan->blocks > MOST_BLOCKS) {
    read_quoted(scan);
    find_place(scan);
    return;
  }
  if (none) scan->fewest_blocks = 2 * scan->blocks;
  scan->blocks = 2 * scan->blocks < USUAL_BLOCKS ? 2 * scan->blocks : USUAL_BLOCKS;
  if (scan->blocks < scan->fewest_blocks) scan->blocks = scan->fewest_blocks;
  cut_window(scan);
}

/* Moves behind a blank line; false where there is none. */
static bool skip_blank(lf_scan *scan) {
  size_t at = scan->at;
  while (at < scan->limit && scan->base[at] != scan->delimiter &&
         (scan->base[at] == ' ' || scan->base[at] == '\t'))
    at++;
  if (at == scan->limit || (scan->base[at] != '\n' && scan->base[at] != '\r')) return false;
  at += scan->base[at] == '\r' && at + 1 < scan->limit && scan->base[at + 1] == '\n';
  scan->at = at + 1;
  return true;
}

/* What stands at scan->at is no record that take_records could take. */
static void take_other(lf_scan *scan) {
  const lf_cuts *cuts = &scan->cuts;
  bool line = scan->next_line < cuts->n_lines, odd = cuts->odd != SIZE_MAX;
  if (!line && !odd && scan->window_end < scan->limit) {
    next_window(scan);
    return;
  }
  if (!skip_blank(scan)) { /* ragged, odd, or the last without a line end */
    if (!line && odd) scan->blocks = scan->fewest_blocks;
    read_quoted(scan);
  }
  find_place(scan);
}

bool lf_scan_batch(lf_scan *scan) {
  scan->rows = 0;
  scan->side.length = 0;
  while (scan->rows < LF_BATCH_ROWS && scan->at < scan->end && !scan->bad) {
    size_t before = scan->at;
    if (scan->n_fields > 1) take_records(scan);
    if (scan->at == before) take_other(scan);
  }
  if (!scan->rows) return false;
  /* readers may load whole words behind the last text */
  static const char pad[LF_SIDE_PAD] = {0};
  lf_text_add_n(&scan->side, pad, sizeof pad);
  if (scan->side.failed && !scan->bad) stop(scan, LF_RECORD_NO_MEMORY, scan->at);
  return true;
}
