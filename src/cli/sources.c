/* The table of a command: what the paths name, and joined to it the further sources of leadfit.yaml. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/command.h"
#include "ingest/join.h"

/* How one source is read. Arrays owned, texts not. */
typedef struct source_reading {
  lf_reading_wish wish;
  lf_key_request *keys; /* its own first (but for the first source), then those that others are joined by */
  const char **only, **take;
  size_t n_take;
} source_reading;

typedef struct sources_job {
  const lf_options *options;
  const lf_run *run;
  size_t n;
  source_reading *readings; /* [n] */
  size_t *parent;           /* [n]: the source whose column each is joined by */
  size_t *place;            /* [n]: the key among those of the table */
} sources_job;

static void job_clear(sources_job *job) {
  for (size_t i = 0; job->readings && i < job->n; i++) {
    lf_reading_wish_clear(&job->readings[i].wish);
    free(job->readings[i].keys);
    free(job->readings[i].only);
    free(job->readings[i].take);
  }
  free(job->readings);
  free(job->parent);
  free(job->place);
}

static const lf_source_spec *source_of(const sources_job *job, size_t i) {
  return &job->options->project.sources[i];
}

/* ---- what is read of each source ------------------------------------------------------------------ */

static lf_status read_keys(const sources_job *job, size_t source, lf_error *err) {
  source_reading *r = &job->readings[source];
  lf_status status = lf_alloc(job->n, sizeof *r->keys, &r->keys, err);
  if (status != LF_OK) return status;
  const lf_source_spec *own = source_of(job, source);
  size_t n = 0;
  if (source) r->keys[n++] = (lf_key_request){own->key, own->fold};
  for (size_t i = source + 1; i < job->n; i++) {
    const lf_source_spec *child = source_of(job, i);
    const char *with = child->with ? child->with : source_of(job, 0)->key;
    if (job->parent[i] != source) continue;
    lf_project_source(&job->options->project, with, &with);
    r->keys[n++] = (lf_key_request){with, child->fold};
  }
  r->wish.read.keys = r->keys;
  r->wish.read.n_keys = n;
  return LF_OK;
}

/* Where columns are listed, those alone are read, and what the rules of the join need. */
static lf_status read_only(const sources_job *job, size_t source, lf_error *err) {
  const lf_source_spec *s = source_of(job, source);
  source_reading *r = &job->readings[source];
  if (!s->take.n) return LF_OK;
  lf_status status = lf_alloc(s->take.n + s->sum.n + 1, sizeof *r->only, &r->only, err);
  if (status == LF_OK) status = lf_alloc(s->take.n + s->sum.n, sizeof *r->take, &r->take, err);
  if (status != LF_OK) return status;
  for (size_t i = 0; i < s->take.n; i++) r->take[r->n_take++] = s->take.items[i];
  for (size_t i = 0; i < s->sum.n; i++) r->take[r->n_take++] = s->sum.items[i];
  memcpy(r->only, r->take, r->n_take * sizeof *r->only);
  r->wish.read.only = r->only;
  r->wish.read.n_only = r->n_take;
  if (s->by) r->only[r->wish.read.n_only++] = s->by;
  return LF_OK;
}

static lf_status plan_source(const sources_job *job, size_t i, lf_error *err) {
  const lf_project *p = &job->options->project;
  source_reading *r = &job->readings[i];
  lf_status status = lf_input_reading(job->options, i, &r->wish, err);
  if (status == LF_OK) status = read_keys(job, i, err);
  if (status == LF_OK && p->n_sources) status = read_only(job, i, err);
  return status;
}

static lf_status plan(sources_job *job, lf_error *err) {
  const lf_project *p = &job->options->project;
  const char *own = NULL;
  lf_status status = LF_OK;
  job->n = p->n_sources ? p->n_sources : 1;
  LF_TRY(lf_alloc(job->n, sizeof *job->readings, &job->readings, err));
  LF_TRY(lf_alloc(job->n, sizeof *job->parent, &job->parent, err));
  LF_TRY(lf_alloc(job->n, sizeof *job->place, &job->place, err));
  for (size_t i = 1; i < job->n; i++) {
    if (p->sources[i].with) job->parent[i] = lf_project_source(p, p->sources[i].with, &own);
    if (job->parent[i] >= i)
      LF_TRY(lf_fail(err, LF_E_USAGE,
                     "source '%s' is joined by '%s', of a source that stands behind it: put that one first",
                     p->sources[i].name, p->sources[i].with));
  }
  for (size_t i = 0; i < job->n; i++) LF_TRY(plan_source(job, i, err));
cleanup:
  return status;
}

/* ---- joining -------------------------------------------------------------------------------------- */

/* The keys that source `parent` brought stand behind the first `n` of the table, in the order of those joined
 * by them. */
static void place_keys(sources_job *job, size_t parent, size_t n) {
  for (size_t i = parent + 1; i < job->n; i++)
    if (job->parent[i] == parent) job->place[i] = n++;
}

static lf_status join_source(sources_job *job, size_t i, lf_table *table, lf_error *err) {
  const lf_source_spec *s = source_of(job, i), *first = source_of(job, 0);
  const source_reading *r = &job->readings[i];
  lf_table *other = NULL;
  lf_status status = lf_table_read(&r->wish.read, job->run, &other, err);
  if (status != LF_OK) return status;
  size_t n_keys = table->n_keys;
  lf_join_request request = {.name = s->name,
                             .key = s->key,
                             .table_key = job->place[i],
                             .with = s->with ? s->with : first->key,
                             .parent = job->parent[i],
                             .many = {s->many, s->by},
                             .table_many = {LF_MANY_ALL, NULL},
                             .sum = (const char *const *)s->sum.items,
                             .n_sum = s->sum.n,
                             .take = r->take,
                             .n_take = r->n_take,
                             .other_read = &r->wish.read,
                             .table_read = &job->readings[0].wish.read,
                             .memory = job->options->memory};
  if (!s->with) request.table_many = (lf_many_rule){first->many, first->by};
  status = lf_table_join(table, &other, &request, job->run, err);
  place_keys(job, i, n_keys);
  return status;
}

lf_status lf_input_table(const lf_options *options, const lf_run *run, lf_table **table, lf_error *err) {
  sources_job job = {.options = options, .run = run};
  lf_table *read = NULL;
  lf_status status = LF_OK;
  LF_TRY(plan(&job, err));
  LF_TRY(lf_table_read(&job.readings[0].wish.read, run, &read, err));
  place_keys(&job, 0, 0);
  for (size_t i = 1; i < job.n; i++) LF_TRY(join_source(&job, i, read, err));
  lf_table_drop_keys(read);
  *table = read;
  read = NULL;
cleanup:
  lf_table_free(read);
  job_clear(&job);
  return status;
}
