/* The two cards on the same rows: paired differences and their verdicts.
 *
 * AUC by the paired test of DeLong et al. (1988), clustered by account; log loss and deviance (2 x rows x log
 * loss) by the clustered standard error of a mean of paired differences; wins and revenue among equally many
 * of each card's best leads, as many as the card under the rule qualifies, by the clustered paired bootstrap
 * (compare.c, compare_volume.c). Verdicts are compare's: equivalence within the margin is asked first, and q
 * is over the rules that bind. Both cards are held fixed: the intervals say what these two cards differ by on
 * such leads, not what other training rows would have made of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "evidence/compare_parts.h"
#include "evidence/price_parts.h"

/* Rows to judge, with both cards' scores: arrays of n. */
typedef struct duel {
  size_t n;
  double *free_score, *ruled_score, *free_probability, *ruled_probability, *weight, *amount;
  uint8_t *won;
  uint32_t *cluster;
  double threshold;
} duel;

static lf_status duel_new(size_t n, duel *d, lf_error *err) {
  double **arrays[] = {&d->free_score,        &d->ruled_score, &d->free_probability,
                       &d->ruled_probability, &d->weight,      &d->amount};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
    lf_status status = lf_alloc(n, sizeof(double), arrays[k], err);
    if (status != LF_OK) return status;
  }
  lf_status status = lf_alloc(n, 1, &d->won, err);
  return status == LF_OK ? lf_alloc(n, sizeof *d->cluster, &d->cluster, err) : status;
}

static void duel_clear(duel *d) {
  double *arrays[] = {d->free_score,        d->ruled_score, d->free_probability,
                      d->ruled_probability, d->weight,      d->amount};
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) free(arrays[k]);
  free(d->won);
  free(d->cluster);
}

static void add_row(duel *d, const lf_history *h, size_t row, double free_score, double ruled_score) {
  size_t i = d->n++;
  d->free_score[i] = free_score;
  d->ruled_score[i] = ruled_score;
  d->weight[i] = lf_history_weight(h, row);
  d->amount[i] = lf_history_amount(h, row);
  d->won[i] = h->won[row];
  d->cluster[i] = h->cluster ? h->cluster[row] : 0;
}

/* ---- figures
 * ------------------------------------------------------------------------------------------------- */

static lf_interval turned(const lf_interval *i, double factor) {
  return (lf_interval){factor * i->value, fabs(factor) * i->std_error,
                       factor * (factor < 0 ? i->high : i->low), factor * (factor < 0 ? i->low : i->high)};
}

static void write_price(const duel *d, const lf_comparison *c, lf_price *price) {
  const lf_pair *pair = &c->pairs[0];
  const lf_volume *volume = NULL, *fifth = NULL;
  for (size_t i = 0; i < d->n; i++) {
    price->rows += d->weight[i];
    price->won += d->won[i] ? d->weight[i] : 0;
  }
  for (size_t k = 0; k < pair->n_volumes; k++) {
    if (pair->volumes[k].of == 1) volume = &pair->volumes[k];
    if (pair->volumes[k].of == SIZE_MAX && fabs(pair->volumes[k].share - 0.2) < 1e-12)
      fifth = &pair->volumes[k];
  }
  if (!volume) volume = fifth; /* the threshold takes all leads, or none */
  if (!volume) return;
  price->known = true;
  price->auc_free = pair->auc.auc_a;
  price->auc_ruled = pair->auc.auc_b;
  price->auc = (lf_interval){pair->auc.difference, pair->auc.std_error, pair->auc.low, pair->auc.high};
  price->log_loss = turned(&pair->log_loss, -1);
  price->deviance = turned(&pair->log_loss, -2 * price->rows);
  price->share = volume->share;
  price->volume = volume->rows;
  price->won_free = volume->won_a;
  price->won_ruled = volume->won_b;
  price->amount_free = volume->amount_a;
  price->amount_ruled = volume->amount_b;
  price->wins = volume->won;
  price->amount = volume->amount;
  price->p = price->q = pair->auc.p;
}

static lf_status fight(const lf_price_job *job, const duel *d, lf_price *price, lf_error *err) {
  const lf_history *h = job->history;
  lf_comparison *comparison = NULL;
  lf_candidate sides[2] = {
      {.name = "without the rule", .score = d->free_score, .probability = d->free_probability},
      {.name = "with the rule", .score = d->ruled_score, .probability = d->ruled_probability}};
  sides[1].has_threshold = true;
  sides[1].threshold = d->threshold;
  lf_compare_rows rows = {.n = d->n, .won = d->won, .weight = h->weight ? d->weight : NULL};
  if (h->amount != SIZE_MAX) rows.amount = d->amount;
  if (h->cluster) {
    rows.cluster = d->cluster;
    rows.n_clusters = h->n_clusters;
  }
  lf_compare_options options = {.seed = job->options->seed, .replicates = job->options->replicates};
  lf_status status = lf_compare(&rows, sides, 2, &options, job->run, &comparison, err);
  if (status == LF_OK) {
    write_price(d, comparison, price);
    job->out->auc_margin = comparison->auc_margin;
    job->out->replicates = comparison->replicates;
  }
  lf_comparison_free(comparison);
  return status;
}

