/* sources: of leadfit.yaml. The first brings the rows, each further one columns to them. */
#include "history/project_sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/project_read.h"
#include "ingest/database.h"

static const char *const many_words[] = {"refuse", "first", "last", "all", NULL};
static const char *const owner_words[] = {"marketing", "sales", "shared", NULL};

static void clear_source(lf_source_spec *s) {
  free(s->name);
  free(s->key);
  free(s->with);
  free(s->by);
  free(s->query);
  free(s->table);
  lf_text_list_clear(&s->files);
  lf_text_list_clear(&s->sum);
  lf_text_list_clear(&s->take);
}

void lf_sources_clear(lf_project *project) {
  for (size_t i = 0; i < project->n_sources; i++) clear_source(&project->sources[i]);
  free(project->sources);
  project->sources = NULL;
  project->n_sources = 0;
}

/* A relative name of a file, or of a file of SQLite, is relative to the folder of the project file. */
static lf_status place_files(const lf_project *project, lf_text_list *files, lf_error *err) {
  static const char sqlite[] = "sqlite:";
  const char *slash = strrchr(project->file, '/');
  for (size_t i = 0; slash && i < files->n; i++) {
    lf_text path = {0};
    const char *file = files->items[i];
    bool in_sqlite = strncmp(file, sqlite, strlen(sqlite)) == 0;
    if (in_sqlite) file += strlen(sqlite);
    if (file[0] == '/' || strcmp(file, "-") == 0 || (!in_sqlite && lf_is_database(file))) continue;
    lf_text_addf(&path, "%s%.*s%s", in_sqlite ? sqlite : "", (int)(slash - project->file) + 1, project->file,
                 file);
    lf_status status = lf_text_status(&path, err);
    if (status != LF_OK) {
      lf_text_free(&path);
      return status;
    }
    free(files->items[i]);
    files->items[i] = path.data;
  }
  return LF_OK;
}

/* file: one or several of the same columns, or database: an address, with a table or a query. */
static lf_status read_place(const lf_node *node, const lf_project *project, lf_source_spec *s,
                            lf_error *err) {
  lf_node database = lf_node_key(node, "database");
  lf_status status = LF_OK;
  LF_TRY(lf_read_list_at(node, "file", &s->files, err));
  if (database.value && s->files.n)
    LF_TRY(lf_node_fail(&database, err, "a source is in files or in a database: keep one"));
  LF_TRY(lf_read_list_at(node, "database", &s->files, err));
  LF_TRY(lf_read_name_at(node, "table", &s->table, err));
  LF_TRY(lf_read_name_at(node, "query", &s->query, err));
  if (!database.value && (s->table || s->query))
    LF_TRY(lf_node_fail(node, err, "table and query are for a database: say which, with database: ADDRESS"));
  if (database.value && !s->table == !s->query)
    LF_TRY(lf_node_fail(node, err, "say what to read of the database: table: NAME or query: SQL"));
  if (database.value && (s->files.n != 1 || !lf_is_database(s->files.items[0])))
    LF_TRY(lf_node_fail(&database, err,
                        "expected the address of one: postgresql://..., sqlite:PATH or odbc:DSN"));
  status = place_files(project, &s->files, err);
cleanup:
  return status;
}

static lf_status check_name(const lf_node *node, const lf_project *project, const char *name, lf_error *err) {
  if (strchr(name, '.'))
    return lf_node_fail(node, err, "'%.60s' has a point, which stands between a source and its columns",
                        name);
  for (size_t i = 0; i < project->n_sources; i++)
    if (lf_same_text(project->sources[i].name, name))
      return lf_node_fail(node, err, "'%.60s' is the name of two sources: give each its own", name);
  return LF_OK;
}

