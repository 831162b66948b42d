/* Cells of one column of one piece, a batch at a time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/key.h"
#include "base/memory.h"
#include "ingest/bytes.h"
#include "ingest/piece.h"
#include "ingest/value.h"

enum { SCALE_MAX = 9, COPIED_TEXT = 64 };
static const int32_t power_of_ten[SCALE_MAX + 1] = {1,      10,      100,      1000,      10000,
                                                    100000, 1000000, 10000000, 100000000, 1000000000};

void lf_part_drop_cells(lf_part *part, size_t rows) {
  if (!part->settled)
    free(part->cells);
  else
    lf_bytes_rest(part->cells, 0, rows * part->width);
  part->cells = NULL;
}

void lf_part_free(lf_part *part) {
  lf_part_drop_cells(part, 0);
  *part = (lf_part){0};
}

/* Codes one cell after the other, whatever their width. */
static void get_codes(const lf_part *part, size_t from, size_t to, uint32_t *codes) {
  const uint8_t *bytes = part->cells;
  const uint16_t *words = part->cells;
  const uint32_t *wide = part->cells;
  size_t n = to - from;
  switch (part->width) {
  case 1:
    for (size_t i = 0; i < n; i++) codes[i] = bytes[from + i];
    break;
  case 2:
    for (size_t i = 0; i < n; i++) codes[i] = words[from + i];
    break;
  default: memcpy(codes, wide + from, n * sizeof *codes);
  }
}

static void put_codes(lf_part *part, size_t row, const uint32_t *codes, size_t n) {
  uint8_t *bytes = part->cells;
  uint16_t *words = part->cells;
  uint32_t *wide = part->cells;
  switch (part->width) {
  case 1:
    for (size_t i = 0; i < n; i++) bytes[row + i] = (uint8_t)codes[i];
    break;
  case 2:
    for (size_t i = 0; i < n; i++) words[row + i] = (uint16_t)codes[i];
    break;
  default: memcpy(wide + row, codes, n * sizeof *codes);
  }
}

/* Bytes are counted in four tables in turn: an addition need not wait for the one before it where both are to
 * the same code. */
static void count_bytes(const uint8_t *cells, size_t rows, uint64_t *counts) {
  uint32_t table[4][UINT8_MAX + 1] = {{0}};
  size_t i = 0;
  for (; i + 4 <= rows; i += 4)
    for (size_t k = 0; k < 4; k++) table[k][cells[i + k]]++;
  for (; i < rows; i++) table[0][cells[i]]++;
  for (size_t code = 0; code <= UINT8_MAX; code++) {
    uint64_t all = (uint64_t)table[0][code] + table[1][code] + table[2][code] + table[3][code];
    if (all) counts[code] += all; /* counts may end before the last byte value */
  }
}

void lf_part_count(const lf_part *part, size_t rows, uint64_t *counts) {
  const uint16_t *words = part->cells;
  const uint32_t *wide = part->cells;
  switch (part->width) {
  case 1: count_bytes(part->cells, rows, counts); break;
  case 2:
    for (size_t i = 0; i < rows; i++) counts[words[i]]++;
    break;
  default:
    for (size_t i = 0; i < rows; i++) counts[wide[i]]++;
  }
}

static uint8_t code_width(size_t n_codes) {
  return n_codes <= UINT8_MAX ? 1 : n_codes <= UINT16_MAX ? 2 : 4;
}

/* Makes the cells of a part wider. */
static bool widen(lf_part *part, size_t rows, uint8_t width) {
  lf_part wide = *part;
  uint32_t codes[LF_BATCH_ROWS];
  wide.width = width;
  wide.cells = malloc((part->capacity ? part->capacity : 1) * width);
  if (!wide.cells) return false;
  for (size_t from = 0; from < rows; from += LF_BATCH_ROWS) {
    size_t to = from + LF_BATCH_ROWS < rows ? from + LF_BATCH_ROWS : rows;
    get_codes(part, from, to, codes);
    put_codes(&wide, from, codes, to - from);
  }
  free(part->cells);
  *part = wide;
  return true;
}

