/* leadfit fit: the main job.
 *   1. read the history          2. atoms and the card fit (or the plain fit)     3. points, map, threshold
 *   4. judge on the holdout      5. report                                        6. write all files at once
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "cli/fit_parts.h"
#include "report/report.h"

void lf_fit_job_clear(lf_fit_job *job) {
  lf_scorecard_free(job->build.card);
  lf_prices_free(job->prices);
  lf_evidence_free(job->evidence);
  lf_card_fit_free(job->card_fit);
  lf_atoms_free(job->atoms);
  lf_plain_free(job->plain);
  lf_scorecard_free(job->current);
  free(job->score);
  lf_history_free(job->history);
}

/* With -v: seconds since the stage before, on standard error. */
static void say_stage(const lf_options *options, const char *stage, double *since) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  double now = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
  if (options->verbose && stage) fprintf(stderr, "%s %.3f s\n", stage, now - *since);
  *since = now;
}

/* Score of every row of the history. */
static lf_status score_rows(lf_fit_job *job, lf_error *err) {
  lf_codes *codes = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_codes_make(job->build.card->attributes, job->history->table, job->run, &codes, NULL, err));
  LF_TRY(lf_alloc(job->history->n_rows, sizeof *job->score, &job->score, err));
  LF_TRY(lf_scorecard_score(job->build.card, codes, job->run, job->score, err));
cleanup:
  lf_codes_free(codes);
  return status;
}

lf_status lf_fit_card(lf_fit_job *job, lf_error *err) {
  const lf_options *o = job->options;
  lf_ruled_options card = {.card.max_bands = isnan(o->max_bands) ? 0 : (size_t)o->max_bands,
                           .threshold = {.capacity = o->capacity, .precision = o->precision},
                           .seed = o->seed};
  lf_evidence_options evidence = {.seed = o->seed};
  lf_ruled_card made = {0};
  lf_status status = LF_OK;
  double since = 0;
  say_stage(o, NULL, &since);
  LF_TRY(lf_history_card(job->history, &card, job->run, &made, err));
  job->atoms = made.atoms;
  job->card_fit = made.fit;
  job->build = made.build;
  job->prices = made.prices;
  say_stage(o, "bands, weights and points", &since);
  LF_TRY(score_rows(job, err));
  say_stage(o, "scores", &since);
  LF_TRY(lf_evidence_make(job->history, job->atoms, job->card_fit, &job->build, &evidence, job->run,
                          &job->evidence, err));
  say_stage(o, "evidence", &since);
cleanup:
  return status;
}

static lf_status fit_plain(lf_fit_job *job, lf_error *err) {
  lf_plain_options plain = {.profile = false};
  lf_status status = lf_fit_refuse_rules(job->history, err);
  return status != LF_OK ? status : lf_plain_fit(job->history, &plain, job->run, &job->plain, err);
}

/* ---- output
 * ------------------------------------------------------------------------------------------------ */

static lf_status add_file(lf_output *out, const char *folder, const char *name, const char *bytes, size_t n,
                          lf_error *err) {
  lf_text path = {0};
  lf_text_addf(&path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name);
  lf_status status = lf_text_status(&path, err);
  if (status == LF_OK) status = lf_output_add(out, path.data, bytes, n, err);
  lf_text_free(&path);
  return status;
}

static lf_status add_tree(lf_output *out, const char *folder, const char *name, const json_t *tree,
                          lf_error *err) {
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = lf_tree_write(tree, &bytes, &n, err);
  if (status == LF_OK) status = add_file(out, folder, name, bytes, n, err);
  free(bytes);
  return status;
}

static lf_status write_files(const lf_fit_job *job, const json_t *report, lf_error *err) {
  const char *folder = job->options->output;
  lf_output *out = NULL;
  json_t *scoring = NULL;
  char *html = NULL;
  size_t n = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_report_html(report, &html, &n, err));
  LF_TRY(lf_make_folder(folder, err));
  LF_TRY(lf_output_new(&out, err));
  if (job->build.card) {
    LF_TRY(lf_scorecard_json(job->build.card, &scoring, err));
    LF_TRY(add_tree(out, folder, "scoring.json", scoring, err));
  }
  LF_TRY(add_tree(out, folder, "report.json", report, err));
  LF_TRY(add_file(out, folder, "report.html", html, n, err));
  LF_TRY(lf_check_interrupt(job->run, err));
  LF_TRY(lf_output_commit(out, err));
cleanup:
  free(html);
  json_decref(scoring);
  lf_output_free(out);
  return status;
}

static lf_status say(const lf_fit_job *job, const json_t *report, lf_error *err) {
  const lf_options *o = job->options;
  if (o->json) return lf_print_json(report, err);
  if (o->quiet) return LF_OK;
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = lf_report_terminal(report, lf_terminal_colour(), lf_terminal_width(), &bytes, &n, err);
  if (status == LF_OK) status = lf_print(bytes, n, err);
  free(bytes);
  return status;
}

lf_status lf_command_fit(const lf_options *options, const lf_run *run, lf_error *err) {
  if (!options->output && !options->json)
    return lf_fail(err, LF_E_USAGE,
                   "say where to write: -o DIR (or --json for the report on standard output)");
  if (options->output && !*options->output) return lf_fail(err, LF_E_USAGE, "-o needs the name of a folder");
  lf_fit_job job = {.options = options, .run = run};
  json_t *report = NULL;
  double since = 0;
  lf_status status = LF_OK;
  say_stage(options, NULL, &since);
  LF_TRY(lf_fit_open_current(&job, err));
  LF_TRY(lf_input_history(options, NAN, run, &job.history, err));
  say_stage(options, "reading", &since);
  if (options->method == LF_METHOD_CARD)
    LF_TRY(lf_fit_card(&job, err));
  else
    LF_TRY(fit_plain(&job, err));
  say_stage(options, "fit in all", &since);
  LF_TRY(lf_fit_report(&job, &report, err));
  say_stage(options, "judging and report", &since);
  if (options->output) LF_TRY(write_files(&job, report, err));
  say_stage(options, "files", &since);
  LF_TRY(say(&job, report, err));
cleanup:
  json_decref(report);
  lf_fit_job_clear(&job);
  return status;
}
