#include "ingest/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* A kind is taken though some values do not fit it where these are few and the rest leaves no doubt. */
static const double bad_share = 0.01, code_share = 0.005;
enum { TEXT_VALUES = 100, CATEGORY_MAX = 5000 };

void lf_facts_clear(lf_facts *facts) {
  free(facts->words);
  *facts = (lf_facts){0};
}

/* ---- gathering ------------------------------------------------------------------------------------ */

static void add_few(lf_few *few, uint64_t key) {
  if (few->n == LF_CLEAR_VALUES) return;
  for (size_t i = 0; i < few->n; i++)
    if (few->keys[i] == key) return;
  few->keys[few->n++] = key;
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
  if (n <= LF_FLAG_TEXT && !lf_is_zero_code(text, n) &&
      lf_read_number(text, n, LF_MARK_POINT, &value, &look) && look.plain && look.fraction &&
      (value == 0 || value == 1)) {
    *yes = value == 1;
    return 5;
  }
  return 0;
}

static lf_status add_word(lf_facts *f, const char *text, size_t n, uint64_t count, lf_error *err) {
  for (size_t i = 0; i < f->n_words; i++)
    if (f->words[i].length == n && memcmp(f->words[i].text, text, n) == 0) {
      f->words[i].count += count;
      return LF_OK;
    }
  lf_status status = lf_grow(&f->words, &f->words_capacity, f->n_words + 1, sizeof *f->words, err);
  if (status != LF_OK) return status;
  lf_flag_word *word = &f->words[f->n_words++];
  *word = (lf_flag_word){.length = (uint8_t)n, .count = count};
  memcpy(word->text, text, n);
  return LF_OK;
}

/* One pair of flags so far. */
static bool one_flag(const lf_facts *f) {
  return f->flags && !(f->flags & 1) && !(f->flags & (f->flags - 1));
}

static lf_status flag_facts(const lf_entry *e, lf_facts *f, lf_error *err) {
  bool yes;
  if (f->flags && !one_flag(f)) return LF_OK;
  f->flags |= 1U << lf_flag_pair(e->text, e->length, &yes);
  return one_flag(f) ? add_word(f, e->text, e->length, e->count, err) : LF_OK;
}

static void number_facts(const lf_entry *e, lf_facts *f) {
  double point = 0, comma = 0;
  lf_number_look look, other;
  uint64_t key = lf_key_hash(e->a, e->b, e->length);
  bool by_point = lf_read_number(e->text, e->length, LF_MARK_POINT, &point, &look);
  bool by_comma = lf_read_number(e->text, e->length, LF_MARK_COMMA, &comma, &other);
  if (!by_point) f->not_number[LF_MARK_POINT] += e->count;
  if (!by_comma) f->not_number[LF_MARK_COMMA] += e->count;
  if (by_point) add_few(&f->number_texts[LF_MARK_POINT], key);
  if (by_comma) add_few(&f->number_texts[LF_MARK_COMMA], key);
  if (by_point && by_comma && (point < comma || point > comma)) {
    f->other_reading += e->count;
    if (memchr(e->text, ',', e->length)) f->comma = true;
  }
  f->currency |= by_point ? look.currency : by_comma && other.currency;
  f->percent |= by_point ? look.percent : by_comma && other.percent;
  if (lf_is_zero_code(e->text, e->length)) f->zero_codes += e->count;
}

/* The marks are those of the first date in text order: values come in no order. */
static void keep_example(lf_facts *f, const char *text, size_t n, char mark) {
  if (n > LF_MARK_TEXT) n = LF_MARK_TEXT;
  if (f->example_length && lf_compare_spans(text, n, f->example, f->example_length) >= 0) return;
  memcpy(f->example, text, n);
  f->example_length = n;
  f->mark = mark;
}

static void date_facts(const lf_entry *e, lf_facts *f) {
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
  if (by_mdy || by_dmy) keep_example(f, e->text, e->length, by_mdy ? m.mark : d.mark);
  if (by_mdy && !m.mark) f->compact += e->count;
}

lf_status lf_facts_add(lf_facts *facts, const lf_dictionary *dictionary, const lf_missing *missing,
                       lf_error *err) {
  lf_status status = LF_OK;
  for (size_t i = 0; i < dictionary->n && status == LF_OK; i++) {
    const lf_entry *e = &dictionary->entries[i];
    if (!e->count) continue;
    int spelling = lf_missing_find(missing, e->text, e->length, true);
    if (spelling == LF_MISSING_NONE || (size_t)spelling == missing->value_only) {
      facts->rows += e->count;
      facts->entries++;
      add_few(&facts->texts, lf_key_hash(e->a, e->b, e->length));
    }
    if (spelling != LF_MISSING_NONE) continue;
    facts->value_rows += e->count;
    number_facts(e, facts);
    date_facts(e, facts);
    status = flag_facts(e, facts, err);
  }
  return status;
}

static void merge_few(lf_few *few, const lf_few *more) {
  for (size_t i = 0; i < more->n; i++) add_few(few, more->keys[i]);
}

