/* What is written from the tables of commands and options beside --help: manual pages and the completions of
 * shells. */
#ifndef LF_CLI_MANUAL_H
#define LF_CLI_MANUAL_H

#include "cli/command.h"

/* An example: what it does, and the line to type. */
typedef struct lf_example {
  const char *what, *line;
} lf_example;

/* What a command is for, in a paragraph, and how it is used. */
typedef struct lf_command_about {
  lf_command command;
  const char *about;
  lf_example examples[3]; /* up to the first without a line */
} lf_command_about;

/* Every command has one. */
const lf_command_about *lf_command_about_of(lf_command command);

/* Options stand in groups, here in the order in which they are listed. */
typedef enum lf_option_group {
  LF_OPTIONS_OF_COMMAND = 0,
  LF_OPTIONS_OF_COLUMNS,
  LF_OPTIONS_OF_ROWS,
  LF_OPTIONS_OF_ALL,
  LF_OPTION_GROUPS
} lf_option_group;
const char *lf_option_group_name(lf_option_group group);
/* The options of one group that a command knows. */
void lf_option_group_visit(lf_command command, lf_option_group group, lf_option_visitor visit, void *context);
/* All values of an option, parted by blanks; NULL: any value will do. */
const char *lf_option_choices(const lf_option_text *option);

/* --help of a command, and of the program. */
void lf_command_help(const lf_command_rule *rule, lf_text *out);
void lf_program_help(const lf_command_rule *rules, size_t n, lf_text *out);

/* The manual page of rules[i] (mdoc); i == n: that of the program. */
void lf_manual_page(const lf_command_rule *rules, size_t n, size_t i, lf_text *out);
/* The completion of a shell: bash, zsh or fish. LF_E_USAGE for any other. */
lf_status lf_completion(const lf_command_rule *rules, size_t n, const char *shell, lf_text *out,
                        lf_error *err);

#endif
