#include "ingest/dictionary.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

void lf_dictionary_free(lf_dictionary *dictionary) {
  if (!dictionary) return;
  for (lf_arena *block = dictionary->arena; block;) {
    lf_arena *next = block->next;
    free(block);
    block = next;
  }
  free(dictionary->slots);
  free(dictionary->entries);
  *dictionary = (lf_dictionary){0};
}

lf_key lf_key_of(const char *text, size_t n) {
  if (n <= 16) return lf_key_short(text, n);
  return (lf_key){.a = lf_hash(text, n, 0), .b = lf_hash(text, n < 64 ? n : 64, 1), .length = (uint32_t)n};
}

static char *arena_copy(lf_dictionary *dictionary, const char *text, size_t n) {
  enum { BLOCK = 1 << 14, PAD = 16 };
  lf_arena *block = dictionary->arena;
  if (!block || block->size - block->used < n + PAD) {
    size_t size = n + PAD > BLOCK ? n + PAD : BLOCK;
    block = calloc(1, sizeof *block + size);
    if (!block) return NULL;
    block->size = size;
    block->next = dictionary->arena;
    dictionary->arena = block;
  }
  char *copy = block->bytes + block->used;
  memcpy(copy, text, n);
  block->used += n;
  return copy;
}

/* Slots for n entries: small dictionaries, which are searched most, are kept sparse so that the first slot is
 * nearly always the right one. */
static size_t slots_for(size_t n) {
  return n <= 1024 ? 8 * n : 2 * n;
}

static lf_slot *free_slot(lf_slot *slots, size_t n_slots, const lf_entry *e) {
  size_t at = lf_key_hash(e->a, e->b, e->length) & (n_slots - 1);
  while (slots[at].code) at = (at + 1) & (n_slots - 1);
  return &slots[at];
}

/* Makes room for one more entry. */
static bool make_room(lf_dictionary *dictionary) {
  if (slots_for(dictionary->n + 1) <= dictionary->n_slots) return true;
  size_t n_slots = dictionary->n_slots ? 2 * dictionary->n_slots : 128;
  while (n_slots < slots_for(dictionary->n + 1)) n_slots *= 2;
  lf_slot *slots = calloc(n_slots, sizeof *slots);
  if (!slots) return false;
  for (size_t i = 0; i < dictionary->n; i++) {
    const lf_entry *e = &dictionary->entries[i];
    *free_slot(slots, n_slots, e) =
        (lf_slot){.a = e->a, .b = e->b, .length = e->length, .code = (uint32_t)(i + 1)};
  }
  free(dictionary->slots);
  dictionary->slots = slots;
  dictionary->n_slots = n_slots;
  return true;
}

static bool same(const lf_entry *e, const lf_key *key, const char *text) {
  if (e->a != key->a || e->b != key->b || e->length != key->length) return false;
  return e->length <= 16 || memcmp(e->text, text, e->length) == 0;
}

uint32_t lf_dictionary_add(lf_dictionary *dictionary, const lf_key *key, const char *text, bool copy) {
  if (dictionary->n >= UINT32_MAX - 2 || !make_room(dictionary)) return UINT32_MAX;
  if (lf_grow(&dictionary->entries, &dictionary->capacity, dictionary->n + 1, sizeof *dictionary->entries,
              NULL) != LF_OK)
    return UINT32_MAX;
  size_t mask = dictionary->n_slots - 1, slot = lf_key_hash(key->a, key->b, key->length) & mask;
  for (; dictionary->slots[slot].code; slot = (slot + 1) & mask) {
    uint32_t index = dictionary->slots[slot].code - 1;
    if (same(&dictionary->entries[index], key, text)) return index;
  }
  const char *kept = copy ? arena_copy(dictionary, text, key->length) : text;
  if (!kept) return UINT32_MAX;
  uint32_t index = (uint32_t)dictionary->n++;
  dictionary->slots[slot] = (lf_slot){.a = key->a, .b = key->b, .length = key->length, .code = index + 1};
  dictionary->entries[index] = (lf_entry){.a = key->a, .b = key->b, .text = kept, .length = key->length};
  return index;
}
