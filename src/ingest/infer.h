/* What the values of a column are, decided from all of them. */
#ifndef LF_INGEST_INFER_H
#define LF_INGEST_INFER_H

#include "ingest/facts.h"

enum { LF_CODES_MAX = 65535 };

/* Entries of the dictionary after the decision. */
typedef struct lf_decision {
  lf_kind kind;
  bool forced;      /* the user asked for this kind */
  bool yes_no;      /* a flag of the usual words, whatever their case */
  double *values;   /* numbers and dates: one an entry, NaN where missing or bad; else NULL */
  int8_t *spelling; /* one an entry: index of the spelling of missing, or LF_MISSING_NONE */
  uint64_t rows;    /* with a value */
  uint64_t missing; /* bad ones included */
  uint64_t bad;
  char *note;
} lf_decision;

/* empty: rows with an empty cell. */
lf_status lf_decide(const lf_dictionary *dictionary, uint64_t empty, const lf_choice_wish *wish,
                    const lf_missing *missing, lf_decision *decision, lf_error *err);
void lf_decision_free(lf_decision *decision);

/* Whether n distinct values among rows rows are kept as codes rather than one by one. */
static inline bool lf_codes_pay(uint64_t n, uint64_t rows) {
  return n <= 255 || (n <= LF_CODES_MAX && n <= rows / 8);
}

#endif
