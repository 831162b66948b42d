/* Which column is the outcome, and what its values say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "history_case.h"

static void check_counts(const history_case *c, size_t used, double won, uint64_t open) {
  double rows = 0, wins = 0;
  lf_history_count(c->history, 0, c->history->n_rows, &rows, &wins);
  assert_int_equal(c->history->n_rows, used);
  assert_true(wins == won);
  assert_int_equal(c->history->open, open);
}

/* name,values… -> one column called name beside a size. */
static void check_column(const char *name, const char *values, size_t used, double won, uint64_t open) {
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_addf(&csv, "Size,%s\n", name);
  size_t row = 0;
  for (const char *p = values; *p; row++) {
    size_t n = strcspn(p, "|");
    lf_text_addf(&csv, "%zu,%.*s\n", 10 + row % 3, (int)n, p);
    p += n + (p[n] == '|');
  }
  case_must_build(&c, csv.data);
  assert_int_equal(case_role(&c, name)->role, LF_ROLE_OUTCOME);
  assert_true(case_notes(&c, name));
  check_counts(&c, used, won, open);
  lf_text_free(&csv);
  case_free(&c);
}

static void names_and_values_tell(void **state) {
  (void)state;
  check_column("Opportunity Result", "Won|Loss|Won|Loss|Loss", 5, 2, 0);
  check_column("StageName", "Closed Won|Closed Lost|Prospecting|Negotiation/Review|Closed Won", 3, 2, 2);
  check_column("IsWon", "true|false|false|true", 4, 2, 0);
  check_column("Converted", "1|0|0|1|0", 5, 2, 0);
  check_column("Status", "Closed - Converted|Closed - Not Converted|Open - Not Contacted|Working - Contacted",
               2, 1, 2);
  check_column("Stage", "Qualified|Disqualified|New|Working|Disqualified", 3, 1, 2);
  check_column("dealstage", "closedwon|closedlost|qualifiedtobuy|closedlost", 3, 1, 0);
  check_column("y", "yes|no|no|no", 4, 1, 0);
  check_column("target", "1|0|0|0", 4, 1, 0);
  check_column("deal_stage", "Won|Lost|Engaging|Prospecting|Won", 3, 2, 2);
  check_column("Outcome", " WON |lost|LOST|won", 4, 2, 0);
  check_column("Lead Status", "Converted|Unqualified|Qualified|Nurturing|Unqualified", 3, 1, 2);
}

static void a_qualified_lead_is_open_where_others_are_won(void **state) {
  (void)state;
  check_column("Stage", "Closed Won|Qualified|Closed Lost|Qualified|Closed Lost", 3, 1, 2);
}

static void missing_is_open(void **state) {
  (void)state;
  check_column("Outcome", "Won||Lost||Lost", 3, 1, 2);
}

static void values_not_understood_are_counted_by_name(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_build(
      &c, "Size,Stage\n1,Closed Won\n2,Closed Lost\n3,Zebra\n4,Zebra\n5,Quagga\n6,Closed Lost\n7,Proposal\n");
  check_counts(&c, 3, 1, 1);
  assert_int_equal(case_excluded(&c, "not understood: 'Zebra'"), 2);
  assert_int_equal(case_excluded(&c, "not understood: 'Quagga'"), 1);
  assert_int_equal(case_excluded(&c, "open"), 1);
  assert_int_equal(c.history->rows_read, 7);
  case_free(&c);
}

static void stage_and_is_won_agree(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_build(&c, "IsWon,StageName,Size\ntrue,Closed Won,1\nfalse,Closed "
                      "Lost,2\nfalse,Proposal,3\nfalse,Closed Lost,4\n");
  assert_int_equal(case_role(&c, "StageName")->role, LF_ROLE_OUTCOME); /* it knows the open row */
  assert_int_equal(case_role(&c, "IsWon")->role, LF_ROLE_EXCLUDED);
  check_counts(&c, 3, 1, 1);
  set_text(&c.project.outcome, "StageName");
  case_must_build(&c, "IsWon,StageName,Size\ntrue,Closed Won,1\nfalse,Closed "
                      "Lost,2\nfalse,Proposal,3\nfalse,Closed Lost,4\n");
  assert_int_equal(case_role(&c, "IsWon")->role, LF_ROLE_EXCLUDED);
  case_free(&c);
}

