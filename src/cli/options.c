#include "cli/options.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "card/warehouse.h"
#include "cli/databases.h"
#include "cli/option_values.h"

enum {
  HISTORY = LF_COMMAND_FIT | LF_COMMAND_INSPECT | LF_COMMAND_VALIDATE | LF_COMMAND_COMPARE |
            LF_COMMAND_EVIDENCE | LF_COMMAND_PLAN | LF_COMMAND_MONITOR,
  JUDGED = HISTORY & ~LF_COMMAND_MONITOR, /* the watch takes every row it is given */
  ALL = HISTORY | LF_COMMAND_SCORE,
  EVERY = ALL | LF_COMMAND_EXPORT | LF_COMMAND_SQL /* commands that read no table know these alone */
};

typedef enum option_id {
  OPT_PROJECT,
  OPT_OUTCOME,
  OPT_WON,
  OPT_LOST,
  OPT_WITHIN,
  OPT_AMOUNT,
  OPT_DATE,
  OPT_CREATED,
  OPT_ID,
  OPT_ACCOUNT,
  OPT_WEIGHT,
  OPT_USE,
  OPT_DROP,
  OPT_KEEP,
  OPT_AS,
  OPT_MISSING,
  OPT_HOLDOUT,
  OPT_HOLDOUT_FROM,
  OPT_METHOD,
  OPT_MAX_BANDS,
  OPT_CAPACITY,
  OPT_PRECISION,
  OPT_CONFIG,
  OPT_CURRENT,
  OPT_SCORE,
  OPT_CLAIMS,
  OPT_PLAN,
  OPT_REVENUE,
  OPT_COST,
  OPT_HORIZON,
  OPT_TO,
  OPT_DIALECT,
  OPT_TABLE,
  OPT_QUERY,
  OPT_TO_TABLE,
  OPT_PROOF,
  OPT_PROFILE,
  OPT_ROWS,
  OPT_AGGREGATES,
  OPT_EXPORT,
  OPT_OUTPUT,
  OPT_SEED,
  OPT_THREADS,
  OPT_MEMORY,
  OPT_JSON,
  OPT_YAML,
  OPT_QUIET,
  OPT_VERBOSE,
  OPT_NO_PROGRESS,
  OPT_HELP,
  OPT_VERSION
} option_id;

typedef struct option_rule {
  const char *name;
  char letter;
  const char *value; /* what it takes, or NULL */
  option_id id;
  unsigned commands;
  const char *help;
} option_rule;

