/* What the values of a column are, beyond their kind: identifiers, addresses, the same as another column's.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "history/ranges.h"
#include "history/suspect.h"
#include "history/words.h"

enum { LOOKED_AT = 400 };

/* ---- contacts ------------------------------------------------------------------------------------- */

static bool is_email(const char *s) {
  const char *at = strchr(s, '@');
  return at && at > s && !strchr(at + 1, '@') && strchr(at + 1, '.') && !strchr(s, ' ');
}

static bool is_url(const char *s) {
  return strncmp(s, "http://", 7) == 0 || strncmp(s, "https://", 8) == 0 || strncmp(s, "www.", 4) == 0;
}

/* Seven to fifteen digits, signs of phone numbers between them, and at least one of those signs or a leading
 * 0. */
static bool is_phone(const char *s) {
  size_t digits = 0, signs = s[0] == '0';
  for (const char *p = s; *p; p++) {
    if (*p >= '0' && *p <= '9')
      digits++;
    else if (strchr("+()-/ .", *p))
      signs++;
    else
      return false;
  }
  return digits >= 7 && digits <= 15 && signs > 0;
}

/* Of few values those that are ranges are none: "10000-50000". */
static bool is_phone_and_no_range(const char *s) {
  bool spans = false;
  return is_phone(s) && !(isfinite(lf_range_from(s, &spans)) && spans);
}

static double share(const lf_column *column, bool (*is)(const char *)) {
  uint32_t step = column->n_levels / LOOKED_AT + 1, looked = 0, found = 0;
  for (uint32_t code = 1; code <= column->n_levels; code += step, looked++)
    found += is(lf_column_level(column, code));
  return looked ? (double)found / looked : 0;
}

const char *lf_contact_kind(const lf_column *column, size_t n_rows) {
  static const char *const emails[] = {"email", "e mail", "email address", NULL};
  static const char *const phones[] = {"phone", "mobile",       "fax",          "telephone",
                                       "tel",   "phone number", "mobile phone", NULL};
  static const char *const people[] = {"first name",      "last name",      "middle name", "given name",
                                       "family name",     "full name",      "surname",     "contact name",
                                       "lead name",       "salutation",     "firstname",   "lastname",
                                       "primary contact", "contact person", NULL};
  static const char *const urls[] = {"url", "website", "web site", "photo url", NULL};
  char words[LF_WORDS];
  bool text = column->kind == LF_KIND_CATEGORY || column->kind == LF_KIND_TEXT;
  lf_words(lf_bare_name(column), words);
  bool many = (double)column->distinct > 50 &&
              (double)column->distinct > 0.02 * (double)n_rows; /* few pages or ranges are a fair category */
  if (text && column->store == LF_STORE_CODES) {
    if (share(column, is_email) >= 0.8) return "e-mail addresses";
    if (share(column, many ? is_phone : is_phone_and_no_range) >= 0.8) return "phone numbers";
    if (many && share(column, is_url) >= 0.8) return "web addresses";
  }
  if (text && lf_words_are_any(words, people)) return "names of people";
  if (!many || (!text && column->kind != LF_KIND_NUMBER)) return NULL;
  if (text && lf_words_end_any(words, emails)) return "e-mail addresses";
  if (lf_words_end_any(words, phones)) return "phone numbers";
  return text && lf_words_end_any(words, urls) ? "web addresses" : NULL;
}

/* ---- identifiers ---------------------------------------------------------------------------------- */

/* Whole numbers without a gap, none missing: a counter of rows. */
static bool is_counter(const lf_column *column, size_t n_rows) {
  double low = INFINITY, high = -INFINITY;
  for (size_t i = 0; i < n_rows; i++) {
    double x = lf_column_number(column, i);
    if (x != floor(x)) return false;
    low = fmin(low, x);
    high = fmax(high, x);
  }
  return high - low + 1 <= 1.02 * (double)column->distinct;
}

