/* Real histories: counts that their publishers state or that a count of the file gives, and who is accused of
 * knowing the outcome. The files are found by LEADFIT_REFERENCE, the folder that holds data/; without it the
 * tests are skipped. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history_case.h"

static void build_real(history_case *c, const char *path) {
  char full[1024];
  const char *root = getenv("LEADFIT_REFERENCE");
  if (!root) {
    print_message("skipped: LEADFIT_REFERENCE is not set\n");
    skip();
  }
  snprintf(full, sizeof full, "%s/data/%s", root, path);
  if (case_build_file(c, full, 2) != LF_OK) fail_msg("%s: %s", path, c->error.message);
}

static void check_counts(const history_case *c, uint64_t read, size_t used, double won, uint64_t open) {
  double rows = 0, wins = 0;
  lf_history_count(c->history, 0, c->history->n_rows, &rows, &wins);
  assert_int_equal(c->history->rows_read, read);
  assert_int_equal(c->history->n_rows, used);
  assert_true(wins == won);
  assert_int_equal(c->history->open, open);
}

static void check_asked(const history_case *c, const char *column) {
  if (!lf_history_is_attribute(c->history, lf_table_find(c->history->table, column)) ||
      !case_role(c, column)->suspicion)
    fail_msg("'%s' is not asked about", column);
}

static void check_clean(const history_case *c, const char *column) {
  if (!lf_history_is_attribute(c->history, lf_table_find(c->history->table, column)))
    fail_msg("'%s' is left out", column);
  if (case_role(c, column)->suspicion)
    fail_msg("'%s' is asked about: %s", column, case_role(c, column)->suspicion);
}

static void check_left_out(const history_case *c, const char *column, const char *why) {
  const lf_column_role *role = case_role(c, column);
  assert_int_equal(role->role, LF_ROLE_EXCLUDED);
  if (!strstr(role->reason, why)) fail_msg("'%s' is left out for '%s'", column, role->reason);
}

static void win_loss(void **state) {
  (void)state;
  history_case c = case_new();
  build_real(&c, "sales-win-loss/WA_Fn-UseC_-Sales-Win-Loss.csv");
  check_counts(&c, 78025, 77970, 17600,
               0); /* 17,627 won rows of 78,025; 27 of the 55 exact duplicates are won */
  assert_int_equal(case_excluded(&c, "duplicate"), 55);
  assert_true(case_role(&c, "Opportunity Amount USD")->also_attribute);
  assert_int_equal(case_role(&c, "Opportunity Number")->role, LF_ROLE_ID);
  static const char *const asked[] = {
      "Elapsed Days In Sales Stage",           "Sales Stage Change Count",
      "Total Days Identified Through Closing", "Total Days Identified Through Qualified",
      "Ratio Days Identified To Total Days",   "Ratio Days Validated To Total Days",
      "Ratio Days Qualified To Total Days"};
  static const char *const clean[] = {"Region",
                                      "Route To Market",
                                      "Client Size By Revenue",
                                      "Client Size By Employee Count",
                                      "Revenue From Client Past Two Years",
                                      "Competitor Type",
                                      "Supplies Group",
                                      "Supplies Subgroup"};
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) check_asked(&c, asked[i]);
  for (size_t i = 0; i < sizeof clean / sizeof *clean; i++) check_clean(&c, clean[i]);
  case_free(&c);
}

static void x_education(void **state) {
  (void)state;
  static const char *const files[] = {"x-education/Leads.csv",
                                      "x-education/malformed/Lead_Scoring_338_whole-line-quoted.csv"};
  for (int i = 0; i < 2; i++) {
    history_case c = case_new();
    c.options.holdout = (double)NAN;
    build_real(&c, files[i]);
    check_counts(&c, 9240, 9240, 3561, 0);
    assert_string_equal(c.history->table->columns[c.history->outcome].name, "Converted");
    check_left_out(&c, "Tags", "gives the outcome away");
    check_left_out(&c, "Lead Number", "identifier");
    check_left_out(&c, "Magazine", "constant");
    check_asked(&c, "Lead Quality");
    check_asked(&c, "Last Activity");
    check_asked(&c, "Last Notable Activity");
    check_clean(&c, "What is your current occupation");
    check_clean(&c, "Lead Origin");
    check_clean(&c, "Lead Source");
    case_free(&c);
  }
}

