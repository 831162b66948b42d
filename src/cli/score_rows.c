#include "cli/score_rows.h"

#include <math.h>
#include <stdlib.h>

#include "base/csv.h"
#include "base/memory.h"

enum { MOST_RESULTS = 1 << 14 };

/* ---- texts made once ------------------------------------------------------------------------------ */

static lf_status parts_new(size_t n, lf_parts *parts, lf_error *err) {
  return lf_alloc(n + 1, sizeof *parts->start, &parts->start, err);
}

static void parts_free(lf_parts *parts) {
  lf_text_free(&parts->text);
  free(parts->start);
  *parts = (lf_parts){0};
}

static void add_part(const lf_parts *parts, size_t i, lf_text *out) {
  lf_text_add_n(out, parts->text.data + parts->start[i], parts->start[i + 1] - parts->start[i]);
}

static uint64_t whole(double value, double unit) {
  return value > 0 && value * unit < 1e15 ? (uint64_t)llround(value * unit) : 0;
}

static void result_csv(const lf_score_rows *r, int score, double probability, lf_text *out) {
  const lf_scorecard *card = r->card;
  lf_text_addf(out, "%c%d%c", r->delimiter, score, r->delimiter);
  lf_csv_field(out, lf_scorecard_grade(card, score), r->delimiter);
  lf_text_add_n(out, &r->delimiter, 1);
  if (card->has_threshold) lf_text_add(out, score >= card->threshold ? "yes" : "no");
  lf_text_add_n(out, &r->delimiter, 1);
  if (!isnan(probability)) lf_text_add_fixed(out, probability, 6);
  lf_text_add_n(out, &r->delimiter, 1);
  if (!isnan(probability * card->mean_amount)) lf_text_add_fixed(out, probability * card->mean_amount, 2);
}

static void number_or_null(lf_text *out, const char *key, double value, int decimals) {
  lf_text_add(out, key);
  if (isnan(value))
    lf_text_add(out, "null");
  else
    lf_text_add_fixed(out, value, decimals);
}

static void result_json(const lf_score_rows *r, int score, double probability, lf_text *out) {
  const lf_scorecard *card = r->card;
  lf_text_addf(out, ",\"score\":%d,\"grade\":", score);
  if (card->n_grades)
    lf_text_add_json(out, lf_scorecard_grade(card, score), strlen(lf_scorecard_grade(card, score)));
  else
    lf_text_add(out, "null");
  lf_text_addf(out, ",\"mql\":%s",
               !card->has_threshold       ? "null"
               : score >= card->threshold ? "true"
                                          : "false");
  number_or_null(out, ",\"probability\":", probability, 6);
  number_or_null(out, ",\"expected\":", probability * card->mean_amount, 2);
}

/* A lead of this score, as it is printed. */
static lf_score_sums worth_of(const lf_score_rows *r, int score) {
  double probability = lf_scorecard_probability(r->card, score);
  return (lf_score_sums){
      .rows = 1, .won = whole(probability, 1e6), .revenue = whole(probability * r->card->mean_amount, 1e2)};
}

static void add_result(const lf_score_rows *r, int score, lf_text *out) {
  double probability = lf_scorecard_probability(r->card, score);
  if (r->json)
    result_json(r, score, probability, out);
  else
    result_csv(r, score, probability, out);
}

/* "Industry: Retail (+7.0)" */
static lf_status add_reason(const lf_score_rows *r, size_t a, size_t b, lf_text *out, lf_error *err) {
  const lf_attribute *attribute = &r->card->attributes->items[a];
  const char *label = attribute->bands[b].label;
  double points = r->card->bands[a][b].points - r->average[a];
  if (r->json) {
    lf_text_add(out, "{\"attribute\":");
    lf_text_add_json(out, attribute->name, strlen(attribute->name));
    lf_text_add(out, ",\"band\":");
    lf_text_add_json(out, label, strlen(label));
    number_or_null(out, ",\"points\":", points, 1);
    lf_text_add(out, "}");
    return LF_OK;
  }
  lf_text text = {0};
  lf_text_addf(&text, "%s: %s (%s", attribute->name, label, points >= 0 ? "+" : "");
  lf_text_add_fixed(&text, points, 1);
  lf_text_add(&text, ")");
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK) lf_csv_field(out, text.data, r->delimiter);
  lf_text_free(&text);
  return status;
}

