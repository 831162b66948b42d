/* Building JSON objects: failures stick, and the one who takes the object learns of them. */
#ifndef LF_BASE_BUILD_H
#define LF_BASE_BUILD_H

#include "base/tree.h"

typedef struct lf_object {
  json_t *value;
  bool failed;
} lf_object;

lf_object lf_object_new(void);
void lf_object_number(lf_object *o, const char *key, double value); /* NaN and infinities: null */
void lf_object_count(lf_object *o, const char *key, uint64_t value);
void lf_object_text(lf_object *o, const char *key,
                    const char *value); /* NULL: null; bytes that are no UTF-8 are replaced */
void lf_object_flag(lf_object *o, const char *key, bool value);
void lf_object_tree(lf_object *o, const char *key, json_t *value); /* steals; NULL is a failure */
/* The object, or NULL where anything failed on the way; the caller owns it. */
json_t *lf_object_take(lf_object *o);

/* A JSON string of any bytes. NULL on failure. */
json_t *lf_json_text(const char *value);
/* Appends an item that is stolen; where that fails, or the item is NULL, the list is let go of and *list is
 * NULL from then on. */
void lf_list_add(json_t **list, json_t *item);
/* An array of item(context, 0), …, item(context, n - 1). NULL where any is NULL. */
json_t *lf_json_list(size_t n, json_t *(*item)(const void *context, size_t i), const void *context);
/* LF_E_MEMORY where tree is NULL, else stores it. */
lf_status lf_tree_take(json_t *tree, json_t **out, lf_error *err);

#endif
