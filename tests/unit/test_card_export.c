/* What an export writes for every kind of attribute and band in each target, and what it refuses: as the
 * reference of leadfit and the languages of the targets have it. Cards are written with ' for ". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "card/export.h"
#include "card_case.h"

/* Missing is worth 1, the rest 2. */
#define ENDS "{'label':'m','missing':true,'points':1},{'label':'o','other':true,'points':2}"
#define NAMED(name, kind, bands) "{'name':'" name "','kind':'" kind "','bands':[" bands ENDS "]}"
#define OF(kind, bands) NAMED("Size", kind, bands)
#define VALUE(value) "{'label':'v','values':[" value "],'points':7},"
#define MATCH(pattern) "{'label':'p','match':'" pattern "','points':7},"
#define FROM(from) "{'label':'f','from':" from ",'points':7},"
#define TO(to) "{'label':'t','to':" to ",'points':3},"
#define BETWEEN(from, to) "{'label':'i','from':" from ",'to':" to ",'points':5},"

static void must_have(const char *text, const char *want) {
  if (!strstr(text, want)) fail_msg("no '%s' in:\n%s", want, text);
}

static char *exported(const char *attributes, const char *rest, const lf_export_options *options) {
  lf_error err = {.message = ""};
  lf_scorecard *card = card_of_attributes(attributes, rest);
  char *bytes = NULL;
  size_t n = 0;
  if (lf_export(card, options, &bytes, &n, &err) != LF_OK) fail_msg("%s in %s", err.message, attributes);
  assert_int_equal(n, strlen(bytes));
  lf_scorecard_free(card);
  return bytes;
}

/* One attribute, and what must stand in its export. */
typedef struct written {
  const char *attribute, *want;
} written;

static void all_written(lf_export_options options, const written *cases, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char *text = exported(cases[i].attribute, "", &options);
    must_have(text, cases[i].want);
    free(text);
  }
}

/* One attribute that a target cannot hold, and why. The error names the band and the attribute. */
static void all_refused(lf_export_options options, const char *target, const written *cases, size_t n) {
  for (size_t i = 0; i < n; i++) {
    lf_scorecard *card = card_of_attributes(cases[i].attribute, "");
    lf_error err = {.message = ""};
    char *bytes = NULL, wanted[128];
    size_t length = 0;
    assert_int_equal(lf_export(card, &options, &bytes, &length, &err), LF_E_DATA);
    assert_null(bytes);
    snprintf(wanted, sizeof wanted, "%s cannot hold band '", target);
    must_have(err.message, wanted);
    must_have(err.message, "' of attribute '");
    must_have(err.message, cases[i].want);
    lf_scorecard_free(card);
  }
}

#define WRITTEN(options, cases) all_written(options, cases, sizeof(cases) / sizeof *(cases))
#define REFUSED(options, target, cases) all_refused(options, target, cases, sizeof(cases) / sizeof *(cases))

static lf_export_options sql(lf_sql_dialect dialect) {
  return (lf_export_options){.format = LF_EXPORT_SQL, .dialect = dialect};
}

/* ---- SQL -------------------------------------------------------------------------------------------- */

static void sql_conditions(void **state) {
  (void)state;
  const written postgres[] = {
      {OF("number", TO("0.5") FROM("0.5")),
       "WHEN leadfit_in_1 < 0.5E0 THEN 3 -- t\n        WHEN leadfit_in_1 >= 0.5E0 THEN 7"},
      {OF("number", BETWEEN("1", "2")), "WHEN leadfit_in_1 >= 1E0 AND leadfit_in_1 < 2E0 THEN 5"},
      {OF("number", FROM("1e300")), "WHEN leadfit_in_1 >= 1e+300 THEN 7"},
      {OF("number", BETWEEN("null", "null")), "WHEN leadfit_in_1 IS NOT NULL THEN 5"},
      /* words among numbers come before missing: a word is no number */
      {OF("number", VALUE("'5','n/k'")), "WHEN leadfit_in_1 = 5E0 OR leadfit_text_1 = 'n/k' THEN 7 -- v\n    "
                                         "    WHEN leadfit_in_1 IS NULL THEN 1"},
      {OF("number", VALUE("'5'")),
       "WHEN leadfit_in_1 IS NULL THEN 1 -- m\n        WHEN leadfit_in_1 = 5E0 THEN 7"},
      /* 18262 days after 1970-01-01 is 2020-01-01 */
      {OF("date", TO("18262") FROM("18262")), "WHEN leadfit_in_1 < TIMESTAMP '2020-01-01 00:00:00' THEN 3"},
      {OF("date", BETWEEN("18262", "18262.5")), "WHEN leadfit_in_1 >= TIMESTAMP '2020-01-01 00:00:00' AND "
                                                "leadfit_in_1 < TIMESTAMP '2020-01-01 12:00:00' THEN 5"},
      {OF("date", TO("18262")), "CAST(\"Size\" AS timestamp) AS leadfit_in_1"},
      {OF("category", VALUE("' O\\u0027Neill ','b\\\\c'")),
       "WHEN leadfit_in_1 IN ('O''Neill', 'b\\c') THEN 7"},
      {OF("text", MATCH("(?i)\\\\b(ceo|c\\\\.t\\\\.o|(?:vp))\\\\b")),
       "WHEN leadfit_in_1 ~ '(?i)\\y(ceo|c\\.t\\.o|(?:vp))\\y' THEN 7"},
      {OF("flag", VALUE("'yes'")), "-- Size is compared as text: a column of type boolean needs a CASE"},
  };
  WRITTEN(sql(LF_SQL_POSTGRES), postgres);
  const written duckdb[] = {{OF("text", MATCH("\\\\bceo")), "REGEXP_MATCHES(leadfit_in_1, '\\bceo')"}};
  WRITTEN(sql(LF_SQL_DUCKDB), duckdb);
  const written snowflake[] = {
      {OF("date", TO("18262")), "leadfit_in_1 < CAST('2020-01-01 00:00:00' AS TIMESTAMP_NTZ)"},
      {OF("number", VALUE("'n/k'")), "SELECT p.* EXCLUDE (leadfit_in_1, leadfit_text_1)"},
      {NAMED("a", "number", "") "," NAMED("b", "number", ""), "EXCLUDE (leadfit_in_1, leadfit_in_2)"}};
  WRITTEN(sql(LF_SQL_SNOWFLAKE), snowflake);
}

