/* What the user typed, for every command. */
#ifndef LF_CLI_OPTIONS_H
#define LF_CLI_OPTIONS_H

#include "base/text.h"
#include "history/history.h"

/* Commands, as bits, so that an option can say which of them know it. */
typedef enum lf_command {
  LF_COMMAND_FIT = 1,
  LF_COMMAND_INSPECT = 2,
  LF_COMMAND_VALIDATE = 4,
  LF_COMMAND_SCORE = 8,
  LF_COMMAND_COMPARE = 16,
  LF_COMMAND_EVIDENCE = 32,
  LF_COMMAND_EXPORT = 64,
  LF_COMMAND_PLAN = 128,
  LF_COMMAND_MONITOR = 256,
  LF_COMMAND_SQL = 512
} lf_command;

typedef enum lf_method { LF_METHOD_CARD = 0, LF_METHOD_PLAIN } lf_method;

/* A database that was read: its rows in an unlinked file. Owned. */
typedef struct lf_opened_database {
  char *path; /* of the file, while it is open */
  char *name; /* its address without secrets, and what was read of it */
  int fd;
} lf_opened_database;

/* Everything owned but argv texts. */
typedef struct lf_options {
  lf_command command;
  const char **paths;
  size_t n_paths;
  lf_project project; /* project file first, options over it */
  lf_kind_request *kinds;
  size_t n_kinds;
  const char *output;  /* -o */
  const char *config;  /* --config */
  const char *current; /* --current */
  const char *score;   /* --score COLUMN */
  const char *claims;  /* --claims FILE */
  const char *plan;    /* monitor: --plan FILE */
  double revenue;      /* plan: NaN: not said, as the next two */
  double cost_per_lead;
  double horizon;         /* months */
  const char *to;         /* export: --to FORMAT */
  const char *dialect;    /* export: --dialect NAME */
  const char *table;      /* --table NAME: of a database; of an export */
  const char *query;      /* --query SQL */
  const char *profile;    /* sql: --profile FILE */
  const char *aggregates; /* fit: --from-aggregates DIR */
  double rows;            /* sql: --rows N; NaN: not said */
  const char *to_table;   /* score: --to-table NAME */
  const char *proof;      /* export: --proof FILE */
  const char *rows_to;    /* --export FILE */
  const char *holdout_from;
  double holdout;   /* NaN: not said */
  double capacity;  /* NaN: not said */
  double precision; /* NaN: not said */
  double max_bands; /* NaN: not said */
  lf_method method;
  bool paths_of_project; /* no path was given: they are the first source's */
  lf_opened_database *databases;
  size_t n_databases;
  char *command_line; /* as typed, without what cannot change a result (threads, output place, loudness) */
  uint64_t seed;
  uint64_t memory; /* --memory: bytes for the table; 0: no limit */
  int threads;
  bool json, yaml, quiet, verbose, no_progress, help, version;
} lf_options;

/* Reads argv of a command (argv[0] is the command). LF_E_USAGE with advice for what is not understood. */
lf_status lf_options_read(lf_command command, int argc, char **argv, lf_options *options, lf_error *err);
void lf_options_clear(lf_options *options);

/* An option as help, manual and completions show it. */
typedef struct lf_option_text {
  const char *name;
  char letter;       /* 0: none */
  const char *value; /* what it takes: FILE, N, ...; NULL: nothing */
  const char *help;
} lf_option_text;

typedef void (*lf_option_visitor)(void *context, const lf_option_text *option);
/* The options that a command knows, in the order of their table. */
void lf_options_visit(lf_command command, lf_option_visitor visit, void *context);

#endif
