/* history/project.h: leadfit.yaml. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "history/project.h"

static lf_status load(const char *yaml, lf_project *project, lf_error *err) {
  char path[] = "/tmp/test_projectXXXXXX.yaml";
  int fd = mkstemps(path, 5);
  assert_true(fd >= 0);
  size_t n = strlen(yaml);
  assert_int_equal(write(fd, yaml, n), (ssize_t)n);
  close(fd);
  lf_status status = lf_project_load(path, project, err);
  unlink(path);
  return status;
}

static void every_key_is_read(void **state) {
  (void)state;
  lf_project p = {0};
  lf_error err = {0};
  const char *yaml =
      "outcome:  {column: Stage, won: [Closed Won, yes, 1], lost: Closed Lost}\n"
      "amount: Amount\ndate: '@row'\ncreated: CreatedDate\nid: OpportunityId\naccount: AccountId\nweight: n\n"
      "missing: [\"\", NA, N/A, \"NULL\", Select]\ndrop: [CloseReason]\nuse: [Industry, Title]\nkeep: Tags\n"
      "claims: [{say: x}]\nplan: {revenue: 5000000, cost_per_lead: 12.5}\n"
      "attributes:\n"
      "  - {name: Industry,  kind: category, owner: marketing, baseline: Retail}\n"
      "  - {name: Employees, owner: sales, bands: [50, 200.5, 1000], trend: increasing}\n"
      "  - name: Title\n    owner: shared\n    match:\n"
      "      - {label: C-level,  pattern: \"(?i)\\\\b(ceo|cto)\\\\b\"}\n"
      "      - {label: Director, pattern: \"(?i)director\"}\n";
  if (load(yaml, &p, &err) != LF_OK) fail_msg("%s", err.message);
  assert_string_equal(p.outcome, "Stage");
  assert_int_equal(p.won.n, 3);
  assert_string_equal(p.won.items[0], "Closed Won");
  assert_string_equal(p.won.items[1], "yes");
  assert_string_equal(p.won.items[2], "1");
  assert_int_equal(p.lost.n, 1);
  assert_string_equal(p.amount, "Amount");
  assert_string_equal(p.date, "@row");
  assert_string_equal(p.created, "CreatedDate");
  assert_string_equal(p.id, "OpportunityId");
  assert_string_equal(p.account, "AccountId");
  assert_string_equal(p.weight, "n");
  assert_true(p.missing_said);
  assert_int_equal(p.missing.n, 5);
  assert_string_equal(p.missing.items[0], "");
  assert_string_equal(p.missing.items[3], "NULL");
  assert_true(lf_text_list_has(&p.drop, "closereason"));
  assert_int_equal(p.use.n, 2);
  assert_true(lf_text_list_has(&p.keep, "Tags"));
  assert_true(p.plan.revenue == 5e6 && p.plan.cost_per_lead == 12.5);
  assert_true(p.plan.capacity == 0 && p.plan.horizon == 0); /* not said */
  assert_int_equal(p.n_attributes, 3);
  const lf_attribute_spec *a = lf_project_attribute(&p, "Industry");
  assert_int_equal(a->kind, LF_KIND_CATEGORY);
  assert_int_equal(a->owner, LF_OWNER_MARKETING);
  assert_int_equal(a->trend, LF_TREND_AUTO);
  assert_string_equal(a->baseline, "Retail");
  a = lf_project_attribute(&p, "employees"); /* the only one but for letter case */
  assert_int_equal(a->kind, LF_KIND_NUMBER);
  assert_int_equal(a->owner, LF_OWNER_SALES);
  assert_int_equal(a->trend, LF_TREND_INCREASING);
  assert_int_equal(a->n_edges, 3);
  assert_true(a->edges[1] == 200.5);
  a = lf_project_attribute(&p, "Title");
  assert_int_equal(a->kind, LF_KIND_TEXT);
  assert_int_equal(a->n_match, 2);
  assert_string_equal(a->match[0].pattern, "(?i)\\b(ceo|cto)\\b");
  assert_null(lf_project_attribute(&p, "Country"));
  lf_project_clear(&p);
  assert_null(p.outcome);
}

static void an_empty_file_says_nothing(void **state) {
  (void)state;
  lf_project p = {0};
  assert_int_equal(load("# nothing yet\n", &p, NULL), LF_OK);
  assert_null(p.outcome);
  assert_false(p.missing_said);
  lf_project_clear(&p);
}

