/* base/tree.h: what a person writes comes back as written, and errors say where. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
  const char *yaml =
      "x: [yes, 1, 007, 0.5, No, 'null', true, -12, 2024-01-02, 123456789012345678901234567890, +5, 1e3, -0]";
  const char *want[] = {"yes",  "1",    "007", "0.5",        "No",
                        "null", "true", "-12", "2024-01-02", "123456789012345678901234567890",
                        "+5",   "1000", "-0"};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++) check_scalar(yaml, i, want[i]);
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
  json_decref(root);
}

static void nearest_word(void **state) {
  (void)state;
  const char *const known[] = {"amount", "account", "created", "id"};
  assert_string_equal(lf_nearest_word("acount", known, 4), "account");
  assert_string_equal(lf_nearest_word("AMUONT", known, 4), "amount"); /* a swap is one slip */
  assert_string_equal(lf_nearest_word("di", known, 4), "id");
  assert_null(lf_nearest_word("zzzzzz", known, 4));
  assert_null(lf_nearest_word("amount", known, 0));
}

static void integers_and_flags(void **state) {
  (void)state;
  json_t *root = load("[3, 4.0, 4.5, true, \"x\"]", false);
  lf_node top = lf_node_root(root, "f"), item[5];
  for (size_t i = 0; i < 5; i++) item[i] = lf_node_item(&top, i);
  int64_t n = 0;
  bool flag = false;
  assert_int_equal(lf_node_integer(&item[0], &n, NULL), LF_OK);
  assert_int_equal(n, 3);
  assert_int_equal(lf_node_integer(&item[1], &n, NULL), LF_OK);
  assert_int_equal(n, 4);
  assert_int_equal(lf_node_integer(&item[2], &n, NULL), LF_E_USAGE);
  assert_int_equal(lf_node_flag(&item[3], &flag, NULL), LF_OK);
  assert_true(flag);
  assert_int_equal(lf_node_flag(&item[0], &flag, NULL), LF_E_USAGE);
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
      cmocka_unit_test(an_empty_yaml_is_null),
      cmocka_unit_test(hostile_yaml_is_refused),
      cmocka_unit_test(bad_bytes_are_refused),
      cmocka_unit_test(bad_json_is_refused),
      cmocka_unit_test(a_byte_order_mark_is_skipped),
      cmocka_unit_test(errors_name_the_path),
      cmocka_unit_test(unknown_keys_get_the_nearest_name),
      cmocka_unit_test(nearest_word),
      cmocka_unit_test(integers_and_flags),
      cmocka_unit_test(written_numbers_read_back_the_same),
      cmocka_unit_test(the_layout_is_for_people),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