/* What only a joined source, or only one that is not the first, can say. */
static lf_status check_source(const lf_node *node, const lf_project *project, const lf_source_spec *s,
                              lf_error *err) {
  bool first = project->n_sources == 0;
  if (!s->files.n)
    return lf_node_fail(node, err, "say where source '%.60s' is: file: NAME.csv, or database: ADDRESS",
                        s->name);
  if (first && (s->with || s->fold || s->sum.n))
    return lf_node_fail(node, err,
                        "with, fold and sum are for a source that is joined: '%.60s' is the first and brings "
                        "the rows",
                        s->name);
  if (first) return LF_OK;
  if (!s->key) return lf_node_fail(node, err, "say which column of '%.60s' is the key: key: COLUMN", s->name);
  if (!s->with && !project->sources[0].key)
    return lf_node_fail(node, err,
                        "say what '%.60s' is compared with: key: of the first source, or with: COLUMN here",
                        s->key);
  if (s->many == LF_MANY_ALL)
    return lf_node_fail(node, err, "many: all is for the first source: here it would multiply the rows");
  if (s->by && s->many == LF_MANY_REFUSE && !s->sum.n)
    return lf_node_fail(node, err, "by says which row is first, but many does not say which one counts");
  return LF_OK;
}

static lf_status read_source(const lf_node *node, lf_project *project, lf_error *err) {
  static const char *const keys[] = {"name", "file", "database", "table", "query", "key",   "with",
                                     "fold", "many", "by",       "sum",   "take",  "owner", NULL};
  lf_status status = LF_OK;
  size_t many = LF_MANY_REFUSE, owner = SIZE_MAX;
  lf_node name = lf_node_key(node, "name"), fold = lf_node_key(node, "fold");
  lf_source_spec s = {0};
  LF_TRY(lf_node_only_keys(node, keys, err));
  LF_TRY(lf_read_name(&name, &s.name, err));
  LF_TRY(check_name(&name, project, s.name, err));
  LF_TRY(read_place(node, project, &s, err));
  LF_TRY(lf_read_name_at(node, "key", &s.key, err));
  LF_TRY(lf_read_name_at(node, "with", &s.with, err));
  if (fold.value) LF_TRY(lf_node_flag(&fold, &s.fold, err));
  LF_TRY(lf_read_word_at(node, "many", many_words, &many, err));
  LF_TRY(lf_read_name_at(node, "by", &s.by, err));
  LF_TRY(lf_read_list_at(node, "sum", &s.sum, err));
  LF_TRY(lf_read_list_at(node, "take", &s.take, err));
  LF_TRY(lf_read_word_at(node, "owner", owner_words, &owner, err));
  if (owner != SIZE_MAX) s.owner = (lf_owner)(LF_OWNER_MARKETING + owner);
  s.many = (lf_many)many;
  LF_TRY(check_source(node, project, &s, err));
  if (s.sum.n && s.many == LF_MANY_REFUSE) s.many = LF_MANY_FIRST;
  project->sources[project->n_sources++] = s;
  s = (lf_source_spec){0};
cleanup:
  clear_source(&s);
  return status;
}

lf_status lf_sources_read(const lf_node *top, lf_project *project, lf_error *err) {
  lf_node node = lf_node_key(top, "sources");
  size_t n = 0;
  if (!node.value) return LF_OK;
  lf_status status = lf_node_array(&node, &n, err);
  if (status == LF_OK && !n)
    status = lf_node_fail(&node, err, "expected at least one source, but the list is empty");
  if (status == LF_OK) status = lf_alloc(n, sizeof *project->sources, &project->sources, err);
  for (size_t i = 0; status == LF_OK && i < n; i++) {
    lf_node item = lf_node_item(&node, i);
    status = read_source(&item, project, err);
  }
  return status;
}

/* ---- outcome -------------------------------------------------------------------------------------- */

/* The joined source whose name the first n bytes are, or 0. */
static size_t find_source(const lf_project *project, const char *name, size_t n) {
  for (size_t i = 1; i < project->n_sources; i++)
    if (lf_same_span(project->sources[i].name, strlen(project->sources[i].name), name, n)) return i;
  return 0;
}

