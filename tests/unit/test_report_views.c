/* The views: numbers for people, what the headline says of which figures, hostile values, and trees with
 * anything missing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/html_write.h"
#include "report/report.h"
#include "report/view.h"
#include "report_case.h"

/* The page as it is written for a report: without the scripts, which are the same in each, and with the bare
 * text of the data block that they read. */
static char *html_of(const json_t *report) {
  char *bytes = NULL;
  size_t n = 0;
  lf_error err = {0};
  if (lf_report_html(report, &bytes, &n, &err) != LF_OK) fail_msg("%s", err.message);
  assert_int_equal(strlen(bytes), n);
  static const char opens[] = "<script type=\"application/json\" id=\"chart-data\">";
  char *data = strstr(bytes, opens);
  assert_non_null(data);
  size_t n_data = strcspn(data + sizeof opens - 1, "<"); /* nothing in it can begin markup */
  assert_memory_equal(data + sizeof opens - 1 + n_data, "</script>\n<script>", 18);
  memmove(data, data + sizeof opens - 1, n_data);
  data[n_data] = '\0';
  return bytes;
}

static char *text_of(text_view view, const json_t *tree, bool colour, int width) {
  char *bytes = NULL;
  size_t n = 0;
  lf_error err = {0};
  if (view(tree, colour, width, &bytes, &n, &err) != LF_OK) fail_msg("%s", err.message);
  assert_int_equal(strlen(bytes), n);
  return bytes;
}

/* ---- numbers --------------------------------------------------------------------------------------- */

static void same_count(double value, const char *want) {
  lf_text out = {0};
  lf_people_count(&out, value);
  assert_string_equal(out.data, want);
  lf_text_free(&out);
}

static void same_fixed(double value, int decimals, const char *want) {
  lf_text out = {0};
  lf_people_fixed(&out, value, decimals);
  assert_string_equal(out.data, want);
  lf_text_free(&out);
}

static void same_percent(double value, const char *want) {
  lf_text out = {0};
  lf_people_percent(&out, value);
  assert_string_equal(out.data, want);
  lf_text_free(&out);
}

static void numbers_for_people(void **state) {
  (void)state;
  same_count(0, "0");
  same_count(999, "999");
  same_count(1000, "1,000");
  same_count(1234567, "1,234,567");
  same_count(-45000, "\xE2\x88\x92"
                     "45,000");
  same_count(NAN, "not available");
  same_count(INFINITY, "not available");
  same_count(1e300, "1e+300");
  same_fixed(-1234.5, 2,
             "\xE2\x88\x92"
             "1,234.50");
  same_fixed(-0.001, 2, "0.00");
  same_percent(0.35, "35.0%");
  same_percent(0, "0.0%");
  same_percent(0.0004, "below 0.1%");
  same_percent(1, "100.0%");
}

static void same_text(void (*write)(lf_text *out, double value), double value, const char *want) {
  lf_text out = {0};
  write(&out, value);
  assert_string_equal(out.data, want);
  lf_text_free(&out);
}

static void p_values_and_sizes_for_people(void **state) {
  (void)state;
  same_text(lf_people_p, 0.0009, "below 0.001");
  same_text(lf_people_p, 0.001, "0.001");
  same_text(lf_people_p, 1, "1.000");
  same_text(lf_people_p, NAN, "not available");
  same_text(lf_people_bytes, 1, "1 byte");
  same_text(lf_people_bytes, 999, "999 bytes");
  same_text(lf_people_bytes, 1000, "1.0 kB");
  same_text(lf_people_bytes, 4.3e6, "4.3 MB");
  same_text(lf_people_bytes, 2e9, "2.0 GB");
  same_text(lf_people_bytes, 2e12, "2.0 TB");
  same_text(lf_people_bytes, 5e15, "5,000.0 TB"); /* there is no larger unit */
}

