/* A history from CSV text, for the tests of its room. */
#ifndef HISTORY_CASE_H
#define HISTORY_CASE_H

#include "base/text.h"
#include "history/history.h"

typedef struct history_case {
  lf_project project; /* fill before building */
  lf_history_options options;
  lf_history *history;
  lf_error error;
} history_case;

/* No holdout, outcome needed. */
history_case case_new(void);
void case_free(history_case *c);
/* Reads the text as a CSV file and builds the history. */
lf_status case_build(history_case *c, const char *csv);
/* The same from a file. */
lf_status case_build_file(history_case *c, const char *path, int threads);
/* Fails the test with the message where it does not build. */
void case_must_build(history_case *c, const char *csv);
/* Fails the test unless it is refused with this status and a message that has this text. */
void case_must_fail(history_case *c, const char *csv, lf_status status, const char *text);

const lf_column_role *case_role(const history_case *c, const char *column);
/* Whether some note has the text. */
bool case_notes(const history_case *c, const char *text);
/* Rows left out for a reason that has the text. */
uint64_t case_excluded(const history_case *c, const char *text);
void set_text(char **slot, const char *text);

/* Uniform in [0, 1): a counter hashed, so that every test has its own fixed numbers. */
double noise(uint64_t seed, uint64_t i);

#endif
