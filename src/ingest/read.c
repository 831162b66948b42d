/* lf_table_read, step by step:
 *   1. open   every input: decompress, sniff, read the header
 *   2. match  the columns of the inputs by name, and what the user says of them
 *   3. plan   how each column is read, from a sample
 *   4. parse  pieces in parallel, mended so that they meet
 *   5. check  encoding, quotes, number of fields
 *   6. build  the columns: kind, levels, cells; those whose plan failed are parsed again by dictionary first
 */
#include <stdlib.h>

#include "base/memory.h"
#include "base/parallel.h"
#include "base/text.h"
#include "ingest/reader.h"

static void clear_wishes(lf_reader *r) {
  free(r->asked);
  free(r->skipped);
  free(r->plans);
  free(r->keys);
  r->asked = NULL;
  r->skipped = NULL;
  r->plans = NULL;
  r->keys = NULL;
}

void lf_reader_close(lf_reader *r) {
  lf_pieces_free(&r->pieces);
  for (size_t i = 0; r->sources && i < r->n_sources; i++) lf_source_close(&r->sources[i]);
  free(r->sources);
  clear_wishes(r);
}

lf_status lf_reader_ended(const lf_reader *r, lf_status status, lf_error *err) {
  if (status == LF_OK) status = lf_check_interrupt(r->run, err);
  for (size_t i = 0; i < r->n_sources; i++) status = lf_source_unchanged(&r->sources[i], status, err);
  return status;
}

static lf_status open_sources(lf_reader *r, lf_error *err) {
  if (!r->options->n_paths) return lf_fail(err, LF_E_USAGE, "no file to read: name at least one");
  lf_status status = lf_alloc(r->options->n_paths, sizeof *r->sources, &r->sources, err);
  for (size_t i = 0; i < r->options->n_paths && status == LF_OK; i++) {
    status = lf_source_open(r->options->paths[i], r->options->names ? r->options->names[i] : NULL, r->run,
                            &r->sources[i], err);
    if (status == LF_OK) r->n_sources = i + 1;
  }
  return status;
}

/* ---- columns ---- */

static void list_absent(const lf_dialect *have, const lf_dialect *in, lf_text *list) {
  for (size_t i = 0; i < have->n_fields; i++)
    if (lf_dialect_find(in, have->names[i]) == SIZE_MAX)
      lf_text_addf(list, "%s\"%s\"", list->length ? ", " : "", have->names[i]);
}

static lf_status other_columns(const lf_input_source *first, const lf_input_source *source, lf_error *err) {
  lf_text lacks = {0}, extra = {0};
  list_absent(&first->dialect, &source->dialect, &lacks);
  list_absent(&source->dialect, &first->dialect, &extra);
  lf_status status = lf_fail_at(
      err, LF_E_DATA, source->path, 1, 0,
      "has other columns than %.80s (missing: %.240s; extra: %.240s): give files with the same columns",
      first->path, lacks.length ? lacks.data : "none", extra.length ? extra.data : "none");
  lf_text_free(&lacks);
  lf_text_free(&extra);
  return status;
}

static size_t n_fields(const lf_reader *r) {
  return r->n_columns - r->options->n_keys;
}

static lf_status match_columns(lf_reader *r, lf_error *err) {
  const lf_input_source *first = &r->sources[0];
  size_t n_names = first->dialect.n_fields;
  r->n_columns = n_names + r->options->n_keys;
  for (size_t s = 0; s < r->n_sources; s++) {
    lf_input_source *source = &r->sources[s];
    free(source->column);
    source->column = NULL;
    lf_status status = lf_alloc(source->dialect.n_fields, sizeof *source->column, &source->column, err);
    if (status != LF_OK) return status;
    source->input.column = source->column;
    bool same = source->dialect.n_fields == n_names;
    for (size_t f = 0; same && f < n_names; f++) {
      source->column[f] = lf_dialect_find(&first->dialect, source->dialect.names[f]);
      same = source->column[f] != SIZE_MAX;
    }
    if (!same) return other_columns(first, source, err);
  }
  return LF_OK;
}

