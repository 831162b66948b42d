/* history/project.h: leadfit.yaml. */
#include <math.h>
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
#include "history/project_rules.h"
#include "history/project_sources.h"

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
      "outcome:  {column: Stage, won: [Closed Won, yes, 1], lost: Closed Lost, within: 3650}\n"
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
  assert_true(p.within == 3650);
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
  check_refused("outcome: {column: Stage, within: 0}\n",
                "outcome.within: expected a whole number of days, from 1 to 3650");
  check_refused("outcome: {column: Stage, within: 30.5}\n",
                "outcome.within: expected a whole number of days, from 1 to 3650");
  check_refused("outcome: {column: Stage, within: 3651}\n",
                "outcome.within: expected a whole number of days, from 1 to 3650");
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

/* A mistake in what is said of one attribute, A; message: what stands after the path of the key. */
static void check_rule_refused(const char *said, const char *key, const char *message) {
  char yaml[400], whole[400];
  snprintf(yaml, sizeof yaml, "attributes: [{name: A, %s}]\n", said);
  snprintf(whole, sizeof whole, "attributes[0]%s: %s", key, message);
  check_refused(yaml, whole);
}

static void what_is_said_of_an_attribute_must_fit_its_kind(void **state) {
  (void)state;
  static const char both[] = "bands and trend are for numbers, match is for text: keep one of them";
  check_rule_refused("bands: [5], match: [{label: x, pattern: y}]", "", both);
  check_rule_refused("trend: peak, match: [{label: x, pattern: y}]", "", both);
  check_rule_refused("trend: peak, kind: text", "", "bands and trend are for numbers, but the kind is text");
  check_rule_refused("kind: number, match: [{label: x, pattern: y}]", "",
                     "match is for text, but the kind is number");
  check_rule_refused("bands: []", ".bands",
                     "expected the inner edges of the bands, like [50, 200], but the list is empty");
  check_rule_refused("bands: 5", ".bands", "expected a list, but the number 5 stands there");
  check_rule_refused("match: []", ".match", "expected at least one pattern, but the list is empty");
  check_rule_refused("match: [{label: x, pattern: ''}]", ".match[0].pattern",
                     "an empty pattern matches everything: write one");
  check_rule_refused("match: [{label: Chief, pattern: y}, {label: chIEF, pattern: z}]", ".match[1]",
                     "the label 'chIEF' is used twice: give each pattern its own");
}

