/* What changed: two definitions on rows counted by hand, so that every corner of the split, every flip and
 * every cell is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "card_case.h"
#include "evidence/changed.h"
#include "history_case.h"
#include "near.h"

/* Each definition knows one attribute: ten points for its first value, and ten are enough. */
static lf_scorecard *card_of(const char *attribute, const char *value) {
  lf_text text = {0};
  lf_text_addf(&text,
               "{\"format\": \"leadfit-scoring/1\", \"attributes\": [{\"name\": \"%s\", \"kind\": "
               "\"category\", \"bands\": ["
               "{\"label\": \"%s\", \"values\": [\"%s\"], \"points\": 10}, {\"label\": \"missing\", "
               "\"missing\": true, \"points\": 0}, "
               "{\"label\": \"other\", \"other\": true, \"points\": 0}]}], \"mql\": {\"threshold\": 10}}",
               attribute, value, value);
  lf_scorecard *card = card_of_json(text.data);
  lf_text_free(&text);
  return card;
}

static void add_rows(lf_text *csv, const char *day, const char *a, const char *b, int rows, int won) {
  for (int i = 0; i < rows; i++) lf_text_addf(csv, "%s,%s,%s,%s\n", i < won ? "Won" : "Lost", day, a, b);
}

/* Earlier: half have x, three in ten p. Recent: six in ten x, four in ten p. A and B are independent in both.
 */
static void build(history_case *c) {
  lf_text csv = {0};
  *c = case_new();
  set_text(&c->project.outcome, "Stage");
  set_text(&c->project.date, "Day");
  c->options.holdout_from = "2023-03-01";
  lf_text_add(&csv, "Stage,Day,A,B\n");
  add_rows(&csv, "2023-01-10", "x", "p", 15, 12);
  add_rows(&csv, "2023-01-11", "x", "q", 35, 14);
  add_rows(&csv, "2023-01-12", "y", "p", 15, 6);
  add_rows(&csv, "2023-01-13", "y", "q", 35, 7);
  add_rows(&csv, "2023-03-10", "x", "p", 24, 18);
  add_rows(&csv, "2023-03-11", "x", "q", 36, 12);
  add_rows(&csv, "2023-03-12", "y", "p", 16, 8);
  add_rows(&csv, "2023-03-13", "y", "q", 24, 4);
  case_must_build(c, csv.data);
  lf_text_free(&csv);
}

static lf_changed *change(history_case *c, lf_scorecard **old_card, lf_scorecard *new_card) {
  lf_changed *changed = NULL;
  lf_error error = {0};
  if (lf_changed_make(c->history, old_card, new_card, 1, NULL, &changed, &error) != LF_OK)
    fail_msg("%s", error.message);
  return changed;
}

static void splits_volume_as_by_hand(void **state) {
  (void)state;
  history_case c;
  build(&c);
  lf_scorecard *old_card = card_of("A", "x"), *new_card = card_of("B", "p");
  lf_changed *changed = change(&c, &old_card, new_card);
  assert_null(old_card);
  assert_true(changed->in_time && changed->on_holdout && changed->has_thresholds);
  /* corners V(rows, points, threshold): earlier .5 .5 .3 .3; recent old points .6 .36, new points .4 + .6 *
   * 2/7 and .4 */
  double roo = .6, ron = .36, rno = .4 + .6 * 2 / 7, rnn = .4, eo = .5, en = .3;
  near(changed->volume.from, eo, 1e-12);
  near(changed->volume.to, rnn, 1e-12);
  near(changed->volume.part[LF_PART_MIX].value, ((roo - eo) + (rnn - en)) / 3 + ((rno - eo) + (ron - en)) / 6,
       1e-12);
  near(changed->volume.part[LF_PART_POINTS].value, (rnn - ron) / 3 + (rno - roo) / 6, 1e-12);
  near(changed->volume.part[LF_PART_THRESHOLD].value,
       ((en - eo) + (rnn - rno)) / 3 + ((ron - roo) + (en - eo)) / 6, 1e-12);
  near(changed->judged_volume.from, roo, 1e-12);
  near(changed->judged_volume.part[LF_PART_POINTS].value, .5 * (rno - roo + rnn - ron), 1e-12);
  near(changed->judged_volume.part[LF_PART_THRESHOLD].value, .5 * (ron - roo + rnn - rno), 1e-12);
  near(changed->win_rate.from, 26.0 / 50, 1e-12);
  near(changed->win_rate.to, 26.0 / 40, 1e-12);
  near(changed->judged_win_rate.from, 30.0 / 60, 1e-12);
  lf_changed_free(changed);
  lf_scorecard_free(new_card);
  case_free(&c);
}

