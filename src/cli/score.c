/* leadfit score: the leads as they came, with points, grade, MQL, probability, expected revenue and reasons
 * added. */
#include <stdlib.h>
#include <unistd.h>

#include "base/csv.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "card/card.h"
#include "cli/command.h"
#include "ingest/record.h"

enum { WRITE_BYTES = 1 << 18 };

/* One run. */
typedef struct score_job {
  const lf_options *options;
  lf_scorecard *card;
  lf_table *table;
  lf_codes *codes;
  int32_t *score;
  double *average; /* points of the average lead in each attribute */
  uint16_t *row;   /* codes of one row */
  lf_text text;    /* output not yet written */
  int fd;
  lf_records *first; /* the first input, whose columns and delimiter are those of the output */
  char delimiter;
} score_job;

static void job_clear(score_job *job) {
  lf_scorecard_free(job->card);
  lf_table_free(job->table);
  lf_codes_free(job->codes);
  free(job->score);
  free(job->average);
  free(job->row);
  lf_records_free(job->first);
  lf_text_free(&job->text);
}

static void add_field(score_job *job, const char *value) {
  lf_csv_field(&job->text, value, job->delimiter);
}

static void add_delimiter(score_job *job) {
  lf_text_add_n(&job->text, &job->delimiter, 1);
}

static void add_header(score_job *job) {
  static const char *const names[] = {"leadfit_score",       "leadfit_grade",    "leadfit_mql",
                                      "leadfit_probability", "leadfit_expected", "leadfit_reason_1",
                                      "leadfit_reason_2",    "leadfit_reason_3"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    add_delimiter(job);
    lf_text_add(&job->text, names[i]);
  }
  lf_text_add(&job->text, "\n");
}

/* "Industry: Retail (+7)" */
static void add_reason(score_job *job, const lf_reason *reason) {
  const lf_attribute *attribute = &job->card->attributes->items[reason->attribute];
  lf_text text = {0};
  lf_text_addf(&text, "%s: %s (%s", attribute->name, attribute->bands[job->row[reason->attribute]].label,
               reason->points >= 0 ? "+" : "");
  lf_text_add_fixed(&text, reason->points, 1);
  lf_text_add(&text, ")");
  if (text.failed)
    job->text.failed = true;
  else
    add_field(job, text.data);
  lf_text_free(&text);
}

static void add_result(score_job *job, size_t row) {
  const lf_scorecard *card = job->card;
  int score = job->score[row];
  double probability = lf_scorecard_probability(card, score);
  lf_reason reasons[LF_REASONS];
  for (size_t a = 0; a < job->codes->n; a++) job->row[a] = job->codes->columns[a][row];
  size_t n = lf_scorecard_reasons(card, job->average, job->row, reasons);
  add_delimiter(job);
  lf_text_addf(&job->text, "%d", score);
  add_delimiter(job);
  add_field(job, lf_scorecard_grade(card, score));
  add_delimiter(job);
  if (card->has_threshold) lf_text_add(&job->text, score >= card->threshold ? "yes" : "no");
  add_delimiter(job);
  if (!isnan(probability)) lf_text_add_fixed(&job->text, probability, 6);
  add_delimiter(job);
  if (!isnan(probability * card->mean_amount))
    lf_text_add_fixed(&job->text, probability * card->mean_amount, 2);
  for (size_t i = 0; i < LF_REASONS; i++) {
    add_delimiter(job);
    if (i < n) add_reason(job, &reasons[i]);
  }
  lf_text_add(&job->text, "\n");
}

static lf_status flush(score_job *job, size_t above, lf_error *err) {
  if (job->text.length < above) return LF_OK;
  lf_status status = lf_text_status(&job->text, err);
  if (status == LF_OK) status = lf_write_all(job->fd, job->text.data, job->text.length, "output", err);
  job->text.length = 0;
  return status;
}

/* The header of the output is that of the first input. */
static lf_status copy_header(score_job *job, const lf_run *run, lf_error *err) {
  const char *bytes = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_records_open(job->options->paths[0], run, &job->first, err));
  job->delimiter = lf_records_delimiter(job->first);
  LF_TRY(lf_records_next(job->first, &bytes, &n, err));
  lf_text_add_n(&job->text, bytes, n);
  add_header(job);
cleanup:
  return status;
}