static void check_refused(const char *yaml, const char *message) {
  lf_project p = {0};
  lf_error err = {0};
  assert_int_equal(load(yaml, &p, &err), LF_E_USAGE);
  if (strcmp(err.message, message) != 0) fail_msg("'%s'\n is not '%s'", err.message, message);
  assert_non_null(strstr(err.file, "test_project"));
  assert_null(p.file);
}

static void mistakes_are_named_with_their_path(void **state) {
  (void)state;
  check_refused("outcme: Stage\n", "there is no key 'outcme' here: did you mean 'outcome'?");
  check_refused("outcome: {colum: Stage}\n", "outcome: there is no key 'colum' here: did you mean 'column'?");
  check_refused("plan: {revenues: 5}\n", "plan: there is no key 'revenues' here: did you mean 'revenue'?");
  check_refused("plan: {revenue: 0}\n", "plan.revenue: a plan takes a number above 0 here");
  check_refused("attributes: [{name: A, kind: numbr}]\n",
                "attributes[0].kind: there is no kind 'numbr': did you mean 'number'?");
  check_refused("attributes: [{name: A}, {name: B, owner: finance}]\n",
                "attributes[1].owner: there is no owner 'finance': it is one of marketing, sales, shared");
  check_refused("attributes: [{kind: number}]\n",
                "attributes[0].name: expected one value, but it is missing");
  check_refused("attributes: [{name: A}, {name: A}]\n",
                "attributes[1].name: 'A' is described twice: merge the two");
  check_refused("attributes: [{name: A, bands: [50, 20]}]\n",
                "attributes[0].bands[1]: the edges of bands must ascend: put them in order, each once");
  check_refused("attributes: [{name: A, bands: [50, many]}]\n",
                "attributes[0].bands[1]: expected a number, but the text 'many' stands there");
  check_refused("attributes: [{name: A, kind: category, bands: [1]}]\n",
                "attributes[0]: bands and trend are for numbers, but the kind is category");
  check_refused("attributes: [{name: A, match: [{label: x}]}]\n",
                "attributes[0].match[0].pattern: expected a text, but it is missing");
  check_refused("amount: [a, b]\n", "amount: expected one value, but a list stands there");
  check_refused("drop: [a, [b]]\n", "drop[1]: expected one value, but a list stands there");
  check_refused("missing: [null]\n",
                "missing[0]: expected a value (quote it, like \"null\", where the word itself is meant), "
                "but nothing (null) stands there");
  check_refused("[1, 2]\n", "expected a group of keys, but a list stands there");
  check_refused("id: ''\n", "id: expected a name, but an empty text stands there");
}

static void a_missing_file_is_an_io_error(void **state) {
  (void)state;
  lf_project p = {0};
  assert_int_equal(lf_project_load("/nonexistent/leadfit.yaml", &p, NULL), LF_E_IO);
}

static void lists_split_at_commas(void **state) {
  (void)state;
  lf_text_list list = {0};
  assert_int_equal(lf_text_list_split(&list, " Closed Won ,Won,,Lost, ,x", NULL), LF_OK);
  assert_int_equal(list.n, 3);
  assert_string_equal(list.items[0], "Closed Won");
  assert_string_equal(list.items[1], "Won,Lost");
  assert_string_equal(list.items[2], "x");
  assert_true(lf_text_list_has(&list, "CLOSED WON"));
  assert_false(lf_text_list_has(&list, "Lost"));
  lf_text_list_clear(&list);
  assert_int_equal(lf_text_list_split(&list, "", NULL), LF_OK);
  assert_int_equal(list.n, 0);
  lf_text_list_clear(&list);
}

static void options_add_to_what_the_file_said(void **state) {
  (void)state;
  lf_project p = {0};
  lf_attribute_spec *spec = NULL, *again = NULL;
  assert_int_equal(load("attributes: [{name: Rank, owner: sales}]\n", &p, NULL), LF_OK);
  assert_int_equal(lf_project_attribute_add(&p, "rank", &spec, NULL), LF_OK);
  spec->kind = LF_KIND_CATEGORY;
  assert_int_equal(p.n_attributes, 1);
  assert_int_equal(lf_project_attribute(&p, "Rank")->kind, LF_KIND_CATEGORY);
  assert_int_equal(lf_project_attribute_add(&p, "Age", &again, NULL), LF_OK);
  assert_int_equal(p.n_attributes, 2);
  lf_project_clear(&p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_key_is_read),
      cmocka_unit_test(an_empty_file_says_nothing),
      cmocka_unit_test(mistakes_are_named_with_their_path),
      cmocka_unit_test(a_missing_file_is_an_io_error),
      cmocka_unit_test(lists_split_at_commas),
      cmocka_unit_test(options_add_to_what_the_file_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