/* Index of a column that the user names: exact, else the only one without regard to case. */
static lf_status named_column(const lf_reader *r, const char *name, size_t *index, lf_error *err) {
  const lf_dialect *d = &r->sources[0].dialect;
  size_t times = 0;
  *index = lf_dialect_find(d, name);
  if (*index != SIZE_MAX) return LF_OK;
  for (size_t i = 0; i < d->n_fields; i++)
    if (lf_same_text(d->names[i], name)) {
      *index = i;
      times++;
    }
  if (times == 1) return LF_OK;
  return lf_fail_at(err, LF_E_USAGE, r->sources[0].path, 0, 0,
                    "has %s column \"%.200s\": check the name against the header",
                    times ? "more than one" : "no", name);
}

static lf_status read_only(lf_reader *r, lf_error *err) {
  for (size_t i = 0; i < n_fields(r); i++) r->skipped[i] = true;
  for (size_t k = 0; k < r->options->n_only; k++) {
    size_t i = 0;
    lf_status status = named_column(r, r->options->only[k], &i, err);
    if (status != LF_OK) return status;
    r->skipped[i] = false;
  }
  return LF_OK;
}

static void give_keys(lf_reader *r) {
  size_t n = r->options->n_keys;
  for (size_t s = 0; s < r->n_sources; s++) {
    r->sources[s].input.keys = r->keys + s * n;
    r->sources[s].input.n_keys = n;
  }
}

/* Fields of the keys in each source, whose columns may stand in another order. */
static lf_status find_keys(lf_reader *r, lf_error *err) {
  size_t n = r->options->n_keys, column = 0;
  lf_status status = lf_alloc(n * r->n_sources, sizeof *r->keys, &r->keys, err);
  for (size_t k = 0; k < n && status == LF_OK; k++) {
    status = named_column(r, r->options->keys[k].name, &column, err);
    for (size_t s = 0; s < r->n_sources && status == LF_OK; s++)
      for (size_t f = 0; f < n_fields(r); f++)
        if (r->sources[s].column[f] == column) r->keys[s * n + k] = f;
  }
  if (status == LF_OK) give_keys(r);
  return status;
}

/* What the user says of the columns, as many as there are now. */
static lf_status read_wishes(lf_reader *r, lf_error *err) {
  lf_status status = LF_OK;
  size_t i = 0;
  clear_wishes(r);
  LF_TRY(lf_alloc(r->n_columns, sizeof *r->asked, &r->asked, err));
  LF_TRY(lf_alloc(r->n_columns, sizeof *r->skipped, &r->skipped, err));
  LF_TRY(lf_alloc(r->n_columns, sizeof *r->plans, &r->plans, err));
  for (size_t k = 0; k < r->options->n_kinds; k++) {
    LF_TRY(named_column(r, r->options->kinds[k].name, &i, err));
    r->asked[i] = r->options->kinds[k].kind;
  }
  for (size_t k = 0; k < r->options->n_skip; k++) {
    LF_TRY(named_column(r, r->options->skip[k], &i, err));
    r->skipped[i] = true;
  }
  if (r->options->only) LF_TRY(read_only(r, err));
  LF_TRY(find_keys(r, err));
cleanup:
  return status;
}

lf_status lf_reader_open(lf_reader *r, lf_error *err) {
  lf_status status = lf_missing_init(&r->missing, r->options, err);
  if (status == LF_OK) status = open_sources(r, err);
  if (status == LF_OK) status = match_columns(r, err);
  if (status == LF_OK) status = read_wishes(r, err);
  return status;
}

/* ---- parsing, and once more where an input turns out not to be UTF-8 ---- */

lf_status lf_reader_convert(lf_reader *r, size_t source, lf_error *err) {
  lf_input_source *s = &r->sources[source];
  if (s->converted)
    return lf_fail_at(err, LF_E_DATA, s->path, 0, 0, "is in no known encoding: save it as UTF-8");
  lf_status status = lf_source_convert(s, r->run, err);
  if (status == LF_OK) status = match_columns(r, err);
  if (status == LF_OK) status = read_wishes(r, err); /* the header may be cut otherwise now */
  return status;
}

