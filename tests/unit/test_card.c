/* scoring.json: what is written reads back and writes the same bytes; what is wrong is refused with its path;
 * scores are sums. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "card/card.h"
#include "card_case.h"

/* As the program writes it: every kind of band, every key. */
static const char full[] =
    "{\n"
    "  \"format\": \"leadfit-scoring/1\",\n"
    "  \"name\": \"Q3\",\n"
    "  \"provenance\": {\"inputs\": [{\"sha256\": \"ab\", \"rows\": 12}], \"seed\": 1, \"share\": 0.1},\n"
    "  \"outcome\": {\n"
    "    \"column\": \"Stage\",\n"
    "    \"won\": \"Closed Won\",\n"
    "    \"lost\": \"Closed Lost\",\n"
    "    \"amount\": \"Amount\",\n"
    "    \"mean_amount\": 1234.5\n"
    "  },\n"
    "  \"score\": {\n"
    "    \"minimum\": -3,\n"
    "    \"maximum\": 74,\n"
    "    \"base_points\": 2,\n"
    "    \"probability\": {\"intercept\": -4.000000000000001, \"slope\": 0.05}\n"
    "  },\n"
    "  \"attributes\": [\n"
    "    {\n"
    "      \"name\": \"Employees\",\n"
    "      \"kind\": \"number\",\n"
    "      \"owner\": \"marketing\",\n"
    "      \"bands\": [\n"
    "        {\"label\": \"below 50\", \"to\": 50, \"points\": 0, \"weight\": -0.7, \"rows\": 4, \"won\": 1, "
    "\"amount\": 0.1},\n"
    "        {\"label\": \"50 to 200\", \"from\": 50, \"to\": 200, \"points\": 12, \"points_low\": 10, "
    "\"points_high\": 15},\n"
    "        {\"label\": \"200 and more\", \"from\": 200, \"points\": 30},\n"
    "        {\"label\": \"missing\", \"missing\": true, \"points\": -5},\n"
    "        {\"label\": \"other\", \"other\": true, \"points\": 0}\n"
    "      ]\n"
    "    },\n"
    "    {\n"
    "      \"name\": \"Industry \\\"A\\\"\",\n"
    "      \"kind\": \"category\",\n"
    "      \"owner\": \"shared\",\n"
    "      \"bands\": [\n"
    "        {\"label\": \"Retail, Media\", \"values\": [\"Retail\", \"Media\"], \"points\": 7},\n"
    "        {\"label\": \"\xc3\x84rzte\", \"values\": [\"\xc3\x84rzte\"], \"points\": 22},\n"
    "        {\"label\": \"missing\", \"missing\": true, \"points\": 0},\n"
    "        {\"label\": \"other\", \"other\": true, \"points\": 0}\n"
    "      ]\n"
    "    },\n"
    "    {\n"
    "      \"name\": \"Title\",\n"
    "      \"kind\": \"text\",\n"
    "      \"bands\": [\n"
    "        {\"label\": \"C-level\", \"match\": \"(?i)\\\\b(ceo|cto)\\\\b\", \"points\": 20},\n"
    "        {\"label\": \"missing\", \"missing\": true, \"points\": 0},\n"
    "        {\"label\": \"other\", \"other\": true, \"points\": 3}\n"
    "      ]\n"
    "    },\n"
    "    {\n"
    "      \"name\": \"Age\",\n"
    "      \"kind\": \"number\",\n"
    "      \"bands\": [\n"
    "        {\"label\": \"any\", \"from\": null, \"to\": null, \"points\": 0},\n"
    "        {\"label\": \"missing\", \"missing\": true, \"points\": 0},\n"
    "        {\"label\": \"other\", \"other\": true, \"points\": 0}\n"
    "      ]\n"
    "    }\n"
    "  ],\n"
    "  \"mql\": {\"threshold\": 40, \"rule\": \"capacity 100 a month\", \"expected\": {\"leads\": 100.5}},\n"
    "  \"grades\": [{\"label\": \"A\", \"from\": 60}, {\"label\": \"B\", \"from\": 40}, {\"label\": \"C\", "
    "\"from\": -3}]\n"
    "}\n";

static json_t *tree_of(const char *text) {
  json_t *root = NULL;
  lf_error err = {.message = ""};
  if (lf_tree_parse("card.json", text, strlen(text), false, &root, &err) != LF_OK)
    fail_msg("%s", err.message);
  return root;
}