static void sql_texts_and_names(void **state) {
  (void)state;
  const written folds[] = {
      /* a plain name stays as it is, so that it finds the column that was made unquoted */
      {NAMED("Size_2", "number", ""), " THEN CAST(BTRIM(CAST(Size_2 AS text)"},
      {NAMED("order", "date", ""), "CAST(\"order\" AS timestamp)"},
      {NAMED("2nd", "date", ""), "CAST(\"2nd\" AS timestamp)"},
      {NAMED("", "date", ""), "CAST(\"\" AS timestamp)"},
      {NAMED("a\\u0022b", "date", ""), "CAST(\"a\"\"b\" AS timestamp)"},
      {NAMED("Size", "date", "") "," NAMED("SIZE", "date", ""),
       "CAST(\"Size\" AS timestamp) AS leadfit_in_1,\n    CAST(\"SIZE\" AS timestamp) AS leadfit_in_2"}};
  WRITTEN(sql(LF_SQL_POSTGRES), folds);
  const written bigquery[] = {{NAMED("a`b\\\\c\\nd", "date", ""), "SAFE_CAST(`a\\`b\\\\c\\nd` AS TIMESTAMP)"},
                              {OF("category", VALUE("'O\\u0027Neill','b\\\\c','d\\ne\\rf'")),
                               "IN ('O\\'Neill', 'b\\\\c', 'd\\ne\\rf')"}};
  WRITTEN(sql(LF_SQL_BIGQUERY), bigquery);
  const written spark[] = {{NAMED("a`b\\\\c", "date", ""), "TRY_CAST(`a``b\\c` AS TIMESTAMP)"},
                           {OF("category", VALUE("'b\\\\c'")), "IN ('b\\\\c')"}};
  WRITTEN(sql(LF_SQL_SPARK), spark);
  /* T-SQL joins lines at a backslash before a line end, and nowhere else */
  const written sqlserver[] = {{NAMED("a]b", "date", ""), "TRY_CAST([a]]b] AS DATETIME2)"},
                               {OF("category", VALUE("'b\\\\\\nc','d\\\\\\re','f\\\\g','h\\\\'")),
                                "IN (N'b\\' + N'\nc', N'd\\' + N'\re', N'f\\g', N'h\\')"}};
  WRITTEN(sql(LF_SQL_SQLSERVER), sqlserver);
}

static void sql_refuses(void **state) {
  (void)state;
  const written days[] = {{OF("date", TO("18262.00001")), "its edge is no whole second"},
                          {OF("date", FROM("18262.00001")), "its edge is no whole second"},
                          {OF("date", VALUE("'2020-01-01'")), "it lists days one by one"}};
  REFUSED(sql(LF_SQL_POSTGRES), "SQL", days);
  const written patterns[] = {{OF("text", MATCH("v\\\\d")), "engines read its classes differently"},
                              {OF("text", MATCH("(?=ceo)")), "engines read its (?...) differently"},
                              {OF("text", MATCH("ceo(?i)cto")), "engines read its (?...) differently"},
                              {OF("text", MATCH("(?x)ceo")), "engines read its (?...) differently"},
                              {OF("text", MATCH("(?ix)ceo # c")), "engines read its (?...) differently"}};
  REFUSED(sql(LF_SQL_POSTGRES), "SQL of postgres", patterns);
  const written none[] = {{OF("text", MATCH("ceo")), "it has no patterns here"}};
  REFUSED(sql(LF_SQL_SQLSERVER), "SQL of sqlserver", none);
  REFUSED(sql(LF_SQL_ANSI), "SQL of ansi", none);
}