static void same_pairs(const char *auc, const char *want) {
  json_t *tree = tree_of(auc);
  lf_text out = {0};
  lf_people_pairs(&out, tree);
  assert_string_equal(out.data, want);
  lf_text_free(&out);
  json_decref(tree);
}

/* Whole pairs, but a limit of 50.4 must not read as 50, nor 99.7 as 100. */
static void pairs_do_not_round_onto_the_coin(void **state) {
  (void)state;
  same_pairs("{\"value\": 0.7113, \"ci_low\": 0.6866, \"ci_high\": 0.7360}",
             "71 of 100 pairs (95% interval 69 to 74)");
  same_pairs("{\"value\": 0.55, \"ci_low\": 0.504, \"ci_high\": 0.596}",
             "55.0 of 100 pairs (95% interval 50.4 to 59.6)");
  same_pairs("{\"value\": 0.997, \"ci_low\": 0.99, \"ci_high\": 0.999}",
             "99.7 of 100 pairs (95% interval 99.0 to 99.9)");
  same_pairs("{\"value\": 0.45, \"ci_low\": 0.404, \"ci_high\": 0.496}",
             "45.0 of 100 pairs (95% interval 40.4 to 49.6)");
  same_pairs("{\"value\": 0.8}", "80 of 100 pairs");
  same_pairs("{\"value\": 0.8, \"ci_low\": 0.7}", "80 of 100 pairs");
}

static void a_report_is_called_by_its_name_or_its_input(void **state) {
  static const char *const names[][2] = {
      {"{\"name\": \"Acme\", \"inputs\": [{\"name\": \"a/b.csv\"}]}", "Acme"},
      {"{\"inputs\": [{\"name\": \"a/b.csv\"}]}", "b.csv"},
      {"{\"provenance\": {\"inputs\": [{\"name\": \"c.csv\"}]}, \"inputs\": [{\"name\": \"b.csv\"}]}",
       "c.csv"},
      {"{\"inputs\": [{\"name\": \"folder/\"}]}", "folder/"},
      {"{\"inputs\": [{}]}", "Lead score"},
      {"{}", "Lead score"}};
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    json_t *tree = tree_of(names[i][0]);
    assert_string_equal(lf_view_name(tree), names[i][1]);
    json_decref(tree);
  }
}

/* Of two items of one name the first is found by it; what has no name is not found. */
static void an_index_keeps_the_first_of_a_name(void **state) {
  json_t *list =
      tree_of("[{\"name\": \"a\", \"is\": 1}, {\"is\": 2}, {\"name\": \"a\", \"is\": 3}, {\"name\": "
              "\"b\", \"is\": 4}]");
  json_t *index = lf_view_index(list, "name");
  (void)state;
  assert_int_equal(json_object_size(index), 2);
  assert_int_equal(lf_view_number(index, "a.is"), 1);
  assert_int_equal(lf_view_number(index, "b.is"), 4);
  assert_int_equal(lf_view_number(lf_view_named(list, "a"), "is"), 1);
  assert_null(lf_view_named(list, "c"));
  assert_null(lf_view_named(list, NULL));
  json_decref(index);
  json_decref(list);
}

/* A path with a key that is longer than any there is leads nowhere. */
static void a_long_key_is_not_there(void **state) {
  char path[80];
  json_t *tree = json_object();
  (void)state;
  memset(path, 'k', sizeof path - 1);
  path[sizeof path - 1] = '\0';
  json_object_set_new(tree, path, json_integer(1));
  assert_null(lf_view_at(tree, path));
  json_decref(tree);
}

/* ---- characters ------------------------------------------------------------------------------------ */

static uint32_t first(const char *text) {
  size_t at = 0;
  return lf_view_character(text, strlen(text), &at);
}

