/* Whose attributes matter: what marketing's, sales' and shared attributes explain, on rows not fitted, and
 * what sales did beside it.
 *
 * In:   a history, its atoms, the card fit and the scorecard.
 * Out:  an lf_owners the caller owns: shares of explained deviance by owner and by attribute, the follow-up
 * table, and whether weights hold when the rep is held fixed. */
#ifndef LF_EVIDENCE_OWNERS_H
#define LF_EVIDENCE_OWNERS_H

#include "card/build.h"
#include "fit/select.h"
#include "judge/judge.h"

enum { LF_MOST_BLOCKS = 4 }; /* marketing, sales, shared, and what has no owner */

/* What one player (an owner, or an attribute) explains. Parts of McFadden's R2 on the judged rows. */
typedef struct lf_owner_share {
  const char *name; /* of the attribute (of the atoms), or of the owner; "" for attributes without one */
  lf_owner owner;
  size_t attributes;   /* how many */
  lf_interval shapley; /* its Shapley value */
  lf_interval share;   /* of all that is explained; NaN where that is not clearly above 0 */
  lf_interval alone;   /* explained by it alone */
  lf_interval unique;  /* lost without it */
} lf_owner_share;

/* What exactly these owners explain in common. */
typedef struct lf_common_part {
  size_t set; /* bits: blocks */
  lf_interval part;
} lf_common_part;

/* An attribute's effect on winning (log ratio of odds between a typical high and a typical low lead) with
 * reps free and with reps held fixed. */
typedef struct lf_rep_effect {
  const char *name; /* of the atoms */
  lf_owner owner;
  double free, fixed;     /* NaN where reps leave nothing to compare */
  lf_interval difference; /* fixed - free; std_error clustered */
  double p, q;
} lf_rep_effect;

typedef struct lf_reps {
  const char *column; /* who works the lead; NULL: no such column, or too few rows a rep */
  size_t n_reps;      /* held fixed, those pooled not counted */
  double pooled_rows, rows;
  size_t n;
  lf_rep_effect *effects;
  size_t shifted; /* effects with q below 0.05 whose shift is worth a ratio of 1.1 or more */
} lf_reps;

typedef struct lf_owners {
  double rows, won;      /* judged, each by a fit that never saw it */
  lf_interval explained; /* McFadden's R2 of all attributes */
  bool clear;            /* its interval lies above 0: shares are told */
  size_t n_blocks;
  lf_owner_share blocks[LF_MOST_BLOCKS];
  size_t n_common; /* of two blocks or more */
  lf_common_part common[1 << LF_MOST_BLOCKS];
  double common_total; /* all that more than one of them explains */
  size_t n_attributes; /* 0 where there are more than twelve */
  lf_owner_share *attributes;
  double attribute_rows; /* rows their shares were judged on */
  double attribute_explained;
  size_t replicates;
  lf_reps reps;
} lf_owners;

typedef struct lf_owners_options {
  size_t max_rows; /* of the training rows, and of the holdout; 0: 30,000 each */
  uint64_t seed;
} lf_owners_options;

lf_status lf_owners_make(const lf_history *history, const lf_atoms *atoms, const lf_card_fit *fit,
                         const lf_owners_options *options, const lf_run *run, lf_owners **owners,
                         lf_error *err);
void lf_owners_free(lf_owners *owners);

#endif
