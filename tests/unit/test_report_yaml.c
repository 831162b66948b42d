/* The project file of `inspect --yaml`: it loads, and says of each key what the tree says; what is only
 * offered stands behind a #. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/tree.h"
#include "report/report.h"
#include "report_case.h"

/* What a YAML reader reads in text; the caller lets go of it. */
static json_t *read_back(const char *text) {
  json_t *root = NULL;
  lf_error err = {0};
  if (lf_tree_parse("leadfit.yaml", text, strlen(text), true, &root, &err) != LF_OK)
    fail_msg("%llu: %s in\n%s", (unsigned long long)err.line, err.message, text);
  return root;
}

static void same_json(const json_t *got, const char *want) {
  json_t *wanted = json_loads(want, JSON_DECODE_ANY, NULL);
  assert_non_null(wanted);
  if (!json_equal(got, wanted)) {
    char *shown = json_dumps(got, JSON_ENCODE_ANY | JSON_COMPACT);
    fail_msg("%s, not %s", shown, want);
  }
  json_decref(wanted);
}

/* Whatever a column is called, the file has its name back, on one line. */
static void names_come_back_as_they_are(void **state) {
  static const char *const names[] = {
      "Lead Source",
      "_x9",
      "Yes",
      "no",
      "NaN",
      "off",
      "1st",
      "tail ",
      "a: b # c",
      "[x]",
      "say \\\"hi\\\"",
      "C:\\\\leads",
      "\\u00e9\\u65e5\\u672c",
      "\\ud83d\\ude00",
      "\\u0007bell",
      "\\u007f\\u0085\\u009f",
      "\\u2028\\u2029",
      "\\ufeff",
      "\\ue000\\ufffd",
      "\\ufffe",
      "a\\nb",
  };
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    lf_text tree = {0}, want = {0};
    lf_text_addf(&tree, "{\"data\": {\"columns\": [{\"name\": \"%s\", \"role\": \"attribute\"}]}}", names[i]);
    lf_text_addf(&want, "[{\"name\": \"%s\", \"kind\": \"category\"}]", names[i]);
    char *yaml = bytes_of(lf_inspect_yaml, tree.data);
    json_t *root = read_back(yaml);
    same_json(json_object_get(root, "attributes"), want.data);
    json_decref(root);
    free(yaml);
    lf_text_free(&tree);
    lf_text_free(&want);
  }
}

/* A name of 201 letters could be read without quotes, but is not. */
static void a_long_name_is_quoted(void **state) {
  lf_text tree = {0};
  (void)state;
  lf_text_add(&tree, "{\"outcome\": {\"column\": \"");
  for (int i = 0; i < 201; i++) lf_text_add(&tree, "x");
  lf_text_add(&tree, "\"}}");
  char *yaml = bytes_of(lf_inspect_yaml, tree.data);
  has(yaml, "column: \"xxx");
  free(yaml);
  lf_text_free(&tree);
}

static void a_window_is_said_or_advised(void **state) {
  (void)state;
  char *yaml = bytes_of(lf_inspect_yaml, "{\"outcome\": {\"column\": \"Stage\"}, \"data\": {\"window\": "
                                         "{\"within_days\": 90}, \"columns\": []}}");
  json_t *root = read_back(yaml);
  same_json(json_object_get(json_object_get(root, "outcome"), "within"), "90");
  json_decref(root);
  free(yaml);
  yaml = bytes_of(lf_inspect_yaml, "{\"outcome\": {\"column\": \"Stage\"}, \"data\": {\"window\": "
                                   "{\"advised_days\": 116}, \"columns\": []}}");
  has(yaml, "\n  # within: 116   # days in which nine in ten wins came; now the young count as lost\n");
  root = read_back(yaml);
  assert_null(json_object_get(json_object_get(root, "outcome"), "within"));
  json_decref(root);
  free(yaml);
  yaml = bytes_of(lf_inspect_yaml, "{\"outcome\": {\"column\": \"Stage\"}, \"data\": {\"window\": "
                                   "{\"advised_days\": 116, \"open_and_older\": 3}, \"columns\": []}}");
  has(yaml, "nine in ten wins came; now old open rows are left out\n");
  free(yaml);
}

