#include "report/describe_changed.h"

#include <math.h>

#include "report/describe_compare.h"
#include "report/view.h"

/* ---- attributes
 * ---------------------------------------------------------------------------------------------- */

static json_t *describe_cell(const void *context, size_t i) {
  const lf_changed_cell *cell = &((const lf_changed_attribute *)context)->cells[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "old_band", cell->old_band);
  lf_object_text(&o, "new_band", cell->new_band);
  lf_object_number(&o, "rows", cell->rows);
  lf_object_number(&o, "won", cell->won);
  lf_object_number(&o, "win_rate", cell->won / cell->rows);
  lf_object_number(&o, "old_points", cell->old_points);
  lf_object_number(&o, "new_points", cell->new_points);
  lf_object_number(&o, "old_weight", cell->old_weight);
  lf_object_number(&o, "new_weight", cell->new_weight);
  lf_object_number(&o, "change", cell->change);
  return lf_object_take(&o);
}

static json_t *describe_attribute(const void *context, size_t i) {
  static const char *const kinds[] = {"kept", "added", "dropped"};
  const lf_changed_attribute *a = &((const lf_changed *)context)->attributes[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", a->name);
  lf_object_text(&o, "change", kinds[a->kind]);
  lf_object_number(&o, "old_spread", a->old_spread);
  lf_object_number(&o, "new_spread", a->new_spread);
  lf_object_number(&o, "mean_change", a->mean_change);
  lf_object_tree(&o, "cells", lf_json_list(a->n_cells, describe_cell, a));
  lf_object_number(&o, "rows_in_small_cells", a->small_rows);
  return lf_object_take(&o);
}

/* ---- flips
 * --------------------------------------------------------------------------------------------------- */

typedef struct flips_view {
  const lf_changed *changed;
  const lf_flips *flips;
} flips_view;

static json_t *describe_pattern(const void *context, size_t i) {
  const flips_view *view = context;
  const lf_flip_pattern *p = &view->flips->patterns[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "attribute",
                 p->attribute == SIZE_MAX ? NULL : view->changed->attributes[p->attribute].name);
  lf_object_text(&o, "old_band", p->old_band);
  lf_object_text(&o, "new_band", p->new_band);
  lf_object_number(&o, "change", p->change);
  lf_object_number(&o, "rows", p->rows);
  lf_object_number(&o, "won", p->won);
  lf_object_number(&o, "win_rate", p->won / p->rows);
  return lf_object_take(&o);
}

static json_t *describe_flips(const lf_changed *changed, const lf_flips *flips) {
  flips_view view = {changed, flips};
  lf_object o = lf_object_new();
  lf_object_number(&o, "rows", flips->rows);
  lf_object_number(&o, "won", flips->won);
  lf_object_number(&o, "win_rate", flips->rows > 0 ? flips->won / flips->rows : (double)NAN);
  lf_object_number(&o, "amount", isnan(changed->amount) ? (double)NAN : flips->amount);
  lf_object_tree(&o, "patterns", lf_json_list(flips->n, describe_pattern, &view));
  return lf_object_take(&o);
}

/* ---- splits
 * -------------------------------------------------------------------------------------------------- */

static json_t *describe_split(const lf_changed_split *split, bool mix) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "from", split->from);
  lf_object_number(&o, "to", split->to);
  lf_object_tree(&o, "change", lf_describe_interval(&split->total));
  lf_object_tree(&o, "mix", mix ? lf_describe_interval(&split->part[LF_PART_MIX]) : json_null());
  lf_object_tree(&o, "points", lf_describe_interval(&split->part[LF_PART_POINTS]));
  lf_object_tree(&o, "threshold", lf_describe_interval(&split->part[LF_PART_THRESHOLD]));
  return lf_object_take(&o);
}

static json_t *describe_splits(const lf_changed *c) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "rule",
                 c->in_time ? "From the old definition on the training rows to the new one on the holdout; "
                              "each part is its mean addition over "
                              "the six orders in which mix, points and threshold may change. A threshold is "
                              "carried to other points at "
                              "equal volume on the training rows. Win rates of new points on training rows "
                              "flatter them: judged_win_rate "
                              "does without."
                            : "From the old definition to the new one on the same rows, so there is no mix. "
                              "A threshold is carried to other "
                              "points at equal volume.");
  lf_object_tree(&o, "volume", describe_split(&c->volume, c->in_time));
  lf_object_tree(&o, "win_rate", describe_split(&c->win_rate, c->in_time));
  lf_object_tree(&o, "judged_volume", describe_split(&c->judged_volume, false));
  lf_object_tree(&o, "judged_win_rate", describe_split(&c->judged_win_rate, false));
  lf_object_count(&o, "bootstrap_replicates", c->replicates);
  return lf_object_take(&o);
}

/* ---- sentences
 * ----------------------------------------------------------------------------------------------- */

