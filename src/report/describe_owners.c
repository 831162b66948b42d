#include "report/describe_owners.h"

#include <math.h>

#include "report/describe_compare.h"
#include "report/view.h"

/* ---- owners
 * ----------------------------------------------------------------------------------------------------------
 */

static const char *block_name(const lf_owner_share *block) {
  return block->owner == LF_OWNER_NONE ? "no owner" : block->name;
}

static json_t *describe_share(const lf_owner_share *s, bool block) {
  lf_object o = lf_object_new();
  if (!block) lf_object_text(&o, "name", s->name);
  lf_object_text(&o, "owner", block ? block_name(s) : lf_owner_name(s->owner));
  if (block) lf_object_count(&o, "attributes", s->attributes);
  lf_object_tree(&o, "share", lf_describe_interval(&s->share));
  lf_object_tree(&o, "shapley", lf_describe_interval(&s->shapley));
  lf_object_tree(&o, "alone", lf_describe_interval(&s->alone));
  lf_object_tree(&o, "unique", lf_describe_interval(&s->unique));
  return lf_object_take(&o);
}

static json_t *describe_block(const void *context, size_t i) {
  return describe_share(&((const lf_owners *)context)->blocks[i], true);
}

static json_t *describe_attribute(const void *context, size_t i) {
  return describe_share(&((const lf_owners *)context)->attributes[i], false);
}

static json_t *describe_common(const void *context, size_t i) {
  const lf_owners *owners = context;
  const lf_common_part *part = &owners->common[i];
  json_t *names = json_array();
  for (size_t k = 0; names && k < owners->n_blocks; k++)
    if (part->set >> k & 1) lf_list_add(&names, json_string(block_name(&owners->blocks[k])));
  lf_object o = lf_object_new();
  lf_object_tree(&o, "owners", names);
  lf_object_tree(&o, "part", lf_describe_interval(&part->part));
  return lf_object_take(&o);
}

static json_t *describe_effect(const void *context, size_t i) {
  const lf_rep_effect *e = &((const lf_reps *)context)->effects[i];
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", e->name);
  lf_object_text(&o, "owner", lf_owner_name(e->owner));
  lf_object_number(&o, "odds_ratio", exp(e->free));
  lf_object_number(&o, "odds_ratio_same_rep", exp(e->fixed));
  lf_object_tree(&o, "log_difference", lf_describe_interval(&e->difference));
  lf_object_number(&o, "p", e->p);
  lf_object_number(&o, "q", e->q);
  return lf_object_take(&o);
}

static json_t *rep_sentence(const lf_reps *r) {
  lf_text text = {0};
  if (r->shifted) {
    lf_people_counted(&text, (double)r->shifted, "attribute weighs", "attributes weigh");
    lf_text_add(&text, " otherwise among leads of one rep than over all: part of what they seem to say is "
                       "who worked the lead.");
  } else {
    lf_text_add(&text, "No attribute weighs clearly otherwise among leads of one rep than over all.");
  }
  return lf_describe_sentence(&text);
}

static json_t *describe_reps(const lf_reps *r) {
  if (!r->column) return json_null();
  lf_object o = lf_object_new();
  lf_object_text(&o, "column", r->column);
  lf_object_count(&o, "reps", r->n_reps);
  lf_object_number(&o, "rows", r->rows);
  lf_object_number(&o, "rows_pooled", r->pooled_rows);
  lf_object_count(&o, "shifted", r->shifted);
  lf_object_tree(&o, "sentence", rep_sentence(r));
  lf_object_tree(&o, "attributes", lf_json_list(r->n, describe_effect, r));
  return lf_object_take(&o);
}

static size_t named_blocks(const lf_owners *o) {
  size_t n = 0;
  for (size_t k = 0; k < o->n_blocks; k++) n += o->blocks[k].owner != LF_OWNER_NONE;
  return n;
}

static void say_share(lf_text *text, const lf_interval *share) {
  lf_people_percent(text, share->value);
  if (isnan(share->low) || isnan(share->high)) return;
  lf_text_add(text, " (");
  lf_people_percent(text, share->low);
  lf_text_add(text, " to ");
  lf_people_percent(text, share->high);
  lf_text_add(text, ")");
}

/* Who owns what is explained; null where only one owner is named, or none. */
static json_t *owners_sentence(const lf_owners *o) {
  lf_text text = {0};
  if (named_blocks(o) == 0 || o->n_blocks < 2) return json_null();
  if (!o->clear) {
    lf_text_add(&text, "On leads not fitted the attributes together explain nothing for sure, so nothing can "
                       "be shared out between owners.");
    return lf_describe_sentence(&text);
  }
  lf_text_add(&text, "Of what the attributes explain on leads not fitted, ");
  for (size_t k = 0; k < o->n_blocks; k++) {
    static const char *const whose[] = {[LF_OWNER_NONE] = "from attributes without an owner",
                                        [LF_OWNER_MARKETING] = "from marketing's",
                                        [LF_OWNER_SALES] = "from sales'",
                                        [LF_OWNER_SHARED] = "from shared ones"};
    if (k) lf_text_add(&text, k + 1 == o->n_blocks ? " and " : ", ");
    say_share(&text, &o->blocks[k].share);
    lf_text_addf(&text, " comes %s", whose[o->blocks[k].owner]);
  }
  lf_text_add(&text, ".");
  return lf_describe_sentence(&text);
}

