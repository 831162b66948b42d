/* Loading JSON and YAML into one tree. The files are small and hostile: size and depth are bounded, what
 * could multiply (anchors, aliases) or say something twice (repeated keys, several documents) is refused with
 * its line. */
#include "base/tree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

enum { FILE_LIMIT = 64 << 20, DEPTH_LIMIT = 64 };

/* ---- YAML ----------------------------------------------------------------------------------------- */

typedef struct yaml_reading {
  yaml_parser_t parser;
  const char *name;
  int depth;
  lf_error *err;
} yaml_reading;

static lf_status fail_at_mark(const yaml_reading *in, yaml_mark_t mark, const char *what) {
  return lf_fail_at(in->err, LF_E_USAGE, in->name, mark.line + 1, mark.column + 1, "%s", what);
}

static lf_status next_event(yaml_reading *in, yaml_event_t *event) {
  if (yaml_parser_parse(&in->parser, event)) return LF_OK;
  const yaml_parser_t *p = &in->parser;
  if (p->error == YAML_MEMORY_ERROR)
    return lf_fail(in->err, LF_E_MEMORY, "not enough memory to read %s", in->name);
  const char *problem = p->problem ? p->problem : "unreadable";
  if (p->error == YAML_READER_ERROR)
    return lf_fail_at(in->err, LF_E_USAGE, in->name, 0, 0,
                      "not YAML text: %s at byte %zu: save the file as UTF-8", problem, p->problem_offset);
  return lf_fail_at(in->err, LF_E_USAGE, in->name, p->problem_mark.line + 1, p->problem_mark.column + 1,
                    "not valid YAML: %s%s%s: check indentation, quotes and colons there", problem,
                    p->context ? " " : "", p->context ? p->context : "");
}

/* [+-] digits without leading zeros: "007" and "+1" keep their spelling as text. */
static bool is_integer(const char *s, size_t n) {
  size_t i = s[0] == '-' ? 1 : 0;
  if (i == n || n - i > 18 || (s[i] == '0' && n > 1)) return false;
  for (; i < n; i++)
    if (s[i] < '0' || s[i] > '9') return false;
  return true;
}

/* A decimal fraction or power of ten; whole numbers that are no is_integer() (007, 20 digits) stay text. */
static bool is_decimal(const char *s, size_t n, double *value) {
  size_t first = s[0] == '-' || s[0] == '+' ? 1 : 0;
  bool leading_zero = n - first > 1 && s[first] == '0' && s[first + 1] >= '0' && s[first + 1] <= '9';
  if (leading_zero || (!memchr(s, '.', n) && !memchr(s, 'e', n) && !memchr(s, 'E', n))) return false;
  return lf_parse_double(s, n, value);
}

static bool is_word(const char *s, size_t n, const char *lower, const char *title, const char *upper) {
  return n == strlen(lower) && (!memcmp(s, lower, n) || !memcmp(s, title, n) || !memcmp(s, upper, n));
}

static json_t *plain_scalar(const char *s, size_t n) {
  double value = 0;
  if (n == 0 || (n == 1 && s[0] == '~') || is_word(s, n, "null", "Null", "NULL")) return json_null();
  if (is_word(s, n, "true", "True", "TRUE")) return json_true();
  if (is_word(s, n, "false", "False", "FALSE")) return json_false();
  if (is_integer(s, n)) return json_integer((json_int_t)strtoll(s, NULL, 10));
  if (is_decimal(s, n, &value)) return json_real(value);
  return json_stringn(s, n);
}

static lf_status read_scalar(const yaml_reading *in, const yaml_event_t *event, json_t **value) {
  const char *s = (const char *)event->data.scalar.value;
  size_t n = event->data.scalar.length;
  if (event->data.scalar.anchor)
    return fail_at_mark(in, event->start_mark, "anchors (&name) are not read here: write the value out");
  if (event->data.scalar.tag)
    return fail_at_mark(in, event->start_mark,
                        "tags (!name) are not read here: leave it out, quote what is text");
  if (memchr(s, 0, n))
    return fail_at_mark(in, event->start_mark, "a NUL character stands in the text: take it out");
  json_t *made =
      event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? plain_scalar(s, n) : json_stringn(s, n);
  if (!made) return lf_fail(in->err, LF_E_MEMORY, "not enough memory for the texts of %s", in->name);
  *value = made;
  return LF_OK;
}

