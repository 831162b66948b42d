/* Between tables of joint codes and matrices of coefficients. */
#include "fit/pass.h"

/* Adds v to both halves. */
static void add_both(double *matrix, size_t n, size_t i, size_t j, double v) {
  matrix[i * n + j] += v;
  matrix[j * n + i] += v;
}

void lf_tables_gradient(const lf_frame *frame, lf_pass_kind kind, const double *tables, double *gradient) {
  const lf_layout *layout = &frame->layout;
  memset(gradient, 0, frame->n_coef * sizeof *gradient);
  gradient[0] = tables[LF_SLOT_RESIDUAL];
  for (size_t i = 0; i < frame->n_numbers; i++)
    gradient[frame->numbers[i].coef] += tables[layout->number_gradient + i];
  for (size_t g = 0; g < frame->n_groups; g++) {
    const lf_frame_group *group = &frame->groups[g];
    for (size_t t = 0; t < group->n_terms; t++) {
      const int32_t *coef = group->coef + t * group->n_codes;
      for (size_t c = 0; c < group->n_codes; c++) {
        if (coef[c] < 0) continue;
        gradient[coef[c]] += kind == LF_PASS_FULL ? tables[layout->group[g] + c * layout->stride + 1]
                                                  : tables[layout->residual[g] + c];
      }
    }
  }
}

/* One group against the intercept, the numbers and itself. */
static void expand_group(const lf_frame *frame, size_t g, const double *tables, double *hessian) {
  const lf_layout *layout = &frame->layout;
  const lf_frame_group *group = &frame->groups[g];
  size_t n = frame->n_coef;
  for (size_t c = 0; c < group->n_codes; c++) {
    const double *row = tables + layout->group[g] + c * layout->stride;
    if (row[0] == 0.0) continue;
    for (size_t t = 0; t < group->n_terms; t++) {
      int32_t a = group->coef[t * group->n_codes + c];
      if (a < 0) continue;
      size_t i = (size_t)a;
      add_both(hessian, n, 0, i, row[0]);
      hessian[i * n + i] += row[0];
      for (size_t k = 0; k < frame->n_numbers; k++)
        add_both(hessian, n, frame->numbers[k].coef, i, row[2 + k]);
      for (size_t u = t + 1; u < group->n_terms; u++) {
        int32_t b = group->coef[u * group->n_codes + c];
        if (b >= 0) add_both(hessian, n, i, (size_t)b, row[0]);
      }
    }
  }
}

/* A pair of groups: rows of the table are summed into the coefficients of the second group first, so that
 * each cell is read once for every term of the second and not for every pair of terms. */
static void expand_pair(const lf_frame *frame, size_t g, size_t h, const double *table, double *hessian) {
  const lf_frame_group *first = &frame->groups[g], *second = &frame->groups[h];
  size_t n = frame->n_coef;
  for (size_t a = 0; a < first->n_codes; a++) {
    const double *row = table + a * second->n_codes;
    for (size_t t = 0; t < first->n_terms; t++) {
      int32_t i = first->coef[t * first->n_codes + a];
      if (i < 0) continue;
      double *out = hessian + (size_t)i * n;
      for (size_t u = 0; u < second->n_terms; u++) {
        const int32_t *coef = second->coef + u * second->n_codes;
        for (size_t b = 0; b < second->n_codes; b++)
          if (coef[b] >= 0) out[coef[b]] += row[b];
      }
    }
  }
}

/* The part of the matrix that pairs of groups fill is filled in one half only: it is added to its mirror
 * image. */
static void mirror(double *matrix, size_t n) {
  for (size_t i = 0; i < n; i++) {
    for (size_t j = i + 1; j < n; j++) {
      double v = matrix[i * n + j] + matrix[j * n + i];
      matrix[i * n + j] = v;
      matrix[j * n + i] = v;
    }
    matrix[i * n + i] *= 2.0;
  }
}

void lf_tables_hessian(const lf_frame *frame, const double *tables, double *hessian) {
  const lf_layout *layout = &frame->layout;
  size_t n = frame->n_coef;
  memset(hessian, 0, n * n * sizeof *hessian);
  for (size_t g = 0; g < frame->n_groups; g++)
    for (size_t h = g + 1; h < frame->n_groups; h++)
      expand_pair(frame, g, h, tables + layout->pair[g * frame->n_groups + h], hessian);
  mirror(hessian, n);
  hessian[0] += tables[LF_SLOT_WEIGHT];
  for (size_t i = 0; i < frame->n_numbers; i++) {
    size_t a = frame->numbers[i].coef;
    add_both(hessian, n, 0, a, tables[layout->number_weight + i]);
    const double *row = tables + layout->number_number + i * frame->n_numbers;
    hessian[a * n + a] += row[i];
    for (size_t k = 0; k < i; k++) add_both(hessian, n, a, frame->numbers[k].coef, row[k]);
  }
  for (size_t g = 0; g < frame->n_groups; g++) expand_group(frame, g, tables, hessian);
}

/* V between the coefficients of two joint codes, summed over their terms. */
static double between(const lf_frame_group *first, size_t a, const lf_frame_group *second, size_t b,
                      const double *matrix, size_t n) {
  double sum = 0.0;
  for (size_t t = 0; t < first->n_terms; t++) {
    int32_t i = first->coef[t * first->n_codes + a];
    if (i < 0) continue;
    for (size_t u = 0; u < second->n_terms; u++) {
      int32_t j = second->coef[u * second->n_codes + b];
      if (j >= 0) sum += matrix[(size_t)i * n + (size_t)j];
    }
  }
  return sum;
}

/* V between one coefficient and a joint code. */
static double beside(size_t i, const lf_frame_group *group, size_t c, const double *matrix, size_t n) {
  double sum = 0.0;
  for (size_t t = 0; t < group->n_terms; t++) {
    int32_t j = group->coef[t * group->n_codes + c];
    if (j >= 0) sum += matrix[i * n + (size_t)j];
  }
  return sum;
}

void lf_tables_from_matrix(const lf_frame *frame, const double *matrix, double *tables) {
  const lf_layout *layout = &frame->layout;
  size_t n = frame->n_coef, numbers = frame->n_numbers;
  tables[LF_SLOT_WEIGHT] = matrix[0];
  for (size_t i = 0; i < numbers; i++) {
    size_t a = frame->numbers[i].coef;
    tables[layout->number_weight + i] = 2.0 * matrix[a];
    for (size_t k = 0; k <= i; k++)
      tables[layout->number_number + i * numbers + k] =
          matrix[a * n + frame->numbers[k].coef] * (k < i ? 2.0 : 1.0);
  }
  for (size_t g = 0; g < frame->n_groups; g++) {
    const lf_frame_group *group = &frame->groups[g];
    for (size_t c = 0; c < group->n_codes; c++) {
      double *row = tables + layout->group[g] + c * layout->stride;
      row[0] = between(group, c, group, c, matrix, n) + 2.0 * beside(0, group, c, matrix, n);
      for (size_t k = 0; k < numbers; k++)
        row[2 + k] = 2.0 * beside(frame->numbers[k].coef, group, c, matrix, n);
    }
    for (size_t h = g + 1; h < frame->n_groups; h++) {
      const lf_frame_group *other = &frame->groups[h];
      double *table = tables + layout->pair[g * frame->n_groups + h];
      for (size_t a = 0; a < group->n_codes; a++)
        for (size_t b = 0; b < other->n_codes; b++)
          table[a * other->n_codes + b] = 2.0 * between(group, a, other, b, matrix, n);
    }
  }
}
