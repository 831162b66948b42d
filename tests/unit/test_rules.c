/* fit/cone.h, fit/rules.h and evidence/price.h: rules of points and what they cost. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "base/tree.h"
#include "card/points.h"
#include "evidence/price.h"
#include "fit/cone.h"
#include "history_case.h"
#include "near.h"

/* ---- the cone
 * -------------------------------------------------------------------------------------------------- */

/* Identity metric: projections that can be drawn by hand. */
static void nearest_points_by_hand(void **state) {
  (void)state;
  lf_error err = {0};
  const double factor[] = {1, 0, 0, 1}, inside[] = {1, 3}, outside[] = {3, 1}, half[] = {-1, 1},
               first[] = {1, 0};
  double x[2];
  lf_cone cone = {.n = 2};
  assert_int_equal(lf_cone_add(&cone, half, false, &err), LF_OK); /* x1 >= x0 */
  assert_int_equal(lf_cone_nearest(&cone, factor, inside, x, &err), LF_OK);
  assert_memory_equal(x, inside, sizeof x);
  assert_int_equal(lf_cone_nearest(&cone, factor, outside, x, &err), LF_OK);
  near(x[0], 2, 1e-12);
  near(x[1], 2, 1e-12);
  assert_int_equal(lf_cone_add(&cone, first, true, &err), LF_OK); /* and x0 = 0 */
  assert_int_equal(lf_cone_nearest(&cone, factor, outside, x, &err), LF_OK);
  near(x[0], 0, 1e-12);
  near(x[1], 1, 1e-12);
  lf_cone_clear(&cone);
}

/* ---- weights under rules
 * ------------------------------------------------------------------------------------------ */

enum { MOST_CELLS = 16 };

/* A table of cells: codes of two attributes, rows and wins. */
typedef struct grid {
  size_t n; /* rows of the sample: a won and a lost one a cell */
  uint16_t code[2][2 * MOST_CELLS];
  uint8_t won[2 * MOST_CELLS];
  double weight[2 * MOST_CELLS];
  const uint16_t *codes[2];
  lf_atom_set sets[2];
  lf_atoms atoms;
  lf_sample sample;
  lf_grouping groupings[2];
  lf_banded *banded;
  lf_weights *weights;
} grid;

static void add_cell(grid *g, uint16_t a, uint16_t b, double rows, double won) {
  for (int side = 0; side < 2; side++) {
    g->code[0][g->n] = a;
    g->code[1][g->n] = b;
    g->won[g->n] = (uint8_t)side;
    g->weight[g->n++] = side ? won : rows - won;
  }
}

/* Fits the grid of atoms_a x atoms_b levels; lambda: ridge. */
static void fit_grid(grid *g, size_t sets, size_t atoms_a, size_t atoms_b, double lambda) {
  const uint8_t keep[] = {1, 1};
  size_t n[] = {atoms_a, atoms_b};
  lf_error err = {0};
  for (size_t t = 0; t < sets; t++) {
    g->sets[t].name = t ? "b" : "a";
    g->sets[t].n = n[t];
    g->codes[t] = g->code[t];
    assert_int_equal(lf_grouping_new(&g->sets[t], &g->groupings[t], &err), LF_OK);
  }
  g->atoms = (lf_atoms){.n = sets, .items = g->sets, .n_rows = g->n};
  g->sample = (lf_sample){.n = g->n, .n_sets = sets, .code = g->codes, .won = g->won, .weight = g->weight};
  assert_int_equal(lf_banded_make(&g->sample, &g->atoms, g->groupings, keep, g->weight, &g->banded, &err),
                   LF_OK);
  assert_int_equal(lf_banded_solve(g->banded, lambda, NULL, 1e-14, true, NULL, &g->weights, &err), LF_OK);
}

static void keep_rules(grid *g, double lambda, lf_rules **rules) {
  lf_error err = {0};
  *rules = NULL;
  if (lf_rules_make(&g->sample, &g->atoms, g->banded, g->weight, rules, &err) != LF_OK)
    fail_msg("%s", err.message);
  if (lf_rules_fit(g->banded, *rules, lambda, 1e-14, NULL, g->weights, NULL, &err) != LF_OK)
    fail_msg("%s", err.message);
}

static void clear_grid(grid *g) {
  lf_weights_free(g->weights);
  lf_banded_free(g->banded);
  for (size_t t = 0; t < g->atoms.n; t++) lf_grouping_clear(&g->groupings[t]);
}

