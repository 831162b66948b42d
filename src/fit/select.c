/* The card method.
 *
 * 1. Where time is known, attributes whose newest values lie outside what older rows held are left out and
 * named.
 * 2. Of more than 150 attributes the 150 that help most on their own go on (alone.c). Random folds: in each
 * fold bands are chosen and ridge weights fitted at every point of a grid (band penalty g x ridge penalty l);
 * the judged rows' log loss says which l is best for each g; attributes that do not help by one standard
 *    error leave; then the largest g within one standard error of the best is taken (Breiman et al. 1984,
 * section 3.4.3: the simpler model where the data cannot tell).
 * 3. Where time is known, forward folds (train on the past, judge the next block) choose the ridge penalty
 * again and veto attributes that do significant harm there.
 * 4. Bands and weights of all training rows, at what was chosen.
 *
 * Penalties are absolute: g is deviance a band must save (2 is Akaike's price), l the prior precision of a
 * weight in log-odds. Neither grows with the rows, so what a sample of the rows chose holds for all of them.
 */
#include "fit/select.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "fit/line.h"

enum { DEFAULT_FOLDS = 5, DEFAULT_ROWS = 60000, FORWARD_FOLDS = 4, MOST_JOINT = 150 };

static const double drift_limit = 0.25;
static const double final_tolerance = 1e-9;

static lf_path whole_path(void) {
  return (lf_path){.n_bands = 4, .n_ridge = 4, .band_penalty = {2, 4, 8, 16}, .ridge = {30, 10, 3, 1}};
}

lf_band_rules lf_card_band_rules(size_t max_bands, double rows, double penalty) {
  return (lf_band_rules){.penalty = penalty,
                         .min_rows = fmax(20, fmin(100, 0.01 * rows)),
                         .min_each = 1,
                         .max_bands = max_bands};
}

/* ---- choices --------------------------------------------------------------------------------------------
 */

static size_t best_ridge(const lf_crossfit *c, size_t band) {
  size_t best = 0;
  for (size_t r = 1; r < c->path.n_ridge; r++)
    if (c->loss[band][r] < c->loss[band][best]) best = r;
  return best;
}

/* Mean and standard error of the paired difference in row loss, a - b. */
static void paired_difference(const lf_sample *s, const double *a, const double *b, double *mean,
                              double *error) {
  double rows = 0, sum = 0, squares = 0;
  for (size_t k = 0; k < s->n_folds; k++)
    for (size_t i = s->folds[k].judge_from; i < s->folds[k].judge_to; i++) {
      double d = a[i] - b[i];
      rows += s->weight[i];
      sum += s->weight[i] * d;
      squares += s->weight[i] * d * d;
    }
  *mean = sum / rows;
  *error = sqrt(fmax(0, squares / rows - *mean * *mean) / rows);
}

/* The simplest of the eliminations (latest in the list: rising band penalty) that is within one standard
 * error of the best. */
static size_t simplest(const lf_sample *s, lf_elimination *const *e, size_t n) {
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (e[i]->loss < e[best]->loss) best = i;
  for (size_t i = n; i-- > best + 1;) {
    double mean, error;
    paired_difference(s, e[i]->row_loss, e[best]->row_loss, &mean, &error);
    if (mean <= error) return i;
  }
  return best;
}

/* Random folds: the elimination of each band penalty at its best ridge, and the one to take. */
static lf_status choose_random(const lf_crossfit *c, const lf_run *run, lf_elimination **chosen,
                               lf_error *err) {
  lf_elimination *e[LF_MAX_PATH] = {0};
  lf_status status = LF_OK;
  for (size_t g = 0; g < c->path.n_bands; g++) {
    lf_progress(run, "choosing attributes", g, c->path.n_bands);
    LF_TRY(lf_eliminate(c, g, best_ridge(c, g), 1, run, &e[g], err));
  }
  size_t at = simplest(c->sample, e, c->path.n_bands);
  *chosen = e[at];
  e[at] = NULL;
cleanup:
  for (size_t g = 0; g < LF_MAX_PATH; g++) lf_elimination_free(e[g]);
  return status;
}

/* Forward folds: the veto at every ridge penalty, and the one of least loss. */
static lf_status choose_forward(const lf_crossfit *c, const lf_run *run, lf_elimination **chosen,
                                lf_error *err) {
  lf_elimination *e[LF_MAX_PATH] = {0};
  lf_status status = LF_OK;
  size_t best = 0;
  for (size_t r = 0; r < c->path.n_ridge; r++) {
    LF_TRY(lf_eliminate(c, 0, r, -2, run, &e[r], err));
    if (e[r]->loss < e[best]->loss) best = r;
  }
  *chosen = e[best];
  e[best] = NULL;
cleanup:
  for (size_t r = 0; r < LF_MAX_PATH; r++) lf_elimination_free(e[r]);
  return status;
}