size_t lf_project_source(const lf_project *project, const char *name, const char **own) {
  const char *point = strchr(name, '.');
  size_t source = point ? find_source(project, name, (size_t)(point - name)) : 0;
  *own = source ? point + 1 : name;
  return source;
}

static lf_status read_unmatched(const lf_node *node, lf_project *project, lf_error *err) {
  static const char *const words[] = {"open", "lost", NULL};
  static const char *const keys[] = {"column", "lost", NULL};
  size_t word = 0;
  project->unmatched_said = true;
  if (!json_is_object(node->value)) {
    lf_status status = lf_read_word_at(node->parent, "unmatched", words, &word, err);
    project->unmatched = word ? LF_UNMATCHED_LOST : LF_UNMATCHED_OPEN;
    return status;
  }
  project->unmatched = LF_UNMATCHED_BY;
  lf_node column = lf_node_key(node, "column");
  lf_status status = lf_node_only_keys(node, keys, err);
  if (status == LF_OK) status = lf_read_name(&column, &project->unmatched_by, err);
  if (status == LF_OK) status = lf_read_list_at(node, "lost", &project->unmatched_lost, err);
  if (status == LF_OK && !project->unmatched_lost.n)
    status = lf_node_fail(node, err, "say which values of '%.60s' mean lost: lost: [VALUE]",
                          project->unmatched_by);
  return status;
}

lf_status lf_outcome_source_read(const lf_node *outcome, lf_project *project, lf_error *err) {
  lf_node source = lf_node_key(outcome, "source"), unmatched = lf_node_key(outcome, "unmatched");
  lf_status status = lf_read_name_at(outcome, "source", &project->outcome_source, err);
  if (status != LF_OK) return status;
  if (source.value && project->outcome)
    return lf_node_fail(&source, err, "the outcome is a column or whether a source has a row: keep one");
  if (source.value && !find_source(project, project->outcome_source, strlen(project->outcome_source)))
    return lf_node_fail(&source, err, "there is no joined source '%.60s' among sources",
                        project->outcome_source);
  if (source.value && (project->won.n || project->lost.n))
    return lf_node_fail(&source, err, "a row in the source means won: leave won and lost out");
  if (source.value && !unmatched.value)
    return lf_node_fail(&source, err,
                        "say what rows without one are: unmatched: lost, or {column: COL, lost: "
                        "[VALUE]}");
  if (!unmatched.value) return LF_OK;
  const char *own = NULL;
  if (!source.value && !(project->outcome && lf_project_source(project, project->outcome, &own)))
    return lf_node_fail(&unmatched, err,
                        "is for an outcome that a joined source brings: column: SOURCE.COLUMN, or source: "
                        "NAME");
  if (!source.value && !project->won.n)
    return lf_node_fail(&unmatched, err, "say which values mean won, too: won: [VALUE]");
  status = read_unmatched(&unmatched, project, err);
  if (status == LF_OK && source.value && project->unmatched == LF_UNMATCHED_OPEN)
    return lf_node_fail(&unmatched, err, "no row would be lost: say which are");
  return status;
}

/* ---- names ---------------------------------------------------------------------------------------- */

static void make_plain(char *name, const char *source, size_t n) {
  if (name && strlen(name) > n + 1 && name[n] == '.' && lf_same_span(name, n, source, n))
    memmove(name, name + n + 1, strlen(name + n + 1) + 1);
}

void lf_project_plain_names(lf_project *p) {
  if (!p->n_sources) return;
  const char *first = p->sources[0].name;
  size_t n = strlen(first);
  char *names[] = {p->outcome, p->amount, p->date, p->created, p->id, p->account, p->weight, p->unmatched_by};
  lf_text_list *lists[] = {&p->use, &p->drop, &p->keep};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) make_plain(names[i], first, n);
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (size_t k = 0; k < lists[i]->n; k++) make_plain(lists[i]->items[k], first, n);
  for (size_t i = 0; i < p->n_attributes; i++) make_plain(p->attributes[i].name, first, n);
  for (size_t i = 1; i < p->n_sources; i++) make_plain(p->sources[i].with, first, n);
}
