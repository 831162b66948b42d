/* What the commands share: reading a history as the options ask, printing, and the commands themselves. */
#ifndef LF_CLI_COMMAND_H
#define LF_CLI_COMMAND_H

#include <jansson.h>

#include "cli/options.h"

/* A command as it is listed: what it is called and takes, what it is for in a line, and who does it. */
typedef struct lf_command_rule {
  const char *name;
  lf_command command;
  lf_status (*run)(const lf_options *options, const lf_run *run, lf_error *err);
  const char *arguments;
  const char *help;
} lf_command_rule;

/* Each command does its work and says how it ended; main prints the error. */
lf_status lf_command_fit(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_inspect(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_validate(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_compare(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_evidence(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_score(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_plan(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_monitor(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_export(const lf_options *options, const lf_run *run, lf_error *err);
lf_status lf_command_sql(const lf_options *options, const lf_run *run, lf_error *err);

/* `leadfit --version`. */
lf_status lf_version(lf_error *err);

/* How the options want a source read. Owned, but for what options own. */
typedef struct lf_reading_wish {
  lf_read_options read;
  lf_kind_request *kinds;
  const char **names;
} lf_reading_wish;

/* source: 0 for the rows themselves, else one of the project that is joined to them. */
lf_status lf_input_reading(const lf_options *options, size_t source, lf_reading_wish *wish, lf_error *err);
void lf_reading_wish_clear(lf_reading_wish *wish);
/* Reads the table the options name, and joins the other sources of the project to it. */
lf_status lf_input_table(const lf_options *options, const lf_run *run, lf_table **table, lf_error *err);
/* What is to be known of aggregates beside their table. */
typedef struct lf_aggregates {
  bool coded;   /* bins, months, stand-ins of ids */
  double share; /* of the lost rows that came */
  double price; /* how much larger standard errors are for it */
} lf_aggregates;

/* The table of --from-aggregates DIR. */
lf_status lf_input_aggregates(const lf_options *options, const lf_run *run, lf_table **table,
                              lf_aggregates *found, lf_error *err);
/* Says in the notes of the history what did not come with it, and has kept rows count as one each. */
lf_status lf_aggregates_note(const lf_options *options, const lf_aggregates *found, lf_history *history,
                             lf_error *err);
/* Reads the history the options name; default_holdout is used where the user did not say (NaN: a quarter of
 * the rows). */
lf_status lf_input_history(const lf_options *options, double default_holdout, const lf_run *run,
                           lf_history **history, lf_error *err);

/* For commands that read their inputs twice: keeps standard input where it is one of them. */
lf_status lf_input_keep(const char *const *paths, size_t n, const lf_run *run, lf_error *err);

/* Writes bytes to standard output; LF_E_IO where it is closed or full. */
lf_status lf_print(const char *bytes, size_t n, lf_error *err);
/* A tree as JSON to standard output. */
lf_status lf_print_json(const json_t *tree, lf_error *err);
typedef lf_status lf_view(const json_t *tree, char **bytes, size_t *n, lf_error *err);
/* Writes a result to a file by its name: .json the tree, .html the page, any other name the text, or the page
 * where text is NULL. */
lf_status lf_write_view(const char *path, const json_t *tree, lf_view *page, lf_view *text, lf_error *err);
/* Columns of the terminal, and whether to colour (a terminal, and NO_COLOR not set). */
int lf_terminal_width(void);
bool lf_terminal_colour(void);
/* A warning to standard error, unless quiet. */
void lf_warn(const lf_options *options, const char *sentence);
/* The same of each sentence of a list. */
void lf_warn_all(const lf_options *options, const json_t *sentences);
/* The same of columns that a scorecard asks for and the data ("the leads") lack. */
void lf_warn_absent(const lf_options *options, const char *where, const char *absent);
/* The same of records that became no row, where there are any. */
void lf_warn_ragged(const lf_options *options, const lf_table *table);

#endif
