/* One tree for JSON and YAML: files are loaded into jansson values, and one reader with one kind of error
 * (the path, like `attributes[3].bands[1].to`) serves scoring.json, leadfit.yaml and claims.yaml alike. */
#ifndef LF_BASE_TREE_H
#define LF_BASE_TREE_H

#include <jansson.h>

#include "base/status.h"

/* Loads JSON (duplicate keys refused) or YAML (one document; anchors and aliases refused: they can blow up;
 * YAML 1.2 core scalars: true/false, integers, decimals, null and ~; everything else, `yes` and `no`
 * included, is text). The format is told by the extension (.json / .yaml / .yml), else by the first
 * character. Errors have line and column. The caller releases with json_decref. */
lf_status lf_tree_load(const char *path, json_t **root, lf_error *err);
lf_status lf_tree_parse(const char *name, const char *bytes, size_t n, bool yaml, json_t **root,
                        lf_error *err);

/* A place in a loaded tree, for reading with errors that name the path. Nodes live as long as their parents.
 */
typedef struct lf_node {
  const json_t *value;          /* NULL where the key is absent */
  const struct lf_node *parent; /* NULL at the root */
  const char *key;              /* NULL for an array item */
  size_t index;
  const char *file;
} lf_node;

lf_node lf_node_root(const json_t *root, const char *file);
lf_node lf_node_key(const lf_node *parent, const char *key); /* value NULL where absent or parent no object */
lf_node lf_node_item(const lf_node *parent, size_t index);

/* "attributes[3].bands[1].to"; "" at the root. Cut where it does not fit. */
void lf_node_path(const lf_node *node, char *out, size_t size);
/* An LF_E_USAGE error at that path: "FILE: attributes[3].to: message". */
lf_status lf_node_fail(const lf_node *node, lf_error *err, const char *format, ...) LF_PRINTF(3, 4);

/* Typed reads; wrong type or absent is an error that names the path and what stands there instead. */
lf_status lf_node_text(const lf_node *node, const char **value, lf_error *err);
lf_status lf_node_number(const lf_node *node, double *value, lf_error *err);
lf_status lf_node_integer(const lf_node *node, int64_t *value, lf_error *err);
lf_status lf_node_flag(const lf_node *node, bool *value, lf_error *err);
lf_status lf_node_array(const lf_node *node, size_t *length, lf_error *err);
lf_status lf_node_object(const lf_node *node, lf_error *err);
/* Every key of the object must be one of the NULL-terminated list, else an error that names the nearest known
 * key. */
lf_status lf_node_only_keys(const lf_node *node, const char *const *known, lf_error *err);
/* A scalar (text, number, true, false) as text, as a user would have typed it: for lists like won: [1, yes].
 * The text is copied; the caller frees. */
lf_status lf_node_scalar_text(const lf_node *node, char **text, lf_error *err);

/* Serialises with two-space indent (what fits on one line of 110 columns stands on one), keys in insertion
 * order, numbers in shortest round-trip form, NaN and infinities as null, whatever the locale. The caller
 * frees. */
lf_status lf_tree_write(const json_t *root, char **bytes, size_t *n, lf_error *err);
/* The same on one line. Both end with a newline. */
lf_status lf_tree_write_compact(const json_t *root, char **bytes, size_t *n, lf_error *err);

/* json_real that maps NaN and infinities to null. */
json_t *lf_json_number(double value);

#endif