static void sql_of_a_whole_card(void **state) {
  (void)state;
  const char *missing[] = {"N/A", ""};
  lf_export_options options = sql(LF_SQL_DUCKDB);
  options.table = "crm.my leads";
  options.missing = missing;
  options.n_missing = 2;
  char *text = exported(OF("category", VALUE("'A'")),
                        ",'name':'Q3*/','score':{'base_points':4,'probability':{'intercept':-2,'slope':0.5}},"
                        "'outcome':{'mean_amount':250},'mql':{'threshold':6},"
                        "'grades':[{'label':'A','from':9},{'label':'O\\u0027','from':5}]",
                        &options);
  must_have(text, "-- Scorecard Q3   as SQL (duckdb). Score from 5 to 11; MQL from 6.\n");
  must_have(text, "FROM \"crm\".\"my leads\" t\n");
  must_have(text, "LOWER(leadfit_in_1) IN ('', 'n/a') THEN 1");
  must_have(text, "SELECT i.*,\n    4\n    + CASE -- Size\n");
  must_have(text, ",\n  CASE WHEN p.leadfit_score >= 9 THEN 'A' ELSE 'O''' END AS leadfit_grade");
  must_have(text, ",\n  CASE WHEN p.leadfit_score >= 6 THEN 'yes' ELSE 'no' END AS leadfit_mql");
  must_have(text, ",\n  (1E0 / (1E0 + EXP(-(-2E0 + 0.5E0 * p.leadfit_score)))) AS leadfit_probability");
  must_have(text, ",\n  250E0 * (1E0 / (1E0 + EXP(-(-2E0 + 0.5E0 * p.leadfit_score)))) AS leadfit_expected");
  free(text);
  options = sql(LF_SQL_DUCKDB);
  text = exported(OF("number", ""),
                  ",'score':{'probability':{'intercept':-2,'slope':0.5}},'grades':[{'label':'A','from':1}]",
                  &options);
  must_have(text, "-- Scorecard without a name as SQL");
  must_have(text, "FROM \"leads\" t\n");
  must_have(text, "CASE WHEN p.leadfit_score IS NULL THEN NULL ELSE 'A' END AS leadfit_grade");
  must_have(text, "AS leadfit_probability\n"); /* no amount is known, no revenue is expected */
  assert_null(strstr(text, "leadfit_mql"));
  free(text);
  /* exp would overflow in some engines: at 2 points the log-odds are -998 */
  text = exported(OF("number", ""), ",'score':{'probability':{'intercept':-1000,'slope':1}}", &options);
  assert_null(strstr(text, "leadfit_probability"));
  free(text);
}

/* ---- Salesforce ------------------------------------------------------------------------------------- */

static const lf_export_options salesforce = {.format = LF_EXPORT_SALESFORCE};

static void salesforce_formulas(void **state) {
  (void)state;
  const written cases[] = {
      {OF("date", TO("18262") BETWEEN("18262", "18293")),
       "IF(ISBLANK(Size__c), 1, IF(Size__c < DATE(2020, 1, 1), 3, IF(Size__c < DATE(2020, 2, 1), 5, 2)))"},
      {OF("number", BETWEEN("10", "20")), "IF(AND(Size__c >= 10, Size__c < 20), 5, 2)"},
      {OF("number", FROM("20") TO("20")), "IF(Size__c >= 20, 7, IF(Size__c < 20, 3, 2))"},
      {OF("number", VALUE("'5','7.5'")), "IF(OR(FALSE, Size__c = 5, Size__c = 7.5), 7, 2)"},
      {OF("category", VALUE("'a\\u0022b\\\\c'")), "CASE(Size__c, \"\", 1, \"a\\\"b\\\\c\", 7, 2)"},
      /* API names: standard fields and custom ones stay, others become custom */
      {NAMED("LeadSource", "category", ""), "CASE(LeadSource, "},
      {NAMED("My_Size__c", "category", ""), "CASE(My_Size__c, "},
      {NAMED("Size in m\xc2\xb2__c", "category", ""), "CASE(Size_in_m_c__c, "},
      {NAMED("9 lives", "category", ""), "CASE(F9_lives__c, "},
      {NAMED("?", "category", ""), "CASE(Field__c, "},
  };
  WRITTEN(salesforce, cases);
  char *text = exported("", ",'score':{'base_points':4}", &salesforce);
  must_have(text, "/* Scorecard without a name as Salesforce formulas. Score from 4 to 4.");
  must_have(text, "bytes compiled */\n4\n");
  assert_null(strstr(text, "Leadfit_MQL__c"));
  assert_null(strstr(text, "Leadfit_Grade__c"));
  free(text);
  text = exported(OF("category", VALUE("'A'")),
                  ",'mql':{'threshold':7},'grades':[{'label':'A','from':7},{'label':'B','from':2},{'label':'"
                  "C','from':1}]",
                  &salesforce);
  must_have(text, "/* Leadfit_MQL__c: Formula (Checkbox) */\nLeadfit_Score__c >= 7\n");
  must_have(text, "IF(Leadfit_Score__c >= 7, \"A\", IF(Leadfit_Score__c >= 2, \"B\", \"C\"))\n");
  free(text);
}

static void salesforce_refuses(void **state) {
  (void)state;
  const written cases[] = {
      {OF("text", MATCH("ceo")), "formula fields have no patterns"},
      {OF("category", VALUE("'a\\u0001'")), "a value holds a control character"},
      {OF("category", VALUE("'a\\u007fb'")), "a value holds a control character"},
      {OF("date", TO("18262.5")), "its edge is no whole day"},
      {OF("date", FROM("18262.0000001")), "its edge is no whole day"},
      {OF("date", FROM("3000000")), "its edge is no whole day"}, /* the year 10183 */
      {OF("number", FROM("1e300")), "its edge has too many digits"},
      {OF("number", VALUE("'1e300'")), "its edge has too many digits"},
      {OF("number", VALUE("'n/k'")), "it lists a value that is no number"},
      {OF("date", VALUE("'2020-01-01'")), "it lists a value that is no number"},
  };
  REFUSED(salesforce, "a Salesforce formula", cases);
  lf_error err = {.message = ""};
  char *bytes = NULL;
  size_t n = 0;
  lf_scorecard *card = card_of_attributes("", ",'grades':[{'label':'A\\u0001','from':0}]");
  assert_int_equal(lf_export(card, &salesforce, &bytes, &n, &err), LF_E_DATA);
  must_have(err.message, "grade");
  assert_null(strstr(err.message, "attribute"));
  lf_scorecard_free(card);
}