static void bank(void **state) {
  (void)state;
  history_case c = case_new();
  build_real(&c, "bank-marketing/bank-additional-full.csv");
  check_counts(&c, 41188, 41188, 4640, 0);
  assert_true(case_notes(&c, "12 rows repeat"));
  assert_true(case_notes(&c, "--date @row"));
  check_asked(&c, "duration");
  check_asked(&c, "euribor3m");
  check_asked(&c, "nr.employed");
  check_clean(&c, "age");
  check_clean(&c, "job");
  check_clean(&c, "poutcome");
  case_free(&c);
}

static void marketstar(void **state) {
  (void)state;
  history_case c = case_new();
  c.options.holdout = (double)NAN;
  build_real(&c, "marketstar-leads/Leads.csv");
  check_counts(&c, 43033, 30734, 1061, 12299);
  assert_int_equal(c.history->split, LF_SPLIT_TIME);
  check_left_out(&c, "ConvertedOpportunityId", "filled for won rows only");
  check_left_out(&c, "DisqualifiedReason", "outcome");
  check_clean(&c, "Title");
  check_clean(&c, "Industry");
  assert_true(case_notes(&c, "still open"));
  case_free(&c);
}

static void check_said(const char *path, const char *outcome, size_t rows, double won) {
  if (!getenv("LEADFIT_REFERENCE")) skip(); /* before anything is held */
  history_case c = case_new();
  set_text(&c.project.outcome, outcome);
  build_real(&c, path);
  check_counts(&c, rows, rows, won, 0);
  case_free(&c);
}

/* Admitted, low weight, died, myopic: the numbers of the published fits. */
static void published_fits(void **state) {
  (void)state;
  check_said("ucla-admissions/binary.csv", "admit", 400, 127);
  check_said("ucla-admissions/binary-mixed-cr.csv", "admit", 400, 127);
  check_said("lowbwt/birthwt.csv", "low", 189, 59);
  check_said("lowbwt/lowbwt-semicolon.csv", "LOW", 189, 59);
  check_said("icu/icu.csv", "STA", 200, 40);
  check_said("icu/myopia.csv", "MYOPIC", 618, 81);
}

static void birth_weight_gives_low_away(void **state) {
  (void)state;
  if (!getenv("LEADFIT_REFERENCE")) skip();
  history_case c = case_new();
  set_text(&c.project.outcome, "low");
  build_real(&c, "lowbwt/birthwt.csv");
  check_left_out(&c, "bwt", "outcome"); /* low is bwt < 2500 */
  check_clean(&c, "age");
  check_clean(&c, "smoke");
  case_free(&c);
}

static void threads_change_nothing(void **state) {
  (void)state;
  history_case one = case_new(), two = case_new();
  char full[1024];
  const char *root = getenv("LEADFIT_REFERENCE");
  if (!root) skip();
  snprintf(full, sizeof full, "%s/data/x-education/Leads.csv", root);
  one.options.holdout = two.options.holdout = (double)NAN;
  assert_int_equal(case_build_file(&one, full, 1), LF_OK);
  assert_int_equal(case_build_file(&two, full, 3), LF_OK);
  assert_int_equal(one.history->n_train, two.history->n_train);
  assert_memory_equal(one.history->won, two.history->won, one.history->n_rows);
  assert_memory_equal(one.history->fold, two.history->fold, one.history->n_rows);
  for (size_t c = 0; c < one.history->table->n_columns; c++) {
    const lf_column_role *a = &one.history->roles[c], *b = &two.history->roles[c];
    assert_string_equal(a->reason ? a->reason : "", b->reason ? b->reason : "");
    assert_string_equal(a->suspicion ? a->suspicion : "", b->suspicion ? b->suspicion : "");
  }
  case_free(&one);
  case_free(&two);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(win_loss),
      cmocka_unit_test(x_education),
      cmocka_unit_test(bank),
      cmocka_unit_test(marketstar),
      cmocka_unit_test(published_fits),
      cmocka_unit_test(birth_weight_gives_low_away),
      cmocka_unit_test(threads_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