static void read_and_written_alike(void **state) {
  (void)state;
  lf_scorecard *card = card_of_json(full);
  json_t *root = NULL;
  char *bytes = NULL;
  size_t n = 0;
  assert_int_equal(lf_scorecard_json(card, &root, NULL), LF_OK);
  assert_int_equal(lf_tree_write(root, &bytes, &n, NULL), LF_OK);
  assert_string_equal(bytes, full);
  assert_null(card->note);
  free(bytes);
  json_decref(root);
  lf_scorecard_free(card);
}

static void every_key_is_read(void **state) {
  (void)state;
  lf_scorecard *card = card_of_json(full);
  assert_string_equal(card->name, "Q3");
  assert_string_equal(card->outcome_column, "Stage");
  assert_true(card->mean_amount == 1234.5);
  assert_true(card->has_probability && card->slope == .05);
  assert_int_equal(card->base_points, 2);
  assert_int_equal(card->minimum, 2 - 5);
  assert_int_equal(card->maximum, 2 + 30 + 22 + 20);
  assert_int_equal(card->attributes->n, 4);
  const lf_attribute *employees = &card->attributes->items[0];
  assert_int_equal(employees->n_bands, 5);
  assert_true(isinf(employees->bands[0].from) && employees->bands[0].from < 0 &&
              employees->bands[0].to == 50);
  assert_true(card->bands[0][0].amount == .1 && isnan(card->bands[0][1].rows));
  assert_int_equal(card->bands[0][1].points_high, 15);
  assert_int_equal(card->bands[0][2].points_low, 30);
  assert_int_equal(card->attributes->items[1].owner, LF_OWNER_SHARED);
  assert_string_equal(card->attributes->items[1].bands[0].values[1], "Media");
  assert_int_equal(card->attributes->items[2].bands[0].type, LF_BAND_MATCH);
  assert_true(isinf(card->attributes->items[3].bands[0].from) &&
              isinf(card->attributes->items[3].bands[0].to));
  assert_true(card->has_threshold && card->threshold == 40);
  assert_string_equal(card->threshold_rule, "capacity 100 a month");
  assert_string_equal(lf_scorecard_grade(card, 60), "A");
  assert_string_equal(lf_scorecard_grade(card, 59), "B");
  assert_string_equal(lf_scorecard_grade(card, -3), "C");
  double p = lf_scorecard_probability(card, 40);
  assert_true(fabs(p - 1 / (1 + exp(4.000000000000001 - 2))) < 1e-15);
  lf_scorecard_free(card);
}

/* A card of one attribute with the bands given and whatever else is given after it. */
static void around(const char *attribute, const char *rest, char *out, size_t size) {
  lf_text text = {0};
  lf_text_add(&text, "{\"format\": \"leadfit-scoring/1\", \"attributes\": [");
  lf_text_add(&text, attribute);
  lf_text_add(&text, "]");
  lf_text_add(&text, rest);
  lf_text_add(&text, "}");
  assert_true(text.length < size);
  memcpy(out, text.data, text.length + 1);
  lf_text_free(&text);
}

static void refused(const char *text, const char *message) {
  lf_scorecard *card = NULL;
  lf_error err = {.message = ""};
  json_t *root = tree_of(text);
  assert_int_equal(lf_scorecard_parse(root, "card.json", &card, &err), LF_E_USAGE);
  assert_null(card);
  assert_string_equal(err.file, "card.json");
  if (!strstr(err.message, message)) fail_msg("got '%s', wanted '%s'", err.message, message);
  assert_null(strchr(err.message, '\n'));
  json_decref(root);
}

#define ENDS                                                                                                 \
  "{\"label\": \"m\", \"missing\": true, \"points\": 0}, {\"label\": \"o\", \"other\": true, \"points\": 0}"

/* An attribute of these bands. */
static void bad_bands(const char *kind, const char *bands, const char *message) {
  char attribute[2048], card[4096];
  lf_text text = {0};
  lf_text_addf(&text, "{\"name\": \"x\", \"kind\": \"%s\", \"bands\": [%s]}", kind, bands);
  assert_true(text.length < sizeof attribute);
  memcpy(attribute, text.data, text.length + 1);
  lf_text_free(&text);
  around(attribute, "", card, sizeof card);
  refused(card, message);
}

