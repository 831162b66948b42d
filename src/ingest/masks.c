/* Eight bytes at a time in plain C, or 32 where the machine has AVX2; both give the same bits. */
#include "ingest/masks.h"

#include <string.h>

#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

/* High bit of each byte of word that equals c, exactly (no carries between bytes). */
static uint64_t equal_bytes(uint64_t word, char c) {
  uint64_t x = word ^ (ONES * (unsigned char)c);
  return ~(((x & ~HIGH) + ~HIGH) | x) & HIGH;
}

/* Gathers the eight high bits into one byte, first byte lowest (little-endian load). */
static uint64_t gather_bits(uint64_t high) {
  return ((high >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static uint64_t load_little(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

bool lf_masks_portable(const char *bytes, size_t n_blocks, char delimiter, uint64_t *masks) {
  uint64_t high = 0;
  for (size_t b = 0; b < n_blocks; b++) {
    uint64_t mask = 0;
    for (size_t i = 0; i < 8; i++) {
      uint64_t word = load_little(bytes + 64 * b + 8 * i);
      high |= word;
      uint64_t hit = equal_bytes(word, delimiter) | equal_bytes(word, '\n') | equal_bytes(word, '\r') |
                     equal_bytes(word, '"') | equal_bytes(word, '\0');
      mask |= gather_bits(hit) << (8 * i);
    }
    masks[b] = mask;
  }
  return (high & HIGH) != 0;
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) static uint64_t half_mask(__m256i x, __m256i delimiter) {
  __m256i hit =
      _mm256_or_si256(_mm256_cmpeq_epi8(x, delimiter), _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\n')));
  hit = _mm256_or_si256(hit, _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\r')));
  hit = _mm256_or_si256(hit, _mm256_cmpeq_epi8(x, _mm256_set1_epi8('"')));
  hit = _mm256_or_si256(hit, _mm256_cmpeq_epi8(x, _mm256_setzero_si256()));
  return (uint32_t)_mm256_movemask_epi8(hit);
}

__attribute__((target("avx2"))) static bool masks_avx2(const char *bytes, size_t n_blocks, char delimiter,
                                                       uint64_t *masks) {
  __m256i wanted = _mm256_set1_epi8(delimiter), high = _mm256_setzero_si256();
  for (size_t b = 0; b < n_blocks; b++) {
    __m256i low_half = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 64 * b));
    __m256i high_half = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 64 * b + 32));
    high = _mm256_or_si256(high, _mm256_or_si256(low_half, high_half));
    masks[b] = half_mask(low_half, wanted) | half_mask(high_half, wanted) << 32;
  }
  return _mm256_movemask_epi8(high) != 0;
}

lf_masks_function lf_masks_avx2(void) {
  return __builtin_cpu_supports("avx2") ? masks_avx2 : NULL;
}
#else
lf_masks_function lf_masks_avx2(void) {
  return NULL;
}
#endif

lf_masks_function lf_masks_best(void) {
  lf_masks_function avx2 = lf_masks_avx2();
  return avx2 ? avx2 : lf_masks_portable;
}
