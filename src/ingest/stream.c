/* Opening a stream, and its second reading: blocks with the columns as the first one chose them. */
#include "ingest/stream.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "ingest/bytes.h"
#include "ingest/record.h"
#include "ingest/stream_parts.h"

enum { BLOCK_BYTES = 1 << 20 };

/* What there is one of a column. */
static void clear_columns(lf_stream *stream) {
  lf_table *t = &stream->table;
  for (size_t i = 0; stream->facts && i < t->n_columns; i++) lf_facts_clear(&stream->facts[i]);
  for (size_t i = 0; t->columns && i < t->n_columns; i++) free(t->columns[i].name);
  free(t->columns);
  free(stream->number_only);
  free(stream->choices);
  free(stream->facts);
  t->columns = NULL;
  stream->number_only = NULL;
  stream->choices = NULL;
  stream->facts = NULL;
}

void lf_stream_free(lf_stream *stream) {
  if (!stream) return;
  lf_table *t = &stream->table;
  clear_columns(stream);
  for (size_t i = 0; t->sources && i < t->n_sources; i++) free(t->sources[i].name);
  free(t->sources);
  free(stream->places);
  lf_reader_close(&stream->reader);
  free(stream);
}

const lf_table *lf_stream_table(const lf_stream *stream) {
  return &stream->table;
}

char lf_stream_delimiter(const lf_stream *stream) {
  return stream->reader.sources[0].dialect.delimiter;
}

lf_status lf_stream_header(const lf_stream *stream, lf_text *out, lf_error *err) {
  return lf_source_header(&stream->reader.sources[0], out, err);
}

static lf_status name_sources(lf_stream *stream, lf_error *err) {
  const lf_reader *r = &stream->reader;
  lf_table *t = &stream->table;
  lf_status status = lf_alloc(r->n_sources, sizeof *t->sources, &t->sources, err);
  if (status != LF_OK) return status;
  t->n_sources = r->n_sources;
  for (size_t i = 0; i < r->n_sources && status == LF_OK; i++)
    status = lf_copy_text(r->sources[i].path, strlen(r->sources[i].path), &t->sources[i].name, err);
  return status;
}

static lf_status name_columns(lf_stream *stream, lf_error *err) {
  const lf_reader *r = &stream->reader;
  lf_table *t = &stream->table;
  const lf_dialect *d = &r->sources[0].dialect;
  lf_status status = LF_OK;
  clear_columns(stream);
  t->n_columns = r->n_columns;
  LF_TRY(lf_alloc(r->n_columns, sizeof *t->columns, &t->columns, err));
  LF_TRY(lf_alloc(r->n_columns, sizeof *stream->choices, &stream->choices, err));
  LF_TRY(lf_alloc(r->n_columns, sizeof *stream->facts, &stream->facts, err));
  for (size_t i = 0; i < r->n_columns; i++)
    LF_TRY(lf_copy_text(d->names[i], strlen(d->names[i]), &t->columns[i].name, err));
cleanup:
  return status;
}

/* Every column that nobody wants is skipped. One that two ask for is wanted as what both can use. */
static lf_status mark_wanted(lf_stream *stream, const lf_stream_options *options, lf_error *err) {
  lf_reader *r = &stream->reader;
  lf_status status = lf_alloc(r->n_columns, sizeof *stream->number_only, &stream->number_only, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < r->n_columns; i++) r->skipped[i] = stream->number_only[i] = true;
  for (size_t k = 0; k < options->n_wanted; k++) {
    size_t at = lf_table_find(&stream->table, options->wanted[k].name);
    if (at == SIZE_MAX) continue;
    r->skipped[at] = false;
    stream->number_only[at] = stream->number_only[at] && options->wanted[k].number_only;
  }
  return LF_OK;
}