static void bands_refused(void **state) {
  (void)state;
  bad_bands(
      "number",
      "{\"label\": \"a\", \"to\": 60, \"points\": 1}, {\"label\": \"b\", \"from\": 50, \"points\": 2}, " ENDS,
      "attributes[0].bands[1].from: this interval overlaps the band 'a', which ends at 60");
  bad_bands(
      "number",
      "{\"label\": \"b\", \"from\": 50, \"points\": 2}, {\"label\": \"a\", \"to\": 60, \"points\": 1}, " ENDS,
      "attributes[0].bands[1].to: this interval overlaps the band 'b', which starts at 50");
  bad_bands(
      "number",
      "{\"label\": \"a\", \"to\": 40, \"points\": 1}, {\"label\": \"b\", \"from\": 50, \"points\": 2}, " ENDS,
      "attributes[0].bands[1].from: there is a gap between this interval and the band 'a', which ends at 40");
  bad_bands("number", "{\"label\": \"a\", \"from\": 5, \"to\": 5, \"points\": 1}, " ENDS,
            "attributes[0].bands[0].to: the interval is empty");
  bad_bands("number", "{\"label\": \"a\", \"to\": \"50\", \"points\": 1}, " ENDS,
            "attributes[0].bands[0].to: expected a number, but the text '50' stands there");
  bad_bands("number", "{\"label\": \"a\", \"to\": 50, \"points\": \"12\"}, " ENDS,
            "attributes[0].bands[0].points: expected a whole number");
  bad_bands("number", "{\"label\": \"a\", \"to\": 50, \"points\": 12.5}, " ENDS,
            "attributes[0].bands[0].points: expected a whole number");
  bad_bands("number", "{\"label\": \"a\", \"to\": 50}, " ENDS,
            "attributes[0].bands[0].points: expected a whole number, but it is missing");
  bad_bands("number", "{\"label\": \"a\", \"to\": 50, \"points\": 2000000}, " ENDS,
            "attributes[0].bands[0].points: it must lie between -1000000 and 1000000");
  bad_bands("category",
            "{\"label\": \"a\", \"values\": [\"A\", \"B\"], \"points\": 1}, "
            "{\"label\": \"b\", \"values\": [\"C\", \" A\"], \"points\": 1}, " ENDS,
            "attributes[0].bands[1].values[1]: the value 'A' stands in the band 'a' already");
  bad_bands("category", "{\"label\": \"a\", \"values\": [], \"points\": 1}, " ENDS,
            "attributes[0].bands[0].values: the list is empty");
  bad_bands("category", "{\"label\": \"a\", \"from\": 1, \"points\": 1}, " ENDS,
            "attributes[0].bands[0]: an interval needs");
  bad_bands("category", "{\"label\": \"a\", \"values\": [\"A\"], \"match\": \"A\", \"points\": 1}, " ENDS,
            "attributes[0].bands[0]: 'values' and 'match' cannot stand in one band");
  bad_bands("category", "{\"label\": \"a\", \"points\": 1}, " ENDS,
            "attributes[0].bands[0]: it does not say what it holds");
  bad_bands("text", "{\"label\": \"a\", \"match\": \"(ceo\", \"points\": 1}, " ENDS,
            "attributes[0].bands[0].match: pattern '(ceo'");
  bad_bands("number", "{\"label\": \"m\", \"missing\": true, \"points\": 0}",
            "attributes[0].bands: there is no band for other values: add {\"label\": \"other\", \"other\": "
            "true, \"points\": 0}");
  bad_bands("number", "{\"label\": \"o\", \"other\": true, \"points\": 0}",
            "attributes[0].bands: there is no band for missing values");
  bad_bands("number", "", "attributes[0].bands: there is no band for missing values");
  bad_bands("number", ENDS ", {\"label\": \"n\", \"missing\": true, \"points\": 0}",
            "attributes[0].bands[2]: a second band for missing");
  bad_bands("number", "{\"label\": \"a\", \"to\": 50, \"point\": 1}, " ENDS,
            "attributes[0].bands[0]: there is no key 'point' here: did you mean 'points'?");
  bad_bands("colour", ENDS, "attributes[0].kind: there is no kind 'colour'");
  bad_bands("number",
            "{\"label\": \"m\", \"missing\": false, \"points\": 0}, {\"label\": \"o\", \"other\": true, "
            "\"points\": 0}",
            "attributes[0].bands[0].missing: only true makes sense here");
}

