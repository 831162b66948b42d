/* Linear predictors of the plain method for any rows of its history. */
#include "base/parallel.h"
#include "fit/plain_internal.h"

enum { BLOCK = 512 };

typedef struct prediction {
  const lf_plain *plain;
  size_t from;
  lf_chunks chunks;
  double *eta;
} prediction;

static double coefficient(const lf_plain *plain, int32_t j) {
  double b = plain->weights->b[j];
  return isnan(b) ? 0.0 : b; /* aliased: its part is carried by the others */
}

static void add_term(const lf_plain *plain, const lf_term *term, size_t from, size_t n, double *eta) {
  double x[BLOCK];
  if (term->n_coef == 0) return;
  if (term->type == LF_TERM_NUMBER) {
    double b = coefficient(plain, term->first);
    lf_column_numbers(term->column, from, from + n, x);
    for (size_t i = 0; i < n; i++) eta[i] += b * x[i];
    return;
  }
  for (size_t i = 0; i < n; i++) {
    int32_t j = term->coef[lf_column_code(term->column, from + i)];
    if (j >= 0)
      eta[i] += coefficient(plain, j);
    else if (j == -2)
      eta[i] = NAN;
  }
}

static void predict_chunk(void *context, size_t c) {
  const prediction *p = context;
  size_t from, to;
  lf_chunk_rows(&p->chunks, c, &from, &to);
  for (size_t at = from; at < to; at += BLOCK) {
    size_t n = at + BLOCK < to ? BLOCK : to - at;
    for (size_t i = 0; i < n; i++) p->eta[at + i] = p->plain->weights->b[0];
    for (size_t t = 0; t < p->plain->design.n_terms; t++)
      add_term(p->plain, &p->plain->terms[t], p->from + at, n, p->eta + at);
  }
}

lf_status lf_plain_predict(const lf_plain *plain, const lf_history *history, size_t from, size_t to,
                           const lf_run *run, double *eta, lf_error *err) {
  if (from > to || to > history->n_rows)
    return lf_fail(err, LF_E_USAGE, "rows %zu to %zu are not within the %zu of the history", from, to,
                   history->n_rows);
  const lf_column *columns = history->table->columns;
  for (size_t t = 0; t < plain->design.n_terms; t++) {
    const lf_column *column = plain->terms[t].column;
    if (column < columns || column >= columns + history->table->n_columns)
      return lf_fail(err, LF_E_USAGE, "a plain fit predicts rows of its own history");
  }
  prediction p = {plain, from, lf_cut(to - from, 4096, 256), eta};
  lf_parallel_for(run, p.chunks.count, predict_chunk, &p);
  return LF_OK;
}