static void what_was_said_is_said_again(void **state) {
  (void)state;
  char *yaml = bytes_of(
      lf_inspect_yaml,
      "{\"inputs\": [{\"name\": \"a.csv\"}, {\"name\": \"b\\n.csv\"}, {}], \"outcome\": {\"column\": "
      "\"Stage\", \"won_values\": [\"yes\", 1],"
      " \"lost_values\": [\"Closed Lost\"], \"date\": \"@row\"}, \"said\": {\"missing\": [\"n/a\", \"-\"], "
      "\"use\": [\"A\"], \"drop\": [\"B\", \"C\"],"
      " \"keep\": [\"D\"]}, \"missing\": [{\"spelling\": \"NULL\"}], \"data\": {\"columns\": [{\"name\": "
      "\"Deal\", \"role\": \"amount\"},"
      " {\"name\": \"Key\", \"role\": \"id\"}, {\"name\": \"Acc\", \"role\": \"account\"}, {\"name\": \"W\", "
      "\"role\": \"weight\"}, {},"
      " {\"name\": \"Born\", \"role\": \"created\"},"
      " {\"name\": \"Source\", \"role\": \"attribute\", \"kind\": \"category\", \"owner\": \"marketing\", "
      "\"suspicion\": \"late\", \"spec\": {\"baseline\": \"Web\","
      "  \"points\": [{\"value\": \"Webinar\", \"points\": 15}, {\"value\": \"other\", \"points\": 0}], "
      "\"cap\": 20}},"
      " {\"name\": \"Size\", \"role\": \"attribute\", \"kind\": \"number\", \"owner_likely\": \"sales\", "
      "\"spec\": {\"trend\": \"increasing\", \"bands\": [50, 200.5],"
      "  \"points\": [{\"points\": 0}, {\"points\": 5}, {\"points\": 9}]}},"
      " {\"name\": \"Demo\", \"role\": \"attribute\", \"kind\": \"flag\", \"spec\": {\"sign\": [{\"sign\": "
      "\"positive\"}], \"exclude\": true}},"
      " {\"name\": \"Title\", \"role\": \"attribute\", \"kind\": \"text\", \"words\": [{\"word\": \"vp\"}], "
      "\"spec\": {\"sign\": [{\"value\": \"senior\","
      "  \"sign\": \"negative\"}], \"match\": [{\"label\": \"senior\", \"pattern\": \"(?i)vp\"}]}}]}}");
  has(yaml, "# What leadfit inferred from a.csv, b .csv, .");
  has(yaml, "date: \"@row\"   # the rows stand in time order\n");
  lacks(yaml, "# missing:");
  lacks(yaml, "with kind: text");
  has(yaml, "name: Source   # late\n");
  has(yaml, "    # owner: marketing, sales or shared\n");
  json_t *root = read_back(yaml);
  same_json(root, "{\"outcome\": {\"column\": \"Stage\", \"won\": [\"yes\", 1], \"lost\": [\"Closed "
                  "Lost\"]}, \"amount\": \"Deal\", \"date\": \"@row\","
                  " \"created\": \"Born\", \"id\": \"Key\", \"account\": \"Acc\", \"weight\": \"W\", "
                  "\"missing\": [\"n/a\", \"-\"], \"use\": [\"A\"],"
                  " \"drop\": [\"B\", \"C\"], \"keep\": [\"D\"], \"attributes\": ["
                  "{\"name\": \"Source\", \"kind\": \"category\", \"owner\": \"marketing\", \"baseline\": "
                  "\"Web\", \"points\": {\"Webinar\": 15, \"other\": 0}, \"cap\": 20},"
                  "{\"name\": \"Size\", \"kind\": \"number\", \"owner\": \"sales\", \"trend\": "
                  "\"increasing\", \"bands\": [50, 200.5], \"points\": [0, 5, 9]},"
                  "{\"name\": \"Demo\", \"kind\": \"flag\", \"sign\": \"positive\", \"exclude\": true},"
                  "{\"name\": \"Title\", \"kind\": \"text\", \"match\": [{\"label\": \"senior\", "
                  "\"pattern\": \"(?i)vp\"}], \"sign\": {\"senior\": \"negative\"}}]}");
  json_decref(root);
  free(yaml);
}

