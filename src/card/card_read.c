/* scoring.json -> scorecard. Every error names the path of the key. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "card/format.h"

lf_status lf_card_read_text(const lf_node *parent, const char *key, bool required, char **text,
                            lf_error *err) {
  lf_node node = lf_node_key(parent, key);
  const char *value = NULL;
  if (!node.value && !required) return LF_OK;
  lf_status status = lf_node_text(&node, &value, err);
  return status == LF_OK ? lf_copy_text(value, strlen(value), text, err) : status;
}

lf_status lf_card_read_integer(const lf_node *parent, const char *key, bool required, int low, int high,
                               int *value, lf_error *err) {
  lf_node node = lf_node_key(parent, key);
  int64_t number = 0;
  if (!node.value && !required) return LF_OK;
  lf_status status = lf_node_integer(&node, &number, err);
  if (status != LF_OK) return status;
  if (number < low || number > high)
    return lf_node_fail(&node, err, "it must lie between %d and %d", low, high);
  *value = (int)number;
  return LF_OK;
}

lf_status lf_card_read_number(const lf_node *parent, const char *key, double *value, lf_error *err) {
  lf_node node = lf_node_key(parent, key);
  if (!node.value || json_is_null(node.value)) return LF_OK;
  return lf_node_number(&node, value, err);
}

static lf_status check_format(const lf_node *root, lf_error *err) {
  lf_node node = lf_node_key(root, "format");
  const char *format = NULL;
  lf_status status = lf_node_object(root, err);
  if (status == LF_OK) status = lf_node_text(&node, &format, err);
  if (status != LF_OK || strcmp(format, LF_CARD_FORMAT) == 0) return status;
  if (strncmp(format, "leadfit-scoring/", 16) == 0)
    return lf_node_fail(&node, err,
                        "this program reads " LF_CARD_FORMAT
                        ", not %.60s: fit anew or use the version that wrote it",
                        format);
  return lf_node_fail(&node, err, "'%.60s' is no scoring config: the format is " LF_CARD_FORMAT, format);
}

/* An object that is kept as it stands; absent: NULL stays. */
static lf_status read_object(const lf_node *parent, const char *key, json_t **object, lf_error *err) {
  lf_node node = lf_node_key(parent, key);
  if (!node.value) return LF_OK;
  lf_status status = lf_node_object(&node, err);
  if (status != LF_OK) return status;
  *object = json_incref((json_t *)node.value);
  return LF_OK;
}

static lf_status read_outcome(const lf_node *root, lf_scorecard *card, lf_error *err) {
  static const char *const keys[] = {"column", "won", "lost", "amount", "mean_amount", NULL};
  lf_status status = LF_OK;
  lf_node node = lf_node_key(root, "outcome");
  if (!node.value) return LF_OK;
  LF_TRY(lf_node_only_keys(&node, keys, err));
  LF_TRY(lf_card_read_text(&node, "column", false, &card->outcome_column, err));
  LF_TRY(lf_card_read_text(&node, "won", false, &card->won_label, err));
  LF_TRY(lf_card_read_text(&node, "lost", false, &card->lost_label, err));
  LF_TRY(lf_card_read_text(&node, "amount", false, &card->amount_column, err));
  LF_TRY(lf_card_read_number(&node, "mean_amount", &card->mean_amount, err));
cleanup:
  return status;
}

static lf_status read_map(const lf_node *score, lf_scorecard *card, lf_error *err) {
  static const char *const keys[] = {"intercept", "slope", NULL};
  lf_status status = LF_OK;
  lf_node node = lf_node_key(score, "probability");
  if (!node.value || json_is_null(node.value)) return LF_OK;
  LF_TRY(lf_node_only_keys(&node, keys, err));
  lf_node intercept = lf_node_key(&node, "intercept"), slope = lf_node_key(&node, "slope");
  LF_TRY(lf_node_number(&intercept, &card->intercept, err));
  LF_TRY(lf_node_number(&slope, &card->slope, err));
  if (card->slope < 0)
    LF_TRY(lf_node_fail(&slope, err, "it is below 0: a higher score must not mean a lower probability"));
  card->has_probability = true;
cleanup:
  return status;
}

static lf_status tell_range(lf_scorecard *card, int minimum, int maximum, lf_error *err) {
  char note[256];
  if (minimum == card->minimum && maximum == card->maximum) return LF_OK;
  int n = snprintf(note, sizeof note,
                   "the points reach from %d to %d where the file says %d to %d: %d to %d is used",
                   card->minimum, card->maximum, minimum, maximum, card->minimum, card->maximum);
  return lf_copy_text(note, (size_t)n, &card->note, err);
}

/* After the attributes: the range is theirs, whatever the file says. */
static lf_status read_score(const lf_node *root, lf_scorecard *card, lf_error *err) {
  static const char *const keys[] = {"minimum", "maximum", "base_points", "probability", NULL};
  const int most = LF_CARD_MOST_SCORE;
  lf_status status = LF_OK;
  lf_node node = lf_node_key(root, "score");
  if (node.value) {
    LF_TRY(lf_node_only_keys(&node, keys, err));
    LF_TRY(lf_card_read_integer(&node, "base_points", false, -LF_CARD_MOST_POINTS, LF_CARD_MOST_POINTS,
                                &card->base_points, err));
    LF_TRY(read_map(&node, card, err));
  }
  lf_scorecard_range(card, &card->minimum, &card->maximum);
  int minimum = card->minimum, maximum = card->maximum;
  if (node.value) {
    LF_TRY(lf_card_read_integer(&node, "minimum", false, -most, most, &minimum, err));
    LF_TRY(lf_card_read_integer(&node, "maximum", false, -most, most, &maximum, err));
  }
  LF_TRY(tell_range(card, minimum, maximum, err));
cleanup:
  return status;
}

