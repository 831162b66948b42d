/* The project: everything a user can say about a history, from leadfit.yaml and from options (which win). */
#ifndef LF_HISTORY_PROJECT_H
#define LF_HISTORY_PROJECT_H

#include "base/status.h"

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
} lf_attribute_spec;

typedef struct lf_text_list {
  char **items;
  size_t n;
} lf_text_list;

/* Zero-initialise. Everything owned; NULL or 0 where not said. */
typedef struct lf_project {
  char *file; /* the YAML it came from, or NULL */
  char *outcome;
  lf_text_list won, lost;
  char *amount, *date, *created, *id, *account, *weight; /* date may be "@row" */
  lf_text_list missing;
  bool missing_said;
  lf_text_list use, drop, keep;
  lf_attribute_spec *attributes;
  size_t n_attributes;
} lf_project;

/* Reads leadfit.yaml; errors name the path of the key. Unknown keys are errors that name the nearest known
 * one. */
lf_status lf_project_load(const char *path, lf_project *project, lf_error *err);
void lf_project_clear(lf_project *project);

/* The spec of an attribute, NULL where nothing was said. */
const lf_attribute_spec *lf_project_attribute(const lf_project *project, const char *name);
/* The same, made where there is none yet. */
lf_status lf_project_attribute_add(lf_project *project, const char *name, lf_attribute_spec **spec,
                                   lf_error *err);
/* Appends copies of the comma-separated items of text (a doubled comma stands for a comma). */
lf_status lf_text_list_add(lf_text_list *list, const char *text, lf_error *err);
lf_status lf_text_list_split(lf_text_list *list, const char *comma_separated, lf_error *err);
void lf_text_list_clear(lf_text_list *list);
bool lf_text_list_has(const lf_text_list *list, const char *text); /* ASCII case-folded */

#endif