lf_status lf_facts_merge(lf_facts *facts, const lf_facts *more, lf_error *err) {
  lf_status status = LF_OK;
  facts->rows += more->rows;
  facts->entries += more->entries;
  facts->value_rows += more->value_rows;
  facts->zero_codes += more->zero_codes;
  facts->other_reading += more->other_reading;
  facts->currency |= more->currency;
  facts->percent |= more->percent;
  facts->comma |= more->comma;
  facts->both_orders += more->both_orders;
  facts->differ += more->differ;
  facts->compact += more->compact;
  merge_few(&facts->texts, &more->texts);
  for (int mark = 0; mark < 2; mark++) {
    facts->not_number[mark] += more->not_number[mark];
    merge_few(&facts->number_texts[mark], &more->number_texts[mark]);
  }
  for (int order = 0; order < LF_DATE_ORDERS; order++) facts->not_date[order] += more->not_date[order];
  if (more->example_length) keep_example(facts, more->example, more->example_length, more->mark);
  facts->flags |= more->flags;
  for (size_t i = 0; i < more->n_words && status == LF_OK && one_flag(facts); i++)
    status = add_word(facts, more->words[i].text, more->words[i].length, more->words[i].count, err);
  return status;
}

/* ---- choosing ------------------------------------------------------------------------------------- */

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

static bool few(uint64_t bad, uint64_t rows, const lf_few *good) {
  if (!bad) return rows > 0;
  /* one bad value and more: a hundred rows and more */
  return (double)bad <= bad_share * (double)rows && good->n == LF_CLEAR_VALUES;
}

static lf_decimal_mark choose_mark(const lf_facts *f, bool comma_likely) {
  uint64_t point = f->not_number[LF_MARK_POINT], comma = f->not_number[LF_MARK_COMMA];
  if (point != comma) return point < comma ? LF_MARK_POINT : LF_MARK_COMMA;
  return f->comma && comma_likely ? LF_MARK_COMMA : LF_MARK_POINT;
}

static lf_date_order choose_order(const lf_facts *f) {
  uint64_t mdy = f->not_date[LF_DATE_MDY], dmy = f->not_date[LF_DATE_DMY];
  if (mdy != dmy) return mdy < dmy ? LF_DATE_MDY : LF_DATE_DMY;
  return f->mark == '/' ? LF_DATE_MDY : LF_DATE_DMY;
}

static lf_kind choose_kind(const lf_facts *f, const lf_choice_wish *wish) {
  if (f->value_rows == f->rows && one_flag(f)) return LF_KIND_FLAG;
  uint64_t not_date = f->not_date[choose_order(f)];
  bool dates = few(not_date, f->value_rows, &f->texts);
  if (dates && f->compact) dates = f->compact == f->value_rows && !compact_contradicted(wish->name);
  if (dates) return LF_KIND_DATE;
  lf_decimal_mark mark = choose_mark(f, wish->comma_likely);
  if (few(f->not_number[mark], f->value_rows, &f->number_texts[mark]) &&
      (double)f->zero_codes <= code_share * (double)f->value_rows)
    return LF_KIND_NUMBER;
  bool many = f->entries > CATEGORY_MAX || (f->entries > TEXT_VALUES && 2 * f->entries > f->rows);
  return many ? LF_KIND_TEXT : LF_KIND_CATEGORY;
}

/* Yes and no, whatever their case: the side decides, and the most frequent spelling is the level. */
static void choose_levels(const lf_facts *f, lf_flag_word level[2]) {
  for (size_t i = 0; i < f->n_words; i++) {
    const lf_flag_word *word = &f->words[i];
    bool yes = false;
    lf_flag_pair(word->text, word->length, &yes);
    lf_flag_word *best = &level[yes];
    bool first = lf_compare_spans(word->text, word->length, best->text, best->length) < 0;
    if (word->count > best->count || (word->count == best->count && first)) *best = *word;
  }
}

lf_status lf_choose(const lf_facts *facts, const lf_choice_wish *wish, lf_choice *choice, lf_error *err) {
  lf_choice c = {.forced = wish->asked != LF_KIND_INFER,
                 .mark = choose_mark(facts, wish->comma_likely),
                 .order = choose_order(facts)};
  c.kind = !facts->rows ? LF_KIND_EMPTY : c.forced ? wish->asked : choose_kind(facts, wish);
  c.yes_no = c.kind == LF_KIND_FLAG && facts->value_rows == facts->rows && one_flag(facts);
  if (c.kind == LF_KIND_FLAG && !c.yes_no && facts->texts.n > 2)
    return lf_fail(
        err, LF_E_USAGE, "column \"%s\" has %llu%s different values: a flag has two; call it a category",
        wish->name, (unsigned long long)facts->texts.n, facts->texts.n == LF_CLEAR_VALUES ? " or more" : "");
  if (c.yes_no) choose_levels(facts, c.level);
  *choice = c;
  return LF_OK;
}

double lf_choice_value(const lf_choice *choice, const char *text, size_t n) {
  double value = 0;
  lf_number_look look;
  lf_date_parts parts;
  bool ok = choice->kind == LF_KIND_DATE ? lf_read_date(text, n, choice->order, &value, &parts)
                                         : lf_read_number(text, n, choice->mark, &value, &look);
  return ok ? value + 0.0 /* no negative zero */ : (double)NAN;
}
