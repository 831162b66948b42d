/* The bets on the columns, placed on a sample of the first input; small inputs are read by dictionary
 * throughout. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "ingest/reader.h"

enum {
  SAMPLE_PLACES = 16,
  SAMPLE_ROWS = 256,
  SMALL_INPUT = 1 << 21,
  WIDE_NUMBERS = 1000,
  LONG_TEXTS = 90000
};

/* A column of the sample. */
typedef struct sampled {
  uint64_t values, distinct; /* rows with a value, different texts */
  uint64_t plain;            /* plain numbers */
  uint64_t readable;         /* numbers or dates in any way */
  uint64_t dates;
} sampled;

static void look_at(const lf_entry *e, sampled *s) {
  double value;
  lf_number_look look;
  lf_date_parts parts;
  bool number = lf_read_number(e->text, e->length, LF_MARK_POINT, &value, &look);
  bool plain = look.plain && !lf_is_zero_code(e->text, e->length);
  bool comma = lf_read_number(e->text, e->length, LF_MARK_COMMA, &value, &look);
  bool date = lf_read_date(e->text, e->length, LF_DATE_MDY, &value, &parts) ||
              lf_read_date(e->text, e->length, LF_DATE_DMY, &value, &parts);
  s->values += e->count;
  s->distinct++;
  if (plain) s->plain += e->count;
  if ((number || comma || date) && !lf_is_zero_code(e->text, e->length)) s->readable += e->count;
  if (date) s->dates += e->count;
}

static lf_status look_at_column(const lf_piece *samples, size_t n, const lf_dictionary *dictionary,
                                size_t column, const lf_missing *missing, sampled *s, lf_error *err) {
  uint64_t *counts = NULL;
  lf_status status = lf_alloc(dictionary->n + 1, sizeof *counts, &counts, err);
  if (status != LF_OK) return status;
  for (size_t p = 0; p < n; p++) lf_part_count(&samples[p].parts[column], samples[p].rows, counts);
  for (size_t i = 0; i < dictionary->n; i++) {
    lf_entry e = dictionary->entries[i];
    e.count = counts[i + 1];
    if (lf_missing_find(missing, e.text, e.length, true) == LF_MISSING_NONE) look_at(&e, s);
  }
  free(counts);
  return LF_OK;
}

/* How many different texts the whole column may have, by the pairs of equal ones in the sample (birthday
 * estimate). */
static double estimate_distinct(const sampled *s) {
  double m = (double)s->values, repeats = m - (double)s->distinct;
  return m * m / (2 * (repeats > 0.5 ? repeats : 0.5));
}

static lf_plan choose_plan(const sampled *s, lf_kind asked) {
  if (s->values < 500) return LF_PLAN_DICTIONARY;
  bool number = asked == LF_KIND_INFER || asked == LF_KIND_NUMBER;
  if (number && s->plain == s->values && s->dates < s->values && s->distinct >= WIDE_NUMBERS)
    return LF_PLAN_NUMBER;
  if (asked == LF_KIND_INFER && (double)s->readable < 0.5 * (double)s->values &&
      estimate_distinct(s) > LONG_TEXTS)
    return LF_PLAN_HASH;
  return LF_PLAN_DICTIONARY;
}

static lf_status read_samples(const lf_reader *reader, const lf_input *input, lf_shelf *shelf,
                              lf_piece *samples, lf_error *err) {
  lf_reading reading = {.missing = &reader->missing,
                        .plans = reader->plans,
                        .n_columns = reader->n_columns,
                        .run = reader->run};
  size_t step = (input->n - input->body) / SAMPLE_PLACES;
  for (size_t i = 0; i < SAMPLE_PLACES; i++) {
    size_t from = lf_source_boundary(input, input->body + i * step);
    size_t to =
        input->n - from < 4 * step ? input->n : from + 4 * step; /* long records: never all of them often */
    samples[i] = (lf_piece){.input = input, .from = from, .to = to, .max_rows = SAMPLE_ROWS};
    lf_status status = lf_piece_read(&samples[i], &reading, shelf, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

lf_status lf_reader_plan(lf_reader *reader, lf_error *err) {
  lf_status status = LF_OK;
  lf_piece samples[SAMPLE_PLACES] = {{0}};
  lf_shelf shelf = {0};
  const lf_input *input = &reader->sources[0].input;
  size_t n_fields = reader->n_columns - reader->options->n_keys;
  for (size_t i = 0; i < n_fields; i++)
    reader->plans[i] = reader->skipped[i] ? LF_PLAN_SKIP : LF_PLAN_DICTIONARY;
  for (size_t k = 0; k < reader->options->n_keys; k++)
    reader->plans[n_fields + k] = reader->options->keys[k].fold ? LF_PLAN_KEY_FOLDED : LF_PLAN_KEY;
  if (input->n < SMALL_INPUT) return LF_OK;
  LF_TRY(lf_shelf_init(&shelf, reader->n_columns, err));
  LF_TRY(read_samples(reader, input, &shelf, samples, err));
  for (size_t i = 0; i < n_fields; i++) {
    sampled s = {0};
    if (reader->skipped[i]) continue;
    LF_TRY(look_at_column(samples, SAMPLE_PLACES, &shelf.dictionaries[i], i, &reader->missing, &s, err));
    reader->plans[i] = choose_plan(&s, reader->asked[i]);
  }
cleanup:
  for (size_t i = 0; i < SAMPLE_PLACES; i++) lf_piece_free(&samples[i]);
  lf_shelf_free(&shelf);
  return status;
}