/* `count` bands of one value each, worth 7 points, `length` characters long. */
static char *wide_attribute(const char *kind, size_t count, size_t length) {
  lf_text text = {0};
  lf_text_addf(&text, "{'name':'Size','kind':'%s','bands':[", kind);
  for (size_t k = 0; k < count; k++) {
    lf_text_addf(&text, "{'label':'v','points':7,'values':['%zu", k + 1000);
    for (size_t c = 4; c < length; c++) lf_text_add(&text, "x");
    lf_text_add(&text, "']},");
  }
  lf_text_add(&text, ENDS "]}");
  return text.data;
}

static size_t count_of(const char *text, const char *part) {
  size_t n = 0;
  for (const char *p = text; (p = strstr(p, part)); p += strlen(part)) n++;
  return n;
}

/* A long list is cut into differences to the rest: every value once, worth 7 - 2, and the rest's 2 in the
 * base. */
static void salesforce_cuts_long_lists(void **state) {
  (void)state;
  char *wide = wide_attribute("category", 150, 20);
  char *text = exported(wide, ",'score':{'base_points':10}", &salesforce);
  assert_int_equal(count_of(text, "xxxx\", 5"), 150);
  assert_int_equal(count_of(text, "\"\", -1"), 1);
  assert_int_equal(count_of(text, ", 0)\n"), count_of(text, "CASE(Size__c"));
  must_have(text, "/* Leadfit_Part_1__c: ");
  must_have(text, "of 15,000 bytes */\n12 + Leadfit_Part_1__c + Leadfit_Part_2__c\n");
  assert_null(strstr(text, "Leadfit_Part_3__c"));
  assert_null(strstr(text, "too many"));
  free(text);
  free(wide);
  /* 400 comparisons of 40 bytes alone are more than 15,000 compiled */
  wide = wide_attribute("category", 400, 4);
  text = exported(wide, "", &salesforce);
  must_have(text, "too many, so make the parts Number fields that a before-save flow fills");
  free(text);
  free(wide);
}

static void salesforce_refuses_what_is_too_long(void **state) {
  (void)state;
  char *wide = wide_attribute("category", 1, 4000);
  const written value[] = {{wide, "a value is too long for it"}};
  REFUSED(salesforce, "a Salesforce formula", value);
  free(wide);
  wide = wide_attribute("number", 150, 4);
  const written bands[] = {{wide, "it has too many bands"}};
  REFUSED(salesforce, "a Salesforce formula", bands);
  free(wide);
}

/* ---- rules that add up: HubSpot, Zoho --------------------------------------------------------------- */

static const lf_export_options hubspot = {.format = LF_EXPORT_HUBSPOT}, zoho = {.format = LF_EXPORT_ZOHO};

/* The rules of an export: the list of HubSpot's first group, or Zoho's field rules. */
static json_t *rules_of(const char *attributes, const char *rest, const lf_export_options *options,
                        json_t **root) {
  lf_error err = {.message = ""};
  char *text = exported(attributes, rest, options);
  if (lf_tree_parse("rules", text, strlen(text), false, root, &err) != LF_OK) fail_msg("%s", err.message);
  free(text);
  json_t *first =
      json_array_get(json_object_get(*root, options == &zoho ? "scoring_rules" : "groupConfigs"), 0);
  return json_object_get(first, options == &zoho ? "field_rules" : "ruleConfigurations");
}

/* What a Zoho rule asks, in short: score: field comparator value and/or ... */
static void zoho_rules_are(const char *attributes, const char *rest, const char *want) {
  json_t *root = NULL;
  json_t *rules = rules_of(attributes, rest, &zoho, &root);
  lf_text text = {0};
  for (size_t r = 0; r < json_array_size(rules); r++) {
    const json_t *rule = json_array_get(rules, r), *criteria = json_object_get(rule, "criteria");
    const json_t *group = json_object_get(criteria, "group");
    const char *word = json_string_value(json_object_get(criteria, "group_operator"));
    lf_text_addf(&text, "%s%lld:", r ? "; " : "",
                 (long long)json_integer_value(json_object_get(rule, "score")));
    for (size_t k = 0; k < (group ? json_array_size(group) : 1); k++) {
      const json_t *test = group ? json_array_get(group, k) : criteria;
      char *value = json_dumps(json_object_get(test, "value"), JSON_ENCODE_ANY | JSON_COMPACT);
      lf_text_addf(&text, "%s%s %s %s %s", k ? " " : "", k ? word : "",
                   json_string_value(json_object_get(json_object_get(test, "field"), "api_name")),
                   json_string_value(json_object_get(test, "comparator")), value);
      free(value);
    }
  }
  assert_string_equal(text.data ? text.data : "", want);
  lf_text_free(&text);
  json_decref(root);
}

