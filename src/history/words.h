/* Names and values as words: "StageName", "stage_name" and "Stage Name" are all " stage name ". Internal to
 * history. */
#ifndef LF_HISTORY_WORDS_H
#define LF_HISTORY_WORDS_H

#include "ingest/ingest.h"

enum { LF_WORDS = 160 };

/* Lower-case words, each followed and the first preceded by one space: split at anything but letters and
 * digits, and where a small letter is followed by a capital. Longer texts are cut. Bytes beyond ASCII count
 * as letters. */
void lf_words(const char *text, char out[LF_WORDS]);

/* The name of a column in its own source, without the record that Pipedrive puts before it: "Organization" of
 * "Deal - Organization". */
const char *lf_bare_name(const lf_column *column);

/* Whether the phrase ("stage name") stands in the words, as whole words. */
bool lf_words_have(const char *words, const char *phrase);
/* Whether the words are the phrase and nothing else. */
bool lf_words_are(const char *words, const char *phrase);
bool lf_words_end(const char *words, const char *phrase);

/* The same for any of a NULL-terminated list; the phrase found, or NULL. */
const char *lf_words_have_any(const char *words, const char *const *phrases);
bool lf_words_are_any(const char *words, const char *const *phrases);
bool lf_words_end_any(const char *words, const char *const *phrases);

#endif
