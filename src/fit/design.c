#include "fit/design.h"

#include "base/parallel.h"

enum { PREDICT_ROWS = 512 };

typedef struct predict_task {
  const lf_design *design;
  const double *b;
  lf_chunks chunks;
  double *eta;
} predict_task;

static void add_number(const lf_term *term, double b, size_t from, size_t to, double *eta) {
  double x[PREDICT_ROWS];
  lf_column_numbers(term->column, from, to, x);
  for (size_t i = 0; i < to - from; i++) eta[i] += b * x[i];
}

static void add_codes(const lf_term *term, const double *b, size_t from, size_t to, double *eta) {
  for (size_t row = from; row < to; row++) {
    int32_t c = term->coef[term->codes ? term->codes[row] : lf_column_code(term->column, row)];
    if (c >= 0 && !isnan(b[c])) eta[row - from] += b[c];
  }
}

static void predict_chunk(void *context, size_t i) {
  const predict_task *task = context;
  const lf_design *design = task->design;
  size_t from, to;
  lf_chunk_rows(&task->chunks, i, &from, &to);
  for (size_t at = from; at < to; at += PREDICT_ROWS) {
    size_t end = at + PREDICT_ROWS < to ? at + PREDICT_ROWS : to;
    double *eta = task->eta + at;
    for (size_t row = at; row < end; row++)
      eta[row - at] = task->b[0] + (design->offset ? design->offset[row] : 0.0);
    for (size_t t = 0; t < design->n_terms; t++) {
      const lf_term *term = &design->terms[t];
      if (term->type == LF_TERM_CODES)
        add_codes(term, task->b, at, end, eta);
      else if (!isnan(task->b[term->first]))
        add_number(term, task->b[term->first], at, end, eta);
    }
  }
}

void lf_design_predict(const lf_design *design, const double *b, const lf_run *run, double *eta) {
  predict_task task = {design, b, lf_cut(design->n_rows, 4096, 256), eta};
  lf_parallel_for(run, task.chunks.count, predict_chunk, &task);
}
