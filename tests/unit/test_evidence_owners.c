/* Shapley values by hand and by every order of players; owners, reps and follow-up on generated histories
 * whose truth is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "base/text.h"
#include "evidence/followup.h"
#include "evidence/owners.h"
#include "evidence/shapley.h"
#include "history_case.h"
#include "near.h"

/* ---- arithmetic
 * ------------------------------------------------------------------------------------------------------- */

static void shares_the_glove_game(void **state) {
  (void)state;
  /* Players 0 and 1 hold left gloves, 2 a right one; a pair is worth 1: shares 1/6, 1/6, 2/3 (Shapley's own
   * example). */
  double value[8] = {0}, share[3], part[8];
  value[5] = value[6] = value[7] = 1;
  lf_shapley_values(3, value, share);
  near(share[0], 1.0 / 6, 1e-15);
  near(share[1], 1.0 / 6, 1e-15);
  near(share[2], 2.0 / 3, 1e-15);
  lf_common_parts(3, value, part);
  near(part[4], 1, 1e-15); /* without the right glove there is nothing */
  near(part[1] + part[2], 0, 1e-15);
}

/* Mean of what j adds over all orders of four players. */
static double by_orders(const double *value, size_t j) {
  double sum = 0;
  size_t orders = 0;
  for (size_t a = 0; a < 4; a++)
    for (size_t b = 0; b < 4; b++)
      for (size_t c = 0; c < 4; c++) {
        if (a == b || a == c || b == c) continue;
        size_t order[4] = {a, b, c, 6 - a - b - c}, before = 0, k = 0;
        while (order[k] != j) before |= (size_t)1 << order[k++];
        sum += value[before | (size_t)1 << j] - value[before];
        orders++;
      }
  return sum / (double)orders;
}

static void agrees_with_every_order(void **state) {
  (void)state;
  double value[16], share[4], part[16], sum = 0, total = 0;
  for (size_t s = 0; s < 16; s++) value[s] = s ? noise(11, s) : 0;
  lf_shapley_values(4, value, share);
  lf_common_parts(4, value, part);
  for (size_t j = 0; j < 4; j++) {
    near(share[j], by_orders(value, j), 1e-14);
    near(part[(size_t)1 << j], value[15] - value[15 & ~((size_t)1 << j)], 1e-14);
    sum += share[j];
  }
  for (size_t s = 0; s < 16; s++) total += part[s];
  near(sum, value[15], 1e-14);
  near(total, value[15], 1e-14);
}

/* ---- a history with known owners
 * --------------------------------------------------------------------------------------- */

/* m1, m2 (marketing) decide; s1 (sales) decides half as much; twin is marketing's copy of s1's news; null
 * says nothing. Touches help, within any lead; reps differ in luck where rep_effect says so. */
