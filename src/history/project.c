/* leadfit.yaml: what a team says of its history, once. Each key is read by one function of the tables below;
 * whatever is not known is refused with the nearest known word, since a misspelt key that is silently ignored
 * changes the result. */
#include "history/project.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/nearest.h"
#include "base/text.h"
#include "base/tree.h"
#include "history/project_read.h"
#include "history/project_rules.h"
#include "history/project_sources.h"

static const char *const trend_names[] = {"free", "increasing", "decreasing", "peak", "valley", "auto", NULL};
static const char *const kind_words[] = {"number", "category", "flag", "text", "date", NULL};
static const char *const owner_words[] = {"marketing", "sales", "shared", NULL};

/* ---- memory --------------------------------------------------------------------------------------- */

static void clear_attribute(lf_attribute_spec *spec) {
  free(spec->name);
  free(spec->baseline);
  free(spec->edges);
  for (size_t i = 0; i < spec->n_match; i++) {
    free(spec->match[i].label);
    free(spec->match[i].pattern);
  }
  free(spec->match);
  lf_spec_rules_clear(spec);
  *spec = (lf_attribute_spec){0};
}

void lf_project_clear(lf_project *project) {
  char *texts[] = {project->file,           project->outcome,     project->amount,  project->date,
                   project->created,        project->id,          project->account, project->weight,
                   project->outcome_source, project->unmatched_by};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
  lf_text_list *lists[] = {&project->won,  &project->lost, &project->missing,       &project->use,
                           &project->drop, &project->keep, &project->unmatched_lost};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) lf_text_list_clear(lists[i]);
  for (size_t i = 0; i < project->n_attributes; i++) clear_attribute(&project->attributes[i]);
  free(project->attributes);
  lf_sources_clear(project);
  *project = (lf_project){0};
}

/* ---- attributes ----------------------------------------------------------------------------------- */

static lf_attribute_spec *find_attribute(const lf_project *project, const char *name) {
  lf_attribute_spec *alike = NULL;
  size_t n_alike = 0;
  for (size_t i = 0; i < project->n_attributes; i++) {
    if (strcmp(project->attributes[i].name, name) == 0) return &project->attributes[i];
    if (!lf_same_text(project->attributes[i].name, name)) continue;
    alike = &project->attributes[i];
    n_alike++;
  }
  return n_alike == 1 ? alike : NULL;
}

const lf_attribute_spec *lf_project_attribute(const lf_project *project, const char *name) {
  return project ? find_attribute(project, name) : NULL;
}

static lf_status append_attribute(lf_project *project, const char *name, lf_attribute_spec **spec,
                                  lf_error *err) {
  lf_attribute_spec *grown = realloc(project->attributes, (project->n_attributes + 1) * sizeof *grown);
  if (!grown)
    return lf_fail(err, LF_E_MEMORY, "not enough memory for %zu attributes", project->n_attributes + 1);
  project->attributes = grown;
  lf_attribute_spec *made = &grown[project->n_attributes];
  *made = (lf_attribute_spec){.trend = LF_TREND_AUTO, .place = project->n_attributes};
  lf_status status = lf_copy_text(name, strlen(name), &made->name, err);
  if (status != LF_OK) return status;
  project->n_attributes++;
  *spec = made;
  return LF_OK;
}

lf_status lf_project_attribute_add(lf_project *project, const char *name, lf_attribute_spec **spec,
                                   lf_error *err) {
  lf_attribute_spec *found = find_attribute(project, name);
  if (!found) return append_attribute(project, name, spec, err);
  *spec = found;
  return LF_OK;
}

/* ---- reading -------------------------------------------------------------------------------------- */

static lf_status read_edges(const lf_node *parent, lf_attribute_spec *spec, lf_error *err) {
  lf_node node = lf_node_key(parent, "bands");
  size_t n = 0;
  if (!node.value) return LF_OK;
  lf_status status = lf_node_array(&node, &n, err);
  if (status != LF_OK) return status;
  if (!n)
    return lf_node_fail(&node, err,
                        "expected the inner edges of the bands, like [50, 200], but the list is empty");
  status = lf_alloc(n, sizeof *spec->edges, &spec->edges, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) {
    lf_node item = lf_node_item(&node, i);
    status = lf_node_number(&item, &spec->edges[i], err);
    if (status == LF_OK && i && !(spec->edges[i] > spec->edges[i - 1]))
      status = lf_node_fail(&item, err, "the edges of bands must ascend: put them in order, each once");
    if (status == LF_OK) spec->n_edges = i + 1;
  }
  return status;
}

static lf_status read_pattern(const lf_node *node, lf_pattern *pattern, lf_error *err) {
  static const char *const keys[] = {"label", "pattern", NULL};
  const char *text = NULL;
  lf_node label = lf_node_key(node, "label"), expression = lf_node_key(node, "pattern");
  lf_status status = lf_node_only_keys(node, keys, err);
  if (status == LF_OK) status = lf_read_name(&label, &pattern->label, err);
  if (status == LF_OK) status = lf_node_text(&expression, &text, err);
  if (status == LF_OK && !text[0])
    status = lf_node_fail(&expression, err, "an empty pattern matches everything: write one");
  if (status == LF_OK) status = lf_copy_text(text, strlen(text), &pattern->pattern, err);
  return status;
}