/* R 4.2:
 *   d <- expand.grid(a=c(0,3,5), b=c(0,2)); d$n <- c(40,50,30,60,45,25); d$w <- c(6,14,15,15,18,14)
 *   coef(glm(cbind(w, n-w) ~ I(a+b), binomial, data=d))     -1.719666506349  0.287380525587
 * With all points said, what is left to fit is the log-odds of a point. */
static void all_points_said_is_a_line(void **state) {
  (void)state;
  static const double rows[] = {40, 50, 30, 60, 45, 25}, won[] = {6, 14, 15, 15, 18, 14};
  int16_t pin_a[] = {0, 3, 5, LF_NO_PIN, LF_NO_PIN}, pin_b[] = {0, 2, LF_NO_PIN, LF_NO_PIN};
  grid g = {0};
  lf_rules *rules = NULL;
  for (uint16_t k = 0; k < 6; k++) add_cell(&g, k % 3, k / 3, rows[k], won[k]);
  g.sets[0].rules.pin = pin_a;
  g.sets[1].rules.pin = pin_b;
  fit_grid(&g, 2, 3, 2, 1e-5);
  keep_rules(&g, 1e-5, &rules);
  const double *b = g.weights->b;
  near(rules->scale, 0.287380525587, 1e-6);
  near(b[2] - b[1], 3 * 0.287380525587, 1e-5);
  near(b[3] - b[1], 5 * 0.287380525587, 1e-5);
  near(b[5] - b[4], 2 * 0.287380525587, 1e-5);
  near(b[0] + b[1] + b[4], -1.719666506349, 1e-5);
  lf_rules_free(rules);
  clear_grid(&g);
}

/* Rates 10/40, 8/40, 25/40, rising: the violators pool to 18/80 (Barlow et al. 1972). */
static void a_trend_pools_violators(void **state) {
  (void)state;
  grid g = {0};
  lf_rules *rules = NULL;
  add_cell(&g, 0, 0, 40, 10);
  add_cell(&g, 1, 0, 40, 8);
  add_cell(&g, 2, 0, 40, 25);
  g.sets[0].kind = LF_KIND_NUMBER;
  g.sets[0].rules.trend = LF_TREND_INCREASING;
  fit_grid(&g, 1, 3, 0, 1e-7);
  keep_rules(&g, 1e-7, &rules);
  const double *b = g.weights->b;
  near(b[1], b[2], 1e-9);
  near(b[3] - b[1], log(25.0 / 15) - log(18.0 / 62), 1e-6);
  lf_rules_free(rules);
  clear_grid(&g);
}

/* A band held to the average: level 2 is the worst, and is said to be worth no less than the mean. Then it is
 * the mean, and with one constraint the multiplier's sign makes it the optimum: its weight is the others'
 * mean. */
static void a_level_is_held_to_the_average(void **state) {
  (void)state;
  int8_t sign[] = {0, 0, 1, 0, 0};
  grid g = {0};
  lf_rules *rules = NULL;
  add_cell(&g, 0, 0, 40, 20);
  add_cell(&g, 1, 0, 60, 24);
  add_cell(&g, 2, 0, 50, 5);
  g.sets[0].rules.sign = sign;
  fit_grid(&g, 1, 3, 0, 1);
  assert_true(g.weights->b[3] < g.weights->b[1]);
  keep_rules(&g, 1, &rules);
  const double *b = g.weights->b;
  near(b[3], (40 * b[1] + 60 * b[2] + 50 * b[3]) / 150, 1e-9);
  lf_rules_free(rules);
  clear_grid(&g);
}

static void a_kept_rule_leaves_every_bit(void **state) {
  (void)state;
  grid g = {0};
  lf_rules *rules = NULL;
  add_cell(&g, 0, 0, 40, 8);
  add_cell(&g, 1, 0, 40, 15);
  add_cell(&g, 0, 1, 40, 18);
  add_cell(&g, 1, 1, 40, 28);
  g.sets[0].kind = LF_KIND_NUMBER;
  g.sets[0].rules = (lf_atom_rules){.trend = LF_TREND_INCREASING, .cap = 60};
  fit_grid(&g, 2, 2, 2, 1);
  double before[5];
  memcpy(before, g.weights->b, sizeof before);
  keep_rules(&g, 1, &rules);
  assert_memory_equal(before, g.weights->b, sizeof before);
  lf_rules_free(rules);
  clear_grid(&g);
}

