/* Which coded terms share a joint code.
 *
 * A pass over rows adds once into a table for each pair of groups, so fewer groups are fewer additions; but a
 * table that leaves the first-level cache makes each addition dearer. First-fit decreasing under a limit on
 * the joint codes, tried for a few limits, keeping the cheapest by a measured cost of an addition. A function
 * of the design alone. */
#include "fit/frame.h"

/* Nanoseconds of one addition into a table of that many doubles, about. */
static double addition_cost(double size) {
  if (size <= 4096.0) return 1.0;
  if (size <= 32768.0) return 1.5;
  if (size <= 262144.0) return 2.5;
  return 6.0;
}

/* Assigns terms, largest first, to the first group whose joint codes stay within limit. */
static size_t first_fit(const size_t *sizes, size_t n, size_t limit, size_t *group_of, size_t *joint) {
  size_t groups = 0;
  for (size_t i = 0; i < n; i++) group_of[i] = SIZE_MAX;
  for (size_t done = 0; done < n; done++) {
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < n; i++)
      if (group_of[i] == SIZE_MAX && (best == SIZE_MAX || sizes[i] > sizes[best])) best = i;
    size_t g = 0;
    while (g < groups && joint[g] * sizes[best] > limit) g++;
    if (g == groups) joint[groups++] = 1;
    joint[g] *= sizes[best];
    group_of[best] = g;
  }
  return groups;
}

/* Cost of a row in a full pass: additions for pairs and groups, and the share of clearing, adding and
 * expanding tables. */
static double row_cost(const size_t *joint, size_t groups, size_t n_numbers, size_t n_rows) {
  double cost = 0.0, cells = 0.0, stride = (double)n_numbers + 2.0;
  for (size_t g = 0; g < groups; g++) {
    cost += 2.0 + 0.4 * stride;
    cells += (double)joint[g] * stride;
    for (size_t h = g + 1; h < groups; h++) {
      double size = (double)joint[g] * (double)joint[h];
      cost += addition_cost(size);
      cells += size;
    }
  }
  if (cells > 4e6) cost *= 4.0; /* all tables together leave the last cache */
  double chunks = (double)n_rows / 65536.0 + 1.0;
  if (chunks > 16.0) chunks = 16.0;
  return cost + cells * (3.0 + chunks) / (double)(n_rows + 1);
}

size_t lf_group_terms(const size_t *sizes, size_t n, size_t n_numbers, size_t n_rows, size_t *group_of) {
  static const size_t limits[] = {1, 16, 32, 64, 128, 256};
  enum { N_LIMITS = sizeof limits / sizeof *limits, MOST = 512 };
  size_t joint[MOST];
  if (n > MOST) { /* too many for the search: one group each */
    for (size_t i = 0; i < n; i++) group_of[i] = i;
    return n;
  }
  size_t best = 0;
  double best_cost = INFINITY;
  for (size_t l = 0; l < N_LIMITS; l++) {
    size_t groups = first_fit(sizes, n, limits[l], group_of, joint);
    double cost = row_cost(joint, groups, n_numbers, n_rows);
    if (cost >= best_cost) continue;
    best_cost = cost;
    best = l;
  }
  return first_fit(sizes, n, limits[best], group_of, joint);
}
