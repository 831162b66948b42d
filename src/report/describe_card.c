#include <math.h>

#include "report/describe.h"

/* What the list builders need at hand. */
typedef struct card_view {
  const lf_card_fit *fit;
  const lf_scorecard *card;
  size_t attribute; /* for lists of one attribute's bands */
} card_view;

/* ---- model and how it was chosen ----------------------------------------------------------------------- */

/* Weights are shrunken, so they have no Wald test: standard error, z and p are null. */
static lf_coefficient weight_line(const char *attribute, const char *band, double estimate) {
  return (lf_coefficient){.attribute = (char *)(uintptr_t)attribute,
                          .band = (char *)(uintptr_t)band,
                          .estimate = estimate,
                          .std_error = NAN,
                          .z = NAN,
                          .p = NAN,
                          .ci_low = NAN,
                          .ci_high = NAN,
                          .profile_low = NAN,
                          .profile_high = NAN,
                          .robust_std_error = NAN};
}

static json_t *describe_weights(const card_view *view) {
  const lf_attributes *attributes = view->card->attributes;
  json_t *lines = json_array();
  lf_coefficient intercept = weight_line("(intercept)", "", view->fit->weights->b[0]);
  json_t *part = lf_describe_coefficients(&intercept, 1);
  bool ok = lines && part && json_array_extend(lines, part) == 0;
  json_decref(part);
  for (size_t a = 0; ok && a < attributes->n; a++)
    for (size_t b = 0; ok && b < attributes->items[a].n_bands; b++) {
      lf_coefficient line = weight_line(attributes->items[a].name, attributes->items[a].bands[b].label,
                                        view->card->bands[a][b].weight);
      part = lf_describe_coefficients(&line, 1);
      ok = part && json_array_extend(lines, part) == 0;
      json_decref(part);
    }
  if (ok) return lines;
  json_decref(lines);
  return NULL;
}

json_t *lf_describe_card_model(const lf_card_fit *fit, const lf_scorecard *card) {
  card_view view = {.fit = fit, .card = card};
  const lf_weights *w = fit->weights;
  lf_text_list none = {0};
  lf_object o = lf_object_new();
  lf_object_text(&o, "method", "card");
  lf_object_flag(&o, "converged", w->converged);
  lf_object_count(&o, "iterations", (uint64_t)w->iterations);
  lf_object_number(&o, "penalty", fit->ridge);
  lf_object_number(&o, "band_penalty", fit->band_penalty);
  lf_object_flag(&o, "firth", false);
  lf_object_number(&o, "log_likelihood", w->log_likelihood);
  lf_object_number(&o, "null_log_likelihood", w->null_log_likelihood);
  lf_object_number(&o, "deviance", -2 * w->log_likelihood);
  lf_object_number(&o, "null_deviance", -2 * w->null_log_likelihood);
  lf_object_number(&o, "aic", NAN); /* a penalised fit has no count of parameters */
  lf_object_tree(&o, "warnings", lf_describe_texts(&none));
  lf_object_tree(&o, "coefficients", describe_weights(&view));
  return lf_object_take(&o);
}

static json_t *describe_path_point(const void *context, size_t i) {
  const lf_card_fit *fit = context;
  size_t g = i / fit->path.n_ridge, r = i % fit->path.n_ridge;
  lf_object o = lf_object_new();
  lf_object_number(&o, "band_penalty", fit->path.band_penalty[g]);
  lf_object_number(&o, "penalty", fit->path.ridge[r]);
  lf_object_number(&o, "loss", fit->path_loss[g][r]);
  return lf_object_take(&o);
}

static const char *dropped_reason(const lf_dropped_set *d) {
  if (d->alone)
    return d->loss_change <= d->std_error ? "does not help on its own"
                                          : "helps less on its own than the attributes that were taken";
  if (d->loss_change < -2 * d->std_error) return "does harm on rows that took no part in the fit";
  return d->loss_change > 0 ? "helps by less than a standard error on rows that took no part in the fit"
                            : "does not help on rows that took no part in the fit";
}

static json_t *describe_dropped(const void *context, size_t i) {
  const lf_card_fit *fit = context;
  const lf_dropped_set *d = &fit->dropped[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "attribute", fit->atoms->items[d->set].name);
  lf_object_text(&o, "reason", dropped_reason(d));
  lf_object_number(&o, "loss_change", d->loss_change);
  lf_object_number(&o, "std_error", d->std_error);
  return lf_object_take(&o);
}