#define PLAIN                                                                                                \
  "{\"name\": \"x\", \"kind\": \"number\", \"bands\": [{\"label\": \"a\", \"from\": 0, \"points\": "         \
  "10}, " ENDS "]}"

static void rest_refused(const char *attribute, const char *rest, const char *message) {
  char card[4096];
  around(attribute, rest, card, sizeof card);
  refused(card, message);
}

static void cards_refused(void **state) {
  (void)state;
  refused("{\"format\": \"leadfit-scoring/2\", \"anything\": 1}",
          "format: this program reads leadfit-scoring/1, not leadfit-scoring/2");
  refused("{\"format\": \"leadfit-report/1\"}", "format: 'leadfit-report/1' is no scoring config");
  refused("{\"attributes\": []}", "format: expected a text, but it is missing");
  refused("[1]", "expected a group of keys");
  refused("{\"format\": \"leadfit-scoring/1\"}", "attributes: expected a list, but it is missing");
  rest_refused(PLAIN, ", \"grade\": []", "there is no key 'grade' here: did you mean 'grades'?");
  rest_refused(PLAIN ", " PLAIN, "", "attributes[1].name: 'x' is attributes[0] already");
  rest_refused(PLAIN, ", \"mql\": {\"threshold\": 11}",
               "mql.threshold: no lead can reach 11: the highest score is 10");
  rest_refused(PLAIN, ", \"mql\": {\"threshold\": -1}",
               "mql.threshold: every lead reaches -1: the lowest score is 0");
  rest_refused(PLAIN, ", \"mql\": {}", "mql.threshold: expected a whole number, but it is missing");
  rest_refused(PLAIN, ", \"score\": {\"probability\": {\"intercept\": 1}}",
               "score.probability.slope: expected a number");
  rest_refused(PLAIN, ", \"score\": {\"probability\": {\"intercept\": 1, \"slope\": -1}}",
               "score.probability.slope: it is below 0");
  rest_refused(PLAIN, ", \"grades\": [{\"label\": \"A\", \"from\": 5}, {\"label\": \"B\", \"from\": 5}]",
               "grades[1].from: grades stand from best to worst");
  rest_refused("{\"name\": \"x\", \"kind\": \"number\", \"owner\": \"finance\", \"bands\": [" ENDS "]}", "",
               "attributes[0].owner: there is no owner 'finance'");
}

/* Every key that a band, a grade and the rest may have, with something else in its place: the error names it.
 */
