#include "ingest/piece.h"

#include <stdlib.h>

#include "base/memory.h"
#include "ingest/bytes.h"
#include "ingest/cells.h"

void lf_piece_free(lf_piece *piece) {
  for (size_t i = 0; piece->parts && i < piece->n_parts; i++) lf_part_free(&piece->parts[i]);
  free(piece->parts);
  piece->parts = NULL;
  piece->n_parts = 0;
  free(piece->records);
  piece->records = NULL;
  piece->records_capacity = 0;
  lf_text_free(&piece->unwrapped);
  lf_spool_unmap(piece->map, piece->map_size);
  piece->map = NULL;
}

lf_status lf_shelf_init(lf_shelf *shelf, size_t n_columns, lf_error *err) {
  lf_status status = lf_alloc(n_columns, sizeof *shelf->dictionaries, &shelf->dictionaries, err);
  if (status == LF_OK) shelf->n = n_columns;
  return status;
}

void lf_shelf_free(lf_shelf *shelf) {
  for (size_t i = 0; i < shelf->n; i++) lf_dictionary_free(&shelf->dictionaries[i]);
  free(shelf->dictionaries);
  *shelf = (lf_shelf){0};
}

/* A piece may be read again from another start: what the first reading left goes. */
static lf_status begin(lf_piece *piece, const lf_reading *reading, lf_shelf *shelf, lf_error *err) {
  lf_piece_free(piece);
  piece->rows = 0;
  piece->ragged = piece->recovered = 0;
  piece->n_odd = 0;
  piece->bad_utf8 = false;
  piece->bad = LF_RECORD_OK;
  lf_status status = lf_alloc(reading->n_columns, sizeof *piece->parts, &piece->parts, err);
  if (status != LF_OK) return status;
  piece->n_parts = reading->n_columns;
  for (size_t i = 0; i < piece->n_parts; i++)
    piece->parts[i] = (lf_part){.plan = reading->plans[i], .dictionary = &shelf->dictionaries[i]};
  return LF_OK;
}

/* The text of a record that was within another is kept; where it will stand is known at the end only. */
static lf_status add_records(lf_piece *piece, const lf_scan *scan, lf_error *err) {
  lf_status status = lf_grow(&piece->records, &piece->records_capacity, piece->rows + scan->rows,
                             sizeof *piece->records, err);
  for (size_t r = 0; r < scan->rows && status == LF_OK; r++) {
    lf_raw_record *record = &piece->records[piece->rows + r];
    record->text = lf_scan_record(scan, r, &record->n);
    if (!(scan->raw_start[r] & LF_SIDE_BIT)) continue;
    lf_text_add_n(&piece->unwrapped, record->text, record->n);
    record->text = NULL;
  }
  return status;
}

static lf_status place_records(lf_piece *piece, lf_error *err) {
  size_t at = 0;
  lf_status status = lf_text_status(&piece->unwrapped, err);
  for (size_t r = 0; r < piece->rows && status == LF_OK; r++)
    if (!piece->records[r].text) {
      piece->records[r].text = piece->unwrapped.data + at;
      at += piece->records[r].n;
    }
  return status;
}

static lf_status add_batch(lf_piece *piece, const lf_scan *scan, const lf_reading *reading, lf_error *err) {
  for (size_t f = 0; f < scan->n_fields; f++)
    if (!lf_part_add(&piece->parts[piece->input->column[f]], scan, f, piece->rows, reading->missing))
      return lf_fail_at(err, LF_E_MEMORY, piece->input->name, 0, 0,
                        "not enough memory for the cells of the table");
  if (reading->keep_records) {
    lf_status status = add_records(piece, scan, err);
    if (status != LF_OK) return status;
  }
  const lf_input *input = piece->input;
  for (size_t k = 0; k < input->n_keys; k++)
    if (!lf_part_add(&piece->parts[piece->n_parts - input->n_keys + k], scan, input->keys[k], piece->rows,
                     reading->missing))
      return lf_fail_at(err, LF_E_MEMORY, input->name, 0, 0, "not enough memory for the keys of the table");
  piece->rows += scan->rows;
  return lf_check_interrupt(reading->run, err);
}

static void finish(lf_piece *piece, const lf_scan *scan) {
  piece->reached = piece->from + scan->at;
  piece->ragged = scan->ragged;
  piece->recovered = scan->recovered;
  piece->n_odd = scan->n_odd;
  for (size_t i = 0; i < scan->n_odd; i++) {
    piece->odd[i] = scan->odd[i];
    piece->odd[i].at += piece->from;
  }
  piece->bad = scan->bad;
  piece->bad_at = piece->from + scan->bad_at;
  if (!scan->cuts.not_ascii) return;
  size_t n = scan->at;
  piece->bad_utf8 = lf_utf8_valid_prefix(scan->base, n) != n;
}

/* Moves the cells of all parts into one temporary file. */
static lf_status settle(lf_piece *piece, lf_error *err) {
  size_t total = 0, at = 0;
  for (size_t i = 0; i < piece->n_parts; i++)
    if (piece->parts[i].cells) total += (piece->rows * piece->parts[i].width + 63) / 64 * 64;
  lf_status status = lf_spool_map(total, &piece->map, err);
  if (status != LF_OK) return status;
  piece->map_size = total;
  for (size_t i = 0; i < piece->n_parts; i++) {
    lf_part *part = &piece->parts[i];
    if (!part->cells) continue;
    size_t n = piece->rows * part->width;
    if (n && !part->contradicted) memcpy((char *)piece->map + at, part->cells, n);
    free(part->cells);
    part->cells = (char *)piece->map + at;
    part->settled = true;
    at += (n + 63) / 64 * 64;
  }
  lf_bytes_rest(piece->map, 0, total);
  return LF_OK;
}

lf_status lf_piece_read(lf_piece *piece, const lf_reading *reading, lf_shelf *shelf, lf_error *err) {
  lf_status status = LF_OK;
  const lf_input *input = piece->input;
  lf_scan scan = {0};
  LF_TRY(begin(piece, reading, shelf, err));
  LF_TRY(lf_scan_init(&scan, input->delimiter, input->n_fields, err));
  size_t limit = input->n - piece->from, end = piece->to > piece->from ? piece->to - piece->from : 0;
  if (limit > (size_t)LF_SIDE_BIT - 1) limit = (size_t)LF_SIDE_BIT - 1;
  lf_scan_aim(&scan, input->data + piece->from, 0, end, limit);
  while ((!piece->max_rows || piece->rows < piece->max_rows) && lf_scan_batch(&scan))
    LF_TRY(add_batch(piece, &scan, reading, err));
  finish(piece, &scan);
  if (piece->bad == LF_RECORD_NO_MEMORY)
    LF_TRY(lf_record_fail(piece->bad, input->name, input->data, piece->bad_at, err));
  if (reading->keep_records)
    LF_TRY(place_records(piece, err));
  else
    lf_bytes_rest(input->data, piece->from, piece->reached);
  if (reading->spooled) LF_TRY(settle(piece, err));
cleanup:
  lf_scan_free(&scan);
  return status;
}
