/* base/tree.h: what a person writes comes back as written, and errors say where. */
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

#include "base/nearest.h"
#include "base/tree.h"

static json_t *load(const char *text, bool yaml) {
  json_t *root = NULL;
  lf_error err = {0};
  if (lf_tree_parse("f", text, strlen(text), yaml, &root, &err) != LF_OK) fail_msg("%s", err.message);
  return root;
}

/* The text form of item i of the list x in YAML text. */
static void check_scalar(const char *yaml, size_t i, const char *want) {
  json_t *root = load(yaml, true);
  lf_node top = lf_node_root(root, "f"), list = lf_node_key(&top, "x"), item = lf_node_item(&list, i);
  char *text = NULL;
  assert_int_equal(lf_node_scalar_text(&item, &text, NULL), LF_OK);
  assert_string_equal(text, want);
  free(text);
  json_decref(root);
}

static void yaml_scalars_are_as_typed(void **state) {
  (void)state;
  const char *yaml = "x: [yes, 1, 007, 0.5, No, 'null', true, -12, 2024-01-02, "
                     "123456789012345678901234567890, +5, 1e3, -0, False]";
  const char *want[] = {"yes",  "1",    "007", "0.5",        "No",
                        "null", "true", "-12", "2024-01-02", "123456789012345678901234567890",
                        "+5",   "1000", "-0",  "false"};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) check_scalar(yaml, i, want[i]);
  check_scalar("x: [-]", 0, "-");
}

static void yaml_types(void **state) {
  (void)state;
  json_t *root = load("a: yes\nb: true\nc: 3\nd: 3.25\ne: ~\nf:\ng: .inf\nh: 0x10\ni: \"3\"\n", true);
  assert_true(json_is_string(json_object_get(root, "a")));
  assert_true(json_is_true(json_object_get(root, "b")));
  assert_int_equal(json_integer_value(json_object_get(root, "c")), 3);
  assert_true(json_real_value(json_object_get(root, "d")) == 3.25);
  assert_true(json_is_null(json_object_get(root, "e")));
  assert_true(json_is_null(json_object_get(root, "f")));
  assert_true(json_is_string(json_object_get(root, "g")));
  assert_true(json_is_string(json_object_get(root, "h")));
  assert_true(json_is_string(json_object_get(root, "i")));
  json_decref(root);
}

/* Three spellings of each word are what YAML 1.2 has; others, and half a word, are text. */
static void the_words_of_yaml(void **state) {
  (void)state;
  static const char *const words[][3] = {
      {"null", "Null", "NULL"}, {"true", "True", "TRUE"}, {"false", "False", "FALSE"}};
  static const json_type types[] = {JSON_NULL, JSON_TRUE, JSON_FALSE};
  static const char *const texts[] = {
      "nULL", "tRUE",  "fALSE", "nul",   "truee", "+", "-5a",   "5-",
      "1:2",  "1.2.3", "00.5",  "-00.5", "+.",    "e", "1e999", "1234567890123456789",
      ".",    "a.b"};
  for (size_t i = 0; i < 9; i++) {
    json_t *root = load(words[i / 3][i % 3], true);
    assert_int_equal(json_typeof(root), types[i / 3]);
    json_decref(root);
  }
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    json_t *root = load(texts[i], true);
    if (!json_is_string(root)) fail_msg("'%s' is no text", texts[i]);
    assert_string_equal(json_string_value(root), texts[i]);
    json_decref(root);
  }
}

static void an_empty_yaml_is_null(void **state) {
  (void)state;
  json_t *root = load("# nothing said\n", true);
  assert_true(json_is_null(root));
  json_decref(root);
}

static void check_refused(const char *text, bool yaml, uint64_t line, const char *message) {
  json_t *root = NULL;
  lf_error err = {0};
  assert_int_equal(lf_tree_parse("p.yaml", text, strlen(text), yaml, &root, &err), LF_E_USAGE);
  assert_null(root);
  assert_string_equal(err.file, "p.yaml");
  assert_int_equal(err.line, line);
  if (!strstr(err.message, message)) fail_msg("'%s' lacks '%s'", err.message, message);
}