static const option_rule rules[] = {
    {"project", 'p', "FILE", OPT_PROJECT, EVERY, "project file (YAML): roles, owners, bands"},
    {"outcome", 0, "COL", OPT_OUTCOME, HISTORY, "column that says won or lost"},
    {"won", 0, "V,...", OPT_WON, HISTORY, "values of the outcome that mean won"},
    {"lost", 0, "V,...", OPT_LOST, HISTORY, "values of the outcome that mean lost"},
    {"within", 0, "DAYS", OPT_WITHIN, HISTORY,
     "won means won within DAYS of creation; else lost, or too young"},
    {"amount", 0, "COL", OPT_AMOUNT, HISTORY, "closed revenue of a won row"},
    {"date", 0, "COL", OPT_DATE, HISTORY, "date that orders the rows; @row: the rows stand in time order"},
    {"created", 0, "COL", OPT_CREATED, HISTORY, "date a row was created"},
    {"id", 0, "COL", OPT_ID, HISTORY, "identity of a row"},
    {"account", 0, "COL", OPT_ACCOUNT, HISTORY, "rows of one account are not independent"},
    {"weight", 0, "COL", OPT_WEIGHT, HISTORY, "frequency weights: a row stands for so many"},
    {"use", 0, "A,B", OPT_USE, HISTORY, "the only attributes to use"},
    {"drop", 0, "A,B", OPT_DROP, HISTORY, "columns to leave out"},
    {"keep", 0, "A,B", OPT_KEEP, HISTORY, "attributes to keep though a screen would leave them out"},
    {"as", 0, "NAME=KIND", OPT_AS, ALL, "kind of a column: number, category, flag, text, date"},
    {"missing", 0, "V,...", OPT_MISSING, EVERY, "spellings of missing, in place of the known ones"},
    {"holdout", 0, "F", OPT_HOLDOUT, JUDGED, "share of rows that judge (0: none; default 0.25)"},
    {"holdout-from", 0, "DATE", OPT_HOLDOUT_FROM, JUDGED, "rows from this date judge"},
    {"method", 0, "NAME", OPT_METHOD, LF_COMMAND_FIT, "card (default) or plain"},
    {"max-bands", 0, "N", OPT_MAX_BANDS, LF_COMMAND_FIT, "no attribute gets more bands than this"},
    {"capacity", 0, "N", OPT_CAPACITY, LF_COMMAND_FIT | LF_COMMAND_PLAN,
     "leads a month that sales can work: sets the threshold"},
    {"precision", 0, "P", OPT_PRECISION, LF_COMMAND_FIT,
     "win rate the qualified leads shall have: sets the threshold"},
    {"config", 0, "FILE", OPT_CONFIG,
     LF_COMMAND_VALIDATE | LF_COMMAND_SCORE | LF_COMMAND_PLAN | LF_COMMAND_MONITOR, "scoring.json to use"},
    {"current", 0, "FILE", OPT_CURRENT, LF_COMMAND_FIT,
     "definition in force (scoring.json): the report says what changes"},
    {"score", 0, "COL", OPT_SCORE, LF_COMMAND_VALIDATE, "column of the data that is the score to judge"},
    {"claims", 0, "FILE", OPT_CLAIMS, LF_COMMAND_EVIDENCE,
     "claims to answer (YAML), in place of the project file's"},
    {"plan", 0, "FILE", OPT_PLAN, LF_COMMAND_MONITOR,
     "plan.json of leadfit plan: qualified leads a month are held against it"},
    {"revenue", 0, "N", OPT_REVENUE, LF_COMMAND_PLAN | LF_COMMAND_FIT,
     "revenue that the leads of the horizon are to bring"},
    {"cost-per-lead", 0, "N", OPT_COST, LF_COMMAND_PLAN | LF_COMMAND_FIT,
     "what a lead costs, qualified or not"},
    {"horizon", 0, "M", OPT_HORIZON, LF_COMMAND_PLAN | LF_COMMAND_FIT, "months the plan is for (default 3)"},
    {"export", 0, "FILE", OPT_EXPORT, LF_COMMAND_COMPARE,
     "write the rows behind the figures: scores, who qualifies them, outcome (CSV)"},
    {"to", 0, "FORMAT", OPT_TO, LF_COMMAND_EXPORT,
     "sql, salesforce, hubspot, zoho, pmml, csv, markdown or c"},
    {"dialect", 0, "NAME", OPT_DIALECT, LF_COMMAND_EXPORT | LF_COMMAND_SQL,
     "of SQL: ansi (default), postgres, snowflake, bigquery, spark, duckdb, sqlserver, sqlite"},
    {"table", 0, "NAME", OPT_TABLE, EVERY,
     "table of the leads, as in schema.leads: of a database that is read, or in SQL"},
    {"query", 0, "SQL", OPT_QUERY, ALL, "query whose rows are read from a database"},
    {"to-table", 0, "NAME", OPT_TO_TABLE, LF_COMMAND_SCORE,
     "with -o DATABASE: table to write, whole or not at all"},
    {"profile", 0, "FILE", OPT_PROFILE, LF_COMMAND_SQL,
     "result of the first query (CSV): write the second, the coded history"},
    {"rows", 0, "N", OPT_ROWS, LF_COMMAND_SQL,
     "most rows of the coded history (default 1000000): more are coded, and lost rows drawn"},
    {"from-aggregates", 0, "DIR", OPT_AGGREGATES, LF_COMMAND_FIT,
     "fit what the queries of leadfit sql gave: profile.csv and coded.csv"},
    {"proof", 0, "FILE", OPT_PROOF, LF_COMMAND_EXPORT,
     "also write rows on and beside every edge with their scores (CSV)"},
    {"output", 'o', "PATH", OPT_OUTPUT,
     LF_COMMAND_FIT | LF_COMMAND_SCORE | LF_COMMAND_EXPORT | LF_COMMAND_PLAN | LF_COMMAND_MONITOR |
         LF_COMMAND_COMPARE | LF_COMMAND_EVIDENCE | LF_COMMAND_SQL,
     "folder (fit) or file to write; of plan, monitor, compare and evidence .html is a page, .json the "
     "figures"},
    {"seed", 0, "N", OPT_SEED, HISTORY, "seed of the split, the folds and whatever is drawn (default 1)"},
    {"threads", 0, "N", OPT_THREADS, EVERY, "threads (default: all cores); never changes a result"},
    {"memory", 0, "SIZE", OPT_MEMORY, ALL, "memory for the table (256M, 4G); what is more goes to $TMPDIR"},
    {"json", 0, NULL, OPT_JSON, ALL, "machine-readable result on standard output"},
    {"yaml", 0, NULL, OPT_YAML, LF_COMMAND_INSPECT, "write a project file to edit"},
    {"quiet", 'q', NULL, OPT_QUIET, EVERY, "say nothing but errors"},
    {"verbose", 'v', NULL, OPT_VERBOSE, EVERY, "say more"},
    {"no-progress", 0, NULL, OPT_NO_PROGRESS, EVERY, "no progress on the terminal"},
    {"help", 'h', NULL, OPT_HELP, EVERY, "this help"},
    {"version", 0, NULL, OPT_VERSION, EVERY, "version of the program"},
};
enum { N_RULES = sizeof rules / sizeof *rules };

