/* What the values of a column could be, and how the column is read: counts that can be gathered piece by
 * piece, so that a column is read the same way whether its table was held in memory or went past. */
#ifndef LF_INGEST_FACTS_H
#define LF_INGEST_FACTS_H

#include "ingest/dictionary.h"
#include "ingest/missing.h"
#include "ingest/value.h"

/* A kind is taken in spite of values that do not fit it where so many different ones do. */
enum { LF_CLEAR_VALUES = 10, LF_FLAG_TEXT = 8, LF_MARK_TEXT = 48 };

/* Different texts, counted up to LF_CLEAR_VALUES. */
typedef struct lf_few {
  uint64_t keys[LF_CLEAR_VALUES];
  size_t n;
} lf_few;

/* A spelling of one side of a flag. */
typedef struct lf_flag_word {
  char text[LF_FLAG_TEXT];
  uint8_t length;
  uint64_t count;
} lf_flag_word;

/* Counts over the rows with a value, by what their text could be. */
typedef struct lf_facts {
  uint64_t rows, entries; /* not missing among categories; entries: different texts, too many where they came
                             piece by piece */
  uint64_t value_rows;    /* not missing among numbers and dates */
  uint64_t not_number[2]; /* by decimal mark */
  uint64_t zero_codes, other_reading; /* numbers that the two marks read differently */
  bool currency, percent, comma;
  uint64_t not_date[LF_DATE_ORDERS];
  uint64_t both_orders, differ; /* dates that d/m and m/d both read, and where it matters */
  uint64_t compact;
  char example[LF_MARK_TEXT]; /* the first date in text order */
  size_t example_length;
  char mark;                     /* between its parts */
  lf_few texts, number_texts[2]; /* different texts, and those that are numbers by decimal mark */
  unsigned flags;                /* bit i: a text of pair i of flags; bit 0: one of none */
  lf_flag_word *words;           /* while all texts are flags: their spellings */
  size_t n_words, words_capacity;
} lf_facts;

/* How a column is read. */
typedef struct lf_choice {
  lf_kind kind;
  bool forced;      /* the user asked for this kind */
  bool yes_no;      /* a flag of the usual words, whatever their case */
  bool number_only; /* nobody asks for the texts of numbers: they need not be made */
  lf_decimal_mark mark;
  lf_date_order order;
  lf_flag_word level[2]; /* yes_no: the most frequent spelling of no and of yes; count 0: none */
} lf_choice;

/* What is said of the column beforehand. comma_likely: the delimiter is a semicolon, so commas are rather
 * decimal marks. */
typedef struct lf_choice_wish {
  const char *name;
  lf_kind asked;
  bool comma_likely;
} lf_choice_wish;

/* Adds the entries of a dictionary by their counts; entries with count 0 are none. */
lf_status lf_facts_add(lf_facts *facts, const lf_dictionary *dictionary, const lf_missing *missing,
                       lf_error *err);
lf_status lf_facts_merge(lf_facts *facts, const lf_facts *more, lf_error *err);
void lf_facts_clear(lf_facts *facts);

/* LF_E_USAGE for a flag with more than two values. */
lf_status lf_choose(const lf_facts *facts, const lf_choice_wish *wish, lf_choice *choice, lf_error *err);

/* A trimmed text as the number or date that the choice makes of it; NaN where it is none. */
double lf_choice_value(const lf_choice *choice, const char *text, size_t n);

/* The flag a text belongs to (0: none, else the number of the pair) and its side. */
int lf_flag_pair(const char *text, size_t n, bool *yes);

#endif
