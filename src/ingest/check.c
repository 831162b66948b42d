/* What is wrong with the records of the inputs, and how much of it is borne. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "ingest/reader.h"

static const double usual_ragged_share = 0.05;
/* Reports of CRMs end with a few lines of text: so many are borne, too, where there are so many rows to each.
 */
static const double footer = 5, rows_a_line = 5;

/* Line ends in [from, to) of bytes; a CR before an LF is none of its own. */
static uint64_t count_lines(const char *bytes, size_t from, size_t to) {
  uint64_t lines = 0;
  for (size_t i = from; i < to; i++)
    lines += (uint64_t)(bytes[i] == '\n') + (bytes[i] == '\r' && bytes[i + 1] != '\n');
  return lines;
}

static lf_status check_bytes(const lf_reader *reader, lf_error *err) {
  for (size_t i = 0; i < reader->pieces.n; i++) {
    const lf_piece *p = &reader->pieces.items[i];
    if (p->bad) return lf_record_fail(p->bad, p->input->name, p->input->data, p->bad_at, err);
  }
  return LF_OK;
}

void lf_ragged_note(const lf_reader *reader, const lf_piece *piece, lf_line_place *place, lf_table *table) {
  table->ragged_rows += piece->ragged;
  while (&reader->sources[place->file].input != piece->input)
    *place = (lf_line_place){.file = place->file + 1};
  for (size_t k = 0; k < piece->n_odd && table->n_ragged < LF_RAGGED_KEPT; k++) {
    place->lines += count_lines(piece->input->data, place->at, piece->odd[k].at);
    place->at = piece->odd[k].at;
    table->ragged[table->n_ragged++] =
        (lf_ragged){.line = place->lines + 1, .fields = piece->odd[k].fields, .file = place->file};
  }
}

/* How many ragged records are no error. */
static double borne(const lf_reader *reader, const lf_table *table) {
  double share = reader->options->max_ragged_share, rows = (double)table->n_rows;
  double all = rows + (double)table->ragged_rows;
  return share > 0 ? share * all : fmax(usual_ragged_share * all, fmin(footer, rows / rows_a_line));
}

lf_status lf_ragged_check(const lf_reader *reader, const lf_table *table, lf_error *err) {
  uint64_t all = table->n_rows + table->ragged_rows;
  if (!table->n_rows && !table->ragged_rows)
    return lf_fail_at(err, LF_E_DATA, reader->sources[0].path, 0, 0,
                      "has a header and no rows: export it with its rows");
  if ((double)table->ragged_rows <= borne(reader, table)) return LF_OK;
  const lf_ragged *first = &table->ragged[0];
  const lf_input_source *source = &reader->sources[first->file];
  return lf_fail_at(err, LF_E_DATA, source->path, first->line, 0,
                    "%llu of %llu records have not the %zu fields of the header, this one first, with %llu: "
                    "check the delimiter "
                    "('%c') and the quotes",
                    (unsigned long long)table->ragged_rows, (unsigned long long)all, source->dialect.n_fields,
                    (unsigned long long)first->fields, source->dialect.delimiter);
}

lf_status lf_reader_check(lf_reader *reader, lf_table *table, lf_error *err) {
  lf_line_place place = {0};
  lf_status status = check_bytes(reader, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < reader->pieces.n; i++) {
    table->recovered_rows += reader->pieces.items[i].recovered;
    lf_ragged_note(reader, &reader->pieces.items[i], &place, table);
  }
  table->n_rows = reader->pieces.first_row[reader->pieces.n];
  status = lf_ragged_check(reader, table, err);
  if (status != LF_OK) return status;
  if (table->n_rows >= UINT32_MAX)
    return lf_fail_at(err, LF_E_DATA, reader->sources[0].path, 0, 0,
                      "%zu rows are more than can be numbered: group or sample the history first",
                      table->n_rows);
  return LF_OK;
}
