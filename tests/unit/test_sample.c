/* Samples of a long history in which wins are rare. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"
#include "fit/sample.h"
#include "history_case.h"

enum { ROWS = 40000, MOST = 4000 };

/* `share` of the rows are won, or lost where rare_lost. */
static void build(history_case *c, double share, bool rare_lost) {
  lf_text csv = {0};
  *c = case_new();
  set_text(&c->project.id, "id");
  lf_text_add(&csv, "id,a,Stage\n");
  for (size_t i = 0; i < ROWS; i++)
    lf_text_addf(&csv, "x%zu,%c,%s\n", i, "uvw"[(size_t)(3 * noise(2, i))],
                 (noise(1, i) < share) != rare_lost ? "won" : "lost");
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

typedef struct sums {
  double rows[2], weight[2], total[2]; /* by outcome: taken, weighted, of the history */
} sums;

static sums sample_sums(const history_case *c, lf_sample **sample) {
  sums s = {{0, 0}, {0, 0}, {0, 0}};
  lf_atoms *atoms = NULL;
  lf_run run = {.threads = 2};
  const lf_history *h = c->history;
  assert_int_equal(lf_atoms_make(h, NULL, &run, &atoms, NULL), LF_OK);
  assert_int_equal(lf_sample_make(h, atoms, LF_FOLDS_RANDOM, 5, MOST, sample, NULL), LF_OK);
  for (size_t i = 0; i < h->n_train; i++) s.total[h->won[i]]++;
  for (size_t i = 0; i < (*sample)->n; i++) {
    assert_int_equal((*sample)->won[i], h->won[(*sample)->row[i]]);
    s.rows[(*sample)->won[i]]++;
    s.weight[(*sample)->won[i]] += (*sample)->weight[i];
  }
  lf_atoms_free(atoms);
  return s;
}

/* A quarter is of the rarer outcome; weighted, its share is the history's; and the weighted counts tell as
 * much of a log-odds as the rows that were taken. */
static void check_rare(bool rare_lost) {
  history_case c;
  lf_sample *sample = NULL;
  build(&c, 0.04, rare_lost);
  sums s = sample_sums(&c, &sample);
  size_t rarer = !rare_lost;
  assert_in_range(s.rows[rarer], MOST / 4 - 5, MOST / 4);
  assert_in_range(sample->n, MOST - 10, MOST);
  assert_true(fabs(s.weight[1] / (s.weight[0] + s.weight[1]) - s.total[1] / ROWS) < 1e-12);
  double told = 1 / s.weight[0] + 1 / s.weight[1], taken = 1 / s.rows[0] + 1 / s.rows[1];
  assert_true(fabs(told / taken - 1) < 1e-12);
  lf_sample_free(sample);
  case_free(&c);
}

static void the_rarer_outcome_has_a_quarter(void **state) {
  (void)state;
  check_rare(false);
  check_rare(true);
}

static void all_of_a_very_rare_outcome_are_taken(void **state) {
  (void)state;
  history_case c;
  lf_sample *sample = NULL;
  build(&c, 0.01, false);
  sums s = sample_sums(&c, &sample);
  assert_true(s.total[1] < MOST / 4);
  assert_int_equal((size_t)s.rows[1], (size_t)s.total[1]);
  assert_true(fabs(s.weight[1] / (s.weight[0] + s.weight[1]) - s.total[1] / ROWS) < 1e-12);
  lf_sample_free(sample);
  case_free(&c);
}

static void a_common_outcome_is_sampled_plainly(void **state) {
  (void)state;
  history_case c;
  lf_sample *sample = NULL;
  build(&c, 0.3, false);
  sums s = sample_sums(&c, &sample);
  for (size_t i = 0; i < sample->n; i++) assert_true(sample->weight[i] == 1);
  assert_in_range(s.rows[1], 0.3 * MOST - 150, 0.3 * MOST + 150);
  lf_sample_free(sample);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_rarer_outcome_has_a_quarter),
                                     cmocka_unit_test(all_of_a_very_rare_outcome_are_taken),
                                     cmocka_unit_test(a_common_outcome_is_sampled_plainly)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
