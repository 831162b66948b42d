/* Bit masks of 64 bytes at a time: eight bytes at once in plain C, 32 where the machine has AVX2; both give
 * the same bits. What is within quotes follows from the exclusive or of all quote bits before (Langdale &
 * Lemire 2019, "Parsing gigabytes of JSON per second"). */
#include "ingest/cut.h"

#include <string.h>

#define ALWAYS static inline __attribute__((always_inline))

/* Bit i: byte i of the block is this. */
typedef struct block {
  uint64_t delimiter, line, quote, cr, nul;
  bool high; /* a byte is not ASCII */
} block;

/* ---- from masks to positions ---------------------------------------------------------------------- */

/* Bit i: the number of bits set in [0, i] is odd. */
ALWAYS uint64_t parity_so_far(uint64_t bits) {
  for (unsigned shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

/* Position of each bit set; eight are written without asking how many there are. */
ALWAYS size_t put_positions(uint64_t bits, size_t at, uint32_t *out) {
  const uint64_t top = UINT64_C(1) << 63; /* counting zeros needs a bit set */
  size_t n = (size_t)__builtin_popcountll(bits);
  for (size_t i = 0; i < 8; i++) {
    out[i] = (uint32_t)at + (uint32_t)__builtin_ctzll(bits | top);
    bits &= bits - 1;
  }
  for (size_t i = 8; i < n; i++) {
    out[i] = (uint32_t)at + (uint32_t)__builtin_ctzll(bits | top);
    bits &= bits - 1;
  }
  return n;
}

typedef size_t (*put_function)(uint64_t bits, size_t at, uint32_t *out);

ALWAYS void put_ends(uint64_t ends, uint64_t lines, size_t at, lf_cuts *cuts, put_function put) {
  cuts->n_ends += put(ends, at, cuts->ends + cuts->n_ends);
  for (; lines; lines &= lines - 1)
    cuts->lines[cuts->n_lines++] = (uint32_t)at + (uint32_t)__builtin_ctzll(lines);
}

/* A block with a quote, CR or NUL, or behind one. */
ALWAYS void cut_carefully(const block *b, size_t at, lf_cuts *cuts, put_function put) {
  uint64_t inside = parity_so_far(b->quote) ^ cuts->inside;
  uint64_t opening = b->quote & inside, closing = b->quote & ~inside;
  uint64_t ends = (b->delimiter | b->line) & ~inside, lines = b->line & ~inside;
  uint64_t odd = b->nul | ((b->line | b->cr) & inside);
  odd |= opening & ~(ends << 1 | cuts->after_end);
  odd |= (closing << 1 | cuts->after_close) & ~(ends | b->cr);
  odd |= (b->cr << 1 | cuts->after_return) & ~b->line;
  cuts->inside = inside >> 63 ? UINT64_MAX : 0;
  cuts->after_end = ends >> 63;
  cuts->after_close = closing >> 63;
  cuts->after_return = b->cr >> 63;
  if (odd) {
    unsigned first = (unsigned)__builtin_ctzll(odd);
    uint64_t before = (UINT64_C(1) << first) - 1;
    cuts->odd = at + first;
    ends &= before;
    lines &= before;
  }
  put_ends(ends, lines, at, cuts, put);
}

ALWAYS void cut_block(const block *b, size_t at, lf_cuts *cuts, put_function put) {
  if ((b->quote | b->cr | b->nul) || cuts->inside || cuts->after_close || cuts->after_return) {
    cut_carefully(b, at, cuts, put);
  } else {
    uint64_t ends = b->delimiter | b->line;
    cuts->after_end = ends >> 63;
    put_ends(ends, b->line, at, cuts, put);
  }
  cuts->not_ascii |= b->high;
}

/* ---- plain C -------------------------------------------------------------------------------------- */

#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)

/* High bit of each byte of word that equals c, exactly (no carries between bytes), as eight bits, first byte
 * lowest (little-endian load). */
static inline uint64_t equal_bytes(uint64_t word, char c) {
  uint64_t x = word ^ (ONES * (unsigned char)c);
  uint64_t high = ~(((x & ~HIGH) + ~HIGH) | x) & HIGH;
  return ((high >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static inline uint64_t load_little(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

static block portable_block(const char *bytes, char delimiter) {
  block b = {0};
  uint64_t high = 0;
  for (unsigned i = 0; i < 64; i += 8) {
    uint64_t word = load_little(bytes + i);
    high |= word;
    b.delimiter |= equal_bytes(word, delimiter) << i;
    b.line |= equal_bytes(word, '\n') << i;
    b.quote |= equal_bytes(word, '"') << i;
    b.cr |= equal_bytes(word, '\r') << i;
    b.nul |= equal_bytes(word, '\0') << i;
  }
  b.high = (high & HIGH) != 0;
  return b;
}

void lf_cut_portable(const char *bytes, size_t n_blocks, size_t at, char delimiter, lf_cuts *cuts) {
  for (size_t i = 0; i < n_blocks && cuts->odd == SIZE_MAX; i++) {
    block b = portable_block(bytes + 64 * i, delimiter);
    cut_block(&b, at + 64 * i, cuts, put_positions);
  }
}

/* ---- AVX2 ----------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

AVX2 ALWAYS uint64_t equal_mask(__m256i low, __m256i high, __m256i wanted) {
  uint32_t l = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted));
  uint32_t h = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted));
  return l | (uint64_t)h << 32;
}

AVX2 static void cut_avx2(const char *bytes, size_t n_blocks, size_t at, char delimiter, lf_cuts *cuts) {
  __m256i wanted = _mm256_set1_epi8(delimiter);
  for (size_t i = 0; i < n_blocks && cuts->odd == SIZE_MAX; i++) {
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 64 * i));
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 64 * i + 32));
    block b = {.delimiter = equal_mask(low, high, wanted),
               .line = equal_mask(low, high, _mm256_set1_epi8('\n')),
               .quote = equal_mask(low, high, _mm256_set1_epi8('"')),
               .cr = equal_mask(low, high, _mm256_set1_epi8('\r')),
               .nul = equal_mask(low, high, _mm256_setzero_si256()),
               .high = _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0};
    cut_block(&b, at + 64 * i, cuts, put_positions);
  }
}

/* ---- AVX-512 -------------------------------------------------------------------------------------- */

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,bmi,popcnt")))

/* The numbers of the bits set, pushed together, then widened 16 at a time. */
AVX512 ALWAYS size_t put_positions_512(uint64_t bits, size_t at, uint32_t *out) {
  static const uint8_t numbers[64] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                      16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                      32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                      48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  size_t n = (size_t)__builtin_popcountll(bits);
  uint8_t pushed[64];
  __m512i all = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(numbers)),
          base = _mm512_set1_epi32((int)at);
  _mm512_storeu_si512(out, _mm512_add_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(all)), base));
  if (n <= 16) return n;
  _mm512_storeu_si512(pushed, all);
  for (size_t i = 16; i < n; i++) out[i] = (uint32_t)at + pushed[i];
  return n;
}

AVX512 static void cut_avx512(const char *bytes, size_t n_blocks, size_t at, char delimiter, lf_cuts *cuts) {
  __m512i wanted = _mm512_set1_epi8(delimiter);
  for (size_t i = 0; i < n_blocks && cuts->odd == SIZE_MAX; i++) {
    __m512i x = _mm512_loadu_si512(bytes + 64 * i);
    block b = {.delimiter = _mm512_cmpeq_epi8_mask(x, wanted),
               .line = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\n')),
               .quote = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('"')),
               .cr = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\r')),
               .nul = _mm512_testn_epi8_mask(x, x),
               .high = _mm512_movepi8_mask(x) != 0};
    cut_block(&b, at + 64 * i, cuts, put_positions_512);
  }
}

lf_cut_function lf_cut_avx512(void) {
  bool all = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") &&
             __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
  return all ? cut_avx512 : NULL;
}

lf_cut_function lf_cut_avx2(void) {
  bool all =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
  return all ? cut_avx2 : NULL;
}
#else
lf_cut_function lf_cut_avx2(void) {
  return NULL;
}
lf_cut_function lf_cut_avx512(void) {
  return NULL;
}
#endif

lf_cut_function lf_cut_best(void) {
  lf_cut_function avx512 = lf_cut_avx512(), avx2 = lf_cut_avx2();
  return avx512 ? avx512 : avx2 ? avx2 : lf_cut_portable;
}
