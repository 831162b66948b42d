/* The rows that judge: which, in what order, by whom.
 *
 * Folds look forward, in time or, where no time is known, in the order of the folds' hash: each block is
 * judged by the rows before it. So every block's score has expectation 0 given all that chose bands and
 * weights for it, and their sum is a martingale: its test and its interval hold also for the attributes for
 * which bands were found (Dawid 1984, prequential analysis; Hall & Heyde 1980, theorem 3.2). Folds that teach
 * one another have that only on average over all attributes: where luck made bands, it made them in every
 * fold.
 *
 * An account must not judge itself either: where rows of one account stand on both sides of a fold, what its
 * rows have in common would be learnt from some and found again in the others. So training rows of accounts
 * that are judged are left out; where that leaves too few to learn from, the rows of accounts that teach are
 * not judged instead. */
#include "evidence/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

enum { SLICES = 10, SMALL_ROWS = 5000, BLOCKS = 4, NOT_JUDGED = 255, FEWEST_WINS = 50 };
static const double least_share = 0.2; /* of a fold's wins that must remain to learn from */

typedef struct place {
  double key;
  uint32_t row;
  uint16_t ticket; /* so that rows of one key stand in an order that does not hang on the file's */
} place;

static int by_place(const void *a, const void *b) {
  const place *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  if (x->ticket != y->ticket) return x->ticket < y->ticket ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* places: room for the lesser of `wanted` and the rows. */
static lf_status sample_rows(const lf_history *h, lf_population population, size_t wanted, place *places,
                             size_t *n, lf_error *err) {
  size_t total = population.to - population.from;
  uint32_t *row = NULL;
  lf_status status = lf_alloc(wanted < total ? wanted : total, sizeof *row, &row, err);
  if (status == LF_OK) status = lf_history_sample(h, population, wanted, row, n, err);
  for (size_t k = 0; status == LF_OK && k < *n; k++) places[k].row = row[k];
  free(row);
  return status;
}

static void order_places(const lf_history *h, bool in_time, size_t n_slices, place *places, size_t n) {
  for (size_t k = 0; k < n; k++) {
    size_t row = places[k].row;
    size_t slice = (size_t)h->fold[row] * n_slices / h->n_folds;
    double key = in_time ? lf_history_day(h, row) : (double)slice;
    places[k].key = isnan(key) ? -INFINITY : key;
    places[k].ticket = h->ticket ? h->ticket[row] : 0;
  }
  qsort(places, n, sizeof *places, by_place);
}

/* ---- folds
 * -------------------------------------------------------------------------------------------------------- */

/* Slices by hash, an account never split: two of ten only teach, then two at a time are judged; of few rows
 * three teach and each other slice is judged by itself, so that more teach it. */
static void random_folds(lf_evidence_rows *r, const place *places, size_t n_slices) {
  bool few = r->n_train < SMALL_ROWS;
  size_t lead = (few ? 3 * n_slices : 2 * n_slices) / SLICES, step = few || n_slices < SLICES ? 1 : 2;
  if (lead < 1) lead = 1;
  for (size_t i = 0; i < r->n_train; i++) {
    size_t slice = (size_t)places[i].key;
    if (slice < lead)
      r->first = i + 1;
    else
      r->fold[i] = (uint8_t)((slice - lead) / step);
  }
  r->n_folds = n_slices > lead ? (n_slices - lead + step - 1) / step : 0;
}

/* Blocks of about equal rows after the first fifth; a day is not cut in two. */
static void time_folds(lf_evidence_rows *r, const place *places) {
  size_t n = r->n_train, at = n / 5, made = 0;
  while (at > 0 && at < n && !(places[at].key > places[at - 1].key)) at++;
  r->first = at;
  for (size_t f = 0; f < BLOCKS && at < n; f++) {
    size_t end = at + (n - at) / (BLOCKS - f);
    while (end < n && end > 0 && !(places[end].key > places[end - 1].key)) end++;
    if (f + 1 == BLOCKS) end = n;
    for (size_t i = at; i < end; i++) r->fold[i] = (uint8_t)made;
    made += end > at;
    at = end;
  }
  r->n_folds = made;
}

/* Training weights of a fold: the rows before it. */
static void train_weights(const lf_evidence_rows *r, size_t fold, double *out) {
  bool holdout = r->has_holdout && fold + 1 == r->n_folds;
  for (size_t i = 0; i < r->n; i++) {
    bool inside = i < r->n_train && (holdout || i < r->first || r->fold[i] < fold);
    out[i] = inside ? r->sample->weight[i] : 0;
  }
}

static double wins_of(const lf_evidence_rows *r, const double *weight) {
  double won = 0;
  for (size_t i = 0; i < r->n; i++) won += r->sample->won[i] ? weight[i] : 0;
  return won;
}

/* Rows of the fold whose account is among its training rows. taught: by cluster, scratch. */
static void hide_taught(lf_evidence_rows *r, size_t fold, const double *weight, uint8_t *taught) {
  memset(taught, 0, r->n_clusters);
  for (size_t i = 0; i < r->n; i++)
    if (weight[i] > 0) taught[r->cluster[i]] = 1;
  for (size_t i = r->first; i < r->n; i++) {
    if (r->fold[i] != fold || !taught[r->cluster[i]]) continue;
    r->hidden[i] = 1;
    r->hidden_rows += r->sample->weight[i];
  }
}

/* Leaves accounts out of the training rows that are judged in the fold. */
static lf_status leave_out_accounts(lf_evidence_rows *r, size_t fold, double *weight, lf_error *err) {
  uint8_t *judged = NULL;
  double *kept = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n_clusters, 1, &judged, err));
  LF_TRY(lf_alloc(r->n, sizeof *kept, &kept, err));
  for (size_t i = r->first; i < r->n; i++)
    if (r->fold[i] == fold) judged[r->cluster[i]] = 1;
  for (size_t i = 0; i < r->n; i++) kept[i] = judged[r->cluster[i]] ? 0 : weight[i];
  double left = wins_of(r, kept);
  if (left >= FEWEST_WINS && left >= least_share * wins_of(r, weight))
    memcpy(weight, kept, r->n * sizeof *weight);
  else
    hide_taught(r, fold, weight, judged);