static lf_status check_reach(const lf_node *list, const lf_scorecard *card, lf_error *err) {
  int64_t reach = LF_CARD_MOST_POINTS;
  for (size_t a = 0; a < card->attributes->n; a++) {
    int64_t most = 0;
    for (size_t b = 0; b < card->attributes->items[a].n_bands; b++) {
      int64_t points = llabs(card->bands[a][b].points);
      if (points > most) most = points;
    }
    reach += most;
  }
  if (reach <= LF_CARD_MOST_SCORE) return LF_OK;
  return lf_node_fail(list, err, "the points add up to more than %d: divide them all by the same number",
                      LF_CARD_MOST_SCORE);
}

static lf_status read_mql(const lf_node *root, lf_scorecard *card, lf_error *err) {
  static const char *const keys[] = {"threshold", "rule", "expected", NULL};
  lf_status status = LF_OK;
  lf_node node = lf_node_key(root, "mql"), threshold = lf_node_key(&node, "threshold");
  int64_t value = 0;
  if (!node.value || json_is_null(node.value)) return LF_OK;
  LF_TRY(lf_node_only_keys(&node, keys, err));
  LF_TRY(lf_node_integer(&threshold, &value, err));
  if (value > card->maximum)
    LF_TRY(lf_node_fail(&threshold, err, "no lead can reach %lld: the highest score is %d", (long long)value,
                        card->maximum));
  if (value < card->minimum)
    LF_TRY(lf_node_fail(&threshold, err, "every lead reaches %lld: the lowest score is %d", (long long)value,
                        card->minimum));
  card->has_threshold = true;
  card->threshold = (int)value;
  LF_TRY(lf_card_read_text(&node, "rule", false, &card->threshold_rule, err));
  LF_TRY(read_object(&node, "expected", &card->expected, err));
cleanup:
  return status;
}

static lf_status read_grade(const lf_node *node, lf_scorecard *card, size_t g, lf_error *err) {
  static const char *const keys[] = {"label", "from", NULL};
  const int most = LF_CARD_MOST_SCORE;
  lf_status status = LF_OK;
  lf_node from = lf_node_key(node, "from");
  lf_grade *grade = &card->grades[g];
  LF_TRY(lf_node_only_keys(node, keys, err));
  LF_TRY(lf_card_read_text(node, "label", true, &grade->label, err));
  LF_TRY(lf_card_read_integer(node, "from", true, -most, most, &grade->from, err));
  if (g > 0 && grade->from >= card->grades[g - 1].from)
    LF_TRY(lf_node_fail(&from, err,
                        "grades stand from best to worst: %d must be below %d, where the grade before starts",
                        grade->from, card->grades[g - 1].from));
cleanup:
  return status;
}

static lf_status read_grades(const lf_node *root, lf_scorecard *card, lf_error *err) {
  lf_node list = lf_node_key(root, "grades");
  size_t n = 0;
  if (!list.value) return LF_OK;
  lf_status status = lf_node_array(&list, &n, err);
  if (status == LF_OK) status = lf_alloc(n, sizeof *card->grades, &card->grades, err);
  if (status == LF_OK) card->n_grades = n;
  for (size_t g = 0; g < n && status == LF_OK; g++) {
    lf_node item = lf_node_item(&list, g);
    status = read_grade(&item, card, g, err);
  }
  return status;
}

lf_status lf_scorecard_parse(const json_t *root, const char *file, lf_scorecard **card, lf_error *err) {
  static const char *const keys[] = {"format",     "name", "provenance", "outcome", "score",
                                     "attributes", "mql",  "grades",     NULL};
  lf_status status = LF_OK;
  lf_scorecard *made = NULL;
  lf_node top = lf_node_root(root, file), list = lf_node_key(&top, "attributes");
  LF_TRY(check_format(&top, err)); /* first: another version may have other keys */
  LF_TRY(lf_node_only_keys(&top, keys, err));
  LF_TRY(lf_scorecard_new(&made, err));
  LF_TRY(lf_card_read_text(&top, "name", false, &made->name, err));
  LF_TRY(read_object(&top, "provenance", &made->provenance, err));
  LF_TRY(read_outcome(&top, made, err));
  LF_TRY(lf_card_read_attributes(&list, made, err));
  LF_TRY(check_reach(&list, made, err));
  LF_TRY(read_score(&top, made, err));
  LF_TRY(read_mql(&top, made, err));
  LF_TRY(read_grades(&top, made, err));
  *card = made;
  made = NULL;
cleanup:
  lf_scorecard_free(made);
  return status;
}

lf_status lf_scorecard_load(const char *path, lf_scorecard **card, lf_error *err) {
  json_t *root = NULL;
  lf_status status = lf_tree_load(path, &root, err);
  if (status == LF_OK) status = lf_scorecard_parse(root, path, card, err);
  json_decref(root);
  return status;
}