static lf_status make_results(lf_score_rows *r, lf_error *err) {
  int low = 0, high = 0;
  lf_scorecard_range(r->card, &low, &high);
  int64_t n = (int64_t)high - low + 1;
  r->lowest = low;
  r->n_results = n > MOST_RESULTS ? 0 : (size_t)n;
  lf_status status = parts_new(r->n_results, &r->results, err);
  if (status == LF_OK) status = lf_alloc(r->n_results, sizeof *r->worth, &r->worth, err);
  for (size_t i = 0; i < r->n_results && status == LF_OK; i++) {
    r->results.start[i] = r->results.text.length;
    add_result(r, low + (int)i, &r->results.text);
    r->worth[i] = worth_of(r, low + (int)i);
    r->results.start[i + 1] = r->results.text.length;
  }
  return status == LF_OK ? lf_text_status(&r->results.text, err) : status;
}

static lf_status make_reasons(lf_score_rows *r, lf_error *err) {
  const lf_attributes *attributes = r->card->attributes;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(attributes->n, sizeof *r->average, &r->average, err));
  LF_TRY(lf_alloc(attributes->n, sizeof *r->reasons, &r->reasons, err));
  r->n_reasons = attributes->n;
  lf_scorecard_averages(r->card, r->average);
  for (size_t a = 0; a < attributes->n; a++) {
    size_t n = attributes->items[a].n_bands;
    LF_TRY(parts_new(n, &r->reasons[a], err));
    for (size_t b = 0; b < n; b++) {
      LF_TRY(add_reason(r, a, b, &r->reasons[a].text, err));
      r->reasons[a].start[b + 1] = r->reasons[a].text.length;
    }
    LF_TRY(lf_text_status(&r->reasons[a].text, err));
  }
cleanup:
  return status;
}

lf_status lf_score_rows_make(const lf_score_leads *leads, bool json, lf_score_rows *out, lf_error *err) {
  lf_status status = LF_OK;
  lf_score_rows r = {.card = leads->card,
                     .columns = leads->columns,
                     .joined = leads->joined,
                     .delimiter = leads->delimiter,
                     .json = json};
  LF_TRY(lf_alloc(leads->card->n_grades, sizeof *r.grades, &r.grades, err));
  LF_TRY(make_results(&r, err));
  LF_TRY(make_reasons(&r, err));
  *out = r;
  r = (lf_score_rows){0};
cleanup:
  lf_score_rows_clear(&r);
  return status;
}

void lf_score_rows_clear(lf_score_rows *rows) {
  parts_free(&rows->results);
  free(rows->worth);
  for (size_t a = 0; rows->reasons && a < rows->n_reasons; a++) parts_free(&rows->reasons[a]);
  free(rows->average);
  free(rows->reasons);
  free(rows->grades);
  *rows = (lf_score_rows){0};
}

/* ---- rows ----------------------------------------------------------------------------------------- */

void lf_score_rows_header(const lf_score_rows *rows, lf_text *out) {
  static const char *const names[] = {"leadfit_score",       "leadfit_grade",    "leadfit_mql",
                                      "leadfit_probability", "leadfit_expected", "leadfit_reason_1",
                                      "leadfit_reason_2",    "leadfit_reason_3"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    lf_text_add_n(out, &rows->delimiter, 1);
    lf_text_add(out, names[i]);
  }
  lf_text_add(out, "\n");
}

/* The input's fields by the names of their columns, as texts. */
static lf_status add_lead(const lf_score_rows *r, lf_quoted *q, const lf_raw_record *record, lf_text *out,
                          lf_error *err) {
  q->text.length = 0;
  lf_record_end end = lf_quoted_read(q, record->text, record->n);
  if (end == LF_RECORD_NO_MEMORY) return lf_fail(err, LF_E_MEMORY, "not enough memory for a record");
  if (end != LF_RECORD_OK || q->n_fields != r->columns->n_columns)
    return lf_fail(err, LF_E_DATA, "a record cannot be taken apart");
  lf_text_add(out, ",\"lead\":{");
  for (size_t i = 0; i < q->n_fields; i++) {
    const char *name = r->columns->columns[i].name;
    if (i) lf_text_add(out, ",");
    lf_text_add_json(out, name, strlen(name));
    lf_text_add(out, ":");
    lf_text_add_json(out, q->text.data + q->fields[i].start, q->fields[i].length);
  }
  lf_text_add(out, "}");
  return LF_OK;
}

