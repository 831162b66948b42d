/* claims.yaml -> claims. Every error names the path of the key. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "evidence/claims.h"

static const double DEFAULT_MARGIN = 1.1;

static void side_clear(lf_claim_side *side) {
  for (size_t i = 0; i < side->n_levels; i++) free(side->levels[i]);
  free(side->levels);
}

void lf_claims_free(lf_claims *claims) {
  if (!claims) return;
  for (size_t i = 0; i < claims->n; i++) {
    lf_claim *c = &claims->items[i];
    free(c->say);
    free(c->by);
    free(c->attribute);
    side_clear(&c->group);
    side_clear(&c->versus);
  }
  free(claims->items);
  free(claims->file);
  json_decref(claims->root);
  free(claims);
}

static lf_status read_text(const lf_node *claim, const char *key, bool required, char **text, lf_error *err) {
  lf_node node = lf_node_key(claim, key);
  if (!node.value && !required) return LF_OK;
  if (!node.value) return lf_node_fail(&node, err, "every claim needs it");
  return lf_node_scalar_text(&node, text, err);
}

static lf_status read_limit(const lf_node *range, const char *key, double *limit, lf_error *err) {
  lf_node node = lf_node_key(range, key);
  if (!node.value || json_is_null(node.value)) return LF_OK;
  return lf_node_number(&node, limit, err);
}

static lf_status read_range(const lf_node *node, lf_claim_side *side, lf_error *err) {
  static const char *const keys[] = {"from", "to", NULL};
  lf_status status = LF_OK;
  LF_TRY(lf_node_only_keys(node, keys, err));
  side->range = true;
  side->from = -INFINITY;
  side->to = INFINITY;
  LF_TRY(read_limit(node, "from", &side->from, err));
  LF_TRY(read_limit(node, "to", &side->to, err));
  if (isinf(side->from) && isinf(side->to)) LF_TRY(lf_node_fail(node, err, "it says neither from nor to"));
  if (side->from >= side->to)
    LF_TRY(lf_node_fail(node, err,
                        "from must lie below to: a value is in it from 'from' up to, not including, 'to'"));
cleanup:
  return status;
}

static lf_status read_levels(const lf_node *node, lf_claim_side *side, lf_error *err) {
  size_t n = 0;
  lf_status status = LF_OK;
  if (!json_is_array(node->value)) { /* a single level, without its list */
    LF_TRY(lf_alloc(1, sizeof *side->levels, &side->levels, err));
    LF_TRY(lf_node_scalar_text(node, &side->levels[0], err));
    side->n_levels = 1;
    return LF_OK;
  }
  LF_TRY(lf_node_array(node, &n, err));
  if (n == 0) LF_TRY(lf_node_fail(node, err, "it is empty: name one level or more"));
  LF_TRY(lf_alloc(n, sizeof *side->levels, &side->levels, err));
  for (size_t i = 0; i < n; i++) {
    lf_node item = lf_node_item(node, i);
    LF_TRY(lf_node_scalar_text(&item, &side->levels[i], err));
    side->n_levels++;
  }
cleanup:
  return status;
}

static lf_status read_side(const lf_node *claim, const char *key, bool required, lf_claim_side *side,
                           lf_error *err) {
  lf_node node = lf_node_key(claim, key);
  if (!node.value && required)
    return lf_node_fail(&node, err,
                        "every claim needs it: a list of levels like [yes], or {from: 50, to: 500}");
  if (!node.value || json_is_null(node.value)) return LF_OK;
  side->said = true;
  return json_is_object(node.value) ? read_range(&node, side, err) : read_levels(&node, side, err);
}

/* One of the words, which name the values of an enum in order. */
static lf_status read_word(const lf_node *claim, const char *key, const char *const words[3], int *value,
                           lf_error *err) {
  lf_node node = lf_node_key(claim, key);
  const char *text = NULL;
  if (!node.value)
    return lf_node_fail(&node, err, "every claim needs it: %s, %s or %s", words[0], words[1], words[2]);
  lf_status status = lf_node_text(&node, &text, err);
  for (int i = 0; status == LF_OK && i < 3; i++) {
    if (strcmp(text, words[i]) != 0) continue;
    *value = i;
    return LF_OK;
  }
  return status != LF_OK ? status
                         : lf_node_fail(&node, err, "it is %s, %s or %s, not '%.60s'", words[0], words[1],
                                        words[2], text);
}

