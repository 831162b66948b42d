/* The first reading of a stream: facts of the wanted columns, merged in the order of the records; the places
 * where blocks begin, which are guesses until the block before has been read. A column that is likely one of
 * plain numbers is read as such, which costs far less; where a value turns out to be none, it is read once
 * more by dictionary, in all blocks. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "ingest/stream_parts.h"

/* One block that has been read. */
typedef struct surveyed {
  lf_piece piece;
  lf_facts *facts; /* one a column */
  lf_status status;
  lf_error error;
} surveyed;

typedef struct survey {
  lf_stream *stream;
  const lf_plan *plans;
  bool again;         /* only for columns of `plans` that are read by dictionary: nothing else is kept */
  surveyed **blocks;  /* one a place, while it is under way */
  bool *contradicted; /* one a column */
  lf_line_place line;
  uint64_t rows;
  atomic_bool stop;
  bool bad_utf8;
  size_t bad_source;
  lf_status status;
  lf_error error;
} survey;

static void free_block(const survey *s, surveyed *block) {
  if (!block) return;
  for (size_t i = 0; block->facts && i < s->stream->reader.n_columns; i++) lf_facts_clear(&block->facts[i]);
  free(block->facts);
  lf_piece_free(&block->piece);
  free(block);
}

static lf_status column_facts(const lf_part *part, size_t rows, const lf_missing *missing, lf_facts *facts,
                              lf_error *err) {
  uint64_t *counts = NULL;
  lf_dictionary *d = part->dictionary;
  if (part->plan == LF_PLAN_NUMBER) {
    facts->rows = facts->value_rows = rows; /* as numbers go: which of them are missing changes nothing */
    return LF_OK;
  }
  lf_status status = lf_alloc(d->n + 1, sizeof *counts, &counts, err);
  if (status != LF_OK) return status;
  lf_part_count(part, rows, counts);
  for (size_t i = 0; i < d->n; i++) d->entries[i].count = counts[i + 1];
  free(counts);
  return lf_facts_add(facts, d, missing, err);
}

/* Reads a block; its dictionaries go as soon as the facts are there. */
static lf_status read_block(const survey *s, surveyed *block, lf_error *err) {
  const lf_reader *reader = &s->stream->reader;
  const lf_reading reading = {
      .missing = &reader->missing, .plans = s->plans, .n_columns = reader->n_columns, .run = reader->run};
  lf_status status = LF_OK;
  lf_shelf shelf = {0};
  LF_TRY(lf_shelf_init(&shelf, reader->n_columns, err));
  LF_TRY(lf_piece_read(&block->piece, &reading, &shelf, err));
  for (size_t i = 0; i < reader->n_columns; i++) {
    const lf_part *part = &block->piece.parts[i];
    lf_facts_clear(&block->facts[i]);
    if (part->plan != LF_PLAN_SKIP && !part->contradicted && block->piece.rows)
      LF_TRY(column_facts(part, block->piece.rows, &reader->missing, &block->facts[i], err));
    lf_part_drop_cells(&block->piece.parts[i], block->piece.rows);
  }
cleanup:
  lf_shelf_free(&shelf);
  return status;
}

static void start_block(void *context, size_t i) {
  survey *s = context;
  const lf_block_place *place = &s->stream->places[i];
  surveyed *block = NULL;
  if (atomic_load(&s->stop)) return;
  if (lf_alloc(1, sizeof *block, &block, NULL) != LF_OK) return; /* finish says so */
  block->piece = (lf_piece){
      .input = &s->stream->reader.sources[place->source].input, .from = place->from, .to = place->to};
  block->status = lf_alloc(s->stream->reader.n_columns, sizeof *block->facts, &block->facts, &block->error);
  if (block->status == LF_OK) block->status = read_block(s, block, &block->error);
  s->blocks[i] = block;
}

static void fail(survey *s, lf_status status, const lf_error *error) {
  s->status = status;
  s->error = *error;
  atomic_store(&s->stop, true);
}

/* A block begins where the one before it of its input ended. */
static void mend(survey *s, size_t i, surveyed *block) {
  lf_block_place *place = &s->stream->places[i];
  if (i == 0 || place[-1].source != place->source || place[-1].to == place->from) return;
  block->piece.from = place->from = place[-1].to;
  block->status = read_block(s, block, &block->error);
  if (block->piece.reached < place->from) block->piece.reached = place->from;
}

static void keep(survey *s, size_t i, surveyed *block) {
  const lf_piece *piece = &block->piece;
  lf_block_place *place = &s->stream->places[i];
  for (size_t c = 0; c < s->stream->reader.n_columns && block->status == LF_OK; c++) {
    s->contradicted[c] |= piece->parts[c].contradicted;
    block->status = lf_facts_merge(&s->stream->facts[c], &block->facts[c], &block->error);
  }
  if (block->status == LF_OK && piece->bad)
    block->status =
        lf_record_fail(piece->bad, piece->input->name, piece->input->data, piece->bad_at, &block->error);
  place->to = piece->reached;
  place->first_row = s->rows;
  s->rows += piece->rows;
  if (s->again) return;
  s->stream->table.recovered_rows += piece->recovered;
  lf_ragged_note(&s->stream->reader, piece, &s->line, &s->stream->table);
}