/* ---- what is kept of them
 * ---------------------------------------------------------------------------------- */

static void keep_dropped(lf_card_fit *fit, const lf_elimination *e) {
  for (size_t i = 0; i < e->n_dropped; i++) fit->dropped[fit->n_dropped++] = e->dropped[i];
  memcpy(fit->keep, e->keep, fit->atoms->n);
  memcpy(fit->set_gain, e->gain, fit->atoms->n * sizeof *e->gain);
  memcpy(fit->set_error, e->error, fit->atoms->n * sizeof *e->error);
}

/* Slope of the judged outcomes on the judged linear predictor. */
static lf_status judged_slope(const lf_sample *s, const double *eta, const lf_run *run, double *slope,
                              lf_error *err) {
  double *weight = NULL;
  lf_line line;
  lf_status status = lf_alloc(s->n, sizeof *weight, &weight, err);
  if (status != LF_OK) return status;
  for (size_t k = 0; k < s->n_folds; k++)
    for (size_t i = s->folds[k].judge_from; i < s->folds[k].judge_to; i++) weight[i] = s->weight[i];
  lf_line_rows rows = {.n = s->n, .x = eta, .won = s->won, .weight = weight};
  status = lf_line_fit(&rows, run, &line, err);
  if (status == LF_OK) *slope = line.slope;
  free(weight);
  return status;
}

/* Judged gain of row losses over each fold's win rate alone. */
static void judged_gain(lf_card_fit *fit, const lf_sample *s, const double *row_loss, double loss) {
  double rows = 0, sum = 0, squares = 0;
  for (size_t k = 0; k < s->n_folds; k++) {
    const lf_fold *fold = &s->folds[k];
    double judged = 0, won = 0;
    for (size_t i = fold->judge_from; i < fold->judge_to; i++) {
      judged += s->weight[i];
      won += s->won[i] ? s->weight[i] : 0;
    }
    double p = s->in_time ? won / judged : s->total_won / s->total;
    for (size_t i = fold->judge_from; i < fold->judge_to; i++) {
      double d = -(s->won[i] ? log(p) : log1p(-p)) - row_loss[i];
      rows += s->weight[i];
      sum += s->weight[i] * d;
      squares += s->weight[i] * d * d;
    }
  }
  double mean = sum / rows;
  fit->gain = 2 * sum;
  fit->gain_error = 2 * sqrt(fmax(0, squares / rows - mean * mean) * rows);
  fit->loss = loss;
}

/* ---- stages
 * ------------------------------------------------------------------------------------------------ */

typedef struct stage {
  const lf_history *history;
  const lf_card_options *options;
  const lf_run *run;
  lf_card_fit *fit;
  uint8_t *open; /* [atoms->n]: sets that may be chosen: those that are not excluded and do not drift */
  bool bound;    /* rules moved weights of the fit of all rows */
} stage;

static lf_status leave_out_drifting(stage *s, lf_error *err) {
  lf_card_fit *fit = s->fit;
  lf_sample *sample = NULL;
  double *outside = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_sample_make(s->history, fit->atoms, LF_FOLDS_FORWARD, FORWARD_FOLDS, s->options->max_rows,
                        &sample, err));
  LF_TRY(lf_alloc(fit->atoms->n, sizeof *outside, &outside, err));
  lf_drift_outside(sample, fit->atoms, s->run, outside);
  size_t kept = 0;
  for (size_t t = 0; t < fit->atoms->n; t++) kept += fit->keep[t] && outside[t] < drift_limit;
  for (size_t t = 0; t < fit->atoms->n && kept;
       t++) { /* where all drift there is no better set to fall back on */
    if (!fit->keep[t] || outside[t] < drift_limit || lf_set_is_pinned(&fit->atoms->items[t])) continue;
    fit->keep[t] = 0;
    fit->drifting[fit->n_drifting++] = (lf_drifting_set){t, outside[t]};
  }
cleanup:
  free(outside);
  lf_sample_free(sample);
  return status;
}

/* What was dropped and is kept after all is not dropped. */
static void forget_dropped(lf_card_fit *fit) {
  size_t n = 0;
  for (size_t i = 0; i < fit->n_dropped; i++)
    if (!fit->keep[fit->dropped[i].set]) fit->dropped[n++] = fit->dropped[i];
  fit->n_dropped = n;
}