/* One block on its way to text. */
typedef struct scoring {
  const lf_score_rows *rows;
  const lf_block *block;
  lf_codes *codes;
  int32_t *score;
  uint16_t *row; /* codes of one row */
  lf_quoted quoted;
  lf_score_sums all, qualified, *grades;
} scoring;

static void add_reasons(const scoring *s, lf_text *out) {
  const lf_score_rows *r = s->rows;
  lf_reason reasons[LF_REASONS];
  size_t n = lf_scorecard_reasons(r->card, r->average, s->row, reasons);
  if (r->json) lf_text_add(out, ",\"reasons\":[");
  for (size_t i = 0; i < LF_REASONS; i++) {
    if (!r->json)
      lf_text_add_n(out, &r->delimiter, 1);
    else if (i > 0 && i < n)
      lf_text_add(out, ",");
    if (i < n) add_part(&r->reasons[reasons[i].attribute], s->row[reasons[i].attribute], out);
  }
  lf_text_add(out, r->json ? "]}\n" : "\n");
}

static void add_sums(lf_score_sums *to, const lf_score_sums *from) {
  to->rows += from->rows;
  to->won += from->won;
  to->revenue += from->revenue;
}

static void count(scoring *s, int score, const lf_score_sums *worth) {
  const lf_scorecard *card = s->rows->card;
  size_t grade = 0;
  while (grade < card->n_grades && score < card->grades[grade].from) grade++;
  add_sums(&s->all, worth);
  if (grade < card->n_grades) add_sums(&s->grades[grade], worth);
  if (card->has_threshold && score >= card->threshold) add_sums(&s->qualified, worth);
}

static lf_status add_row(scoring *s, size_t i, lf_text *out, lf_error *err) {
  const lf_score_rows *r = s->rows;
  const lf_raw_record *record = &s->block->records[i];
  int64_t result = (int64_t)s->score[i] - r->lowest;
  if (r->json) {
    lf_text_addf(out, "{\"row\":%llu", (unsigned long long)(s->block->first_row + i + 1));
    lf_status status = add_lead(r, &s->quoted, record, out, err);
    if (status != LF_OK) return status;
  } else {
    lf_text_add_n(out, record->text, record->n);
  }
  bool known = (uint64_t)result < r->n_results;
  if (known)
    add_part(&r->results, (size_t)result, out);
  else
    add_result(r, s->score[i], out);
  lf_score_sums worth = known ? r->worth[result] : worth_of(r, s->score[i]);
  for (size_t a = 0; a < s->codes->n; a++) s->row[a] = s->codes->columns[a][i];
  add_reasons(s, out);
  count(s, s->score[i], &worth);
  return LF_OK;
}

lf_status lf_score_rows_write(lf_score_rows *rows, const lf_block *block, lf_text *out, lf_error *err) {
  const lf_scorecard *card = rows->card;
  lf_status status = LF_OK;
  scoring s = {.rows = rows, .block = block};
  LF_TRY(lf_codes_make(card->attributes, &block->table, NULL, &s.codes, NULL, err));
  lf_score_joined_fill(rows->joined, block->first_row, s.codes);
  LF_TRY(lf_alloc(block->table.n_rows, sizeof *s.score, &s.score, err));
  LF_TRY(lf_scorecard_score(card, s.codes, NULL, s.score, err));
  LF_TRY(lf_alloc(card->attributes->n, sizeof *s.row, &s.row, err));
  LF_TRY(lf_alloc(card->n_grades, sizeof *s.grades, &s.grades, err));
  if (rows->json) LF_TRY(lf_quoted_init(&s.quoted, rows->delimiter, err));
  for (size_t i = 0; i < block->table.n_rows; i++) LF_TRY(add_row(&s, i, out, err));
#pragma omp critical(lf_score_sums)
  {
    add_sums(&rows->all, &s.all);
    add_sums(&rows->qualified, &s.qualified);
    for (size_t g = 0; g < card->n_grades; g++) add_sums(&rows->grades[g], &s.grades[g]);
  }
cleanup:
  if (rows->json) lf_quoted_free(&s.quoted);
  lf_codes_free(s.codes);
  free(s.score);
  free(s.row);
  free(s.grades);
  return status;
}