static void points_and_signs_that_contradict_are_refused(void **state) {
  (void)state;
  static const char shape[] = "the sign contradicts the trend: keep one of the two";
  static const char one[] = "a number has one direction: say sign: positive or sign: negative";
  static const char excluded[] =
      "an attribute that is excluded has no points: leave out points, sign and cap, or exclude";
  static const struct {
    const char *said, *key, *message;
  } cases[] = {
      {"points: [1]", ".points",
       "a list of points needs bands to stand for: say bands: or match: as well, or write points by value, "
       "like {Webinar: 15}"},
      {"bands: [5], points: [1]", ".points", "1 points stand there for 2 bands: write one for each"},
      {"match: [{label: x, pattern: y}], points: [1, 2]", ".points",
       "2 points stand there for 1 bands: write one for each"},
      {"bands: [5], points: [1, 101]", ".points[1]", "points run from 0 to 100, but 101 stands there"},
      {"points: {a: -1}", ".points.a", "points run from 0 to 100, but -1 stands there"},
      {"points: {a: 1.5}", ".points.a", "expected a whole number, but the number 1.5 stands there"},
      {"points: {}", ".points", "expected points by value, like {Webinar: 15}, but nothing stands there"},
      {"points: 5", ".points", "expected a group of keys, but the number 5 stands there"},
      {"sign: {}", ".sign", "expected signs by value, like {Webinar: positive}"},
      {"sign: up", ".sign", "there is no sign 'up': it is positive or negative"},
      {"sign: {a: positive, b: down}", ".sign.b", "there is no sign 'down': it is positive or negative"},
      {"cap: 0", ".cap", "points run from 1 to 100, but 0 stands there"},
      {"cap: 5, points: {other: 5, Webinar: 15}", ".cap",
       "the cap of 5 points lies below the 15 points said for 'Webinar': raise one or lower the other"},
      {"cap: 5, bands: [9], points: [0, 6]", ".cap",
       "the cap of 5 points lies below the 6 points said for a band: raise one or lower the other"},
      {"exclude: 1", ".exclude", "expected true or false, but the number 1 stands there"},
      {"exclude: true, cap: 5", ".exclude", excluded},
      {"exclude: true, sign: positive", ".exclude", excluded},
      {"exclude: true, points: {a: 1}", ".exclude", excluded},
      {"sign: positive, trend: peak", ".sign", shape},
      {"sign: negative, trend: valley", ".sign", shape},
      {"sign: positive, trend: decreasing", ".sign", shape},
      {"sign: negative, trend: increasing", ".sign", shape},
      {"sign: negative, bands: [5], points: [0, 5]", ".sign",
       "the points said go against the sign: keep one of the two"},
      {"trend: decreasing, bands: [5], points: [0, 5]", ".sign",
       "the points said go against the trend: keep one of the two"},
      {"trend: increasing, bands: [5], points: [5, 0]", ".sign",
       "the points said go against the trend: keep one of the two"},
      {"sign: positive, kind: category", ".sign",
       "a category has no direction: say signs by value, like {Webinar: positive}"},
      {"sign: positive, kind: text", ".sign",
       "a text has no direction: say signs by value, like {Webinar: positive}"},
      {"sign: positive, match: [{label: x, pattern: y}]", ".sign",
       "a text has no direction: say signs by value, like {Webinar: positive}"},
      {"sign: {a: positive}, bands: [5]", ".sign", one},
      {"sign: {a: positive}, trend: increasing", ".sign", one},
      {"sign: {a: positive}, trend: valley", ".sign", one},
      {"sign: {a: positive}, kind: number", ".sign", one},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_rule_refused(cases[i].said, cases[i].key, cases[i].message);
}

static void points_and_signs_that_agree_are_kept(void **state) {
  (void)state;
  lf_project p = {0};
  lf_error err = {0};
  const char *yaml =
      "attributes:\n"
      "  - {name: Size, bands: [5, 9], sign: positive, trend: increasing, points: [0, 3, 8], cap: 8}\n"
      "  - {name: Age, bands: [5], trend: decreasing, points: [4, 0]}\n"
      "  - {name: Visits, sign: positive, points: {'3': 5, other: 0}}\n"
      "  - {name: Source, kind: category, sign: {Webinar: positive, Fair: negative}}\n"
      "  - {name: Peak, bands: [5], trend: peak, points: [4, 4]}\n"
      "  - {name: Owner, exclude: true}\n"
      "  - {name: Plain}\n";
  if (load(yaml, &p, &err) != LF_OK) fail_msg("%s", err.message);
  const lf_attribute_spec *a = p.attributes;
  assert_int_equal(a[0].n_points, 3);
  assert_int_equal(a[0].points[2].points, 8);
  assert_true(a[0].points[2].in_order);
  assert_int_equal(a[0].cap, 8);
  assert_int_equal(a[0].signs[0].sign, 1);
  assert_null(a[0].signs[0].key);
  assert_int_equal(a[1].trend, LF_TREND_DECREASING);
  assert_string_equal(a[2].points[0].key, "3");
  assert_false(a[2].points[0].in_order);
  assert_int_equal(a[3].n_signs, 2);
  assert_string_equal(a[3].signs[1].key, "Fair");
  assert_int_equal(a[3].signs[1].sign, -1);
  for (size_t i = 0; i < p.n_attributes; i++) assert_int_equal(lf_spec_has_rules(&a[i]), i < 6);
  assert_false(lf_spec_has_rules(NULL));
  assert_int_equal(lf_spec_fail(&p, &a[5], "exclude", &err, "no column '%s'", "Owner"), LF_E_USAGE);
  assert_string_equal(err.message, "attributes[5].exclude: no column 'Owner'");
  assert_int_equal(lf_spec_fail(&p, &a[1], NULL, &err, "is odd"), LF_E_USAGE);
  assert_string_equal(err.message, "attributes[1]: is odd");
  lf_project_clear(&p);
}

/* The names of bands as a card prints them, and as people shorten them. */
static void intervals_are_read_as_they_are_printed(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double from, to;
  } good[] = {
      {"below 50", -INFINITY, 50},
      {"Under 1,000", -INFINITY, 1000},
      {"less than -2.5", -INFINITY, -2.5},
      {"<5", -INFINITY, 5},
      {"50 and above", 50, INFINITY},
      {"50 or more", 50, INFINITY},
      {"1,000 and over", 1000, INFINITY},
      {"10+", 10, INFINITY},
      {">= 7", 7, INFINITY},
      {"50 to 200", 50, 200},
      {"50 to below 200", 50, 200},
      {"7", 7, 7},
  };
  static const char *const bad[] = {"",      "+",       "x to 5",     "5 to x",    "200 to 50", "50 to 50",
                                    "below", "below x", "<",          ">=",        "few",       "nan",
                                    "1e999", ",",       "5 to below", " and above"};
  double from = 0, to = 0;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    if (!lf_interval_parse(good[i].text, &from, &to)) fail_msg("'%s' was not read", good[i].text);
    assert_true(from == good[i].from && to == good[i].to);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (lf_interval_parse(bad[i], &from, &to)) fail_msg("'%s' was read as %g to %g", bad[i], from, to);
  char digits[80];
  memset(digits, '1', sizeof digits - 1);
  digits[sizeof digits - 1] = '\0';
  assert_false(lf_interval_parse(digits, &from, &to)); /* nobody's number */
}