static json_t *describe_drifting(const void *context, size_t i) {
  const lf_card_fit *fit = context;
  const lf_drifting_set *d = &fit->drifting[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "attribute", fit->atoms->items[d->set].name);
  lf_object_number(&o, "share_outside", d->outside);
  lf_object_text(
      &o, "note",
      "its newest values lie outside what the older rows held: what was learnt there cannot be relied on");
  return lf_object_take(&o);
}

json_t *lf_describe_selection(const lf_card_fit *fit) {
  lf_object o = lf_object_new();
  lf_object_count(&o, "folds", fit->judged->n_folds);
  lf_object_count(&o, "rows", fit->judged->n);
  lf_object_flag(&o, "in_time", fit->in_time);
  lf_object_number(&o, "loss", fit->loss);
  lf_object_number(&o, "null_loss", fit->null_loss);
  lf_object_number(&o, "gain", fit->gain);
  lf_object_number(&o, "gain_std_error", fit->gain_error);
  lf_object_number(&o, "slope", fit->slope);
  lf_object_tree(&o, "penalty_path",
                 lf_json_list(fit->path.n_bands * fit->path.n_ridge, describe_path_point, fit));
  lf_object_tree(&o, "left_out", lf_json_list(fit->n_dropped, describe_dropped, fit));
  lf_object_tree(&o, "drifting", lf_json_list(fit->n_drifting, describe_drifting, fit));
  return lf_object_take(&o);
}

/* ---- the scorecard ---------------------------------------------------------------------------------------
 */

static const char *band_type(const lf_band *band) {
  static const char *const names[] = {"interval", "values", "match", "missing", "other"};
  return names[band->type];
}

static json_t *describe_band(const void *context, size_t i) {
  const card_view *view = context;
  const lf_band *band = &view->card->attributes->items[view->attribute].bands[i];
  const lf_card_band *facts = &view->card->bands[view->attribute][i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "label", band->label);
  lf_object_text(&o, "type", band_type(band));
  lf_object_number(&o, "points", facts->points);
  lf_object_number(&o, "points_low", facts->points_low);
  lf_object_number(&o, "points_high", facts->points_high);
  lf_object_number(&o, "weight", facts->weight);
  lf_object_number(&o, "rows", facts->rows);
  lf_object_number(&o, "won", facts->won);
  lf_object_number(&o, "win_rate", facts->rows > 0 ? facts->won / facts->rows : NAN);
  lf_object_number(&o, "amount", facts->amount);
  return lf_object_take(&o);
}

static json_t *describe_attribute(const void *context, size_t a) {
  card_view view = *(const card_view *)context;
  const lf_attribute *attribute = &view.card->attributes->items[a];
  view.attribute = a;
  double low = INFINITY, high = -INFINITY;
  for (size_t b = 0; b < attribute->n_bands; b++) {
    if (!(view.card->bands[a][b].rows > 0)) continue;
    low = fmin(low, view.card->bands[a][b].weight);
    high = fmax(high, view.card->bands[a][b].weight);
  }
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", attribute->name);
  lf_object_text(&o, "kind", lf_kind_name(attribute->kind));
  lf_object_text(&o, "owner", lf_owner_name(attribute->owner));
  lf_object_number(&o, "weight_range", high - low);
  lf_object_tree(&o, "bands", lf_json_list(attribute->n_bands, describe_band, &view));
  return lf_object_take(&o);
}

json_t *lf_describe_card(const lf_scorecard *card) {
  card_view view = {.card = card};
  return lf_json_list(card->attributes->n, describe_attribute, &view);
}

