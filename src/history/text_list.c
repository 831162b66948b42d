/* Lists of texts that a user wrote, as lists in YAML or with commas on the command line. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/project.h"

static lf_status add_span(lf_text_list *list, const char *text, size_t n, lf_error *err) {
  char *copy = NULL;
  char **items = realloc(list->items, (list->n + 1) * sizeof *items);
  if (!items) return lf_fail(err, LF_E_MEMORY, "not enough memory for a list of %zu texts", list->n + 1);
  list->items = items;
  lf_status status = lf_copy_text(text, n, &copy, err);
  if (status == LF_OK) items[list->n++] = copy;
  return status;
}

lf_status lf_text_list_add(lf_text_list *list, const char *text, lf_error *err) {
  return add_span(list, text, strlen(text), err);
}

static lf_status add_trimmed(lf_text_list *list, const lf_text *item, lf_error *err) {
  lf_status status = lf_text_status(item, err);
  if (status != LF_OK || !item->length) return status;
  const char *text = item->data;
  size_t n = item->length;
  lf_trim(&text, &n);
  return n ? add_span(list, text, n, err) : LF_OK;
}

lf_status lf_text_list_split(lf_text_list *list, const char *comma_separated, lf_error *err) {
  lf_status status = LF_OK;
  lf_text item = {0};
  for (const char *p = comma_separated; *p; p++) {
    if (*p != ',' || p[1] == ',') {
      lf_text_add_n(&item, p, 1);
      if (*p == ',') p++;
      continue;
    }
    LF_TRY(add_trimmed(list, &item, err));
    lf_text_free(&item);
  }
  status = add_trimmed(list, &item, err);
cleanup:
  lf_text_free(&item);
  return status;
}

void lf_text_list_clear(lf_text_list *list) {
  for (size_t i = 0; i < list->n; i++) free(list->items[i]);
  free(list->items);
  *list = (lf_text_list){0};
}

bool lf_text_list_has(const lf_text_list *list, const char *text) {
  for (size_t i = 0; i < list->n; i++)
    if (lf_same_text(list->items[i], text)) return true;
  return false;
}