/* Columns left out, their words, spellings of missing and a created date that many rows lack change nothing.
 */
static void what_is_offered_stands_behind_a_sign(void **state) {
  (void)state;
  char *yaml = bytes_of(lf_inspect_yaml,
                        "{\"missing\": [{\"spelling\": \"NULL\"}, {\"spelling\": \"?\"}, {}], \"data\": "
                        "{\"columns\": [{\"name\": \"Born\", \"role\": \"created\"},"
                        " {\"name\": \"Email\", \"role\": \"excluded\", \"reason\": \"an\\nidentity\"}, "
                        "{\"name\": \"Gone\", \"role\": \"excluded\", \"said\": true},"
                        " {\"name\": \"Bio\", \"role\": \"excluded\", \"words\": [{\"word\": \"vp\", "
                        "\"rows\": 1, \"won_rate\": 0.5}, {\"rows\": 7, \"won_rate\": 1}]},"
                        " {\"name\": \"Note\", \"role\": \"excluded\", \"words\": [{\"word\": \"x\", "
                        "\"rows\": 2, \"won_rate\": 0}]}]}}");
  has(yaml, "# missing: [\"NULL\", \"?\", \"\"]\n");
  has(yaml, "# created: Born   # date a row was created: orders the rows where there is no date; too many "
            "rows lack it\n");
  has(yaml, "# drop:\n#   - Email   # an identity\n#   - Bio\n#   - Note\n");
  has(yaml,
      "\n# attributes:\n  # - name: Bio   # left out now; patterns make it an attribute\n    # kind: text\n");
  has(yaml, "    #   - {label: vp, pattern: \"(?i)\\\\bvp\\\\b\"}   # 1 training row, 50.0% won\n");
  has(yaml, "# 7 training rows, 100.0% won\n");
  has(yaml, "# amount: COLUMN   # closed revenue of a won row; none was found\n");
  lacks(yaml, "Gone");
  json_t *root = read_back(yaml);
  assert_true(json_is_null(root) || json_object_size(root) == 0);
  json_decref(root);
  free(yaml);
}

/* A date of its own, and a created date beside it; an attribute that also has a role. */
static void two_dates(void **state) {
  (void)state;
  char *yaml = bytes_of(lf_inspect_yaml, "{\"outcome\": {\"date\": \"Closed\"}, \"data\": {\"columns\": "
                                         "[{\"name\": \"Closed\", \"role\": \"date\"},"
                                         " {\"name\": \"Born\", \"role\": \"created\", \"also_attribute\": "
                                         "true}, {\"name\": \"x\", \"role\": \"other\"}]}}");
  json_t *root = read_back(yaml);
  same_json(root, "{\"date\": \"Closed\", \"created\": \"Born\", \"attributes\": [{\"name\": \"Born\", "
                  "\"kind\": \"category\"}]}");
  json_decref(root);
  free(yaml);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_come_back_as_they_are),          cmocka_unit_test(a_long_name_is_quoted),
      cmocka_unit_test(a_window_is_said_or_advised),          cmocka_unit_test(what_was_said_is_said_again),
      cmocka_unit_test(what_is_offered_stands_behind_a_sign), cmocka_unit_test(two_dates),
  };
  return cmocka_run_group_tests_name("report yaml", tests, NULL, NULL);
}