static void add_note(json_t **list, bool applies, const char *note) {
  if (applies) lf_list_add(list, json_string(note));
}

static json_t *owner_notes(const lf_owners *o) {
  json_t *list = json_array();
  bool sales = false;
  for (size_t k = 0; k < o->n_blocks; k++) sales = sales || o->blocks[k].owner == LF_OWNER_SALES;
  add_note(&list, true,
           "A share says how much better wins are predicted, on leads that took no part in the fit. It is an "
           "association, no effect of doing more.");
  add_note(&list, o->n_blocks > 1,
           "What several owners explain in common could be told by either of them; Shapley's value splits it "
           "evenly. "
           "The unique part is what is lost without an owner's attributes.");
  add_note(&list, sales,
           "What sales does comes after the lead and answers to it: reps work the leads they believe in, so "
           "sales' share holds some of the lead's own "
           "quality, and part of what marketing's attributes do may run through sales' work.");
  return list;
}

json_t *lf_describe_owners(const lf_owners *o) {
  if (!o || !(o->rows > 0) || !o->n_blocks) return json_null();
  lf_object out = lf_object_new();
  lf_object_tree(&out, "summary", owners_sentence(o));
  lf_object_number(&out, "rows", o->rows);
  lf_object_number(&out, "won", o->won);
  lf_object_tree(&out, "explained", lf_describe_interval(&o->explained));
  lf_object_flag(&out, "shares_told", o->clear);
  lf_object_tree(&out, "blocks", lf_json_list(o->n_blocks, describe_block, o));
  lf_object_tree(&out, "common", lf_json_list(o->n_common, describe_common, o));
  lf_object_number(&out, "common_total", o->common_total);
  lf_object_tree(&out, "attributes", lf_json_list(o->n_attributes, describe_attribute, o));
  lf_object_number(&out, "attribute_rows", o->n_attributes ? o->attribute_rows : (double)NAN);
  lf_object_number(&out, "attribute_explained", o->n_attributes ? o->attribute_explained : (double)NAN);
  lf_object_tree(&out, "reps", describe_reps(&o->reps));
  lf_object_tree(&out, "notes", owner_notes(o));
  lf_object_count(&out, "bootstrap_replicates", o->replicates);
  return lf_object_take(&out);
}

/* ---- follow-up
 * ---------------------------------------------------------------------------------------------------------
 */

typedef struct follow_view {
  const lf_followup *followup;
  const lf_followup_column *column;
  size_t grade;
} follow_view;

static json_t *describe_cell(const char *label, const lf_followup_cell *cell) {
  bool few = cell->rows < LF_FOLLOWUP_FEWEST;
  lf_object o = lf_object_new();
  lf_object_text(&o, "label", label);
  lf_object_number(&o, "rows", cell->rows);
  lf_object_number(&o, "won", cell->won);
  lf_object_number(&o, "win_rate", few ? (double)NAN : cell->win_rate);
  lf_object_number(&o, "low", few ? (double)NAN : cell->low);
  lf_object_number(&o, "high", few ? (double)NAN : cell->high);
  return lf_object_take(&o);
}

static json_t *describe_grade(const void *context, size_t g) {
  const lf_followup *f = context;
  return describe_cell(f->grade[g], &f->grades[g]);
}

static json_t *describe_band_cell(const void *context, size_t b) {
  const follow_view *v = context;
  return describe_cell(v->column->labels[b], &v->column->cells[v->grade][b]);
}

static json_t *describe_grade_row(const void *context, size_t g) {
  follow_view view = *(const follow_view *)context;
  view.grade = g;
  lf_object o = lf_object_new();
  lf_object_text(&o, "grade", view.followup->grade[g]);
  lf_object_number(&o, "rows", view.followup->grades[g].rows);
  lf_object_tree(&o, "cells",
                 lf_json_list(view.column->n_bands + view.column->has_missing, describe_band_cell, &view));
  return lf_object_take(&o);
}

static json_t *describe_band(const void *context, size_t b) {
  const lf_followup_column *c = context;
  lf_object o = lf_object_new();
  lf_object_text(&o, "label", c->labels[b]);
  lf_object_tree(&o, "win_rate", lf_describe_interval(&c->rate[b]));
  return lf_object_take(&o);
}

