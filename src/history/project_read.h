/* Reading the values of leadfit.yaml. Each leaves its target as it is where the key is absent. Internal to
 * history. */
#ifndef LF_HISTORY_PROJECT_READ_H
#define LF_HISTORY_PROJECT_READ_H

#include "base/tree.h"
#include "history/project.h"

/* A scalar that is not empty once trimmed; what *name was is freed. */
lf_status lf_read_name(const lf_node *node, char **name, lf_error *err);
lf_status lf_read_name_at(const lf_node *parent, const char *key, char **name, lf_error *err);
/* One value or a list of them. */
lf_status lf_read_list_at(const lf_node *parent, const char *key, lf_text_list *list, lf_error *err);
/* One of a NULL-terminated list of words. */
lf_status lf_read_word_at(const lf_node *parent, const char *key, const char *const *words, size_t *index,
                          lf_error *err);

#endif