lf_status lf_stream_open(const lf_stream_options *options, const lf_run *run, lf_stream **stream,
                         lf_error *err) {
  lf_status status = LF_OK;
  lf_stream *s = NULL;
  bool again = true;
  LF_TRY(lf_alloc(1, sizeof *s, &s, err));
  s->read = options->read;
  s->block_bytes = options->block_bytes ? options->block_bytes : BLOCK_BYTES;
  s->reader = (lf_reader){.options = &s->read, .run = run};
  LF_TRY(lf_reader_open(&s->reader, err));
  LF_TRY(name_sources(s, err));
  while (again) {
    LF_TRY(name_columns(s, err));
    LF_TRY(mark_wanted(s, options, err));
    LF_TRY(lf_stream_survey(s, &again, err));
  }
  *stream = s;
  s = NULL;
cleanup:
  if (status != LF_OK && s) status = lf_reader_ended(&s->reader, status, err);
  lf_stream_free(s);
  return status;
}

/* ---- the second reading --------------------------------------------------------------------------- */

/* One block on its way. */
typedef struct lf_block_result {
  lf_text text;
  lf_status status;
  lf_error error;
} lf_block_result;

typedef struct running {
  const lf_stream *stream;
  const lf_run *run;
  const lf_stream_job *job;
  const lf_plan *plans;      /* one a column */
  lf_block_result **results; /* one a place */
  atomic_bool stop;
  lf_status status;
  lf_error error;
} running;

/* What one block holds while it is worked on. */
typedef struct working {
  lf_piece piece;
  lf_shelf shelf;
  lf_block block;
  lf_text anew; /* records in the order of the first input's columns */
} working;

static void clear_work(working *w) {
  for (size_t i = 0; w->block.table.columns && i < w->block.table.n_columns; i++)
    lf_column_chosen_free(&w->block.table.columns[i]);
  free(w->block.table.columns);
  lf_piece_free(&w->piece);
  lf_shelf_free(&w->shelf);
  lf_text_free(&w->anew);
}

/* A block that holds other than plain numbers where these were hoped for is read again by dictionary. */
static lf_status read_block(const running *r, working *w, lf_error *err) {
  const lf_reader *reader = &r->stream->reader;
  lf_reading reading = {.missing = &reader->missing,
                        .plans = r->plans,
                        .n_columns = reader->n_columns,
                        .run = r->run,
                        .keep_records = true};
  lf_status status = LF_OK;
  lf_plan *plans = NULL;
  bool again = false;
  LF_TRY(lf_shelf_init(&w->shelf, reader->n_columns, err));
  LF_TRY(lf_piece_read(&w->piece, &reading, &w->shelf, err));
  for (size_t i = 0; i < reader->n_columns; i++) again |= w->piece.parts[i].contradicted;
  if (!again) goto cleanup;
  LF_TRY(lf_alloc(reader->n_columns, sizeof *plans, &plans, err));
  for (size_t i = 0; i < reader->n_columns; i++)
    plans[i] = w->piece.parts[i].contradicted ? LF_PLAN_DICTIONARY : r->plans[i];
  reading.plans = plans;
  lf_shelf_free(&w->shelf);
  LF_TRY(lf_shelf_init(&w->shelf, reader->n_columns, err));
  LF_TRY(lf_piece_read(&w->piece, &reading, &w->shelf, err));
cleanup:
  free(plans);
  return status;
}

static lf_status fill_columns(const running *r, working *w, lf_error *err) {
  const lf_stream *s = r->stream;
  lf_table *table = &w->block.table;
  *table = (lf_table){.n_rows = w->piece.rows};
  lf_status status = lf_alloc(s->table.n_columns, sizeof *table->columns, &table->columns, err);
  if (status != LF_OK) return status;
  table->n_columns = s->table.n_columns;
  for (size_t i = 0; i < table->n_columns && status == LF_OK; i++) {
    table->columns[i].name = s->table.columns[i].name;
    status = lf_column_chosen(&w->piece.parts[i], w->piece.rows, &s->choices[i], &s->reader.missing,
                              &table->columns[i], err);
  }
  return status;
}

/* Whether the records of a source are as those of the first one. */
static bool same_shape(const lf_stream *s, const lf_input_source *source) {
  bool same = source->dialect.delimiter == lf_stream_delimiter(s);
  for (size_t f = 0; f < source->dialect.n_fields; f++) same = same && source->column[f] == f;
  return same;
}

