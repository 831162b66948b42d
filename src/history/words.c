#include "history/words.h"

#include <string.h>

static bool is_small(unsigned char c) {
  return (c >= 'a' && c <= 'z') || c >= 0x80;
}

static bool is_capital(unsigned char c) {
  return c >= 'A' && c <= 'Z';
}

static bool is_digit(unsigned char c) {
  return c >= '0' && c <= '9';
}

/* Whether capitals end here with the s of several: IDs. */
static bool ends_plural(const char *text, size_t i) {
  unsigned char after = text[i + 1] == 's' ? (unsigned char)text[i + 2] : 'x';
  return !is_small(after) && !is_capital(after) && !is_digit(after);
}

/* A word starts at a capital after a small letter or digit (StageName), and at the last of several capitals
 * (IDName). */
static bool starts_word(const char *text, size_t i) {
  unsigned char c = (unsigned char)text[i], before = i ? (unsigned char)text[i - 1] : ' ';
  if (!is_capital(c)) return false;
  if (is_small(before) || is_digit(before)) return true;
  return is_capital(before) && is_small((unsigned char)text[i + 1]) && !ends_plural(text, i);
}

void lf_words(const char *text, char out[LF_WORDS]) {
  size_t n = 0;
  out[n++] = ' ';
  for (size_t i = 0; text[i] && n + 3 < LF_WORDS; i++) {
    unsigned char c = (unsigned char)text[i];
    bool letter = is_small(c) || is_capital(c) || is_digit(c);
    if ((!letter || starts_word(text, i)) && out[n - 1] != ' ') out[n++] = ' ';
    if (letter) out[n++] = (char)(is_capital(c) ? c + 32 : c);
  }
  if (out[n - 1] != ' ') out[n++] = ' ';
  out[n] = '\0';
}

const char *lf_bare_name(const lf_column *column) {
  static const char *const records[] = {"Deal - ", "Lead - ", "Opportunity - ", NULL};
  const char *name = lf_own_name(column);
  for (size_t i = 0; records[i]; i++)
    if (strncmp(name, records[i], strlen(records[i])) == 0) return name + strlen(records[i]);
  return name;
}

/* Where the phrase stands as whole words, or NULL. */
static const char *find(const char *words, const char *phrase) {
  size_t n = strlen(phrase);
  for (const char *p = words; (p = strstr(p, phrase)) != NULL; p++)
    if (p > words && p[-1] == ' ' && p[n] == ' ') return p;
  return NULL;
}

bool lf_words_have(const char *words, const char *phrase) {
  return find(words, phrase) != NULL;
}

bool lf_words_are(const char *words, const char *phrase) {
  size_t n = strlen(phrase);
  return strlen(words) == n + 2 && memcmp(words + 1, phrase, n) == 0;
}

bool lf_words_end(const char *words, const char *phrase) {
  size_t n = strlen(phrase), m = strlen(words);
  return m >= n + 2 && words[m - n - 2] == ' ' && memcmp(words + m - n - 1, phrase, n) == 0;
}

const char *lf_words_have_any(const char *words, const char *const *phrases) {
  for (; *phrases; phrases++)
    if (lf_words_have(words, *phrases)) return *phrases;
  return NULL;
}

bool lf_words_are_any(const char *words, const char *const *phrases) {
  for (; *phrases; phrases++)
    if (lf_words_are(words, *phrases)) return true;
  return false;
}

bool lf_words_end_any(const char *words, const char *const *phrases) {
  for (; *phrases; phrases++)
    if (lf_words_end(words, *phrases)) return true;
  return false;
}
