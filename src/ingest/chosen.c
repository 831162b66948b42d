#include "ingest/chosen.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

void lf_column_chosen_free(lf_column *column) {
  if (column->levels) free(column->levels[0]); /* one block of all texts */
  free(column->levels);
  free(column->values);
  free(column->cells);
  *column = (lf_column){.name = column->name};
}

/* The text by which a value is looked up. */
static void add_level(lf_text *text, const lf_choice *choice, const lf_entry *e, double value) {
  char date[LF_DATE_TEXT];
  bool yes = false;
  bool values = choice->kind == LF_KIND_NUMBER || choice->kind == LF_KIND_DATE;
  if (values && choice->number_only) {
    /* an empty text */
  } else if (choice->kind == LF_KIND_NUMBER) {
    lf_text_add_double(text, value);
  } else if (choice->kind == LF_KIND_DATE) {
    lf_format_date(value, date);
    lf_text_add(text, date);
  } else if (choice->yes_no) {
    lf_flag_pair(e->text, e->length, &yes);
    lf_text_add_n(text, choice->level[yes].text, choice->level[yes].length);
  } else {
    lf_text_add_n(text, e->text, e->length);
  }
  lf_text_add_n(text, "", 1);
}

/* One level an entry, in the order of the entries; *gone[code]: the code is missing. */
static lf_status make_levels(const lf_dictionary *d, const lf_choice *choice, const lf_missing *missing,
                             lf_column *column, bool *gone, lf_error *err) {
  lf_status status = LF_OK;
  bool values = choice->kind == LF_KIND_NUMBER || choice->kind == LF_KIND_DATE;
  lf_text text = {0};
  size_t *start = NULL;
  LF_TRY(lf_alloc(d->n + 1, sizeof *start, &start, err));
  LF_TRY(lf_alloc(d->n + 1, sizeof *column->levels, &column->levels, err));
  if (values) LF_TRY(lf_alloc(d->n, sizeof *column->values, &column->values, err));
  lf_text_add(&text, "");
  for (size_t i = 0; i < d->n; i++) {
    const lf_entry *e = &d->entries[i];
    gone[i + 1] = lf_missing_find(missing, e->text, e->length, values) != LF_MISSING_NONE;
    start[i] = text.length;
    if (values) column->values[i] = lf_choice_value(choice, e->text, e->length);
    if (values && isnan(column->values[i])) gone[i + 1] = true;
    if (gone[i + 1])
      lf_text_add_n(&text, "", 1);
    else
      add_level(&text, choice, e, values ? column->values[i] : 0);
  }
  LF_TRY(lf_text_status(&text, err));
  for (size_t i = 0; i < d->n; i++) column->levels[i] = text.data + start[i];
  column->levels[0] = text.data;
  column->n_levels = (uint32_t)d->n;
  text.data = NULL;
cleanup:
  free(text.data);
  free(start);
  return status;
}

#define CLEAR(type)                                                                                          \
  do {                                                                                                       \
    type *codes = part->cells;                                                                               \
    for (size_t i = 0; i < rows; i++) codes[i] = gone[codes[i]] ? 0 : codes[i];                              \
  } while (0)

static void clear_missing(const lf_part *part, size_t rows, const bool *gone) {
  switch (part->width) {
  case 1: CLEAR(uint8_t); break;
  case 2: CLEAR(uint16_t); break;
  default: CLEAR(uint32_t);
  }
}

lf_status lf_column_chosen(lf_part *part, size_t rows, const lf_choice *choice, const lf_missing *missing,
                           lf_column *column, lf_error *err) {
  lf_status status = LF_OK;
  bool *gone = NULL;
  column->kind = choice->kind;
  if (choice->kind == LF_KIND_EMPTY || part->plan == LF_PLAN_SKIP) return LF_OK; /* nothing is stored */
  if (part->plan == LF_PLAN_NUMBER) {
    column->store = part->width == 4 ? LF_STORE_DECIMALS : LF_STORE_DOUBLES;
    column->scale = part->width == 4 ? part->scale : 0;
  } else {
    LF_TRY(lf_alloc(part->dictionary->n + 1, sizeof *gone, &gone, err));
    LF_TRY(make_levels(part->dictionary, choice, missing, column, gone, err));
    clear_missing(part, rows, gone);
    column->store = LF_STORE_CODES;
  }
  column->width = part->width;
  column->cells = part->cells;
  part->cells = NULL;
cleanup:
  free(gone);
  return status;
}
