#include <stdlib.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "fit/line.h"

lf_status lf_line_fit(const lf_line_rows *rows, const lf_run *run, lf_line *line, lf_error *err) {
  double least = INFINITY, most = -INFINITY, total = 0, won = 0;
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1;
    if (!(w > 0)) continue;
    least = fmin(least, rows->x[i]);
    most = fmax(most, rows->x[i]);
    total += w;
    won += rows->won[i] ? w : 0;
  }
  *line = (lf_line){.intercept = lf_logit(won / total)};
  if (!(most - least > 1e-9) || won <= 0 || won >= total) return LF_OK;
  lf_weights *weights = NULL;
  lf_column column = {
      .kind = LF_KIND_NUMBER, .store = LF_STORE_DOUBLES, .width = 8, .cells = (void *)(uintptr_t)rows->x};
  lf_term term = {.name = "x", .type = LF_TERM_NUMBER, .column = &column, .first = 1, .n_coef = 1};
  lf_design design = {
      .n_rows = rows->n, .n_terms = 1, .terms = &term, .n_coef = 2, .won = rows->won, .weight = rows->weight};
  lf_solve_options options = {.tolerance = 1e-9, .no_information = true};
  lf_status status = lf_solve(&design, &options, run, &weights, err);
  if (status == LF_OK && isfinite(weights->b[1])) *line = (lf_line){weights->b[0], weights->b[1]};
  lf_weights_free(weights);
  return status;
}

double lf_line_loss(const lf_line_rows *rows, const lf_line *line) {
  double sum = 0, total = 0;
  for (size_t i = 0; i < rows->n; i++) {
    double w = rows->weight ? rows->weight[i] : 1;
    if (!(w > 0)) continue;
    sum += w * lf_log_loss(line->intercept + line->slope * rows->x[i], rows->won[i]);
    total += w;
  }
  return total > 0 ? sum / total : NAN;
}