bool lf_is_identifier(const lf_column *column, size_t n_rows) {
  static const char *const names[] = {"id",    "uuid",      "guid",     "key",  "number", "no", "nr",
                                      "index", "row names", "rownames", "code", "name",   NULL};
  char words[LF_WORDS];
  double filled = (double)(n_rows - column->missing), distinct = (double)column->distinct;
  lf_words(lf_bare_name(column), words);
  if (filled < 20 || distinct < 0.95 * filled) return false;
  if (column->kind == LF_KIND_CATEGORY || column->kind == LF_KIND_TEXT) return true;
  if (column->kind != LF_KIND_NUMBER) return false;
  bool named = lf_words_end_any(words, names) || strncmp(words, " column ", 8) == 0;
  return (named && filled > 0.5 * (double)n_rows) || (filled >= (double)n_rows && is_counter(column, n_rows));
}

/* ---- twins ---------------------------------------------------------------------------------------- */

/* to[code], 0 where the code has no rows, goes up all the way or down all the way. */
static bool is_monotone(const uint32_t *to, uint32_t n) {
  bool up = true, down = true;
  uint32_t last = 0;
  for (uint32_t code = 1; code <= n; code++) {
    if (!to[code]) continue;
    if (last && to[code] < last) up = false;
    if (last && to[code] > last) down = false;
    last = to[code];
  }
  return up || down;
}

static lf_status same_levels(const lf_column *a, const lf_column *b, size_t n_rows, bool *same,
                             lf_error *err) {
  lf_status status = LF_OK;
  uint32_t *to_b = NULL, *to_a = NULL;
  LF_TRY(lf_alloc((size_t)a->n_levels + 1, sizeof *to_b, &to_b, err));
  LF_TRY(lf_alloc((size_t)b->n_levels + 1, sizeof *to_a, &to_a, err));
  bool one_to_one = true;
  for (size_t i = 0; i < n_rows && one_to_one; i++) {
    uint32_t x = lf_column_code(a, i), y = lf_column_code(b, i);
    if (!x || !y) {
      one_to_one = x == y;
      continue;
    }
    if (!to_b[x] && !to_a[y]) {
      to_b[x] = y;
      to_a[y] = x;
    }
    one_to_one = to_b[x] == y && to_a[y] == x;
  }
  bool ordered = a->kind == LF_KIND_NUMBER &&
                 b->kind == LF_KIND_NUMBER; /* only a map that keeps or turns the order says the same */
  *same = one_to_one && (!ordered || is_monotone(to_b, a->n_levels));
cleanup:
  free(to_b);
  free(to_a);
  return status;
}

/* The rows by the order in which values were first seen: what a one-to-one map leaves as it is. */
static lf_status first_seen(const lf_column *column, size_t n_rows, uint64_t *print, lf_error *err) {
  uint32_t *place = NULL, n = 0;
  lf_status status = lf_alloc((size_t)column->n_levels + 1, sizeof *place, &place, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < n_rows; i++) {
    uint32_t code = lf_column_code(column, i);
    if (code && !place[code]) place[code] = ++n;
    *print = lf_hash_mix(*print, place[code]);
  }
  free(place);
  return LF_OK;
}

lf_status lf_print_of_values(const lf_column *column, size_t n_rows, uint64_t *print, lf_error *err) {
  enum { ENOUGH = 1 << 16 };
  if (n_rows > ENOUGH) n_rows = ENOUGH;
  *print = lf_hash_mix((uint64_t)column->store, column->missing);
  if (column->store == LF_STORE_NONE) return LF_OK;
  if (column->store == LF_STORE_CODES) return first_seen(column, n_rows, print, err);
  for (size_t i = 0; i < n_rows; i++) {
    double value = lf_column_number(column, i) + 0.0; /* -0 is 0 */
    uint64_t bits = 0;
    if (column->store == LF_STORE_HASHES)
      bits = ((const uint64_t *)column->cells)[i];
    else if (!isnan(value))
      memcpy(&bits, &value, sizeof bits);
    *print = lf_hash_mix(*print, bits);
  }
  return LF_OK;
}

lf_status lf_say_the_same(const lf_column *a, const lf_column *b, size_t n_rows, bool *same, lf_error *err) {
  *same = false;
  if (a->store != b->store || a->missing != b->missing || a->store == LF_STORE_NONE) return LF_OK;
  if (a->store == LF_STORE_CODES) return same_levels(a, b, n_rows, same, err);
  for (size_t i = 0; i < n_rows; i++)
    if (lf_column_key(a, i) != lf_column_key(b, i)) return LF_OK;
  *same = true;
  return LF_OK;
}