void lf_options_visit(lf_command command, lf_option_visitor visit, void *context) {
  for (size_t i = 0; i < N_RULES; i++) {
    const option_rule *rule = &rules[i];
    const lf_option_text text = {
        .name = rule->name, .letter = rule->letter, .value = rule->value, .help = rule->help};
    if (rule->commands & command) visit(context, &text);
  }
}

static lf_status add_kind(lf_options *o, const char *value, lf_error *err) {
  const char *equals = strrchr(value, '=');
  lf_kind kind;
  if (!equals || equals == value || !lf_kind_parse(equals + 1, &kind))
    return lf_fail(err, LF_E_USAGE,
                   "--as takes NAME=KIND with a kind of number, category, flag, text or date, not '%s'",
                   value);
  char *name = NULL;
  lf_kind_request *grown = realloc(o->kinds, (o->n_kinds + 1) * sizeof *grown);
  if (!grown) return lf_fail(err, LF_E_MEMORY, "not enough memory for the options");
  o->kinds = grown;
  lf_status status = lf_copy_text(value, (size_t)(equals - value), &name, err);
  if (status == LF_OK) o->kinds[o->n_kinds++] = (lf_kind_request){name, kind};
  return status;
}

static lf_status set_method(lf_options *o, const char *value, lf_error *err) {
  if (strcmp(value, "card") == 0)
    o->method = LF_METHOD_CARD;
  else if (strcmp(value, "plain") == 0)
    o->method = LF_METHOD_PLAIN;
  else
    return lf_fail(err, LF_E_USAGE, "--method is card or plain, not '%s'", value);
  return LF_OK;
}

static lf_status set_missing(lf_project *project, const char *value, lf_error *err) {
  project->missing_said = true;
  return lf_option_set_list(&project->missing, value, err);
}

static lf_status apply_flag(lf_options *o, option_id id) {
  switch (id) {
  case OPT_JSON: o->json = true; break;
  case OPT_YAML: o->yaml = true; break;
  case OPT_QUIET: o->quiet = true; break;
  case OPT_VERBOSE: o->verbose = true; break;
  case OPT_NO_PROGRESS: o->no_progress = true; break;
  case OPT_HELP: o->help = true; break;
  default: o->version = true;
  }
  return LF_OK;
}