static lf_status read_margin(const lf_node *claim, double *margin, lf_error *err) {
  lf_node node = lf_node_key(claim, "margin");
  *margin = DEFAULT_MARGIN;
  if (!node.value) return LF_OK;
  lf_status status = lf_node_number(&node, margin, err);
  if (status == LF_OK && !(*margin > 1 && *margin <= 100))
    status = lf_node_fail(&node, err,
                          "it is the smallest ratio that would matter, like 1.1: above 1, and 100 at most");
  return status;
}

static lf_status read_claim(const lf_node *node, lf_claim *claim, lf_error *err) {
  static const char *const keys[] = {"say",    "by",        "attribute", "group", "versus",
                                     "effect", "direction", "margin",    NULL};
  static const char *const effects[] = {"win", "amount", "revenue"}, *const directions[] = {"higher", "lower",
                                                                                            "none"};
  int effect = 0, direction = 0;
  lf_status status = LF_OK;
  LF_TRY(lf_node_only_keys(node, keys, err));
  LF_TRY(read_text(node, "say", true, &claim->say, err));
  LF_TRY(read_text(node, "by", false, &claim->by, err));
  LF_TRY(read_text(node, "attribute", true, &claim->attribute, err));
  LF_TRY(read_side(node, "group", true, &claim->group, err));
  LF_TRY(read_side(node, "versus", false, &claim->versus, err));
  LF_TRY(read_word(node, "effect", effects, &effect, err));
  LF_TRY(read_word(node, "direction", directions, &direction, err));
  LF_TRY(read_margin(node, &claim->margin, err));
  claim->effect = (lf_claim_effect)effect;
  claim->direction = (lf_direction)direction;
cleanup:
  return status;
}

static lf_status read_all(lf_claims *claims, lf_error *err) {
  lf_status status = LF_OK;
  size_t n = 0;
  lf_node root = lf_node_root(claims->root, claims->file), list = lf_node_key(&root, "claims");
  LF_TRY(lf_node_array(&list, &n, err));
  if (n == 0) LF_TRY(lf_node_fail(&list, err, "there are no claims in it"));
  LF_TRY(lf_alloc(n, sizeof *claims->items, &claims->items, err));
  for (size_t i = 0; i < n; i++) {
    lf_node item = lf_node_item(&list, i);
    claims->n = i + 1; /* what was read before a failure is freed */
    LF_TRY(read_claim(&item, &claims->items[i], err));
  }
cleanup:
  return status;
}

/* Takes root over. */
static lf_status make(const char *name, json_t *root, lf_claims **claims, lf_error *err) {
  lf_claims *made = NULL;
  lf_status status = lf_alloc(1, sizeof *made, &made, err);
  if (status != LF_OK) {
    json_decref(root);
    return status;
  }
  made->root = root;
  LF_TRY(lf_copy_text(name, strlen(name), &made->file, err));
  LF_TRY(read_all(made, err));
  *claims = made;
  made = NULL;
cleanup:
  lf_claims_free(made);
  return status;
}

/* Takes root over: the tree of a file that holds claims and nothing else. */
static lf_status make_alone(const char *name, json_t *root, lf_claims **claims, lf_error *err) {
  static const char *const keys[] = {"claims", NULL};
  lf_node top = lf_node_root(root, name);
  lf_status status = lf_node_only_keys(&top, keys, err);
  if (status == LF_OK) return make(name, root, claims, err);
  json_decref(root);
  return status;
}

lf_status lf_claims_load(const char *path, lf_claims **claims, lf_error *err) {
  json_t *root = NULL;
  lf_status status = lf_tree_load(path, &root, err);
  return status == LF_OK ? make_alone(path, root, claims, err) : status;
}

lf_status lf_claims_load_project(const char *path, lf_claims **claims, lf_error *err) {
  json_t *root = NULL;
  lf_status status = lf_tree_load(path, &root, err);
  if (status != LF_OK) return status;
  if (json_object_get(root, "claims")) return make(path, root, claims, err);
  json_decref(root);
  return LF_OK;
}

lf_status lf_claims_parse(const char *name, const char *bytes, size_t n, lf_claims **claims, lf_error *err) {
  json_t *root = NULL;
  lf_status status = lf_tree_parse(name, bytes, n, true, &root, err);
  return status == LF_OK ? make_alone(name, root, claims, err) : status;
}