/* Attributes whose points are said are on the card, whatever the folds found. */
static void keep_pinned(lf_card_fit *fit) {
  for (size_t t = 0; t < fit->atoms->n; t++)
    if (lf_set_is_pinned(&fit->atoms->items[t])) fit->keep[t] = 1;
  forget_dropped(fit);
}

/* Runs one stage of folds and takes over what it chose. */
static lf_status run_stage(stage *s, lf_fold_order order, const lf_path *path, lf_error *err) {
  lf_card_fit *fit = s->fit;
  lf_sample *sample = NULL;
  lf_crossfit *c = NULL;
  lf_elimination *e = NULL;
  size_t n_folds = order == LF_FOLDS_FORWARD ? FORWARD_FOLDS : s->options->n_folds;
  lf_status status = LF_OK;
  LF_TRY(lf_sample_make(s->history, fit->atoms, order, n_folds, s->options->max_rows, &sample, err));
  if (!sample->n_folds && order == LF_FOLDS_FORWARD)
    goto cleanup; /* the past is too short to learn from: random folds have the word */
  if (!sample->n_folds)
    LF_TRY(lf_fail(err, LF_E_DATA,
                   "too few wins or losses to cross-validate: no fold has 5 of each to learn from"));
  if (order == LF_FOLDS_RANDOM)
    LF_TRY(lf_screen_alone(sample, fit->atoms, MOST_JOINT, fit->keep, fit->dropped, &fit->n_dropped, s->run,
                           err));
  lf_band_rules rules = lf_card_band_rules(s->options->max_bands, sample->total, 0);
  LF_TRY(lf_crossfit_make(sample, fit->atoms, fit->keep, path, &rules, s->run, &c, err));
  if (order == LF_FOLDS_FORWARD)
    LF_TRY(choose_forward(c, s->run, &e, err));
  else
    LF_TRY(choose_random(c, s->run, &e, err));
  keep_dropped(fit, e);
  fit->band_penalty = path->band_penalty[e->band_index];
  fit->ridge = path->ridge[e->ridge_index];
  judged_gain(fit, sample, e->row_loss, e->loss);
  fit->null_loss = c->null_loss;
  LF_TRY(judged_slope(sample, e->eta, s->run, &fit->slope, err));
  if (order == LF_FOLDS_RANDOM) {
    fit->path = *path;
    memcpy(fit->path_loss, c->loss, sizeof c->loss);
  }
  lf_sample_free(fit->judged);
  free(fit->judged_eta);
  fit->judged = sample;
  fit->judged_eta = e->eta;
  fit->in_time = order == LF_FOLDS_FORWARD;
  sample = NULL;
  e->eta = NULL;
cleanup:
  lf_elimination_free(e);
  lf_crossfit_free(c);
  lf_sample_free(sample);
  return status;
}

static lf_status fit_all_rows(stage *s, lf_error *err) {
  lf_card_fit *fit = s->fit;
  lf_band_basis *basis = NULL;
  lf_band_start start = {0};
  double *b = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_sample_make(s->history, fit->atoms, LF_FOLDS_NONE, 0, 0, &fit->all, err));
  const double *weight = fit->all->weight;
  lf_band_rules rules = lf_card_band_rules(s->options->max_bands, fit->all->total, fit->band_penalty);
  LF_TRY(lf_band_basis_make(fit->all, fit->atoms, fit->keep, weight, &rules, s->run, &basis, err));
  LF_TRY(lf_choose_from(basis, &rules, s->run, fit->groupings, &start, err));
  LF_TRY(lf_banded_make(fit->all, fit->atoms, fit->groupings, fit->keep, weight, &fit->banded, err));
  LF_TRY(lf_alloc(fit->banded->design.n_coef, sizeof *b, &b, err));
  lf_banded_start(fit->banded, fit->groupings, fit->atoms, &start, b);
  LF_TRY(lf_banded_solve(fit->banded, fit->ridge, b, final_tolerance, true, s->run, &fit->weights, err));
  LF_TRY(lf_alloc(fit->banded->design.n_coef, sizeof *fit->target, &fit->target, err));
  memcpy(b, fit->weights->b, fit->banded->design.n_coef * sizeof *b);
  LF_TRY(lf_keep_rules(fit->all, fit->atoms, fit->banded, fit->ridge, final_tolerance, s->run, fit->weights,
                       &fit->rules, fit->target, err));
  s->bound = memcmp(b, fit->weights->b, fit->banded->design.n_coef * sizeof *b) != 0;
cleanup:
  lf_band_basis_free(basis);
  lf_band_start_clear(&start, fit->atoms->n);
  free(b);
  return status;
}

