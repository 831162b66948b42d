/* Cases 11: Shapley shares of McFadden's R2 over blocks of attributes, and over single attributes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "evidence/shapley.h"
#include "fit_case.h"

/* Which block of the case's expected.blocks an attribute belongs to. */
static size_t block_of(const json_t *blocks, const char *attribute) {
  size_t index = 0, i;
  const char *name;
  json_t *block, *item;
  json_object_foreach((json_t *)blocks, name, block) {
    if (json_is_string(block) && !strcmp(json_string_value(block), attribute)) return index;
    json_array_foreach(block, i, item) {
      if (!strcmp(json_string_value(item), attribute)) return index;
    }
    index++;
  }
  fail_msg("attribute %s is in no block", attribute);
  return 0;
}

static void key_of(const json_t *blocks, size_t set, char *out, size_t size) {
  size_t index = 0;
  const char *name;
  json_t *block;
  snprintf(out, size, "%s", set ? "" : "(none)");
  json_object_foreach((json_t *)blocks, name, block) {
    if (set >> index++ & 1) snprintf(out + strlen(out), size - strlen(out), "%s%s", *out ? "+" : "", name);
  }
}

static void near_at(fit_case *c, const char *table, const char *name, double got) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", table, name);
  assert_true(fit_near(c, path, got));
}

static void check(const char *id) {
  if (!fit_folder()) {
    print_message("%s skipped: LEADFIT_REFERENCE names no folder\n", id);
    skip();
  }
  fit_case *c = fit_case_new(id);
  assert_non_null(c->json);
  const json_t *blocks = fit_at(c, "blocks");
  size_t n = json_object_size(blocks), sets = (size_t)1 << n, player[CASE_COLUMNS];
  double *likelihood = calloc(sets, sizeof *likelihood), *r2 = calloc(sets, sizeof *r2),
         *part = calloc(sets, sizeof *part);
  double share[LF_MOST_PLAYERS], sum = 0;
  char key[512];
  for (size_t t = 0; t < c->design.n_terms; t++) player[t] = block_of(blocks, c->terms[t].name);
  lf_run two = {.threads = 2};
  assert_int_equal(lf_subset_likelihoods(&c->design, player, n, &two, likelihood, NULL), LF_OK);
  for (size_t set = 0; set < sets; set++) {
    r2[set] = 1 - likelihood[set] / likelihood[0];
    key_of(blocks, set, key, sizeof key);
    near_at(c, "subset_loglik", key, likelihood[set]);
    near_at(c, "subset_mcfadden_r2", key, r2[set]);
  }
  lf_shapley_values(n, r2, share);
  lf_common_parts(n, r2, part);
  size_t index = 0;
  const char *name;
  json_t *block;
  json_object_foreach((json_t *)blocks, name, block) {
    near_at(c, "shapley_r2", name, share[index]);
    near_at(c, "shapley_share", name, share[index] / r2[sets - 1]);
    near_at(c, "alone_r2", name, r2[(size_t)1 << index]);
    near_at(c, "unique_last_r2", name, part[(size_t)1 << index]);
    index++;
  }
  near_at(c, "total_r2", "", r2[sets - 1]);
  for (size_t set = 0; set < sets; set++) sum += part[set];
  assert_true(fabs(sum - r2[sets - 1]) < 1e-12);
  assert_true(c->compared >= 4 * n);
  print_message("%s: %zu figures, worst error %.2g of the tolerance at %s\n", id, c->compared, c->worst,
                c->worst_path);
  free(likelihood);
  free(r2);
  free(part);
  fit_case_free(c);
}

static void three_blocks(void **state) {
  (void)state;
  check("11a_shapley_birthwt_3blocks");
}

static void two_blocks_of_ten(void **state) {
  (void)state;
  check("11b_shapley_german_2blocks");
}

static void seven_attributes(void **state) {
  (void)state;
  check("11c_shapley_birthwt_7attributes");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(three_blocks),
      cmocka_unit_test(two_blocks_of_ten),
      cmocka_unit_test(seven_attributes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