/* 60 of 100 points said for the weaker attribute: whichever bands are its ends, the other spans 40. */
static void points_said_leave_the_rest(void **state) {
  (void)state;
  static const double won[] = {4, 12, 30, 6, 14, 33};
  int16_t pin[] = {0, 60, LF_NO_PIN, LF_NO_PIN};
  grid g = {0};
  lf_rules *rules = NULL;
  for (uint16_t k = 0; k < 6; k++) add_cell(&g, k / 3, k % 3, k % 3 == 2 ? 44 : 40, won[k]);
  g.sets[0].rules.pin = pin;
  fit_grid(&g, 2, 2, 3, 1);
  keep_rules(&g, 1, &rules);
  const double *b = g.weights->b;
  double high = fmax(b[3], fmax(b[4], b[5])), low = fmin(b[3], fmin(b[4], b[5]));
  near(b[2] - b[1], 60 * rules->scale, 1e-9);
  near(high - low, 40 * rules->scale, 1e-6);
  assert_true(rules->scale > 0);
  lf_rules_free(rules);
  clear_grid(&g);
}

static double objective(const grid *g, double lambda, const double *b) {
  double sum = 0;
  for (size_t i = 0; i < g->n; i++) {
    double eta = b[0] + b[1 + g->code[0][i]] + b[3 + g->code[1][i]];
    sum -= g->weight[i] * log1p(exp(g->won[i] ? -eta : eta));
  }
  for (size_t j = 1; j < 5; j++) sum -= lambda * b[j] * b[j] / 2;
  return sum;
}

/* Two attributes of two levels, the first capped at 20 of 100: its span is a quarter of the other's, and
 * among all such weights none is better (spans tried on a grid, the rest by symmetry of the ridge: b and -b).
 */
static void a_cap_is_the_best_that_keeps_it(void **state) {
  (void)state;
  const double lambda = 0.5;
  grid g = {0};
  lf_rules *rules = NULL;
  add_cell(&g, 0, 0, 80, 12);
  add_cell(&g, 1, 0, 70, 30);
  add_cell(&g, 0, 1, 60, 20);
  add_cell(&g, 1, 1, 90, 65);
  g.sets[0].rules.cap = 20;
  fit_grid(&g, 2, 2, 2, lambda);
  keep_rules(&g, lambda, &rules);
  const double *b = g.weights->b;
  near(b[2] - b[1], (b[4] - b[3]) / 4, 1e-9);
  double reached = objective(&g, lambda, b), best = -INFINITY;
  for (double span = 0.2; span < 4; span += 0.004)
    for (double level = -3; level < 2; level += 0.01) {
      double tried[] = {level, -span / 8, span / 8, -span / 2, span / 2};
      best = fmax(best, objective(&g, lambda, tried));
    }
  assert_true(reached >= best - 1e-9);
  assert_true(reached <= best + 0.01);
  lf_rules_free(rules);
  clear_grid(&g);
}

static void points_that_do_not_fit_are_refused(void **state) {
  (void)state;
  int16_t pin_a[] = {0, 60, LF_NO_PIN, LF_NO_PIN}, pin_b[] = {0, 50, LF_NO_PIN, LF_NO_PIN};
  grid g = {0};
  lf_rules *rules = NULL;
  lf_error err = {0};
  add_cell(&g, 0, 0, 40, 8);
  add_cell(&g, 1, 0, 40, 15);
  add_cell(&g, 0, 1, 40, 18);
  add_cell(&g, 1, 1, 40, 28);
  g.sets[0].rules.pin = pin_a;
  g.sets[1].rules.pin = pin_b;
  fit_grid(&g, 2, 2, 2, 1);
  assert_int_equal(lf_rules_make(&g.sample, &g.atoms, g.banded, g.weight, &rules, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "more than 100"));
  g.sets[0].rules = (lf_atom_rules){.cap = 20};
  g.sets[1].rules = (lf_atom_rules){.cap = 30};
  assert_int_equal(lf_rules_make(&g.sample, &g.atoms, g.banded, g.weight, &rules, &err), LF_E_USAGE);
  assert_non_null(strstr(err.message, "50 of 100"));
  clear_grid(&g);
}

/* ---- cards and prices
 * ------------------------------------------------------------------------------------------------ */

enum { ROWS = 4000 };