/* Where rules bind, what the folds said is said of fits that keep them. */
static lf_status judge_ruled(stage *s, lf_error *err) {
  lf_card_fit *fit = s->fit;
  const lf_sample *sample = fit->judged;
  double *loss = NULL, sum = 0, rows = 0;
  if (!fit->rules) return LF_OK;
  lf_status status = lf_alloc(sample->n, sizeof *loss, &loss, err);
  if (status == LF_OK) status = lf_card_fit_judge(fit, s->options->max_bands, s->run, fit->judged_eta, err);
  for (size_t k = 0; status == LF_OK && k < sample->n_folds; k++)
    for (size_t i = sample->folds[k].judge_from; i < sample->folds[k].judge_to; i++) {
      loss[i] = lf_log_loss(fit->judged_eta[i], sample->won[i]);
      sum += sample->weight[i] * loss[i];
      rows += sample->weight[i];
    }
  if (status == LF_OK) judged_gain(fit, sample, loss, sum / rows);
  if (status == LF_OK) status = judged_slope(sample, fit->judged_eta, s->run, &fit->slope, err);
  free(loss);
  return status;
}

/* Penalties and attributes, of the sets that keep marks. */
static lf_status choose(stage *s, bool pinned, lf_error *err) {
  lf_card_fit *fit = s->fit;
  lf_path path = whole_path();
  lf_status status = run_stage(s, LF_FOLDS_RANDOM, &path, err);
  if (pinned && status == LF_OK) keep_pinned(fit);
  if (status != LF_OK || !s->history->folds_in_time) return status;
  lf_path forward = path;
  forward.n_bands = 1;
  forward.band_penalty[0] = fit->band_penalty;
  status = run_stage(s, LF_FOLDS_FORWARD, &forward, err);
  if (pinned && status == LF_OK) keep_pinned(fit);
  return status;
}

static void clear_final(lf_card_fit *fit) {
  for (size_t t = 0; t < fit->atoms->n; t++) {
    lf_grouping_clear(&fit->groupings[t]);
    fit->groupings[t] = (lf_grouping){0};
  }
  lf_weights_free(fit->weights);
  lf_rules_free(fit->rules);
  lf_banded_free(fit->banded);
  lf_sample_free(fit->all);
  free(fit->target);
  fit->weights = NULL;
  fit->rules = NULL;
  fit->banded = NULL;
  fit->all = NULL;
  fit->target = NULL;
}

/* What the first choice said of sets with rules, beside what the second says of the others. first: a copy of
 * what it kept, dropped, and of its gains and errors. */
static void join_choices(lf_card_fit *fit, const lf_card_fit *first) {
  for (size_t t = 0; t < fit->atoms->n; t++) {
    fit->keep[t] = fit->keep[t] || first->keep[t];
    if (!isnan(fit->set_gain[t])) continue;
    fit->set_gain[t] = first->set_gain[t];
    fit->set_error[t] = first->set_error[t];
  }
  for (size_t i = 0; i < first->n_dropped; i++)
    if (lf_set_has_rules(&fit->atoms->items[first->dropped[i].set]))
      fit->dropped[fit->n_dropped++] = first->dropped[i];
  forget_dropped(fit);
}

/* A rule that binds takes from its attribute some of what the choice counted on, and what could stand in for
 * it may have left as repeating it. So penalties and attributes are chosen once more with the attributes of
 * rules away; what is chosen then joins the card. */
static lf_status choose_beside_rules(stage *s, lf_error *err) {
  lf_card_fit *fit = s->fit, first = {.n_dropped = fit->n_dropped};
  size_t n = fit->atoms->n, left = 0;
  lf_status status = LF_OK;
  for (size_t t = 0; t < n; t++) left += s->open[t] && !lf_set_has_rules(&fit->atoms->items[t]);
  if (!left) return LF_OK;
  LF_TRY(lf_alloc(n, 1, &first.keep, err));
  LF_TRY(lf_alloc(n, sizeof *first.set_gain, &first.set_gain, err));
  LF_TRY(lf_alloc(n, sizeof *first.set_error, &first.set_error, err));
  LF_TRY(lf_alloc(n, sizeof *first.dropped, &first.dropped, err));
  memcpy(first.keep, fit->keep, n);
  memcpy(first.set_gain, fit->set_gain, n * sizeof *first.set_gain);
  memcpy(first.set_error, fit->set_error, n * sizeof *first.set_error);
  memcpy(first.dropped, fit->dropped, first.n_dropped * sizeof *first.dropped);
  for (size_t t = 0; t < n; t++) fit->keep[t] = s->open[t] && !lf_set_has_rules(&fit->atoms->items[t]);
  fit->n_dropped = 0;
  LF_TRY(choose(s, false, err));
  join_choices(fit, &first);
  clear_final(fit);
  LF_TRY(fit_all_rows(s, err));
cleanup:
  free(first.keep);
  free(first.set_gain);
  free(first.set_error);
  free(first.dropped);
  return status;
}