static void sources_that_cannot_be_are_refused(void **state) {
  (void)state;
  static const char where[] = "say what to read of the database: table: NAME or query: SQL";
  static const char address[] = "expected the address of one: postgresql://..., sqlite:PATH or odbc:DSN";
  static const char only_joined[] =
      "with, fold and sum are for a source that is joined: 'a' is the first and brings the rows";
  static const struct {
    const char *said, *key, *message;
  } cases[] = {
      {"[]", "", "expected at least one source, but the list is empty"},
      {"a.csv", "", "expected a list, but the text 'a.csv' stands there"},
      {"[{name: a.b, file: a.csv}]", "[0].name",
       "'a.b' has a point, which stands between a source and its columns"},
      {"[{name: a, file: a.csv}, {name: A, file: b.csv}]", "[1].name",
       "'A' is the name of two sources: give each its own"},
      {"[{name: a}]", "[0]", "say where source 'a' is: file: NAME.csv, or database: ADDRESS"},
      {"[{name: a, file: a.csv, database: 'sqlite:x'}]", "[0].database",
       "a source is in files or in a database: keep one"},
      {"[{name: a, file: a.csv, table: t}]", "[0]",
       "table and query are for a database: say which, with database: ADDRESS"},
      {"[{name: a, file: a.csv, query: select 1}]", "[0]",
       "table and query are for a database: say which, with database: ADDRESS"},
      {"[{name: a, database: 'sqlite:x'}]", "[0]", where},
      {"[{name: a, database: 'sqlite:x', table: t, query: select 1}]", "[0]", where},
      {"[{name: a, database: x.csv, table: t}]", "[0].database", address},
      {"[{name: a, database: ['sqlite:x', 'sqlite:y'], table: t}]", "[0].database", address},
      {"[{name: a, file: a.csv, with: k}]", "[0]", only_joined},
      {"[{name: a, file: a.csv, fold: true}]", "[0]", only_joined},
      {"[{name: a, file: a.csv, sum: n}]", "[0]", only_joined},
      {"[{name: a, file: a.csv}, {name: b, file: b.csv}]", "[1]",
       "say which column of 'b' is the key: key: COLUMN"},
      {"[{name: a, file: a.csv}, {name: b, file: b.csv, key: k}]", "[1]",
       "say what 'k' is compared with: key: of the first source, or with: COLUMN here"},
      {"[{name: a, file: a.csv, key: k}, {name: b, file: b.csv, key: k, many: all}]", "[1]",
       "many: all is for the first source: here it would multiply the rows"},
      {"[{name: a, file: a.csv, key: k}, {name: b, file: b.csv, key: k, by: day}]", "[1]",
       "by says which row is first, but many does not say which one counts"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char yaml[400], whole[400];
    snprintf(yaml, sizeof yaml, "sources: %s\n", cases[i].said);
    snprintf(whole, sizeof whole, "sources%s: %s", cases[i].key, cases[i].message);
    check_refused(yaml, whole);
  }
}

static void outcomes_of_joined_sources_that_cannot_be_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *said, *key, *message;
  } cases[] = {
      {"{source: d, column: Stage}", ".source",
       "the outcome is a column or whether a source has a row: keep one"},
      {"{source: x}", ".source", "there is no joined source 'x' among sources"},
      {"{source: l}", ".source",
       "there is no joined source 'l' among sources"}, /* the first is no joined one */
      {"{source: d, won: yes}", ".source", "a row in the source means won: leave won and lost out"},
      {"{source: d, lost: no}", ".source", "a row in the source means won: leave won and lost out"},
      {"{source: d}", ".source",
       "say what rows without one are: unmatched: lost, or {column: COL, lost: [VALUE]}"},
      {"{source: d, unmatched: open}", ".unmatched", "no row would be lost: say which are"},
      {"{column: Stage, unmatched: lost}", ".unmatched",
       "is for an outcome that a joined source brings: column: SOURCE.COLUMN, or source: NAME"},
      {"{won: x, unmatched: lost}", ".unmatched",
       "is for an outcome that a joined source brings: column: SOURCE.COLUMN, or source: NAME"},
      {"{column: d.Stage, unmatched: lost}", ".unmatched", "say which values mean won, too: won: [VALUE]"},
      {"{source: d, unmatched: gone}", ".unmatched", "there is no unmatched 'gone': it is one of open, lost"},
      {"{source: d, unmatched: {column: Status}}", ".unmatched",
       "say which values of 'Status' mean lost: lost: [VALUE]"},
      {"{source: d, unmatched: {lost: Dead}}", ".unmatched.column", "expected one value, but it is missing"},
      {"{source: d, unmatched: {columns: Status}}", ".unmatched",
       "there is no key 'columns' here: did you mean 'column'?"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char yaml[400], whole[400];
    snprintf(yaml, sizeof yaml,
             "sources: [{name: l, file: l.csv, key: k}, {name: d, file: d.csv, key: k}]\noutcome: %s\n",
             cases[i].said);
    snprintf(whole, sizeof whole, "outcome%s: %s", cases[i].key, cases[i].message);
    check_refused(yaml, whole);
  }
}