cleanup:
  free(judged);
  free(kept);
  return status;
}

static lf_status make_train_weights(lf_evidence_rows *r, lf_error *err) {
  lf_status status = lf_alloc(r->n_folds, sizeof *r->train, &r->train, err);
  for (size_t f = 0; status == LF_OK && f < r->n_folds; f++) {
    status = lf_alloc(r->n, sizeof *r->train[f], &r->train[f], err);
    if (status != LF_OK) break;
    train_weights(r, f, r->train[f]);
    if (r->cluster) status = leave_out_accounts(r, f, r->train[f], err);
  }
  return status;
}

/* ---- columns
 * ------------------------------------------------------------------------------------------------------- */

/* Year and quarter of a day since 1970 (Hinnant 2013, "chrono-compatible low-level date algorithms"). */
static int32_t quarter_of(double day) {
  if (isnan(day) || fabs(day) > 3e6) return LF_NO_QUARTER;
  int64_t z = (int64_t)floor(day) + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);
  return (int32_t)(4 * year + (month - 1) / 3);
}

static lf_status gather_codes(const lf_evidence_rows *r, const lf_atoms *atoms, lf_error *err) {
  lf_sample *s = r->sample;
  lf_status status = lf_alloc(s->n_sets, sizeof *s->code, &s->code, err);
  if (status == LF_OK) status = lf_alloc(s->n_sets, sizeof *s->owned, &s->owned, err);
  for (size_t t = 0; status == LF_OK && t < s->n_sets; t++) {
    status = lf_alloc(s->n, sizeof *s->owned[t], &s->owned[t], err);
    if (status != LF_OK) break;
    for (size_t i = 0; i < s->n; i++) s->owned[t][i] = atoms->items[t].code[r->row[i]];
    s->code[t] = s->owned[t];
  }
  return status;
}

/* An account, known by what its rows hold: a sum of hashes, which their order does not change. */
typedef struct account {
  uint64_t content;
  uint32_t met; /* its number in the order of first standing */
} account;

static int by_content(const void *a, const void *b) {
  const account *x = a, *y = b;
  if (x->content != y->content) return x->content < y->content ? -1 : 1;
  return (x->met > y->met) - (x->met < y->met);
}

/* name: a hash of each attribute's. */
static uint64_t row_content(const lf_evidence_rows *r, const uint64_t *name, size_t i) {
  const lf_sample *s = r->sample;
  double day = lf_history_day(r->history, r->row[i]);
  uint64_t hash = s->won[i], bits = 0, codes = 0;
  if (!r->history->date_is_row) {
    memcpy(&bits, &day, sizeof bits);
    hash = lf_hash_mix(hash, bits);
  }
  memcpy(&bits, &r->amount[i], sizeof bits);
  hash = lf_hash_mix(hash, bits);
  for (size_t t = 0; t < s->n_sets; t++) /* a sum: columns have no order */
    codes += lf_hash_mix(name[t], s->code[t][i]);
  return lf_hash_mix(hash, codes);
}