/* Code of a text that is long, or not known yet; 0 where memory ends. */
static uint32_t find_code(lf_dictionary *dictionary, const char *text, size_t n, bool side) {
  lf_key key = lf_key_of(text, n);
  /* short texts are copied: looking at them again would map page after page of the input */
  return lf_dictionary_add(dictionary, &key, text, side || n <= COPIED_TEXT) + 1;
}

static bool add_codes(lf_part *part, const lf_scan *scan, size_t field, size_t rows) {
  lf_dictionary *d = part->dictionary;
  uint32_t codes[LF_BATCH_ROWS];
  const size_t n_rows = scan->rows;
  const lf_fields fields = lf_scan_fields(scan);
  const lf_slot *slots = d->slots;
  size_t mask = d->n_slots - 1;
  for (size_t r = 0; r < n_rows; r++) {
    size_t n = 0;
    const char *text = lf_scan_field(&fields, r, field, &n);
    codes[r] = 0;
    if (!n) continue;
    if (n <= 16 && slots) {
      lf_key key = lf_key_short(text, n);
      codes[r] = lf_slot_find(slots, mask, &key);
    }
    if (codes[r]) continue;
    codes[r] = find_code(d, text, n, scan->start[r * scan->n_fields + field] & LF_SIDE_BIT);
    if (!codes[r]) return false;
    slots = d->slots; /* they may have moved */
    mask = d->n_slots - 1;
  }
  uint8_t width = code_width(d->n);
  if (width > part->width && !widen(part, rows, width)) return false;
  put_codes(part, rows, codes, n_rows);
  return true;
}

