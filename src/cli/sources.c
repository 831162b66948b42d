/* The table of a command: what the paths name, and joined to it the further sources of leadfit.yaml. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/sources.h"

void lf_source_plan_clear(lf_source_plan *sources) {
  for (size_t i = 0; sources->readings && i < sources->n; i++) {
    lf_reading_wish_clear(&sources->readings[i].wish);
    free(sources->readings[i].keys);
    free(sources->readings[i].only);
    free(sources->readings[i].take);
  }
  free(sources->readings);
  *sources = (lf_source_plan){0};
}

static const lf_source_spec *source_of(const lf_source_plan *s, size_t i) {
  return &s->options->project.sources[i];
}

/* The column that source i is joined with. */
static const char *with_of(const lf_source_plan *s, size_t i) {
  return source_of(s, i)->with ? source_of(s, i)->with : source_of(s, 0)->key;
}

/* ---- what is read of each source ------------------------------------------------------------------ */

static lf_status find_parents(lf_source_plan *s, lf_error *err) {
  const lf_project *p = &s->options->project;
  const char *own = NULL;
  for (size_t i = 1; i < s->n; i++) {
    if (p->sources[i].with) s->readings[i].parent = lf_project_source(p, p->sources[i].with, &own);
    if (s->readings[i].parent >= i)
      return lf_fail(err, LF_E_USAGE,
                     "source '%s' is joined by '%s', of a source that stands behind it: put that one first",
                     p->sources[i].name, p->sources[i].with);
  }
  return LF_OK;
}

static void find_needed(lf_source_plan *s, const lf_attributes *wanted) {
  const char *own = NULL;
  s->readings[0].needed = true;
  for (size_t i = 1; i < s->n; i++) s->readings[i].needed = !wanted;
  for (size_t a = 0; wanted && a < wanted->n; a++)
    s->readings[lf_project_source(&s->options->project, wanted->items[a].name, &own)].needed = true;
  for (size_t i = s->n; i-- > 1;)
    if (s->readings[i].needed) s->readings[s->readings[i].parent].needed = true;
}

static lf_status read_keys(lf_source_plan *s, size_t source, lf_error *err) {
  lf_source_reading *r = &s->readings[source];
  lf_status status = lf_alloc(s->n, sizeof *r->keys, &r->keys, err);
  if (status != LF_OK) return status;
  const lf_source_spec *own = source_of(s, source);
  size_t n = 0;
  if (source) r->keys[n++] = (lf_key_request){own->key, own->fold};
  for (size_t i = source + 1; i < s->n; i++) {
    const char *with = with_of(s, i);
    if (s->readings[i].parent != source || !s->readings[i].needed) continue;
    s->readings[i].place = n;
    lf_project_source(&s->options->project, with, &with);
    r->keys[n++] = (lf_key_request){with, source_of(s, i)->fold};
  }
  r->wish.read.keys = r->keys;
  r->wish.read.n_keys = n;
  return LF_OK;
}

/* Where columns are listed, or only some are wanted, those alone are read, and what the rules of the join
 * need. */
static lf_status read_only(lf_source_plan *s, size_t source, const lf_attributes *wanted, lf_error *err) {
  const lf_source_spec *spec = source_of(s, source);
  lf_source_reading *r = &s->readings[source];
  const char *own = NULL;
  size_t most = spec->take.n + spec->sum.n + (wanted ? wanted->n : 0);
  if (!spec->take.n && !wanted) return LF_OK;
  lf_status status = lf_alloc(most + 1, sizeof *r->only, &r->only, err);
  if (status == LF_OK) status = lf_alloc(most, sizeof *r->take, &r->take, err);
  if (status != LF_OK) return status;
  if (!wanted)
    for (size_t i = 0; i < spec->take.n; i++) r->take[r->n_take++] = spec->take.items[i];
  for (size_t a = 0; wanted && a < wanted->n; a++) {
    bool here = source && lf_project_source(&s->options->project, wanted->items[a].name, &own) == source;
    if (here && (!spec->take.n || lf_text_list_has(&spec->take, own) || lf_text_list_has(&spec->sum, own)))
      r->take[r->n_take++] = own;
  }
  for (size_t i = 0; i < spec->sum.n; i++) r->take[r->n_take++] = spec->sum.items[i];
  memcpy(r->only, r->take, r->n_take * sizeof *r->only);
  r->wish.read.only = r->only;
  r->wish.read.n_only = r->n_take;
  if (spec->by) r->only[r->wish.read.n_only++] = spec->by;
  return LF_OK;
}

