/* frame: the working form of a design while it is being fitted.
 *
 * Coefficients are kept on a working scale: a number x enters as z = (x - shift) / scale, so that columns of
 * any unit condition alike. Coded terms are merged into groups: one joint code a row stands for several
 * terms, so that the cross-products of X'WX are few small tables of joint codes instead of one table for each
 * pair of terms. */
#ifndef LF_FIT_FRAME_H
#define LF_FIT_FRAME_H

#include "base/parallel.h"
#include "fit/design.h"

/* A number of the design. */
typedef struct lf_frame_number {
  const lf_column *column;
  size_t coef;
  double shift, scale; /* scale 0: constant over the rows used, so z = 0 */
  double *level;       /* z of each code of a coded column, else NULL; owned */
} lf_frame_number;

/* Coded terms that share one joint code. */
typedef struct lf_frame_group {
  size_t n_terms;
  size_t *terms;    /* indices into design->terms, owned */
  uint32_t n_codes; /* joint codes */
  uint8_t width;    /* bytes a joint code: 1, 2 or 4 */
  void *codes;      /* one joint code a row, owned */
  int32_t *coef;    /* [n_terms * n_codes]: coefficient of each term at each joint code, -1: none; owned */
  uint32_t **remap; /* code of each term -> its part of the joint code; owned */
} lf_frame_group;

/* Where each table lies in an accumulator, in doubles. */
typedef struct lf_layout {
  size_t number_gradient; /* n_numbers */
  size_t number_weight;   /* n_numbers: sum of omega z */
  size_t number_number;   /* n_numbers^2: sum of omega z z', lower half */
  size_t stride;          /* doubles a row of a group table: omega, residual, omega z_1.. and padding */
  size_t *group;          /* n_groups: table of n_codes rows; owned */
  size_t *pair;           /* n_groups^2: for g < h the table n_codes(g) x n_codes(h); owned */
  size_t *residual;       /* n_groups: in a gradient-only accumulator, n_codes sums; owned */
  size_t length;          /* doubles of a full accumulator */
  size_t gradient_length; /* doubles of a gradient-only accumulator */
} lf_layout;

enum { LF_SLOT_LOGLIK = 0, LF_SLOT_RESIDUAL, LF_SLOT_WEIGHT, LF_SLOT_EXTREME, LF_SLOTS };
enum { LF_BLOCK_ROWS = 512 };

typedef struct lf_frame {
  const lf_design *design;
  size_t n_rows, n_coef;
  double rows, won;     /* sums of weights, of weighted outcomes */
  size_t positive_rows; /* rows of positive weight */
  size_t n_numbers;
  lf_frame_number *numbers;
  size_t n_groups;
  lf_frame_group *groups;
  lf_layout layout;
  uint8_t *used;    /* of each block of LF_BLOCK_ROWS rows: one has positive weight; owned */
  lf_chunks chunks; /* whole blocks each */
  size_t scratch;   /* doubles of working space of one chunk */
  bool shares;      /* numbers, groups and layout are another frame's */
  double *slab;     /* chunks.count x (layout.length + scratch); owned */
} lf_frame;

/* Builds the frame. keep_shift: numbers are scaled but not centred (where the intercept is fixed or
 * penalised). */
lf_status lf_frame_new(const lf_design *design, bool keep_shift, const lf_run *run, lf_frame **frame,
                       lf_error *err);
/* A frame over the same rows and terms with other weights (design: those of base but for its weight): codes,
 * scales and layout are base's, which outlives it. */
lf_status lf_frame_share(const lf_frame *base, const lf_design *design, lf_frame **frame, lf_error *err);
void lf_frame_free(lf_frame *frame);
/* A frame at rest holds no accumulators; it is woken before the next pass. */
void lf_frame_rest(lf_frame *frame);
lf_status lf_frame_wake(lf_frame *frame, lf_error *err);
/* eta of rows [from, to) of a design of codes alone, b on either scale. */
lf_status lf_frame_predict(const lf_frame *frame, const double *b, size_t from, size_t to, double *eta,
                           lf_error *err);

/* Coefficients from the user's scale to the working scale and back. Both arrays have n_coef items; a NaN
 * counts as 0 and stays out of the intercept. */
void lf_frame_to_working(const lf_frame *frame, const double *b, double *working);
void lf_frame_to_user(const lf_frame *frame, const double *working, double *b);
/* A matrix V of covariances (inverse-like) or H of information on the working scale to the user's, in place.
 */
void lf_frame_covariance_to_user(const lf_frame *frame, double *matrix);
void lf_frame_information_to_user(const lf_frame *frame, double *matrix);

/* Chooses which coded terms share a group; frame_group.c. sizes: distinct codes of each of the n terms.
 * Writes the group of each term; returns the number of groups. */
size_t lf_group_terms(const size_t *sizes, size_t n, size_t n_numbers, size_t n_rows, size_t *group_of);

#endif