static void hostile_yaml_is_refused(void **state) {
  (void)state;
  check_refused("a: 1\nb: &x [1]\n", true, 2, "anchor");
  check_refused("a: &x 1\nb: *x\n", true, 1, "anchor");
  check_refused("a: 1\nb: &x {c: 1}\n", true, 2, "anchor");
  check_refused("a: !x [1]\n", true, 1, "tag");
  check_refused("a: !x {b: 1}\n", true, 1, "tag");
  check_refused("&x a: 1\n", true, 1, "anchor");
  check_refused("a: b: c\n", true, 1,
                "not valid YAML: mapping values are not allowed in this context: check");
  check_refused("a: 1\nb: *x\n", true, 2, "alias");
  check_refused("a: 1\nb: 2\na: 3\n", true, 3, "'a' is written twice");
  check_refused("a: 1\n---\nb: 2\n", true, 2, "second document");
  check_refused("a: !!python/object:os.system x\n", true, 1, "tag");
  check_refused("a: [1, 2\n", true, 2, "not valid YAML");
  check_refused("a: \"x\\0y\"\n", true, 1, "NUL");
  check_refused("? [1, 2]\n: x\n", true, 1, "key");
  char deep[400];
  memset(deep, '[', sizeof deep - 1);
  deep[sizeof deep - 1] = '\0';
  check_refused(deep, true, 1, "64 levels");
}

static void bad_bytes_are_refused(void **state) {
  (void)state;
  check_refused("a: \xff\xfe\n", true, 0, "UTF-8");
  check_refused("{\"a\": \"\xff\"}", false, 1, "JSON");
}

static void bad_json_is_refused(void **state) {
  (void)state;
  check_refused("{\"a\": 1,\n \"a\": 2}", false, 2, "duplicate");
  check_refused("{\"a\": 1,\n\"b\" 2}", false, 2, "JSON");
  check_refused("{\"a\": NaN}", false, 1, "JSON");
  check_refused("", false, 1, "JSON");
}

static void a_byte_order_mark_is_skipped(void **state) {
  (void)state;
  json_t *root = load("\xef\xbb\xbf{\"a\": 1}", false);
  assert_int_equal(json_integer_value(json_object_get(root, "a")), 1);
  json_decref(root);
  root = load("\xef\xbb\xbf"
              "a: 1",
              true);
  assert_int_equal(json_integer_value(json_object_get(root, "a")), 1);
  json_decref(root);
}

static void errors_name_the_path(void **state) {
  (void)state;
  json_t *root = load("{\"attributes\": [1, {\"bands\": [{}, {\"to\": \"fifty\"}]}]}", false);
  lf_node top = lf_node_root(root, "s.json"), list = lf_node_key(&top, "attributes"),
          item = lf_node_item(&list, 1);
  lf_node bands = lf_node_key(&item, "bands"), band = lf_node_item(&bands, 1), to = lf_node_key(&band, "to");
  lf_error err = {0};
  double value = 7;
  assert_int_equal(lf_node_number(&to, &value, &err), LF_E_USAGE);
  assert_string_equal(err.file, "s.json");
  assert_string_equal(err.message,
                      "attributes[1].bands[1].to: expected a number, but the text 'fifty' stands there");
  assert_true(value == 7);
  lf_node from = lf_node_key(&band, "from");
  assert_int_equal(lf_node_number(&from, &value, &err), LF_E_USAGE);
  assert_string_equal(err.message, "attributes[1].bands[1].from: expected a number, but it is missing");
  size_t n = 0;
  assert_int_equal(lf_node_array(&to, &n, &err), LF_E_USAGE);
  char path[12];
  lf_node_path(&to, path, sizeof path);
  assert_string_equal(path, "attributes[");
  json_decref(root);
}

