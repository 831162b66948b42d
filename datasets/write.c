/* Rows to CSV. Blocks of rows are made by all cores, each into its own buffer, and written in order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "write.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK_ROWS = 4096, FIELD = 64, ROLE_COLUMNS = 6, LEAD_COLUMNS = 3 };
/* Draws of their own, beside those of row.c. */
enum { LEAK_PURPOSE = 1, SCORE_PURPOSE, STAGE_PURPOSE, RAGGED_PURPOSE, NOISE_PURPOSE = 5000 };

/* A record under construction. It stops after a number of columns. */
typedef struct record {
  char *at;
  size_t column, columns;
  char quote;
} record;

static size_t all_columns(const world *w, bool leads) {
  size_t extra = (size_t)(w->leak && !leads) + w->score;
  return (size_t)(leads ? LEAD_COLUMNS : ROLE_COLUMNS) + N_ATTRIBUTES + extra;
}

static record begin(const world *w, char *at, bool leads) {
  return (record){at, 0, w->columns ? w->columns : all_columns(w, leads), w->quote};
}

static void put_n(record *r, const char *text, size_t n) {
  if (r->column >= r->columns) return;
  if (r->column++) *r->at++ = ',';
  bool comma = memchr(text, ',', n) != NULL;
  bool quoted = r->quote == 'a' || (comma && r->quote != 'o');
  if (quoted) *r->at++ = '"';
  memcpy(r->at, text, n);
  if (comma && !quoted)
    for (char *c = r->at; (c = memchr(c, ',', n - (size_t)(c - r->at))) != NULL;) *c = ';';
  r->at += n;
  if (quoted) *r->at++ = '"';
}

static void put(record *r, const char *text) {
  put_n(r, text, strlen(text));
}

/* value * 10^decimals is a whole number. */
static void put_number(record *r, double value, int decimals) {
  char text[FIELD];
  char *end = text + FIELD, *at = end;
  uint64_t scaled = (uint64_t)(value * pow(10, decimals) + 0.5);
  for (int i = 0; i <= decimals || scaled; i++) {
    if (i && i == decimals) *--at = '.';
    *--at = (char)('0' + scaled % 10);
    scaled /= 10;
  }
  put_n(r, at, (size_t)(end - at));
}

static void put_id(record *r, const char *prefix, uint64_t number, int digits) {
  static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  char text[FIELD];
  size_t n = strlen(prefix);
  memcpy(text, prefix, n);
  for (int i = digits; i-- > 0; number >>= 5) text[n + (size_t)i] = symbols[number & 31];
  put_n(r, text, n + (size_t)digits);
}

static void put_date(record *r, double day) {
  time_t seconds = (time_t)floor(day) * 86400;
  struct tm date;
  gmtime_r(&seconds, &date);
  char text[12] = {(char)('0' + (date.tm_year / 100 + 19) / 10),
                   (char)('0' + (date.tm_year / 100 + 19) % 10),
                   (char)('0' + date.tm_year / 10 % 10),
                   (char)('0' + date.tm_year % 10),
                   '-',
                   (char)('0' + (date.tm_mon + 1) / 10),
                   (char)('0' + (date.tm_mon + 1) % 10),
                   '-',
                   (char)('0' + date.tm_mday / 10),
                   (char)('0' + date.tm_mday % 10)};
  put_n(r, text, 10);
}

static const char *stage(const world *w, const row *r) {
  static const char *const open[] = {"Prospecting", "Proposal", "Negotiation"};
  if (r->open) return open[(int)(3 * uniform(w->seed, r->number, STAGE_PURPOSE))];
  return r->won ? "Closed Won" : "Closed Lost";
}

/* A column that is known only after the outcome. */
static const char *close_reason(const world *w, const row *r) {
  static const char *const lost[] = {"Price", "No budget", "Competitor", "No decision", "Timing"};
  double u = uniform(w->seed, r->number, LEAK_PURPOSE);
  if (r->open) return "";
  if (r->won) return u < 0.3 ? "Best fit" : "";
  return u < 0.92 ? lost[(int)(u / 0.92 * 5)] : "";
}

/* A vendor's score: it knows what marketing knows, and guesses. */
static double vendor_score(const world *w, const row *r) {
  double z = gsl_cdf_ugaussian_Pinv(uniform(w->seed, r->number, SCORE_PURPOSE));
  return fmin(fmax(floor(45 + 10 * r->known_logit + 14 * z), 0), 100);
}

