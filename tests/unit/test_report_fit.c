/* A fit through the library, and the parts of its report that tell how it was chosen: the same rows, files
 * and refusals as the program's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fit/select.h"
#include "history_case.h"
#include "leadfit.h"
#include "near.h"
#include "report/describe.h"
#include "report/describe_claims.h"
#include "report/describe_compare.h"
#include "report/view.h"
#include "report_case.h"

/* ---- a fit through the library ---------------------------------------------------------------------- */

typedef struct fit_case {
  char folder[32], history[64], project[64], card[64];
} fit_case;

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

/* 1,200 leads, of which webinars win far more often; the words that stand for a missing size are the
 * project's own. Each account has two leads, and each lead stands for two. */
static int make_case(void **state) {
  fit_case *c = calloc(1, sizeof *c);
  lf_text text = {0};
  assert_non_null(c);
  strcpy(c->folder, "/tmp/leadfit-XXXXXX");
  assert_non_null(mkdtemp(c->folder));
  snprintf(c->history, sizeof c->history, "%s/history.csv", c->folder);
  snprintf(c->project, sizeof c->project, "%s/leadfit.yaml", c->folder);
  snprintf(c->card, sizeof c->card, "%s/scoring.json", c->folder);
  lf_text_add(&text, "Deal,Account,Weight,Source,Size,won\n");
  for (uint64_t i = 0; i < 1200; i++) {
    bool webinar = noise(1, i) < 0.4, won = noise(2, i) < (webinar ? 0.6 : 0.2);
    lf_text_addf(&text, "D%d,A%d,2,%s,", (int)i, (int)i / 2, webinar ? "Webinar" : "Web");
    if (i % 7)
      lf_text_addf(&text, "%d,%d\n", (int)(100 * noise(3, i)), won);
    else
      lf_text_addf(&text, "unsaid,%d\n", won);
  }
  write_file(c->history, text.data);
  lf_text_free(&text);
  *state = c;
  return 0;
}

static int remove_case(void **state) {
  fit_case *c = *state;
  unlink(c->history);
  unlink(c->project);
  unlink(c->card);
  rmdir(c->folder);
  free(c);
  return 0;
}

static const char project[] =
    "outcome: {column: won, won: [1], lost: [0]}\nid: Deal\naccount: Account\nweight: Weight\n"
    "missing: [unsaid]\nattributes:\n  - {name: Source, kind: category}\n  - {name: Size}\n";

static lf_scorecard *fit_as(const fit_case *c, double holdout, lf_fit_result *result) {
  const char *paths[] = {c->history};
  const lf_fit_options options = {.paths = paths, .n_paths = 1, .project = c->project, .holdout = holdout};
  lf_scorecard *card = NULL;
  lf_error err = {0};
  if (lf_scorecard_fit(&options, NULL, &card, result, &err) != LF_OK) fail_msg("%s", err.message);
  return card;
}

/* Every row counts twice. By Source alone, of 100 leads 24 of 40 webinars and 12 of 60 others win: of 36 * 64
 * pairs 24 * 48 are in order and 24 * 16 + 12 * 48 are ties, an AUC of 0.708, which lies in the interval. */
static void a_fit_counts_rows_by_their_weights(void **state) {
  const fit_case *c = *state;
  lf_fit_result quarter = {0}, half = {0};
  write_file(c->project, project);
  lf_scorecard *card = fit_as(c, 0, &quarter);
  near(quarter.train_rows + quarter.holdout_rows, 2400, 0);
  near(quarter.holdout_rows / 2400, 0.25, 0.05);
  assert_true(quarter.auc_low < quarter.auc && quarter.auc < quarter.auc_high);
  assert_true(quarter.auc_low > 0.5 && quarter.auc_low < 0.708 && quarter.auc_high > 0.708);
  assert_true(quarter.log_loss > 0 && quarter.calibration_slope > 0);
  lf_scorecard_free(card);
  card = fit_as(c, 0.5, &half);
  near(half.holdout_rows / 2400, 0.5, 0.05);
  lf_scorecard_free(card);
}

