/* Histories whose truth is known, and their evidence. Shared by the tests of evidence. */
#ifndef TEST_EVIDENCE_WORLD_H
#define TEST_EVIDENCE_WORLD_H

#include "evidence/evidence.h"
#include "history_case.h"

/* What is planted: log-odds of each attribute's values, and amounts. */
typedef struct world {
  uint64_t seed;
  size_t rows, rows_an_account; /* 0: no accounts */
  double intercept, account_deviation;
  double number, category, flag; /* per unit of a standard normal; per level step; for yes */
  double size;                   /* log deal size for yes */
  bool confounded;               /* Discount helps, but is given where Hard holds, which hurts */
  size_t whales;                 /* deals of 500 times the size, all where Flag is yes */
} world;

typedef struct study {
  history_case history;
  lf_atoms *atoms;
  lf_card_fit *fit;
  lf_evidence *evidence;
} study;

/* The attributes of a world are Number, Category and Flag as planted, Hard and Discount, and Idle*, which
 * weigh nothing. study_free lets go of it. */
study study_of(const world *w, int threads);
void study_free(study *s);

const lf_attribute_evidence *named(const study *s, const char *name);
bool predicts(lf_verdict verdict);

#endif