/* Names of files are relative to the project file; those of the columns of the first source are its own. */
static void sources_are_read(void **state) {
  (void)state;
  lf_project p = {0};
  lf_error err = {0};
  const char *own = NULL;
  const char *yaml =
      "sources:\n"
      "  - {name: Leads, file: [a.csv, /data/b.csv, '-'], key: Leads.Id, owner: sales}\n"
      "  - {name: deals, database: 'sqlite:d.db', table: deals, key: k, with: leads.DealId, sum: Amount}\n"
      "  - {name: calls, database: 'sqlite:/c.db', query: select 1, key: k, many: last, by: Day, fold: "
      "true}\n"
      "  - {name: far, database: 'postgresql://host/x', table: t, key: k, take: [n, m]}\n"
      "outcome: {column: deals.Stage, won: [Won], unmatched: {column: Leads.Status, lost: [Dead, Spam]}}\n"
      "amount: deals.Amount\nid: leads.Id\naccount: leadsX.Id\ndate: Leads.\n"
      "drop: [Leads.Note, deals.Note, Note]\nattributes: [{name: leads.Industry}]\n";
  if (load(yaml, &p, &err) != LF_OK) fail_msg("%s", err.message);
  assert_int_equal(p.n_sources, 4);
  const lf_source_spec *s = p.sources;
  assert_int_equal(s[0].files.n, 3);
  assert_string_equal(s[0].files.items[0], "/tmp/a.csv");
  assert_string_equal(s[0].files.items[1], "/data/b.csv");
  assert_string_equal(s[0].files.items[2], "-");
  assert_int_equal(s[0].owner, LF_OWNER_SALES);
  assert_string_equal(s[1].files.items[0], "sqlite:/tmp/d.db");
  assert_int_equal(s[1].many, LF_MANY_FIRST); /* what is summed needs no one row */
  assert_string_equal(s[2].files.items[0], "sqlite:/c.db");
  assert_int_equal(s[2].many, LF_MANY_LAST);
  assert_true(s[2].fold);
  assert_string_equal(s[3].files.items[0], "postgresql://host/x");
  assert_int_equal(s[3].take.n, 2);
  assert_int_equal(p.unmatched, LF_UNMATCHED_BY);
  assert_int_equal(p.unmatched_lost.n, 2);
  assert_int_equal(lf_project_source(&p, p.outcome, &own), 1);
  assert_string_equal(own, "Stage");
  lf_project_plain_names(&p);
  assert_string_equal(p.unmatched_by, "Status");
  assert_string_equal(p.outcome, "deals.Stage");
  assert_string_equal(p.id, "Id");
  assert_string_equal(p.account, "leadsX.Id");
  assert_string_equal(p.date, "Leads."); /* no name stands after the point */
  assert_string_equal(p.drop.items[0], "Note");
  assert_string_equal(p.drop.items[1], "deals.Note");
  assert_string_equal(p.attributes[0].name, "Industry");
  assert_string_equal(s[1].with, "DealId");
  lf_project_clear(&p);
}