/* Notes a name in a set; *again: it was there already. */
static lf_status note_name(json_t *seen, const char *name, bool *again, lf_error *err) {
  *again = json_object_get(seen, name) != NULL;
  return json_object_set_new(seen, name, json_true()) == 0
             ? LF_OK
             : lf_fail(err, LF_E_MEMORY, "not enough memory for the names of a project file");
}

/* The same of a label, whose case does not count. */
static lf_status note_label(json_t *seen, const char *label, bool *again, lf_error *err) {
  char *folded = NULL;
  lf_status status = lf_copy_text(label, strlen(label), &folded, err);
  for (char *c = folded; status == LF_OK && *c; c++)
    if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
  if (status == LF_OK) status = note_name(seen, folded, again, err);
  free(folded);
  return status;
}

static lf_status read_match(const lf_node *parent, lf_attribute_spec *spec, lf_error *err) {
  lf_node node = lf_node_key(parent, "match");
  size_t n = 0;
  bool again = false;
  if (!node.value) return LF_OK;
  json_t *seen = json_object();
  lf_status status = lf_node_array(&node, &n, err);
  if (status == LF_OK && !n)
    status = lf_node_fail(&node, err, "expected at least one pattern, but the list is empty");
  if (status == LF_OK) status = lf_alloc(n, sizeof *spec->match, &spec->match, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) {
    lf_node item = lf_node_item(&node, i);
    spec->n_match = i + 1;
    status = read_pattern(&item, &spec->match[i], err);
    if (status == LF_OK) status = note_label(seen, spec->match[i].label, &again, err);
    if (status == LF_OK && again)
      status = lf_node_fail(&item, err, "the label '%.60s' is used twice: give each pattern its own",
                            spec->match[i].label);
  }
  json_decref(seen);
  return status;
}

/* What is said of an attribute must fit its kind. */
static lf_status check_attribute(const lf_node *node, lf_attribute_spec *spec, lf_error *err) {
  bool ordered = spec->n_edges || lf_node_key(node, "trend").value;
  if (ordered && spec->n_match)
    return lf_node_fail(node, err, "bands and trend are for numbers, match is for text: keep one of them");
  if (ordered && spec->kind != LF_KIND_INFER && spec->kind != LF_KIND_NUMBER)
    return lf_node_fail(node, err, "bands and trend are for numbers, but the kind is %s",
                        lf_kind_name(spec->kind));
  if (spec->n_match && spec->kind != LF_KIND_INFER && spec->kind != LF_KIND_TEXT)
    return lf_node_fail(node, err, "match is for text, but the kind is %s", lf_kind_name(spec->kind));
  if (spec->n_edges) spec->kind = LF_KIND_NUMBER;
  if (spec->n_match) spec->kind = LF_KIND_TEXT;
  return LF_OK;
}

static lf_status read_attribute(const lf_node *node, json_t *seen, lf_project *project, lf_error *err) {
  static const char *const keys[] = {"name",  "kind",   "owner", "baseline", "bands",   "trend",
                                     "match", "points", "sign",  "cap",      "exclude", NULL};
  lf_status status = LF_OK;
  char *name = NULL;
  lf_attribute_spec *spec = NULL;
  size_t kind = SIZE_MAX, owner = SIZE_MAX, trend = LF_TREND_AUTO;
  bool again = false;
  lf_node name_node = lf_node_key(node, "name");
  LF_TRY(lf_node_only_keys(node, keys, err));
  LF_TRY(lf_read_name(&name_node, &name, err));
  LF_TRY(note_name(seen, name, &again, err));
  if (again) LF_TRY(lf_node_fail(&name_node, err, "'%.60s' is described twice: merge the two", name));
  LF_TRY(lf_read_word_at(node, "kind", kind_words, &kind, err));
  LF_TRY(lf_read_word_at(node, "owner", owner_words, &owner, err));
  LF_TRY(lf_read_word_at(node, "trend", trend_names, &trend, err));
  /* "Name" and "name" may be two columns, so each gets its own. */
  LF_TRY(append_attribute(project, name, &spec, err));
  if (kind != SIZE_MAX) spec->kind = (lf_kind)(LF_KIND_NUMBER + kind);
  if (owner != SIZE_MAX) spec->owner = (lf_owner)(LF_OWNER_MARKETING + owner);
  spec->trend = (lf_trend)trend;
  LF_TRY(lf_read_name_at(node, "baseline", &spec->baseline, err));
  LF_TRY(read_edges(node, spec, err));
  LF_TRY(read_match(node, spec, err));
  LF_TRY(check_attribute(node, spec, err));
  status = lf_spec_rules_read(node, spec, err);
cleanup:
  free(name);
  return status;
}