static void every_key_is_checked(void **state) {
  (void)state;
  static const char *const figures[] = {"points_low", "points_high", "weight", "rows", "won", "amount"};
  char bands[1024], want[128];
  for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
    snprintf(bands, sizeof bands, "{\"label\": \"a\", \"to\": 5, \"points\": 1, \"%s\": \"many\"}, " ENDS,
             figures[k]);
    snprintf(want, sizeof want, "attributes[0].bands[0].%s: expected a ", figures[k]);
    bad_bands("number", bands, want);
  }
  bad_bands("number", "{\"to\": 5, \"points\": 1}, " ENDS,
            "attributes[0].bands[0].label: expected a text, but it is missing");
  bad_bands("number", "{\"label\": \"a\", \"from\": \"5\", \"to\": 9, \"points\": 1}, " ENDS,
            "attributes[0].bands[0].from: expected a number");
  bad_bands("number", "{\"label\": \"a\", \"match\": \"ceo\", \"points\": 1}, " ENDS,
            "attributes[0].bands[0]: a pattern needs an attribute of kind text or category, not number");
  bad_bands("category", "{\"label\": \"a\", \"values\": \"A\", \"points\": 1}, " ENDS,
            "attributes[0].bands[0].values: expected a list");
  bad_bands("category", "{\"label\": \"a\", \"values\": [\"A\", [1]], \"points\": 1}, " ENDS,
            "attributes[0].bands[0].values[1]: expected");
  bad_bands("category", "{\"label\": \"a\", \"values\": [\"A\", \"A\"], \"points\": 1}, " ENDS,
            "attributes[0].bands[0].values[1]: the value 'A' stands in the band 'a' already");
  bad_bands("text", "{\"label\": \"a\", \"match\": 5, \"points\": 1}, " ENDS,
            "attributes[0].bands[0].match: expected a text");
  bad_bands(
      "number",
      "{\"label\": \"m\", \"missing\": 1, \"points\": 0}, {\"label\": \"o\", \"other\": true, \"points\": 0}",
      "attributes[0].bands[0].missing: expected");
  bad_bands("number", ENDS ", {\"label\": \"n\", \"other\": true, \"points\": 0}",
            "attributes[0].bands[2]: a second band for other values: keep one");
  bad_bands("number", "5, " ENDS, "attributes[0].bands[0]: expected a group of keys");
  /* neither end stands, and both bands that do are read first */
  bad_bands("category",
            "{\"label\": \"a\", \"values\": [\"A\"], \"points\": 1}, {\"label\": \"b\", \"values\": [\"B\"], "
            "\"points\": 1}",
            "attributes[0].bands: there is no band for missing values");
  bad_bands("infer", ENDS, "attributes[0].kind: there is no kind 'infer'");
  bad_bands("empty", ENDS, "attributes[0].kind: there is no kind 'empty'");
  const struct {
    const char *attribute, *message;
  } attributes[] = {
      {"{\"kind\": \"number\", \"bands\": [" ENDS "]}",
       "attributes[0].name: expected a text, but it is missing"},
      {"{\"name\": \"x\", \"bands\": [" ENDS "]}", "attributes[0].kind: expected a text, but it is missing"},
      {"{\"name\": \"x\", \"kind\": 5, \"bands\": [" ENDS "]}", "attributes[0].kind: expected a text"},
      {"{\"name\": \"x\", \"kind\": \"number\"}", "attributes[0].bands: expected a list, but it is missing"},
      {"{\"name\": \"x\", \"kind\": \"number\", \"owner\": 5, \"bands\": [" ENDS "]}",
       "attributes[0].owner: expected a text"},
      {"{\"name\": \"x\", \"kind\": \"number\", \"band\": [" ENDS "]}",
       "attributes[0]: there is no key 'band' here: did you mean 'bands'?"}};
  for (size_t k = 0; k < sizeof attributes / sizeof *attributes; k++)
    rest_refused(attributes[k].attribute, "", attributes[k].message);
}

/* The later of two bands in the file is named, and the edge of it that does not meet the other. */
static void gaps_are_named_at_the_later_band(void **state) {
  (void)state;
  bad_bands(
      "number",
      "{\"label\": \"b\", \"from\": 50, \"points\": 2}, {\"label\": \"a\", \"to\": 40, \"points\": 1}, " ENDS,
      "attributes[0].bands[1].to: there is a gap between this interval and the band 'b', which starts at 50: "
      "let them meet");
  bad_bands("number",
            "{\"label\": \"a\", \"from\": 5, \"points\": 1}, {\"label\": \"b\", \"from\": 5, \"to\": 9, "
            "\"points\": 1}, " ENDS,
            "attributes[0].bands[1].from: this interval overlaps the band 'a'");
}

/* Codes of bands are 16 bits wide: more bands are refused before one of them is read. */
static void too_many_bands(void **state) {
  (void)state;
  lf_text text = {0};
  lf_text_add(&text, "{\"format\": \"leadfit-scoring/1\", \"attributes\": [{\"name\": \"x\", \"kind\": "
                     "\"category\", \"bands\": [0");
  for (size_t b = 1; b < 65535; b++) lf_text_add(&text, ",0");
  lf_text_add(&text, "]}]}");
  refused(text.data, "attributes[0].bands: 65535 bands are more than an attribute can have");
  lf_text_free(&text);
}

