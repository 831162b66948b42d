#define PCRE2_CODE_UNIT_WIDTH 8
#include "band/match.h"

#include <pcre2.h>
#include <stdlib.h>

#include "base/memory.h"

enum {
  MATCH_LIMIT = 100000
}; /* backtracking steps for one text: a hostile pattern must not hang the program */

static lf_status compile(const lf_pattern *pattern, pcre2_code **code, lf_error *err) {
  int error = 0;
  PCRE2_SIZE at = 0;
  *code = pcre2_compile((PCRE2_SPTR)pattern->pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &error,
                        &at, NULL);
  if (*code) return LF_OK;
  if (error == PCRE2_ERROR_HEAP_FAILED)
    return lf_fail(err, LF_E_MEMORY, "not enough memory for pattern '%s'", pattern->pattern);
  PCRE2_UCHAR why[120] = "";
  pcre2_get_error_message(error, why, sizeof why);
  return lf_fail(err, LF_E_USAGE, "pattern '%s' of '%s' is not valid at character %zu: %s", pattern->pattern,
                 pattern->label, at + 1, (const char *)why);
}

static lf_status match_levels(const lf_pattern *pattern, pcre2_code *code, uint16_t index,
                              const lf_column *column, uint8_t *taken, uint16_t *map, lf_error *err) {
  pcre2_match_data *data = pcre2_match_data_create_from_pattern(code, NULL);
  pcre2_match_context *context = pcre2_match_context_create(NULL);
  lf_status status = data && context
                         ? LF_OK
                         : lf_fail(err, LF_E_MEMORY, "not enough memory for pattern '%s'", pattern->pattern);
  if (context) pcre2_set_match_limit(context, MATCH_LIMIT);
  for (uint32_t c = 1; status == LF_OK && c <= column->n_levels; c++) {
    if (taken[c]) continue;
    const char *text = column->levels[c - 1];
    int found = pcre2_match(code, (PCRE2_SPTR)text, strlen(text), 0, 0, data, context);
    if (found >= 0) {
      taken[c] = 1;
      map[c] = index;
    } else if (found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_DEPTHLIMIT)
      status = lf_fail(err, LF_E_USAGE, "pattern '%s' gives up on '%.60s': write it with less backtracking",
                       pattern->pattern, text);
  }
  pcre2_match_context_free(context);
  pcre2_match_data_free(data);
  return status;
}

lf_status lf_match_levels(const lf_pattern *patterns, size_t n, const lf_column *column, uint16_t *map,
                          lf_error *err) {
  uint8_t *taken = NULL;
  lf_status status = lf_alloc((size_t)column->n_levels + 1, 1, &taken, err);
  for (size_t p = 0; status == LF_OK && p < n; p++) {
    pcre2_code *code = NULL;
    status = compile(&patterns[p], &code, err);
    if (status == LF_OK) status = match_levels(&patterns[p], code, (uint16_t)p, column, taken, map, err);
    pcre2_code_free(code);
  }
  free(taken);
  return status;
}
