/* Hashes: xxHash for speed and for the split (stable across versions and machines), SHA-256 for provenance.
 */
#ifndef LF_BASE_HASH_H
#define LF_BASE_HASH_H

#include "base/status.h"

/* XXH64 of bytes. The value is part of the file contract (a row never changes sides of the split). */
uint64_t lf_hash(const void *bytes, size_t n, uint64_t seed);
/* Mixes a second hash into the first; order matters. */
uint64_t lf_hash_mix(uint64_t a, uint64_t b);
/* Uniform in [0, 1) from the top 53 bits. */
double lf_hash_unit(uint64_t hash);

enum { LF_SHA256_TEXT = 65 };
/* Lower-case hexadecimal SHA-256 of bytes. */
lf_status lf_sha256(const void *bytes, size_t n, char out[LF_SHA256_TEXT], lf_error *err);

#endif
