/* What the other attributes weigh with a leak and without it. A leak takes over what they share with the
 * outcome: their weights shrink beside it, and a scorecard that held both would undervalue all that can be
 * known beforehand. Bands stay, so that weights of one band are compared. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/leaks_parts.h"

enum { NO_CLASS_BANDS = 2 }; /* missing and other */

lf_status lf_leak_values(const lf_leak_sets *sets, const lf_banded *banded, const double *b, lf_leak_fit *fit,
                         lf_error *err) {
  lf_status status = lf_alloc(sets->atoms->n, sizeof *fit->value, &fit->value, err);
  fit->n_sets = status == LF_OK ? sets->atoms->n : 0;
  for (size_t k = 0; status == LF_OK && k < banded->n_terms; k++) {
    size_t t = banded->set[k];
    const lf_grouping *grouping = &sets->groupings[t];
    status = lf_alloc(grouping->n_bands + NO_CLASS_BANDS, sizeof **fit->value, &fit->value[t], err);
    for (size_t c = 0; status == LF_OK && c < sets->atoms->items[t].n + NO_CLASS_BANDS; c++) {
      int32_t coef = banded->terms[k].coef[c];
      if (coef >= 0) fit->value[t][grouping->band[c]] = b[coef];
    }
  }
  return status;
}

void lf_leak_fit_clear(lf_leak_fit *fit) {
  for (size_t t = 0; t < fit->n_sets; t++) free(fit->value[t]);
  free(fit->value);
  *fit = (lf_leak_fit){0};
}

/* Two standard deviations of a band's value over the training rows. */
static double spread(const double *rows, const double *value, size_t n) {
  double total = 0, sum = 0, squares = 0;
  for (size_t k = 0; k < n; k++) {
    total += rows[k];
    sum += rows[k] * value[k];
    squares += rows[k] * value[k] * value[k];
  }
  return total > 0 ? 2 * sqrt(fmax(0, squares / total - sum / total * (sum / total))) : 0;
}

static lf_status fill_weight(const lf_leak_sets *sets, size_t t, const double *without, const double *with,
                             lf_leak_weight *out, lf_error *err) {
  const lf_grouping *grouping = &sets->groupings[t];
  size_t n = grouping->n_bands + NO_CLASS_BANDS;
  lf_attribute attribute = {0};
  double *rows = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *rows, &rows, err));
  LF_TRY(lf_grouping_attribute(sets->history, &sets->atoms->items[t], grouping, &attribute, err));
  LF_TRY(lf_alloc(n, sizeof *out->bands, &out->bands, err));
  for (size_t i = 0; i < sets->sample->n; i++)
    rows[grouping->band[sets->sample->code[t][i]]] += sets->sample->weight[i];
  out->attribute = sets->atoms->items[t].name;
  out->without = spread(rows, without, n);
  out->with = spread(rows, with, n);
  for (size_t k = 0; k < n && k < attribute.n_bands; k++) {
    const char *label = attribute.bands[k].label;
    if (!(rows[k] > 0)) continue;
    lf_leak_band *band = &out->bands[out->n_bands++];
    band->without = without[k];
    band->with = with[k];
    LF_TRY(lf_copy_text(label, strlen(label), &band->label, err));
  }
cleanup:
  free(rows);
  lf_attribute_clear(&attribute);
  return status;
}

lf_status lf_leak_weights(const lf_leak_sets *sets, size_t itself, const lf_leak_fit *without,
                          const lf_leak_fit *with, lf_leak *leak, lf_error *err) {
  lf_status status = lf_alloc(sets->atoms->n, sizeof *leak->weights, &leak->weights, err);
  for (size_t t = 0; status == LF_OK && t < sets->atoms->n; t++) {
    if (t == itself || !without->value[t] || !with->value[t]) continue;
    status = fill_weight(sets, t, without->value[t], with->value[t], &leak->weights[leak->n_weights++], err);
  }
  return status;
}

void lf_leak_weights_clear(lf_leak *leak) {
  for (size_t k = 0; k < leak->n_weights; k++) {
    for (size_t b = 0; b < leak->weights[k].n_bands; b++) free(leak->weights[k].bands[b].label);
    free(leak->weights[k].bands);
  }
  free(leak->weights);
}