static void a_saved_card_is_the_card(void **state) {
  const fit_case *c = *state;
  lf_error err = {0};
  lf_scorecard *back = NULL;
  write_file(c->project, project);
  lf_scorecard *card = fit_as(c, 0, NULL);
  if (lf_scorecard_save(card, c->card, &err) != LF_OK) fail_msg("%s", err.message);
  if (lf_scorecard_load(c->card, &back, &err) != LF_OK) fail_msg("%s", err.message);
  static const char *const names[] = {"Source", "Size"}, *const values[] = {"Webinar", NULL},
                           *const other[] = {"Web", NULL};
  lf_lead_score first = {0}, second = {0}, third = {0};
  assert_int_equal(lf_scorecard_lead(card, names, values, 2, &first, &err), LF_OK);
  assert_int_equal(lf_scorecard_lead(back, names, values, 2, &second, &err), LF_OK);
  assert_int_equal(lf_scorecard_lead(back, names, other, 2, &third, &err), LF_OK);
  assert_int_equal(first.score, second.score);
  near(first.probability, second.probability, 0);
  assert_true(third.score < first.score);
  assert_int_equal(lf_scorecard_save(card, "/nowhere/at/all.json", &err), LF_E_IO);
  lf_scorecard_free(back);
  lf_scorecard_free(card);
}

static void a_fit_that_cannot_be_is_refused(void **state) {
  const fit_case *c = *state;
  const char *paths[] = {c->history};
  lf_fit_options options = {.paths = paths, .n_paths = 0, .project = c->project};
  lf_scorecard *card = NULL;
  lf_error err = {0};
  assert_int_equal(lf_scorecard_fit(&options, NULL, &card, NULL, &err), LF_E_USAGE);
  has(err.message, "no history: give the paths of one file or more");
  options.n_paths = 1;
  write_file(
      c->project,
      "sources:\n  - {name: a, file: history.csv, key: Deal}\n  - {name: b, file: other.csv, key: Deal}\n");
  assert_int_equal(lf_scorecard_fit(&options, NULL, &card, NULL, &err), LF_E_USAGE);
  has(err.message, "joins several sources, and lf_scorecard_fit reads one");
  assert_null(card);
}

/* ---- how it was chosen ------------------------------------------------------------------------------ */

static void attributes_left_out_say_why(void **state) {
  lf_atom_set sets[1] = {{.name = "Fax"}};
  const lf_atoms atoms = {.n = 1, .items = sets};
  lf_sample judged = {.n = 10, .n_folds = 2};
  lf_dropped_set dropped[5] = {{.loss_change = 1, .std_error = 2, .alone = true},
                               {.loss_change = 3, .std_error = 2, .alone = true},
                               {.loss_change = -5, .std_error = 2},
                               {.loss_change = -4, .std_error = 2},
                               {.loss_change = 1.5, .std_error = 2}};
  static const char *const reasons[] = {
      "does not help on its own", "helps less on its own than the attributes that were taken",
      "does harm on rows that took no part in the fit", "does not help on rows that took no part in the fit",
      "helps by less than a standard error on rows that took no part in the fit"};
  const lf_card_fit fit = {.atoms = &atoms, .judged = &judged, .n_dropped = 5, .dropped = dropped};
  json_t *tree = lf_describe_selection(&fit);
  (void)state;
  for (size_t i = 0; i < 5; i++) {
    const json_t *one = json_array_get(lf_view_at(tree, "left_out"), i);
    assert_string_equal(lf_view_text(one, "attribute"), "Fax");
    assert_string_equal(lf_view_text(one, "reason"), reasons[i]);
  }
  json_decref(tree);
}

/* Scores 0, 1, 2 of 4, 0 and 6 leads: from 1 on 6 of 10 qualify, and all 3 wins. */
static void thresholds_sum_what_reaches_them(void **state) {
  lf_score_slice at[3] = {{.rows = 4}, {.rows = 0}, {.rows = 6, .won = 3, .amount = 90}};
  lf_score_counts counts = {.minimum = 0, .maximum = 2, .at = at};
  json_t *list = lf_describe_thresholds(&counts);
  (void)state;
  assert_int_equal(json_array_size(list), 3);
  const json_t *one = json_array_get(list, 1);
  near(lf_view_number(one, "rows"), 6, 0);
  near(lf_view_number(one, "win_rate"), 0.5, 0);
  near(lf_view_number(one, "share_leads"), 0.6, 1e-15);
  near(lf_view_number(one, "share_won"), 1, 0);
  near(lf_view_number(one, "share_amount"), 1, 0);
  json_decref(list);
  memset(at, 0, sizeof at); /* no lead at all: no share of anything */
  list = lf_describe_thresholds(&counts);
  one = json_array_get(list, 0);
  assert_null(lf_view_at(one, "win_rate"));
  assert_null(lf_view_at(one, "share_leads"));
  assert_null(lf_view_at(one, "share_won"));
  assert_null(lf_view_at(one, "share_amount"));
  json_decref(list);
}