static void build(history_case *c, size_t n, double rep_effect) {
  lf_text csv = {0};
  *c = case_new();
  c->options.holdout = 0.25;
  set_text(&c->project.outcome, "Won");
  lf_text_add(&csv, "Won,m1,m2,s1,null,Owner,Touches\n");
  for (size_t i = 0; i < n; i++) {
    double m1 = floor(4 * noise(1, i)), m2 = floor(2 * noise(2, i)), s1 = floor(2 * noise(3, i)),
           null = floor(3 * noise(4, i));
    double rep = floor(5 * noise(5, i)), touches = fmax(0, floor(8 * noise(6, i)) - 1);
    if (rep_effect > 0 && noise(8, i) < 0.6) m2 = rep >= 3; /* good reps get m2 */
    double eta =
        -2 + 0.6 * m1 + (rep_effect > 0 ? 0 : 0.8 * m2) + 0.6 * s1 + 0.25 * touches + rep_effect * (rep >= 3);
    lf_text_addf(&csv, "%s,a%d,b%d,c%d,d%d,Rep %d,%d\n", noise(7, i) < lf_expit(eta) ? "yes" : "no", (int)m1,
                 (int)m2, (int)s1, (int)null, (int)rep, (int)touches);
  }
  const struct {
    const char *name;
    lf_owner owner;
  } owners[] = {{"m1", LF_OWNER_MARKETING}, {"m2", LF_OWNER_MARKETING},  {"null", LF_OWNER_SHARED},
                {"s1", LF_OWNER_SALES},     {"Touches", LF_OWNER_SALES}, {"Owner", LF_OWNER_SALES}};
  for (size_t k = 0; k < sizeof owners / sizeof *owners; k++) {
    lf_attribute_spec *spec = NULL;
    assert_int_equal(lf_project_attribute_add(&c->project, owners[k].name, &spec, NULL), LF_OK);
    spec->owner = owners[k].owner;
    if (owners[k].owner == LF_OWNER_SALES && strcmp(owners[k].name, "Touches") == 0)
      spec->kind = LF_KIND_NUMBER;
  }
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

typedef struct fitted {
  history_case c;
  lf_atoms *atoms;
  lf_card_fit *fit;
  lf_card_build build;
  lf_owners *owners;
} fitted;

static void fit(fitted *f, size_t n, double rep_effect) {
  lf_run two = {.threads = 2};
  lf_card_options card = {0};
  lf_threshold_options threshold = {.capacity = NAN, .precision = NAN};
  lf_owners_options options = {.seed = 1};
  *f = (fitted){0};
  build(&f->c, n, rep_effect);
  assert_int_equal(lf_atoms_make(f->c.history, NULL, &two, &f->atoms, NULL), LF_OK);
  assert_int_equal(lf_card_fit_make(f->c.history, f->atoms, &card, &two, &f->fit, NULL), LF_OK);
  assert_int_equal(lf_card_build_make(f->c.history, f->fit, &threshold, &two, &f->build, NULL), LF_OK);
  assert_int_equal(lf_owners_make(f->c.history, f->atoms, f->fit, &options, &two, &f->owners, NULL), LF_OK);
}

static void unfit(fitted *f) {
  lf_owners_free(f->owners);
  lf_scorecard_free(f->build.card);
  lf_card_fit_free(f->fit);
  lf_atoms_free(f->atoms);
  case_free(&f->c);
}

static void shares_by_owner(void **state) {
  (void)state;
  fitted f;
  fit(&f, 6000, 0);
  const lf_owners *o = f.owners;
  assert_int_equal(o->n_blocks, 3);
  assert_true(o->clear);
  double sum = 0, common = 0, share = 0;
  for (size_t k = 0; k < 3; k++) {
    sum += o->blocks[k].shapley.value;
    common += o->blocks[k].unique.value;
    share += o->blocks[k].share.value;
  }
  near(sum, o->explained.value, 1e-12);
  near(share, 1, 1e-12);
  near(common + o->common_total, o->explained.value, 1e-12);
  assert_true(o->blocks[0].share.low > 0 && o->blocks[1].share.low > 0); /* marketing, sales */
  assert_true(fabs(o->blocks[2].share.value) < 0.05);                    /* shared: the null attribute */
  assert_true(o->blocks[2].unique.low < 0.001);
  sum = 0;
  assert_int_equal(o->n_attributes, 6);
  for (size_t t = 0; t < o->n_attributes; t++) sum += o->attributes[t].shapley.value;
  near(sum, o->attribute_explained, 1e-12);
  unfit(&f);
}

static const lf_rep_effect *effect_of(const lf_owners *o, const char *name) {
  for (size_t k = 0; k < o->reps.n; k++)
    if (strcmp(o->reps.effects[k].name, name) == 0) return &o->reps.effects[k];
  fail_msg("no effect of %s", name);
  return NULL;
}

static void tells_the_attribute_from_the_rep(void **state) {
  (void)state;
  fitted f;
  fit(&f, 6000, 1.2); /* m2 says nothing; the reps who get it are better */
  assert_string_equal(f.owners->reps.column, "Owner");
  assert_int_equal(f.owners->reps.n_reps, 5);
  const lf_rep_effect *m2 = effect_of(f.owners, "m2"), *m1 = effect_of(f.owners, "m1");
  assert_true(m2->free > 0.3 && fabs(m2->fixed) < 0.25 && m2->q < 0.001);
  assert_true(m1->free > 0.8 && fabs(m1->fixed - m1->free) < 0.15);
  assert_true(f.owners->reps.shifted >= 1);
  unfit(&f);
  fit(&f, 6000, 0);
  assert_int_equal(f.owners->reps.shifted, 0);
  unfit(&f);
}

static void follow_up_within_grades(void **state) {
  (void)state;
  fitted f;
  lf_followup *followup = NULL;
  lf_run two = {.threads = 2};
  fit(&f, 8000, 0);
  assert_int_equal(lf_followup_make(f.c.history, f.build.card, 1, &two, &followup, NULL), LF_OK);
  assert_int_equal(followup->n_columns, 1);
  const lf_followup_column *c = &followup->columns[0];
  assert_string_equal(c->name, "Touches");
  assert_true(c->touches && followup->lead_only && followup->on_holdout);
  assert_string_equal(c->labels[0], "0");
  double rows = 0, won = 0, none = 0, touched_won = 0;
  for (size_t g = 0; g < followup->n_grades; g++)
    for (size_t b = 0; b < c->n_bands; b++) {
      rows += c->cells[g][b].rows;
      won += c->cells[g][b].won;
      none += b ? 0 : c->cells[g][b].rows;
      touched_won += b ? c->cells[g][b].won : 0;
    }
  near(rows, followup->rows, 0);
  near(won, followup->won, 0);
  near(followup->unworked_rows, none, 0);
  near(followup->unworked_won + touched_won, won, 0);
  assert_true(c->difference.low > 0.1); /* six touches are worth 1.5 in log-odds */
  /* as good as the touched ones: every grade has the rate of its touched leads */
  for (size_t g = 0; g < followup->n_grades; g++) {
    double r = followup->grades[g].rows - followup->unworked[g],
           w = followup->grades[g].won - c->cells[g][0].won;
    near(followup->cases[1].rate[g], w / r, 1e-12);
    near(followup->cases[0].rate[g], (w + 0.5 * followup->unworked[g] * w / r) / followup->grades[g].rows,
         1e-12);
  }
  lf_followup_free(followup);
  unfit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_the_glove_game),   cmocka_unit_test(agrees_with_every_order),
      cmocka_unit_test(shares_by_owner),         cmocka_unit_test(tells_the_attribute_from_the_rep),
      cmocka_unit_test(follow_up_within_grades),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