static void harmful_characters_are_replaced(void **state) {
  static const char *const harmful[] = {"\x1B[2J", "\x07", "\x7F", "\xC2\x9B", "\xE2\x80\xAE", "\xE2\x81\xA6",
                                        "\xE2\x80\xA8", "\xEF\xBB\xBF", "\xFF", "\xC0\xAF", "\xED\xA0\x80",
                                        /* U+061C, U+200B, U+2060, U+FFF9, U+E0041, U+FFFE, U+1FFFF, U+FDD0 */
                                        "\xD8\x9C", "\xE2\x80\x8B", "\xE2\x81\xA0", "\xEF\xBF\xB9",
                                        "\xF3\xA0\x81\x81", "\xEF\xBF\xBE", "\xF0\x9F\xBF\xBF",
                                        "\xEF\xB7\x90"};
  (void)state;
  for (size_t i = 0; i < sizeof harmful / sizeof *harmful; i++) assert_int_equal(first(harmful[i]), 0xFFFD);
  assert_int_equal(first("\t"), ' ');
  assert_int_equal(first("\n"), ' ');
  assert_int_equal(first("\xC3\xA9"), 0xE9);
  assert_int_equal(first("\xE2\x82\xAC"), 0x20AC);
  assert_int_equal(first("\xF0\x9F\x98\x80"), 0x1F600);
  assert_int_equal(first("\xE2\x80\x8D"), 0x200D); /* joins emoji */
  assert_int_equal(first("\xE2\x80\x90"), 0x2010);
  assert_int_equal(first("\xEF\xB7\x8F"), 0xFDCF);
  assert_int_equal(first("\xEF\xB7\xB0"), 0xFDF0);
  assert_int_equal(first("\xEF\xBF\xBC"), 0xFFFC);
  assert_int_equal(first("\xF3\xA0\x82\x80"), 0xE0080);
  assert_int_equal(lf_view_columns('a'), 1);
  assert_int_equal(lf_view_columns(0x65E5), 2);
  assert_int_equal(lf_view_columns(0x0301), 0);
}

/* ---- few rows -------------------------------------------------------------------------------------- */

static void small_bands_are_merged(void **state) {
  (void)state;
  json_t *report = tree_of(
      "{\"card\": [{\"name\": \"Industry\", \"bands\": ["
      "{\"label\": \"Software\", \"points\": 5, \"rows\": 10, \"won\": 4, \"win_rate\": 0.4},"
      "{\"label\": \"Fishing\", \"points\": 7, \"rows\": 9, \"won\": 8, \"win_rate\": 0.88},"
      "{\"label\": \"Mining\", \"points\": 3, \"rows\": 0, \"won\": 0},"
      "{\"label\": \"missing\", \"points\": 1, \"rows\": 6, \"won\": 5, \"type\": \"missing\"}]}],"
      "\"model\": {\"coefficients\": [{\"attribute\": \"Industry\", \"band\": \"Fishing\", "
      "\"estimate\": 1.5},"
      "{\"attribute\": \"Industry\", \"band\": \"Software\", \"estimate\": 0.5}]},"
      "\"holdout\": {\"rows\": 100, \"won\": 20}, \"mql\": {\"threshold\": 3},"
      "\"thresholds\": [{\"threshold\": 3, \"rows\": 10, \"won\": 4}, {\"threshold\": 77, \"rows\": 9, "
      "\"won\": 8}],"
      "\"grades\": [{\"label\": \"A\", \"from\": 55, \"rows\": 9, \"won\": 6}]}");
  char *html = html_of(report);
  has(html, "<bdi>Software</bdi>");
  lacks(html, "Fishing");
  lacks(html, "Mining");
  has(html, "2 small bands</th><td class=\"n\">3 to 7</td><td class=\"few\" colspan=\"3\">fewer than 10 rows "
            "each</td>");
  has(html,
      "<bdi>missing</bdi></th><td class=\"n\">1</td><td class=\"few\" colspan=\"3\">fewer than 10 rows</td>");
  lacks(html, ">77<");
  has(html, "<bdi>A</bdi></th><td class=\"few\"");
  free(html);
  json_decref(report);
}

