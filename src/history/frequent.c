/* The words that stand most often in a column of texts: what a user may want to make patterns of.
 *
 * Counted on the training rows alone: patterns chosen by these figures must not have seen the rows that
 * judge. Words of few rows are not told, since they can be names of people. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "history/suspect.h"
#include "history/words.h"

enum { FEWEST_LEVELS = 100, FEWEST_ROWS = 10, MOST_WORDS = 12, WORDS_A_TEXT = 64, LONGEST = 40 };

static const double fewest_share = 0.005, most_share = 0.95, spaced_share = 0.3;

/* A word of one level, and later of all. */
typedef struct sighting {
  char word[LONGEST + 1];
  double rows, won;
} sighting;

typedef struct sightings {
  sighting *items;
  size_t n, capacity;
} sightings;

static bool in_word(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

/* Words that say nothing by themselves, and numbers. */
static bool idle(const char *word) {
  static const char *const words[] = {"an", "and", "at", "by",  "da",  "das", "de",   "der",  "des",
                                      "di", "die", "du", "el",  "et",  "for", "fr",   "from", "fur",
                                      "im", "in",  "is", "it",  "la",  "le",  "les",  "of",   "on",
                                      "or", "the", "to", "und", "von", "we",  "with", "y",    NULL};
  if (strspn(word, "0123456789") == strlen(word)) return true;
  for (size_t i = 0; words[i]; i++)
    if (strcmp(words[i], word) == 0) return true;
  return false;
}

/* The next word of *text, ASCII letters made small, into word; false at the end. Words that are too short or
 * too long are gone past. */
static bool next_word(const char **text, char word[LONGEST + 1]) {
  for (;;) {
    while (**text && !in_word((unsigned char)**text)) (*text)++;
    size_t n = 0;
    while (in_word((unsigned char)(*text)[n])) n++;
    if (!n) return false;
    for (size_t i = 0; i < n && i < LONGEST; i++) {
      char c = (*text)[i];
      word[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    *text += n;
    if (n < 2 || n > LONGEST) continue;
    word[n] = '\0';
    if (!idle(word)) return true;
  }
}

static lf_status add_level(sightings *all, const char *text, double rows, double won, lf_error *err) {
  char word[LONGEST + 1];
  size_t first = all->n;
  while (all->n < first + WORDS_A_TEXT && next_word(&text, word)) {
    bool seen = false; /* a text counts a word once */
    for (size_t i = first; i < all->n && !seen; i++) seen = strcmp(all->items[i].word, word) == 0;
    if (seen) continue;
    if (all->n == all->capacity) {
      size_t capacity = all->capacity ? 2 * all->capacity : 1024;
      sighting *grown = realloc(all->items, capacity * sizeof *grown);
      if (!grown) return lf_fail(err, LF_E_MEMORY, "not enough memory to count words");
      all->items = grown;
      all->capacity = capacity;
    }
    sighting *made = &all->items[all->n++];
    *made = (sighting){.rows = rows, .won = won};
    strcpy(made->word, word);
  }
  return LF_OK;
}

static int by_word(const void *a, const void *b) {
  const sighting *x = a, *y = b;
  return strcmp(x->word, y->word);
}

static int by_rows(const void *a, const void *b) {
  const sighting *x = a, *y = b;
  if (x->rows != y->rows) return x->rows < y->rows ? 1 : -1;
  return strcmp(x->word, y->word);
}

/* Adds up the sightings of each word. */
static void merge(sightings *all) {
  size_t kept = 0;
  if (!all->n) return;
  qsort(all->items, all->n, sizeof *all->items, by_word);
  for (size_t i = 1; i < all->n; i++) {
    if (strcmp(all->items[kept].word, all->items[i].word) == 0) {
      all->items[kept].rows += all->items[i].rows;
      all->items[kept].won += all->items[i].won;
    } else {
      all->items[++kept] = all->items[i];
    }
  }
  all->n = kept + 1;
  qsort(all->items, all->n, sizeof *all->items, by_rows);
}

static bool has_words(const lf_history *history, size_t c) {
  const lf_column *column = &history->table->columns[c];
  lf_role role = history->roles[c].role;
  bool text =
      column->kind == LF_KIND_TEXT || (column->kind == LF_KIND_CATEGORY && column->n_levels >= FEWEST_LEVELS);
  if (!text || column->store != LF_STORE_CODES || !history->won) return false;
  if (role != LF_ROLE_ATTRIBUTE && role != LF_ROLE_EXCLUDED) return false;
  return !lf_contact_kind(column, history->n_rows);
}

/* Training rows and wins of each code. */
static void count_levels(const lf_history *history, const lf_column *column, double *rows, double *won) {
  for (size_t i = 0; i < history->n_train; i++) {
    uint32_t code = lf_column_code(column, i);
    double w = lf_history_weight(history, i);
    rows[code] += w;
    if (history->won[i] == 1) won[code] += w;
  }
}

/* The most frequent of those that stand in at least fewest rows, and not in nearly all: these tell nothing
 * apart. */
static lf_status take(const sightings *all, double fewest, double most, lf_word **words, size_t *n,
                      lf_error *err) {
  lf_word *made = NULL;
  size_t kept = 0;
  lf_status status = lf_alloc(MOST_WORDS, sizeof *made, &made, err);
  for (size_t i = 0; i < all->n && kept < MOST_WORDS && status == LF_OK; i++) {
    const sighting *s = &all->items[i];
    if (s->rows < fewest) break;
    if (s->rows > most) continue;
    made[kept] = (lf_word){.rows = s->rows, .won = s->won};
    status = lf_copy_text(s->word, strlen(s->word), &made[kept].word, err);
    kept++;
  }
  if (status != LF_OK || !kept) {
    lf_words_free(made, kept);
    return status;
  }
  *words = made;
  *n = kept;
  return LF_OK;
}

lf_status lf_frequent_words(const lf_history *history, size_t column, lf_word **words, size_t *n,
                            lf_error *err) {
  const lf_column *c = &history->table->columns[column];
  lf_status status = LF_OK;
  double *rows = NULL, *won = NULL, filled = 0, spaced = 0;
  sightings all = {0};
  *words = NULL;
  *n = 0;
  if (!has_words(history, column)) return LF_OK;
  LF_TRY(lf_alloc((size_t)c->n_levels + 1, sizeof *rows, &rows, err));
  LF_TRY(lf_alloc((size_t)c->n_levels + 1, sizeof *won, &won, err));
  count_levels(history, c, rows, won);
  for (uint32_t code = 1; code <= c->n_levels; code++) {
    if (!(rows[code] > 0)) continue;
    filled += rows[code];
    if (strchr(lf_column_level(c, code), ' ')) spaced += rows[code];
    LF_TRY(add_level(&all, lf_column_level(c, code), rows[code], won[code], err));
  }
  if (spaced < spaced_share * filled) goto cleanup; /* codes and names, no texts */
  merge(&all);
  double fewest = fewest_share * filled;
  status = take(&all, fewest > FEWEST_ROWS ? fewest : FEWEST_ROWS, most_share * filled, words, n, err);
cleanup:
  free(rows);
  free(won);
  free(all.items);
  return status;
}

void lf_words_free(lf_word *words, size_t n) {
  for (size_t i = 0; words && i < n; i++) free(words[i].word);
  free(words);
}

lf_owner lf_likely_owner(const char *name) {
  static const char *const marketing[] = {
      "campaign",  "utm",         "channel",      "referrer",    "webinar",   "newsletter",
      "ad group",  "keyword",     "lead source",  "lead origin", "source",    "page views",
      "website",   "visits",      "landing page", "asset",       "marketing", "event attended",
      "downloads", "email opens", "email clicks", NULL};
  static const char *const sales[] = {"sales", "rep",      "salesperson", "account executive", "discount",
                                      "demo",  "meetings", "calls",       "touches",           "quote",
                                      "owner", "proposal", "next step",   "competitor",        NULL};
  char words[LF_WORDS];
  lf_words(name, words);
  bool m = lf_words_have_any(words, marketing), s = lf_words_have_any(words, sales);
  if (m == s) return LF_OWNER_NONE;
  return m ? LF_OWNER_MARKETING : LF_OWNER_SALES;
}
