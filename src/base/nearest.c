/* Optimal string alignment distance (Damerau 1964, restricted so that no letter is edited twice), which is
 * what typing slips are: D[i][j] = min(D[i-1][j] + 1, D[i][j-1] + 1, D[i-1][j-1] + [a_i != b_j], and
 * D[i-2][j-2] + 1 where a_{i-1}a_i = b_j b_{j-1}). Three rows are kept. */
#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

enum { WORD_MAX = 63 }; /* longer words are not misspelt keys */

static int fold(char c) {
  return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

static size_t distance(const char *a, size_t na, const char *b, size_t nb) {
  size_t rows[3][WORD_MAX + 1];
  size_t *older = rows[0], *above = rows[1], *row = rows[2];
  for (size_t j = 0; j <= nb; j++) above[j] = j;
  for (size_t i = 1; i <= na; i++) {
    row[0] = i;
    for (size_t j = 1; j <= nb; j++) {
      bool differ = fold(a[i - 1]) != fold(b[j - 1]);
      size_t best = smaller(above[j] + 1, row[j - 1] + 1);
      best = smaller(best, above[j - 1] + (differ ? 1 : 0));
      if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]))
        best = smaller(best, older[j - 2] + 1);
      row[j] = best;
    }
    size_t *spare = older;
    older = above;
    above = row;
    row = spare;
  }
  return above[nb];
}

static size_t common_start(const char *a, const char *b) {
  size_t n = 0;
  while (a[n] && fold(a[n]) == fold(b[n])) n++;
  return n;
}

const char *lf_nearest_word(const char *word, const char *const *known, size_t n_known) {
  size_t n = strlen(word);
  const char *nearest = NULL;
  size_t least = 0;
  if (n > WORD_MAX) return NULL;
  for (size_t i = 0; i < n_known; i++) {
    size_t m = strlen(known[i]);
    if (m > WORD_MAX) continue;
    size_t d = distance(word, n, known[i], m);
    size_t allowed = (n > m ? n : m) / 3;
    if (d > (allowed ? allowed : 1) || (nearest && d > least)) continue;
    if (nearest && d == least && common_start(word, known[i]) <= common_start(word, nearest)) continue;
    nearest = known[i];
    least = d;
  }
  return nearest;
}
