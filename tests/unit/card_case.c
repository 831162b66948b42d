#include "card_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/tree.h"

lf_scorecard *card_of_json(const char *json) {
  lf_text text = {0};
  json_t *root = NULL;
  lf_scorecard *card = NULL;
  lf_error err = {.message = ""};
  lf_text_add(&text, json);
  for (char *p = strchr(text.data, '\''); p; p = strchr(p, '\'')) *p = '"';
  if (lf_tree_parse("card.json", text.data, text.length, false, &root, &err) != LF_OK ||
      lf_scorecard_parse(root, "card.json", &card, &err) != LF_OK)
    fail_msg("%s in %s", err.message, json);
  json_decref(root);
  lf_text_free(&text);
  return card;
}

lf_scorecard *card_of_attributes(const char *attributes, const char *rest) {
  lf_text text = {0};
  lf_text_addf(&text, "{'format': 'leadfit-scoring/1', 'attributes': [%s]%s}", attributes, rest);
  lf_scorecard *card = card_of_json(text.data);
  lf_text_free(&text);
  return card;
}
