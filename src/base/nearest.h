/* The word that was probably meant, for error messages. */
#ifndef LF_BASE_NEAREST_H
#define LF_BASE_NEAREST_H

#include <stddef.h>

/* The known word closest to `word`: fewest insertions, deletions, substitutions and swaps of neighbours,
 * letter case aside; in a tie the one that starts alike the longest, then the earlier. NULL where every one
 * differs in more than a third of its letters (but one slip is always allowed) or where nothing is known. */
const char *lf_nearest_word(const char *word, const char *const *known, size_t n_known);

#endif