static void every_group_is_checked(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"\"name\": 5", "name: expected a text"},
      {"\"provenance\": 5", "provenance: expected a group of keys"},
      {"\"outcome\": 5", "outcome: expected a group of keys"},
      {"\"outcome\": {\"win\": \"a\"}", "outcome: there is no key 'win' here: did you mean 'won'?"},
      {"\"outcome\": {\"column\": 5}", "outcome.column: expected a text"},
      {"\"outcome\": {\"won\": 5}", "outcome.won: expected a text"},
      {"\"outcome\": {\"lost\": 5}", "outcome.lost: expected a text"},
      {"\"outcome\": {\"amount\": 5}", "outcome.amount: expected a text"},
      {"\"outcome\": {\"mean_amount\": \"5\"}", "outcome.mean_amount: expected a number"},
      {"\"score\": 5", "score: expected a group of keys"},
      {"\"score\": {\"base_points\": 1.5}", "score.base_points: expected a whole number"},
      {"\"score\": {\"base_points\": -1000001}",
       "score.base_points: it must lie between -1000000 and 1000000"},
      {"\"score\": {\"minimum\": \"0\"}", "score.minimum: expected a whole number"},
      {"\"score\": {\"maximum\": \"0\"}", "score.maximum: expected a whole number"},
      {"\"score\": {\"probability\": 5}", "score.probability: expected a group of keys"},
      {"\"score\": {\"probability\": {\"slope\": 1}}", "score.probability.intercept: expected a number"},
      {"\"mql\": 5", "mql: expected a group of keys"},
      {"\"mql\": {\"threshold\": 5, \"rule\": 5}", "mql.rule: expected a text"},
      {"\"mql\": {\"threshold\": 5, \"expected\": 5}", "mql.expected: expected a group of keys"},
      {"\"grades\": 5", "grades: expected a list"},
      {"\"grades\": [5]", "grades[0]: expected a group of keys"},
      {"\"grades\": [{\"from\": 5}]", "grades[0].label: expected a text, but it is missing"},
      {"\"grades\": [{\"label\": \"A\"}]", "grades[0].from: expected a whole number, but it is missing"},
      {"\"grades\": [{\"label\": \"A\", \"from\": 5, \"to\": 9}]", "grades[0]: there is no key 'to' here"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char rest[256];
    snprintf(rest, sizeof rest, ", %s", cases[k][0]);
    rest_refused(PLAIN, rest, cases[k][1]);
  }
  /* what is null is not known, as if it were not there */
  char text[4096];
  around(PLAIN, ", \"mql\": null, \"score\": {\"probability\": null}, \"outcome\": {\"mean_amount\": null}",
         text, sizeof text);
  lf_scorecard *card = card_of_json(text);
  assert_false(card->has_threshold || card->has_probability);
  assert_true(isnan(card->mean_amount));
  lf_scorecard_free(card);
}

/* Scores fit an int with room to spare: 1000 attributes of a million points and the base do not. */
static void points_add_up_to_a_bound(void **state) {
  (void)state;
  lf_text text = {0};
  for (int a = 0; a < 1000; a++)
    lf_text_addf(&text,
                 "%s{\"name\": \"x%d\", \"kind\": \"flag\", \"bands\": [{\"label\": \"m\", \"missing\": "
                 "true, \"points\": -1000000}, "
                 "{\"label\": \"o\", \"other\": true, \"points\": 0}]}",
                 a ? ", " : "", a);
  lf_text card = {0};
  lf_text_addf(&card, "{\"format\": \"leadfit-scoring/1\", \"attributes\": [%s]}", text.data);
  refused(card.data, "attributes: the points add up to more than ");
  lf_text_free(&card);
  lf_text_free(&text);
}

/* What is not known is left out when a card is written. */
static void a_card_of_its_points_alone(void **state) {
  (void)state;
  char text[4096];
  json_t *root = NULL;
  around(PLAIN, "", text, sizeof text);
  lf_scorecard *card = card_of_json(text);
  assert_int_equal(lf_scorecard_json(card, &root, NULL), LF_OK);
  static const char *const absent[] = {"name", "provenance", "outcome", "mql", "grades"};
  for (size_t k = 0; k < sizeof absent / sizeof *absent; k++) assert_null(json_object_get(root, absent[k]));
  assert_null(json_object_get(json_object_get(root, "score"), "probability"));
  assert_null(json_object_get(json_object_get(root, "score"), "base_points"));
  json_decref(root);
  /* an amount alone is an outcome to be told, and so is each of its names */
  card->mean_amount = 5;
  assert_int_equal(lf_scorecard_json(card, &root, NULL), LF_OK);
  assert_true(json_number_value(json_object_get(json_object_get(root, "outcome"), "mean_amount")) == 5);
  json_decref(root);
  card->mean_amount = NAN;
  char **const names[] = {&card->amount_column, &card->lost_label, &card->won_label};
  for (size_t k = 0; k < 3; k++) {
    *names[k] = strdup("A");
    assert_int_equal(lf_scorecard_json(card, &root, NULL), LF_OK);
    assert_int_equal(json_object_size(json_object_get(root, "outcome")), 1);
    json_decref(root);
    free(*names[k]);
    *names[k] = NULL;
  }
  lf_scorecard_free(card);
}