static void rules_of_numbers(void **state) {
  (void)state;
  zoho_rules_are(OF("number", TO("5") FROM("5")), "",
                 "3: Size less_than 5; 7: Size greater_equal 5; 1: Size equal \"${EMPTY}\"");
  /* a first or last interval that ends leaves the rest under it and above it */
  zoho_rules_are(OF("number", BETWEEN("5", "9")), "",
                 "5: Size greater_equal 5 and Size less_than 9; 1: Size equal \"${EMPTY}\"; "
                 "2: Size not_equal \"${EMPTY}\" and Size less_than 5; "
                 "2: Size not_equal \"${EMPTY}\" and Size greater_equal 9");
  zoho_rules_are(OF("number", FROM("5")), "",
                 "7: Size greater_equal 5; 1: Size equal \"${EMPTY}\"; 2: Size not_equal \"${EMPTY}\" and "
                 "Size less_than 5");
  zoho_rules_are(OF("number", BETWEEN("null", "null")), "",
                 "5: Size not_equal \"${EMPTY}\"; 1: Size equal \"${EMPTY}\"");
  /* a listed number is no part of the interval around it */
  zoho_rules_are(OF("number", VALUE("'7','99'") TO("9")), "",
                 "7: Size equal [7] or Size equal [99]; 3: Size less_than 9 and Size not_equal [7]; 1: Size "
                 "equal \"${EMPTY}\"; "
                 "2: Size not_equal \"${EMPTY}\" and Size not_equal [7] and Size not_equal [99] and Size "
                 "greater_equal 9");
}

static void rules_of_texts(void **state) {
  (void)state;
  zoho_rules_are(NAMED("Lead source (2)", "category", VALUE("' A ','B'")), "",
                 "7: Lead_source_2 equal [\"A\",\"B\"]; 1: Lead_source_2 equal \"${EMPTY}\"; "
                 "2: Lead_source_2 not_equal \"${EMPTY}\" and Lead_source_2 not_equal [\"A\",\"B\"]");
  /* the base goes into the first attribute's bands, and bands of 0 points need no rule */
  zoho_rules_are(NAMED("?", "category", "") "," NAMED("b", "category", ""), ",'score':{'base_points':-2}",
                 "-1: Field equal \"${EMPTY}\"; 1: b equal \"${EMPTY}\"; 2: b not_equal \"${EMPTY}\"");
  /* a date may be missing and is otherwise refused, unless nothing else is worth points */
  zoho_rules_are("{'name':'d','kind':'date','bands':[{'label':'m','missing':true,'points':1},"
                 "{'label':'o','other':true,'points':0}]}",
                 "", "1: d equal \"${EMPTY}\"");
}

static void rules_refused(void **state) {
  (void)state;
  const written cases[] = {
      {OF("date", TO("18262")), "its rules have no fixed days"},
      {OF("text", MATCH("ceo")), "its rules have no patterns"},
      {OF("number", VALUE("'n/k'")), "it lists a value that is no number"},
      /* listed at 0 points it needs no rule, but the rest must leave it out */
      {OF("number", "{'label':'v','values':['n/k'],'points':0},"), "it lists a value that is no number"}};
  REFUSED(hubspot, "HubSpot", cases);
  REFUSED(zoho, "Zoho", cases);
}

static void hubspot_operators(void **state) {
  (void)state;
  const written cases[] = {
      {OF("category", VALUE("'A'")),
       "\"operationType\": \"ENUMERATION\", \"operator\": \"IS_ANY_OF\", \"values\": [\"A\"]"},
      {OF("category", VALUE("'A'")),
       "\"operator\": \"IS_NONE_OF\", \"values\": [\"A\"], \"includeObjectsWithNoValueSet\": false"},
      {OF("text", VALUE("'A'")),
       "\"operationType\": \"MULTISTRING\", \"operator\": \"IS_EQUAL_TO\", \"values\": [\"A\"]"},
      {OF("text", VALUE("'A'")), "\"operator\": \"IS_NOT_EQUAL_TO\", \"values\": [\"A\"]"},
      {OF("number", VALUE("'5'")),
       "\"operationType\": \"NUMBER\", \"operator\": \"IS_EQUAL_TO\", \"value\": 5"},
      {OF("number", FROM("5")), "\"operator\": \"IS_GREATER_THAN_OR_EQUAL_TO\", \"value\": 5"},
      {OF("number", TO("5")), "\"operator\": \"IS_LESS_THAN\", \"value\": 5"},
      {NAMED("9 Lives", "category", ""), "\"property\": \"p9_lives\""},
      {NAMED("?", "category", ""), "\"property\": \"p\""},
  };
  char *text = NULL;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    /* the layout is not the matter: blanks are taken out of both */
    lf_text squeezed = {0}, want = {0};
    text = exported(cases[i].attribute, "", &hubspot);
    for (const char *p = text; *p; p++)
      if (*p != ' ' && *p != '\n') lf_text_add_n(&squeezed, p, 1);
    for (const char *p = cases[i].want; *p; p++)
      if (*p != ' ' && *p != '\n') lf_text_add_n(&want, p, 1);
    must_have(squeezed.data, want.data);
    lf_text_free(&squeezed);
    lf_text_free(&want);
    free(text);
  }
}

/* Values of a list: any of them holds, so each is a branch of its own. */
static void hubspot_any_number(void **state) {
  (void)state;
  json_t *root = NULL;
  json_t *rules = rules_of(OF("number", VALUE("'5','6'")),
                           ",'score':{'base_points':-10},'mql':{'threshold':-4}", &hubspot, &root);
  const json_t *rule = json_array_get(rules, 0);
  const json_t *filter = json_object_get(json_object_get(rule, "configuration"), "filterBranch");
  assert_string_equal(json_string_value(json_object_get(filter, "filterBranchType")), "OR");
  assert_int_equal(json_array_size(json_object_get(filter, "filterBranches")), 2);
  /* 7 points and the base of -10 */
  assert_int_equal(json_integer_value(json_object_get(rule, "minimumValue")), -3);
  assert_int_equal(json_integer_value(json_object_get(rule, "maximumValue")), 0);
  const json_t *note = json_object_get(root, "leadfit");
  assert_int_equal(json_integer_value(json_object_get(note, "mql_from")), -4);
  assert_int_equal(json_array_size(json_object_get(note, "cautions")), 1);
  assert_string_equal(json_string_value(json_object_get(root, "name")), "leadfit");
  json_decref(root);
}