/* strong: two levels that win at 60 and 20 %; source: four levels; size: rising. */
static char *make_csv(void) {
  static const char *const sources[] = {"Web", "Fair", "Referral", "List"};
  lf_text csv = {0};
  lf_text_add(&csv, "id,strong,source,size,stage\n");
  for (uint64_t i = 0; i < ROWS; i++) {
    int strong = noise(1, i) < 0.5;
    size_t source = (size_t)(4 * noise(2, i));
    double size = floor(100 * noise(3, i));
    double eta = (strong ? 0.405 : -1.386) + 0.4 * ((double)source - 1.5) + 0.008 * (size - 50);
    lf_text_addf(&csv, "r%llu,%s,%s,%d,%s\n", (unsigned long long)i, strong ? "hot" : "cold", sources[source],
                 (int)size, noise(4, i) < 1 / (1 + exp(-eta)) ? "Won" : "Lost");
  }
  assert_false(csv.failed);
  return csv.data;
}

static lf_attribute_spec *spec_of(history_case *c, const char *name) {
  lf_attribute_spec *spec = NULL;
  assert_int_equal(lf_project_attribute_add(&c->project, name, &spec, &c->error), LF_OK);
  return spec;
}

static void say_points(lf_attribute_spec *spec, const char *key, int points) {
  spec->points = realloc(spec->points, (spec->n_points + 1) * sizeof *spec->points);
  assert_non_null(spec->points);
  spec->points[spec->n_points] = (lf_said_points){.points = points};
  set_text(&spec->points[spec->n_points++].key, key);
}

static void say_sign(lf_attribute_spec *spec, const char *key, int sign) {
  spec->signs = realloc(spec->signs, (spec->n_signs + 1) * sizeof *spec->signs);
  assert_non_null(spec->signs);
  spec->signs[spec->n_signs] = (lf_said_sign){.sign = sign};
  if (key) set_text(&spec->signs[spec->n_signs].key, key);
  spec->n_signs++;
}

static history_case new_case(void) {
  history_case c = case_new();
  c.options.holdout = 0.25;
  return c;
}

static void build(history_case *c) {
  char *csv = make_csv();
  case_must_build(c, csv);
  free(csv);
}

static lf_ruled_card card_of(history_case *c) {
  lf_ruled_card card = {0};
  lf_ruled_options options = {.threshold = {NAN, NAN}, .seed = 1, .replicates = 100};
  bool any = false;
  if (lf_history_rules(c->history, &any, &c->error) != LF_OK ||
      lf_ruled_card_make(c->history, &options, NULL, &card, &c->error) != LF_OK)
    fail_msg("%s", c->error.message);
  return card;
}

static lf_ruled_card make_card(history_case *c) {
  build(c);
  return card_of(c);
}

static void clear_card(lf_ruled_card *card) {
  lf_prices_free(card->prices);
  lf_scorecard_free(card->build.card);
  lf_card_fit_free(card->fit);
  lf_atoms_free(card->atoms);
}

static char *card_text(const lf_scorecard *card) {
  json_t *tree = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_error err = {0};
  assert_int_equal(lf_scorecard_json(card, &tree, &err), LF_OK);
  assert_int_equal(lf_tree_write(tree, &bytes, &n, &err), LF_OK);
  json_decref(tree);
  return bytes;
}

/* Points of a value on the card; -1: not there. */
static int points_of(const lf_scorecard *card, const char *name, const char *value) {
  for (size_t a = 0; a < card->attributes->n; a++) {
    const lf_attribute *attribute = &card->attributes->items[a];
    if (strcmp(attribute->name, name) != 0) continue;
    for (size_t b = 0; b < attribute->n_bands; b++) {
      if (strcmp(attribute->bands[b].label, value) == 0) return card->bands[a][b].points;
      for (size_t v = 0; v < attribute->bands[b].n_values; v++)
        if (strcmp(attribute->bands[b].values[v], value) == 0) return card->bands[a][b].points;
    }
  }
  return -1;
}

static void points_said_stand_on_the_card(void **state) {
  (void)state;
  history_case c = new_case();
  say_points(spec_of(&c, "source"), "Web", 25);
  say_points(spec_of(&c, "source"), "missing", 3);
  lf_attribute_spec *size = spec_of(&c, "size");
  say_points(size, "below 30", 12);
  say_points(size, "30 to 70", 0);
  say_points(size, "70 and above", 7);
  lf_ruled_card made = make_card(&c);
  const lf_scorecard *card = made.build.card;
  assert_int_equal(points_of(card, "source", "Web"), 25);
  assert_int_equal(points_of(card, "source", "missing"), 3);
  assert_int_equal(points_of(card, "size", "below 30"), 12);
  assert_int_equal(points_of(card, "size", "30 to below 70"), 0);
  assert_int_equal(points_of(card, "size", "70 and above"), 7);
  assert_int_equal(card->maximum, 100);
  assert_int_equal(made.prices->n, 2);
  assert_true(made.prices->all.holdout.known && made.prices->all.cross_fitted.known);
  clear_card(&made);
  case_free(&c);
}

