#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Messages quote the data: one line, no control characters. */
static void clean_line(char *text) {
  for (char *p = text; *p; p++)
    if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = ' ';
}

static void set_error(lf_error *err, const char *file, uint64_t line, uint64_t column, const char *format,
                      va_list args) LF_PRINTF(5, 0);

static void set_error(lf_error *err, const char *file, uint64_t line, uint64_t column, const char *format,
                      va_list args) {
  if (!err) return;
  vsnprintf(err->message, sizeof err->message, format, args);
  clean_line(err->message);
  snprintf(err->file, sizeof err->file, "%s", file ? file : "");
  clean_line(err->file);
  err->line = line;
  err->column = column;
}

lf_status lf_fail(lf_error *err, lf_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  set_error(err, NULL, 0, 0, format, args);
  va_end(args);
  return status;
}

lf_status lf_fail_at(lf_error *err, lf_status status, const char *file, uint64_t line, uint64_t column,
                     const char *format, ...) {
  va_list args;
  va_start(args, format);
  set_error(err, file, line, column, format, args);
  va_end(args);
  return status;
}

lf_status lf_check_interrupt(const lf_run *run, lf_error *err) {
  if (run && run->interrupted && *run->interrupted)
    return lf_fail(err, LF_E_INTERRUPTED, "interrupted: nothing was written");
  return LF_OK;
}

void lf_progress(const lf_run *run, const char *stage, uint64_t done, uint64_t total) {
  if (run && run->progress) run->progress(run->sink, stage, done, total);
}

int lf_threads(const lf_run *run) {
  return run && run->threads > 1 ? run->threads : 1;
}

static const char *const kind_names[] = {"infer", "number", "category", "flag", "text", "date", "empty"};
static const char *const owner_names[] = {"", "marketing", "sales", "shared"};

const char *lf_kind_name(lf_kind kind) {
  return kind_names[kind];
}

bool lf_kind_parse(const char *name, lf_kind *kind) {
  for (int i = LF_KIND_NUMBER; i <= LF_KIND_DATE; i++)
    if (strcmp(name, kind_names[i]) == 0) {
      *kind = (lf_kind)i;
      return true;
    }
  return false;
}

const char *lf_owner_name(lf_owner owner) {
  return owner_names[owner];
}

bool lf_owner_parse(const char *name, lf_owner *owner) {
  for (int i = LF_OWNER_MARKETING; i <= LF_OWNER_SHARED; i++)
    if (strcmp(name, owner_names[i]) == 0) {
      *owner = (lf_owner)i;
      return true;
    }
  return false;
}