static lf_status convert_bad(lf_reader *r, bool *converted, lf_error *err) {
  *converted = false;
  for (size_t s = 0; s < r->n_sources; s++) {
    bool bad = false;
    for (size_t i = 0; i < r->pieces.n; i++)
      bad |= r->pieces.items[i].input == &r->sources[s].input && r->pieces.items[i].bad_utf8;
    if (!bad) continue;
    lf_status status = lf_reader_convert(r, s, err);
    if (status != LF_OK) return status;
    *converted = true;
  }
  return LF_OK;
}

static lf_status parse(lf_reader *r, lf_error *err) {
  lf_status status = LF_OK;
  bool converted = false;
  LF_TRY(lf_reader_plan(r, err));
  LF_TRY(lf_reader_parse(r, err));
  LF_TRY(convert_bad(r, &converted, err));
  if (converted) {
    LF_TRY(lf_reader_plan(r, err));
    LF_TRY(lf_reader_parse(r, err));
  }
cleanup:
  return status;
}

/* ---- building ---- */

enum { TRIM_ROWS = 1 << 18 };

typedef struct building {
  lf_reader *reader;
  lf_table *table;
  const bool *only; /* NULL: all */
  bool *again;
  uint64_t (*spelled)[LF_MISSING_MAX];
  lf_status *status;
  lf_error *errors;
} building;

static void build_one(void *context, size_t i) {
  building *b = context;
  if (b->only && !b->only[i]) return;
  lf_reader *r = b->reader;
  lf_column_wish wish = {
      .asked = r->asked[i], .missing = &r->missing, .comma_likely = r->sources[0].dialect.delimiter == ';'};
  b->status[i] = lf_check_interrupt(r->run, &b->errors[i]);
  if (b->status[i] == LF_OK)
    b->status[i] = lf_column_build(&r->pieces, i, &wish, &b->table->columns[i], b->spelled[i], &b->again[i],
                                   &b->errors[i]);
  if (r->pieces.first_row[r->pieces.n] >= TRIM_ROWS) lf_memory_trim(); /* the cells of its pieces */
}

static lf_status build_pass(building *b, lf_error *err) {
  lf_parallel_for(b->reader->run, b->reader->n_columns, build_one, b);
  for (size_t i = 0; i < b->reader->n_columns; i++)
    if (b->status[i] != LF_OK) {
      if (err) *err = b->errors[i];
      return b->status[i];
    }
  return LF_OK;
}

static lf_status build_columns(lf_reader *r, lf_table *table, lf_error *err) {
  lf_status status = LF_OK;
  bool *again = NULL, any = false;
  building b = {.reader = r, .table = table};
  LF_TRY(lf_alloc(r->n_columns, sizeof *again, &again, err));
  LF_TRY(lf_alloc(r->n_columns, sizeof *b.again, &b.again, err));
  LF_TRY(lf_alloc(r->n_columns, sizeof *b.spelled, &b.spelled, err));
  LF_TRY(lf_alloc(r->n_columns, sizeof *b.status, &b.status, err));
  LF_TRY(lf_alloc(r->n_columns, sizeof *b.errors, &b.errors, err));
  LF_TRY(build_pass(&b, err));
  for (size_t i = 0; i < r->n_columns; i++) any |= again[i] = b.again[i];
  if (any) {
    LF_TRY(lf_reader_parse_again(r, again, err));
    b.only = again;
    LF_TRY(build_pass(&b, err));
  }
  for (size_t i = 0; i < n_fields(r); i++)
    for (size_t k = 0; k < r->missing.n; k++) r->spelled[k] += b.spelled[i][k];
cleanup:
  free(again);
  free(b.again);
  free(b.spelled);
  free(b.status);
  free(b.errors);
  return status;
}

/* ---- the table ---- */

static lf_status describe_columns(const lf_reader *r, lf_table *table, lf_error *err) {
  lf_status status = LF_OK;
  const lf_dialect *d = &r->sources[0].dialect;
  LF_TRY(lf_alloc(r->n_columns, sizeof *table->columns, &table->columns, err));
  table->n_columns = r->n_columns;
  for (size_t i = 0; i < n_fields(r); i++)
    LF_TRY(lf_copy_text(d->names[i], strlen(d->names[i]), &table->columns[i].name, err));
  for (size_t k = 0; k < r->options->n_keys; k++) {
    const char *name = r->options->keys[k].name;
    LF_TRY(lf_copy_text(name, strlen(name), &table->columns[n_fields(r) + k].name, err));
  }
cleanup:
  return status;
}