static void say_flips(const lf_flips *flips, const char *one, const char *many, lf_text *out) {
  lf_people_counted(out, flips->rows, one, many);
  if (!(flips->rows >= LF_CHANGED_FEWEST)) return;
  lf_text_add(out, " (");
  lf_people_percent(out, flips->won / flips->rows);
  lf_text_add(out, " of them won)");
}

static json_t *summary(const lf_changed *c) {
  lf_text text = {0};
  if (!c->has_thresholds) {
    lf_text_add(&text, c->old_card->has_threshold
                           ? "The new card has no MQL threshold, so nobody can be said to flip."
                           : "The definition in force has no MQL threshold, so nobody can be said to flip.");
    return lf_describe_sentence(&text);
  }
  lf_text_add(&text, "Against the definition in force, on ");
  lf_text_add(&text, c->on_holdout ? "the holdout: " : "all leads, those it was fitted on included: ");
  if (!(c->up.rows + c->down.rows > 0)) {
    lf_text_add(&text, "the same leads qualify as before (");
    lf_people_percent(&text, c->judged_volume.to);
    if (!isnan(c->judged_win_rate.to)) {
      lf_text_add(&text, ", ");
      lf_people_percent(&text, c->judged_win_rate.to);
      lf_text_add(&text, " of them won");
    }
    lf_text_add(&text, ").");
    return lf_describe_sentence(&text);
  }
  say_flips(&c->up, "lead newly qualifies", "leads newly qualify", &text);
  lf_text_add(&text, ", ");
  say_flips(&c->down, "lead no longer does", "leads no longer do", &text);
  lf_text_add(&text, "; ");
  lf_people_percent(&text, c->judged_volume.to);
  lf_text_add(&text, " of leads qualify instead of ");
  lf_people_percent(&text, c->judged_volume.from);
  if (!isnan(c->judged_win_rate.from) && !isnan(c->judged_win_rate.to)) {
    lf_text_add(&text, ", and ");
    lf_people_percent(&text, c->judged_win_rate.to);
    lf_text_add(&text, " of those win instead of ");
    lf_people_percent(&text, c->judged_win_rate.from);
  }
  lf_text_add(&text, ".");
  return lf_describe_sentence(&text);
}

static void add_warning(json_t **list, bool applies, const char *sentence) {
  if (applies) lf_list_add(list, json_string(sentence));
}

static json_t *warnings(const lf_changed *c, bool saw) {
  json_t *list = json_array();
  lf_text text = {0};
  add_warning(&list, saw,
              "The definition in force was fitted on some of the leads it is judged by here, so its figures "
              "flatter it.");
  add_warning(&list, !c->on_holdout,
              "No leads were kept back: the new definition is judged by the leads it was fitted on, which "
              "flatters it.");
  add_warning(
      &list, isnan(c->scale),
      "The new score does not rise with winning, so old and new points cannot be brought to one scale.");
  if (c->absent) {
    lf_text_addf(&text,
                 "The data have no column %s, which the definition in force asks for: every lead counts as "
                 "missing there.",
                 c->absent);
    lf_list_add(&list, lf_describe_sentence(&text));
  }
  add_warning(&list, c->old_card->note != NULL, c->old_card->note ? c->old_card->note : "");
  return list;
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------ */

static json_t *describe_threshold(const lf_changed *c, const lf_scorecard *new_card) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "old", c->old_card->has_threshold ? c->old_card->threshold : (double)NAN);
  lf_object_number(&o, "old_in_new_points", c->has_thresholds ? c->old_threshold_here : (double)NAN);
  lf_object_number(&o, "new", new_card->has_threshold ? new_card->threshold : (double)NAN);
  return lf_object_take(&o);
}

json_t *lf_describe_changed(const lf_changed *c, const char *path, bool saw, const lf_scorecard *new_card) {
  lf_object o = lf_object_new();
  lf_object_text(&o, "config", path);
  lf_object_text(&o, "name", c->old_card->name);
  lf_object_tree(&o, "summary", summary(c));
  lf_object_tree(&o, "warnings", warnings(c, saw));
  lf_object_text(&o, "judged", c->on_holdout ? "holdout" : "every row");
  lf_object_number(&o, "rows", c->rows);
  lf_object_number(&o, "won", c->won);
  lf_object_number(&o, "amount", c->amount);
  lf_object_number(&o, "point_scale", c->scale);
  lf_object_tree(&o, "threshold", describe_threshold(c, new_card));
  lf_object_tree(&o, "newly_qualified", c->has_thresholds ? describe_flips(c, &c->up) : json_null());
  lf_object_tree(&o, "no_longer_qualified", c->has_thresholds ? describe_flips(c, &c->down) : json_null());
  lf_object_tree(&o, "split", c->has_thresholds ? describe_splits(c) : json_null());
  lf_object_tree(&o, "attributes", lf_json_list(c->n, describe_attribute, c));
  lf_object_tree(&o, "candidates", c->comparison ? lf_describe_candidates(c->comparison) : json_null());
  lf_object_tree(&o, "pairs", c->comparison ? lf_describe_pairs(c->comparison) : json_null());
  return lf_object_take(&o);
}