static lf_status read_value(yaml_reading *in, const yaml_event_t *event, json_t **value);

static lf_status read_sequence(yaml_reading *in, json_t *array) {
  for (;;) {
    yaml_event_t event;
    json_t *item = NULL;
    lf_status status = next_event(in, &event);
    if (status != LF_OK) return status;
    bool end = event.type == YAML_SEQUENCE_END_EVENT;
    if (!end) status = read_value(in, &event, &item);
    yaml_event_delete(&event);
    if (end || status != LF_OK) return status;
    if (json_array_append_new(array, item))
      return lf_fail(in->err, LF_E_MEMORY, "not enough memory to read %s", in->name);
  }
}

/* The key of a mapping as text: `1: x` has the key "1". */
static lf_status read_key(const yaml_reading *in, const yaml_event_t *event, const json_t *object,
                          char **key) {
  if (event->type != YAML_SCALAR_EVENT)
    return fail_at_mark(in, event->start_mark, "a key must be a plain word");
  json_t *checked = NULL;
  lf_status status = read_scalar(in, event, &checked);
  json_decref(checked);
  if (status != LF_OK) return status;
  const char *s = (const char *)event->data.scalar.value;
  if (!json_object_get(object, s)) return lf_copy_text(s, event->data.scalar.length, key, in->err);
  return lf_fail_at(in->err, LF_E_USAGE, in->name, event->start_mark.line + 1, event->start_mark.column + 1,
                    "the key '%s' is written twice: keep one", s);
}

static lf_status read_mapping(yaml_reading *in, json_t *object) {
  for (;;) {
    yaml_event_t event;
    json_t *item = NULL;
    char *key = NULL;
    lf_status status = next_event(in, &event);
    if (status != LF_OK) return status;
    bool end = event.type == YAML_MAPPING_END_EVENT;
    if (!end) status = read_key(in, &event, object, &key);
    yaml_event_delete(&event);
    if (end || status != LF_OK) return status;
    status = next_event(in, &event);
    if (status == LF_OK) {
      status = read_value(in, &event, &item);
      yaml_event_delete(&event);
    }
    if (status == LF_OK && json_object_set_new(object, key, item))
      status = lf_fail(in->err, LF_E_MEMORY, "not enough memory to read %s", in->name);
    free(key);
    if (status != LF_OK) return status;
  }
}

static lf_status read_value(yaml_reading *in, const yaml_event_t *event, json_t **value) {
  bool sequence = event->type == YAML_SEQUENCE_START_EVENT;
  if (event->type == YAML_ALIAS_EVENT)
    return fail_at_mark(in, event->start_mark, "aliases (*name) are not read here: write the value out");
  if (event->type == YAML_SCALAR_EVENT) return read_scalar(in, event, value);
  if (!sequence && event->type != YAML_MAPPING_START_EVENT)
    return fail_at_mark(in, event->start_mark, "a value is missing here");
  if (sequence ? event->data.sequence_start.anchor != NULL : event->data.mapping_start.anchor != NULL)
    return fail_at_mark(in, event->start_mark, "anchors (&name) are not read here: write the value out");
  if (sequence ? event->data.sequence_start.tag != NULL : event->data.mapping_start.tag != NULL)
    return fail_at_mark(in, event->start_mark, "tags (!name) are not read here: leave it out");
  if (in->depth >= DEPTH_LIMIT)
    return fail_at_mark(in, event->start_mark,
                        "lists are nested deeper than 64 levels: no file of this program is");
  json_t *made = sequence ? json_array() : json_object();
  if (!made) return lf_fail(in->err, LF_E_MEMORY, "not enough memory to read %s", in->name);
  in->depth++;
  lf_status status = sequence ? read_sequence(in, made) : read_mapping(in, made);
  in->depth--;
  if (status == LF_OK)
    *value = made;
  else
    json_decref(made);
  return status;
}