static json_t *column_sentence(const lf_followup_column *c) {
  lf_text text = {0};
  size_t last = c->n_bands - 1;
  if (isnan(c->difference.value)) return json_null();
  lf_text_add(&text, "Among leads of the same grade, ");
  say_share(&text, &c->rate[last]);
  lf_text_addf(&text, " won where %s is %s, and ", c->name, c->labels[last]);
  say_share(&text, &c->rate[0]);
  lf_text_addf(&text, " where it is %s", c->labels[0]);
  bool sure = c->difference.low > 0 || c->difference.high < 0;
  lf_text_add(&text, sure ? "." : ": no sure difference.");
  return lf_describe_sentence(&text);
}

static json_t *describe_column(const void *context, size_t i) {
  const lf_followup *f = context;
  follow_view view = {f, &f->columns[i], 0};
  const lf_followup_column *c = view.column;
  lf_object o = lf_object_new();
  lf_object_text(&o, "name", c->name);
  lf_object_text(&o, "tells", c->touches ? "touches" : "response time");
  lf_object_tree(&o, "sentence", column_sentence(c));
  lf_object_tree(&o, "grades", lf_json_list(f->n_grades, describe_grade_row, &view));
  lf_object_tree(&o, "same_mix", lf_json_list(c->n_bands, describe_band, c));
  lf_object_tree(&o, "difference", lf_describe_interval(&c->difference));
  lf_object_number(&o, "share_compared", c->share_compared);
  return lf_object_take(&o);
}

typedef struct case_view {
  const lf_followup *followup;
  const lf_unworked *unworked;
} case_view;

static json_t *describe_case_grade(const void *context, size_t g) {
  const case_view *v = context;
  lf_object o = lf_object_new();
  lf_object_text(&o, "grade", v->followup->grade[g]);
  lf_object_number(&o, "win_rate", v->unworked->rate[g]);
  return lf_object_take(&o);
}

static json_t *describe_case(const void *context, size_t k) {
  case_view view = {context, &((const lf_followup *)context)->cases[k]};
  lf_object o = lf_object_new();
  lf_object_number(&o, "factor", view.unworked->factor);
  lf_object_number(&o, "win_rate", view.unworked->all);
  lf_object_tree(&o, "grades", lf_json_list(view.followup->n_grades, describe_case_grade, &view));
  return lf_object_take(&o);
}

static json_t *describe_unworked(const lf_followup *f) {
  if (!f->worked_by) return json_null();
  lf_text text = {0};
  lf_people_counted(&text, f->unworked_rows, "lead has ", "leads have ");
  lf_text_addf(&text,
               "0 in %s: what they would have become is not known. As good as the touched ones of their "
               "grade, all leads would have won ",
               f->worked_by);
  lf_people_percent(&text, f->cases[1].all);
  lf_text_add(&text, "; half as good ");
  lf_people_percent(&text, f->cases[0].all);
  lf_text_add(&text, "; twice as good ");
  lf_people_percent(&text, f->cases[2].all);
  lf_text_add(&text, "; it was ");
  lf_people_percent(&text, f->won / f->rows);
  lf_text_add(&text, ".");
  lf_object o = lf_object_new();
  lf_object_text(&o, "column", f->worked_by);
  lf_object_number(&o, "rows", f->unworked_rows);
  lf_object_number(&o, "won", f->unworked_won);
  lf_object_tree(&o, "sentence", lf_describe_sentence(&text));
  lf_object_tree(&o, "cases", lf_json_list(LF_UNWORKED_CASES, describe_case, f));
  return lf_object_take(&o);
}

static json_t *followup_notes(const lf_followup *f) {
  json_t *list = json_array();
  add_note(&list, f->lead_only,
           "Grades go by the lead alone: the points of attributes that sales owns are left out, and each "
           "grade holds as large a share of leads as "
           "the card's own.");
  add_note(&list, true,
           "Nobody drew lots for whom to call: reps pick leads, and a lead that answers is called again. A "
           "higher win rate with more touches is what is "
           "seen, not what one more touch would do.");
  add_note(&list, f->worked_by == NULL,
           "No column says which leads nobody worked, so leads that were lost for want of a call count as "
           "weak leads.");
  return list;
}

json_t *lf_describe_followup(const lf_followup *f) {
  if (!f || !f->n_columns) return json_null();
  lf_object o = lf_object_new();
  lf_object_text(&o, "judged", f->on_holdout ? "holdout" : "every row");
  lf_object_number(&o, "rows", f->rows);
  lf_object_number(&o, "won", f->won);
  lf_object_flag(&o, "grades_by_lead_alone", f->lead_only);
  lf_object_tree(&o, "grades", lf_json_list(f->n_grades, describe_grade, f));
  lf_object_tree(&o, "columns", lf_json_list(f->n_columns, describe_column, f));
  lf_object_tree(&o, "unworked", describe_unworked(f));
  lf_object_tree(&o, "notes", followup_notes(f));
  return lf_object_take(&o);
}
