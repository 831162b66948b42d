/* Rules of CRMs that add up points: what HubSpot and Zoho share. Internal to card. */
#ifndef LF_CARD_EXPORT_RULES_H
#define LF_CARD_EXPORT_RULES_H

#include "base/build.h"
#include "card/export_parts.h"

/* One test of a field. */
typedef enum lf_rule_test {
  LF_TEST_EMPTY = 0,
  LF_TEST_KNOWN,
  LF_TEST_ANY,  /* one of the values */
  LF_TEST_NONE, /* none of the values */
  LF_TEST_FROM, /* at least the bound */
  LF_TEST_BELOW
} lf_rule_test;

typedef struct lf_rule_target {
  const char *name;
  /* A test as the target writes it, NULL on failure; values is an array (of one, where the field is a number)
   * or NULL. */
  json_t *(*test)(const char *field, const lf_attribute *attribute, lf_rule_test test, json_t *values,
                  double bound);
  json_t *(*rule)(int points, json_t *tests, bool any); /* a rule of tests that must hold: all, or any */
} lf_rule_target;

/* Puts an item into a list and steals it; an item of NULL is a failure. */
lf_status lf_rules_put(json_t *list, json_t *test, lf_error *err);
/* The rules of an attribute, one a band that is worth points, into a list; *low and *high are the least and
 * the most points among them and 0. */
lf_status lf_rules_add(const lf_rule_target *target, const lf_scorecard *card, size_t a, const char *field,
                       json_t *rules, int *low, int *high, lf_error *err);
/* Attributes whose values differ by case alone and have other points, where the target ignores case. */
lf_status lf_rules_caution_case(const lf_scorecard *card, json_t *cautions, lf_error *err);
/* A caution of its own, a failed text being a failure; text is emptied. */
lf_status lf_rules_caution(lf_text *text, json_t *cautions, lf_error *err);
/* The tree as JSON into out; steals it, NULL being a failure. */
lf_status lf_rules_write(json_t *tree, lf_text *out, lf_error *err);

#endif