static lf_status apply(lf_options *o, const option_rule *rule, const char *value, lf_error *err) {
  lf_project *p = &o->project;
  double number = 0;
  lf_status status = LF_OK;
  switch (rule->id) {
  case OPT_OUTCOME: return lf_option_set_text(&p->outcome, value, err);
  case OPT_WON: return lf_option_set_list(&p->won, value, err);
  case OPT_LOST: return lf_option_set_list(&p->lost, value, err);
  case OPT_WITHIN: return lf_option_set_whole(rule->name, value, 1, LF_LONGEST_WINDOW, &p->within, err);
  case OPT_AMOUNT: return lf_option_set_text(&p->amount, value, err);
  case OPT_DATE: return lf_option_set_text(&p->date, value, err);
  case OPT_CREATED: return lf_option_set_text(&p->created, value, err);
  case OPT_ID: return lf_option_set_text(&p->id, value, err);
  case OPT_ACCOUNT: return lf_option_set_text(&p->account, value, err);
  case OPT_WEIGHT: return lf_option_set_text(&p->weight, value, err);
  case OPT_USE: return lf_option_set_list(&p->use, value, err);
  case OPT_DROP: return lf_option_set_list(&p->drop, value, err);
  case OPT_KEEP: return lf_option_set_list(&p->keep, value, err);
  case OPT_AS: return add_kind(o, value, err);
  case OPT_MISSING: return set_missing(p, value, err);
  case OPT_HOLDOUT: return lf_option_set_number(rule->name, value, 0, 0.9, &o->holdout, err);
  case OPT_HOLDOUT_FROM: o->holdout_from = value; return LF_OK;
  case OPT_METHOD: return set_method(o, value, err);
  case OPT_MAX_BANDS: return lf_option_set_whole(rule->name, value, 2, 1000, &o->max_bands, err);
  case OPT_CAPACITY: return lf_option_set_number(rule->name, value, 0, 1e12, &o->capacity, err);
  case OPT_PRECISION: return lf_option_set_number(rule->name, value, 0, 1, &o->precision, err);
  case OPT_CONFIG: o->config = value; return LF_OK;
  case OPT_CURRENT: o->current = value; return LF_OK;
  case OPT_SCORE: o->score = value; return LF_OK;
  case OPT_CLAIMS: o->claims = value; return LF_OK;
  case OPT_PLAN: o->plan = value; return LF_OK;
  case OPT_REVENUE: return lf_option_set_number(rule->name, value, 0, 1e15, &o->revenue, err);
  case OPT_COST: return lf_option_set_number(rule->name, value, 0, 1e12, &o->cost_per_lead, err);
  case OPT_HORIZON: return lf_option_set_number(rule->name, value, 0.25, 60, &o->horizon, err);
  case OPT_TO: o->to = value; return LF_OK;
  case OPT_DIALECT: o->dialect = value; return LF_OK;
  case OPT_TABLE: o->table = value; return LF_OK;
  case OPT_QUERY: o->query = value; return LF_OK;
  case OPT_TO_TABLE: o->to_table = value; return LF_OK;
  case OPT_PROOF: o->proof = value; return LF_OK;
  case OPT_PROFILE: o->profile = value; return LF_OK;
  case OPT_ROWS: return lf_option_set_whole(rule->name, value, 1000, 4e9, &o->rows, err);
  case OPT_AGGREGATES: o->aggregates = value; return LF_OK;
  case OPT_EXPORT: o->rows_to = value; return LF_OK;
  case OPT_OUTPUT: o->output = value; return LF_OK;
  case OPT_SEED:
    status = lf_option_set_whole(rule->name, value, 0, 9007199254740992.0, &number, err);
    o->seed = (uint64_t)number;
    return status;
  case OPT_THREADS:
    status = lf_option_set_whole(rule->name, value, 1, 1024, &number, err);
    o->threads = (int)number;
    return status;
  case OPT_MEMORY: return lf_option_set_size(rule->name, value, &o->memory, err);
  case OPT_PROJECT: return LF_OK; /* read before all others */
  default: return apply_flag(o, rule->id);
  }
}

static const option_rule *find_rule(const char *name, size_t length) {
  for (size_t i = 0; i < N_RULES; i++)
    if (strlen(rules[i].name) == length && strncmp(rules[i].name, name, length) == 0) return &rules[i];
  return NULL;
}

static const option_rule *find_letter(char letter) {
  for (size_t i = 0; i < N_RULES; i++)
    if (rules[i].letter == letter) return &rules[i];
  return NULL;
}

