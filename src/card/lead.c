/* One lead at a time: a table of one row, through the same codes and the same sums as ten million. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "card/card.h"

/* A column of one cell: its text as the only level, or missing. */
static void fill_column(lf_column *column, const char *name, const char *const *value, uint8_t *cell,
                        char **level) {
  *level = (char *)(uintptr_t)*value;
  *cell = *value != NULL;
  *column = (lf_column){.name = (char *)(uintptr_t)name,
                        .kind = LF_KIND_CATEGORY,
                        .store = LF_STORE_CODES,
                        .width = 1,
                        .cells = cell,
                        .n_levels = *value ? 1 : 0,
                        .levels = level};
}

static lf_status score_table(const lf_scorecard *card, const lf_table *table, lf_lead_score *out,
                             lf_error *err) {
  lf_codes *codes = NULL;
  char *absent = NULL;
  int32_t score = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_codes_make(card->attributes, table, NULL, &codes, &absent, err));
  LF_TRY(lf_scorecard_score(card, codes, NULL, &score, err));
  *out = (lf_lead_score){.score = score,
                         .qualified = card->has_threshold && score >= card->threshold,
                         .grade = lf_scorecard_grade(card, score),
                         .probability = lf_scorecard_probability(card, score)};
  out->expected_revenue = out->probability * card->mean_amount;
cleanup:
  free(absent);
  lf_codes_free(codes);
  return status;
}

lf_status lf_scorecard_lead(const lf_scorecard *card, const char *const *names, const char *const *values,
                            size_t n, lf_lead_score *out, lf_error *err) {
  lf_table table = {.n_rows = 1, .n_columns = n};
  uint8_t *cells = NULL;
  char **levels = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *table.columns, &table.columns, err));
  LF_TRY(lf_alloc(n, 1, &cells, err));
  LF_TRY(lf_alloc(n, sizeof *levels, &levels, err));
  for (size_t i = 0; i < n; i++) fill_column(&table.columns[i], names[i], &values[i], &cells[i], &levels[i]);
  LF_TRY(score_table(card, &table, out, err));
cleanup:
  free(table.columns);
  free(cells);
  free(levels);
  return status;
}