lf_status lf_source_plan_make(const lf_options *options, const lf_attributes *wanted, lf_source_plan *out,
                              lf_error *err) {
  const lf_project *p = &options->project;
  lf_status status = LF_OK;
  out->options = options;
  out->n = p->n_sources ? p->n_sources : 1;
  LF_TRY(lf_alloc(out->n, sizeof *out->readings, &out->readings, err));
  LF_TRY(find_parents(out, err));
  find_needed(out, wanted);
  for (size_t i = 0; i < out->n; i++) {
    if (!out->readings[i].needed) continue;
    LF_TRY(lf_input_reading(options, i, &out->readings[i].wish, err));
    LF_TRY(read_keys(out, i, err));
    if (p->n_sources) LF_TRY(read_only(out, i, wanted, err));
  }
cleanup:
  return status;
}

lf_join_request lf_source_plan_request(const lf_source_plan *s, size_t i) {
  const lf_source_spec *spec = source_of(s, i), *first = source_of(s, 0);
  const lf_source_reading *r = &s->readings[i];
  lf_join_request request = {.name = spec->name,
                             .table_name = first->name,
                             .key = spec->key,
                             .table_key = r->place,
                             .with = with_of(s, i),
                             .parent = r->parent,
                             .many = {spec->many, spec->by},
                             .table_many = {LF_MANY_ALL, NULL},
                             .sum = (const char *const *)spec->sum.items,
                             .n_sum = spec->sum.n,
                             .take = r->take,
                             .n_take = r->n_take,
                             .other_read = &r->wish.read,
                             .table_read = &s->readings[0].wish.read,
                             .memory = s->options->memory};
  if (!spec->with) request.table_many = (lf_many_rule){first->many, first->by};
  return request;
}

/* ---- joining -------------------------------------------------------------------------------------- */

/* The keys that source `parent` brought stand behind the first `n` of the table, in the order of those joined
 * by them. */
static void place_keys(lf_source_plan *s, size_t parent, size_t n) {
  for (size_t i = parent + 1; i < s->n; i++)
    if (s->readings[i].parent == parent) s->readings[i].place = n++;
}

static lf_status join_source(lf_source_plan *s, size_t i, lf_table *table, const lf_run *run, lf_error *err) {
  lf_table *other = NULL;
  lf_status status = lf_table_read(&s->readings[i].wish.read, run, &other, err);
  if (status != LF_OK) return status;
  size_t n_keys = table->n_keys;
  const lf_join_request request = lf_source_plan_request(s, i);
  status = lf_table_join(table, &other, &request, run, err);
  place_keys(s, i, n_keys);
  return status;
}

lf_status lf_input_table(const lf_options *options, const lf_run *run, lf_table **table, lf_error *err) {
  lf_source_plan sources = {0};
  lf_table *read = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_source_plan_make(options, NULL, &sources, err));
  LF_TRY(lf_table_read(&sources.readings[0].wish.read, run, &read, err));
  for (size_t i = 1; i < sources.n; i++) LF_TRY(join_source(&sources, i, read, run, err));
  lf_table_drop_keys(read);
  lf_warn_ragged(options, read);
  *table = read;
  read = NULL;
cleanup:
  lf_table_free(read);
  lf_source_plan_clear(&sources);
  return status;
}
