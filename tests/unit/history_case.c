#include "history_case.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"

history_case case_new(void) {
  return (history_case){.options = {.holdout = 0, .need_outcome = true}};
}

void case_free(history_case *c) {
  lf_history_free(c->history);
  lf_project_clear(&c->project);
}

lf_status case_build_file(history_case *c, const char *path, int threads) {
  lf_table *table = NULL;
  lf_run run = {.threads = threads};
  lf_kind_request kinds[8];
  lf_read_options read = {.paths = &path, .n_paths = 1, .kinds = kinds};
  for (size_t i = 0; i < c->project.n_attributes && i < 8; i++)
    if (c->project.attributes[i].kind != LF_KIND_INFER)
      kinds[read.n_kinds++] = (lf_kind_request){c->project.attributes[i].name, c->project.attributes[i].kind};
  lf_status status = lf_table_read(&read, &run, &table, &c->error);
  if (status != LF_OK) return status;
  lf_history_free(c->history);
  c->history = NULL;
  status = lf_history_build(&table, &c->project, &c->options, &run, &c->history, &c->error);
  assert_null(table);
  return status;
}

lf_status case_build(history_case *c, const char *csv) {
  char path[] = "/tmp/test_historyXXXXXX";
  int fd = mkstemp(path);
  size_t n = strlen(csv);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, csv, n), (ssize_t)n);
  close(fd);
  lf_status status = case_build_file(c, path, 1);
  unlink(path);
  return status;
}

void case_must_build(history_case *c, const char *csv) {
  if (case_build(c, csv) != LF_OK) fail_msg("%s", c->error.message);
}

void case_must_fail(history_case *c, const char *csv, lf_status status, const char *text) {
  assert_int_equal(case_build(c, csv), status);
  assert_null(c->history);
  if (!strstr(c->error.message, text)) fail_msg("'%s' lacks '%s'", c->error.message, text);
}

const lf_column_role *case_role(const history_case *c, const char *column) {
  size_t i = lf_table_find(c->history->table, column);
  if (i == SIZE_MAX) fail_msg("no column %s", column);
  return &c->history->roles[i];
}

bool case_notes(const history_case *c, const char *text) {
  for (size_t i = 0; i < c->history->notes.n; i++)
    if (strstr(c->history->notes.items[i], text)) return true;
  return false;
}

uint64_t case_excluded(const history_case *c, const char *text) {
  uint64_t rows = 0;
  for (size_t i = 0; i < c->history->n_excluded; i++)
    if (strstr(c->history->excluded[i].reason, text)) rows += c->history->excluded[i].rows;
  return rows;
}

void set_text(char **slot, const char *text) {
  free(*slot);
  *slot = strdup(text);
}

double noise(uint64_t seed, uint64_t i) {
  return lf_hash_unit(lf_hash_mix(seed, i));
}