static void is_closed_tells_open_rows(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_build(&c, "IsWon,IsClosed,Size\ntrue,true,1\nfalse,true,2\nfalse,false,3\nfalse,false,4\n");
  check_counts(&c, 2, 1, 2);
  assert_int_equal(case_role(&c, "IsClosed")->role, LF_ROLE_EXCLUDED);
  case_free(&c);
}

static void candidates_that_disagree_are_named(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_fail(&c, "Trial Result,Deal Result\nWon,Lost\nLost,Won\nWon,Won\nLost,Lost\n", LF_E_DATA,
                 "'Trial Result', 'Deal Result'");
  assert_non_null(strstr(c.error.message, "--outcome COL"));
  set_text(&c.project.outcome, "Deal Result");
  case_must_build(&c, "Trial Result,Deal Result\nWon,Lost\nLost,Won\nWon,Won\nLost,Lost\n");
  assert_int_equal(case_role(&c, "Deal Result")->role, LF_ROLE_OUTCOME);
  case_free(&c);
}

static void no_candidate_lists_columns_of_two_values(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_fail(&c, "Colour,Size,Shape\nred,1,a\nblue,2,b\nred,3,c\n", LF_E_DATA, "'Colour'");
  assert_null(strstr(c.error.message, "'Shape'"));
  case_free(&c);
}

static void two_values_not_understood_ask_for_won(void **state) {
  (void)state;
  const char *csv = "Colour,Size\nred,1\nblue,2\nred,3\nblue,4\n";
  history_case c = case_new();
  set_text(&c.project.outcome, "colour");
  case_must_fail(&c, csv, LF_E_DATA, "'blue' or 'red'? Say --won V");
  lf_text_list_split(&c.project.won, "RED", NULL);
  case_must_build(&c, csv);
  check_counts(&c, 4, 2, 0);
  assert_true(c.history->won[0] && !c.history->won[1]);
  assert_string_equal(c.history->won_label, "red");
  assert_int_equal(c.history->won_values.n, 1);
  assert_string_equal(c.history->lost_label, "blue");
  case_free(&c);
}

static void said_values(void **state) {
  (void)state;
  const char *csv = "Stage,Size\nGold,1\nSilver,2\nBronze,3\nGold,4\nProposal,5\n,6\n";
  history_case c = case_new();
  set_text(&c.project.outcome, "Stage");
  lf_text_list_split(&c.project.won, "gold", NULL);
  case_must_build(&c, csv); /* without --lost the rest is lost, but for what is plainly open */
  check_counts(&c, 4, 2, 2);
  lf_text_list_split(&c.project.lost, "Bronze", NULL);
  case_must_build(&c, csv);
  check_counts(&c, 3, 2, 2);
  assert_int_equal(case_excluded(&c, "'Silver'"), 1);
  case_free(&c);
}

static void a_value_that_no_row_has_is_an_error(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text_list_split(&c.project.won, "Closed Wno", NULL);
  case_must_fail(&c, "Stage,Size\nClosed Won,1\nClosed Lost,2\n", LF_E_DATA, "did you mean 'Closed Won'?");
  case_free(&c);
}

static void missing_can_be_said_to_be_lost(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "Deal");
  lf_text_list_add(&c.project.won, "1", NULL);
  lf_text_list_add(&c.project.lost, "", NULL);
  case_must_build(&c, "Deal,Size\n1,1\n,2\n,3\n1,4\n");
  check_counts(&c, 4, 2, 0);
  case_free(&c);
}

static void numbers_match_whatever_their_spelling(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "Deal");
  lf_text_list_add(&c.project.won, "2", NULL);
  case_must_build(&c, "Deal,Size\n1.0,1\n2.0,2\n1.0,3\n2.0,4\n2.0,5\n");
  check_counts(&c, 5, 3, 0);
  case_free(&c);
}

static void one_class_only(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "Result");
  case_must_fail(&c, "Result,Size\nLost,1\nLost,2\n", LF_E_DATA,
                 "every row of 'Result' has the value 'Lost'");
  set_text(&c.project.weight, "w");
  case_must_fail(&c, "Result,n,w\nLost,1,1\nLost,2,2\nWon,3,0\n", LF_E_DATA, "all 2 closed rows are lost");
  case_free(&c);
}

