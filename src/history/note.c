/* Sentences about what was found, and lists of names in them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/draft.h"

enum { SENTENCE = 1200 };

static void format_sentence(char out[SENTENCE], const char *format, va_list args) LF_PRINTF(2, 0);

/* Cut after a whole character: what quotes the data must stay UTF-8. */
static void format_sentence(char out[SENTENCE], const char *format, va_list args) {
  vsnprintf(out, SENTENCE, format, args);
  out[lf_utf8_valid_prefix(out, strlen(out))] = '\0';
}

lf_status lf_note(lf_history *history, lf_error *err, const char *format, ...) {
  char sentence[SENTENCE];
  va_list args;
  va_start(args, format);
  format_sentence(sentence, format, args);
  va_end(args);
  return lf_text_list_add(&history->notes, sentence, err);
}

lf_status lf_exclude_rows(lf_history *history, uint64_t rows, lf_error *err, const char *format, ...) {
  char sentence[SENTENCE];
  va_list args;
  va_start(args, format);
  format_sentence(sentence, format, args);
  va_end(args);
  lf_exclusion *grown = realloc(history->excluded, (history->n_excluded + 1) * sizeof *grown);
  if (!grown)
    return lf_fail(err, LF_E_MEMORY, "not enough memory for a list of %zu reasons", history->n_excluded + 1);
  history->excluded = grown;
  lf_exclusion *made = &grown[history->n_excluded];
  *made = (lf_exclusion){.rows = rows};
  lf_status status = lf_copy_text(sentence, strlen(sentence), &made->reason, err);
  if (status == LF_OK) history->n_excluded++;
  return status;
}

lf_status lf_exclude_column(lf_history *history, size_t column, lf_error *err, const char *format, ...) {
  char sentence[SENTENCE], *copy = NULL;
  va_list args;
  va_start(args, format);
  format_sentence(sentence, format, args);
  va_end(args);
  lf_status status = lf_copy_text(sentence, strlen(sentence), &copy, err);
  if (status != LF_OK) return status;
  lf_column_role *role = &history->roles[column];
  free(role->reason);
  role->reason = copy;
  role->role = LF_ROLE_EXCLUDED;
  return LF_OK;
}

lf_status lf_suspect_column(lf_history *history, size_t column, lf_error *err, const char *format, ...) {
  char sentence[SENTENCE], both[2 * SENTENCE + 4], *copy = NULL;
  lf_column_role *role = &history->roles[column];
  va_list args;
  va_start(args, format);
  format_sentence(sentence, format, args);
  va_end(args);
  const char *first = role->suspicion ? role->suspicion : "";
  size_t n = strlen(first);
  if (n > 0 && sentence[0] >= 'a' && sentence[0] <= 'z') sentence[0] = (char)(sentence[0] - 'a' + 'A');
  snprintf(both, sizeof both, "%s%s%s", first, n == 0 ? "" : first[n - 1] == '?' ? " " : ". ", sentence);
  lf_status status = lf_copy_text(both, strlen(both), &copy, err);
  if (status != LF_OK) return status;
  free(role->suspicion);
  role->suspicion = copy;
  return LF_OK;
}

const char *lf_quoted(const char *text, char out[LF_QUOTED]) {
  size_t n = strlen(text), room = LF_QUOTED - 6; /* two quotes, an ellipsis of three bytes, NUL */
  bool cut = n > room;
  if (cut) n = room;
  n = lf_utf8_valid_prefix(text, n);
  snprintf(out, LF_QUOTED, "'%.*s%s'", (int)n, text, cut ? "\xe2\x80\xa6" : "");
  return out;
}

void lf_join(const char *const *items, size_t n, size_t shown, char *out, size_t size) {
  size_t used = 0, i = 0;
  char item[LF_QUOTED];
  if (!size) return;
  out[0] = '\0';
  for (; i < n && i < shown && used + LF_QUOTED + 24 < size; i++) {
    int wrote = snprintf(out + used, size - used, "%s%s", i ? ", " : "", lf_quoted(items[i], item));
    used += wrote > 0 ? (size_t)wrote : 0;
  }
  if (n > i) snprintf(out + used, size - used, " and %zu more", n - i);
}
