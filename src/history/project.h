/* The project: everything a user can say about a history, from leadfit.yaml and from options (which win). */
#ifndef LF_HISTORY_PROJECT_H
#define LF_HISTORY_PROJECT_H

#include "ingest/join.h"

typedef enum lf_trend {
  LF_TREND_FREE = 0, /* bands may go up and down */
  LF_TREND_INCREASING,
  LF_TREND_DECREASING,
  LF_TREND_PEAK,
  LF_TREND_VALLEY,
  LF_TREND_AUTO /* monotone where the data support it */
} lf_trend;

typedef struct lf_pattern {
  char *label;
  char *pattern; /* PCRE2, UTF-8 */
} lf_pattern;

/* Points said for some values of an attribute. */
typedef struct lf_said_points {
  char *key;     /* a value, the label of a pattern, "missing", "other" or an interval as typed */
  bool in_order; /* key names nothing: the band of this place (`points: [0, 5, 12]`) */
  int points;
} lf_said_points;

/* The direction of one value, or of the whole attribute. */
typedef struct lf_said_sign {
  char *key; /* NULL: the attribute */
  int sign;  /* +1 positive, -1 negative */
} lf_said_sign;

/* What a user says of one attribute; strings owned. */
typedef struct lf_attribute_spec {
  char *name;
  lf_kind kind; /* LF_KIND_INFER where not said */
  lf_owner owner;
  char *baseline; /* level that is the baseline of a plain fit, or NULL */
  double *edges;  /* `bands: [50, 200, 1000]`: inner edges, ascending; a band is [from, to) */
  size_t n_edges;
  lf_trend trend;
  lf_pattern *match; /* first match wins */
  size_t n_match;
  /* Rules the card keeps, whatever the data say; what each costs is reported (project_rules.c). */
  lf_said_points *points;
  size_t n_points;
  lf_said_sign *signs;
  size_t n_signs;
  int cap;      /* most points of the attribute; 0: not said */
  bool exclude; /* judged, and kept out of the score */
  size_t place; /* in the list of attributes, for messages */
} lf_attribute_spec;

typedef struct lf_text_list {
  char **items;
  size_t n;
} lf_text_list;

/* What a plan shall bring; 0 where not said. */
typedef struct lf_targets {
  double revenue, capacity, cost_per_lead, horizon; /* money, leads a month, money, months */
} lf_targets;

/* One of the sources that make the history; strings owned. The first brings the rows. */
typedef struct lf_source_spec {
  char *name;
  lf_text_list files;  /* one table; a relative name is relative to the project file. Or a database */
  char *table, *query; /* of the database */
  char *key;           /* its column */
  char *with;        /* the column it is compared with, of the sources before it; NULL: the first one's key */
  bool fold;         /* keys are compared without regard to ASCII case */
  lf_many many;      /* several rows of one key; of the first source: several rows that ask for one row */
  char *by;          /* column that says which of them is first */
  lf_text_list sum;  /* columns added up over the rows of a key */
  lf_text_list take; /* the columns it brings; none: all */
  lf_owner owner;    /* of its columns */
  bool idle;         /* nothing of it is asked for: it need not be read */
} lf_source_spec;

/* What a row is whose outcome comes from a source that has no row for it. */
typedef enum lf_unmatched {
  LF_UNMATCHED_OPEN = 0,
  LF_UNMATCHED_LOST,
  LF_UNMATCHED_BY /* lost where a column has one of some values, else open */
} lf_unmatched;

/* Zero-initialise. Everything owned; NULL or 0 where not said. */
typedef struct lf_project {
  char *file; /* the YAML it came from, or NULL */
  char *outcome;
  lf_text_list won, lost;
  double within; /* won means won within so many days of creation; 0: at any time */
  char *amount, *date, *created, *id, *account, *weight; /* date may be "@row" */
  lf_text_list missing;
  bool missing_said;
  lf_text_list use, drop, keep;
  lf_attribute_spec *attributes;
  size_t n_attributes;
  lf_targets plan;
  lf_source_spec *sources;
  size_t n_sources;
  char *outcome_source; /* the outcome is whether this source has a row */
  lf_unmatched unmatched;
  bool unmatched_said;
  char *unmatched_by;
  lf_text_list unmatched_lost;
} lf_project;

enum { LF_LONGEST_WINDOW = 3650 }; /* days */

/* Reads leadfit.yaml; errors name the path of the key. Unknown keys are errors that name the nearest known
 * one. */
lf_status lf_project_load(const char *path, lf_project *project, lf_error *err);
void lf_project_clear(lf_project *project);

/* The joined source that a name of a column begins with, 0 where it begins with none; *own: the name behind
 * it. */
size_t lf_project_source(const lf_project *project, const char *name, const char **own);
/* Columns of the first source may be named with it ("leads.Title"): takes the source off all such names, so
 * that what is said is what the table calls them. Once everything is said. */
void lf_project_plain_names(lf_project *project);

/* The spec of an attribute, NULL where nothing was said. */
const lf_attribute_spec *lf_project_attribute(const lf_project *project, const char *name);
/* The same, made where there is none yet. */
lf_status lf_project_attribute_add(lf_project *project, const char *name, lf_attribute_spec **spec,
                                   lf_error *err);
/* Whether the attribute has a rule that only a card can keep: points, sign, cap, exclude. */
bool lf_spec_has_rules(const lf_attribute_spec *spec);
/* LF_E_USAGE at "FILE: attributes[place].key: message"; key may be NULL. */
lf_status lf_spec_fail(const lf_project *project, const lf_attribute_spec *spec, const char *key,
                       lf_error *err, const char *format, ...) LF_PRINTF(5, 6);

/* "below 50", "< 50", "50 to 200", "50 to below 200", "200 and above", "200+", ">= 200", or a number by
 * itself (from = to); false where the text is none of them. from <= x < to. */
bool lf_interval_parse(const char *text, double *from, double *to);

/* Appends copies of the comma-separated items of text (a doubled comma stands for a comma). */
lf_status lf_text_list_add(lf_text_list *list, const char *text, lf_error *err);
lf_status lf_text_list_split(lf_text_list *list, const char *comma_separated, lf_error *err);
void lf_text_list_clear(lf_text_list *list);
bool lf_text_list_has(const lf_text_list *list, const char *text); /* ASCII case-folded */

#endif