static void caps_and_signs_hold_on_the_card(void **state) {
  (void)state;
  history_case c = new_case();
  spec_of(&c, "strong")->cap = 20;
  say_sign(spec_of(&c, "source"), "Web", 1); /* the worst of the four */
  lf_ruled_card made = make_card(&c);
  const lf_scorecard *card = made.build.card;
  assert_true(points_of(card, "strong", "hot") <= 20);
  assert_int_equal(card->maximum, 100);
  double sum = 0, rows = 0;
  for (size_t a = 0; a < card->attributes->n; a++)
    for (size_t b = 0; b < card->attributes->items[a].n_bands; b++) {
      if (strcmp(card->attributes->items[a].name, "source") != 0) continue;
      sum += card->bands[a][b].rows * card->bands[a][b].points;
      rows += card->bands[a][b].rows;
    }
  assert_true(points_of(card, "source", "Web") >= sum / rows - 1e-9);
  clear_card(&made);
  case_free(&c);
}

/* A rule that the card keeps by itself leaves it as it is, byte for byte. */
static void a_kept_rule_changes_nothing(void **state) {
  (void)state;
  history_case plain = new_case(), c = new_case();
  spec_of(&c, "strong")->cap = 99;
  say_sign(spec_of(&c, "size"), NULL, 1);
  say_sign(spec_of(&c, "source"), "List", 1);
  lf_ruled_card with = make_card(&c), without = make_card(&plain);
  char *a = card_text(with.build.card), *b = card_text(without.build.card);
  assert_string_equal(a, b);
  assert_int_equal(with.prices->n, 3);
  for (size_t i = 0; i < 3; i++) assert_false(with.prices->items[i].binds);
  free(a);
  free(b);
  clear_card(&with);
  clear_card(&without);
  case_free(&c);
  case_free(&plain);
}

/* Excluding costs what a run without the column gives up, and forcing the wrong sign on an attribute of two
 * levels leaves nothing of it: it costs the same, and about twice its mutual information with the outcome a
 * row. */
static void the_price_of_leaving_out(void **state) {
  (void)state;
  history_case excluded = new_case(), dropped = new_case(), plain = new_case(), wrong = new_case();
  spec_of(&excluded, "strong")->exclude = true;
  say_sign(spec_of(&wrong, "strong"), "hot", -1);
  assert_int_equal(lf_text_list_add(&dropped.project.drop, "strong", &dropped.error), LF_OK);
  lf_ruled_card a = make_card(&excluded), b = make_card(&dropped), f = make_card(&plain),
                w = make_card(&wrong);
  char *with_rule = card_text(a.build.card), *separate = card_text(b.build.card);
  assert_string_equal(with_rule, separate);
  free(with_rule);
  free(separate);
  const lf_price *price = &a.prices->items[0].holdout, *forced = &w.prices->items[0].holdout;
  assert_true(price->auc.low > 0 && price->verdict == LF_COMPARE_A_BETTER);
  near(price->auc.value, price->auc_free - price->auc_ruled, 1e-12);
  assert_true(f.build.card->attributes->n == a.build.card->attributes->n + 1);
  near(forced->auc_ruled, price->auc_ruled, 0.03); /* a run of its own: the weak attributes are banded anew */
  near(forced->log_loss.value, price->log_loss.value, 0.01);
  /* H(0.4) - (H(0.6) + H(0.2)) / 2 = 0.0863, a little more beside the other two attributes */
  assert_true(forced->log_loss.value > 0.06 && forced->log_loss.value < 0.115);
  near(forced->deviance.value, 2 * forced->rows * forced->log_loss.value, 1e-9);
  clear_card(&a);
  clear_card(&b);
  clear_card(&f);
  clear_card(&w);
  case_free(&excluded);
  case_free(&dropped);
  case_free(&plain);
  case_free(&wrong);
}

static bool on_card(const lf_scorecard *card, const char *name) {
  for (size_t a = 0; a < card->attributes->n; a++)
    if (strcmp(card->attributes->items[a].name, name) == 0) return true;
  return false;
}

