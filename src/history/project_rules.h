/* The rules of an attribute in leadfit.yaml. Internal to history. */
#ifndef LF_HISTORY_PROJECT_RULES_H
#define LF_HISTORY_PROJECT_RULES_H

#include "base/tree.h"
#include "history/project.h"

/* Reads points, sign, cap and exclude of the attribute at node, whose other keys have been read, and refuses
 * what contradicts itself. */
lf_status lf_spec_rules_read(const lf_node *node, lf_attribute_spec *spec, lf_error *err);
void lf_spec_rules_clear(lf_attribute_spec *spec);

#endif
