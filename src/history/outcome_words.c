#include "history/outcome_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/words.h"

/* In English, German (and Dutch), French, Spanish, Italian. */
static const char *const lost_words[] = {"lost",    "loss",    "lose",     "closedlost", "closelost",
                                         "not won", "no sale", "verloren", "perdu",      "perdue",
                                         "perdido", "perdida", "perso",    "persa",      NULL};
static const char *const won_words[] = {"won",      "win",        "closedwon",   "closewon",
                                        "gewonnen", "gagn\u00e9", "gagn\u00e9e", "ganado",
                                        "ganada",   "vinto",      "vinta",       NULL};
static const char *const unconverted_words[] = {
    "not converted", "unconverted", "non converted", "nonconverted",  "not sold",
    "failed",        "failure",     "unsuccessful",  "not purchased", NULL};
static const char *const converted_words[] = {"converted", "sold",     "success", "successful",
                                              "purchased", "customer", NULL};
static const char *const disqualified_words[] = {
    "disqualified", "unqualified", "not qualified", "non qualified", "rejected",
    "declined",     "dead",        "abandoned",     "churned",       NULL};
static const char *const qualified_words[] = {"qualified", NULL};

/* Words of stages on the way. Only read where other values say won and lost. */
static const char *const open_words[] = {
    "open",         "new",           "working",     "nurture",       "nurturing",   "contacted",
    "contacting",   "prospect",      "prospecting", "qualification", "qualifying",  "qualify",
    "qualified",    "analysis",      "proposition", "proposal",      "quote",       "quotation",
    "negotiation",  "negotiating",   "negotiate",   "review",        "progress",    "pending",
    "demo",         "demonstration", "discovery",   "meeting",       "appointment", "scheduled",
    "contract",     "presentation",  "perception",  "decision",      "gatekeeper",  "bought",
    "engaged",      "engaging",      "active",      "evaluation",    "evaluating",  "pipeline",
    "commit",       "committed",     "verbal",      "hold",          "stalled",     "forecast",
    "interested",   "lead",          "opportunity", "identify",      "identified",  "validate",
    "validated",    "developing",    "develop",     "attempting",    "attempted",   "assigned",
    "started",      "mql",           "sql",         "sal",           "trial",       "pilot",
    "sent",         "waiting",       "unworked",    "recycle",       "inquiry",     "converted",
    "introduction", "solution",      "best case",   "upside",        "offen",       "ouvert",
    "ouverte",      "abierto",       "abierta",     "aperto",        "aperta",      NULL};

/* The same, as HubSpot writes stages of a contact's life. */
static const char *const lifecycle_words[] = {"subscriber", "marketingqualifiedlead", "salesqualifiedlead",
                                              NULL};

static lf_meaning yes_or_no(const char *value, const char *words) {
  static const char *const yes[] = {"yes", "y",       "true",    "t",    "ja",   "oui",
                                    "si",  "s\u00ed", "s\u00ec", "wahr", "vrai", NULL};
  static const char *const no[] = {"no", "n", "false", "f", "nein", "nee", "non", "falsch", "faux", NULL};
  double number = 0;
  if (lf_words_are_any(words, yes)) return (lf_meaning){LF_SIDE_WON, LF_PLAIN_YES_NO};
  if (lf_words_are_any(words, no)) return (lf_meaning){LF_SIDE_LOST, LF_PLAIN_YES_NO};
  const char *text = value;
  size_t n = strlen(value);
  lf_trim(&text, &n);
  if (!lf_parse_double(text, n, &number)) return (lf_meaning){0};
  if (number == 1) return (lf_meaning){LF_SIDE_WON, LF_PLAIN_YES_NO};
  if (number == 0) return (lf_meaning){LF_SIDE_LOST, LF_PLAIN_YES_NO};
  return (lf_meaning){0};
}