static lf_status read_attributes(const lf_node *top, lf_project *project, lf_error *err) {
  lf_node node = lf_node_key(top, "attributes");
  size_t n = 0;
  if (!node.value) return LF_OK;
  json_t *seen = json_object();
  lf_status status = lf_node_array(&node, &n, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) {
    lf_node item = lf_node_item(&node, i);
    status = read_attribute(&item, seen, project, err);
  }
  json_decref(seen);
  return status;
}

/* `within: 120`: whole days. */
static lf_status read_within(const lf_node *outcome, double *within, lf_error *err) {
  lf_node node = lf_node_key(outcome, "within");
  if (!node.value) return LF_OK;
  lf_status status = lf_node_number(&node, within, err);
  bool whole = *within >= 1 && *within <= LF_LONGEST_WINDOW && *within == (double)(int)*within;
  if (status != LF_OK || whole) return status;
  return lf_node_fail(&node, err, "expected a whole number of days, from 1 to %d", LF_LONGEST_WINDOW);
}

/* `outcome: Stage`, or the column with its values. */
static lf_status read_outcome(const lf_node *top, lf_project *project, lf_error *err) {
  static const char *const keys[] = {"column", "won", "lost", "within", "source", "unmatched", NULL};
  lf_node node = lf_node_key(top, "outcome");
  if (!node.value) return LF_OK;
  if (!json_is_object(node.value)) return lf_read_name(&node, &project->outcome, err);
  lf_status status = lf_node_only_keys(&node, keys, err);
  if (status == LF_OK) status = lf_read_name_at(&node, "column", &project->outcome, err);
  if (status == LF_OK) status = lf_read_list_at(&node, "won", &project->won, err);
  if (status == LF_OK) status = lf_read_list_at(&node, "lost", &project->lost, err);
  if (status == LF_OK) status = read_within(&node, &project->within, err);
  if (status == LF_OK) status = lf_outcome_source_read(&node, project, err);
  return status;
}

/* `plan: {revenue: 5000000, capacity: 60}`: numbers above 0. */
static lf_status read_targets(const lf_node *top, lf_targets *plan, lf_error *err) {
  static const char *const keys[] = {"revenue", "capacity", "cost_per_lead", "horizon", NULL};
  double *const fields[] = {&plan->revenue, &plan->capacity, &plan->cost_per_lead, &plan->horizon};
  lf_node node = lf_node_key(top, "plan");
  if (!node.value) return LF_OK;
  lf_status status = lf_node_only_keys(&node, keys, err);
  for (size_t i = 0; status == LF_OK && keys[i]; i++) {
    lf_node item = lf_node_key(&node, keys[i]);
    if (!item.value) continue;
    status = lf_node_number(&item, fields[i], err);
    if (status == LF_OK && !(*fields[i] > 0))
      status = lf_node_fail(&item, err, "a plan takes a number above 0 here");
  }
  return status;
}

static lf_status read_project(const lf_node *top, lf_project *project, lf_error *err) {
  /* claims stand in the same file for the evidence, which reads them itself. */
  static const char *const keys[] = {"outcome",    "amount",  "date",    "created", "id",   "account",
                                     "weight",     "missing", "use",     "drop",    "keep", "claims",
                                     "attributes", "plan",    "sources", NULL};
  lf_status status = LF_OK;
  struct {
    const char *key;
    char **name;
  } names[] = {{"amount", &project->amount}, {"date", &project->date},       {"created", &project->created},
               {"id", &project->id},         {"account", &project->account}, {"weight", &project->weight}};
  struct {
    const char *key;
    lf_text_list *list;
  } lists[] = {{"missing", &project->missing},
               {"use", &project->use},
               {"drop", &project->drop},
               {"keep", &project->keep}};
  if (json_is_null(top->value)) return LF_OK; /* an empty file says nothing */
  LF_TRY(lf_node_only_keys(top, keys, err));
  LF_TRY(lf_sources_read(top, project, err));
  LF_TRY(read_outcome(top, project, err));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    LF_TRY(lf_read_name_at(top, names[i].key, names[i].name, err));
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    LF_TRY(lf_read_list_at(top, lists[i].key, lists[i].list, err));
  project->missing_said = lf_node_key(top, "missing").value != NULL;
  LF_TRY(read_targets(top, &project->plan, err));
  status = read_attributes(top, project, err);
cleanup:
  return status;
}

lf_status lf_project_load(const char *path, lf_project *project, lf_error *err) {
  lf_status status = LF_OK;
  json_t *root = NULL;
  lf_project read = {0};
  LF_TRY(lf_tree_load(path, &root, err));
  LF_TRY(lf_copy_text(path, strlen(path), &read.file, err));
  lf_node top = lf_node_root(root, path);
  LF_TRY(read_project(&top, &read, err));
  *project = read;
  read = (lf_project){0};
cleanup:
  lf_project_clear(&read);
  json_decref(root);
  return status;
}