static lf_status check_enough(const lf_history *history, const lf_atoms *atoms, lf_error *err) {
  double rows = 0, won = 0;
  lf_history_count(history, 0, history->n_train, &rows, &won);
  if (!atoms->n)
    return lf_fail(err, LF_E_DATA,
                   "no column is left that may predict: leadfit inspect says why each was left out");
  size_t excluded = 0;
  for (size_t t = 0; t < atoms->n; t++) excluded += atoms->items[t].rules.exclude;
  if (excluded == atoms->n)
    return lf_fail(err, LF_E_USAGE, "every attribute is excluded: a score needs one at least");
  if (won < 10 || rows - won < 10)
    return lf_fail(err, LF_E_DATA,
                   "%.0f won and %.0f lost training rows are too few for a scorecard: 10 of each is the "
                   "least, 100 of each a start",
                   won, rows - won);
  return LF_OK;
}

static lf_status card_fit_new(const lf_atoms *atoms, lf_card_fit **out, lf_error *err) {
  lf_card_fit *fit = NULL;
  lf_status status = lf_alloc(1, sizeof *fit, &fit, err);
  if (status != LF_OK) return status;
  fit->atoms = atoms;
  fit->slope = 1;
  LF_TRY(lf_alloc(atoms->n, 1, &fit->keep, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *fit->groupings, &fit->groupings, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *fit->set_gain, &fit->set_gain, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *fit->set_error, &fit->set_error, err));
  LF_TRY(lf_alloc(2 * atoms->n, sizeof *fit->dropped, &fit->dropped, err));
  LF_TRY(lf_alloc(atoms->n, sizeof *fit->drifting, &fit->drifting, err));
  for (size_t t = 0; t < atoms->n; t++) fit->keep[t] = !atoms->items[t].rules.exclude;
  *out = fit;
  fit = NULL;
cleanup:
  lf_card_fit_free(fit);
  return status;
}

lf_status lf_card_fit_make(const lf_history *history, const lf_atoms *atoms, const lf_card_options *options,
                           const lf_run *run, lf_card_fit **out, lf_error *err) {
  lf_card_options asked = options ? *options : (lf_card_options){0};
  if (!asked.n_folds) asked.n_folds = DEFAULT_FOLDS;
  if (!asked.max_rows) asked.max_rows = DEFAULT_ROWS;
  lf_card_fit *fit = NULL;
  lf_status status = check_enough(history, atoms, err);
  if (status == LF_OK) status = card_fit_new(atoms, &fit, err);
  if (status != LF_OK) return status;
  stage s = {.history = history, .options = &asked, .run = run, .fit = fit};
  if (history->folds_in_time) LF_TRY(leave_out_drifting(&s, err));
  LF_TRY(lf_alloc(atoms->n, 1, &s.open, err));
  memcpy(s.open, fit->keep, atoms->n);
  LF_TRY(choose(&s, true, err));
  LF_TRY(fit_all_rows(&s, err));
  if (s.bound) LF_TRY(choose_beside_rules(&s, err));
  LF_TRY(judge_ruled(&s, err));
  *out = fit;
  fit = NULL;
cleanup:
  free(s.open);
  lf_card_fit_free(fit);
  return status;
}

void lf_card_fit_judged(const lf_card_fit *fit, uint8_t *keep) {
  memset(keep, 1, fit->atoms->n);
  for (size_t i = 0; i < fit->n_drifting; i++) keep[fit->drifting[i].set] = 0;
  for (size_t i = 0; i < fit->n_dropped; i++)
    if (fit->dropped[i].alone) keep[fit->dropped[i].set] = 0;
}

void lf_card_fit_free(lf_card_fit *fit) {
  if (!fit) return;
  if (fit->groupings) lf_groupings_free(fit->groupings, fit->atoms->n);
  lf_weights_free(fit->weights);
  lf_rules_free(fit->rules);
  free(fit->target);
  lf_banded_free(fit->banded);
  lf_sample_free(fit->all);
  lf_sample_free(fit->judged);
  free(fit->judged_eta);
  free(fit->keep);
  free(fit->set_gain);
  free(fit->set_error);
  free(fit->dropped);
  free(fit->drifting);
  free(fit);
}
