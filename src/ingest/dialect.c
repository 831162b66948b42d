#include "ingest/dialect.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ingest/quoted.h"
#include "ingest/value.h"

enum { SNIFF_RECORDS = 200, SNIFF_BYTES = 1 << 18 };

/* The first records as one delimiter cuts them. */
typedef struct trial {
  char delimiter;
  size_t records;
  size_t fields[SNIFF_RECORDS]; /* of each record, the header first */
  bool last_empty[SNIFF_RECORDS];
  size_t usual; /* the most frequent number of fields behind the header */
  double agree; /* share of records that have it, the header counted */
  bool broken;  /* the header has a quote that is not closed */
} trial;

void lf_dialect_free(lf_dialect *dialect) {
  for (size_t i = 0; dialect->names && i < dialect->n_fields; i++) free(dialect->names[i]);
  free(dialect->names);
  json_decref(dialect->places);
  *dialect = (lf_dialect){0};
}

/* Reads one record; a line quoted whole is read again from its text. */
static lf_record_end read_record(lf_quoted *q, lf_quoted *inner, const char *data, size_t n,
                                 const lf_quoted **record) {
  q->text.length = 0;
  lf_record_end end = lf_quoted_read(q, data, n);
  *record = q;
  if (end != LF_RECORD_OK) return end;
  lf_record_end unwrapped = lf_quoted_unwrap(inner, q);
  if (unwrapped == LF_RECORD_OK && inner->n_fields > 1) *record = inner;
  return unwrapped == LF_RECORD_NO_MEMORY ? unwrapped : end;
}

static void judge(trial *t) {
  size_t best = 0;
  for (size_t i = t->records > 1 ? 1 : 0; i < t->records; i++) {
    size_t same = 0;
    for (size_t j = 0; j < t->records; j++) same += t->fields[j] == t->fields[i];
    if (same > best) {
      best = same;
      t->usual = t->fields[i];
    }
  }
  if (!t->records || t->usual < 2) return;
  t->agree = (double)best / (double)t->records;
  if (t->fields[0] == t->usual) return;
  t->agree *= t->fields[0] > 1 && t->fields[0] + 1 == t->usual ? 0.95 : 0.5;
}

static lf_status try_delimiter(const char *data, size_t n, char delimiter, trial *t, lf_error *err) {
  lf_status status = LF_OK;
  lf_quoted q = {0}, inner = {0};
  const lf_quoted *record = NULL;
  size_t look = n < SNIFF_BYTES ? n : SNIFF_BYTES, at = 0;
  *t = (trial){.delimiter = delimiter};
  LF_TRY(lf_quoted_init(&q, delimiter, err));
  LF_TRY(lf_quoted_init(&inner, delimiter, err));
  while (at < look && t->records < SNIFF_RECORDS) {
    lf_record_end end = read_record(&q, &inner, data + at, look - at, &record);
    if (end == LF_RECORD_NO_MEMORY)
      LF_TRY(lf_fail(err, LF_E_MEMORY, "not enough memory for the first records"));
    t->broken = end == LF_RECORD_UNCLOSED && !t->records && look == n;
    if (end != LF_RECORD_OK) break;
    at += q.end;
    if (at == look && look < n && t->records) break; /* cut in two by the limit */
    t->fields[t->records] = record->n_fields;
    t->last_empty[t->records++] = record->fields[record->n_fields - 1].length == 0;
  }
  judge(t);
cleanup:
  lf_quoted_free(&q);
  lf_quoted_free(&inner);
  return status;
}

static lf_status choose_delimiter(const char *data, size_t n, trial *best, lf_error *err) {
  static const char known[] = ",;\t|";
  lf_status status = LF_OK;
  trial *t = NULL;
  LF_TRY(lf_alloc(1, sizeof *t, &t, err));
  for (size_t i = 0; i < sizeof known - 1; i++) {
    LF_TRY(try_delimiter(data, n, known[i], t, err));
    bool better = !(best->broken && t->usual < 2) &&
                  (t->agree > best->agree || (t->agree >= best->agree && t->usual > best->usual));
    if (i == 0 || better || (t->broken && best->usual < 2)) *best = *t;
  }
cleanup:
  free(t);
  return status;
}

/* "sep=;" on the first line, as Excel writes it: the delimiter, and the bytes of the line; 0 where there is
 * none. */
static size_t separator_line(const char *data, size_t n, char *delimiter) {
  size_t i = n && data[0] == '"';
  if (n < i + 6 || !lf_same_span(data + i, 4, "sep=", 4)) return 0;
  char found = data[i + 4];
  i += 5;
  if (data[0] == '"' && i < n && data[i] == '"') i++;
  if (i >= n || (data[i] != '\r' && data[i] != '\n')) return 0;
  if (data[i] == '\r' && i + 1 < n && data[i + 1] == '\n') i++;
  *delimiter = found;
  return i + 1;
}

/* ---- names ---- */

size_t lf_dialect_find(const lf_dialect *dialect, const char *name) {
  const json_t *place = json_object_get(dialect->places, name);
  return place ? (size_t)json_integer_value(place) : SIZE_MAX;
}

/* Makes a name that an earlier column has another one: "Amount (2)". again: the next number to try for each
 * such name, so that a thousand columns of one name do not try a thousand numbers each. */
