/* MD5 of eight texts in the lanes of vectors: ids are many and short, and one text after another would leave
 * most of the processor idle, since each of the 64 steps of a block waits for the one before (libcrypto
 * takes 2.7 times as long for ids).
 *
 * Rivest (1992), RFC 1321: a text is padded with 0x80, zeros and its length in bits to blocks of 16 words m;
 * from the state (a, b, c, d), step i makes b + rotate(a + f(b, c, d) + m_g(i) + k_i, s_i) and turns the
 * state on. k_i = floor(2^32 |sin(i + 1)|). */
#include "base/key.h"

#include <string.h>

enum { BLOCK = 64, STEPS = 64 };

typedef uint32_t lanes __attribute__((vector_size(4 * LF_KEY_LANES)));

static const uint32_t sine[STEPS] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

/* Blocks of a text with its padding: at least nine bytes of it. */
static size_t blocks_of(size_t n) {
  return (n + 8) / BLOCK + 1;
}

/* Block `index` of the padded text into one lane of the words, which are 0. */
static void fill_lane(const char *text, size_t n, size_t index, size_t lane,
                      uint32_t word[16][LF_KEY_LANES]) {
  unsigned char bytes[BLOCK] = {0};
  size_t from = index * BLOCK, here = 0;
  if (from < n) here = n - from < BLOCK ? n - from : BLOCK;
  if (here) memcpy(bytes, text + from, here);
  if (from <= n && here < BLOCK) bytes[here] = 0x80;
  for (size_t i = 0; 4 * i <= here && i < 16; i++)
    word[i][lane] = (uint32_t)bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 |
                    (uint32_t)bytes[4 * i + 2] << 16 | (uint32_t)bytes[4 * i + 3] << 24;
  if (index + 1 != blocks_of(n)) return;
  word[14][lane] = (uint32_t)(8 * n);
  word[15][lane] = (uint32_t)((uint64_t)n >> 29);
}

typedef struct state {
  lanes a, b, c, d;
} state;

/* One step with f(b, c, d) given. */
static inline void step(state *s, const lanes *f, const lanes *word, size_t i) {
  static const int turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  int turn = turns[i / 16][i % 4];
  lanes sum = s->a + *f + *word + sine[i];
  lanes b = s->b + (sum << turn | sum >> (32 - turn));
  *s = (state){s->d, b, s->b, s->c};
}

static void add_block(uint32_t word[16][LF_KEY_LANES], state *s) {
  lanes m[16];
  const state before = *s;
  memcpy(m, word, sizeof m);
#pragma GCC unroll 16
  for (size_t i = 0; i < 16; i++) {
    const lanes f = (s->b & s->c) | (~s->b & s->d);
    step(s, &f, &m[i], i);
  }
#pragma GCC unroll 16
  for (size_t i = 16; i < 32; i++) {
    const lanes f = (s->d & s->b) | (~s->d & s->c);
    step(s, &f, &m[(5 * i + 1) % 16], i);
  }
#pragma GCC unroll 16
  for (size_t i = 32; i < 48; i++) {
    const lanes f = s->b ^ s->c ^ s->d;
    step(s, &f, &m[(3 * i + 5) % 16], i);
  }
#pragma GCC unroll 16
  for (size_t i = 48; i < STEPS; i++) {
    const lanes f = s->c ^ (s->b | ~s->d);
    step(s, &f, &m[7 * i % 16], i);
  }
  *s = (state){before.a + s->a, before.b + s->b, before.c + s->c, before.d + s->d};
}

static uint32_t turned(uint32_t x) {
  return x >> 24 | (x >> 8 & 0xff00) | (x << 8 & 0xff0000) | x << 24;
}

/* Keys of n <= LF_KEY_LANES texts. */
static void make_keys(const lf_key_batch *batch) {
  state s = {(lanes){0} + 0x67452301, (lanes){0} + 0xefcdab89, (lanes){0} + 0x98badcfe,
             (lanes){0} + 0x10325476};
  size_t blocks[LF_KEY_LANES], most = 0;
  for (size_t k = 0; k < batch->n; k++) {
    blocks[k] = blocks_of(batch->length[k]);
    most = blocks[k] > most ? blocks[k] : most;
  }
  for (size_t block = 0; block < most; block++) {
    uint32_t word[16][LF_KEY_LANES] = {0};
    for (size_t k = 0; k < batch->n; k++)
      if (block < blocks[k]) fill_lane(batch->text[k], batch->length[k], block, k, word);
    add_block(word, &s);
    for (size_t k = 0; k < batch->n; k++) {
      if (block + 1 != blocks[k]) continue;
      uint64_t made = (uint64_t)turned(s.a[k]) << 32 | turned(s.b[k]);
      *batch->key[k] = made ? made : 1;
    }
  }
}

void lf_key_add(lf_key_batch *batch, const char *text, size_t n, uint64_t *key) {
  batch->text[batch->n] = text;
  batch->length[batch->n] = n;
  batch->key[batch->n++] = key;
  if (batch->n == LF_KEY_LANES) lf_key_done(batch);
}

void lf_key_done(lf_key_batch *batch) {
  if (batch->n) make_keys(batch);
  batch->n = 0;
}

uint64_t lf_text_key(const char *text, size_t n) {
  uint64_t key = 0;
  lf_key_batch batch = {0};
  lf_key_add(&batch, text, n, &key);
  lf_key_done(&batch);
  return key;
}