/* ---- hostile values -------------------------------------------------------------------------------- */

static const char *const payloads[] = {
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style><svg onload=alert(1)>",
    "&lt;script&gt;",
    "\x1B]0;owned\x07",
    "\342\200\256desrever",
    "=cmd()",
    "]]>",
    "-->",
    "%s%n%d",
};

static void every_character_of_markup_is_escaped(void **state) {
  (void)state;
  lf_text out = {0};
  lf_html_text(&out, "a&<>\"'b");
  assert_string_equal(out.data, "a&amp;&lt;&gt;&quot;&#39;b");
  lf_text_free(&out);
}

static json_t *hostile_tree(const char *value) {
  return json_pack(
      "{s:s, s:{s:i, s:[{s:s, s:i}], s:[{s:s, s:s, s:s, s:s, s:s, s:s}], s:[s]}, s:[{s:s, s:s, s:s, s:s}],"
      "s:[{s:s, s:s, s:[{s:s, s:i, s:i}]}], s:{s:s, s:s}, s:{s:s, s:[{s:s, s:s}], s:{s:s}}, s:{s:s, s:[s]}, "
      "s:{s:s, s:i}}",
      "name", value, "data", "rows", 5, "excluded", "reason", value, "rows", 3, "columns", "name", value,
      "kind", value, "role", value, "note", value, "reason", value, "suspicion", value, "notes", value,
      "attributes", "name", value, "owner", value, "verdict", "predicts closed revenue", "through", value,
      "card", "name", value, "owner", value, "bands", "label", value, "points", 4, "rows", 40, "outcome",
      "column", value, "won", value, "provenance", "command", value, "inputs", "name", value, "sha256", value,
      "options", value, value, "model", "method", value, "warnings", value, "mql", "rule", value, "threshold",
      4);
}

static bool one_of(const char *text, size_t n, const char *list) {
  for (const char *at = list; *at != '\0'; at += strcspn(at, " ") + (at[strcspn(at, " ")] == ' ')) {
    if (strcspn(at, " ") == n && strncmp(at, text, n) == 0) return true;
  }
  return false;
}

/* Reads one tag as a browser does, from after its `<`: the name and each attribute must be of those that the
 * page is made of. */
static const char *read_tag(const char *at) {
  size_t n = strspn(at += *at == '/', "abcdefghijklmnopqrstuvwxyz0123456789");
  if (!one_of(at, n,
              "html body header main section nav aside div p span b em small a ul ol li dl dt dd h1 h2 h3 "
              "table caption thead "
              "tbody tr th td bdi br code pre details summary svg line circle text figure figcaption input "
              "label output"))
    fail_msg("tag <%.40s", at);
  for (at += n; *at == ' '; at += strcspn(at, "\"") + 1) {
    n = strcspn(++at, "=> ");
    if (!one_of(at, n,
                "lang id class href scope colspan style role tabindex aria-label aria-labelledby aria-hidden "
                "viewBox x y x1 x2 y1 y2 "
                "cx cy r hidden for type min max step inputmode aria-live data-figure") ||
        strncmp(at + n, "=\"", 2) != 0)
      fail_msg("attribute %.60s", at);
    if (strncmp(at, "href", 4) == 0) assert_int_equal(at[6], '#');
    at += n + 2;
  }
  if (*at != '>') fail_msg("tag goes on: %.40s", at);
  return at;
}

static void only_known_tags(const char *html) {
  static const char *const never[] = {"<script",      "<img",    "\x1B",     "\x07",
                                      "\xE2\x80\xAE", "http://", "https://", "url("};
  for (size_t i = 0; i < sizeof never / sizeof *never; i++) lacks(html, never[i]);
  const char *head = strstr(html, "</style>\n</head>\n");
  assert_non_null(head);
  for (const char *at = strchr(head + strlen("</style>\n</head>\n"), '<'); at != NULL; at = strchr(at, '<'))
    at = read_tag(at + 1);
}