static lf_status follow_first(const lf_stream *s, const lf_input_source *source, working *w, lf_error *err) {
  if (same_shape(s, source)) return LF_OK;
  lf_status status = LF_OK;
  lf_record_shape shape = {.delimiter = lf_stream_delimiter(s), .n_fields = source->dialect.n_fields};
  size_t *order = NULL, at = 0;
  lf_quoted quoted = {0};
  LF_TRY(lf_alloc(shape.n_fields, sizeof *order, &order, err));
  for (size_t f = 0; f < shape.n_fields; f++) order[source->column[f]] = f;
  shape.order = order;
  LF_TRY(lf_quoted_init(&quoted, source->dialect.delimiter, err));
  for (size_t row = 0; row < w->piece.rows; row++) {
    lf_raw_record *record = &w->piece.records[row];
    size_t before = w->anew.length;
    quoted.text.length = 0;
    lf_record_end end = lf_quoted_read(&quoted, record->text, record->n);
    if (end == LF_RECORD_NO_MEMORY) LF_TRY(lf_fail(err, LF_E_MEMORY, "not enough memory for a record"));
    if (end != LF_RECORD_OK)
      LF_TRY(lf_fail(err, LF_E_DATA, "record %zu of a block cannot be taken apart", row + 1));
    lf_record_anew(&quoted, &shape, &w->anew);
    record->n = w->anew.length - before;
  }
  LF_TRY(lf_text_status(&w->anew, err));
  for (size_t row = 0; row < w->piece.rows; row++) {
    w->piece.records[row].text = w->anew.data + at;
    at += w->piece.records[row].n;
  }
cleanup:
  free(order);
  lf_quoted_free(&quoted);
  return status;
}

static lf_status make_block(const running *r, size_t i, lf_text *out, lf_error *err) {
  const lf_block_place *place = &r->stream->places[i];
  const lf_input_source *source = &r->stream->reader.sources[place->source];
  working w = {.piece = {.input = &source->input, .from = place->from, .to = place->to}};
  lf_status status = LF_OK;
  LF_TRY(read_block(r, &w, err));
  LF_TRY(fill_columns(r, &w, err));
  LF_TRY(follow_first(r->stream, source, &w, err));
  w.block.records = w.piece.records;
  w.block.first_row = place->first_row;
  LF_TRY(r->job->work(r->job->context, &w.block, out, err));
  LF_TRY(lf_text_status(out, err));
cleanup:
  lf_bytes_rest(source->input.data, place->from, place->to);
  clear_work(&w);
  return status;
}

static void start_block(void *context, size_t i) {
  running *r = context;
  lf_block_result *result = NULL;
  if (atomic_load(&r->stop) || lf_alloc(1, sizeof *result, &result, NULL) != LF_OK) return;
  result->status = lf_check_interrupt(r->run, &result->error);
  if (result->status == LF_OK) result->status = make_block(r, i, &result->text, &result->error);
  r->results[i] = result;
}

static void end_block(void *context, size_t i) {
  running *r = context;
  lf_block_result *result = r->results[i];
  r->results[i] = NULL;
  if (!atomic_load(&r->stop)) {
    if (!result)
      r->status = lf_fail(&r->error, LF_E_MEMORY, "not enough memory for a block of records");
    else if (result->status == LF_OK)
      result->status = r->job->write(r->job->context, &result->text, &result->error);
    if (result && result->status != LF_OK) {
      r->status = result->status;
      r->error = result->error;
    }
    if (r->status != LF_OK) atomic_store(&r->stop, true);
    lf_progress(r->run, r->job->stage, i + 1, r->stream->n_places);
  }
  if (result) lf_text_free(&result->text);
  free(result);
}

lf_status lf_stream_run(const lf_stream *stream, const lf_run *run, const lf_stream_job *job, lf_error *err) {
  lf_status status = LF_OK;
  running r = {.stream = stream, .run = run, .job = job, .plans = stream->reader.plans};
  LF_TRY(lf_alloc(stream->n_places, sizeof *r.results, &r.results, err));
  lf_parallel_in_order(run, stream->n_places, start_block, end_block, &r);
  if (r.status != LF_OK && err) *err = r.error;
  status = lf_reader_ended(&stream->reader, r.status, err);
cleanup:
  free(r.results);
  return status;
}