static lf_status make_unique(const lf_dialect *d, json_t *again, lf_text *name, lf_error *err) {
  size_t length = name->length;
  if (name->failed || lf_dialect_find(d, name->data) == SIZE_MAX) return lf_text_status(name, err);
  char *first = NULL;
  lf_status status = lf_copy_text(name->data, length, &first, err);
  if (status != LF_OK) return status;
  json_int_t k = json_integer_value(json_object_get(again, first));
  if (k < 2) k = 2;
  do {
    name->length = length;
    lf_text_addf(name, " (%lld)", (long long)k++);
  } while (!name->failed && lf_dialect_find(d, name->data) != SIZE_MAX);
  status = lf_text_status(name, err);
  if (status == LF_OK && json_object_set_new_nocheck(again, first, json_integer(k)) != 0)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the names of columns");
  free(first);
  return status;
}

static lf_status make_name(lf_dialect *d, json_t *again, size_t i, const char *text, size_t n,
                           lf_error *err) {
  lf_text name = {0};
  lf_trim(&text, &n);
  if (i == 0 && d->row_names)
    lf_text_add(&name, "row name");
  else if (!n)
    lf_text_addf(&name, "column %zu", i + 1);
  else
    lf_text_add_n(&name, text, n);
  for (size_t k = 0; k < name.length; k++)
    if ((unsigned char)name.data[k] < ' ') name.data[k] = ' '; /* a line break inside a name */
  lf_status status = make_unique(d, again, &name, err);
  if (status == LF_OK && json_object_set_new_nocheck(d->places, name.data, json_integer((json_int_t)i)) != 0)
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the names of columns");
  if (status == LF_OK)
    d->names[i] = name.data;
  else
    lf_text_free(&name);
  return status;
}

static lf_status make_names(lf_dialect *d, const lf_quoted *header, lf_error *err) {
  json_t *again = json_object();
  d->places = json_object();
  d->no_names = true;
  lf_status status = lf_alloc(d->n_fields, sizeof *d->names, &d->names, err);
  if (status == LF_OK && (!again || !d->places))
    status = lf_fail(err, LF_E_MEMORY, "not enough memory for the names of columns");
  for (size_t i = 0; i < d->n_fields && status == LF_OK; i++) {
    size_t from = i - d->row_names;
    bool named = (i || !d->row_names) && from < header->n_fields;
    const char *text = named ? header->text.data + header->fields[from].start : "";
    size_t n = named ? header->fields[from].length : 0;
    double value;
    lf_number_look look;
    if (named && !(n && lf_read_number(text, n, LF_MARK_POINT, &value, &look))) d->no_names = false;
    status = make_name(d, again, i, text, n, err);
  }
  json_decref(again);
  return status;
}

/* Fields of a record, from the header and what most records have. */
static void settle_fields(lf_dialect *d, const trial *t, const lf_quoted *header) {
  size_t named = header->n_fields;
  d->n_fields = named;
  if (t->records < 2 || t->usual == named) return;
  if (t->usual == named + 1) {
    bool trailing = true; /* every record ends with a delimiter */
    for (size_t i = 1; i < t->records; i++)
      if (t->fields[i] == t->usual && !t->last_empty[i]) trailing = false;
    d->n_fields = named + 1;
    d->row_names = !trailing;
  } else if (t->usual + 1 == named && header->fields[named - 1].length == 0) {
    d->n_fields = named - 1; /* only the header ends with one */
  }
}

static bool blank(const char *data, size_t n) {
  size_t i = 0;
  while (i < n && (data[i] == ' ' || (data[i] >= '\t' && data[i] <= '\r'))) i++;
  return i == n;
}

static bool all_empty(const lf_quoted *header) {
  for (size_t i = 0; i < header->n_fields; i++)
    if (header->fields[i].length) return false;
  return true;
}

static lf_status read_header(const char *name, const char *data, size_t n, const trial *t, lf_dialect *d,
                             lf_error *err) {
  lf_status status = LF_OK;
  lf_quoted q = {0}, inner = {0};
  const lf_quoted *header = NULL;
  d->delimiter = t->delimiter;
  LF_TRY(lf_quoted_init(&q, t->delimiter, err));
  LF_TRY(lf_quoted_init(&inner, t->delimiter, err));
  lf_record_end end = read_record(&q, &inner, data + d->header, n - d->header, &header);
  if (end == LF_RECORD_NONE || blank(data + d->header, n - d->header))
    LF_TRY(lf_fail_at(err, LF_E_DATA, name, 0, 0, "is empty: give a table with a header line and rows"));
  if (end != LF_RECORD_OK) LF_TRY(lf_record_fail(end, name, data, d->header + q.place, err));
  if (all_empty(header))
    LF_TRY(lf_fail_at(err, LF_E_DATA, name, lf_line_of(data, d->header), 0,
                      "has no names in its first record: remove what stands above the header"));
  d->body = d->header + q.end;
  settle_fields(d, t, header);
  LF_TRY(make_names(d, header, err));
cleanup:
  lf_quoted_free(&q);
  lf_quoted_free(&inner);
  return status;
}

lf_status lf_dialect_sniff(const char *name, const char *data, size_t n, lf_dialect *dialect, lf_error *err) {
  lf_status status = LF_OK;
  trial *best = NULL;
  lf_dialect d = {0};
  char said = '\0';
  LF_TRY(lf_refuse_foreign(name, data, n, err));
  if (n >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) d.header = 3;
  d.header += separator_line(data + d.header, n - d.header, &said);
  LF_TRY(lf_alloc(1, sizeof *best, &best, err));
  if (said)
    LF_TRY(try_delimiter(data + d.header, n - d.header, said, best, err));
  else
    LF_TRY(choose_delimiter(data + d.header, n - d.header, best, err));
  LF_TRY(read_header(name, data, n, best, &d, err));
  *dialect = d;
  d = (lf_dialect){0};
cleanup:
  free(best);
  lf_dialect_free(&d);
  return status;
}
