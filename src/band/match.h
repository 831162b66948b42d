/* Patterns on text (PCRE2). */
#ifndef LF_BAND_MATCH_H
#define LF_BAND_MATCH_H

#include "history/project.h"
#include "ingest/ingest.h"

/* Index of the first pattern that matches each level of a coded column: map[code] for code 1..n_levels; a
 * level that nothing matches keeps what stands in map. LF_E_USAGE for a pattern that is not valid or that
 * gives up on a text. */
lf_status lf_match_levels(const lf_pattern *patterns, size_t n, const lf_column *column, uint16_t *map,
                          lf_error *err);

#endif
