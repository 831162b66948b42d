/* Cutting, reading in parallel, and making sure that the pieces meet. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "ingest/reader.h"

enum { PIECE_MIN = 1 << 19, PIECE_MAX = 1 << 23, PIECES = 128 };

void lf_pieces_free(lf_pieces *pieces) {
  for (size_t i = 0; pieces->items && i < pieces->n; i++) lf_piece_free(&pieces->items[i]);
  free(pieces->items);
  for (size_t i = 0; pieces->shelves && i < pieces->n_shelves; i++) lf_shelf_free(&pieces->shelves[i]);
  free(pieces->shelves);
  free(pieces->first_row);
  *pieces = (lf_pieces){0};
}

/* A function of the bytes alone: the cut never depends on the number of threads. */
static size_t piece_bytes(size_t n) {
  size_t size = n / PIECES;
  return size < PIECE_MIN ? PIECE_MIN : size > PIECE_MAX ? PIECE_MAX : size;
}

/* About how many records an input has, by the lines of its first bytes. */
static uint64_t guess_rows(const lf_input *input) {
  enum { LOOK = 1 << 16 };
  size_t n = input->n - input->body < LOOK ? input->n - input->body : LOOK, lines = 1;
  for (size_t i = 0; i < n; i++) lines += input->data[input->body + i] == '\n';
  return n ? (uint64_t)((double)(input->n - input->body) / (double)n * (double)lines) : 0;
}

/* Whether the cells of the pieces and of the table together are more than the budget: about half of the text,
 * and of each key eight bytes a row in both. */
static bool over_budget(const lf_reader *reader) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < reader->n_sources; i++) {
    bytes += reader->sources[i].bytes.n / 2;
    bytes += 2 * sizeof(uint64_t) * reader->options->n_keys * guess_rows(&reader->sources[i].input);
  }
  return reader->options->memory && bytes > reader->options->memory;
}

static lf_status make_shelves(lf_reader *reader, lf_error *err) {
  lf_pieces *pieces = &reader->pieces;
  size_t n = (size_t)lf_threads(reader->run);
  if (n > pieces->n) n = pieces->n ? pieces->n : 1;
  lf_status status = lf_alloc(n, sizeof *pieces->shelves, &pieces->shelves, err);
  for (size_t i = 0; i < n && status == LF_OK; i++) {
    status = lf_shelf_init(&pieces->shelves[i], reader->n_columns, err);
    pieces->n_shelves = i + 1;
  }
  return status;
}

static lf_status cut(lf_reader *reader, lf_error *err) {
  lf_pieces *pieces = &reader->pieces;
  size_t n = 0, capacity = 0;
  for (size_t s = 0; s < reader->n_sources; s++) {
    const lf_input *input = &reader->sources[s].input;
    size_t size = piece_bytes(input->n - input->body), from = input->body;
    while (from < input->n) {
      size_t to = input->n - from <= size ? input->n : lf_source_boundary(input, from + size);
      lf_status status = lf_grow(&pieces->items, &capacity, n + 1, sizeof *pieces->items, err);
      if (status != LF_OK) return status;
      pieces->items[n++] = (lf_piece){.input = input, .from = from, .to = to};
      pieces->n = n;
      from = to;
    }
  }
  return lf_alloc(n + 1, sizeof *pieces->first_row, &pieces->first_row, err);
}

/* One pass over all pieces, and beside it the hashes of the sources, which cost about as much as a tenth of
 * the reading. */
typedef struct pass {
  lf_reader *reader;
  lf_reading reading;
  size_t n_hashes;
  lf_status *status; /* one a task */
  lf_error *errors;
  atomic_size_t next, done, rows;
} pass;

static void tell_rows(const lf_run *run, size_t rows, size_t done, size_t total) {
  char stage[64];
  snprintf(stage, sizeof stage, "reading, %zu rows so far", rows);
  lf_progress(run, stage, done, total);
}

static void run_task(pass *p, size_t worker, size_t i) {
  if (i < p->n_hashes) {
    lf_input_source *s = &p->reader->sources[i];
    const lf_bytes *bytes = s->original.map ? &s->original : &s->bytes;
    p->status[i] = lf_bytes_sha256(bytes, p->reader->run, s->sha256, &p->errors[i]);
    return;
  }
  lf_pieces *pieces = &p->reader->pieces;
  lf_piece *piece = &pieces->items[i - p->n_hashes];
  piece->shelf = worker;
  p->status[i] = lf_piece_read(piece, &p->reading, &pieces->shelves[worker], &p->errors[i]);
  size_t done = atomic_fetch_add(&p->done, 1) + 1,
         rows = atomic_fetch_add(&p->rows, piece->rows) + piece->rows;
  if (worker == 0) tell_rows(p->reader->run, rows, done, pieces->n);
}

