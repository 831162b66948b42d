/* The study of one history's attributes while it is made. Internal to evidence. */
#ifndef LF_EVIDENCE_STUDY_H
#define LF_EVIDENCE_STUDY_H

#include "evidence/glm.h"
#include "evidence/rows.h"

/* A model of one outcome on the contributions of all attributes, over judged rows [from, from + design.n) of
 * the evidence rows. */
typedef struct lf_model {
  lf_dense design;
  const double **x; /* backing of design.x */
  size_t from;
  double *scale; /* [k]: two standard deviations of the contribution within its fold: a typical high lead less
                    a typical low one */
  lf_dense_fit *fit;
} lf_model;

typedef struct lf_study {
  const lf_history *history;
  const lf_atoms *atoms;
  const lf_card_fit *card_fit;
  const lf_card_build *build;
  lf_evidence_options options;
  const lf_run *run;
  lf_evidence_rows *rows;
  lf_atoms view;  /* the attributes of this study; items owned, what they point to not. atoms points here */
  size_t *set;    /* [k]: which of all attributes each is */
  size_t k;       /* attributes */
  size_t only;    /* the one that is asked about; SIZE_MAX: all of them */
  uint8_t *keep;  /* [k]: all */
  uint8_t *sized; /* [k]: those whose deal size is judged: not the amount, in bands or not */
  lf_contribution_options how;
  lf_contributions *win, *size, *revenue;
  double *win_weight;  /* [rows->n]: 0 where the fold has one class only */
  double *deal_weight; /* [rows->n]: deals with an amount; NULL without amounts */
  double *income; /* [rows->n]: revenue of a row over the mean deal; the mean where a deal's is unknown */
  lf_model winning, earning;
  lf_evidence *out;
} lf_study;

/* A study of the attributes that keep marks, where s holds what was asked (history, atoms, card_fit, build,
 * options, run): its rows are gathered, nothing is judged. sized: whose deal size is judged; both
 * [atoms->n]. only: the place among the kept of the one that is asked about, or SIZE_MAX. The caller clears
 * s, whatever comes back. */
lf_status lf_study_make(const uint8_t *keep, const uint8_t *sized, size_t only, lf_study *s, lf_error *err);
lf_status lf_study_run(lf_study *s, lf_error *err);
void lf_study_clear(lf_study *s);
/* Whether attribute t is to be reported on: nothing need be found out of the others but what they say. */
static inline bool lf_study_tells(const lf_study *s, size_t t) {
  return s->only == SIZE_MAX || s->only == t;
}

/* Nothing known yet; and without what it owns, but for its list. */
void lf_attribute_evidence_blank(lf_attribute_evidence *a, const lf_atom_set *set);
void lf_attribute_evidence_clear(lf_attribute_evidence *a);

/* Fits y on the contributions over judged rows [from, to). grouped: an intercept a fold. start: of the
 * solver, or NULL. */
lf_status lf_model_fit(const lf_study *study, lf_family family, const lf_contributions *x, const double *y,
                       const double *weight, size_t from, size_t to, bool grouped, lf_model *model,
                       lf_error *err);
void lf_model_clear(lf_model *model);
/* The effect of attribute t in a model. */
lf_effect lf_model_effect(const lf_model *model, size_t t);
/* Coefficients without attribute t: the constrained optimum of the quadratic view. b[m]. */
void lf_model_without(const lf_model *model, size_t t, double *b);
/* eta of the model's rows for coefficients b. */
void lf_model_eta(const lf_model *model, const double *b, double *eta);
/* Column of attribute t among the coefficients. */
static inline size_t lf_model_column(const lf_model *model, size_t t) {
  return model->design.n_groups + t;
}

/* Place of an attribute on the card, SIZE_MAX where it has none or there is no card. bands.c */
size_t lf_card_place(const lf_study *study, const char *name);

/* The first failure among parallel tasks. */
lf_status lf_study_first_error(const lf_status *status, const lf_error *errors, size_t n, lf_error *err);

/* Adds a sentence to a list. */
lf_status lf_say(lf_text_list *list, lf_error *err, const char *format, ...) LF_PRINTF(3, 4);

/* Mean of w d over rows with its standard error, clustered where clusters are given. */
lf_status lf_paired_mean(const double *d, const double *weight, size_t n, const uint32_t *cluster,
                         size_t n_clusters, lf_paired *out, lf_error *err);

/* reach of a lf_blind_test of so many degrees of freedom. */
double lf_blind_reach(double df);
/* What outcome-blind bands of an attribute say. blind.c */
lf_status lf_blind_bound(const lf_study *study, const lf_model *model, size_t set, lf_blind_test *out,
                         lf_error *err);

/* Fills win_weight: a fold without wins or without losses can test nothing. */
void lf_study_weigh_folds(lf_study *study);
/* Fills deal_weight, and income: revenue of each row in mean deals. A deal of unknown amount counts as the
 * mean. */
lf_status lf_study_income(lf_study *study, lf_error *err);
/* Fills revenue from win and size. */
lf_status lf_study_revenue_contributions(lf_study *study, lf_error *err);

/* How far the revenue effect of each attribute moves where bands and weights are chosen anew on a bootstrap
 * draw, beyond what the draw moves it with the bands held: shift[n][k], means 0, for the study's rows. The
 * caller frees. bands_anew.c */
lf_status lf_study_bands_anew(const lf_study *study, size_t *n, double **shift, lf_error *err);

/* The parts, in the order they run. Each fills study->out. */
lf_status lf_study_winning(lf_study *study, lf_error *err);
lf_status lf_study_bands(lf_study *study, lf_error *err);
lf_status lf_study_deals(lf_study *study, lf_error *err);
lf_status lf_study_bootstrap(lf_study *study, lf_error *err);
lf_status lf_study_quarters(lf_study *study, lf_error *err);
lf_status lf_study_simpson(lf_study *study, lf_error *err);
lf_status lf_study_noise(lf_study *study, lf_error *err);

/* q-values, verdicts and their rules, over all attributes of the evidence. by_account: rows of one account
 * were kept together. */
lf_status lf_evidence_verdicts(lf_evidence *evidence, bool by_account, lf_error *err);

#endif
