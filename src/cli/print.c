#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/tree.h"
#include "cli/command.h"

/* A progress line may stand where the cursor is: what follows on the same terminal takes its place. */
static void wipe_progress(int fd) {
  if (isatty(fd) && isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K");
}

lf_status lf_print(const char *bytes, size_t n, lf_error *err) {
  wipe_progress(STDOUT_FILENO);
  return lf_write_all(STDOUT_FILENO, bytes, n, "standard output", err);
}

lf_status lf_print_json(const json_t *tree, lf_error *err) {
  char *bytes = NULL;
  size_t n = 0;
  lf_status status = lf_tree_write(tree, &bytes, &n, err);
  if (status == LF_OK) status = lf_print(bytes, n, err);
  free(bytes);
  return status;
}

int lf_terminal_width(void) {
  struct winsize size;
  if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col)
    return size.ws_col;
  return 80;
}

bool lf_terminal_colour(void) {
  const char *no_colour = getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
}

void lf_warn(const lf_options *options, const char *sentence) {
  if (options->quiet) return;
  wipe_progress(STDERR_FILENO);
  fprintf(stderr, "leadfit: warning: %s\n", sentence);
}

void lf_warn_all(const lf_options *options, const json_t *sentences) {
  size_t i;
  json_t *sentence;
  json_array_foreach((json_t *)sentences, i, sentence) lf_warn(options, json_string_value(sentence));
}

void lf_warn_absent(const lf_options *options, const char *where, const char *absent) {
  lf_text text = {0};
  lf_text_addf(&text, "%s have no column %s: every row counts as missing there", where, absent);
  if (!text.failed) lf_warn(options, text.data);
  lf_text_free(&text);
}

void lf_warn_ragged(const lf_options *options, const lf_table *table) {
  lf_text text = {0};
  const lf_ragged *first = &table->ragged[0];
  if (!table->n_ragged) return;
  lf_text_addf(&text, "%llu %s left out for %s number of fields, the first at line %llu of %s (%llu field%s)",
               (unsigned long long)table->ragged_rows, table->ragged_rows == 1 ? "record is" : "records are",
               table->ragged_rows == 1 ? "its" : "their", (unsigned long long)first->line,
               table->sources[first->file].name, (unsigned long long)first->fields,
               first->fields == 1 ? "" : "s");
  if (!text.failed) lf_warn(options, text.data);
  lf_text_free(&text);
}