/* Numbers accounts in an order that does not hang on the order of the rows, since draws go by number: a
 * history has the same intervals from a file and from a database, which has no order. Accounts that are alike
 * may stand for each other. */
static lf_status number_accounts(lf_evidence_rows *r, const lf_atoms *atoms, lf_error *err) {
  const lf_history *h = r->history;
  uint32_t *met = NULL, n = 0; /* 1 + its place among those met; 0: not met yet */
  uint32_t *number = NULL;     /* of each of those met */
  account *accounts = NULL;
  uint64_t *name = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(atoms->n, sizeof *name, &name, err));
  for (size_t t = 0; t < atoms->n; t++)
    name[t] = lf_hash(atoms->items[t].name, strlen(atoms->items[t].name), 0);
  LF_TRY(lf_alloc(h->n_clusters, sizeof *met, &met, err));
  LF_TRY(lf_alloc(r->n, sizeof *accounts, &accounts, err));
  for (size_t i = 0; i < r->n; i++) {
    uint32_t *of = &met[h->cluster[r->row[i]]];
    if (!*of) accounts[n] = (account){.met = n};
    if (!*of) *of = ++n;
    r->cluster[i] = *of - 1;
    accounts[*of - 1].content += row_content(r, name, i);
  }
  qsort(accounts, n, sizeof *accounts, by_content);
  LF_TRY(lf_alloc(n, sizeof *number, &number, err));
  for (uint32_t k = 0; k < n; k++) number[accounts[k].met] = k;
  for (size_t i = 0; i < r->n; i++) r->cluster[i] = number[r->cluster[i]];
  r->n_clusters = n;
cleanup:
  free(met);
  free(number);
  free(accounts);
  free(name);
  return status;
}

static lf_status gather(lf_evidence_rows *r, const lf_atoms *atoms, const place *places, lf_error *err) {
  const lf_history *h = r->history;
  lf_sample *s = r->sample;
  bool dated = h->date != SIZE_MAX;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(r->n, sizeof *r->row, &r->row, err));
  LF_TRY(lf_alloc(r->n, 1, &r->fold, err));
  LF_TRY(lf_alloc(r->n, 1, &r->hidden, err));
  LF_TRY(lf_alloc(r->n, sizeof *r->y, &r->y, err));
  LF_TRY(lf_alloc(r->n, sizeof *r->amount, &r->amount, err));
  LF_TRY(lf_alloc(r->n, 1, &s->won, err));
  LF_TRY(lf_alloc(r->n, sizeof *s->weight, &s->weight, err));
  if (h->cluster) LF_TRY(lf_alloc(r->n, sizeof *r->cluster, &r->cluster, err));
  if (dated) LF_TRY(lf_alloc(r->n, sizeof *r->quarter, &r->quarter, err));
  for (size_t i = 0; i < r->n; i++) {
    size_t row = places[i].row;
    r->row[i] = (uint32_t)row;
    r->fold[i] = NOT_JUDGED;
    s->won[i] = h->won[row];
    s->weight[i] = lf_history_weight(h, row);
    s->total += s->weight[i];
    s->total_won += s->won[i] ? s->weight[i] : 0;
    r->y[i] = s->won[i];
    double amount = lf_history_amount(h, row);
    r->amount[i] = s->won[i] ? fmax(amount, isnan(amount) ? NAN : 0) : 0;
    if (dated) r->quarter[i] = quarter_of(lf_history_day(h, row));
  }
  LF_TRY(gather_codes(r, atoms, err));
  if (h->cluster) LF_TRY(number_accounts(r, atoms, err));
cleanup:
  return status;
}

