/* Whole points for weights: plain rounding by hand, points said, caps, and relations that rounding may not
 * break. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "band/atoms.h"
#include "card/points.h"

/* Weights of attributes of two to four bands each. */
typedef struct problem {
  size_t n_attributes, count[4], first[4], n;
  double weight[12];
  int16_t pin[13]; /* of the intercept, then of each weight */
  int cap[4];
  double scale;
  lf_relation relations[3];
  size_t n_relations;
} problem;

static lf_points_answer choose(const problem *p, const double *curvature, bool rules) {
  lf_rules kept = {.pin = (int16_t *)(uintptr_t)p->pin,
                   .cap = (int *)(uintptr_t)p->cap,
                   .relations = (lf_relation *)(uintptr_t)p->relations,
                   .n_relations = p->n_relations,
                   .scale = p->scale};
  lf_points_problem asked = {.n = p->n,
                             .weight = p->weight,
                             .curvature = curvature,
                             .n_attributes = p->n_attributes,
                             .first = p->first,
                             .count = p->count,
                             .maximum = 100,
                             .rules = rules ? &kept : NULL};
  lf_points_answer answer;
  assert_int_equal(lf_points_choose(&asked, &answer, NULL), LF_OK);
  return answer;
}

static problem make(size_t n_attributes, const size_t *count, const double *weight) {
  problem p = {.n_attributes = n_attributes, .scale = NAN};
  for (size_t a = 0; a < n_attributes; a++) {
    p.first[a] = p.n;
    p.count[a] = count[a];
    p.n += count[a];
  }
  memcpy(p.weight, weight, p.n * sizeof *weight);
  for (size_t i = 0; i < 13; i++) p.pin[i] = LF_NO_PIN;
  return p;
}

static void points_are(lf_points_answer answer, const int *want, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (answer.points[i] != want[i])
      fail_msg("weight %zu has %d points, wanted %d", i, answer.points[i], want[i]);
  free(answer.points);
}

/* Ranges 1, 2 and 3 of 6: 16.67, 33.33 and 50 points, the odd one to the largest remainder; inside an
 * attribute by proportion. */
static void plain_rounding(void **state) {
  (void)state;
  const size_t count[] = {2, 3, 2};
  const double weight[] = {-.5, .5, 0, 1, 2, 1, -2};
  problem p = make(3, count, weight);
  const int want[] = {0, 17, 0, 17, 33, 50, 0};
  points_are(choose(&p, NULL, false), want, 7);
  /* an attribute whose bands are alike has no points, and one that nobody is in has none to give */
  const size_t alike[] = {2, 2, 0};
  const double flat[] = {.3, .3, 0, 1};
  p = make(3, alike, flat);
  const int all[] = {0, 0, 0, 100};
  points_are(choose(&p, NULL, false), all, 4);
  const size_t one[] = {2};
  const double none[] = {1, 1};
  p = make(1, one, none);
  const int nothing[] = {0, 0};
  points_are(choose(&p, NULL, false), nothing, 2);
}

/* The same with rules of which none binds. */
static void rules_that_say_nothing(void **state) {
  (void)state;
  const size_t count[] = {2, 3, 2};
  const double weight[] = {-.5, .5, 0, 1, 2, 1, -2};
  problem p = make(3, count, weight);
  const int want[] = {0, 17, 0, 17, 33, 50, 0};
  points_are(choose(&p, NULL, true), want, 7);
  const size_t alike[] = {2};
  const double flat[] = {1, 1};
  p = make(1, alike, flat);
  const int nothing[] = {0, 0};
  points_are(choose(&p, NULL, true), nothing, 2);
}

/* A cap of 20 leaves 80 to the others, in proportion; where all are capped nothing passes the caps. */
static void caps_are_kept(void **state) {
  (void)state;
  const size_t count[] = {2, 2, 2};
  const double weight[] = {0, 3, 0, 1, 0, 1};
  problem p = make(3, count, weight);
  p.cap[0] = 20;
  const int want[] = {0, 20, 0, 40, 0, 40};
  points_are(choose(&p, NULL, true), want, 6);
  p.cap[1] = 30;
  p.cap[2] = 40;
  const int least[] = {0, 20, 0, 30, 0, 40};
  points_are(choose(&p, NULL, true), least, 6);
}

/* Points said stand; the bands beside them lie where their weights say by the log-odds of a point, within the
 * cap and from 0 on, and the lowest is 0 where none was said to be. The others share what is left of 100. */
