/* leadfit: the program. Finds the command, runs it, says how it ended. */
#include <gsl/gsl_errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cli/card_sources.h"
#include "cli/databases.h"
#include "cli/manual.h"

static const lf_command_rule commands[] = {
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
  interrupted = signal_number;
}

/* A page of a mapped file that is no longer there (the file was cut), or that its disk cannot give: zeros
 * stand in for it until the run has noticed, and ended as it does on Ctrl-C. */
static void on_lost_page(int signal_number, siginfo_t *about, void *context) {
  (void)context;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)about->si_addr / page * page;
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  if (!at || mmap((void *)at, page, PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED)
    signal(signal_number, SIG_DFL); /* the same again ends the program */
  interrupted = signal_number;
}

static lf_status print_text(lf_text *text, lf_error *err) {
  lf_status status = lf_text_status(text, err);
  if (status == LF_OK) status = lf_print(text->data, text->length, err);
  lf_text_free(text);
  return status;
}

static lf_status program_help(lf_error *err) {
  lf_text text = {0};
  lf_program_help(commands, N_COMMANDS, &text);
  return print_text(&text, err);
}

static lf_status command_help(const lf_command_rule *rule, lf_error *err) {
  lf_text text = {0};
  lf_command_help(rule, &text);
  return print_text(&text, err);
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

static lf_status run_command(const lf_command_rule *rule, lf_options *options, lf_error *err) {
  progress_line line = {0};
  lf_run run = {.threads = options->threads, .interrupted = &interrupted};
  if (!options->quiet && !options->no_progress && isatty(STDERR_FILENO)) {
    run.progress = show_progress;
    run.sink = &line;
  }
  lf_status status = lf_find_idle_sources(options, err);
  if (status == LF_OK) status = lf_databases_read(options, &run, err);
  if (status == LF_OK) status = rule->run(options, &run, err);
  if (line.shown) fprintf(stderr, "\r\033[K");
  if (status == LF_E_INTERRUPTED && interrupted == SIGBUS)
    return lf_fail(
        err, LF_E_IO,
        "part of an input could not be read: it was cut short meanwhile, or its disk fails: check it and "
        "run again");
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

static const lf_command_rule *find_command(const char *name) {
  for (size_t i = 0; i < N_COMMANDS; i++)
    if (lf_same_text(name, commands[i].name)) return &commands[i];
  return NULL;
}

/* leadfit --manual [COMMAND], leadfit --completion SHELL */
static lf_status print_manual(const char *name, lf_error *err) {
  lf_text text = {0};
  size_t i = 0;
  while (i < N_COMMANDS && name && !lf_same_text(name, commands[i].name)) i++;
  if (name && i == N_COMMANDS)
    return lf_fail(err, LF_E_USAGE, "no command '%s': leadfit --help lists them", name);
  lf_manual_page(commands, N_COMMANDS, name ? i : N_COMMANDS, &text);
  return print_text(&text, err);
}

static lf_status print_completion(const char *shell, lf_error *err) {
  lf_text text = {0};
  lf_status status = lf_completion(commands, N_COMMANDS, shell ? shell : "", &text, err);
  if (status == LF_OK) return print_text(&text, err);
  lf_text_free(&text);
  return status;
}

/* What the program says of itself; *known false where a command is asked for. */
static lf_status about_itself(int argc, char **argv, bool *known, lf_error *err) {
  const char *asked = argv[1], *more = argc > 2 ? argv[2] : NULL;
  *known = true;
  if (lf_same_text(asked, "--help") || lf_same_text(asked, "-h") || lf_same_text(asked, "help"))
    return program_help(err);
  if (lf_same_text(asked, "--version")) return lf_version(err);
  if (lf_same_text(asked, "--manual")) return print_manual(more, err);
  if (lf_same_text(asked, "--completion")) return print_completion(more, err);
  *known = false;
  return LF_OK;
}

static lf_status dispatch(int argc, char **argv, lf_error *err) {
  if (argc < 2)
    return lf_fail(err, LF_E_USAGE, "no command: say leadfit fit HISTORY -o DIR, or leadfit --help");
  bool known = false;
  lf_status said = about_itself(argc, argv, &known, err);
  if (known) return said;
  const lf_command_rule *rule = find_command(argv[1]);
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

/* Ends the run well on the signal, unless whoever started the program has it ignored: jobs that a script puts
   in the background outlive its Ctrl-C. */
static void end_on(int signal_number) {
  struct sigaction before, action = {.sa_handler = on_signal};
  if (sigaction(signal_number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
    sigaction(signal_number, &action, NULL);
}

int main(int argc, char **argv) {
  end_on(SIGINT);
  end_on(SIGTERM);
  struct sigaction lost_page = {.sa_sigaction = on_lost_page, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &lost_page, NULL);
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