lf_status lf_evidence_rows_make(const lf_history *history, const lf_atoms *atoms, size_t max_rows,
                                lf_evidence_rows **rows, lf_error *err) {
  lf_evidence_rows *r = NULL;
  place *places = NULL;
  size_t n_holdout = history->n_rows - history->n_train, sampled = 0;
  bool in_time = history->folds_in_time;
  lf_status status = lf_alloc(1, sizeof *r, &r, err);
  if (status != LF_OK) return status;
  r->history = history;
  LF_TRY(lf_alloc(1, sizeof *r->sample, &r->sample, err));
  LF_TRY(lf_alloc(2 * max_rows + 1 < history->n_rows ? 2 * max_rows + 1 : history->n_rows, sizeof *places,
                  &places, err));
  LF_TRY(sample_rows(history, (lf_population){.to = history->n_train}, max_rows, places, &r->n_train, err));
  size_t n_slices = history->n_folds < SLICES ? history->n_folds : SLICES;
  order_places(history, in_time, n_slices, places, r->n_train);
  LF_TRY(sample_rows(history, (lf_population){.from = history->n_train, .to = history->n_rows}, max_rows,
                     places + r->n_train, &sampled, err));
  r->n = r->n_train + sampled;
  *r->sample = (lf_sample){.n = r->n, .n_sets = atoms->n, .in_time = in_time};
  LF_TRY(gather(r, atoms, places, err));
  if (in_time)
    time_folds(r, places);
  else
    random_folds(r, places, n_slices);
  r->has_holdout = n_holdout > 0;
  for (size_t i = r->n_train; i < r->n; i++) r->fold[i] = (uint8_t)r->n_folds;
  r->n_folds += r->has_holdout;
  LF_TRY(make_train_weights(r, err));
  *rows = r;
  r = NULL;
cleanup:
  free(places);
  lf_evidence_rows_free(r);
  return status;
}

void lf_evidence_rows_free(lf_evidence_rows *r) {
  if (!r) return;
  for (size_t f = 0; r->train && f < r->n_folds; f++) free(r->train[f]);
  free(r->train);
  lf_sample_free(r->sample);
  free(r->row);
  free(r->fold);
  free(r->hidden);
  free(r->y);
  free(r->amount);
  free(r->cluster);
  free(r->quarter);
  free(r);
}

/* ---- bands by counts
 * ------------------------------------------------------------------------------------------------ */

typedef struct level_count {
  double rows;
  uint32_t code;
} level_count;

static int by_falling_rows(const void *a, const void *b) {
  const level_count *x = a, *y = b;
  if (x->rows != y->rows) return x->rows < y->rows ? 1 : -1;
  return x->code < y->code ? -1 : x->code > y->code;
}

/* Runs of ordered atoms; a run is closed where it holds its share of what is left. */
static size_t cut_runs(const double *rows, size_t n, size_t most, double min_rows, int32_t *map) {
  double left = 0, here = 0;
  size_t band = 0;
  for (size_t a = 0; a < n; a++) left += rows[a];
  for (size_t a = 0; a < n; a++) {
    map[a] = (int32_t)band;
    here += rows[a];
    left -= rows[a];
    bool enough =
        here >= min_rows && left >= min_rows && here >= (left + here) / (double)(most - band) * 0.999;
    if (!enough || band + 1 >= most) continue;
    band++;
    here = 0;
  }
  return n && here > 0 ? band + 1 : band + (n > 0);
}

/* Frequent levels by themselves, the rest together. */
static lf_status frequent_levels(const double *rows, size_t n, size_t most, double min_rows, int32_t *map,
                                 size_t *bands, lf_error *err) {
  level_count *counts = NULL;
  lf_status status = lf_alloc(n, sizeof *counts, &counts, err);
  if (status != LF_OK) return status;
  for (size_t a = 0; a < n; a++) counts[a] = (level_count){rows[a], (uint32_t)a};
  qsort(counts, n, sizeof *counts, by_falling_rows);
  size_t band = 0, k = 0;
  double rest = 0;
  for (; k < n && band + 1 < most && counts[k].rows >= min_rows; k++) map[counts[k].code] = (int32_t)band++;
  for (size_t j = k; j < n; j++) rest += counts[j].rows;
  for (; k < n; k++) map[counts[k].code] = rest >= min_rows ? (int32_t)band : -1;
  *bands = band + (rest >= min_rows);
  free(counts);
  return LF_OK;
}

lf_status lf_blind_bands(const lf_evidence_rows *r, const lf_atoms *atoms, size_t set, const double *weight,
                         size_t most, double min_rows, int32_t *map, size_t *n_bands, lf_error *err) {
  const lf_atom_set *atom = &atoms->items[set];
  double *rows = NULL;
  size_t bands = 0;
  lf_status status = lf_alloc(atom->n + 2, sizeof *rows, &rows, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < r->n; i++) rows[r->sample->code[set][i]] += weight[i];
  if (atom->ordered)
    bands = cut_runs(rows, atom->n, most, min_rows, map);
  else
    LF_TRY(frequent_levels(rows, atom->n, most, min_rows, map, &bands, err));
  for (size_t a = atom->n; a < atom->n + 2; a++) map[a] = rows[a] >= min_rows ? (int32_t)bands++ : -1;
  *n_bands = bands;
cleanup:
  free(rows);
  return status;
}