static void many_values_are_no_outcome(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  lf_text_add(&csv, "Amount,Result\n");
  for (int i = 0; i < 3000; i++) lf_text_addf(&csv, "%d.%d,%s\n", i, i % 7, i % 2 ? "Won" : "Lost");
  set_text(&c.project.outcome, "Amount");
  case_must_fail(&c, csv.data, LF_E_DATA, "--outcome COL");
  set_text(&c.project.outcome, "Amuont");
  case_must_fail(&c, csv.data, LF_E_USAGE, "did you mean 'Amount'?");
  lf_text_free(&csv);
  case_free(&c);
}

static void without_need_rows_stay(void **state) {
  (void)state;
  history_case c = case_new();
  c.options.need_outcome = false;
  case_must_build(&c, "Size,Colour\n1,red\n2,blue\n3,red\n");
  assert_int_equal(c.history->n_rows, 3);
  assert_int_equal(c.history->outcome, SIZE_MAX);
  assert_int_equal(c.history->won[1], LF_OUTCOME_UNKNOWN);
  case_must_build(&c, "Size,Stage\n1,Closed Won\n2,Closed Lost\n3,Proposal\n4,Closed Lost\n");
  assert_int_equal(c.history->n_rows, 4);
  assert_int_equal(c.history->won[0], 1);
  assert_int_equal(c.history->won[2], LF_OUTCOME_UNKNOWN);
  double rows = 0, won = 0;
  lf_history_count(c.history, 0, 4, &rows, &won);
  assert_true(rows == 3 && won == 1);
  case_free(&c);
}

static void the_plainer_of_two_names_is_taken(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_build(&c, "Told,Outcome,Size\nWon,yes,1\nLost,no,2\nWon,yes,3\nLost,no,4\n");
  assert_int_equal(case_role(&c, "Outcome")->role, LF_ROLE_OUTCOME);
  assert_int_equal(case_role(&c, "Told")->role, LF_ROLE_EXCLUDED);
  case_must_build(&c, "Told,Outcome,Size\nWon,yes,1\nWon,no,2\nLost,yes,3\nLost,no,4\n");
  assert_int_equal(case_role(&c, "Outcome")->role, LF_ROLE_OUTCOME);
  assert_true(case_notes(&c, "'Told' looks like an outcome too, but says something else than 'Outcome'"));
  assert_int_equal(case_role(&c, "Told")->role, LF_ROLE_ATTRIBUTE);
  lf_text_list_add(&c.project.keep, "told", NULL); /* insisted on: nothing to be asked */
  case_must_build(&c, "Told,Outcome,Size\nWon,yes,1\nLost,no,2\nWon,yes,3\nLost,no,4\n");
  assert_false(case_notes(&c, "looks like an outcome too"));
  assert_int_equal(case_role(&c, "Told")->role, LF_ROLE_ATTRIBUTE);
  set_text(&c.project.outcome, "Outcome");
  case_must_build(&c, "Told,Outcome,Size\nWon,yes,1\nLost,no,2\nWon,yes,3\nLost,no,4\n");
  assert_int_equal(case_role(&c, "Told")->role, LF_ROLE_ATTRIBUTE);
  case_free(&c);
}

/* Of columns that disagree, those of the best rank are named, and not those of a lower one. */
static void only_the_best_candidates_are_named(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_fail(&c,
                 "Told,Trial Result,Deal Result\nWon,Won,Lost\nLost,Lost,Won\nWon,Won,Won\nLost,Lost,Lost\n",
                 LF_E_DATA, "2 columns could be the outcome and disagree ('Trial Result', 'Deal Result')");
  lf_text_list_add(&c.project.drop, "trial result", NULL);
  case_must_build(
      &c, "Told,Trial Result,Deal Result\nWon,Won,Lost\nLost,Lost,Won\nWon,Won,Won\nLost,Lost,Lost\n");
  assert_int_equal(case_role(&c, "Deal Result")->role, LF_ROLE_OUTCOME);
  case_free(&c);
}