static void points_said_and_the_bands_beside_them(void **state) {
  (void)state;
  const size_t count[] = {4, 2};
  const double weight[] = {0, .5, 1.5, -1, 0, 1};
  problem p = make(2, count, weight);
  p.scale = .1;
  p.pin[1] = 10; /* the first band */
  const int want[] = {10, 15, 25, 0, 0, 75};
  points_are(choose(&p, NULL, true), want, 6);
  p.cap[0] = 20;
  const int capped[] = {10, 15, 20, 0, 0, 80};
  points_are(choose(&p, NULL, true), capped, 6);
  /* where a band is said to have 0, the lowest of the others keeps what it has */
  p.cap[0] = 0;
  p.pin[1] = LF_NO_PIN;
  p.pin[2] = 0;
  p.weight[3] = 2;
  p.weight[0] = .7;
  const int low[] = {2, 0, 10, 15, 0, 85};
  points_are(choose(&p, NULL, true), low, 6);
  /* all that is said is 100: nothing is left */
  const size_t two[] = {2, 2};
  const double both[] = {0, 1, 0, 1};
  p = make(2, two, both);
  p.scale = .1;
  p.pin[1] = 0;
  p.pin[2] = 100;
  const int whole[] = {0, 100, 0, 0};
  points_are(choose(&p, NULL, true), whole, 4);
}

/* Thirds of 10 points round to 3 and 7. Held to no less than the mean of three, weights 1, 2, 0 of rows, the
 * second band of weight 2.4 / 3 stays above it; a band that rounds below what it is held to is moved by
 * single points until it holds. */
static void relations_survive_rounding(void **state) {
  (void)state;
  const size_t count[] = {3, 2};
  const double weight[] = {0, .0149, .04, 0, .96};
  problem p = make(2, count, weight);
  /* 4 points: 0, 1.49 -> 1, 4. Held to at least 2/4 of the third less the first */
  double c[] = {-.5, 1, -.5}, other[] = {.5, -1, .5};
  p.relations[0] = (lf_relation){.term = 0, .c = c, .at = 1, .move = 1};
  p.n_relations = 1;
  const int up[] = {0, 2, 4, 0, 96};
  points_are(choose(&p, NULL, true), up, 5);
  p.weight[1] = .0251; /* 2.51 -> 3, held to no more than half of 4 */
  p.relations[0] = (lf_relation){.term = 0, .c = other, .at = 1, .move = -1};
  const int down[] = {0, 2, 4, 0, 96};
  points_are(choose(&p, NULL, true), down, 5);
  /* where its own points are said, whatever pulls the other way gives: the third band comes down to twice of
   * 1 */
  p.weight[1] = .01;
  p.scale = .01;
  p.pin[2] = 1;
  p.relations[0] = (lf_relation){.term = 0, .c = c, .at = 1, .move = 1};
  const int said[] = {0, 1, 2, 0, 96};
  points_are(choose(&p, NULL, true), said, 5);
  /* and what pulls the same way is left alone: 1 + 2 / 4 must reach three quarters of the last, which comes
   * down to 2 */
  const size_t four[] = {4, 2};
  const double weights[] = {0, .01, .02, .04, 0, .96};
  double pulls[] = {-.5, 1, .25, -.75};
  p = make(2, four, weights);
  p.scale = .01;
  p.pin[2] = 1;
  p.relations[0] = (lf_relation){.term = 0, .c = pulls, .at = 1, .move = 1};
  p.n_relations = 1;
  const int last[] = {0, 1, 2, 2, 0, 96};
  points_are(choose(&p, NULL, true), last, 6);
}

/* Under a curvature of its own for each weight the points that are chosen lose no more than plain rounding,
 * and keep the rules. */
static void the_search_keeps_the_rules(void **state) {
  (void)state;
  const size_t count[] = {3, 3, 2};
  const double weight[] = {0, .33, .5, 0, .11, .92, 0, .61};
  double curvature[64] = {0}, order[] = {0, -1, 1};
  problem p = make(3, count, weight);
  for (size_t i = 0; i < 8; i++)
    for (size_t j = 0; j < 8; j++) curvature[i * 8 + j] = i == j ? 1 + .3 * (double)i : .05;
  lf_points_answer open = choose(&p, curvature, false);
  assert_true(open.loss <= open.loss_plain + 1e-12 && open.loss >= -1e-9);
  free(open.points);
  p.cap[1] = 30;
  p.relations[0] = (lf_relation){.term = 0, .c = order, .at = 2, .move = 1};
  p.n_relations = 1;
  lf_points_answer held = choose(&p, curvature, true);
  assert_true(held.loss <= held.loss_plain + 1e-12);
  int top[3] = {0};
  for (size_t a = 0; a < 3; a++)
    for (size_t i = p.first[a]; i < p.first[a] + p.count[a]; i++)
      top[a] = held.points[i] > top[a] ? held.points[i] : top[a];
  assert_true(top[1] <= 30 && top[0] + top[1] + top[2] == 100);
  assert_true(held.points[2] >= held.points[1]);
  free(held.points);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_rounding),
      cmocka_unit_test(rules_that_say_nothing),
      cmocka_unit_test(caps_are_kept),
      cmocka_unit_test(points_said_and_the_bands_beside_them),
      cmocka_unit_test(relations_survive_rounding),
      cmocka_unit_test(the_search_keeps_the_rules),
  };
  return cmocka_run_group_tests_name("points", tests, NULL, NULL);
}
