/* Leads are read once more before they are scored, their keys alone, so that the join is the one a fit makes:
 * the same code, rules, errors and bounds of memory. What is kept of a lead is four bytes a source. */
#include "cli/score_joined.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

/* Keys of the leads stay in memory up to this, where --memory does not say. */
#define LEADS_MEMORY ((uint64_t)64 << 20)

void lf_score_joined_clear(lf_score_joined *joined) {
  for (size_t k = 0; joined->items && k < joined->n; k++) free(joined->items[k].codes);
  free(joined->items);
  for (size_t i = 0; joined->sources && i < joined->n_sources; i++) lf_matched_clear(&joined->sources[i]);
  free(joined->sources);
  *joined = (lf_score_joined){0};
}

/* One run. Attributes are views of the card's, under the names that their own sources have for them. */
typedef struct joining {
  const lf_run *run;
  lf_source_plan sources;
  lf_attributes wanted; /* items owned, what is in them not */
  size_t *attribute;    /* of the card, one a wanted one */
  lf_table **tables;    /* one a source; NULL where it is not needed */
  lf_score_joined out;
} joining;

static void clear(joining *j) {
  for (size_t i = 0; j->tables && i < j->sources.n; i++) lf_table_free(j->tables[i]);
  free(j->tables);
  free(j->wanted.items);
  free(j->attribute);
  lf_score_joined_clear(&j->out);
  lf_source_plan_clear(&j->sources);
}

static lf_status find_wanted(joining *j, const lf_project *project, const lf_scorecard *card,
                             const lf_table *leads, lf_error *err) {
  const lf_attributes *all = card->attributes;
  const char *own = NULL;
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(all->n, sizeof *j->wanted.items, &j->wanted.items, err));
  LF_TRY(lf_alloc(all->n, sizeof *j->attribute, &j->attribute, err));
  for (size_t a = 0; a < all->n; a++) {
    if (!lf_project_source(project, all->items[a].name, &own)) continue;
    if (lf_table_find(leads, all->items[a].name) != SIZE_MAX) continue;
    j->attribute[j->wanted.n] = a;
    j->wanted.items[j->wanted.n++] = all->items[a];
  }
cleanup:
  return status;
}

static lf_status read_tables(joining *j, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(j->sources.n, sizeof(lf_table *), &j->tables, err));
  LF_TRY(lf_alloc(j->sources.n, sizeof *j->out.sources, &j->out.sources, err));
  j->out.n_sources = j->sources.n;
  for (size_t i = 0; i < j->sources.n; i++) {
    lf_read_options *read = &j->sources.readings[i].wish.read;
    if (!j->sources.readings[i].needed) continue;
    if (!i && !read->memory) read->memory = LEADS_MEMORY;
    LF_TRY(lf_table_read(read, j->run, &j->tables[i], err));
  }
  j->out.leads = j->tables[0]->n_rows;
cleanup:
  return status;
}

/* ---- codes ---------------------------------------------------------------------------------------- */

static uint16_t missing_of(const lf_attribute *attribute) {
  size_t b = 0;
  while (b + 1 < attribute->n_bands && attribute->bands[b].type != LF_BAND_MISSING) b++;
  return (uint16_t)b;
}

static bool is_taken(const lf_source_reading *reading, const char *name) {
  for (size_t i = 0; i < reading->n_take; i++)
    if (lf_same_text(reading->take[i], name)) return true;
  return false;
}

/* Codes of the wanted columns of one source, a row of it each. Columns that it does not take have none. */
static lf_status add_codes(joining *j, size_t source, lf_error *err) {
  const lf_project *project = &j->sources.options->project;
  const lf_table *table = j->tables[source];
  lf_attributes one = {.n = 1};
  lf_codes *codes = NULL;
  lf_status status = LF_OK;
  for (size_t k = 0; k < j->wanted.n; k++) {
    lf_attribute view = j->wanted.items[k];
    const char *own = NULL;
    if (lf_project_source(project, view.name, &own) != source) continue;
    size_t at = lf_table_find(table, own);
    if (at == SIZE_MAX || !is_taken(&j->sources.readings[source], own)) continue;
    view.name = table->columns[at].name;
    one.items = &view;
    LF_TRY(lf_codes_make(&one, table, j->run, &codes, NULL, err));
    j->out.items[j->out.n++] = (lf_joined_codes){.attribute = j->attribute[k],
                                                 .source = source,
                                                 .missing = missing_of(&view),
                                                 .codes = codes->columns[0]};
    codes->columns[0] = NULL;
    lf_codes_free(codes);
    codes = NULL;
  }
cleanup:
  lf_codes_free(codes);
  return status;
}

/* A source that is joined to another one: its codes become codes of that one's rows. */
static lf_status hand_up(joining *j, size_t source, size_t parent, lf_error *err) {
  const uint32_t *row = j->out.sources[source].row.cells;
  size_t n = j->tables[parent]->n_rows;
  for (size_t k = 0; k < j->out.n; k++) {
    lf_joined_codes *item = &j->out.items[k];
    uint16_t *codes = NULL;
    if (item->source != source) continue;
    lf_status status = lf_alloc(n, sizeof *codes, &codes, err);
    if (status != LF_OK) return status;
    for (size_t i = 0; i < n; i++) codes[i] = row[i] == LF_NO_ROW ? item->missing : item->codes[row[i]];
    free(item->codes);
    item->codes = codes;
    item->source = parent;
  }
  return LF_OK;
}

/* From the last source to the first, so that one has what is joined to it before it is joined itself. */
static lf_status join(joining *j, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(j->wanted.n, sizeof *j->out.items, &j->out.items, err));
  for (size_t i = j->sources.n; i-- > 1;) {
    const lf_source_reading *r = &j->sources.readings[i];
    if (!r->needed) continue;
    const lf_join_request request = lf_source_plan_request(&j->sources, i);
    LF_TRY(lf_table_match(j->tables[r->parent], j->tables[i], &request, j->run, &j->out.sources[i], err));
    LF_TRY(add_codes(j, i, err));
    if (r->parent) LF_TRY(hand_up(j, i, r->parent, err));
    lf_table_free(j->tables[i]);
    j->tables[i] = NULL;
  }
cleanup:
  return status;
}

lf_status lf_score_joined_make(const lf_options *options, const lf_scorecard *card, const lf_table *leads,
                               const lf_run *run, lf_score_joined *out, lf_error *err) {
  joining j = {.run = run};
  lf_status status = LF_OK;
  LF_TRY(find_wanted(&j, &options->project, card, leads, err));
  if (!j.wanted.n) goto cleanup;
  LF_TRY(lf_source_plan_make(options, &j.wanted, &j.sources, err));
  LF_TRY(read_tables(&j, err));
  LF_TRY(join(&j, err));
  *out = j.out;
  j.out = (lf_score_joined){0};
cleanup:
  clear(&j);
  return status;
}

bool lf_score_joined_has(const lf_score_joined *joined, size_t attribute) {
  for (size_t k = 0; k < joined->n; k++)
    if (joined->items[k].attribute == attribute) return true;
  return false;
}

void lf_score_joined_fill(const lf_score_joined *joined, uint64_t first, const lf_codes *codes) {
  for (size_t k = 0; k < joined->n; k++) {
    const lf_joined_codes *item = &joined->items[k];
    const uint32_t *row = (const uint32_t *)joined->sources[item->source].row.cells + first;
    uint16_t *out = codes->columns[item->attribute];
    for (size_t i = 0; i < codes->n_rows; i++)
      out[i] = row[i] == LF_NO_ROW ? item->missing : item->codes[row[i]];
  }
}
