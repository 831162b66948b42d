/* A dictionary of texts: each gets a number in the order of first sight. Who reads counts, by what he reads.
 */
#ifndef LF_INGEST_DICTIONARY_H
#define LF_INGEST_DICTIONARY_H

#include "base/status.h"

/* Texts of up to 16 bytes are their own key; of longer ones the key holds two hashes. */
typedef struct lf_key {
  uint64_t a, b;
  uint32_t length;
} lf_key;

typedef struct lf_entry {
  uint64_t a, b;
  const char *text;
  uint32_t length;
  uint32_t place; /* for who merges: code of the entry in another dictionary */
  uint64_t count;
} lf_entry;

/* A place of the hash table, with the key beside the index: one look tells. */
typedef struct lf_slot {
  uint64_t a, b;
  uint32_t length;
  uint32_t code; /* 1 + index of the entry; 0 is free */
} lf_slot;

typedef struct lf_dictionary {
  lf_slot *slots;
  size_t n_slots; /* a power of two */
  lf_entry *entries;
  size_t n, capacity;
  struct lf_arena *arena; /* texts that had to be copied */
} lf_dictionary;

/* Blocks of text that never move. */
typedef struct lf_arena {
  struct lf_arena *next;
  size_t used, size;
  char bytes[];
} lf_arena;

void lf_dictionary_free(lf_dictionary *dictionary);

/* The key of text[0..n), of which at least 16 bytes must be readable. */
lf_key lf_key_of(const char *text, size_t n);

/* Index of the text, which is added with count 0 where it is new; UINT32_MAX where memory ends. A new text is
 * copied where copy says so, else it must outlive the dictionary. */
uint32_t lf_dictionary_add(lf_dictionary *dictionary, const lf_key *key, const char *text, bool copy);

__extension__ typedef unsigned __int128 lf_wide_product;

/* Both halves of one wide product: every bit of the key reaches every bit of the slot. */
static inline uint64_t lf_key_hash(uint64_t a, uint64_t b, uint32_t length) {
  lf_wide_product p =
      (lf_wide_product)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xe7037ed1a0b428db) ^ length);
  return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* 1 + index of a text of at most 16 bytes that is known, else 0; mask is one less than the number of slots.
 */
static inline uint32_t lf_slot_find(const lf_slot *slots, size_t mask, const lf_key *key) {
  for (size_t at = lf_key_hash(key->a, key->b, key->length) & mask;; at = (at + 1) & mask) {
    const lf_slot *slot = &slots[at];
    bool same = ((slot->a ^ key->a) | (slot->b ^ key->b) | (slot->length ^ key->length)) == 0;
    if (same || !slot->code) return slot->code;
  }
}

/* Keys of short texts without a branch: masks[n] keeps the first n bytes of 16 (little-endian). */
static inline lf_key lf_key_short(const char *text, size_t n) {
  static const uint64_t masks[17][2] = {
      {0, 0},
      {0xff, 0},
      {0xffff, 0},
      {0xffffff, 0},
      {0xffffffff, 0},
      {0xffffffffff, 0},
      {0xffffffffffff, 0},
      {0xffffffffffffff, 0},
      {UINT64_MAX, 0},
      {UINT64_MAX, 0xff},
      {UINT64_MAX, 0xffff},
      {UINT64_MAX, 0xffffff},
      {UINT64_MAX, 0xffffffff},
      {UINT64_MAX, 0xffffffffff},
      {UINT64_MAX, 0xffffffffffff},
      {UINT64_MAX, 0xffffffffffffff},
      {UINT64_MAX, UINT64_MAX},
  };
  uint64_t word[2];
  __builtin_memcpy(word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word[0] = __builtin_bswap64(word[0]);
  word[1] = __builtin_bswap64(word[1]);
#endif
  return (lf_key){.a = word[0] & masks[n][0], .b = word[1] & masks[n][1], .length = (uint32_t)n};
}

#endif