static lf_status unknown_option(lf_command command, const char *argument, lf_error *err) {
  const char *names[N_RULES];
  size_t n = 0;
  for (size_t i = 0; i < N_RULES; i++)
    if (rules[i].commands & command) names[n++] = rules[i].name;
  const char *name = argument;
  while (*name == '-') name++;
  const char *near = lf_nearest_word(name, names, n);
  if (near) return lf_fail(err, LF_E_USAGE, "no option '%s' here: did you mean --%s?", argument, near);
  return lf_fail(err, LF_E_USAGE, "no option '%s' here: --help lists them", argument);
}

/* One argument taken apart. */
typedef struct parsed_option {
  const option_rule *rule;
  const char *value; /* NULL for a flag */
} parsed_option;

/* Reads the option at argv[*at] and moves *at past it. */
static lf_status parse_option(lf_command command, int argc, char **argv, int *at, parsed_option *out,
                              lf_error *err) {
  const char *argument = argv[(*at)++];
  const char *inline_value = NULL;
  const option_rule *rule = NULL;
  if (argument[1] == '-') {
    const char *equals = strchr(argument, '=');
    rule = find_rule(argument + 2, equals ? (size_t)(equals - argument - 2) : strlen(argument + 2));
    inline_value = equals ? equals + 1 : NULL;
  } else {
    rule = find_letter(argument[1]);
    if (argument[2]) inline_value = argument + 2;
  }
  if (!rule || !(rule->commands & command)) return unknown_option(command, argument, err);
  if (!rule->value && inline_value) return lf_fail(err, LF_E_USAGE, "--%s takes no value", rule->name);
  *out = (parsed_option){rule, inline_value};
  if (rule->value && !inline_value) {
    if (*at >= argc) return lf_fail(err, LF_E_USAGE, "--%s needs a value: %s", rule->name, rule->value);
    out->value = argv[(*at)++];
  }
  return LF_OK;
}

static lf_status add_shown(lf_text *text, const char *argument, lf_error *err) {
  char *shown = NULL;
  lf_status status = lf_shown_argument(argument, &shown, err);
  if (status == LF_OK) lf_text_addf(text, strpbrk(shown, " '\"$*\\&|;<>()") ? " '%s'" : " %s", shown);
  free(shown);
  return status;
}

/* The arguments as typed, but for those that cannot change a result: for the reader who wants to run it
 * again. */
static lf_status write_command_line(lf_options *o, int argc, char **argv, lf_error *err) {
  lf_text text = {0};
  lf_text_add(&text, "leadfit");
  lf_text_addf(&text, " %s", argv[0]);
  lf_status status = LF_OK;
  for (int at = 1; status == LF_OK && at < argc;) {
    int start = at;
    bool silent = false;
    if (argv[at][0] == '-' && argv[at][1] && strcmp(argv[at], "--") != 0) {
      parsed_option option = {0};
      status = parse_option(o->command, argc, argv, &at, &option, err);
      if (status != LF_OK) break;
      option_id id = option.rule->id;
      silent = id == OPT_THREADS || id == OPT_MEMORY || id == OPT_OUTPUT || id == OPT_QUIET ||
               id == OPT_VERBOSE || id == OPT_NO_PROGRESS || id == OPT_JSON;
    } else
      at++;
    for (; !silent && start < at && status == LF_OK; start++) status = add_shown(&text, argv[start], err);
  }
  if (status == LF_OK) status = lf_text_status(&text, err);
  if (status == LF_OK) status = lf_copy_text(text.data, text.length, &o->command_line, err);
  lf_text_free(&text);
  return status;
}

/* Standard input can be one of the inputs, and only once. */
static lf_status add_path(lf_options *o, const char *path, lf_error *err) {
  for (size_t i = 0; i < o->n_paths; i++)
    if (strcmp(path, "-") == 0 && strcmp(o->paths[i], "-") == 0)
      return lf_fail(err, LF_E_USAGE, "standard input (-) is named twice: name it once");
  o->paths[o->n_paths++] = path;
  return LF_OK;
}

