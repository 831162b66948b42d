/* The steps of answering a claim. Internal to evidence. */
#ifndef LF_EVIDENCE_CLAIMS_PARTS_H
#define LF_EVIDENCE_CLAIMS_PARTS_H

#include "evidence/effect.h"

/* One claim while it is being answered. Owned, but for claim and answer. */
typedef struct lf_case {
  const lf_claim *claim;
  size_t index;
  size_t column;
  uint64_t signature, mirrored; /* of the two sides, and of the sides exchanged */
  lf_effect_rows rows;
  lf_adjustment adjustment;
  lf_effect_fit *raw, *adjusted;
  lf_answer *answer;
} lf_case;

void lf_case_clear(lf_case *c);

/* claims_rows.c: which rows are on which side, their outcomes and counts. */
lf_status lf_case_rows(const lf_claims *claims, const lf_history *history, lf_case *c, lf_error *err);
void lf_count_sides(const lf_history *history, const lf_case *c, const uint8_t *part, uint8_t wanted,
                    lf_side_counts *group, lf_side_counts *versus);

/* claims_periods.c: the same by quarter. */
lf_status lf_case_periods(const lf_history *history, const lf_case *c, const lf_run *run, lf_error *err);

/* claims_notes.c: what a fair reader is told. */
lf_status lf_case_notes(const lf_claims *claims, const lf_history *history, const lf_case *cases,
                        size_t index, const lf_run *run, lf_error *err);
lf_status lf_answer_note(lf_answer *answer, lf_error *err, const char *format, ...) LF_PRINTF(3, 4);

#endif
