/* The reference cases: the folder conformance/ of the one LEADFIT_REFERENCE names holds CASE.expected.json
 * files and the CSVs they are about. */
#ifndef LF_TEST_REFERENCE_H
#define LF_TEST_REFERENCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The folder LEADFIT_REFERENCE names, or NULL where it is not set. */
const char *reference_folder(void);

/* One case: its file, how much is allowed, and how close it came. */
typedef struct reference_case {
  const char *name;
  json_t *root, *expected, *tolerance;
  double worst; /* largest error as a share of what is allowed */
  char worst_key[64];
  int compared, failed;
} reference_case;

/* Skips the test (cmocka) where there is no reference folder; fails it where the case cannot be read. */
void reference_open(const char *name, reference_case *c);
/* Prints "NAME: n figures, worst error … of the tolerance at KEY" and fails the test where a figure was out.
 */
void reference_close(reference_case *c);

/* The value at a path of keys separated by '/': items of lists by number. Fails the test where there is none.
 */
const json_t *reference_at(const json_t *value, const char *path);
/* Compares with the number there (or "Inf", "-Inf", "NA"); the last key names the tolerance. */
void reference_number(reference_case *c, const json_t *from, const char *path, double got);
/* Compares each item of a list. */
void reference_numbers(reference_case *c, const json_t *from, const char *path, const double *got, size_t n);

/* A small CSV as it stands there: text cells, quotes taken off. */
typedef struct reference_csv {
  size_t n_rows, n_columns;
  char *bytes;
  char **cells; /* header first, n_columns a row */
} reference_csv;

void reference_csv_open(const char *file, reference_csv *csv);
void reference_csv_close(reference_csv *csv);
const char *reference_csv_cell(const reference_csv *csv, size_t row, const char *column);
/* Numbers of a column, NaN where empty; the caller frees. */
double *reference_csv_numbers(const reference_csv *csv, const char *column);

#endif