static bool letter(char c) {
  return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* A text that could be a number or a date, seen from its ends where these are no letters; else by trying,
 * where its letters stand together as in "15 Apr 2021 3:05 PM". Codes with a leading zero cannot: a column
 * with more than a few of them is neither. */
static bool like_value(const char *text, size_t n) {
  if (!letter(text[0]) && !letter(text[n - 1])) return !lf_is_zero_code(text, n);
  size_t runs = 0;
  for (size_t i = 0; i < n && runs <= 3; i++) runs += letter(text[i]) && (i == 0 || !letter(text[i - 1]));
  if (runs > 3) return false;
  lf_number_look look;
  lf_date_parts parts;
  double value;
  return lf_read_number(text, n, LF_MARK_POINT, &value, &look) ||
         lf_read_number(text, n, LF_MARK_COMMA, &value, &look) ||
         lf_read_date(text, n, LF_DATE_MDY, &value, &parts) ||
         lf_read_date(text, n, LF_DATE_DMY, &value, &parts);
}

static void add_hashes(lf_part *part, const lf_scan *scan, size_t field, size_t rows,
                       const lf_missing *missing) {
  const lf_fields fields = lf_scan_fields(scan);
  uint64_t *cells = (uint64_t *)part->cells + rows;
  lf_key_batch batch = {0};
  for (size_t r = 0; r < scan->rows; r++) {
    size_t n = 0;
    const char *text = lf_scan_field(&fields, r, field, &n);
    cells[r] = 0;
    int spelling = n <= missing->longest ? lf_missing_find(missing, text, n, false) : LF_MISSING_NONE;
    if (spelling != LF_MISSING_NONE) {
      part->spelled[spelling]++;
      continue;
    }
    /* trying costs; where one in sixteen so far could not be a value, the next are taken for one unseen */
    bool try = 16 * (part->values - part->like_values) <= part->values;
    part->like_values += try ? like_value(text, n) : 1;
    part->values++;
    lf_key_add(&batch, text, n, &cells[r]);
  }
  lf_key_done(&batch);
}

static uint64_t folded_hash(const char *text, size_t n) {
  char small[256], *lower = n <= sizeof small ? small : malloc(n);
  if (!lower) return 0;
  for (size_t i = 0; i < n; i++) {
    bool upper = text[i] >= 'A' && text[i] <= 'Z';
    lower[i] = upper ? (char)(text[i] - 'A' + 'a') : text[i];
  }
  uint64_t hash = lf_hash(lower, n, 0);
  if (lower != small) free(lower);
  return hash ? hash : 1;
}

/* False where memory ends. */
static bool add_keys(lf_part *part, const lf_scan *scan, size_t field, size_t rows,
                     const lf_missing *missing) {
  const lf_fields fields = lf_scan_fields(scan);
  uint64_t *cells = (uint64_t *)part->cells + rows;
  for (size_t r = 0; r < scan->rows; r++) {
    size_t n = 0;
    const char *text = lf_scan_field(&fields, r, field, &n);
    cells[r] = 0;
    if (n <= missing->longest && lf_missing_find(missing, text, n, false) != LF_MISSING_NONE) {
      part->empty++;
      continue;
    }
    uint64_t hash = part->plan == LF_PLAN_KEY ? lf_hash(text, n, 0) : folded_hash(text, n);
    if (!hash && part->plan == LF_PLAN_KEY_FOLDED) return false;
    cells[r] = hash ? hash : 1;
  }
  return true;
}

/* A plain number of at most nine digits: mantissa / 10^scale. */
static bool short_number(const char *text, size_t n, int32_t *mantissa, unsigned *scale) {
  size_t i = text[0] == '-';
  size_t digits = 0;
  uint32_t m = 0;
  unsigned decimals = 0;
  bool point = false;
  if (n - i > 10) return false;
  if (n - i > 1 && text[i] == '0' && text[i + 1] != '.') return false;
  for (; i < n; i++) {
    unsigned d = (unsigned)(unsigned char)text[i] - '0';
    if (d <= 9) {
      m = m * 10 + d;
      digits++;
      decimals += point;
    } else if (text[i] == '.' && !point && digits) {
      point = true;
    } else {
      return false;
    }
  }
  *scale = decimals;
  *mantissa = text[0] == '-' ? -(int32_t)m : (int32_t)m;
  return digits > 0 && digits <= 9;
}

/* The same for a text of 1 to 8 bytes without a sign, its bytes handled together; false where it is none, or
 * one that the other way has to look at. At least 8 bytes are readable. */
static inline bool tiny_number(const char *text, size_t n, int32_t *mantissa, unsigned *scale) {
  const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
  if (n > 8 || (n > 1 && text[0] == '0' && text[1] != '.')) return false;
  uint64_t word = 0;
  memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  word <<= 64 - 8 * n; /* last character in the highest byte, zeros before the first */
  uint64_t x = word ^ ones * '.', point = ~(((x & ~high) + ~high) | x) & high;
  *scale = 0;
  if (point) {                                            /* the digits before it move up by one */
    unsigned at = (unsigned)__builtin_ctzll(point) & ~7u; /* bit at which the point stands */
    uint64_t below = (UINT64_C(1) << at) - 1;
    if (!(word & below)) return false; /* no digit before it */
    *scale = (56 - at) / 8;
    word = (word & ~(below << 8 | 0xff)) | (word & below) << 8;
    n--;
  }
  word |= (ones * '0') & ~(UINT64_MAX << (64 - 8 * n));
  /* every byte is a digit: 0x30 to 0x39 */
  if (((word & 0xf0 * ones) | ((word + 6 * ones) & 0xf0 * ones) >> 4) != 0x33 * ones) return false;
  /* pairs, fours, eights (Lemire 2018, "Quickly parsing eight digits") */
  word = (word & 0x0f * ones) * 2561 >> 8;
  word = (word & UINT64_C(0x00ff00ff00ff00ff)) * 6553601 >> 16;
  *mantissa = (int32_t)((word & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001) >> 32);
  return true;
}

static bool decimals_to_doubles(lf_part *part, size_t rows) {
  double *wide = malloc((part->capacity ? part->capacity : 1) * sizeof *wide);
  if (!wide) return false;
  const int32_t *narrow = part->cells;
  for (size_t i = 0; i < rows; i++)
    wide[i] = narrow[i] == INT32_MIN ? (double)NAN : (double)narrow[i] / power_of_ten[part->scale];
  free(part->cells);
  part->cells = wide;
  part->width = 8;
  return true;
}

/* Brings the cells to a larger scale, or to doubles where they do not fit. */
static bool raise_scale(lf_part *part, size_t rows, unsigned scale) {
  int32_t *cells = part->cells, factor = power_of_ten[scale - part->scale];
  for (size_t i = 0; i < rows; i++)
    if (cells[i] != INT32_MIN && (cells[i] > INT32_MAX / factor || cells[i] < -(INT32_MAX / factor)))
      return decimals_to_doubles(part, rows);
  for (size_t i = 0; i < rows; i++)
    if (cells[i] != INT32_MIN) cells[i] *= factor;
  part->scale = (uint8_t)scale;
  return true;
}

/* Stores a plain number as row `row`; false where memory ends. */
static bool put_number(lf_part *part, size_t row, const char *text, size_t n) {
  int32_t mantissa = 0;
  unsigned scale = 0;
  if (part->width == 4 &&
      (tiny_number(text, n, &mantissa, &scale) || short_number(text, n, &mantissa, &scale))) {
    if (scale > part->scale && !raise_scale(part, row, scale)) return false;
    if (part->width == 4) {
      int64_t cell = (int64_t)mantissa * power_of_ten[part->scale - scale];
      if (cell <= INT32_MAX && cell >= -INT32_MAX) {
        ((int32_t *)part->cells)[row] = (int32_t)cell;
        return true;
      }
    }
  }
  double value = 0;
  lf_number_look look;
  if (lf_is_zero_code(text, n) || !lf_read_number(text, n, LF_MARK_POINT, &value, &look) || !look.plain) {
    part->contradicted = true;
    return true;
  }
  if (part->width == 4 && !decimals_to_doubles(part, row)) return false;
  ((double *)part->cells)[row] = value;
  return true;
}

static void put_missing(lf_part *part, size_t row) {
  if (part->width == 4)
    ((int32_t *)part->cells)[row] = INT32_MIN;
  else
    ((double *)part->cells)[row] = (double)NAN;
}

static bool add_numbers(lf_part *part, const lf_scan *scan, size_t field, size_t rows,
                        const lf_missing *missing) {
  const lf_fields fields = lf_scan_fields(scan);
  for (size_t r = 0; r < scan->rows && !part->contradicted; r++) {
    size_t n = 0;
    const char *text = lf_scan_field(&fields, r, field, &n);
    int spelling = LF_MISSING_NONE;
    if (n <= missing->longest && (!n || text[0] < '0' || text[0] > '9'))
      spelling = lf_missing_find(missing, text, n, true);
    if (spelling != LF_MISSING_NONE) {
      part->spelled[spelling]++;
      put_missing(part, rows + r);
    } else if (!put_number(part, rows + r, text, n)) {
      return false;
    }
  }
  return true;
}

static bool count_empty(lf_part *part, const lf_scan *scan, size_t field) {
  const lf_fields fields = lf_scan_fields(scan);
  for (size_t r = 0; r < scan->rows; r++) {
    size_t n = 0;
    lf_scan_field(&fields, r, field, &n);
    part->empty += n == 0;
  }
  return true;
}

/* Room for one more batch; at first for all rows that the piece seems to have. */
static bool make_room(lf_part *part, const lf_scan *scan, size_t rows) {
  size_t needed = rows + scan->rows;
  if (!part->capacity && scan->at < scan->end) {
    size_t guess = (size_t)((double)scan->rows * 1.05 * (double)scan->end / (double)scan->at);
    if (guess > needed && guess < 64 * LF_BATCH_ROWS * 64) needed = guess;
  }
  return lf_grow(&part->cells, &part->capacity, needed, part->width, NULL) == LF_OK;
}

bool lf_part_add(lf_part *part, const lf_scan *scan, size_t field, size_t rows, const lf_missing *missing) {
  if (part->plan == LF_PLAN_SKIP) return count_empty(part, scan, field);
  if (part->contradicted) return true;
  if (!part->width)
    part->width = part->plan >= LF_PLAN_HASH     ? 8
                  : part->plan == LF_PLAN_NUMBER ? 4
                                                 : code_width(part->dictionary->n);
  if (!make_room(part, scan, rows)) return false;
  switch (part->plan) {
  case LF_PLAN_HASH: add_hashes(part, scan, field, rows, missing); return true;
  case LF_PLAN_KEY:
  case LF_PLAN_KEY_FOLDED: return add_keys(part, scan, field, rows, missing);
  case LF_PLAN_NUMBER: return add_numbers(part, scan, field, rows, missing);
  default: return add_codes(part, scan, field, rows);
  }
}