static void cautions(void **state) {
  (void)state;
  const char *alike = OF("category", VALUE("'Berlin','ROME'") "{'label':'w','values':['berlin'],'points':99},"
                                                              "{'label':'x','values':['Rome'],'points':7},");
  char *text = exported(alike, ",'name':'Q3','score':{'base_points':9}", &hubspot);
  must_have(text, "Size: two of its values differ by case alone and have other points");
  must_have(text, "the score can pass 100");
  must_have(text, "\"name\": \"Q3\"");
  free(text);
  text = exported(OF("category", VALUE("'Berlin','berlin'")), "", &hubspot); /* the same points: no harm */
  assert_null(strstr(text, "differ by case"));
  assert_null(strstr(text, "can pass 100"));
  free(text);
  text =
      exported(alike, ",'name':'A name that is much longer than Zoho takes','mql':{'threshold':50}", &zoho);
  must_have(text, "Size: two of its values differ by case alone");
  must_have(text, "\"name\": \"a_name_that_is_much_longe\"");
  must_have(text, "\"mql_from\": 50");
  free(text);
  const struct {
    size_t values;
    const char *want;
  } editions[] = {{8, "10 criteria: every edition"},
                  {9, "11 criteria: from Professional on"},
                  {18, "20 criteria: from Professional on"},
                  {19, "21 criteria: from Enterprise on"},
                  {29, "31 criteria: Ultimate and CRM Plus"},
                  {48, "50 criteria: Ultimate and CRM Plus"},
                  {49, "51 criteria: no edition"}};
  for (size_t i = 0; i < sizeof editions / sizeof *editions; i++) {
    char *wide = wide_attribute("category", editions[i].values, 4);
    text = exported(wide, "", &zoho);
    must_have(text, editions[i].want);
    free(text);
    free(wide);
  }
}

/* ---- programs and tables ---------------------------------------------------------------------------- */

static void c_source(void **state) {
  (void)state;
  const lf_export_options c = {.format = LF_EXPORT_C};
  const written cases[] = {
      {OF("number", TO("5") BETWEEN("5", "7.5")),
       "  if (x < 5) return 3;\n  if (x >= 5 && x < 7.5) return 5;\n  return 2;"},
      {OF("number", BETWEEN("null", "null")), "  if (1) return 5;\n"},
      {OF("number", VALUE("'5','6'")), "  if (x == 5 || x == 6) return 7;\n"},
      {OF("date", TO("18262")), "  double a1_size; /* Size, days since 1970-01-01 UTC */\n"},
      {OF("category", VALUE("' A?\\u0022\\\\ ','\xc3\xa4'")),
       "  if (leadfit_is(text, n, \"A\\077\\042\\134\", 4) ||\n      leadfit_is(text, n, \"\\303\\244\", 2)) "
       "return 7;\n"},
      {"", "  int nothing;\n"},
  };
  WRITTEN(c, cases);
  const written refused[] = {{OF("text", MATCH("ceo")), "it has no patterns"},
                             {OF("number", VALUE("'n/k'")), "it lists a value that is no number"},
                             {OF("date", VALUE("'2020-01-01'")), "it lists a value that is no number"}};
  REFUSED(c, "C", refused);
  char *text = exported(OF("number", ""), ",'name':'Q3','mql':{'threshold':2}", &c);
  must_have(text, "/* Scorecard Q3: leadfit_score(&lead) is from 1 to 2; MQL from 2.");
  must_have(text, "return leadfit_score(lead) >= 2;");
  assert_null(strstr(text, "leadfit_trim")); /* no text, no helper for texts */
  free(text);
}

/* What would end a comment, a line, or turn the direction of the text does not come into one; 60 characters
 * do. */
static void comments_are_harmless(void **state) {
  (void)state;
  const lf_export_options c = {.format = LF_EXPORT_C};
  const char *const names[][2] = {
      {"a*/b\\\\c?d\\u007fe", "a  b c d e"},
      {"a\\u0085b\\u00e4", "a b\xc3\xa4"},                          /* next line, a control of C1 */
      {"a\\u2028b\\u2029c\\u202ed\\u200fe\\u2066f", "a b c d e f"}, /* separators, marks of direction */
      {"a\\u2020b\\u20acc\\u2070", "a\xe2\x80\xa0"
                                   "b\xe2\x82\xac"
                                   "c\xe2\x81\xb0"},
      {"\xf0\x9f\x98\x80!", "\xf0\x9f\x98\x80!"},
      {"123456789 123456789 123456789 123456789 123456789 123456789 ",
       "123456789 123456789 123456789 123456789 123456789 123456789 "},
      {"123456789 123456789 123456789 123456789 123456789 123456789 1",
       "123456789 123456789 123456789 123456789 123456789 123456789 ..."}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    lf_text rest = {0}, want = {0};
    lf_text_addf(&rest, ",'name':'%s'", names[i][0]);
    lf_text_addf(&want, "/* Scorecard %s: leadfit_score", names[i][1]);
    char *text = exported("", rest.data, &c);
    must_have(text, want.data);
    free(text);
    lf_text_free(&rest);
    lf_text_free(&want);
  }
}