/* The keys, which were read as the last columns, stand by themselves from here on. */
static lf_status part_keys(const lf_reader *r, lf_table *table, lf_error *err) {
  size_t n = r->options->n_keys;
  lf_status status = lf_alloc(n, sizeof *table->keys, &table->keys, err);
  if (status != LF_OK) return status;
  table->n_keys = n;
  table->n_columns -= n;
  if (n) memcpy(table->keys, table->columns + table->n_columns, n * sizeof *table->keys);
  return LF_OK;
}

static lf_status source_note(const lf_input_source *s, char **note, lf_error *err) {
  lf_text text = {0};
  if (s->converted)
    lf_text_add(&text, s->latin ? "read as Latin-1 (Windows-1252)" : "bytes that are no UTF-8 were replaced");
  if (s->dialect.row_names)
    lf_text_addf(&text, "%sthe first column has no name: called \"row name\"", text.length ? "; " : "");
  if (s->dialect.no_names)
    lf_text_addf(&text, "%sthe names in the first line are numbers: is the header missing?",
                 text.length ? "; " : "");
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK)
    *note = text.data;
  else
    lf_text_free(&text);
  return status;
}

static lf_status describe_sources(const lf_reader *r, lf_table *table, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n_sources, sizeof *table->sources, &table->sources, err));
  table->n_sources = r->n_sources;
  for (size_t i = 0; i < r->n_sources; i++) {
    const lf_input_source *s = &r->sources[i];
    lf_source *out = &table->sources[i];
    LF_TRY(lf_copy_text(s->path, strlen(s->path), &out->name, err));
    out->bytes = s->original.map ? s->original.n : s->bytes.n;
    out->delimiter = s->dialect.delimiter;
    memcpy(out->sha256, s->sha256, sizeof out->sha256);
    LF_TRY(source_note(s, &out->note, err));
    for (size_t p = 0; p < r->pieces.n; p++)
      if (r->pieces.items[p].input == &s->input) out->rows += r->pieces.items[p].rows;
  }
cleanup:
  return status;
}

static lf_status describe_missing(const lf_reader *r, lf_table *table, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->missing.n, sizeof *table->missing_spellings, &table->missing_spellings, err));
  LF_TRY(lf_alloc(r->missing.n, sizeof *table->missing_counts, &table->missing_counts, err));
  for (size_t i = 0; i < r->missing.n; i++) {
    if (!r->spelled[i]) continue;
    size_t k = table->n_missing_spellings;
    LF_TRY(lf_copy_text(r->missing.spelling[i], r->missing.length[i], &table->missing_spellings[k], err));
    table->missing_counts[k] = r->spelled[i];
    table->n_missing_spellings++;
  }
cleanup:
  return status;
}

lf_status lf_table_read(const lf_read_options *options, const lf_run *run, lf_table **table, lf_error *err) {
  lf_status status = LF_OK;
  lf_reader r = {.options = options, .run = run};
  lf_table *t = NULL;
  LF_TRY(lf_reader_open(&r, err));
  LF_TRY(parse(&r, err));
  LF_TRY(lf_alloc(1, sizeof *t, &t, err));
  LF_TRY(lf_reader_check(&r, t, err));
  LF_TRY(describe_columns(&r, t, err));
  LF_TRY(build_columns(&r, t, err));
  LF_TRY(part_keys(&r, t, err));
  LF_TRY(describe_sources(&r, t, err));
  LF_TRY(describe_missing(&r, t, err));
cleanup:
  status = lf_reader_ended(&r, status, err);
  if (status == LF_OK)
    *table = t;
  else
    lf_table_free(t);
  lf_reader_close(&r);
  if (status == LF_OK && (*table)->n_rows >= TRIM_ROWS) lf_memory_trim();
  return status;
}
