/* leadfit: the program. Finds the command, runs it, says how it ended. */
#include <gsl/gsl_errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/databases.h"

typedef struct command_rule {
  const char *name;
  lf_command command;
  lf_status (*run)(const lf_options *options, const lf_run *run, lf_error *err);
  const char *arguments;
  const char *help;
} command_rule;

static const command_rule commands[] = {
    {"fit", LF_COMMAND_FIT, lf_command_fit, "HISTORY... -o DIR",
     "fit a scorecard, prove it on rows that took no part, write config and report"},
    {"inspect", LF_COMMAND_INSPECT, lf_command_inspect, "HISTORY...",
     "what each column is and what it may be trusted for"},
    {"validate", LF_COMMAND_VALIDATE, lf_command_validate, "HISTORY... --config FILE | --score COLUMN",
     "judge a score on a history"},
    {"compare", LF_COMMAND_COMPARE, lf_command_compare,
     "HISTORY... CANDIDATE... (scoring.json or column:NAME)",
     "which of several scores is better, on the same rows"},
    {"evidence", LF_COMMAND_EVIDENCE, lf_command_evidence, "HISTORY... [--claims FILE]",
     "what the history says of every attribute, and of each claim"},
    {"score", LF_COMMAND_SCORE, lf_command_score, "LEADS... --config FILE [-o FILE]",
     "points, grade, MQL, probability and reasons of every lead"},
    {"plan", LF_COMMAND_PLAN, lf_command_plan, "HISTORY... --config FILE [--revenue N] [-o FILE.md]",
     "how many leads at which threshold bring the revenue, and what each team owes"},
    {"monitor", LF_COMMAND_MONITOR, lf_command_monitor, "HISTORY... --config FILE",
     "whether the definition still holds on new rows; exit status 1 where it does not"},
    {"export", LF_COMMAND_EXPORT, lf_command_export, "scoring.json --to FORMAT [-o FILE]",
     "the scorecard for a warehouse, a CRM or a program, with rows that prove it"},
    {"sql", LF_COMMAND_SQL, lf_command_sql, "--dialect NAME --table NAME -p FILE [--profile FILE]",
     "queries that let a warehouse do the heavy pass"},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

/* The one piece of state outside a stack: a signal handler can reach nothing else. */
static volatile sig_atomic_t interrupted;

static void on_signal(int signal_number) {
  (void)signal_number;
  interrupted = 1;
}

static lf_status program_help(lf_error *err) {
  lf_text text = {0};
  lf_text_add(&text, "leadfit " LEADFIT_VERSION ": which lead attributes predict closed revenue\n\n");
  for (size_t i = 0; i < N_COMMANDS; i++)
    lf_text_addf(&text, "  leadfit %-9s %-43s\n      %s\n", commands[i].name, commands[i].arguments,
                 commands[i].help);
  lf_text_add(&text, "\nleadfit COMMAND --help lists the options of a command.\n");
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK) status = lf_print(text.data, text.length, err);
  lf_text_free(&text);
  return status;
}

static lf_status command_help(const command_rule *rule, lf_error *err) {
  lf_text text = {0};
  lf_text_addf(&text, "leadfit %s %s\n  %s\n\n", rule->name, rule->arguments, rule->help);
  lf_options_help(rule->command, &text);
  lf_status status = lf_text_status(&text, err);
  if (status == LF_OK) status = lf_print(text.data, text.length, err);
  lf_text_free(&text);
  return status;
}

/* Progress on a terminal: at most ten times a second, on a line that is wiped at the end. */
typedef struct progress_line {
  struct timespec last;
  bool shown;
} progress_line;

static void show_progress(void *sink, const char *stage, uint64_t done, uint64_t total) {
  progress_line *line = sink;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  double passed =
      (double)(now.tv_sec - line->last.tv_sec) + 1e-9 * (double)(now.tv_nsec - line->last.tv_nsec);
  if (passed < 0.1 && done < total) return;
  line->last = now;
  line->shown = true;
  if (total)
    fprintf(stderr, "\r\033[K%s: %3.0f %%", stage, 100.0 * (double)done / (double)total);
  else
    fprintf(stderr, "\r\033[K%s", stage);
}

static lf_status run_command(const command_rule *rule, lf_options *options, lf_error *err) {
  progress_line line = {0};
  lf_run run = {.threads = options->threads, .interrupted = &interrupted};
  if (!options->quiet && !options->no_progress && isatty(STDERR_FILENO)) {
    run.progress = show_progress;
    run.sink = &line;
  }
  lf_status status = lf_databases_read(options, &run, err);
  if (status == LF_OK) status = rule->run(options, &run, err);
  if (line.shown) fprintf(stderr, "\r\033[K");
  return status;
}

static int exit_code(lf_status status) {
  switch (status) {
  case LF_OK: return 0;
  case LF_E_ALARM: return 1;
  case LF_E_USAGE: return 2;
  case LF_E_DATA: return 3;
  case LF_E_INTERRUPTED: return 130;
  default: return 4;
  }
}

static void print_error(const lf_error *err) {
  fprintf(stderr, "leadfit: ");
  if (err->file[0]) fprintf(stderr, "%s:", err->file);
  if (err->line) fprintf(stderr, "%llu:", (unsigned long long)err->line);
  if (err->line && err->column) fprintf(stderr, "%llu:", (unsigned long long)err->column);
  fprintf(stderr, "%s%s\n", err->file[0] || err->line ? " " : "", err->message);
}

static const command_rule *find_command(const char *name) {
  for (size_t i = 0; i < N_COMMANDS; i++)
    if (lf_same_text(name, commands[i].name)) return &commands[i];
  return NULL;
}

static lf_status dispatch(int argc, char **argv, lf_error *err) {
  if (argc < 2)
    return lf_fail(err, LF_E_USAGE, "no command: say leadfit fit HISTORY -o DIR, or leadfit --help");
  if (lf_same_text(argv[1], "--help") || lf_same_text(argv[1], "-h") || lf_same_text(argv[1], "help"))
    return program_help(err);
  if (lf_same_text(argv[1], "--version")) return lf_version(err);
  const command_rule *rule = find_command(argv[1]);
  if (!rule) return lf_fail(err, LF_E_USAGE, "no command '%s': leadfit --help lists them", argv[1]);
  lf_options options = {0};
  lf_status status = lf_options_read(rule->command, argc - 1, argv + 1, &options, err);
  if (status != LF_OK) return status;
  if (options.help)
    status = command_help(rule, err);
  else if (options.version)
    status = lf_version(err);
  else if (rule->command == LF_COMMAND_SQL ? options.n_paths : !options.n_paths && !options.aggregates)
    status = rule->command == LF_COMMAND_SQL
                 ? lf_fail(err, LF_E_USAGE, "sql reads no history: --table names it in the database")
                 : lf_fail(err, LF_E_USAGE, "no input: say leadfit %s %s", rule->name, rule->arguments);
  else
    status = run_command(rule, &options, err);
  lf_options_clear(&options);
  return status;
}

int main(int argc, char **argv) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error that write reports */
  gsl_set_error_handler_off();
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD,
          1 << 18); /* a fixed one: large blocks go back to the system when they are freed */
#endif
  lf_error err = {0};
  lf_status status = dispatch(argc, argv, &err);
  if (status != LF_OK && status != LF_E_ALARM) print_error(&err);
  return exit_code(status);
}
