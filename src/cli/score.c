/* leadfit score: the leads as they came, with points, grade, MQL, probability, expected revenue and reasons
 * added; block by block, so that memory does not grow with their number. */
#include <stdlib.h>
#include <unistd.h>

#include "base/build.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/card_sources.h"
#include "cli/command.h"
#include "cli/databases.h"
#include "cli/score_rows.h"
#include "ingest/bytes.h"
#include "ingest/database.h"
#include "report/report.h"

/* One run. */
typedef struct score_job {
  const lf_options *options;
  lf_scorecard *card;
  lf_stream *stream;
  lf_score_joined joined;
  lf_score_rows rows;
  int fd;
  char *shown; /* where the rows go, without secrets */
} score_job;

static void job_clear(score_job *job) {
  lf_score_rows_clear(&job->rows);
  lf_score_joined_clear(&job->joined);
  lf_stream_free(job->stream);
  lf_scorecard_free(job->card);
  free(job->shown);
}

/* Attributes whose bands are all intervals are asked for by their values alone. */
static bool only_intervals(const lf_attribute *attribute) {
  for (size_t b = 0; b < attribute->n_bands; b++)
    if (attribute->bands[b].type == LF_BAND_VALUES || attribute->bands[b].type == LF_BAND_MATCH) return false;
  return true;
}

static lf_status open_stream(score_job *job, const lf_run *run, lf_error *err) {
  const lf_attributes *attributes = job->card->attributes;
  lf_status status = LF_OK;
  lf_wanted *wanted = NULL;
  lf_reading_wish wish = {0};
  lf_stream_options asked = {.n_wanted = attributes->n};
  LF_TRY(lf_alloc(attributes->n, sizeof *wanted, &wanted, err));
  for (size_t a = 0; a < attributes->n; a++)
    wanted[a] = (lf_wanted){attributes->items[a].name, only_intervals(&attributes->items[a])};
  asked.wanted = wanted;
  LF_TRY(lf_input_reading(job->options, 0, &wish, err));
  asked.read = wish.read;
  LF_TRY(lf_stream_open(&asked, run, &job->stream, err));
cleanup:
  free(wanted);
  lf_reading_wish_clear(&wish);
  return status;
}

/* What is to come with the leads from further sources. Both readings of the leads have to see the same. */
static lf_status join_sources(score_job *job, const lf_run *run, lf_error *err) {
  const lf_options *o = job->options;
  const lf_table *leads = lf_stream_table(job->stream);
  lf_status status = lf_check_card_sources(o, o->config, job->card, leads, err);
  if (status == LF_OK) status = lf_score_joined_make(o, job->card, leads, run, &job->joined, err);
  if (status == LF_OK && job->joined.n && job->joined.leads != leads->n_rows)
    status =
        lf_fail(err, LF_E_DATA, "the leads changed while they were read: score them once they stand still");
  return status;
}

/* ---- what is said beside the rows ----------------------------------------------------------------- */

static void warn_absent(const score_job *job) {
  lf_text names = {0};
  const lf_attributes *attributes = job->card->attributes;
  for (size_t a = 0; a < attributes->n; a++) {
    if (lf_table_find(lf_stream_table(job->stream), attributes->items[a].name) != SIZE_MAX ||
        lf_score_joined_has(&job->joined, a))
      continue;
    if (names.length) lf_text_add(&names, ", ");
    lf_text_add(&names, attributes->items[a].name);
  }
  if (names.length && !names.failed) lf_warn_absent(job->options, "the leads", names.data);
  lf_text_free(&names);
}

static lf_object sums_object(const lf_score_sums *sums, uint64_t all, const lf_scorecard *card) {
  lf_object o = lf_object_new();
  lf_object_number(&o, "leads", (double)sums->rows);
  lf_object_number(&o, "share", (double)sums->rows / (double)all);
  lf_object_number(&o, "won", card->has_probability ? (double)sums->won / 1e6 : (double)NAN);
  lf_object_number(&o, "revenue",
                   card->has_probability && !isnan(card->mean_amount) ? (double)sums->revenue / 1e2
                                                                      : (double)NAN);
  return o;
}

static json_t *sums_tree(const lf_score_sums *sums, uint64_t all, const lf_scorecard *card) {
  lf_object o = sums_object(sums, all, card);
  return lf_object_take(&o);
}

/* Leads that have a row in each source they were joined with. */
static json_t *sources_tree(const lf_score_joined *joined) {
  json_t *list = json_array();
  for (size_t i = 0; i < joined->n_sources; i++) {
    const lf_joined *join = &joined->sources[i].join;
    if (!join->name || join->parent) continue;
    lf_object o = lf_object_new();
    lf_object_text(&o, "name", join->name);
    lf_object_count(&o, "leads", join->table[LF_MATCH_ROW] + join->table[LF_MATCH_SHARED]);
    lf_object_count(&o, "unmatched", join->table[LF_MATCH_NONE]);
    lf_object_count(&o, "without_key", join->table[LF_MATCH_NO_KEY]);
    lf_list_add(&list, lf_object_take(&o));
  }
  return list;
}

