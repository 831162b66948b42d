#include "ingest/missing.h"

#include "base/text.h"

static const char *const known[] = {"", "NA", "N/A", "#N/A", "NULL", "NaN", "NaT", "Select", "-", "None"};

static void add(lf_missing *missing, const char *text) {
  size_t n = strlen(text);
  lf_trim(&text, &n);
  if (!n && missing->n) return; /* the empty one is there */
  missing->spelling[missing->n] = text;
  missing->length[missing->n++] = n;
  if (n > missing->longest) missing->longest = n;
}

lf_status lf_missing_init(lf_missing *missing, const lf_read_options *options, lf_error *err) {
  *missing = (lf_missing){.value_only = SIZE_MAX};
  add(missing, "");
  if (!options->missing) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) add(missing, known[i]);
    missing->value_only = missing->n - 1;
    return LF_OK;
  }
  if (options->n_missing >= LF_MISSING_MAX)
    return lf_fail(err, LF_E_USAGE, "%zu spellings of missing: at most %d can be told apart",
                   options->n_missing, LF_MISSING_MAX - 1);
  for (size_t i = 0; i < options->n_missing; i++) add(missing, options->missing[i]);
  return LF_OK;
}

int lf_missing_find(const lf_missing *missing, const char *text, size_t n, bool values) {
  if (n > missing->longest) return LF_MISSING_NONE;
  for (size_t i = 0; i < missing->n; i++)
    if (missing->length[i] == n && (values || i != missing->value_only) &&
        lf_same_span(text, n, missing->spelling[i], n))
      return (int)i;
  return LF_MISSING_NONE;
}