static void below_every_grade_is_the_last(void **state) {
  (void)state;
  char text[4096];
  around(PLAIN, ", \"grades\": [{\"label\": \"A\", \"from\": 9}, {\"label\": \"B\", \"from\": 5}]", text,
         sizeof text);
  lf_scorecard *card = card_of_json(text);
  assert_string_equal(lf_scorecard_grade(card, 4), "B");
  lf_scorecard_free(card);
}

static void edited_points_are_taken(void **state) {
  (void)state;
  char text[4096];
  around(PLAIN, ", \"score\": {\"minimum\": 0, \"maximum\": 9}", text, sizeof text);
  lf_scorecard *card = card_of_json(text);
  assert_int_equal(card->maximum, 10);
  assert_non_null(card->note);
  assert_non_null(strstr(card->note, "from 0 to 10 where the file says 0 to 9"));
  lf_scorecard_free(card);
  /* either end alone, or both, as the points have them */
  around(PLAIN, ", \"score\": {\"minimum\": -5}", text, sizeof text);
  card = card_of_json(text);
  assert_non_null(strstr(card->note, "from 0 to 10 where the file says -5 to 10"));
  lf_scorecard_free(card);
  around(PLAIN, ", \"score\": {\"minimum\": 0, \"maximum\": 10}", text, sizeof text);
  card = card_of_json(text);
  assert_null(card->note);
  assert_null(card->name);
  assert_true(isnan(lf_scorecard_probability(card, 5)));
  assert_string_equal(lf_scorecard_grade(card, 5), "");
  lf_scorecard_free(card);
}

static void missing_and_other_go_last(void **state) {
  (void)state;
  lf_scorecard *card = card_of_json("{\"format\": \"leadfit-scoring/1\", \"attributes\": [{\"name\": \"x\", "
                                    "\"kind\": \"category\", \"bands\": ["
                                    "{\"label\": \"o\", \"other\": true, \"points\": 1}, {\"label\": \"a\", "
                                    "\"values\": [4, \"B\", true], \"points\": 2},"
                                    "{\"label\": \"m\", \"missing\": true, \"points\": 3}]}]}");
  const lf_attribute *x = &card->attributes->items[0];
  assert_int_equal(x->bands[0].type, LF_BAND_VALUES);
  assert_int_equal(x->bands[1].type, LF_BAND_MISSING);
  assert_int_equal(x->bands[2].type, LF_BAND_OTHER);
  assert_int_equal(card->bands[0][0].points, 2);
  assert_int_equal(card->bands[0][1].points, 3);
  assert_int_equal(card->bands[0][2].points, 1);
  assert_string_equal(x->bands[0].values[0], "4");
  lf_scorecard_free(card);
}

/* ---- scores ---------------------------------------------------------------------------------------- */

static void scores_are_sums(void **state) {
  (void)state;
  enum { ROWS = 100003 };
  lf_scorecard *card = card_of_json(full);
  uint16_t *columns[4];
  lf_codes codes = {.n_rows = ROWS, .n = 4, .columns = columns};
  int32_t *one = malloc(ROWS * sizeof *one), *three = malloc(ROWS * sizeof *three);
  const lf_run runs[] = {{.threads = 1}, {.threads = 3}};
  for (size_t a = 0; a < 4; a++) {
    columns[a] = malloc(ROWS * sizeof *columns[a]);
    for (size_t i = 0; i < ROWS; i++)
      columns[a][i] = (uint16_t)((i * 7 + i / 11 + a) % card->attributes->items[a].n_bands);
  }
  assert_int_equal(lf_scorecard_score(card, &codes, &runs[0], one, NULL), LF_OK);
  assert_int_equal(lf_scorecard_score(card, &codes, &runs[1], three, NULL), LF_OK);
  assert_memory_equal(one, three, ROWS * sizeof *one);
  for (size_t i = 0; i < ROWS; i += 997) {
    int want = 2;
    for (size_t a = 0; a < 4; a++) want += card->bands[a][columns[a][i]].points;
    assert_int_equal(one[i], want);
  }
  codes.n = 3;
  assert_int_equal(lf_scorecard_score(card, &codes, NULL, one, NULL), LF_E_USAGE);
  for (size_t a = 0; a < 4; a++) free(columns[a]);
  free(one);
  free(three);
  lf_scorecard_free(card);
}