static void end_block(void *context, size_t i) {
  survey *s = context;
  const lf_run *run = s->stream->reader.run;
  surveyed *block = s->blocks[i];
  lf_error none = {0};
  char stage[64];
  s->blocks[i] = NULL;
  if (atomic_load(&s->stop)) {
    free_block(s, block);
    return;
  }
  if (!block) {
    fail(s, lf_fail(&none, LF_E_MEMORY, "not enough memory to read"), &none);
    return;
  }
  if (block->status == LF_OK) mend(s, i, block);
  if (block->status == LF_OK && block->piece.bad_utf8) {
    s->bad_utf8 = true;
    s->bad_source = s->stream->places[i].source;
    atomic_store(&s->stop, true);
  } else if (block->status == LF_OK) {
    keep(s, i, block);
  }
  if (block->status != LF_OK) fail(s, block->status, &block->error);
  free_block(s, block);
  snprintf(stage, sizeof stage, "looking, %llu rows so far", (unsigned long long)s->rows);
  lf_progress(run, stage, i + 1, s->stream->n_places);
}

static lf_status cut(lf_stream *stream, lf_error *err) {
  stream->n_places = 0;
  for (size_t k = 0; k < stream->reader.n_sources; k++) {
    const lf_input *input = &stream->reader.sources[k].input;
    for (size_t from = input->body; from < input->n;) {
      size_t left = input->n - from, size = stream->block_bytes;
      size_t to = left <= size ? input->n : lf_source_boundary(input, from + size);
      lf_status status =
          lf_grow(&stream->places, &stream->capacity, stream->n_places + 1, sizeof *stream->places, err);
      if (status != LF_OK) return status;
      stream->places[stream->n_places++] = (lf_block_place){.source = k, .from = from, .to = to};
      from = to;
    }
  }
  return LF_OK;
}

static lf_status run_pass(survey *s, lf_error *err) {
  lf_status status = lf_alloc(s->stream->n_places, sizeof *s->blocks, &s->blocks, err);
  if (status != LF_OK) return status;
  lf_parallel_in_order(s->stream->reader.run, s->stream->n_places, start_block, end_block, s);
  for (size_t i = 0; i < s->stream->n_places; i++) free_block(s, s->blocks[i]);
  free(s->blocks);
  s->blocks = NULL;
  if (s->status != LF_OK && err) *err = s->error;
  return s->status;
}

/* Columns that are no plain numbers throughout: their facts are gathered by dictionary. */
static lf_status survey_again(lf_stream *stream, const bool *again, lf_error *err) {
  lf_reader *reader = &stream->reader;
  lf_status status = LF_OK;
  survey s = {.stream = stream, .again = true};
  lf_plan *plans = NULL;
  LF_TRY(lf_alloc(reader->n_columns, sizeof *plans, &plans, err));
  LF_TRY(lf_alloc(reader->n_columns, sizeof *s.contradicted, &s.contradicted, err));
  for (size_t i = 0; i < reader->n_columns; i++) {
    plans[i] = again[i] ? LF_PLAN_DICTIONARY : LF_PLAN_SKIP;
    if (again[i]) reader->plans[i] = LF_PLAN_DICTIONARY;
    if (again[i]) lf_facts_clear(&stream->facts[i]);
  }
  s.plans = plans;
  LF_TRY(run_pass(&s, err));
cleanup:
  free(plans);
  free(s.contradicted);
  return status;
}

/* The first reading of all columns; *bad_utf8: a source has to be converted first. */
static lf_status survey_once(lf_stream *stream, bool *bad_utf8, size_t *source, lf_error *err) {
  lf_reader *reader = &stream->reader;
  lf_status status = LF_OK;
  bool any = false;
  survey s = {.stream = stream, .plans = reader->plans};
  stream->table.n_ragged = 0;
  stream->table.ragged_rows = stream->table.recovered_rows = 0;
  LF_TRY(lf_alloc(reader->n_columns, sizeof *s.contradicted, &s.contradicted, err));
  LF_TRY(lf_reader_plan(reader, err));
  for (size_t i = 0; i < reader->n_columns; i++) /* texts are looked up as texts; so are listed numbers */
    if (reader->plans[i] == LF_PLAN_HASH || (reader->plans[i] == LF_PLAN_NUMBER && !stream->number_only[i]))
      reader->plans[i] = LF_PLAN_DICTIONARY;
  LF_TRY(cut(stream, err));
  LF_TRY(run_pass(&s, err));
  *bad_utf8 = s.bad_utf8;
  *source = s.bad_source;
  stream->table.n_rows = s.rows;
  for (size_t i = 0; i < reader->n_columns; i++) any |= s.contradicted[i];
  if (any && !s.bad_utf8) LF_TRY(survey_again(stream, s.contradicted, err));
cleanup:
  free(s.contradicted);
  return status;
}

static lf_status choose(lf_stream *stream, lf_error *err) {
  lf_reader *reader = &stream->reader;
  lf_status status = LF_OK;
  for (size_t i = 0; i < reader->n_columns; i++) {
    if (reader->skipped[i]) continue;
    const lf_choice_wish wish = {.name = stream->table.columns[i].name,
                                 .asked = reader->asked[i],
                                 .comma_likely = reader->sources[0].dialect.delimiter == ';'};
    LF_TRY(lf_choose(&stream->facts[i], &wish, &stream->choices[i], err));
    if (reader->plans[i] == LF_PLAN_NUMBER)
      stream->choices[i] = (lf_choice){.kind = LF_KIND_NUMBER, .mark = LF_MARK_POINT};
    stream->choices[i].number_only = stream->number_only[i];
    stream->table.columns[i].kind = stream->choices[i].kind;
  }
cleanup:
  return status;
}

lf_status lf_stream_survey(lf_stream *stream, bool *again, lf_error *err) {
  lf_status status = LF_OK;
  size_t source = 0;
  LF_TRY(survey_once(stream, again, &source, err));
  if (*again) return lf_reader_convert(&stream->reader, source, err);
  LF_TRY(lf_ragged_check(&stream->reader, &stream->table, err));
  status = choose(stream, err);
cleanup:
  return status;
}