/* Walks the arguments once: with `project` only the project file is read, else everything else is applied. */
static lf_status walk(lf_options *o, int argc, char **argv, bool project, lf_error *err) {
  bool options_end = false;
  for (int at = 1; at < argc;) {
    const char *argument = argv[at];
    if (options_end || argument[0] != '-' || !argument[1]) {
      lf_status status = project ? LF_OK : add_path(o, argument, err);
      if (status != LF_OK) return status;
      at++;
      continue;
    }
    if (strcmp(argument, "--") == 0) {
      options_end = true;
      at++;
      continue;
    }
    parsed_option option = {0};
    lf_status status = parse_option(o->command, argc, argv, &at, &option, err);
    bool is_project = status == LF_OK && option.rule->id == OPT_PROJECT;
    if (is_project && project) {
      lf_project_clear(&o->project);
      status = lf_project_load(option.value, &o->project, err);
    }
    if (status == LF_OK && !project && !is_project) status = apply(o, option.rule, option.value, err);
    if (status != LF_OK) return status;
  }
  return LF_OK;
}

/* Targets of the project file hold where no option says otherwise. */
static void take_targets(lf_options *o) {
  const lf_targets *plan = &o->project.plan;
  const struct {
    double said, *field;
  } targets[] = {{plan->revenue, &o->revenue},
                 {plan->capacity, &o->capacity},
                 {plan->cost_per_lead, &o->cost_per_lead},
                 {plan->horizon, &o->horizon}};
  for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
    if (isnan(*targets[i].field) && targets[i].said > 0) *targets[i].field = targets[i].said;
}

/* Without a path, the first source of the project is read. */
static lf_status take_sources(lf_options *o, lf_error *err) {
  lf_project_plain_names(&o->project);
  if (o->n_paths || !o->project.n_sources || o->command & (LF_COMMAND_EXPORT | LF_COMMAND_SQL) ||
      o->aggregates)
    return LF_OK;
  const lf_text_list *files = &o->project.sources[0].files;
  free(o->paths);
  o->paths = NULL;
  o->paths_of_project = true;
  lf_status status = lf_alloc(files->n, sizeof *o->paths, &o->paths, err);
  for (size_t i = 0; i < files->n && status == LF_OK; i++) status = add_path(o, files->items[i], err);
  return status;
}

/* What the queries call the weight, and an id where the project has none. */
static lf_status expect_aggregates(lf_options *o, lf_error *err) {
  if (o->n_paths)
    return lf_fail(err, LF_E_USAGE, "--from-aggregates takes the place of a history: leave out %s",
                   o->paths[0]);
  lf_status status = lf_option_set_text(&o->project.weight, LF_WAREHOUSE_WEIGHT, err);
  if (status == LF_OK && !o->project.id) status = lf_option_set_text(&o->project.id, LF_WAREHOUSE_ID, err);
  return status;
}

lf_status lf_options_read(lf_command command, int argc, char **argv, lf_options *options, lf_error *err) {
  lf_options o = {.command = command,
                  .holdout = NAN,
                  .capacity = NAN,
                  .precision = NAN,
                  .max_bands = NAN,
                  .revenue = NAN,
                  .cost_per_lead = NAN,
                  .horizon = NAN,
                  .rows = NAN,
                  .seed = 1,
                  .threads = omp_get_num_procs()};
  lf_status status = lf_alloc((size_t)argc + 1, sizeof *o.paths, &o.paths, err);
  if (status == LF_OK) status = walk(&o, argc, argv, true, err);
  if (status == LF_OK) status = walk(&o, argc, argv, false, err);
  if (status == LF_OK) take_targets(&o);
  if (status == LF_OK && o.aggregates) status = expect_aggregates(&o, err);
  if (status == LF_OK) status = write_command_line(&o, argc, argv, err);
  if (status == LF_OK) status = take_sources(&o, err);
  if (status != LF_OK) {
    lf_options_clear(&o);
    return status;
  }
  *options = o;
  return LF_OK;
}

void lf_options_clear(lf_options *o) {
  free(o->paths);
  for (size_t i = 0; i < o->n_kinds; i++) free((char *)(uintptr_t)o->kinds[i].name);
  free(o->kinds);
  free(o->command_line);
  lf_databases_clear(o);
  lf_project_clear(&o->project);
  *o = (lf_options){0};
}