/* stream: start, (document: start, value, end)?, end. An empty stream is null. */
static lf_status read_stream(yaml_reading *in, json_t **root) {
  json_t *value = NULL;
  lf_status status = LF_OK;
  bool done = false;
  while (!done && status == LF_OK) {
    yaml_event_t event;
    status = next_event(in, &event);
    if (status != LF_OK) break;
    switch (event.type) {
    case YAML_STREAM_END_EVENT: done = true; break;
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
    case YAML_NO_EVENT: break;
    case YAML_DOCUMENT_START_EVENT:
      if (value)
        status =
            fail_at_mark(in, event.start_mark, "a second document starts here: keep one document a file");
      break;
    default: status = read_value(in, &event, &value); break;
    }
    yaml_event_delete(&event);
  }
  if (status == LF_OK)
    *root = value ? value : json_null();
  else
    json_decref(value);
  return status;
}

static lf_status parse_yaml(const char *name, const char *bytes, size_t n, json_t **root, lf_error *err) {
  yaml_reading in = {.name = name, .err = err};
  if (!yaml_parser_initialize(&in.parser))
    return lf_fail(err, LF_E_MEMORY, "not enough memory to read %s", name);
  yaml_parser_set_input_string(&in.parser, (const unsigned char *)bytes, n);
  lf_status status = read_stream(&in, root);
  yaml_parser_delete(&in.parser);
  return status;
}

/* ---- JSON ----------------------------------------------------------------------------------------- */

/* Jansson (2.14) loses characters of a text, and writes past its end, where memory for it runs short: what a
 * tree of so many bytes takes, and more, is asked for first. */
static lf_status make_room(size_t n, lf_error *err) {
  enum { A_BYTE = 32, LEAST = 2048 };
  char *room = NULL;
  lf_status status = lf_alloc(n + LEAST, A_BYTE, &room, err);
  free(room);
  return status;
}

static lf_status parse_json(const char *name, const char *bytes, size_t n, json_t **root, lf_error *err) {
  json_error_t problem;
  lf_status status = make_room(n, err);
  if (status != LF_OK) return status;
  json_t *made = json_loadb(bytes, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
  if (made) {
    *root = made;
    return LF_OK;
  }
  uint64_t line = problem.line > 0 ? (uint64_t)problem.line : 0;
  uint64_t column = problem.column > 0 ? (uint64_t)problem.column : 0;
  return lf_fail_at(err, LF_E_USAGE, name, line, column, "not valid JSON: %s: mend the file there",
                    problem.text);
}

/* ---- either --------------------------------------------------------------------------------------- */

lf_status lf_tree_parse(const char *name, const char *bytes, size_t n, bool yaml, json_t **root,
                        lf_error *err) {
  if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
    bytes += 3;
    n -= 3;
  }
  return yaml ? parse_yaml(name, bytes, n, root, err) : parse_json(name, bytes, n, root, err);
}

static bool ends_with(const char *path, const char *extension) {
  size_t n = strlen(path), m = strlen(extension);
  return n >= m && lf_same_text(path + n - m, extension);
}

static bool looks_like_yaml(const char *path, const char *bytes, size_t n) {
  if (ends_with(path, ".json")) return false;
  if (ends_with(path, ".yaml") || ends_with(path, ".yml")) return true;
  lf_trim(&bytes, &n);
  return n == 0 || (bytes[0] != '{' && bytes[0] != '[');
}

lf_status lf_tree_load(const char *path, json_t **root, lf_error *err) {
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = lf_read_file(path, FILE_LIMIT, &bytes, &n, err);
  if (status != LF_OK) return status;
  status = lf_tree_parse(path, bytes, n, looks_like_yaml(path, bytes, n), root, err);
  free(bytes);
  return status;
}