static void a_card_without_a_threshold_has_none(void **state) {
  lf_score_slice at[1] = {{.rows = 4}};
  const lf_score_counts counts = {.at = at};
  const lf_scorecard card = {0};
  (void)state;
  json_t *tree = lf_describe_mql(&card, &counts, "holdout");
  assert_true(json_is_null(tree));
  json_decref(tree);
}

/* ---- pairs and claims ------------------------------------------------------------------------------- */

static void a_pair_names_its_verdict(void **state) {
  static const lf_candidate candidates[] = {{.name = "old"}, {.name = "new"}};
  static const struct {
    lf_compare_verdict verdict;
    const char *name, *better;
  } cases[] = {{LF_COMPARE_A_BETTER, "better", "old"},
               {LF_COMPARE_B_BETTER, "better", "new"},
               {LF_COMPARE_SAME, "no meaningful difference", NULL},
               {LF_COMPARE_UNDECIDED, "not enough evidence", NULL}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_pair pair = {.b = 1, .verdict = cases[i].verdict};
    const lf_comparison comparison = {.n = 2, .candidates = candidates, .n_pairs = 1, .pairs = &pair};
    json_t *list = lf_describe_pairs(&comparison), *one = json_array_get(list, 0);
    assert_string_equal(lf_view_text(one, "verdict"), cases[i].name);
    assert_string_equal(lf_view_text(one, "verdict_by"), "auc");
    if (cases[i].better != NULL)
      assert_string_equal(lf_view_text(one, "better"), cases[i].better);
    else
      assert_null(lf_view_at(one, "better"));
    json_decref(list);
  }
}

static void a_claim_names_its_measure(void **state) {
  static const char *const measures[] = {[LF_EFFECT_WIN] = "odds ratio",
                                         [LF_EFFECT_AMOUNT] = "ratio of mean amounts",
                                         [LF_EFFECT_REVENUE] = "ratio of revenue per lead"};
  (void)state;
  for (lf_claim_effect effect = LF_EFFECT_WIN; effect <= LF_EFFECT_REVENUE; effect++) {
    lf_claim claim = {.say = "x", .attribute = "A", .effect = effect, .margin = 1.1};
    lf_answer answer = {.more_won = NAN,
                        .raw = {.ratio = 2},
                        .group = {.rows = 4, .won = 1},
                        .versus = {.rows = 4, .won = 1}};
    const lf_claims claims = {.n = 1, .items = &claim};
    const lf_answers answers = {.n = 1, .items = &answer};
    json_t *list = lf_describe_claims(&claims, &answers), *one = json_array_get(list, 0);
    assert_string_equal(lf_view_text(one, "raw.measure"), measures[effect]);
    assert_int_equal(isnan(lf_view_number(one, "raw.odds_ratio")), effect != LF_EFFECT_WIN);
    json_decref(list);
  }
}

/* ---- the split -------------------------------------------------------------------------------------- */

static void only_a_split_in_time_has_a_first_day(void **state) {
  static const struct {
    lf_split_kind kind;
    bool by_row;
    const char *name, *from;
  } cases[] = {{LF_SPLIT_NONE, false, "none", NULL},
               {LF_SPLIT_HASH, false, "hash", NULL},
               {LF_SPLIT_TIME, false, "time", "2024-02-29"},
               {LF_SPLIT_TIME, true, "time", NULL}};
  lf_history *history = calloc(1, sizeof *history);
  assert_non_null(history);
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    history->split = cases[i].kind;
    history->date_is_row = cases[i].by_row;
    history->split_from = 19782;
    json_t *tree = lf_describe_split(history);
    assert_string_equal(lf_view_text(tree, "kind"), cases[i].name);
    if (cases[i].from != NULL)
      assert_string_equal(lf_view_text(tree, "from"), cases[i].from);
    else
      assert_null(lf_view_at(tree, "from"));
    json_decref(tree);
  }
  free(history);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_fit_counts_rows_by_their_weights, make_case, remove_case),
      cmocka_unit_test_setup_teardown(a_saved_card_is_the_card, make_case, remove_case),
      cmocka_unit_test_setup_teardown(a_fit_that_cannot_be_is_refused, make_case, remove_case),
      cmocka_unit_test(attributes_left_out_say_why),
      cmocka_unit_test(thresholds_sum_what_reaches_them),
      cmocka_unit_test(a_card_without_a_threshold_has_none),
      cmocka_unit_test(a_pair_names_its_verdict),
      cmocka_unit_test(a_claim_names_its_measure),
      cmocka_unit_test(only_a_split_in_time_has_a_first_day),
  };
  return cmocka_run_group_tests_name("report fit", tests, NULL, NULL);
}