static void unknown_keys_get_the_nearest_name(void **state) {
  (void)state;
  json_t *root = load("outcom: Stage\n", true);
  const char *const known[] = {"outcome", "amount", "date", NULL};
  lf_node top = lf_node_root(root, "f");
  lf_error err = {0};
  assert_int_equal(lf_node_only_keys(&top, known, &err), LF_E_USAGE);
  assert_string_equal(err.message, "there is no key 'outcom' here: did you mean 'outcome'?");
  json_decref(root);
  root = load("zebra: 1\n", true);
  top = lf_node_root(root, "f");
  assert_int_equal(lf_node_only_keys(&top, known, &err), LF_E_USAGE);
  assert_string_equal(err.message, "there is no key 'zebra' here: the keys are outcome, amount, date");
  const char *const none[] = {NULL};
  assert_int_equal(lf_node_only_keys(&top, none, &err), LF_E_USAGE);
  assert_string_equal(err.message, "there is no key 'zebra' here: the keys are none");
  json_decref(root);
}

/* What stands in the wrong place is named. */
static void errors_say_what_stands_there(void **state) {
  (void)state;
  static const char *const found[] = {
      "a group of keys stands there", "a list stands there",      "the number 3 stands there",
      "the number 2.5 stands there",  "true stands there",        "false stands there",
      "nothing (null) stands there",  "the text 'x' stands there"};
  json_t *root = load("[{}, [], 3, 2.5, true, false, null, \"x\"]", false);
  lf_node top = lf_node_root(root, "f");
  lf_error err = {0};
  const char *text = NULL;
  bool flag = false;
  int64_t whole = 0;
  size_t n = 0;
  for (size_t i = 0; i < 7; i++) {
    char want[80];
    lf_node item = lf_node_item(&top, i);
    snprintf(want, sizeof want, "[%zu]: expected a text, but %s", i, found[i]);
    assert_int_equal(lf_node_text(&item, &text, &err), LF_E_USAGE);
    assert_string_equal(err.message, want);
  }
  lf_node last = lf_node_item(&top, 7), none = lf_node_item(&top, 8);
  assert_int_equal(lf_node_flag(&last, &flag, &err), LF_E_USAGE);
  assert_string_equal(err.message, "[7]: expected true or false, but the text 'x' stands there");
  assert_int_equal(lf_node_object(&last, &err), LF_E_USAGE);
  assert_string_equal(err.message, "[7]: expected a group of keys, but the text 'x' stands there");
  assert_int_equal(lf_node_text(&none, &text, &err), LF_E_USAGE);
  assert_string_equal(err.message, "[8]: expected a text, but it is missing");
  assert_int_equal(lf_node_flag(&none, &flag, &err), LF_E_USAGE);
  assert_int_equal(lf_node_object(&none, &err), LF_E_USAGE);
  assert_int_equal(lf_node_integer(&none, &whole, &err), LF_E_USAGE);
  assert_int_equal(lf_node_array(&none, &n, &err), LF_E_USAGE);
  assert_string_equal(err.message, "[8]: expected a list, but it is missing");
  lf_node key = lf_node_key(&top, "a"),
          item = lf_node_item(&key, 0); /* a key of a list, an item of nothing */
  assert_null(key.value);
  assert_null(item.value);
  json_decref(root);
}

/* Too little room for a path: none of it, the start of it, and never past the end. */
static void paths_are_cut(void **state) {
  (void)state;
  json_t *root = load("{\"attributes\": [[1]]}", false);
  lf_node top = lf_node_root(root, "f"), list = lf_node_key(&top, "attributes"),
          item = lf_node_item(&list, 0), one = lf_node_item(&item, 0);
  char path[20] = "x";
  lf_node_path(&one, path, 0);
  assert_string_equal(path, "x");
  for (size_t size = 1; size < sizeof path; size++) {
    memset(path, '#', sizeof path);
    lf_node_path(&one, path, size);
    size_t n = size - 1 < 16 ? size - 1 : 16;
    assert_int_equal(strlen(path), n);
    assert_memory_equal(path, "attributes[0][0]", n);
    assert_int_equal(path[size], '#');
  }
  json_decref(root);
}

