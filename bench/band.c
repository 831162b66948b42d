/* Optimal bands of every attribute of a history, each by itself: atoms, then the exact partition of least
 * deviance.
 *
 *     band FILE THREADS MAX_BANDS MIN_SHARE
 *
 * Prints the seconds from the table in memory to the bands, and the binomial deviance of each attribute's
 * bands. */
#include <string.h>

#include "band/atoms.h"
#include "band/partition.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "common.h"

typedef struct banding {
  const lf_history *history;
  const lf_atoms *atoms;
  lf_partition_options options;
  size_t *bands;
  double *deviance;
  lf_status *status;
} banding;

typedef struct rated {
  double rate, rows, won;
} rated;

static int by_rate(const void *a, const void *b) {
  const rated *x = a, *y = b;
  return x->rate < y->rate ? -1 : x->rate > y->rate;
}

/* Counts by atom; a category's atoms in the order of their win rates. Returns the atoms that have rows. */
static size_t count_atoms(const lf_history *history, const lf_atom_set *set, rated *r) {
  for (size_t i = 0; i < history->n_rows; i++) {
    r[set->code[i]].rows += 1;
    r[set->code[i]].won += history->won[i];
  }
  size_t n = 0;
  for (size_t a = 0; a < set->n; a++) {
    if (!(r[a].rows > 0)) continue;
    r[n] = r[a];
    r[n].rate = r[n].won / r[n].rows;
    n++;
  }
  if (set->kind != LF_KIND_NUMBER) qsort(r, n, sizeof *r, by_rate);
  return n;
}

static lf_status band_set(banding *b, size_t t) {
  const lf_atom_set *set = &b->atoms->items[t];
  rated *r = NULL;
  double *rows = NULL, *won = NULL;
  uint16_t *band = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(set->n + 2, sizeof *r, &r, NULL));
  LF_TRY(lf_alloc(set->n + 2, sizeof *rows, &rows, NULL));
  LF_TRY(lf_alloc(set->n + 2, sizeof *won, &won, NULL));
  LF_TRY(lf_alloc(set->n + 2, sizeof *band, &band, NULL));
  size_t n = count_atoms(b->history, set, r);
  for (size_t a = 0; a < n; a++) {
    rows[a] = r[a].rows;
    won[a] = r[a].won;
  }
  lf_partition_atoms atoms = {.n = n, .rows = rows, .won = won};
  LF_TRY(lf_partition(&atoms, &b->options, band, &b->bands[t], &b->deviance[t], NULL));
cleanup:
  free(r);
  free(rows);
  free(won);
  free(band);
  return status;
}

static void band_task(void *context, size_t t) {
  banding *b = context;
  b->status[t] = band_set(b, t);
}

static void print(const banding *b, double seconds) {
  printf("{\"seconds\": %.4f, \"attributes\": {", seconds);
  for (size_t t = 0; t < b->atoms->n; t++)
    printf("%s\"%s\": {\"bands\": %zu, \"deviance\": %.6f}", t ? ", " : "", b->atoms->items[t].name,
           b->bands[t], b->deviance[t]);
  printf("}}\n");
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fputs("band FILE THREADS MAX_BANDS MIN_SHARE\n", stderr);
    return 2;
  }
  lf_run run = {.threads = atoi(argv[2])};
  lf_project project = {0};
  lf_history *history = NULL;
  lf_atoms *atoms = NULL;
  lf_error err = {0};
  banding b = {0};
  lf_status status = LF_OK;
  LF_TRY(bench_history(argv[1], "Amount", &project, &run, &history, &err));
  double began = bench_now();
  LF_TRY(lf_atoms_make(history, NULL, &run, &atoms, &err));
  b = (banding){.history = history, .atoms = atoms};
  b.options = (lf_partition_options){.min_rows = atof(argv[4]) * (double)history->n_rows,
                                     .max_bands = (size_t)atoi(argv[3]),
                                     .trend = LF_TREND_FREE};
  LF_TRY(lf_alloc(atoms->n, sizeof *b.bands, &b.bands, &err));
  LF_TRY(lf_alloc(atoms->n, sizeof *b.deviance, &b.deviance, &err));
  LF_TRY(lf_alloc(atoms->n, sizeof *b.status, &b.status, &err));
  lf_parallel_for(&run, atoms->n, band_task, &b);
  for (size_t t = 0; t < atoms->n; t++)
    LF_TRY(b.status[t] == LF_OK ? LF_OK : lf_fail(&err, b.status[t], "%s: no bands", atoms->items[t].name));
  print(&b, bench_now() - began);
cleanup:
  free(b.bands);
  free(b.deviance);
  free(b.status);
  lf_atoms_free(atoms);
  lf_history_free(history);
  lf_project_clear(&project);
  return status == LF_OK ? 0 : bench_fail("band", &err);
}