static void pmml(void **state) {
  (void)state;
  const lf_export_options options = {.format = LF_EXPORT_PMML};
  const written cases[] = {
      {OF("number", TO("5")), "<SimplePredicate field=\"Size\" operator=\"lessThan\" value=\"5\"/>"},
      {OF("number", FROM("5")), "<SimplePredicate field=\"Size\" operator=\"greaterOrEqual\" value=\"5\"/>"},
      {OF("number", BETWEEN("5", "6")), "<CompoundPredicate booleanOperator=\"and\"><SimplePredicate "
                                        "field=\"Size\" operator=\"greaterOrEqual\" value=\"5\"/>"},
      {OF("number", BETWEEN("null", "null")),
       "partialScore=\"5\"><SimplePredicate field=\"Size\" operator=\"isNotMissing\"/></Attribute>"},
      {OF("number", VALUE("'5'")),
       "partialScore=\"7\"><SimplePredicate field=\"Size\" operator=\"equal\" value=\"5\"/></Attribute>"},
      {OF("category", VALUE("'a<b>&\\u0022c\\td\\ne\\rf','\xef\xbf\xbd'")),
       "value=\"a&lt;b&gt;&amp;&quot;c&#9;d&#10;e&#13;f\"/><SimplePredicate field=\"Size\" "
       "operator=\"equal\" "
       "value=\"\xef\xbf\xbd\"/></CompoundPredicate>"},
      {OF("category", ""), "<DataField name=\"Size\" optype=\"categorical\" dataType=\"string\"/>"},
      {"", "numberOfFields=\"0\""},
  };
  WRITTEN(options, cases);
  const written refused[] = {
      {OF("date", TO("5")), "it is a date"},
      {OF("text", MATCH("ceo")), "predicates have no patterns"},
      {OF("number", VALUE("'n/k'")), "it lists a value that is no number"},
      {OF("category", VALUE("'a\\u0001'")), "a value holds a control character"},
      {OF("category", VALUE("'a\\uffff'")), "a value holds a control character"}, /* XML 1.0, 2.2 */
      {NAMED("a\\u0001", "category", ""), "its name holds a control character"}};
  REFUSED(options, "PMML", refused);
}

static void tables(void **state) {
  (void)state;
  const lf_export_options csv = {.format = LF_EXPORT_CSV}, markdown = {.format = LF_EXPORT_MARKDOWN};
  const written rows[] = {
      {OF("date", BETWEEN("18262", "18262.5")), "\nSize,date,,i,5,2020-01-01,2020-01-01 12:00:00,,,,,\n"},
      {OF("number", TO("5")), "\nSize,number,,t,3,,5,,,,,\n"},
      {OF("text", MATCH("a,b")), "\nSize,text,,p,7,,,\"a,b\",,,,\n"},
      {OF("category", VALUE("'a','b'")), "\nSize,category,,v,7,,,a | b,,,,\n"},
      {"{'name':'Size','kind':'flag','owner':'sales','bands':[{'label':'m','missing':true,'points':1,'rows':"
       "8,'won':2,"
       "'amount':50.5},{'label':'o','other':true,'points':0,'rows':0,'won':0}]}",
       "\nSize,flag,sales,m,1,,,,8,2,0.25,50.5\nSize,flag,sales,o,0,,,,0,0,,\n"}};
  WRITTEN(csv, rows);
  char *text = exported("", ",'score':{'base_points':4}", &csv);
  must_have(text, "\n(every lead),,,,4,,,,,,,\n");
  free(text);
  const written lines[] = {
      {OF("date", BETWEEN("18262", "18293")), "| i | from 2020-01-01 to below 2020-02-01 | 5 |  |  |\n"},
      {OF("number", TO("5")), "| t | below 5 | 3 |"},
      {OF("number", FROM("5")), "| f | from 5 | 7 |"},
      {OF("number", BETWEEN("null", "null")), "| i | any number | 5 |"},
      {OF("text", MATCH("ceo")), "| p | text that matches ceo | 7 |"},
      {OF("category", VALUE("'a','b'")), "| v | a; b | 7 |"},
      {OF("category", VALUE("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22")),
       "; 19; 20; and 2 more | 7 |"},
      {"{'name':'Size','kind':'flag','owner':'sales','bands':[{'label':'m','missing':true,'points':1,'rows':"
       "8,'won':2},"
       "{'label':'o','other':true,'points':0}]}",
       "### Size (owner: sales)\n\n| band | holds | points | leads behind it | won |\n| --- | --- | ---: | "
       "---: | ---: |\n"
       "| m | no value | 1 | 8 | 2 |\n| o | any other value | 0 |  |  |\n"}};
  WRITTEN(markdown, lines);
}