/* The extension decides, and where there is none the first character. */
static void files_are_told_apart(void **state) {
  (void)state;
  static const struct {
    const char *name, *text;
    bool good;
  } cases[] = {
      {"a.json", "{\"a\": 1}", true},
      {"a.JSON", "a: 1", false},
      {"a.yaml", "a: 1", true},
      {"a.yml", "a: 1", true},
      {"a.yml", "{a: 1}", true},
      {"a", "a: 1", true},
      {"a", "{\"a\": 1}", true},
      {"a", "{a: 1}", false},
      {"a", " [a]", false},
      {"a", " [1]", true},
      {"a", "", true},
      {"project", "# none", true},
  };
  char folder[] = "/tmp/leadfit-tree-XXXXXX", before[4096];
  assert_non_null(getcwd(before, sizeof before));
  assert_non_null(mkdtemp(folder));
  assert_int_equal(chdir(folder), 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_t *root = NULL;
    FILE *f = fopen(cases[i].name, "w");
    assert_non_null(f);
    fputs(cases[i].text, f);
    fclose(f);
    if ((lf_tree_load(cases[i].name, &root, NULL) == LF_OK) != cases[i].good)
      fail_msg("%s: %s", cases[i].name, cases[i].text);
    json_decref(root);
    unlink(cases[i].name);
  }
  assert_int_equal(chdir(before), 0);
  assert_int_equal(rmdir(folder), 0);
}

static void nearest_word(void **state) {
  (void)state;
  const char *const known[] = {"amount", "account", "created", "id"};
  assert_string_equal(lf_nearest_word("acount", known, 4), "account");
  assert_string_equal(lf_nearest_word("AMUONT", known, 4), "amount"); /* a swap is one slip */
  assert_string_equal(lf_nearest_word("di", known, 4), "id");
  assert_null(lf_nearest_word("zzzzzz", known, 4));
  assert_null(lf_nearest_word("amount", known, 0));
  const char *const close[] = {"amount", "amounts",
                               "cat",    "date",
                               "hat",    "amountsamountsamountsamountsamountsamountsamountsamountsamountss"};
  assert_string_equal(lf_nearest_word("amount", close, 6), "amount");
  assert_string_equal(lf_nearest_word("dat", close, 6),
                      "date");                      /* of two one slip away, the one that starts the same */
  assert_null(lf_nearest_word(close[5], close, 6)); /* too long to be a misspelt key */
}

static void integers_and_flags(void **state) {
  (void)state;
  json_t *root = load("[3, 4.0, 4.5, true, \"x\", false, 1e17]", false);
  lf_node top = lf_node_root(root, "f"), item[7];
  for (size_t i = 0; i < 7; i++) item[i] = lf_node_item(&top, i);
  int64_t n = 0;
  bool flag = false;
  assert_int_equal(lf_node_integer(&item[0], &n, NULL), LF_OK);
  assert_int_equal(n, 3);
  assert_int_equal(lf_node_integer(&item[1], &n, NULL), LF_OK);
  assert_int_equal(n, 4);
  assert_int_equal(lf_node_integer(&item[2], &n, NULL), LF_E_USAGE);
  assert_int_equal(lf_node_integer(&item[6], &n, NULL), LF_E_USAGE); /* no double tells whole numbers there */
  assert_int_equal(lf_node_flag(&item[3], &flag, NULL), LF_OK);
  assert_true(flag);
  assert_int_equal(lf_node_flag(&item[0], &flag, NULL), LF_E_USAGE);
  assert_int_equal(lf_node_flag(&item[5], &flag, NULL), LF_OK);
  assert_false(flag);
  json_decref(root);
}

