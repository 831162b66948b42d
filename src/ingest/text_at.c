/* The text of one cell, read again from its input. */
#include <stdio.h>

#include "ingest/join.h"
#include "ingest/scan.h"
#include "ingest/source.h"

/* *left: rows to go past; found once it is UINT64_MAX. */
static lf_status look_in(const lf_input *input, size_t field, uint64_t *left, char out[LF_TEXT_AT],
                         lf_error *err) {
  const size_t step = (size_t)1 << 24, most = (size_t)LF_SIDE_BIT - 1;
  lf_scan scan = {0};
  lf_status status = lf_scan_init(&scan, input->delimiter, input->n_fields, err);
  for (size_t from = input->body; status == LF_OK && from < input->n && *left != UINT64_MAX;
       from += scan.at ? scan.at : step) {
    size_t rest = input->n - from;
    lf_scan_aim(&scan, input->data + from, 0, rest < step ? rest : step, rest < most ? rest : most);
    while (*left != UINT64_MAX && lf_scan_batch(&scan)) {
      if (*left >= scan.rows) {
        *left -= scan.rows;
        continue;
      }
      const lf_fields fields = lf_scan_fields(&scan);
      size_t n = 0;
      const char *text = lf_scan_field(&fields, (size_t)*left, field, &n);
      snprintf(out, LF_TEXT_AT, "%.*s", n > 50 ? 50 : (int)n, text);
      *left = UINT64_MAX;
    }
  }
  if (status == LF_OK && scan.bad == LF_RECORD_NO_MEMORY)
    status = lf_record_fail(scan.bad, input->name, input->data, input->body, err);
  lf_scan_free(&scan);
  return status;
}

lf_status lf_text_at(const lf_read_options *options, const char *column, size_t row, const lf_run *run,
                     char out[LF_TEXT_AT], lf_error *err) {
  uint64_t left = row;
  snprintf(out, LF_TEXT_AT, "row %zu", row + 1);
  for (size_t i = 0; i < options->n_paths && left != UINT64_MAX; i++) {
    lf_input_source source = {0};
    size_t field = 0;
    lf_status status = lf_source_open(options->paths[i], NULL, run, &source, err);
    if (status != LF_OK) return status;
    while (field < source.dialect.n_fields && !lf_same_text(source.dialect.names[field], column)) field++;
    if (field < source.dialect.n_fields) status = look_in(&source.input, field, &left, out, err);
    status = lf_source_unchanged(&source, status, err);
    lf_source_close(&source);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}