static void values_that_look_like_an_outcome_and_are_none(void **state) {
  (void)state;
  static const char *const tables[] = {
      "Size,IsWon\n1,yes\n2,no\n3,maybe\n",              /* more than yes and no */
      "Size,IsWon\n1,yes\n2,yes\n3,yes\n",               /* nothing lost */
      "Size,Stage\n1,yes\n2,no\n3,no\n",                 /* a stage says it in words */
      "Size,Stage\n1,Won\n2,Proposal\n3,Won\n",          /* none lost */
      "Size,Target\n1,won\n2,new\n3,won\n",              /* none lost */
      "Size,Target\n1,1\n2,0\n3,2\n",                    /* three numbers */
      "Size,Told\n1,won\n2,lost\n3,a lion\n",            /* no name, and a value that is not understood */
      "Size,Told\n1,converted\n2,unconverted\n3,sold\n", /* no name, and no plain words */
      "Size,Told\n1,yes\n2,no\n3,yes\n",
      "Size,Won\n1,2024-01-01\n2,2024-01-02\n3,2024-01-02\n",
  };
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    history_case c = case_new();
    if (case_build(&c, tables[i]) != LF_E_DATA) fail_msg("%s was taken", tables[i]);
    assert_non_null(strstr(c.error.message, "no column looks like an outcome"));
    case_free(&c);
  }
}

static void where_nothing_has_two_values(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_fail(&c, "Size,Shape\n1,a\n2,b\n3,c\n", LF_E_DATA, "and none has two values: say --outcome COL");
  case_must_fail(&c, "A,B,C,D,E,F,G,H,I,J\n1,1,1,1,1,1,1,1,1,1\n2,2,2,2,2,2,2,2,2,2\n1,2,1,2,1,2,1,2,1,2\n",
                 LF_E_DATA, "columns of two values: 'A', 'B', 'C', 'D', 'E', 'F' and 2 more");
  case_free(&c);
}

static void a_column_that_cannot_be_understood(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  set_text(&c.project.outcome, "End");
  case_must_fail(&c, "End,Size\nWon,1\nLion,2\nTiger,3\n", LF_E_DATA,
                 "no value of 'End' is understood as lost ('Lion', 'Tiger', 'Won'): say --lost V");
  case_must_fail(&c, "End,Size\nLost,1\nLion,2\nTiger,3\n", LF_E_DATA,
                 "no value of 'End' is understood as won ('Lion', 'Lost', 'Tiger'): say --won V");
  case_must_fail(&c, "End,Size\nBear,1\nLion,2\nTiger,3\n", LF_E_DATA, "is understood as won");
  case_must_fail(&c, "End,Size\n,1\n,2\n,3\n", LF_E_DATA, "the outcome column 'End' is empty");
  lf_text_add(&csv, "End,Size\n"); /* texts so many that they are kept as hashes */
  for (int i = 0; i < 70000; i++)
    lf_text_addf(&csv, "won by somebody of the team after no more than %d calls,%d\n", i, i % 7);
  case_must_fail(&c, csv.data, LF_E_DATA, "different values, an outcome has a few");
  lf_text_free(&csv);
  case_free(&c);
}

static void many_values_of_one_side(void **state) {
  (void)state;
  history_case c = case_new();
  lf_text csv = {0};
  set_text(&c.project.outcome, "Animal");
  lf_text_add(&csv, "Animal,Size\nZebra,1\n");
  for (int i = 0; i < 15; i++) lf_text_addf(&csv, "lion %02d,%d\n", i, i);
  lf_text_list_add(&c.project.won, "Zebra", NULL);
  case_must_build(&c, csv.data);
  assert_int_equal(c.history->lost_values.n, 15); /* all of them, though a dozen are shown */
  assert_string_equal(c.history->lost_label, "lion 00, lion 01, lion 02, lion 03, lion 04, lion 05, lion 06, "
                                             "lion 07, lion 08, lion 09, lion 10, lion 11 and 3 more");
  lf_text_list_clear(&c.project.won);
  lf_text_list_add(&c.project.lost, "Zebra", NULL);
  case_must_build(&c, csv.data);
  check_counts(&c, 16, 15, 0);
  lf_text_list_add(&c.project.won, "lion 00",
                   NULL); /* the rest is neither: eight are named, the others counted */
  case_must_build(&c, csv.data);
  check_counts(&c, 2, 1, 0);
  assert_int_equal(case_excluded(&c, "not understood: 'lion"), 8);
  assert_int_equal(case_excluded(&c, "not understood: others"), 6);
  lf_text_free(&csv);
  case_free(&c);
}