static void terminal_is_safe(const char *text, bool colour, int width, int most_lines) {
  int lines = 0;
  for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
    size_t n = strcspn(line, "\n"), at = 0;
    int columns = 0;
    assert_int_equal(line[n], '\n');
    while (at < n) {
      if (colour && line[at] == '\x1B') {
        at += strcspn(line + at, "m") + 1;
        continue;
      }
      unsigned char byte = (unsigned char)line[at];
      if (byte < 0x20 || byte == 0x7F) fail_msg("control character %d in \"%.*s\"", byte, (int)n, line);
      columns += lf_view_columns(lf_view_character(line, n, &at));
    }
    if (columns > width) fail_msg("%d columns: %.*s", columns, (int)n, line);
    lines++;
  }
  if (most_lines > 0) assert_true(lines <= most_lines);
}

static void look_at_hostile(const json_t *report) {
  char *html = html_of(report);
  only_known_tags(html);
  free(html);
  for (int width = 40; width <= 120; width += 40) {
    for (int colour = 0; colour < 2; colour++) {
      char *text = text_of(lf_report_terminal, report, colour, width);
      terminal_is_safe(text, colour, width, 24);
      free(text);
      text = text_of(lf_inspect_terminal, report, colour, width);
      terminal_is_safe(text, colour, width, 0);
      free(text);
      text = text_of(lf_validate_terminal, report, colour, width);
      terminal_is_safe(text, colour, width, 0);
      free(text);
    }
  }
}

static void hostile_values_are_harmless(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
    json_t *report = hostile_tree(payloads[i]);
    assert_non_null(report);
    look_at_hostile(report);
    json_decref(report);
  }
}

static void a_value_of_ten_thousand_characters_is_cut(void **state) {
  (void)state;
  char *value = malloc(10001);
  assert_non_null(value);
  memset(value, 'x', 10000);
  value[10000] = '\0';
  json_t *report = hostile_tree(value);
  look_at_hostile(report);
  char *html = html_of(report);
  value[4001] = '\0'; /* the command line is shown to 4,000 characters, and nothing else to so many */
  lacks(html, value);
  free(html);
  free(value);
  json_decref(report);
}

/* ---- trees with anything missing ------------------------------------------------------------------- */

static void look_at_all(const json_t *report) {
  char *text = html_of(report);
  has(text, "</main>");
  lacks(text, ">nan<");
  lacks(text, "(null)");
  free(text);
  text = text_of(lf_report_terminal, report, false, 0);
  terminal_is_safe(text, false, 80, 24);
  free(text);
  free(text_of(lf_inspect_terminal, report, false, 0));
  free(text_of(lf_validate_terminal, report, false, 0));
}

static void nothing_at_all_is_a_report_too(void **state) {
  static const char *const trees[] = {
      "{}",
      "[]",
      "{\"holdout\": null}",
      "{\"card\": {}, \"data\": 3, \"headline\": []}",
      "{\"holdout\": {\"rows\": 0, \"auc\": null}}",
      "{\"card\": [null, 1, \"x\", [], {}]}",
      "{\"card\": [{\"bands\": [null, {}]}], \"thresholds\": [1, {}], \"grades\": [{}]}"};
  (void)state;
  for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
    json_t *report = tree_of(trees[i]);
    look_at_all(report);
    json_decref(report);
  }
}

/* Puts each of some values in the place of each node below, one at a time, and looks at the whole. */
static void mutate(json_t *root, json_t *node) {
  const char *key;
  json_t *child;
  void *next;
  json_object_foreach_safe(node, next, key, child) {
    json_t *kept = json_incref(child);
    json_t *values[] = {json_null(), json_string("text"), json_real(-1e300), json_array(), json_object()};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
      json_object_set_new(node, key, values[i]);
      look_at_all(root);
    }
    json_object_set_new(node, key, kept);
    mutate(root, kept);
  }
  if (json_array_size(node) > 0) mutate(root, json_array_get(node, 0));
}