static json_t *summary_tree(const score_job *job) {
  const lf_scorecard *card = job->card;
  const lf_score_rows *r = &job->rows;
  lf_object o = lf_object_new();
  lf_object_text(&o, "output", job->shown);
  lf_object_text(&o, "card", card->name);
  lf_object_tree(&o, "all", sums_tree(&r->all, r->all.rows, card));
  lf_object_number(&o, "threshold", card->has_threshold ? card->threshold : (double)NAN);
  if (card->has_threshold) lf_object_tree(&o, "qualified", sums_tree(&r->qualified, r->all.rows, card));
  lf_object_tree(&o, "sources", sources_tree(&job->joined));
  json_t *grades = json_array();
  for (size_t g = 0; g < card->n_grades; g++) {
    lf_object item = sums_object(&r->grades[g], r->all.rows, card);
    lf_object_text(&item, "grade", card->grades[g].label);
    lf_object_tree(&item, "from", json_integer(card->grades[g].from));
    lf_list_add(&grades, lf_object_take(&item));
  }
  lf_object_tree(&o, "grades", grades);
  return lf_object_take(&o);
}

static lf_status print_summary(const score_job *job, lf_error *err) {
  json_t *tree = NULL;
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_tree_take(summary_tree(job), &tree, err));
  LF_TRY(lf_score_terminal(tree, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err));
  LF_TRY(lf_print(bytes, n, err));
cleanup:
  json_decref(tree);
  free(bytes);
  return status;
}

/* ---- rows ----------------------------------------------------------------------------------------- */

static lf_status work(void *context, const lf_block *block, lf_text *out, lf_error *err) {
  score_job *job = context;
  return lf_score_rows_write(&job->rows, block, out, err);
}

static lf_status write_out(void *context, const lf_text *out, lf_error *err) {
  const score_job *job = context;
  return lf_write_all(job->fd, out->data, out->length, "output", err);
}

static lf_status write_rows(score_job *job, const lf_run *run, lf_error *err) {
  lf_text header = {0};
  lf_status status = LF_OK;
  const lf_stream_job blocks = {.work = work, .write = write_out, .context = job, .stage = "scoring"};
  const lf_score_leads leads = {.card = job->card,
                                .columns = lf_stream_table(job->stream),
                                .joined = &job->joined,
                                .delimiter = lf_stream_delimiter(job->stream)};
  LF_TRY(lf_score_rows_make(&leads, job->options->json, &job->rows, err));
  if (!job->options->json) {
    LF_TRY(lf_stream_header(job->stream, &header, err));
    lf_score_rows_header(&job->rows, &header);
    LF_TRY(lf_text_status(&header, err));
    LF_TRY(write_out(job, &header, err));
  }
  LF_TRY(lf_stream_run(job->stream, run, &blocks, err));
cleanup:
  lf_text_free(&header);
  return status;
}

static lf_status write_file(score_job *job, const lf_run *run, lf_error *err) {
  lf_output *out = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_output_new(&out, err));
  LF_TRY(lf_output_open(out, job->options->output, &job->fd, err));
  LF_TRY(write_rows(job, run, err));
  LF_TRY(lf_output_commit(out, err));
cleanup:
  lf_output_free(out);
  return status;
}

/* The rows go to a file first: what cannot be scored to its end touches no table. */
static lf_status write_database(score_job *job, const lf_run *run, lf_error *err) {
  lf_text path = {0};
  lf_status status = LF_OK;
  int fd = -1;
  LF_TRY(lf_spool_open(&fd, err));
  job->fd = fd;
  LF_TRY(write_rows(job, run, err));
  lf_text_addf(&path, "/proc/self/fd/%d", fd);
  LF_TRY(lf_text_status(&path, err));
  const lf_upload upload = {
      .csv = path.data, .table = job->options->to_table, .delimiter = lf_stream_delimiter(job->stream)};
  LF_TRY(lf_database_store(job->options->output, &upload, run, err));
cleanup:
  lf_text_free(&path);
  if (fd >= 0) close(fd);
  return status;
}

static lf_status check_place(const lf_options *o, bool database, lf_error *err) {
  if (database && !o->to_table)
    return lf_fail(err, LF_E_USAGE, "-o names a database: say which table to write, with --to-table NAME");
  if (!database && o->to_table)
    return lf_fail(err, LF_E_USAGE,
                   "--to-table needs the database it is in: -o postgresql://HOST/DATABASE, -o sqlite:PATH or "
                   "-o odbc:DSN");
  if (database && o->json) return lf_fail(err, LF_E_USAGE, "a table takes no --json: keep one of them");
  return LF_OK;
}

lf_status lf_command_score(const lf_options *options, const lf_run *run, lf_error *err) {
  if (!options->config)
    return lf_fail(err, LF_E_USAGE, "say which config to score by: --config scoring.json");
  score_job job = {.options = options, .fd = STDOUT_FILENO};
  bool file = options->output && strcmp(options->output, "-") != 0;
  bool database = file && lf_is_database(options->output);
  lf_status status = LF_OK;
  LF_TRY(check_place(options, database, err));
  if (file) LF_TRY(lf_shown_argument(options->output, &job.shown, err));
  LF_TRY(lf_scorecard_load(options->config, &job.card, err));
  LF_TRY(lf_input_keep(options->paths, options->n_paths, run, err));
  LF_TRY(open_stream(&job, run, err));
  LF_TRY(join_sources(&job, run, err));
  lf_warn_ragged(options, lf_stream_table(job.stream));
  warn_absent(&job);
  LF_TRY(database ? write_database(&job, run, err)
         : file   ? write_file(&job, run, err)
                  : write_rows(&job, run, err));
  if (file && !options->quiet && !options->json) LF_TRY(print_summary(&job, err));
cleanup:
  job_clear(&job);
  return status;
}