/* Proxy is Size with an error of correlation .97 and says nothing beside it, so that no free card holds it.
 * Where Size is held to 5 points the proxy can stand in for it: the price is what the error costs, not what
 * Size is worth. With log-odds of 1.2 a standard deviation an AUC falls from about .77 to about .76. */
static void what_stands_in_joins_the_card(void **state) {
  (void)state;
  history_case plain = new_case(), capped = new_case();
  lf_text csv = {0};
  lf_text_add(&csv, "Won,Id,Size,Proxy,Region\n");
  for (size_t i = 0; i < 8000; i++) {
    double size = lf_normal_quantile(noise(41, i) + 1e-9);
    double proxy = 0.97 * size + sqrt(1 - 0.97 * 0.97) * lf_normal_quantile(noise(42, i) + 1e-9);
    int region = (int)(3 * noise(43, i));
    bool won = noise(44, i) < lf_expit(-1 + 1.2 * size + 0.5 * region);
    lf_text_addf(&csv, "%s,%zu,", won ? "yes" : "no", i);
    lf_text_add_fixed(&csv, size, 2);
    lf_text_add(&csv, ",");
    lf_text_add_fixed(&csv, proxy, 2);
    lf_text_addf(&csv, ",r%d\n", region);
  }
  spec_of(&capped, "Size")->cap = 5;
  case_must_build(&plain, csv.data);
  case_must_build(&capped, csv.data);
  lf_ruled_card free_card = card_of(&plain), held = card_of(&capped);
  assert_false(on_card(free_card.build.card, "Proxy"));
  assert_true(on_card(held.build.card, "Proxy") && on_card(held.build.card, "Region"));
  assert_true(points_of(held.build.card, "Region", "r2") >= 0);
  const lf_price *price = &held.prices->items[0].holdout;
  assert_true(price->auc.value < 0.03 && price->auc_ruled > 0.72);
  clear_card(&free_card);
  clear_card(&held);
  case_free(&plain);
  case_free(&capped);
  lf_text_free(&csv);
}

static void what_no_band_holds_is_refused(void **state) {
  (void)state;
  history_case c = new_case();
  lf_atoms *atoms = NULL;
  say_points(spec_of(&c, "source"), "Refferal", 10);
  build(&c);
  assert_int_equal(lf_atoms_make(c.history, NULL, NULL, &atoms, &c.error), LF_E_USAGE);
  assert_non_null(strstr(c.error.message, "points.Refferal"));
  assert_non_null(strstr(c.error.message, "did you mean 'Referral'?"));
  case_free(&c);
}

static void intervals_are_read(void **state) {
  (void)state;
  double from = 0, to = 0;
  assert_true(lf_interval_parse("below 1,000", &from, &to) && isinf(from) && to == 1000);
  assert_true(lf_interval_parse("50 to below 200", &from, &to) && from == 50 && to == 200);
  assert_true(lf_interval_parse("50 to 200", &from, &to) && from == 50 && to == 200);
  assert_true(lf_interval_parse("200+", &from, &to) && from == 200 && isinf(to));
  assert_true(lf_interval_parse(">= 2.5", &from, &to) && from == 2.5 && isinf(to));
  assert_true(lf_interval_parse("7", &from, &to) && from == 7 && to == 7);
  assert_false(lf_interval_parse("200 to 50", &from, &to));
  assert_false(lf_interval_parse("Webinar", &from, &to));
  assert_false(lf_interval_parse("nan", &from, &to));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nearest_points_by_hand),
                                     cmocka_unit_test(all_points_said_is_a_line),
                                     cmocka_unit_test(a_trend_pools_violators),
                                     cmocka_unit_test(a_level_is_held_to_the_average),
                                     cmocka_unit_test(a_kept_rule_leaves_every_bit),
                                     cmocka_unit_test(points_said_leave_the_rest),
                                     cmocka_unit_test(a_cap_is_the_best_that_keeps_it),
                                     cmocka_unit_test(points_that_do_not_fit_are_refused),
                                     cmocka_unit_test(points_said_stand_on_the_card),
                                     cmocka_unit_test(caps_and_signs_hold_on_the_card),
                                     cmocka_unit_test(a_kept_rule_changes_nothing),
                                     cmocka_unit_test(the_price_of_leaving_out),
                                     cmocka_unit_test(what_stands_in_joins_the_card),
                                     cmocka_unit_test(what_no_band_holds_is_refused),
                                     cmocka_unit_test(intervals_are_read)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