/* Takes one task after the other until none is left. */
static void run_worker(void *context, size_t worker) {
  pass *p = context;
  for (;;) {
    size_t i = atomic_fetch_add(&p->next, 1);
    if (i >= p->n_hashes + p->reader->pieces.n) return;
    run_task(p, worker, i);
  }
}

static lf_status run_pass(lf_reader *reader, const lf_plan *plans, lf_error *err) {
  lf_status status = LF_OK;
  pass p = {.reader = reader,
            .reading = {.missing = &reader->missing,
                        .plans = plans,
                        .n_columns = reader->n_columns,
                        .run = reader->run,
                        .spooled = over_budget(reader)},
            .n_hashes = reader->hashed ? 0 : reader->n_sources};
  size_t n = p.n_hashes + reader->pieces.n;
  LF_TRY(lf_alloc(n, sizeof *p.status, &p.status, err));
  LF_TRY(lf_alloc(n, sizeof *p.errors, &p.errors, err));
  lf_parallel_for(reader->run, reader->pieces.n_shelves, run_worker, &p);
  reader->hashed = true;
  for (size_t i = 0; i < n; i++)
    if (p.status[i] != LF_OK) {
      if (err) *err = p.errors[i];
      status = p.status[i];
      goto cleanup;
    }
cleanup:
  free(p.status);
  free(p.errors);
  return status;
}

/* Reads again, from where the piece before it ended, what did not begin there. What is left is what one
 * reader from the first byte to the last would have read: each piece begins where a record does. */
static lf_status mend(lf_reader *reader, const lf_reading *reading, lf_error *err) {
  const lf_pieces *pieces = &reader->pieces;
  for (size_t i = 1; i < pieces->n; i++) {
    lf_piece *before = &pieces->items[i - 1], *piece = &pieces->items[i];
    if (before->input != piece->input || before->reached == piece->from) continue;
    if (before->bad) continue;
    piece->from = before->reached;
    lf_status status = lf_piece_read(piece, reading, &pieces->shelves[piece->shelf], err);
    if (status != LF_OK) return status;
    if (piece->reached < piece->from) piece->reached = piece->from;
  }
  return LF_OK;
}

static void number_rows(lf_pieces *pieces) {
  pieces->first_row[0] = 0;
  for (size_t i = 0; i < pieces->n; i++)
    pieces->first_row[i + 1] = pieces->first_row[i] + pieces->items[i].rows;
}

lf_status lf_reader_parse(lf_reader *reader, lf_error *err) {
  lf_status status = LF_OK;
  lf_reading reading = {.missing = &reader->missing,
                        .plans = reader->plans,
                        .n_columns = reader->n_columns,
                        .run = reader->run,
                        .spooled = over_budget(reader)};
  lf_pieces_free(&reader->pieces);
  LF_TRY(cut(reader, err));
  reader->pieces.spooled = reading.spooled;
  LF_TRY(make_shelves(reader, err));
  LF_TRY(run_pass(reader, reader->plans, err));
  LF_TRY(mend(reader, &reading, err));
  number_rows(&reader->pieces);
cleanup:
  return status;
}

lf_status lf_reader_parse_again(lf_reader *reader, const bool *again, lf_error *err) {
  lf_status status = LF_OK;
  lf_plan *plans = NULL;
  size_t *rows = NULL;
  LF_TRY(lf_alloc(reader->n_columns, sizeof *plans, &plans, err));
  LF_TRY(lf_alloc(reader->pieces.n, sizeof *rows, &rows, err));
  for (size_t i = 0; i < reader->n_columns; i++) plans[i] = again[i] ? LF_PLAN_DICTIONARY : LF_PLAN_SKIP;
  for (size_t i = 0; i < reader->pieces.n; i++) rows[i] = reader->pieces.items[i].rows;
  LF_TRY(run_pass(reader, plans, err));
  for (size_t i = 0; i < reader->pieces.n; i++)
    if (reader->pieces.items[i].rows != rows[i])
      LF_TRY(lf_fail_at(err, LF_E_IO, reader->pieces.items[i].input->name, 0, 0,
                        "changed while it was read: wait until whatever writes it is done, and run again"));
cleanup:
  free(plans);
  free(rows);
  return status;
}
