/* Whom a row stands for. Keys are lf_text_key (MD5) of the text of the account or id, which SQL makes alike.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/memory.h"
#include "history/draft.h"

enum { WHO_SALT = 0x77686f };

static bool all_have(const lf_column *column) {
  return column && column->missing == 0;
}

/* columns: the first that a row has counts; SIZE_MAX: none. */
static lf_status make(lf_draft *draft, const size_t columns[2], bool of_content, lf_who *who, lf_error *err) {
  const lf_history *h = draft->history;
  lf_who made = {0};
  lf_status status = LF_OK;
  for (size_t k = 0; k < 2; k++) {
    if (columns[k] == SIZE_MAX) continue;
    const lf_column *column = made.column[k] = &h->table->columns[columns[k]];
    if (column->store != LF_STORE_CODES) continue;
    LF_TRY(lf_alloc((size_t)column->n_levels + 1, sizeof *made.of_code[k], &made.of_code[k], err));
    lf_level_keys(column, made.of_code[k]);
  }
  if (of_content && !all_have(made.column[0]) && !all_have(made.column[1])) {
    LF_TRY(lf_rows_identify(draft, err));
    made.identity = draft->identity;
  }
  *who = made;
  made = (lf_who){0};
cleanup:
  lf_who_clear(&made);
  return status;
}

lf_status lf_who_make(lf_draft *draft, bool of_content, lf_who *who, lf_error *err) {
  return make(draft, (size_t[2]){draft->history->account, draft->history->id}, of_content, who, err);
}

lf_status lf_who_make_row(lf_draft *draft, bool by_id, lf_who *who, lf_error *err) {
  return make(draft, (size_t[2]){by_id ? draft->history->id : SIZE_MAX, SIZE_MAX}, !by_id, who, err);
}

void lf_who_clear(lf_who *who) {
  for (size_t k = 0; k < 2; k++) free(who->of_code[k]);
  *who = (lf_who){0};
}

static void read_column(const lf_who *who, size_t k, size_t from, size_t to, uint64_t *keys) {
  const lf_column *column = who->column[k];
  if (!who->of_code[k]) {
    lf_column_keys(column, from, to, keys);
    return;
  }
  for (size_t i = from; i < to; i++) keys[i - from] = who->of_code[k][lf_column_code(column, i)];
}

void lf_who_read(const lf_who *who, size_t from, size_t to, uint64_t *keys) {
  uint64_t id[LF_WHO_ROWS];
  bool known = all_have(who->column[0]);
  for (size_t i = from; i < to; i++) keys[i - from] = 0;
  if (who->column[0]) read_column(who, 0, from, to, keys);
  if (who->column[1] && !known) {
    read_column(who, 1, from, to, id);
    for (size_t i = 0; i < to - from; i++)
      if (!keys[i]) keys[i] = id[i];
  }
  if (!who->identity) return;
  for (size_t i = from; i < to;
       i++) /* an identity is a sum: rows that differ in one value differ by a constant */
    if (!keys[i - from]) keys[i - from] = lf_hash_mix(who->identity[i], WHO_SALT);
}
