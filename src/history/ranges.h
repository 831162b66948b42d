/* Ranges as people write them. */
#ifndef LF_HISTORY_RANGES_H
#define LF_HISTORY_RANGES_H

#include <stdbool.h>

/* Where a range begins: "51-200", "5,001+", "under 10" (-INFINITY), "$1M to $5M", "10k - 50k employees", or a
 * number by itself; *spans: whether it is more than that. NaN where the text is none of these. */
double lf_range_from(const char *text, bool *spans);

#endif