static const char whole[] =
    "{\"name\": \"n\", \"data\": {\"rows\": 9, \"used\": 8, \"won\": 3, \"lost\": 5, \"open\": 1, "
    "\"excluded\": [{\"reason\": \"r\", \"rows\": 1}],"
    "\"columns\": [{\"name\": \"c\", \"kind\": \"k\", \"role\": \"r\", \"missing\": 1, \"distinct\": 2, "
    "\"note\": \"n\", \"suspicion\": \"s\"}],"
    "\"notes\": [\"n\"]}, \"outcome\": {\"column\": \"o\", \"won\": \"w\", \"account\": \"a\"},"
    "\"split\": {\"kind\": \"time\", \"train\": {\"rows\": 6, \"won\": 2}, \"holdout\": {\"rows\": 2, "
    "\"won\": 1}, \"from\": \"2024-01-01\"},"
    "\"model\": {\"method\": \"card\", \"converged\": true, \"penalty\": 0.1, \"warnings\": [\"w\"],"
    "\"coefficients\": [{\"attribute\": \"a\", \"band\": \"b\", \"estimate\": 1.0}], \"tests\": "
    "[{\"attribute\": \"a\", \"chi2\": 3, \"p\": 0.1}]},"
    "\"selection\": {\"auc\": 0.7, \"penalty_path\": [{\"penalty\": 1, \"loss\": 0.5}], \"left_out\": "
    "[{\"attribute\": \"a\"}],"
    "\"drifting\": [{\"attribute\": \"a\", \"share_outside\": 0.5}], \"signal\": {\"lasting\": true, "
    "\"sentence\": \"s\"}},"
    "\"score\": {\"minimum\": 0, \"maximum\": 100, \"base_points\": 4, \"probability\": {\"intercept\": -3, "
    "\"slope\": 0.1}},"
    "\"card\": [{\"name\": \"a\", \"owner\": \"sales\", \"weight_range\": 1, \"bands\": [{\"label\": \"b\", "
    "\"points\": 3, \"points_low\": 1,"
    "\"points_high\": 5, \"rows\": 40, \"won\": 4, \"win_rate\": 0.1, \"amount\": 5.5, \"type\": "
    "\"other\"}]}],"
    "\"mql\": {\"threshold\": 3, \"rule\": \"r\", \"expected\": {\"share_leads\": 0.5, \"win_rate\": 0.2}}, "
    "\"grades\": [{\"label\": \"A\","
    "\"from\": 3, \"rows\": 30, \"won\": 3}], \"holdout\": {\"rows\": 200, \"won\": 100, \"amount\": 5, "
    "\"auc\": {\"value\": 0.7, \"ci_low\": 0.6,"
    "\"ci_high\": 0.8}, \"log_loss\": 0.5, \"calibration\": {\"slope\": 1, \"slope_low\": 0.5, "
    "\"slope_high\": 1.5, \"in_the_large\": 0,"
    "\"bins\": [{\"rows\": 2, \"won\": 1, \"mean_probability\": 0.4, \"win_rate\": 0.5, \"low\": 0.1, "
    "\"high\": 0.9}]},"
    "\"lift\": [{\"decile\": 1, \"rows\": 20, \"won\": 10.5, \"lift\": 1.5, \"cumulative_gain\": 0.5}], "
    "\"top\": [{\"share\": 0.05, \"won\": 0.1}]},"
    "\"thresholds\": [{\"threshold\": 3, \"rows\": 20, \"won\": 10, \"share_won\": 0.5, \"amount\": 3, "
    "\"share_amount\": 0.6}],"
    "\"attributes\": [{\"name\": \"a\", \"verdict\": \"predicts closed revenue\", \"strength\": 1, \"win\": "
    "{\"odds_ratio_range\": 2}, \"p\": 0.01}],"
    "\"provenance\": {\"command\": \"leadfit fit\", \"inputs\": [{\"name\": \"f\", \"bytes\": 3, \"rows\": "
    "9, \"sha256\": \"00\"}],"
    "\"options\": {\"a\": 1}, \"seed\": 1}}";

