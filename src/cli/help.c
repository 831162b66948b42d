/* --help: what a command is for, its options in groups, examples; in 80 columns. */
#include <stdio.h>
#include <string.h>

#include "cli/manual.h"

enum { WIDTH = 79, HELP_COLUMN = 29 };

const char *lf_option_group_name(lf_option_group group) {
  switch (group) {
  case LF_OPTIONS_OF_COMMAND: return "Of this command";
  case LF_OPTIONS_OF_COLUMNS: return "Columns and their roles";
  case LF_OPTIONS_OF_ROWS: return "Rows that judge";
  default: return "Of every command";
  }
}

/* The group is that of the first row here that names the option; what no row names is the command's own. */
static const struct {
  lf_option_group group;
  const char *names; /* between blanks */
} groups[] = {
    {LF_OPTIONS_OF_COLUMNS,
     " outcome won lost amount date created id account weight use drop keep as missing "},
    {LF_OPTIONS_OF_ROWS, " holdout holdout-from seed "},
    {LF_OPTIONS_OF_ALL, " project threads memory quiet verbose no-progress help version "},
};

static lf_option_group group_of(const char *name) {
  for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
    for (const char *p = groups[i].names; (p = strstr(p, name)); p++)
      if (p[-1] == ' ' && p[strlen(name)] == ' ') return groups[i].group;
  return LF_OPTIONS_OF_COMMAND;
}

const char *lf_option_choices(const lf_option_text *option) {
  static const char *const choices[][2] = {
      {"method", "card plain"},
      {"to", "sql salesforce hubspot zoho pmml csv markdown c"},
      {"dialect", "ansi postgres snowflake bigquery spark duckdb sqlserver sqlite"}};
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
    if (strcmp(choices[i][0], option->name) == 0) return choices[i][1];
  return NULL;
}

typedef struct group_visit {
  lf_option_group group;
  lf_option_visitor visit;
  void *context;
} group_visit;

static void visit_one(void *context, const lf_option_text *option) {
  const group_visit *v = context;
  if (group_of(option->name) == v->group) v->visit(v->context, option);
}

void lf_option_group_visit(lf_command command, lf_option_group group, lf_option_visitor visit,
                           void *context) {
  group_visit v = {group, visit, context};
  lf_options_visit(command, visit_one, &v);
}

/* Text from column `at` on, broken at blanks; further lines are indented as far. */
static void wrap(lf_text *out, size_t at, const char *text) {
  size_t room = WIDTH - at;
  while (strlen(text) > room) {
    size_t n = room;
    while (n && text[n] != ' ') n--;
    if (!n) n = strcspn(text, " ");
    lf_text_addf(out, "%.*s\n%*s", (int)n, text, (int)at, "");
    text += n + (text[n] == ' ');
  }
  lf_text_addf(out, "%s\n", text);
}

static void add_option(void *context, const lf_option_text *option) {
  lf_text *out = context;
  char left[64], letter[8] = "    ";
  snprintf(left, sizeof left, "--%s%s%s", option->name, option->value ? " " : "",
           option->value ? option->value : "");
  if (option->letter) snprintf(letter, sizeof letter, "-%c, ", option->letter);
  lf_text_addf(out, "  %s%-22s ", letter, left);
  wrap(out, HELP_COLUMN, option->help);
}

static void add_options(lf_command command, lf_text *out) {
  for (lf_option_group group = 0; group < LF_OPTION_GROUPS; group++) {
    lf_text options = {0};
    lf_option_group_visit(command, group, add_option, &options);
    const char *lines = lf_text_part(out, &options);
    if (*lines) lf_text_addf(out, "\n%s\n%s", lf_option_group_name(group), lines);
    lf_text_free(&options);
  }
}

void lf_command_help(const lf_command_rule *rule, lf_text *out) {
  const lf_command_about *about = lf_command_about_of(rule->command);
  lf_text_addf(out, "leadfit %s %s\n\n", rule->name, rule->arguments);
  wrap(out, 0, about->about);
  add_options(rule->command, out);
  lf_text_add(out, "\nExamples\n");
  for (size_t i = 0; i < 3 && about->examples[i].line; i++)
    lf_text_addf(out, "  %s\n", about->examples[i].line);
}

void lf_program_help(const lf_command_rule *rules, size_t n, lf_text *out) {
  lf_text_add(out, "leadfit " LEADFIT_VERSION ": which lead attributes predict closed revenue\n\n");
  for (size_t i = 0; i < n; i++) {
    lf_text_addf(out, "  leadfit %s %s\n      ", rules[i].name, rules[i].arguments);
    wrap(out, 6, rules[i].help);
  }
  lf_text_add(out, "\nleadfit COMMAND --help lists the options of a command. Also: --version,\n"
                   "--manual [COMMAND] (a manual page in mdoc), --completion bash, zsh or fish.\n");
}
