/* Rules of leadfit.yaml on the atoms of an attribute. Internal to band. */
#ifndef LF_BAND_PINS_H
#define LF_BAND_PINS_H

#include "band/atoms.h"

/* Edges of a number whose points are said by interval and whose bands are not: set->edge, n and given. */
lf_status lf_pins_edges(const lf_project *project, lf_atom_set *set, lf_error *err);
/* Whether points or a sign are said for the level. */
bool lf_pins_name_level(const lf_attribute_spec *spec, const char *level);
/* set->rules from what was said; LF_E_USAGE where a value, label or interval is not there. */
lf_status lf_pins_make(const lf_history *history, lf_atom_set *set, bool without_rules, lf_error *err);

#endif
