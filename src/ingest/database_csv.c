/* Values of databases as CSV: what has no value is an empty field, an empty text "" (which the reader takes
 * for missing, too, unless the project says otherwise). */
#include <string.h>

#include "base/file.h"
#include "ingest/database_parts.h"

enum { WRITE_BYTES = 1 << 18 };

static lf_status flush(lf_csv_out *out, size_t above, lf_error *err) {
  if (out->text.length < above) return LF_OK;
  lf_status status = lf_text_status(&out->text, err);
  if (status == LF_OK && out->text.length)
    status = lf_write_all(out->fd, out->text.data, out->text.length, "the temporary copy of the table", err);
  out->text.length = 0;
  return status;
}

static lf_status end_field(lf_csv_out *out, lf_error *err) {
  out->column++;
  lf_text_add(&out->text, out->column < out->n_columns ? "," : "\n");
  if (out->column < out->n_columns) return LF_OK;
  out->column = 0;
  out->rows++;
  return flush(out, WRITE_BYTES, err);
}

lf_status lf_csv_out_field(lf_csv_out *out, const char *text, size_t n, lf_error *err) {
  bool alone = out->n_columns == 1; /* a record of one empty field would be a blank line */
  bool quoted = alone || (text && (!n || memchr(text, '"', n) || memchr(text, ',', n) ||
                                   memchr(text, '\n', n) || memchr(text, '\r', n)));
  if (!quoted) {
    if (text) lf_text_add_n(&out->text, text, n);
    return end_field(out, err);
  }
  lf_text_add(&out->text, "\"");
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '"') lf_text_add(&out->text, "\"");
    lf_text_add_n(&out->text, text + i, 1);
  }
  lf_text_add(&out->text, "\"");
  return end_field(out, err);
}

lf_status lf_csv_out_bytes(lf_csv_out *out, const unsigned char *bytes, size_t n, lf_error *err) {
  lf_text_add(&out->text, "\\x");
  for (size_t i = 0; i < n; i++) lf_text_addf(&out->text, "%02x", bytes[i]);
  return end_field(out, err);
}

lf_status lf_csv_out_double(lf_csv_out *out, double value, lf_error *err) {
  char text[LF_DOUBLE_TEXT];
  lf_format_double(value, text);
  return lf_csv_out_field(out, text, strlen(text), err);
}

lf_status lf_csv_out_end(lf_csv_out *out, lf_error *err) {
  lf_status status = flush(out, 0, err);
  lf_text_free(&out->text);
  return status;
}