static bool has_both(const duel *d) {
  double rows = 0, won = 0;
  for (size_t i = 0; i < d->n; i++) {
    rows += d->weight[i];
    won += d->won[i] ? d->weight[i] : 0;
  }
  return won > 0 && won < rows;
}

/* ---- the holdout
 * ----------------------------------------------------------------------------------------------- */

static lf_status judge_holdout(const lf_price_job *job, const lf_price_variant *ruled, lf_price *price,
                               lf_error *err) {
  const lf_history *h = job->history;
  duel d = {.threshold = ruled->build.card->threshold};
  lf_status status = LF_OK;
  LF_TRY(duel_new(h->n_rows - h->n_train, &d, err));
  for (size_t i = h->n_train; i < h->n_rows; i++) {
    d.free_probability[d.n] = lf_scorecard_probability(job->free.build.card, job->free.score[i]);
    d.ruled_probability[d.n] = lf_scorecard_probability(ruled->build.card, ruled->score[i]);
    add_row(&d, h, i, job->free.score[i], ruled->score[i]);
  }
  if (has_both(&d)) LF_TRY(fight(job, &d, price, err));
cleanup:
  duel_clear(&d);
  return status;
}

/* ---- cross-fitted
 * ------------------------------------------------------------------------------------------------ */

/* Share of the training rows that the card qualifies. */
static double qualified_share(const lf_history *h, const lf_price_variant *v) {
  double rows = 0, qualified = 0;
  for (size_t i = 0; i < h->n_train; i++) {
    rows += lf_history_weight(h, i);
    qualified += v->score[i] >= v->build.card->threshold ? lf_history_weight(h, i) : 0;
  }
  return qualified / rows;
}

typedef struct placed {
  double score, weight;
} placed;

static int by_falling_score(const void *a, const void *b) {
  double x = ((const placed *)a)->score, y = ((const placed *)b)->score;
  return (x < y) - (x > y);
}

/* The score that a share of the rows reaches. */
static lf_status find_cut(duel *d, double share, lf_error *err) {
  placed *order = NULL;
  double rows = 0, sum = 0;
  lf_status status = lf_alloc(d->n, sizeof *order, &order, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < d->n; i++) {
    order[i] = (placed){d->ruled_score[i], d->weight[i]};
    rows += d->weight[i];
  }
  qsort(order, d->n, sizeof *order, by_falling_score);
  size_t k = 0;
  while (k + 1 < d->n && sum + order[k].weight < share * rows) sum += order[k++].weight;
  d->threshold = order[k].score;
  free(order);
  return LF_OK;
}

static lf_status judge_cross_fitted(const lf_price_job *job, const lf_price_variant *ruled, lf_price *price,
                                    lf_error *err) {
  const lf_sample *s = job->free.fit->judged;
  duel d = {0};
  lf_status status = LF_OK;
  if (!lf_sample_same_judges(s, ruled->fit->judged)) return LF_OK;
  LF_TRY(duel_new(s->n, &d, err));
  for (size_t k = 0; k < s->n_folds; k++)
    for (size_t i = s->folds[k].judge_from; i < s->folds[k].judge_to; i++) {
      d.free_probability[d.n] = lf_expit(job->free.eta[i]);
      d.ruled_probability[d.n] = lf_expit(ruled->eta[i]);
      add_row(&d, job->history, s->row[i], job->free.eta[i], ruled->eta[i]);
    }
  if (!d.n || !has_both(&d)) goto cleanup;
  LF_TRY(find_cut(&d, qualified_share(job->history, ruled), err));
  LF_TRY(fight(job, &d, price, err));
cleanup:
  duel_clear(&d);
  return status;
}

lf_status lf_price_judge(const lf_price_job *job, const lf_price_variant *ruled, lf_rule_price *price,
                         lf_error *err) {
  lf_status status = LF_OK;
  if (job->history->n_train < job->history->n_rows) status = judge_holdout(job, ruled, &price->holdout, err);
  return status == LF_OK ? judge_cross_fitted(job, ruled, &price->cross_fitted, err) : status;
}

/* ---- verdicts
 * ------------------------------------------------------------------------------------------------------ */

static lf_price *price_of(lf_rule_price *rule, int side) {
  return side ? &rule->cross_fitted : &rule->holdout;
}

lf_status lf_price_verdicts(lf_prices *prices, lf_error *err) {
  double *p = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(prices->n, sizeof *p, &p, err));
  for (int side = 0; side < 2; side++) {
    size_t n = 0;
    for (size_t i = 0; i < prices->n; i++)
      if (prices->items[i].binds) p[n++] = price_of(&prices->items[i], side)->p;
    LF_TRY(lf_benjamini_hochberg(p, n, p, err));
    n = 0;
    for (size_t i = 0; i <= prices->n; i++) {
      lf_rule_price *rule = i < prices->n ? &prices->items[i] : &prices->all;
      lf_price *price = price_of(rule, side);
      if (i < prices->n && rule->binds) price->q = p[n++];
      if (price->known) price->verdict = lf_compare_decide(&price->auc, prices->auc_margin, price->q);
    }
  }
cleanup:
  free(p);
  return status;
}
