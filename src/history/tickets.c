/* Which rows a sample of the history takes.
 *
 * Every row has a ticket, a hash of what tells it from all others: its id, else its content. A sample of at
 * most m of the rows takes those whose ticket is below a limit, the largest that m allows. So it does not
 * hang on the order in which the rows stand, nor on where they come from (a file, or a database, which has no
 * order); a smaller sample is part of a larger one; and tickets are independent of the sides and folds, which
 * are dealt by other digits. Sampling by a hash of what a unit is: permanent random numbers (Ohlsson 1995).
 *
 * Where the order of the rows is the time, or rows repeat and nothing tells them apart, there are no tickets:
 * a sample takes rows at equal strides. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "history/draft.h"

enum { TICKETS = 1 << 16, SALT = 0x7469636b };

typedef struct drawing {
  const lf_who *who;
  uint16_t *ticket;
  lf_chunks chunks;
} drawing;

static void draw_chunk(void *context, size_t chunk) {
  const drawing *d = context;
  uint64_t key[LF_WHO_ROWS];
  size_t from = 0, to = 0;
  lf_chunk_rows(&d->chunks, chunk, &from, &to);
  for (; from < to; from += LF_WHO_ROWS) {
    size_t end = from + LF_WHO_ROWS < to ? from + LF_WHO_ROWS : to;
    lf_who_read(d->who, from, end, key);
    for (size_t i = from; i < end; i++) d->ticket[i] = (uint16_t)(lf_hash_mix(key[i - from], SALT) >> 48);
  }
}

/* Whether nearly every row has an id of its own. */
static bool ids_tell_rows_apart(const lf_history *h) {
  if (h->id == SIZE_MAX) return false;
  const lf_column *id = &h->table->columns[h->id];
  return id->missing == 0 && (double)id->distinct > 0.9 * (double)h->table->n_rows;
}

lf_status lf_draw_tickets(lf_draft *draft, lf_error *err) {
  lf_history *h = draft->history;
  bool by_id = ids_tell_rows_apart(h);
  lf_who who = {0};
  lf_status status = LF_OK;
  if (h->date_is_row || (!by_id && draft->rows_repeat)) return LF_OK;
  LF_TRY(lf_who_make_row(draft, by_id, &who, err));
  LF_TRY(lf_alloc(h->n_rows, sizeof *h->ticket, &h->ticket, err));
  drawing d = {&who, h->ticket, lf_cut(h->n_rows, 1 << 14, 64)};
  lf_parallel_for(draft->run, d.chunks.count, draw_chunk, &d);
cleanup:
  lf_who_clear(&who);
  return status;
}

/* ---- samples ------------------------------------------------------------------------------------------ */

static bool is_of(const lf_history *h, const lf_population *p, size_t row) {
  return p->outcomes == LF_ANY_OUTCOME || (h->won[row] == LF_ROW_WON) == (p->outcomes == LF_ONLY_WON);
}

/* The largest limit that no more than `wanted` tickets are below; TICKETS: every row is taken. */
static lf_status find_limit(const lf_history *h, const lf_population *p, size_t wanted, size_t *limit,
                            lf_error *err) {
  size_t taken = 0, *count = NULL;
  lf_status status = lf_alloc(TICKETS, sizeof *count, &count, err);
  if (status != LF_OK) return status;
  for (size_t i = p->from; i < p->to; i++) count[h->ticket[i]] += is_of(h, p, i);
  for (*limit = 0; *limit < TICKETS && taken + count[*limit] <= wanted; ++*limit) taken += count[*limit];
  free(count);
  return LF_OK;
}

/* The k-th row of the population is taken where a new stride begins with it. */
static size_t by_strides(const lf_history *h, const lf_population *p, size_t wanted, uint32_t *rows) {
  size_t total = 0, seen = 0, n = 0;
  for (size_t i = p->from; i < p->to; i++) total += is_of(h, p, i);
  if (wanted > total) wanted = total;
  for (size_t i = p->from; i < p->to && n < wanted; i++)
    if (is_of(h, p, i) && seen++ == (size_t)((double)n * (double)total / (double)wanted))
      rows[n++] = (uint32_t)i;
  return n;
}

lf_status lf_history_sample(const lf_history *h, lf_population population, size_t wanted, uint32_t *rows,
                            size_t *n, lf_error *err) {
  size_t limit = 0;
  if (!h->ticket || wanted >= population.to - population.from) {
    *n = by_strides(h, &population, wanted, rows);
    return LF_OK;
  }
  lf_status status = find_limit(h, &population, wanted, &limit, err);
  if (status != LF_OK) return status;
  *n = 0;
  for (size_t i = population.from; i < population.to; i++)
    if (h->ticket[i] < limit && is_of(h, &population, i)) rows[(*n)++] = (uint32_t)i;
  return LF_OK;
}
