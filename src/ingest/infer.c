#include "ingest/infer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

/* A kind is taken though some values do not fit it where these are few and the rest leaves no doubt. */
static const double bad_share = 0.01, code_share = 0.005;
enum { CLEAR_ROWS = 100, CLEAR_VALUES = 10, TEXT_VALUES = 100, EXAMPLE = 40 };

/* Counts over the rows with a value, by what their text could be. */
typedef struct facts {
  uint64_t rows, entries; /* not missing among categories */
  uint64_t value_rows;    /* not missing among numbers and dates */
  uint64_t not_number[2]; /* by decimal mark */
  uint64_t number_entries[2];
  uint64_t zero_codes, other_reading; /* numbers that the two marks read differently */
  bool currency, percent, comma;
  uint64_t not_date[LF_DATE_ORDERS];
  uint64_t both_orders, differ; /* dates that d/m and m/d both read, and where it matters */
  uint64_t compact;
  const lf_entry *example; /* of a date */
  char mark;               /* between its parts */
} facts;

void lf_decision_free(lf_decision *decision) {
  free(decision->values);
  free(decision->spelling);
  free(decision->note);
  *decision = (lf_decision){0};
}

int lf_flag_pair(const char *text, size_t n, bool *yes) {
  static const char *const pairs[][2] = {
      {"no", "yes"}, {"n", "y"}, {"false", "true"}, {"f", "t"}, {"0", "1"}};
  for (int i = 0; i < 5; i++)
    for (int side = 0; side < 2; side++)
      if (lf_same_span(text, n, pairs[i][side], strlen(pairs[i][side]))) {
        *yes = side == 1;
        return i + 1;
      }
  double value;
  lf_number_look look;
  if (n <= 8 && !lf_is_zero_code(text, n) && lf_read_number(text, n, LF_MARK_POINT, &value, &look) &&
      look.plain && look.fraction && (value == 0 || value == 1)) {
    *yes = value == 1;
    return 5;
  }
  return 0;
}

static void number_facts(const lf_entry *e, facts *f) {
  double point = 0, comma = 0;
  lf_number_look look, other;
  bool by_point = lf_read_number(e->text, e->length, LF_MARK_POINT, &point, &look);
  bool by_comma = lf_read_number(e->text, e->length, LF_MARK_COMMA, &comma, &other);
  if (!by_point) f->not_number[LF_MARK_POINT] += e->count;
  if (!by_comma) f->not_number[LF_MARK_COMMA] += e->count;
  f->number_entries[LF_MARK_POINT] += by_point;
  f->number_entries[LF_MARK_COMMA] += by_comma;
  if (by_point && by_comma && (point < comma || point > comma)) {
    f->other_reading += e->count;
    if (memchr(e->text, ',', e->length)) f->comma = true;
  }
  f->currency |= by_point ? look.currency : by_comma && other.currency;
  f->percent |= by_point ? look.percent : by_comma && other.percent;
  if (lf_is_zero_code(e->text, e->length)) f->zero_codes += e->count;
}

static void date_facts(const lf_entry *e, facts *f) {
  double mdy = 0, dmy = 0;
  lf_date_parts m, d;
  bool by_mdy = lf_read_date(e->text, e->length, LF_DATE_MDY, &mdy, &m);
  bool by_dmy = lf_read_date(e->text, e->length, LF_DATE_DMY, &dmy, &d);
  if (!by_mdy) f->not_date[LF_DATE_MDY] += e->count;
  if (!by_dmy) f->not_date[LF_DATE_DMY] += e->count;
  if (by_mdy && by_dmy) {
    f->both_orders += e->count;
    if (mdy < dmy || mdy > dmy) f->differ += e->count;
  }
  bool first = !f->example || lf_compare_spans(e->text, e->length, f->example->text, f->example->length) < 0;
  if ((by_mdy || by_dmy) && first) { /* of the first in text order: entries stand in no order */
    f->example = e;
    f->mark = by_mdy ? m.mark : d.mark;
  }
  if (by_mdy && !m.mark) f->compact += e->count;
}

static void gather_facts(const lf_dictionary *dictionary, const lf_missing *missing, int8_t *spelling,
                         facts *f) {
  for (size_t i = 0; i < dictionary->n; i++) {
    const lf_entry *e = &dictionary->entries[i];
    spelling[i] = (int8_t)lf_missing_find(missing, e->text, e->length, true);
    bool value_only = spelling[i] != LF_MISSING_NONE && (size_t)spelling[i] == missing->value_only;
    if (spelling[i] == LF_MISSING_NONE || value_only) {
      f->rows += e->count;
      f->entries++;
    }
    if (spelling[i] != LF_MISSING_NONE) continue;
    f->value_rows += e->count;
    number_facts(e, f);
    date_facts(e, f);
  }
}

