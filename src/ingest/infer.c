#include "ingest/infer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

enum { EXAMPLE = 40 };

void lf_decision_free(lf_decision *decision) {
  free(decision->values);
  free(decision->spelling);
  free(decision->note);
  *decision = (lf_decision){0};
}

/* Values of all entries as numbers or dates; an example of those that are none goes to `example`. */
static lf_status read_values(const lf_dictionary *dictionary, const lf_choice *choice, lf_decision *d,
                             char example[EXAMPLE], lf_error *err) {
  lf_status status = lf_alloc(dictionary->n, sizeof *d->values, &d->values, err);
  if (status != LF_OK) return status;
  const lf_entry *worst = NULL;
  for (size_t i = 0; i < dictionary->n; i++) {
    const lf_entry *e = &dictionary->entries[i];
    d->values[i] = (double)NAN;
    if (d->spelling[i] != LF_MISSING_NONE) continue;
    d->values[i] = lf_choice_value(choice, e->text, e->length);
    if (!isnan(d->values[i])) continue;
    d->bad += e->count;
    if (!worst || e->count > worst->count ||
        (e->count == worst->count && lf_compare_spans(e->text, e->length, worst->text, worst->length) < 0))
      worst = e;
  }
  if (worst) snprintf(example, EXAMPLE, "%.*s", worst->length > 30 ? 30 : (int)worst->length, worst->text);
  return LF_OK;
}

static void add_sentence(lf_text *note, const char *sentence) {
  if (note->length) lf_text_add(note, "; ");
  lf_text_add(note, sentence);
}

static void note_numbers(const lf_facts *f, lf_decimal_mark mark, lf_text *note) {
  if (mark == LF_MARK_COMMA) add_sentence(note, "read with a decimal comma");
  if (f->percent) add_sentence(note, "percent signs are dropped: 45% is 45");
  if (f->currency) add_sentence(note, "currency signs are dropped");
  if (f->other_reading && f->not_number[LF_MARK_POINT] == f->not_number[LF_MARK_COMMA])
    add_sentence(note, mark == LF_MARK_COMMA
                           ? "ambiguous: commas are taken for decimal marks, not for thousands"
                       : f->comma ? "ambiguous: commas are taken for thousands, not for decimal marks"
                                  : "ambiguous: points are taken for decimal marks, not for thousands");
}

static void note_dates(const lf_facts *f, lf_date_order order, lf_text *note) {
  if (f->compact) add_sentence(note, "digits are dates of the form yyyymmdd");
  if (!f->differ || f->not_date[LF_DATE_MDY] != f->not_date[LF_DATE_DMY]) return;
  add_sentence(
      note, order == LF_DATE_MDY
                ? "dates are ambiguous: every one reads as month/day and as day/month, taken for month/day"
                : "dates are ambiguous: every one reads as day-month and as month-day, taken for day-month");
}

static lf_status make_note(const lf_facts *f, const lf_choice *choice, lf_decision *d, const char *example,
                           lf_error *err) {
  lf_text note = {0};
  if (d->kind == LF_KIND_NUMBER) note_numbers(f, choice->mark, &note);
  if (d->kind == LF_KIND_DATE) note_dates(f, choice->order, &note);
  if (d->bad) {
    if (note.length) lf_text_add(&note, "; ");
    lf_text_addf(&note, "%llu %s no %s (for example '%s') and count as missing", (unsigned long long)d->bad,
                 d->bad == 1 ? "value is" : "values are", d->kind == LF_KIND_DATE ? "date" : "number",
                 example);
  }
  if (d->kind != LF_KIND_NUMBER && d->kind != LF_KIND_DATE && f->zero_codes &&
      f->not_number[LF_MARK_POINT] == 0)
    add_sentence(&note, "digits with leading zeros are codes, not numbers");
  lf_status status = lf_text_status(&note, err);
  if (status != LF_OK) return status;
  d->note = note.data;
  return LF_OK;
}

/* `None` is a level among categories. */
static void find_missing(const lf_dictionary *dictionary, const lf_missing *missing, lf_decision *d) {
  bool values = d->kind == LF_KIND_NUMBER || d->kind == LF_KIND_DATE;
  for (size_t i = 0; i < dictionary->n; i++)
    d->spelling[i] =
        (int8_t)lf_missing_find(missing, dictionary->entries[i].text, dictionary->entries[i].length, values);
}

static void count_rows(const lf_dictionary *dictionary, uint64_t empty, lf_decision *d) {
  d->missing = empty;
  for (size_t i = 0; i < dictionary->n; i++) {
    bool gone = d->spelling[i] != LF_MISSING_NONE || (d->values && isnan(d->values[i]));
    if (gone)
      d->missing += dictionary->entries[i].count;
    else
      d->rows += dictionary->entries[i].count;
  }
}

lf_status lf_decide(const lf_dictionary *dictionary, uint64_t empty, const lf_choice_wish *wish,
                    const lf_missing *missing, lf_decision *decision, lf_error *err) {
  lf_status status = LF_OK;
  lf_facts f = {0};
  lf_choice choice = {0};
  char example[EXAMPLE] = "";
  lf_decision d = {0};
  LF_TRY(lf_alloc(dictionary->n, sizeof *d.spelling, &d.spelling, err));
  LF_TRY(lf_facts_add(&f, dictionary, missing, err));
  LF_TRY(lf_choose(&f, wish, &choice, err));
  d.kind = choice.kind;
  d.forced = choice.forced;
  d.yes_no = choice.yes_no;
  find_missing(dictionary, missing, &d);
  if (d.kind == LF_KIND_NUMBER || d.kind == LF_KIND_DATE)
    LF_TRY(read_values(dictionary, &choice, &d, example, err));
  count_rows(dictionary, empty, &d);
  if (!d.rows && d.kind != LF_KIND_EMPTY)
    LF_TRY(lf_fail(
        err, LF_E_USAGE,
        "column \"%s\" has no value that reads as a %s (for example '%s'): leave its kind to be inferred",
        wish->name, lf_kind_name(d.kind), example));
  LF_TRY(make_note(&f, &choice, &d, example, err));
  *decision = d;
  d = (lf_decision){0};
cleanup:
  lf_facts_clear(&f);
  lf_decision_free(&d);
  return status;
}