static void any_part_may_be_missing_or_wrong(void **state) {
  (void)state;
  json_t *report = tree_of(whole);
  look_at_all(report);
  mutate(report, report);
  json_decref(report);
}

/* ---- terminal -------------------------------------------------------------------------------------- */

static void colour_only_where_asked(void **state) {
  (void)state;
  json_t *report = tree_of(whole);
  char *plain = text_of(lf_report_terminal, report, false, 80),
       *coloured = text_of(lf_report_terminal, report, true, 80);
  lacks(plain, "\x1B");
  has(coloured, "\x1B[1;32mThe score works");
  free(plain);
  free(coloured);
  json_decref(report);
}

static void inspect_tells_why_a_column_is_left_out(void **state) {
  (void)state;
  json_t *tree =
      tree_of("{\"rows\": 1200, \"open\": 7, \"columns\": [{\"name\": \"Email\", \"kind\": "
              "\"text\", \"role\": \"excluded\", \"missing\": 3,"
              "\"distinct\": 1190, \"reason\": \"nearly every value occurs once\"}], \"excluded\": "
              "[{\"reason\": \"open\", \"rows\": 7}],"
              "\"notes\": [\"Outcome: Stage.\"]}");
  char *text = text_of(lf_inspect_terminal, tree, false, 80);
  has(text, "1,200 rows: 7 open\n");
  has(text, "Email   text  excluded        3     1,190  nearly every value occurs once\n");
  has(text, "Left out   7 rows: open\n");
  has(text, "Inferred   Outcome: Stage.\n");
  free(text);
  json_decref(tree);
}

static void validate_shows_only_what_is_known(void **state) {
  (void)state;
  json_t *tree = tree_of("{\"holdout\": {\"rows\": 2000, \"won\": 500, \"auc\": {\"value\": 0.7, \"ci_low\": "
                         "0.66, \"ci_high\": 0.74}, \"log_loss\": null,"
                         "\"top\": [{\"share\": 0.1, \"won\": 0.25}]}}");
  char *text = text_of(lf_validate_terminal, tree, false, 80);
  has(text, "70 of 100 pairs (95% interval 66 to 74)");
  has(text, "2,000 leads judged, 500 won.");
  has(text, "AUC     0.700  0.660 to 0.740\n");
  has(text, "the best 10% hold 25.0% of the wins\n");
  lacks(text, "log loss");
  free(text);
  json_decref(tree);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_for_people),
      cmocka_unit_test(p_values_and_sizes_for_people),
      cmocka_unit_test(pairs_do_not_round_onto_the_coin),
      cmocka_unit_test(a_report_is_called_by_its_name_or_its_input),
      cmocka_unit_test(an_index_keeps_the_first_of_a_name),
      cmocka_unit_test(a_long_key_is_not_there),
      cmocka_unit_test(harmful_characters_are_replaced),
      cmocka_unit_test(small_bands_are_merged),
      cmocka_unit_test(every_character_of_markup_is_escaped),
      cmocka_unit_test(hostile_values_are_harmless),
      cmocka_unit_test(a_value_of_ten_thousand_characters_is_cut),
      cmocka_unit_test(nothing_at_all_is_a_report_too),
      cmocka_unit_test(any_part_may_be_missing_or_wrong),
      cmocka_unit_test(colour_only_where_asked),
      cmocka_unit_test(inspect_tells_why_a_column_is_left_out),
      cmocka_unit_test(validate_shows_only_what_is_known),
  };
  return cmocka_run_group_tests_name("report views", tests, NULL, NULL);
}
