/* leadfit: which lead attributes predict closed revenue.
 *
 * The public API of libleadfit. Conventions, everywhere:
 *   - every function that can fail returns lf_status and fills a caller-owned lf_error; err may be NULL;
 *   - inputs are const; one new object goes out through the last pointer before err, set only on LF_OK;
 *   - each object has one _free, which takes NULL;
 *   - no function prints, exits, reads the clock or keeps state between calls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LEADFIT_H
#define LEADFIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LEADFIT_VERSION "0.2.0"

#if defined(__GNUC__)
#define LF_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define LF_PUBLIC __attribute__((visibility("default")))
#else
#define LF_PRINTF(fmt, args)
#define LF_PUBLIC
#endif

/* ---- status and error ---------------------------------------------------------------------------- */

typedef enum lf_status {
  LF_OK = 0,
  LF_E_USAGE,       /* the caller asked for something that cannot be: exit 2 */
  LF_E_DATA,        /* the data cannot answer, and the message says why: exit 3 */
  LF_E_IO,          /* a file could not be read or written: exit 4 */
  LF_E_MEMORY,      /* not enough memory: exit 4 */
  LF_E_INTERRUPTED, /* stopped on request: exit 130 */
  LF_E_ALARM        /* done, and what was asked about does not hold: exit 1; no message */
} lf_status;

/* What went wrong and where. Line and column count from 1; 0 means "does not apply". */
typedef struct lf_error {
  char message[768]; /* "what is wrong: what to do about it", one line of UTF-8 */
  char file[256];    /* "" where no file is concerned */
  uint64_t line;
  uint64_t column;
} lf_error;

/* ---- words ---------------------------------------------------------------------------------------- */

/* What the values of a column are. */
typedef enum lf_kind {
  LF_KIND_INFER = 0, /* as a request only: decide from the values */
  LF_KIND_NUMBER,
  LF_KIND_CATEGORY,
  LF_KIND_FLAG, /* two values at most, of a yes/no kind */
  LF_KIND_TEXT, /* free text, or more distinct values than a category can have */
  LF_KIND_DATE,
  LF_KIND_EMPTY /* no value in any row */
} lf_kind;

/* The team that brings an attribute. */
typedef enum lf_owner { LF_OWNER_NONE = 0, LF_OWNER_MARKETING, LF_OWNER_SALES, LF_OWNER_SHARED } lf_owner;

/* How work is run: the number of threads changes the time taken, never the result. NULL where a function
 * takes a `const lf_run *` means one thread, silent, not interruptible. */
typedef struct lf_run {
  int threads;                                                                    /* at least 1 */
  void (*progress)(void *sink, const char *stage, uint64_t done, uint64_t total); /* NULL: silent */
  void *sink;
  const volatile int *interrupted; /* becomes nonzero when work should stop; NULL: never */
} lf_run;

/* ---- scoring leads ---------------------------------------------------------------------------------- */

/* A scorecard: attributes, bands, points, the map to probability, threshold and grades. scoring.json is one.
 */
typedef struct lf_scorecard lf_scorecard;

/* Reads scoring.json (format leadfit-scoring/1). LF_E_IO, or LF_E_USAGE with the path of the key that is
 * wrong. */
LF_PUBLIC lf_status lf_scorecard_load(const char *path, lf_scorecard **card, lf_error *err);
LF_PUBLIC void lf_scorecard_free(lf_scorecard *card);

typedef struct lf_lead_score {
  int score;
  bool qualified;          /* at or above the MQL threshold; false where the card has none */
  const char *grade;       /* lives as long as the card; "" without grades */
  double probability;      /* of winning; NaN where the card has no map */
  double expected_revenue; /* probability times the mean amount of a won deal; NaN where unknown */
} lf_lead_score;

/* Scores one lead from n values by column name; a NULL value, and a column that is not among the names, is
 * missing; numbers are plain decimals ("1250.5"), dates have the year first ("2024-01-31"). A value nobody
 * has seen counts as the card's other band: scoring never fails on a value. Safe from several threads on one
 * card. */
LF_PUBLIC lf_status lf_scorecard_lead(const lf_scorecard *card, const char *const *names,
                                      const char *const *values, size_t n, lf_lead_score *out, lf_error *err);

/* ---- fitting a scorecard ------------------------------------------------------------------------------ */

/* What is asked. Zero-initialise: NULL and 0 stand for the defaults. Not owned. */
typedef struct lf_fit_options {
  const char *const *paths; /* the history: files with the same columns, CSV, as they are or .gz or .zst */
  size_t n_paths;           /* at least 1 */
  const char *project;      /* leadfit.yaml: roles, owners, bands, rules; NULL: roles are inferred */
  double
      holdout;   /* share of the rows that judge, above 0 to 0.9: the newest where a date is known; 0: 0.25 */
  uint64_t seed; /* of the split and the folds; 0: 1 */
} lf_fit_options;

/* What was found. Rows are counted by their weights; figures are of the holdout, which chose nothing. NaN
 * where a figure does not exist. */
typedef struct lf_fit_result {
  double train_rows, train_won;
  double holdout_rows, holdout_won;
  double auc, auc_low, auc_high; /* 95 %, clustered by account where one is known */
  double log_loss;
  double calibration_slope;
} lf_fit_result;

/* Fits the scorecard that `leadfit fit` fits with the same files and project, without its evidence and
 * report. result may be NULL. The caller frees *card. LF_E_USAGE, LF_E_DATA, LF_E_IO as the program; a
 * project of several sources is LF_E_USAGE. Turns GSL's error handler off while it runs: one call at a time
 * where the program uses GSL from other threads. */
LF_PUBLIC lf_status lf_scorecard_fit(const lf_fit_options *options, const lf_run *run, lf_scorecard **card,
                                     lf_fit_result *result, lf_error *err);

/* Writes scoring.json (format leadfit-scoring/1): whole, or what was there stays. LF_E_IO. */
LF_PUBLIC lf_status lf_scorecard_save(const lf_scorecard *card, const char *path, lf_error *err);

#ifdef __cplusplus
}
#endif
#endif
