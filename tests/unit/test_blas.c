/* GSL over BLAS from several threads at once gives the bits that one thread gets. (With an OpenBLAS that is
 * not made for it, it does not: matrices stop being positive definite.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"

enum { SIZE = 150, TASKS = 1500 };

/* a a' + 1, factored: the same work for every task. */
typedef struct work {
  const double *a;
  double *first;      /* what one thread got */
  uint8_t *different; /* one a task */
} work;

static void factor(const double *a, double *out) {
  gsl_matrix_const_view from = gsl_matrix_const_view_array(a, SIZE, SIZE);
  gsl_matrix_view to = gsl_matrix_view_array(out, SIZE, SIZE);
  gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1, &from.matrix, &from.matrix, 0, &to.matrix);
  for (size_t i = 0; i < SIZE; i++) out[i * SIZE + i] += 1;
  gsl_linalg_cholesky_decomp1(&to.matrix);
}

static void task(void *context, size_t i) {
  work *w = context;
  double *out = malloc(sizeof(double) * SIZE * SIZE + 64);
  if (!out) {
    w->different[i] = 1;
    return;
  }
  double *shifted = out + i % 4; /* where a matrix lies must not matter either */
  factor(w->a, shifted);
  w->different[i] = memcmp(shifted, w->first, sizeof(double) * SIZE * SIZE) != 0;
  free(out);
}

static void threads_get_the_same_bits(void **state) {
  (void)state;
  gsl_set_error_handler_off();
  double *a = malloc(sizeof(double) * SIZE * SIZE);
  work w = {.a = a, .first = malloc(sizeof(double) * SIZE * SIZE), .different = calloc(TASKS, 1)};
  assert_true(a && w.first && w.different);
  uint32_t random = 1;
  for (size_t i = 0; i < SIZE * SIZE; i++) {
    random = random * 1664525u + 1013904223u;
    a[i] = random * 0x1p-32 - 0.5;
  }
  factor(a, w.first);
  lf_run run = {.threads = 4};
  lf_parallel_for(&run, TASKS, task, &w);
  size_t different = 0;
  for (size_t i = 0; i < TASKS; i++) different += w.different[i];
  assert_int_equal(different, 0);
  free(a);
  free(w.first);
  free(w.different);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(threads_get_the_same_bits)};
  return cmocka_run_group_tests_name("blas", tests, NULL, NULL);
}
