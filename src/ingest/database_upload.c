/* The file of an upload, record by record, and the table it becomes. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ingest/database_parts.h"
#include "ingest/scan.h"
#include "ingest/source.h"

struct lf_upload_rows {
  lf_input_source source;
  lf_scan scan;
  lf_fields fields;
  size_t from, row;
};

void lf_upload_close(lf_upload_rows *rows) {
  if (!rows) return;
  lf_scan_free(&rows->scan);
  lf_source_close(&rows->source);
  free(rows);
}

static void aim(lf_upload_rows *r) {
  const size_t step = (size_t)1 << 24, most = (size_t)LF_SIDE_BIT - 1;
  size_t rest = r->source.input.n - r->from;
  lf_scan_aim(&r->scan, r->source.input.data + r->from, 0, rest < step ? rest : step,
              rest < most ? rest : most);
}

lf_status lf_upload_open(const lf_upload *upload, const lf_run *run, lf_upload_rows **rows, lf_error *err) {
  lf_status status = LF_OK;
  lf_upload_rows *r = NULL;
  LF_TRY(lf_alloc(1, sizeof *r, &r, err));
  LF_TRY(lf_source_open(upload->csv, NULL, run, &r->source, err));
  LF_TRY(lf_scan_init(&r->scan, r->source.dialect.delimiter, r->source.dialect.n_fields, err));
  r->from = r->source.input.body;
  r->row = SIZE_MAX; /* before the first */
  aim(r);
  *rows = r;
  r = NULL;
cleanup:
  lf_upload_close(r);
  return status;
}

size_t lf_upload_columns(const lf_upload_rows *rows) {
  return rows->source.dialect.n_fields;
}

const char *lf_upload_name(const lf_upload_rows *rows, size_t column) {
  return rows->source.dialect.names[column];
}

bool lf_upload_next(lf_upload_rows *r) {
  r->row++;
  while (r->row >= r->scan.rows) {
    r->row = 0;
    if (lf_scan_batch(&r->scan)) break;
    if (r->scan.bad || !r->scan.at || r->from + r->scan.at >= r->source.input.n) return false;
    r->from += r->scan.at;
    aim(r);
  }
  r->fields = lf_scan_fields(&r->scan);
  return true;
}

lf_status lf_upload_ended(const lf_upload_rows *r, lf_error *err) {
  const lf_input *input = &r->source.input;
  if (!r->scan.bad) return lf_source_unchanged(&r->source, LF_OK, err);
  return lf_record_fail(r->scan.bad, input->name, input->data, r->from + r->scan.bad_at, err);
}

const char *lf_upload_field(const lf_upload_rows *rows, size_t column, size_t *n) {
  const char *text = lf_scan_field(&rows->fields, rows->row, column, n);
  return *n ? text : NULL;
}

const char *const lf_upload_types[LF_UPLOAD_KINDS] = {"text", "integer", "double precision"};

lf_upload_kind lf_upload_kind_of(const char *column) {
  if (strcmp(column, "leadfit_score") == 0) return LF_UPLOAD_WHOLE;
  if (strcmp(column, "leadfit_probability") == 0 || strcmp(column, "leadfit_expected") == 0)
    return LF_UPLOAD_NUMBER;
  return LF_UPLOAD_TEXT;
}

lf_status lf_upload_columns_text(const lf_upload_rows *rows, const lf_upload_style *style, lf_text *out,
                                 lf_error *err) {
  lf_text_add(out, "(");
  for (size_t c = 0; c < lf_upload_columns(rows); c++) {
    const char *name = lf_upload_name(rows, c);
    if (c) lf_text_add(out, ", ");
    lf_quote_name(name, style->quote, out);
    lf_text_addf(out, " %s", style->types[lf_upload_kind_of(name)]);
  }
  lf_text_add(out, ")");
  return lf_text_status(out, err);
}

lf_status lf_upload_create(const lf_upload_rows *rows, const char *table, lf_text *out, lf_error *err) {
  const lf_upload_style style = {.quote = '"', .types = lf_upload_types};
  lf_text_addf(out, "CREATE TABLE %s ", table);
  return lf_upload_columns_text(rows, &style, out, err);
}