static void parts_sum_to_the_change(void **state) {
  (void)state;
  history_case c;
  build(&c);
  lf_scorecard *old_card = card_of("A", "x"), *new_card = card_of("B", "p");
  lf_changed *changed = change(&c, &old_card, new_card);
  const lf_changed_split *splits[] = {&changed->volume, &changed->win_rate, &changed->judged_volume,
                                      &changed->judged_win_rate};
  for (int k = 0; k < 4; k++) {
    double sum = 0;
    for (int p = 0; p < LF_CHANGED_PARTS; p++) sum += splits[k]->part[p].value;
    near(sum, splits[k]->to - splits[k]->from, 1e-12);
    near(splits[k]->total.value, sum, 1e-12);
    assert_true(splits[k]->total.low < sum && sum < splits[k]->total.high);
  }
  lf_changed_free(changed);
  lf_scorecard_free(new_card);
  case_free(&c);
}

static void tells_who_flips(void **state) {
  (void)state;
  history_case c;
  build(&c);
  lf_scorecard *old_card = card_of("A", "x"), *new_card = card_of("B", "p");
  lf_changed *changed = change(&c, &old_card, new_card);
  near(changed->up.rows, 16, 0); /* y and p */
  near(changed->up.won, 8, 0);
  near(changed->down.rows, 36, 0); /* x and q */
  near(changed->down.won, 12, 0);
  /* a point of each is worth the log odds ratio of its ten points in the training rows */
  double scale = (log(26.0 / 24) - log(13.0 / 37)) / (log(18.0 / 12) - log(21.0 / 49));
  near(changed->scale, scale, 1e-6);
  /* up: B moves by 10 - 3.5, A by 5.5 old points; down: B by -3.5, A by -4.5 old points */
  assert_int_equal(changed->up.n, 1);
  assert_string_equal(changed->attributes[changed->up.patterns[0].attribute].name, "B");
  assert_string_equal(changed->up.patterns[0].new_band, "p");
  assert_null(changed->up.patterns[0].old_band);
  near(changed->up.patterns[0].change, 6.5, 1e-9);
  assert_int_equal(changed->down.n, 1);
  assert_string_equal(changed->attributes[changed->down.patterns[0].attribute].name, "A");
  assert_string_equal(changed->down.patterns[0].old_band, "x");
  near(changed->down.patterns[0].change, -4.5 * scale, 1e-5);
  lf_changed_free(changed);
  lf_scorecard_free(new_card);
  case_free(&c);
}

static void same_definition_changes_nothing(void **state) {
  (void)state;
  history_case c;
  build(&c);
  lf_scorecard *old_card = card_of("A", "x"), *new_card = card_of("A", "x");
  lf_changed *changed = change(&c, &old_card, new_card);
  near(changed->scale, 1, 1e-12);
  near(changed->old_threshold_here, 10, 0);
  near(changed->up.rows + changed->down.rows, 0, 0);
  near(changed->volume.part[LF_PART_MIX].value, .1, 1e-12);
  near(changed->volume.part[LF_PART_POINTS].value, 0, 1e-12);
  near(changed->volume.part[LF_PART_THRESHOLD].value, 0, 1e-12);
  near(changed->attributes[0].mean_change, 0, 1e-12);
  assert_int_equal(changed->attributes[0].kind, LF_CHANGED_KEPT);
  assert_int_equal(changed->attributes[0].n_cells, 2);
  near(changed->attributes[0].cells[0].rows, 110, 0);
  near(changed->attributes[0].cells[0].won, 26 + 30, 0);
  near(changed->comparison->pairs[0].auc.difference, 0, 1e-12);
  lf_changed_free(changed);
  lf_scorecard_free(new_card);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(splits_volume_as_by_hand),
      cmocka_unit_test(parts_sum_to_the_change),
      cmocka_unit_test(tells_who_flips),
      cmocka_unit_test(same_definition_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
