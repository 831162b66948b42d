/* How the sources of leadfit.yaml are read, for what joins them: whole tables, or leads that go past.
 * Internal to cli. */
#ifndef LF_CLI_SOURCES_H
#define LF_CLI_SOURCES_H

#include "card/card.h"
#include "cli/command.h"

/* How one source is read. Arrays owned, texts not. */
typedef struct lf_source_reading {
  bool needed;
  lf_reading_wish wish;
  lf_key_request *keys; /* its own first (but for the first source), then those that others are joined by */
  const char **only, **take;
  size_t n_take;
  size_t parent; /* the source whose column it is joined by */
  size_t place;  /* its key among those of the parent */
} lf_source_reading;

typedef struct lf_source_plan {
  const lf_options *options;
  size_t n;
  lf_source_reading *readings;
} lf_source_plan;

/* wanted NULL: every source, with all the columns it takes. Else only sources that bring one of these
 * attributes are needed, with those that they are joined by; of each only such columns are read, and of the
 * first source only its keys and the column of its rule. Zero-initialise out; it is to be cleared in every
 * case. */
lf_status lf_source_plan_make(const lf_options *options, const lf_attributes *wanted, lf_source_plan *out,
                              lf_error *err);
void lf_source_plan_clear(lf_source_plan *sources);

/* The join of source i to its parent; other_key is 0. What it names must outlive it. */
lf_join_request lf_source_plan_request(const lf_source_plan *sources, size_t i);

#endif
