/* Memory: zeroed, overflow-checked, and with an error that says how much was asked. */
#ifndef LF_BASE_MEMORY_H
#define LF_BASE_MEMORY_H

#include "base/status.h"

/* Allocates count zeroed items of size bytes and stores the pointer at *out_pointer (out_pointer is the
 * address of a pointer of any type: `lf_alloc(n, sizeof *x, &x, err)`). count 0 gives a valid pointer. The
 * caller frees with free(). *out_pointer is untouched on failure. */
lf_status lf_alloc(size_t count, size_t size, void *out_pointer, lf_error *err);

/* Grows the block at *pointer (address of a pointer, its block from malloc or NULL) so that it holds at least
 * `needed` items; *capacity is in items. New items are not zeroed. Amortised doubling. */
lf_status lf_grow(void *pointer, size_t *capacity, size_t needed, size_t size, lf_error *err);

/* Gives memory that was freed in small blocks back to the system, where the C library can; without it a large
 * table that was read in pieces leaves as much again behind. Costs a walk over all blocks. */
void lf_memory_trim(void);

/* A copy of n bytes of text and a closing NUL. */
lf_status lf_copy_text(const char *text, size_t n, char **copy, lf_error *err);

#endif