static void reasons_by_hand(void **state) {
  (void)state;
  lf_scorecard *card = card_of_json(full);
  double average[4];
  lf_reason reasons[LF_REASONS];
  for (size_t b = 0; b < 5; b++) card->bands[0][b].rows = b < 3 ? 10 : 0; /* average (0 + 12 + 30) / 3 = 14 */
  lf_scorecard_averages(card, average);
  assert_true(fabs(average[0] - 14) < 1e-12);
  assert_true(fabs(average[1] - 14.5) < 1e-12); /* no counts: the mean of 7 and 22 */
  assert_true(average[2] == 20 && average[3] == 0);
  const uint16_t codes[] = {2, 0, 2, 0}; /* 30, 7, 3, 0 points: +16, -7.5, -17, 0 */
  assert_int_equal(lf_scorecard_reasons(card, average, codes, reasons), 3);
  assert_int_equal(reasons[0].attribute, 2);
  assert_true(reasons[0].points == -17);
  assert_int_equal(reasons[1].attribute, 0);
  assert_true(fabs(reasons[1].points - 16) < 1e-12);
  assert_int_equal(reasons[2].attribute, 1);
  const double four[] = {0, 0, 0, 1};
  const uint16_t all[] = {1, 0, 0, 0}; /* 12, 7, 20, -1: the lightest of four is left out */
  assert_int_equal(lf_scorecard_reasons(card, four, all, reasons), 3);
  assert_int_equal(reasons[0].attribute, 2);
  assert_int_equal(reasons[1].attribute, 0);
  assert_int_equal(reasons[2].attribute, 1);
  lf_scorecard_free(card);
}

static void points_scale(void **state) {
  (void)state;
  double factor, offset;
  assert_int_equal(lf_points_scale(20, 600, 50, &factor, &offset, NULL), LF_OK);
  assert_true(fabs(factor - 28.8539008177793) < 1e-12);        /* Siddiqi 2006: 28.8539 */
  assert_true(fabs(offset - 487.122876204505) < 1e-11);        /* and 487.123 */
  assert_true(fabs(offset + factor * log(100) - 620) < 1e-11); /* twice the odds, 20 points more */
  assert_int_equal(lf_points_scale(0, 600, 50, &factor, &offset, NULL), LF_E_USAGE);
  assert_int_equal(lf_points_scale(20, 600, -1, &factor, &offset, NULL), LF_E_USAGE);
  assert_int_equal(lf_points_scale(INFINITY, 600, 50, &factor, &offset, NULL), LF_E_USAGE);
  assert_int_equal(lf_points_scale(20, 600, INFINITY, &factor, &offset, NULL), LF_E_USAGE);
  assert_int_equal(lf_points_scale(20, INFINITY, 50, &factor, &offset, NULL), LF_E_USAGE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(read_and_written_alike),
      cmocka_unit_test(every_key_is_read),
      cmocka_unit_test(bands_refused),
      cmocka_unit_test(cards_refused),
      cmocka_unit_test(every_key_is_checked),
      cmocka_unit_test(gaps_are_named_at_the_later_band),
      cmocka_unit_test(too_many_bands),
      cmocka_unit_test(every_group_is_checked),
      cmocka_unit_test(points_add_up_to_a_bound),
      cmocka_unit_test(a_card_of_its_points_alone),
      cmocka_unit_test(below_every_grade_is_the_last),
      cmocka_unit_test(edited_points_are_taken),
      cmocka_unit_test(missing_and_other_go_last),
      cmocka_unit_test(scores_are_sums),
      cmocka_unit_test(reasons_by_hand),
      cmocka_unit_test(points_scale),
  };
  return cmocka_run_group_tests_name("card", tests, NULL, NULL);
}