/* Copies the records that are left of one input through, each with its result. */
static lf_status copy_records(score_job *job, lf_records *records, const char *path, size_t *row,
                              const lf_run *run, lf_error *err) {
  const char *bytes = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  for (;;) {
    LF_TRY(lf_records_next(records, &bytes, &n, err));
    if (!bytes) break;
    if (*row >= job->table->n_rows)
      LF_TRY(lf_fail_at(err, LF_E_IO, path, 0, 0,
                        "has grown while it was read: score a copy that stands still"));
    lf_text_add_n(&job->text, bytes, n);
    add_result(job, (*row)++);
    LF_TRY(flush(job, WRITE_BYTES, err));
    LF_TRY(lf_check_interrupt(run, err));
  }
cleanup:
  return status;
}

/* A further input: its header is gone past, its columns are put into the order of the first. */
static lf_status copy_further(score_job *job, const char *path, size_t *row, const lf_run *run,
                              lf_error *err) {
  lf_records *records = NULL;
  const char *bytes = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_records_open(path, run, &records, err));
  LF_TRY(lf_records_follow(records, job->first, err));
  LF_TRY(lf_records_next(records, &bytes, &n, err));
  LF_TRY(copy_records(job, records, path, row, run, err));
cleanup:
  lf_records_free(records);
  return status;
}

static lf_status copy_all(score_job *job, const lf_run *run, lf_error *err) {
  const char *const *paths = job->options->paths;
  size_t row = 0;
  lf_status status = copy_header(job, run, err);
  if (status == LF_OK) status = copy_records(job, job->first, paths[0], &row, run, err);
  for (size_t i = 1; i < job->options->n_paths && status == LF_OK; i++)
    status = copy_further(job, paths[i], &row, run, err);
  if (status != LF_OK) return status;
  if (row != job->table->n_rows)
    return lf_fail(err, LF_E_IO, "the input has shrunk while it was read: score a copy that stands still");
  return flush(job, 0, err);
}

static lf_status write_scores(score_job *job, const lf_run *run, lf_error *err) {
  const char *path = job->options->output;
  if (!path || strcmp(path, "-") == 0) {
    job->fd = STDOUT_FILENO;
    return copy_all(job, run, err);
  }
  lf_output *out = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_output_new(&out, err));
  LF_TRY(lf_output_open(out, path, &job->fd, err));
  LF_TRY(copy_all(job, run, err));
  LF_TRY(lf_output_commit(out, err));
cleanup:
  lf_output_free(out);
  return status;
}

/* Records of another number of fields are no leads that could be scored: they are not in the output. */
static void warn_ragged(const lf_options *options, const lf_table *table) {
  lf_text text = {0};
  const lf_ragged *first = &table->ragged[0];
  lf_text_addf(&text, "%llu %s left out for %s number of fields, the first at line %llu of %s (%llu fields)",
               (unsigned long long)table->ragged_rows, table->ragged_rows == 1 ? "record is" : "records are",
               table->ragged_rows == 1 ? "its" : "their", (unsigned long long)first->line,
               table->sources[first->file].name, (unsigned long long)first->fields);
  if (!text.failed) lf_warn(options, text.data);
  lf_text_free(&text);
}

lf_status lf_command_score(const lf_options *options, const lf_run *run, lf_error *err) {
  if (!options->config)
    return lf_fail(err, LF_E_USAGE, "say which config to score by: --config scoring.json");
  score_job job = {.options = options, .delimiter = ','};
  char *absent = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_scorecard_load(options->config, &job.card, err));
  LF_TRY(lf_input_keep(options->paths, options->n_paths, run, err));
  LF_TRY(lf_input_table(options, run, &job.table, err));
  if (job.table->n_ragged) warn_ragged(options, job.table);
  LF_TRY(lf_codes_make(job.card->attributes, job.table, run, &job.codes, &absent, err));
  if (absent) lf_warn_absent(options, "the leads", absent);
  LF_TRY(lf_alloc(job.table->n_rows, sizeof *job.score, &job.score, err));
  LF_TRY(lf_scorecard_score(job.card, job.codes, run, job.score, err));
  LF_TRY(lf_alloc(job.card->attributes->n, sizeof *job.average, &job.average, err));
  LF_TRY(lf_alloc(job.card->attributes->n, sizeof *job.row, &job.row, err));
  lf_scorecard_averages(job.card, job.average);
  LF_TRY(write_scores(&job, run, err));
cleanup:
  free(absent);
  job_clear(&job);
  return status;
}
