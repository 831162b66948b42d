#include "cli/databases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "ingest/database.h"

enum { MOST_OPEN = 16 };

/* Connections that are open while the inputs are read. */
typedef struct open_databases {
  size_t n;
  char *address[MOST_OPEN];
  lf_database *database[MOST_OPEN];
} open_databases;

void lf_databases_clear(lf_options *o) {
  for (size_t i = 0; i < o->n_databases; i++) {
    close(o->databases[i].fd);
    free(o->databases[i].path);
    free(o->databases[i].name);
  }
  free(o->databases);
  o->databases = NULL;
  o->n_databases = 0;
}

const char *lf_input_name(const lf_options *o, const char *path) {
  for (size_t i = 0; i < o->n_databases; i++)
    if (strcmp(o->databases[i].path, path) == 0) return o->databases[i].name;
  return path;
}

static lf_status connect_once(open_databases *open, const char *address, const lf_run *run,
                              lf_database **database, lf_error *err) {
  for (size_t i = 0; i < open->n; i++)
    if (open->address[i] && strcmp(open->address[i], address) == 0) {
      *database = open->database[i];
      return LF_OK;
    }
  if (open->n == MOST_OPEN)
    return lf_fail(err, LF_E_USAGE, "more than %d databases are named: read fewer at a time", MOST_OPEN);
  lf_status status = lf_database_open(address, run, database, err);
  if (status != LF_OK) return status;
  open->database[open->n] = *database;
  return lf_copy_text(address, strlen(address), &open->address[open->n++], err);
}

/* "postgresql://host/crm: leads" */
static lf_status name_input(const char *address, const lf_selection *selection, char **name, lf_error *err) {
  lf_text text = {0};
  char *shown = NULL;
  lf_status status = lf_database_name(address, &shown, err);
  if (status == LF_OK) {
    lf_text_addf(&text, "%s: %s", shown, selection->table ? selection->table : selection->query);
    status = lf_text_status(&text, err);
  }
  if (status == LF_OK) status = lf_copy_text(text.data, text.length, name, err);
  free(shown);
  lf_text_free(&text);
  return status;
}

/* Reads one input and puts the path of its rows in the place of its address. */
static lf_status read_input(lf_options *o, open_databases *open, const char *address,
                            const lf_selection *selection, const lf_run *run, lf_opened_database **out,
                            lf_error *err) {
  lf_opened_database made = {.fd = -1};
  lf_database *database = NULL;
  lf_text path = {0};
  lf_status status = LF_OK;
  size_t capacity = o->n_databases;
  LF_TRY(connect_once(open, address, run, &database, err));
  LF_TRY(lf_database_fetch(database, selection, run, &made.fd, err));
  LF_TRY(name_input(address, selection, &made.name, err));
  lf_text_addf(&path, "/proc/self/fd/%d", made.fd);
  LF_TRY(lf_text_status(&path, err));
  LF_TRY(lf_copy_text(path.data, path.length, &made.path, err));
  LF_TRY(lf_grow(&o->databases, &capacity, o->n_databases + 1, sizeof *o->databases, err));
  o->databases[o->n_databases] = made;
  *out = &o->databases[o->n_databases++];
  made = (lf_opened_database){.fd = -1};
cleanup:
  lf_text_free(&path);
  free(made.name);
  if (made.fd >= 0) close(made.fd);
  return status;
}

static lf_status read_paths(lf_options *o, open_databases *open, const lf_run *run, lf_error *err) {
  const lf_source_spec *first = o->project.n_sources ? &o->project.sources[0] : NULL;
  lf_selection selection = {o->query, o->table};
  if (first && o->paths_of_project && !o->query && !o->table)
    selection = (lf_selection){first->query, first->table};
  for (size_t i = 0; i < o->n_paths; i++) {
    lf_opened_database *opened = NULL;
    if (!lf_is_database(o->paths[i])) continue;
    lf_status status = read_input(o, open, o->paths[i], &selection, run, &opened, err);
    if (status != LF_OK) return status;
    o->paths[i] = opened->path;
  }
  return LF_OK;
}

static lf_status read_sources(lf_options *o, open_databases *open, const lf_run *run, lf_error *err) {
  /* the first is among the paths, but where those are candidates */
  for (size_t i = o->command == LF_COMMAND_COMPARE ? 0 : 1; i < o->project.n_sources; i++) {
    lf_source_spec *s = &o->project.sources[i];
    const lf_selection selection = {s->query, s->table};
    for (size_t k = 0; k < s->files.n && !s->idle; k++) {
      lf_opened_database *opened = NULL;
      char *path = NULL;
      if (!lf_is_database(s->files.items[k])) continue;
      lf_status status = read_input(o, open, s->files.items[k], &selection, run, &opened, err);
      if (status == LF_OK) status = lf_copy_text(opened->path, strlen(opened->path), &path, err);
      if (status != LF_OK) return status;
      free(s->files.items[k]);
      s->files.items[k] = path;
    }
  }
  return LF_OK;
}

lf_status lf_databases_read(lf_options *o, const lf_run *run, lf_error *err) {
  open_databases open = {0};
  lf_status status = read_paths(o, &open, run, err);
  if (status == LF_OK) status = read_sources(o, &open, run, err);
  for (size_t i = 0; i < open.n; i++) {
    lf_database_close(open.database[i]);
    free(open.address[i]);
  }
  return status;
}

lf_status lf_shown_argument(const char *argument, char **shown, lf_error *err) {
  const char *equals = argument[0] == '-' ? strchr(argument, '=') : NULL;
  const char *value = equals ? equals + 1 : argument;
  if (!lf_is_database(value)) return lf_copy_text(argument, strlen(argument), shown, err);
  char *name = NULL;
  lf_text text = {0};
  lf_status status = lf_database_name(value, &name, err);
  if (status == LF_OK) {
    lf_text_add_n(&text, argument, (size_t)(value - argument));
    lf_text_add(&text, name);
    status = lf_text_status(&text, err);
  }
  if (status == LF_OK) status = lf_copy_text(text.data, text.length, shown, err);
  free(name);
  lf_text_free(&text);
  return status;
}