static void what_is_said_of_values_must_hold(void **state) {
  (void)state;
  const char *csv = "Stage,Size\nGold,1\nSilver,2\nLost,3\nProposal,4\nLost,5\n";
  history_case c = case_new();
  set_text(&c.project.outcome, "Stage");
  lf_text_list_add(&c.project.won, "gold", NULL);
  lf_text_list_add(&c.project.lost, "Gold", NULL);
  case_must_fail(&c, csv, LF_E_USAGE, "'gold' is said to be both won and lost: keep one");
  lf_text_list_clear(&c.project.lost);
  lf_text_list_clear(&c.project.won);
  lf_text_list_add(&c.project.won, "Platinum", NULL);
  case_must_fail(
      &c, csv, LF_E_DATA,
      "no row of 'Stage' has the value 'Platinum': its values are 'Gold', 'Lost', 'Proposal', 'Silver'");
  lf_text_list_clear(&c.project.won);
  lf_text_list_add(&c.project.won, "Gold", NULL); /* "Lost" says lost: Silver is neither then */
  case_must_build(&c, csv);
  check_counts(&c, 3, 1, 1);
  assert_int_equal(case_excluded(&c, "'Silver'"), 1);
  lf_text_list_clear(&c.project.won);
  lf_text_list_add(&c.project.lost, "Silver", NULL); /* nothing says won: all that is not lost or open is */
  case_must_build(&c, csv);
  check_counts(&c, 4, 3, 1);
  case_free(&c);
}

/* A contact's stage says customer, and lost of nobody: every other stage is on the way, in either spelling.
 */
static void a_life_has_no_lost_stage(void **state) {
  (void)state;
  static const char *const tables[] = {
      "Lifecycle Stage,Size\nCustomer,1\nMarketing Qualified Lead,2\nSales Qualified "
      "Lead,3\nSubscriber,4\nLead,5\n",
      "Lifecycle "
      "Stage,Size\ncustomer,1\nmarketingqualifiedlead,2\nsalesqualifiedlead,3\nsubscriber,4\nlead,5\n"};
  for (size_t i = 0; i < 2; i++) {
    history_case c = case_new();
    case_must_fail(&c, tables[i], LF_E_DATA, "): say --outcome 'Lifecycle Stage' --lost V,V");
    lf_text_list_add(&c.project.won, "customer", NULL);
    set_text(&c.project.outcome, "Lifecycle Stage");
    case_must_fail(&c, tables[i], LF_E_DATA, "no value of 'Lifecycle Stage' is understood as lost");
    lf_text_list_add(&c.project.lost, "subscriber", NULL);
    lf_text_list_add(&c.project.lost, "lead", NULL);
    case_must_build(&c, tables[i]);
    check_counts(&c, 3, 1, 2);
    case_free(&c);
  }
  history_case c = case_new(); /* a stage below what is said to be won, but no third there is */
  set_text(&c.project.outcome, "State");
  lf_text_list_add(&c.project.won, "Sold", NULL);
  case_must_build(&c, "State,Size\nSold,1\nQualified,2\nQualified,3\n");
  check_counts(&c, 3, 1, 0);
  case_free(&c);
}

static void other_languages_win_and_lose(void **state) {
  (void)state;
  static const char *const tables[] = {"Phase,Size\nGewonnen,1\nVerloren,2\nOffen,3\nverloren,4\n",
                                       "Etape,Size\nGagn\u00e9e,1\nPerdue,2\nouverte,3\nPerdu,4\n",
                                       "Fase,Size\nGanado,1\nPerdido,2\nAbierto,3\nperdida,4\n",
                                       "Fase,Size\nVinta,1\nPersa,2\nAperta,3\nperso,4\n",
                                       "Outcome,Size\nJa,1\nNein,2\n,3\nnein,4\n",
                                       "Outcome,Size\nS\u00ed,1\nNo,2\n,3\nno,4\n"};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    history_case c = case_new();
    case_must_build(&c, tables[i]);
    check_counts(&c, 3, 1, 1);
    case_free(&c);
  }
}

/* A column beside IsWon is read for open rows only where it says yes and no, and nothing else. */
static void a_closed_column_that_says_more(void **state) {
  (void)state;
  static const char *const tables[] = {
      "IsWon,Closed,Size\ntrue,true,1\nfalse,unknown,2\nfalse,false,3\nfalse,false,4\n",
      "IsWon,Closed,Size\ntrue,true,1\nfalse,true,2\nfalse,true,3\nfalse,true,4\n",
      "IsWon,Closed,Size\ntrue,won,1\nfalse,lost,2\nfalse,bear,3\nfalse,lost,4\n",
      "IsWon,Closed,Size\ntrue,2024-01-01,1\nfalse,2024-01-02,2\nfalse,2024-01-02,3\nfalse,2024-01-03,4\n",
  };
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    history_case c = case_new();
    set_text(&c.project.outcome, "IsWon");
    case_must_build(&c, tables[i]);
    check_counts(&c, 4, 1, 0);
    case_free(&c);
  }
}