static bool name_has(const char *name, const char *word) {
  size_t n = strlen(word);
  for (const char *p = name; strlen(p) >= n; p++)
    if (lf_same_span(p, n, word, n)) return true;
  return false;
}

/* yyyymmdd is believed unless the name says that it is another number. */
static bool compact_contradicted(const char *name) {
  static const char *const words[] = {"amount", "number", "phone",   "zip",  "postal",
                                      "code",   "price",  "revenue", "count"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (name_has(name, words[i])) return true;
  size_t n = strlen(name);
  return (n == 2 && lf_same_text(name, "id")) ||
         (n > 2 && (strcmp(name + n - 2, "Id") == 0 || strcmp(name + n - 2, "ID") == 0 ||
                    lf_same_text(name + n - 3, "_id") || lf_same_text(name + n - 3, " id")));
}

static bool few(uint64_t bad, uint64_t rows, uint64_t good_entries) {
  if (!bad) return rows > 0;
  return (double)bad <= bad_share * (double)rows && rows >= CLEAR_ROWS && good_entries >= CLEAR_VALUES;
}

static lf_decimal_mark choose_mark(const facts *f, bool comma_likely) {
  uint64_t point = f->not_number[LF_MARK_POINT], comma = f->not_number[LF_MARK_COMMA];
  if (point != comma) return point < comma ? LF_MARK_POINT : LF_MARK_COMMA;
  return f->comma && comma_likely ? LF_MARK_COMMA : LF_MARK_POINT;
}

static lf_date_order choose_order(const facts *f) {
  uint64_t mdy = f->not_date[LF_DATE_MDY], dmy = f->not_date[LF_DATE_DMY];
  if (mdy != dmy) return mdy < dmy ? LF_DATE_MDY : LF_DATE_DMY;
  return f->mark == '/' ? LF_DATE_MDY : LF_DATE_DMY;
}

static bool all_one_flag(const lf_dictionary *dictionary, const int8_t *spelling) {
  int pair = 0;
  for (size_t i = 0; i < dictionary->n; i++) {
    if (spelling[i] != LF_MISSING_NONE) continue;
    bool yes;
    int found = lf_flag_pair(dictionary->entries[i].text, dictionary->entries[i].length, &yes);
    if (!found || (pair && found != pair)) return false;
    pair = found;
  }
  return pair != 0;
}

static lf_kind choose_kind(const lf_dictionary *dictionary, const int8_t *spelling, const facts *f,
                           const char *name, bool comma_likely) {
  if (!f->rows) return LF_KIND_EMPTY;
  if (f->value_rows && f->value_rows == f->rows && all_one_flag(dictionary, spelling)) return LF_KIND_FLAG;
  uint64_t not_date = f->not_date[choose_order(f)];
  bool dates = few(not_date, f->value_rows, f->entries);
  if (dates && f->compact) dates = f->compact == f->value_rows && !compact_contradicted(name);
  if (dates) return LF_KIND_DATE;
  lf_decimal_mark mark = choose_mark(f, comma_likely);
  if (few(f->not_number[mark], f->value_rows, f->number_entries[mark]) &&
      (double)f->zero_codes <= code_share * (double)f->value_rows)
    return LF_KIND_NUMBER;
  bool many = f->entries > LF_CATEGORY_MAX || (f->entries > TEXT_VALUES && 2 * f->entries > f->rows);
  return many ? LF_KIND_TEXT : LF_KIND_CATEGORY;
}

/* Values of all entries as numbers or dates; an example of those that are none goes to `example`. */
static lf_status read_values(const lf_dictionary *dictionary, const facts *f, bool comma_likely,
                             lf_decision *d, char example[EXAMPLE], lf_error *err) {
  lf_decimal_mark mark = choose_mark(f, comma_likely);
  lf_date_order order = choose_order(f);
  lf_status status = lf_alloc(dictionary->n, sizeof *d->values, &d->values, err);
  if (status != LF_OK) return status;
  const lf_entry *worst = NULL;
  for (size_t i = 0; i < dictionary->n; i++) {
    const lf_entry *e = &dictionary->entries[i];
    lf_number_look look;
    lf_date_parts parts;
    d->values[i] = (double)NAN;
    if (d->spelling[i] != LF_MISSING_NONE) continue;
    double value = 0;
    bool ok = d->kind == LF_KIND_DATE ? lf_read_date(e->text, e->length, order, &value, &parts)
                                      : lf_read_number(e->text, e->length, mark, &value, &look);
    if (ok) {
      d->values[i] = value + 0.0; /* no negative zero */
      continue;
    }
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

static void note_numbers(const facts *f, bool comma_likely, lf_text *note) {
  lf_decimal_mark mark = choose_mark(f, comma_likely);
  if (mark == LF_MARK_COMMA) add_sentence(note, "read with a decimal comma");
  if (f->percent) add_sentence(note, "percent signs are dropped: 45% is 45");
  if (f->currency) add_sentence(note, "currency signs are dropped");
  if (f->other_reading && f->not_number[LF_MARK_POINT] == f->not_number[LF_MARK_COMMA])
    add_sentence(note, mark == LF_MARK_COMMA
                           ? "ambiguous: commas are taken for decimal marks, not for thousands"
                       : f->comma ? "ambiguous: commas are taken for thousands, not for decimal marks"
                                  : "ambiguous: points are taken for decimal marks, not for thousands");
}

static void note_dates(const facts *f, lf_text *note) {
  if (f->compact) add_sentence(note, "digits are dates of the form yyyymmdd");
  if (!f->differ || f->not_date[LF_DATE_MDY] != f->not_date[LF_DATE_DMY]) return;
  add_sentence(
      note, choose_order(f) == LF_DATE_MDY
                ? "dates are ambiguous: every one reads as month/day and as day/month, taken for month/day"
                : "dates are ambiguous: every one reads as day-month and as month-day, taken for day-month");
}

static lf_status make_note(const facts *f, bool comma_likely, lf_decision *d, const char *example,
                           lf_error *err) {
  lf_text note = {0};
  if (d->kind == LF_KIND_NUMBER) note_numbers(f, comma_likely, &note);
  if (d->kind == LF_KIND_DATE) note_dates(f, &note);
  if (d->bad) {
    if (note.length) lf_text_add(&note, "; ");
    lf_text_addf(&note, "%llu %s no %s (for example '%s') and count as missing", (unsigned long long)d->bad,
                 d->bad == 1 ? "value is" : "values are", d->kind == LF_KIND_DATE ? "date" : "number",
                 example);
  }
  if (d->kind != LF_KIND_NUMBER && d->kind != LF_KIND_DATE && f->zero_codes && f->value_rows &&
      f->not_number[LF_MARK_POINT] == 0)
    add_sentence(&note, "digits with leading zeros are codes, not numbers");
  lf_status status = lf_text_status(&note, err);
  if (status != LF_OK) return status;
  d->note = note.data;
  return LF_OK;
}

/* `None` is a level among categories. */
static void count_rows(const lf_dictionary *dictionary, const lf_missing *missing, uint64_t empty,
                       lf_decision *d) {
  d->missing = empty;
  for (size_t i = 0; i < dictionary->n; i++) {
    if (d->spelling[i] != LF_MISSING_NONE && !d->values && (size_t)d->spelling[i] == missing->value_only)
      d->spelling[i] = LF_MISSING_NONE;
    bool gone = d->spelling[i] != LF_MISSING_NONE || (d->values && isnan(d->values[i]));
    if (gone)
      d->missing += dictionary->entries[i].count;
    else
      d->rows += dictionary->entries[i].count;
  }
}

lf_status lf_decide(const lf_dictionary *dictionary, uint64_t empty, const char *name, lf_kind asked,
                    const lf_missing *missing, bool comma_likely, lf_decision *decision, lf_error *err) {
  lf_status status = LF_OK;
  facts f = {0};
  char example[EXAMPLE] = "";
  lf_decision d = {.forced = asked != LF_KIND_INFER};
  LF_TRY(lf_alloc(dictionary->n, sizeof *d.spelling, &d.spelling, err));
  gather_facts(dictionary, missing, d.spelling, &f);
  d.kind = d.forced ? asked : choose_kind(dictionary, d.spelling, &f, name, comma_likely);
  if (!f.rows) d.kind = LF_KIND_EMPTY;
  d.yes_no = d.kind == LF_KIND_FLAG && f.value_rows == f.rows && all_one_flag(dictionary, d.spelling);
  if (d.kind == LF_KIND_FLAG && !d.yes_no && f.entries > 2)
    LF_TRY(lf_fail(err, LF_E_USAGE,
                   "column \"%s\" has %llu different values: a flag has two; call it a category", name,
                   (unsigned long long)f.entries));
  if (d.kind == LF_KIND_NUMBER || d.kind == LF_KIND_DATE)
    LF_TRY(read_values(dictionary, &f, comma_likely, &d, example, err));
  count_rows(dictionary, missing, empty, &d);
  if (!d.rows && d.kind != LF_KIND_EMPTY)
    LF_TRY(lf_fail(
        err, LF_E_USAGE,
        "column \"%s\" has no value that reads as a %s (for example '%s'): leave its kind to be inferred",
        name, lf_kind_name(d.kind), example));
  LF_TRY(make_note(&f, comma_likely, &d, example, err));
  *decision = d;
  d = (lf_decision){0};
cleanup:
  lf_decision_free(&d);
  return status;
}