static void a_row_in_a_source_is_an_outcome(void **state) {
  (void)state;
  lf_project p = {0};
  lf_error err = {0};
  const char *sources = "sources: [{name: l, file: l.csv, key: k}, {name: d, file: d.csv, key: k}]\n";
  char yaml[300];
  snprintf(yaml, sizeof yaml, "%soutcome: {source: D, unmatched: lost}\n", sources);
  if (load(yaml, &p, &err) != LF_OK) fail_msg("%s", err.message);
  assert_string_equal(p.outcome_source, "D");
  assert_int_equal(p.unmatched, LF_UNMATCHED_LOST);
  lf_project_clear(&p);
  snprintf(yaml, sizeof yaml, "%soutcome: {column: d.Stage, won: x, unmatched: open}\n", sources);
  if (load(yaml, &p, &err) != LF_OK) fail_msg("%s", err.message);
  assert_int_equal(p.unmatched, LF_UNMATCHED_OPEN);
  assert_true(p.unmatched_said);
  lf_project_clear(&p);
}

/* A project file in the folder where one stands: names of files are left as they are. */
static void a_project_file_without_a_folder(void **state) {
  (void)state;
  char folder[] = "/tmp/leadfit-project-XXXXXX", before[4096];
  assert_non_null(getcwd(before, sizeof before));
  assert_non_null(mkdtemp(folder));
  assert_int_equal(chdir(folder), 0);
  FILE *f = fopen("p.yaml", "w");
  assert_non_null(f);
  fputs("sources: [{name: a, file: a.csv}]\n", f);
  fclose(f);
  lf_project p = {0};
  assert_int_equal(lf_project_load("p.yaml", &p, NULL), LF_OK);
  assert_string_equal(p.sources[0].files.items[0], "a.csv");
  lf_project_clear(&p);
  unlink("p.yaml");
  assert_int_equal(chdir(before), 0);
  assert_int_equal(rmdir(folder), 0);
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
      cmocka_unit_test(what_is_said_of_an_attribute_must_fit_its_kind),
      cmocka_unit_test(points_and_signs_that_contradict_are_refused),
      cmocka_unit_test(points_and_signs_that_agree_are_kept),
      cmocka_unit_test(intervals_are_read_as_they_are_printed),
      cmocka_unit_test(sources_that_cannot_be_are_refused),
      cmocka_unit_test(outcomes_of_joined_sources_that_cannot_be_are_refused),
      cmocka_unit_test(sources_are_read),
      cmocka_unit_test(a_row_in_a_source_is_an_outcome),
      cmocka_unit_test(a_project_file_without_a_folder),
      cmocka_unit_test(a_missing_file_is_an_io_error),
      cmocka_unit_test(lists_split_at_commas),
      cmocka_unit_test(options_add_to_what_the_file_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
