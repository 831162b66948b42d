/* Attributes: release and copy. */
#include <stdlib.h>
#include <string.h>

#include "band/band.h"
#include "base/memory.h"

static void clear_band(lf_band *band) {
  free(band->label);
  for (size_t v = 0; v < band->n_values && band->values; v++) free(band->values[v]);
  free(band->values);
  free(band->pattern);
  *band = (lf_band){.type = LF_BAND_INTERVAL};
}

void lf_attribute_clear(lf_attribute *attribute) {
  if (!attribute) return;
  for (size_t b = 0; b < attribute->n_bands && attribute->bands; b++) clear_band(&attribute->bands[b]);
  free(attribute->bands);
  free(attribute->name);
  *attribute = (lf_attribute){.kind = LF_KIND_INFER};
}

void lf_attributes_free(lf_attributes *attributes) {
  if (!attributes) return;
  for (size_t a = 0; a < attributes->n && attributes->items; a++) lf_attribute_clear(&attributes->items[a]);
  free(attributes->items);
  free(attributes);
}

static lf_status copy_text(const char *text, char **copy, lf_error *err) {
  return text ? lf_copy_text(text, strlen(text), copy, err) : LF_OK;
}

/* What was copied before a failure hangs on `to`, where clear_band finds it. */
static lf_status copy_band(const lf_band *from, lf_band *to, lf_error *err) {
  lf_status status = LF_OK;
  to->type = from->type;
  to->from = from->from;
  to->to = from->to;
  LF_TRY(copy_text(from->label, &to->label, err));
  LF_TRY(copy_text(from->pattern, &to->pattern, err));
  if (!from->n_values) goto cleanup;
  LF_TRY(lf_alloc(from->n_values, sizeof *to->values, &to->values, err));
  to->n_values = from->n_values;
  for (size_t v = 0; v < from->n_values; v++) LF_TRY(copy_text(from->values[v], &to->values[v], err));
cleanup:
  return status;
}

lf_status lf_attribute_copy(const lf_attribute *from, lf_attribute *to, lf_error *err) {
  lf_status status = LF_OK;
  lf_attribute made = {.kind = from->kind, .owner = from->owner};
  LF_TRY(copy_text(from->name, &made.name, err));
  LF_TRY(lf_alloc(from->n_bands, sizeof *made.bands, &made.bands, err));
  made.n_bands = from->n_bands;
  for (size_t b = 0; b < from->n_bands; b++) LF_TRY(copy_band(&from->bands[b], &made.bands[b], err));
  *to = made;
  made = (lf_attribute){.kind = LF_KIND_INFER};
cleanup:
  lf_attribute_clear(&made);
  return status;
}
