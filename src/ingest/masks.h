/* Where the bytes stand that structure a table. */
#ifndef LF_INGEST_MASKS_H
#define LF_INGEST_MASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For each block of 64 bytes from `bytes` on: bit i of masks[block] is set where byte 64 * block + i is the
 * delimiter, LF, CR, the quote '"' or NUL. Returns whether any byte was not ASCII. All 64 * n_blocks bytes
 * must be readable. */
typedef bool (*lf_masks_function)(const char *bytes, size_t n_blocks, char delimiter, uint64_t *masks);

/* The fastest of the functions below on this machine. */
lf_masks_function lf_masks_best(void);
bool lf_masks_portable(const char *bytes, size_t n_blocks, char delimiter, uint64_t *masks);
/* NULL where the machine has no AVX2. */
lf_masks_function lf_masks_avx2(void);

#endif