static void definition_to_sign(void **state) {
  (void)state;
  const lf_export_options markdown = {.format = LF_EXPORT_MARKDOWN};
  char *text = exported(OF("number", ""), "", &markdown);
  must_have(text, "# Definition of a qualified lead: scorecard\n\nA lead's score is the sum of its points: "
                  "from 1 to 2.\n\n## Points");
  free(text);
  text = exported(OF("number", ""),
                  ",'name':'Q3','score':{'base_points':3},'mql':{'threshold':5,'rule':'capacity','expected':{"
                  "'leads':80,'won':20,"
                  "'share_won':0.625}},'grades':[{'label':'A','from':5}]",
                  &markdown);
  must_have(text, "# Definition of a qualified lead: Q3\n");
  must_have(text, "the sum of its points and 3: from 4 to 5. A lead with **5 points or more is a marketing "
                  "qualified lead (MQL)**: capacity.");
  must_have(text, "Behind this line stand 80 leads of the history, of which 20 were won (25.0%): 62.5% of "
                  "all that were won.");
  must_have(text, "| grade | from |\n| --- | ---: |\n| A | 5 |\n");
  free(text);
  text = exported(OF("number", ""), ",'mql':{'threshold':2,'expected':{'leads':80,'won':20}}", &markdown);
  must_have(text,
            "(MQL)**.\n\nBehind this line stand 80 leads of the history, of which 20 were won (25.0%).\n");
  free(text);
  text = exported(OF("number", ""), ",'mql':{'threshold':2,'expected':{'leads':0,'won':0}}", &markdown);
  assert_null(strstr(text, "Behind this line"));
  free(text);
}

static void names_of_targets(void **state) {
  (void)state;
  lf_export_format format = LF_EXPORT_SQL;
  lf_sql_dialect dialect = LF_SQL_ANSI;
  assert_true(lf_export_format_parse("PMML", &format) && format == LF_EXPORT_PMML);
  assert_true(lf_sql_dialect_parse("sqlite", &dialect) && dialect == LF_SQL_SQLITE);
  assert_false(lf_export_format_parse("pmm", &format));
  assert_false(lf_sql_dialect_parse("oracle", &dialect));
}

/* ---- proof pack ------------------------------------------------------------------------------------- */

static void proof_is(const char *attributes, const char *rest, const char *want) {
  lf_scorecard *card = card_of_attributes(attributes, rest);
  char *bytes = NULL;
  size_t n = 0;
  assert_int_equal(lf_export_proof(card, &bytes, &n, NULL), LF_OK);
  assert_string_equal(bytes, want);
  free(bytes);
  lf_scorecard_free(card);
}

static void proof_of_values(void **state) {
  (void)state;
  /* all missing; the frame; missing; each value, with blanks around it, in the other case where that is not
   * listed; one not seen */
  proof_is(OF("category", VALUE("'Ab','9'") "{'label':'w','values':['aB'],'points':4},"),
           ",'mql':{'threshold':3},'grades':[{'label':'A','from':5},{'label':'B','from':1}]",
           "Size,leadfit_score,leadfit_grade,leadfit_mql\n"
           ",1,B,no\nAb,7,A,yes\n,1,B,no\n"
           "Ab,7,A,yes\n\"  Ab\t\",7,A,yes\n"
           "9,7,A,yes\n\"  9\t\",7,A,yes\n"
           "aB,4,B,yes\n\"  aB\t\",4,B,yes\n"
           "a value nobody has seen,2,B,no\n");
}

static void proof_of_edges(void **state) {
  (void)state;
  /* the edge and the doubles beside it; where two intervals meet, once */
  proof_is(OF("number", TO("1") BETWEEN("1", "2")), "",
           "Size,leadfit_score,leadfit_grade,leadfit_mql\n"
           ",1,,\n0,3,,\n,1,,\n"
           "0.9999999999999999,3,,\n1,5,,\n1.0000000000000002,5,,\n"
           "1.9999999999999998,5,,\n2,2,,\n2.0000000000000004,2,,\n");
  /* seconds beside the edge of a day */
  proof_is(OF("date", FROM("18262")), "",
           "Size,leadfit_score,leadfit_grade,leadfit_mql\n"
           ",1,,\n2020-01-01,7,,\n,1,,\n"
           "2019-12-31 23:59:59,2,,\n2020-01-01,7,,\n2020-01-01 00:00:01,7,,\n");
  /* the whole line has no edge */
  proof_is(OF("number", BETWEEN("null", "null")), "",
           "Size,leadfit_score,leadfit_grade,leadfit_mql\n,1,,\n0,5,,\n,1,,\n");
  /* a band without a value of its own gives no frame */
  proof_is(OF("number", ""), "", "Size,leadfit_score,leadfit_grade,leadfit_mql\n,1,,\n,1,,\n,1,,\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sql_conditions),
      cmocka_unit_test(sql_texts_and_names),
      cmocka_unit_test(sql_refuses),
      cmocka_unit_test(sql_of_a_whole_card),
      cmocka_unit_test(salesforce_formulas),
      cmocka_unit_test(salesforce_refuses),
      cmocka_unit_test(salesforce_cuts_long_lists),
      cmocka_unit_test(salesforce_refuses_what_is_too_long),
      cmocka_unit_test(rules_of_numbers),
      cmocka_unit_test(rules_of_texts),
      cmocka_unit_test(rules_refused),
      cmocka_unit_test(hubspot_operators),
      cmocka_unit_test(hubspot_any_number),
      cmocka_unit_test(cautions),
      cmocka_unit_test(c_source),
      cmocka_unit_test(comments_are_harmless),
      cmocka_unit_test(pmml),
      cmocka_unit_test(tables),
      cmocka_unit_test(definition_to_sign),
      cmocka_unit_test(names_of_targets),
      cmocka_unit_test(proof_of_values),
      cmocka_unit_test(proof_of_edges),
  };
  return cmocka_run_group_tests_name("card exports", tests, NULL, NULL);
}