json_t *lf_describe_score(const lf_card_build *build, const lf_rounding_cost *cost) {
  const lf_scorecard *card = build->card;
  lf_object map = lf_object_new();
  lf_object_number(&map, "intercept", card->intercept);
  lf_object_number(&map, "slope", card->slope);
  lf_object rounding = lf_object_new();
  lf_object_number(&rounding, "deviance_plain", build->rounding_plain);
  lf_object_number(&rounding, "deviance", build->rounding);
  lf_object_number(&rounding, "auc_before", cost->auc_before);
  lf_object_number(&rounding, "auc_after", cost->auc_after);
  lf_object_number(&rounding, "log_loss_before", cost->log_loss_before);
  lf_object_number(&rounding, "log_loss_after", cost->log_loss_after);
  lf_object o = lf_object_new();
  lf_object_number(&o, "minimum", card->minimum);
  lf_object_number(&o, "maximum", card->maximum);
  lf_object_number(&o, "base_points", card->base_points);
  lf_object_tree(&o, "probability", lf_object_take(&map));
  lf_object_number(&o, "level_window", build->level_window);
  lf_object_tree(&o, "rounding", lf_object_take(&rounding));
  return lf_object_take(&o);
}

/* ---- what a threshold delivers ------------------------------------------------------------------------- */

static json_t *describe_slice(const lf_score_slice *slice, const lf_score_slice *all) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", slice->rows);
  lf_object_number(&o, "leads", slice->rows);
  lf_object_number(&o, "won", slice->won);
  lf_object_number(&o, "win_rate", slice->rows > 0 ? slice->won / slice->rows : NAN);
  lf_object_number(&o, "share_leads", all->rows > 0 ? slice->rows / all->rows : NAN);
  lf_object_number(&o, "share_won", all->won > 0 ? slice->won / all->won : NAN);
  lf_object_number(&o, "amount", slice->amount);
  lf_object_number(&o, "share_amount", all->amount > 0 ? slice->amount / all->amount : NAN);
  return lf_object_take(&o);
}

/* Sums of scores [from, to]. */
static lf_score_slice sum_slices(const lf_score_counts *counts, int from, int to) {
  lf_score_slice sum = {0};
  for (int s = from; s <= to; s++) {
    const lf_score_slice *slice = &counts->at[s - counts->minimum];
    sum.rows += slice->rows;
    sum.won += slice->won;
    sum.amount += slice->amount;
  }
  return sum;
}

static json_t *describe_threshold(const void *context, size_t i) {
  const lf_score_counts *counts = context;
  int threshold = counts->minimum + (int)i;
  lf_score_slice all = sum_slices(counts, counts->minimum, counts->maximum);
  lf_score_slice slice = sum_slices(counts, threshold, counts->maximum);
  json_t *o = describe_slice(&slice, &all);
  if (o && json_object_set_new(o, "threshold", json_integer(threshold)) == 0) return o;
  json_decref(o);
  return NULL;
}

json_t *lf_describe_thresholds(const lf_score_counts *counts) {
  return lf_json_list((size_t)(counts->maximum - counts->minimum + 1), describe_threshold, counts);
}

json_t *lf_describe_mql(const lf_scorecard *card, const lf_score_counts *counts, const char *rows_of) {
  if (!card->has_threshold) return json_null();
  lf_score_slice all = sum_slices(counts, counts->minimum, counts->maximum);
  lf_score_slice slice = sum_slices(counts, card->threshold, counts->maximum);
  json_t *expected = describe_slice(&slice, &all);
  if (expected && json_object_set_new(expected, "rows_of", json_string(rows_of)) != 0) {
    json_decref(expected);
    expected = NULL;
  }
  lf_object o = lf_object_new();
  lf_object_number(&o, "threshold", card->threshold);
  lf_object_text(&o, "rule", card->threshold_rule);
  lf_object_tree(&o, "expected", expected);
  return lf_object_take(&o);
}

typedef struct grade_view {
  const lf_scorecard *card;
  const lf_score_counts *counts;
} grade_view;

static json_t *describe_grade(const void *context, size_t i) {
  const grade_view *view = context;
  const lf_grade *grade = &view->card->grades[i];
  int to = i ? view->card->grades[i - 1].from - 1 : view->counts->maximum;
  lf_score_slice all = sum_slices(view->counts, view->counts->minimum, view->counts->maximum);
  lf_score_slice slice = sum_slices(view->counts, grade->from, to);
  json_t *o = describe_slice(&slice, &all);
  if (o && json_object_set_new(o, "label", json_string(grade->label)) == 0 &&
      json_object_set_new(o, "from", json_integer(grade->from)) == 0)
    return o;
  json_decref(o);
  return NULL;
}

json_t *lf_describe_grades(const lf_scorecard *card, const lf_score_counts *counts) {
  grade_view view = {card, counts};
  return lf_json_list(card->n_grades, describe_grade, &view);
}