lf_meaning lf_outcome_meaning(const char *value) {
  char words[LF_WORDS];
  lf_words(value, words);
  bool lost = lf_words_have_any(words, lost_words),
       won = !lf_words_have(words, "not won") && lf_words_have_any(words, won_words);
  if (won && lost) return (lf_meaning){0};
  if (lost) return (lf_meaning){LF_SIDE_LOST, LF_PLAIN_WON};
  if (won) return (lf_meaning){LF_SIDE_WON, LF_PLAIN_WON};
  if (lf_words_have_any(words, unconverted_words)) return (lf_meaning){LF_SIDE_LOST, LF_PLAIN_CONVERTED};
  if (lf_words_have_any(words, disqualified_words)) return (lf_meaning){LF_SIDE_LOST, LF_PLAIN_QUALIFIED};
  if (lf_words_have_any(words, converted_words)) return (lf_meaning){LF_SIDE_WON, LF_PLAIN_CONVERTED};
  if (lf_words_have_any(words, qualified_words)) return (lf_meaning){LF_SIDE_WON, LF_PLAIN_QUALIFIED};
  lf_meaning flag = yes_or_no(value, words);
  if (flag.side != LF_SIDE_NONE) return flag;
  if (lf_words_have_any(words, open_words) || lf_words_have_any(words, lifecycle_words))
    return (lf_meaning){LF_SIDE_OPEN, LF_PLAIN_YES_NO};
  return (lf_meaning){0};
}

void lf_reading_clear(lf_reading *reading) {
  free(reading->side);
  *reading = (lf_reading){0};
}

void lf_reading_count(lf_reading *reading) {
  reading->n_won = reading->n_lost = reading->n_open = reading->n_none = 0;
  for (uint32_t code = 0; code <= reading->n_levels; code++) {
    if (code == 0 && reading->side[0] == LF_SIDE_OPEN) continue; /* missing is open unless said otherwise */
    switch (reading->side[code]) {
    case LF_SIDE_WON: reading->n_won++; break;
    case LF_SIDE_LOST: reading->n_lost++; break;
    case LF_SIDE_OPEN: reading->n_open++; break;
    default: reading->n_none++; break;
    }
  }
}

/* The side of one level, given how plainly the column says won. */
static lf_side side_of(lf_meaning meaning, bool words, lf_plainness plainness) {
  if (!words)
    return meaning.plainness == LF_PLAIN_YES_NO && meaning.side != LF_SIDE_OPEN ? meaning.side : LF_SIDE_NONE;
  if (meaning.side == LF_SIDE_OPEN || meaning.side == LF_SIDE_NONE) return meaning.side;
  if (meaning.plainness == LF_PLAIN_YES_NO) return LF_SIDE_NONE;
  return meaning.side == LF_SIDE_WON && meaning.plainness < plainness ? LF_SIDE_OPEN : meaning.side;
}

lf_status lf_outcome_read(const lf_column *column, lf_reading *reading, lf_error *err) {
  lf_reading made = {.n_levels = column->n_levels};
  lf_status status = lf_alloc((size_t)column->n_levels + 1, 1, &made.side, err);
  if (status != LF_OK) return status;
  for (uint32_t code = 1; code <= column->n_levels; code++) {
    lf_meaning meaning = lf_outcome_meaning(lf_column_level(column, code));
    if (meaning.side != LF_SIDE_WON || meaning.plainness == LF_PLAIN_YES_NO) continue;
    made.words = true;
    if (meaning.plainness > made.plainness) made.plainness = meaning.plainness;
  }
  made.side[0] = LF_SIDE_OPEN;
  for (uint32_t code = 1; code <= column->n_levels; code++)
    made.side[code] =
        (uint8_t)side_of(lf_outcome_meaning(lf_column_level(column, code)), made.words, made.plainness);
  lf_reading_count(&made);
  *reading = made;
  return LF_OK;
}

int lf_outcome_name(const char *name) {
  static const char *const whole[] = {
      "won",          "is won",      "iswon",    "win",      "closed won", "is closed won", "converted",
      "is converted", "isconverted", "won lost", "win loss", "won loss",   "conversion",    NULL};
  static const char *const result[] = {"outcome", "result", NULL};
  static const char *const stage[] = {"stage", "stage name", "stagename", "dealstage", NULL};
  static const char *const state[] = {"status", NULL};
  static const char *const field[] = {"y", "target", "label", "class", "response", NULL};
  char words[LF_WORDS];
  lf_words(name, words);
  if (lf_words_are_any(words, whole) || lf_words_end_any(words, result)) return 4;
  if (lf_words_end_any(words, stage)) return 3;
  if (lf_words_end_any(words, state)) return 2;
  return lf_words_are_any(words, field) ? 1 : 0;
}