/* inspect shows what it can of a file without an outcome, and says what is missing. */
static void shown_without_an_outcome(void **state) {
  (void)state;
  history_case c = case_new();
  c.options.show_without = true;
  case_must_build(&c, "Size,Colour\n1,red\n2,blue\n3,red\n");
  assert_int_equal(c.history->n_rows, 3);
  assert_true(case_notes(&c, "no outcome: no column looks like an outcome"));
  set_text(&c.project.outcome, "Colour"); /* what was said is held to */
  case_must_fail(&c, "Size,Colour\n1,red\n2,blue\n3,red\n", LF_E_DATA, "which value of 'Colour' means won");
  case_free(&c);
}

static void a_plain_word_beside_won_and_lost(void **state) {
  (void)state;
  history_case c = case_new();
  case_must_build(&c, "Outcome,Size\nWon,1\nLost,2\nyes,3\nWon or lost,4\nnot won,5\n");
  check_counts(&c, 3, 1, 0);
  assert_int_equal(case_excluded(&c, "not understood: 'yes'"), 1);
  assert_int_equal(case_excluded(&c, "not understood: 'Won or lost'"), 1);
  lf_text_list_add(&c.project.won, "Closed Won", NULL); /* what was open by the other values stays so */
  lf_text_list_add(&c.project.lost, "Closed Lost", NULL);
  case_must_build(&c, "Stage,Size\nClosed Won,1\nClosed Lost,2\nQualified,3\nProposal,4\nLion,5\n");
  check_counts(&c, 2, 1, 2);
  assert_int_equal(case_excluded(&c, "'Lion'"), 1);
  case_free(&c);
}

static void numbers_that_are_said_are_numbers(void **state) {
  (void)state;
  history_case c = case_new();
  set_text(&c.project.outcome, "Deal");
  lf_text_list_add(&c.project.won, " 2 ", NULL);
  lf_text_list_add(&c.project.lost, "1e0", NULL);
  case_must_build(&c, "Deal,Size\n1,1\n2,2\n3,3\n,4\n");
  check_counts(&c, 2, 1, 1);
  assert_int_equal(case_excluded(&c, "'3'"), 1);
  lf_text_list_add(&c.project.lost, "three", NULL);
  case_must_fail(&c, "Deal,Size\n1,1\n2,2\n3,3\n,4\n", LF_E_DATA, "no row of 'Deal' has the value 'three'");
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_and_values_tell),
      cmocka_unit_test(a_qualified_lead_is_open_where_others_are_won),
      cmocka_unit_test(missing_is_open),
      cmocka_unit_test(values_not_understood_are_counted_by_name),
      cmocka_unit_test(stage_and_is_won_agree),
      cmocka_unit_test(is_closed_tells_open_rows),
      cmocka_unit_test(candidates_that_disagree_are_named),
      cmocka_unit_test(no_candidate_lists_columns_of_two_values),
      cmocka_unit_test(two_values_not_understood_ask_for_won),
      cmocka_unit_test(said_values),
      cmocka_unit_test(a_value_that_no_row_has_is_an_error),
      cmocka_unit_test(missing_can_be_said_to_be_lost),
      cmocka_unit_test(numbers_match_whatever_their_spelling),
      cmocka_unit_test(one_class_only),
      cmocka_unit_test(many_values_are_no_outcome),
      cmocka_unit_test(without_need_rows_stay),
      cmocka_unit_test(the_plainer_of_two_names_is_taken),
      cmocka_unit_test(only_the_best_candidates_are_named),
      cmocka_unit_test(values_that_look_like_an_outcome_and_are_none),
      cmocka_unit_test(where_nothing_has_two_values),
      cmocka_unit_test(a_column_that_cannot_be_understood),
      cmocka_unit_test(many_values_of_one_side),
      cmocka_unit_test(what_is_said_of_values_must_hold),
      cmocka_unit_test(a_life_has_no_lost_stage),
      cmocka_unit_test(other_languages_win_and_lose),
      cmocka_unit_test(a_closed_column_that_says_more),
      cmocka_unit_test(shown_without_an_outcome),
      cmocka_unit_test(a_plain_word_beside_won_and_lost),
      cmocka_unit_test(numbers_that_are_said_are_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