static void written_numbers_read_back_the_same(void **state) {
  (void)state;
  const double values[] = {0.1,  1.0 / 3,       1e300,      5e-324,
                           -0.0, 123456789.125, 0x1p53 + 2, 1.7976931348623157e308};
  json_t *array = json_array();
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    json_array_append_new(array, json_real(values[i]));
  json_array_append_new(array, lf_json_number((double)NAN));
  char *bytes = NULL;
  size_t n = 0;
  assert_int_equal(lf_tree_write(array, &bytes, &n, NULL), LF_OK);
  assert_int_equal(strlen(bytes), n);
  assert_non_null(strstr(bytes, "0.1,"));
  json_t *back = load(bytes, false);
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    double value = json_number_value(json_array_get(back, i));
    assert_memory_equal(&value, &values[i], sizeof value);
  }
  assert_true(json_is_null(json_array_get(back, json_array_size(back) - 1)));
  json_decref(array);
  json_decref(back);
  free(bytes);
}

/* Control characters as JSON has them, and a key that fills the line by itself. */
static void what_is_written_is_json(void **state) {
  (void)state;
  json_t *root = load("[\"\\r\\t\\\\ \\u007f\", true, false, null, []]", false);
  char *bytes = NULL;
  size_t n = 0;
  assert_int_equal(lf_tree_write_compact(root, &bytes, &n, NULL), LF_OK);
  assert_string_equal(bytes, "[\"\\r\\t\\\\ \\u007f\", true, false, null, []]\n");
  free(bytes);
  json_decref(root);
  char key[121], want[200];
  memset(key, 'k', sizeof key - 1);
  key[sizeof key - 1] = '\0';
  root = json_object();
  json_object_set_new(root, key, json_pack("[i]", 1));
  assert_int_equal(lf_tree_write(root, &bytes, &n, NULL), LF_OK);
  snprintf(want, sizeof want, "{\n  \"%s\": [\n    1\n  ]\n}\n", key);
  assert_string_equal(bytes, want);
  free(bytes);
  json_decref(root);
}

static void the_layout_is_for_people(void **state) {
  (void)state;
  json_t *root = load("{\"b\": [{\"label\": \"a\\\"b\\n\\u0001é\", \"points\": 3}], \"a\": {}, \"long\": "
                      "[\"0123456789012345678901234567890123456789\", "
                      "\"0123456789012345678901234567890123456789\", \"01234567890123456789012345\"]}",
                      false);
  char *bytes = NULL;
  size_t n = 0;
  assert_int_equal(lf_tree_write(root, &bytes, &n, NULL), LF_OK);
  assert_string_equal(bytes, "{\n"
                             "  \"b\": [{\"label\": \"a\\\"b\\n\\u0001é\", \"points\": 3}],\n"
                             "  \"a\": {},\n"
                             "  \"long\": [\n"
                             "    \"0123456789012345678901234567890123456789\",\n"
                             "    \"0123456789012345678901234567890123456789\",\n"
                             "    \"01234567890123456789012345\"\n"
                             "  ]\n"
                             "}\n");
  json_t *back = load(bytes, false);
  assert_true(json_equal(root, back));
  free(bytes);
  assert_int_equal(lf_tree_write_compact(back, &bytes, &n, NULL), LF_OK);
  assert_ptr_equal(strchr(bytes, '\n'), bytes + n - 1);
  json_decref(root);
  json_decref(back);
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(yaml_scalars_are_as_typed),
      cmocka_unit_test(yaml_types),
      cmocka_unit_test(the_words_of_yaml),
      cmocka_unit_test(an_empty_yaml_is_null),
      cmocka_unit_test(hostile_yaml_is_refused),
      cmocka_unit_test(bad_bytes_are_refused),
      cmocka_unit_test(bad_json_is_refused),
      cmocka_unit_test(a_byte_order_mark_is_skipped),
      cmocka_unit_test(errors_name_the_path),
      cmocka_unit_test(unknown_keys_get_the_nearest_name),
      cmocka_unit_test(errors_say_what_stands_there),
      cmocka_unit_test(paths_are_cut),
      cmocka_unit_test(files_are_told_apart),
      cmocka_unit_test(nearest_word),
      cmocka_unit_test(integers_and_flags),
      cmocka_unit_test(written_numbers_read_back_the_same),
      cmocka_unit_test(what_is_written_is_json),
      cmocka_unit_test(the_layout_is_for_people),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