static void put_noise(record *out, const world *w, uint64_t number) {
  for (size_t i = out->column; i < out->columns; i++) {
    double u = uniform(w->seed, number, NOISE_PURPOSE + i);
    char level[8] = {(char)('a' + (int)(26 * u * u)), (char)('a' + (int)(26 * u * u * 2) % 2), 0};
    if (i % 2)
      put(out, level);
    else
      put_number(out, 1000 * u, 1);
  }
}

static char *put_row(const world *w, const row *r, bool leads, char *at) {
  record out = begin(w, at, leads);
  char name[24];
  put_id(&out, leads ? "00Q" : "006", mix(r->number + w->seed * 7919), 12);
  put_id(&out, "001", mix(r->account + 77), 12);
  put_date(&out, r->created);
  if (!leads) {
    put_date(&out, r->closed);
    put(&out, stage(w, r));
    put_number(&out, r->amount, 0);
  }
  for (size_t i = 0; i < N_ATTRIBUTES; i++) {
    const attribute *a = &w->schema[i];
    if (isnan(r->values[i]))
      put(&out, "");
    else if (a->kind == NUMBER)
      put_number(&out, r->values[i], a->decimals);
    else
      put(&out, level_name(a, (size_t)r->values[i], name));
  }
  if (w->leak && !leads) put(&out, close_reason(w, r));
  if (w->score) put_number(&out, vendor_score(w, r), 0);
  put_noise(&out, w, r->number);
  if (w->ragged > 0 && uniform(w->seed, r->number, RAGGED_PURPOSE) < w->ragged) *out.at++ = ',';
  *out.at++ = '\n';
  return out.at;
}

static char *put_header(const world *w, bool leads, char *at) {
  record out = begin(w, at, leads);
  put(&out, leads ? "LeadId" : "OpportunityId");
  put(&out, "AccountId");
  put(&out, "CreatedDate");
  if (!leads) {
    put(&out, "CloseDate");
    put(&out, "Stage");
    put(&out, "Amount");
  }
  for (size_t i = 0; i < N_ATTRIBUTES; i++) put(&out, w->schema[i].name);
  if (w->leak && !leads) put(&out, "CloseReason");
  if (w->score) put(&out, "hubspot_score");
  while (out.column < out.columns) {
    char name[FIELD];
    snprintf(name, sizeof name, "noise_%03zu", out.column);
    put(&out, name);
  }
  *out.at++ = '\n';
  return out.at;
}

static bool write_blocks(const world *w, FILE *file, uint64_t from, uint64_t to, bool leads) {
  uint64_t blocks = (to - from + BLOCK_ROWS - 1) / BLOCK_ROWS;
  size_t columns = w->columns > all_columns(w, leads) ? w->columns : all_columns(w, leads);
  bool good = true;
#pragma omp parallel for ordered schedule(static, 1)
  for (uint64_t b = 0; b < blocks; b++) {
    uint64_t first = from + b * BLOCK_ROWS, last = first + BLOCK_ROWS < to ? first + BLOCK_ROWS : to;
    char *buffer = malloc((columns + 1) * FIELD * (BLOCK_ROWS + 1)), *at = buffer;
    for (uint64_t i = first; buffer && i < last; i++) {
      row r = make_row(w, i);
      at = put_row(w, &r, leads, at);
    }
#pragma omp ordered
    good = good && buffer && fwrite(buffer, 1, (size_t)(at - buffer), file) == (size_t)(at - buffer);
    free(buffer);
  }
  return good;
}

bool write_table(const world *w, const char *name, uint64_t from, uint64_t to, bool leads) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", w->folder, name);
  size_t columns = w->columns > all_columns(w, leads) ? w->columns : all_columns(w, leads);
  char *header = malloc((columns + 1) * FIELD);
  FILE *file = fopen(path, "wb");
  bool good = file && header;
  if (good) {
    size_t n = (size_t)(put_header(w, leads, header) - header);
    good = fwrite(header, 1, n, file) == n && write_blocks(w, file, from, to, leads);
  }
  if (file && fclose(file) != 0) good = false;
  free(header);
  if (!good) perror(path);
  return good;
}
