/* Keys of texts: the first 64 bits of their MD5 (RFC 1321), which every SQL dialect has, so that a database
 * and this program deal the same rows to the same side. Nothing is kept secret by it. */
#ifndef LF_BASE_KEY_H
#define LF_BASE_KEY_H

#include <stddef.h>
#include <stdint.h>

/* The first 16 hexadecimal digits of the MD5 of the text as a number; 1 where that is 0, so that 0 can stand
 * for no value. Part of the file contract: another key would move rows across the split. */
uint64_t lf_text_key(const char *text, size_t n);

enum { LF_KEY_LANES = 8 };
/* Texts whose keys are made together: at an eighth of the cost. Zero-initialise. */
typedef struct lf_key_batch {
  size_t n;
  const char *text[LF_KEY_LANES]; /* not owned; they stay until the batch is done */
  size_t length[LF_KEY_LANES];
  uint64_t *key[LF_KEY_LANES]; /* where each key goes */
} lf_key_batch;

/* Adds a text, whose key stands in *key once the batch is full or done. */
void lf_key_add(lf_key_batch *batch, const char *text, size_t n, uint64_t *key);
void lf_key_done(lf_key_batch *batch);

/* Two independent uniform numbers in [0, 1) of a key: its upper and its lower half. */
static inline double lf_key_upper(uint64_t key) {
  return (double)(key >> 32) * 0x1p-32;
}
static inline double lf_key_lower(uint64_t key) {
  return (double)(key & UINT32_MAX) * 0x1p-32;
}

#endif
