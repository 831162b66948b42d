/* What a team says of points and signs, found among the values of a history: in every form of leadfit.yaml,
 * and what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "band/grouping.h"
#include "evidence/price.h"
#include "history_case.h"

enum { ROWS = 1200 };

/* Source has four values, Size runs from 0 to 99, Asked is yes or no, Once is yes or nothing, Title is a
 * text. */
static char *make_csv(void) {
  static const char *const sources[] = {"Web", "Fair", "Referral", "List"}, *const titles[] = {
                                                                                "Chief of sales",
                                                                                "Head of sales", "Clerk",
                                                                                "Sales clerk"};
  lf_text csv = {0};
  lf_text_add(&csv, "id,Source,Size,Asked,Once,Title,Note,Stage\n");
  for (uint64_t i = 0; i < ROWS; i++) {
    size_t source = (size_t)(4 * noise(2, i));
    int size = (int)(100 * noise(3, i));
    bool asked = noise(4, i) < 0.5;
    bool won = noise(5, i) < 0.15 + 0.1 * (double)source + 0.003 * size + (asked ? 0.2 : 0);
    lf_text_addf(&csv, "r%llu,%s,%d,%s,%s,%s %llu,same,%s\n", (unsigned long long)i,
                 i == 7 || i == 600 ? "Rare" : sources[source], size, asked ? "yes" : "no",
                 noise(6, i) < 0.5 ? "yes" : "", titles[(int)(4 * noise(7, i))],
                 (unsigned long long)(i % 300), won ? "Won" : "Lost");
  }
  return csv.data;
}

/* The history with this list of attributes in its project file; it points into the case. */
static void said(history_case *c, const char *attributes) {
  *c = case_new();
  char path[] = "/tmp/test_rulesXXXXXX.yaml";
  int fd = mkstemps(path, 5);
  FILE *f = fdopen(fd, "w");
  assert_non_null(f);
  fprintf(f, "outcome: {column: Stage, won: [Won], lost: [Lost]}\nid: id\nattributes:\n%s\n", attributes);
  fclose(f);
  if (lf_project_load(path, &c->project, &c->error) != LF_OK) fail_msg("%s", c->error.message);
  unlink(path);
  c->options.holdout = 0.25;
  char *csv = make_csv();
  case_must_build(c, csv);
  free(csv);
}

static void refused(const char *attributes, const char *message) {
  history_case c;
  said(&c, attributes);
  lf_atoms *atoms = NULL;
  bool any = false;
  lf_status status = lf_history_rules(c.history, &any, &c.error);
  if (status == LF_OK) status = lf_atoms_make(c.history, NULL, NULL, &atoms, &c.error);
  assert_int_equal(status, LF_E_USAGE);
  if (!strstr(c.error.message, message)) fail_msg("got '%s', wanted '%s'", c.error.message, message);
  case_free(&c);
}

static void what_nobody_can_keep(void **state) {
  (void)state;
  refused(" - {name: Size, points: {Web: 5}}",
          "attributes[0].points.Web: points of a number are said by interval");
  refused(" - {name: Size, points: {7: 5}}",
          "attributes[0].points.7: points of a number are said by interval");
  refused(" - {name: Size, bands: [30, 70], points: {many: 5}}",
          "attributes[0].points.many: points of a number are said by interval");
  refused(" - {name: Size, bands: [30, 70], points: {20 to 70: 5}}",
          "no band holds just this interval: its ends must be among bands:");
  refused(" - {name: Size, bands: [30, 70], points: {40 to 50: 5}}", "no band holds just this interval");
  refused(" - {name: Size, bands: [30, 70], points: {below 70: 5, 30 to 70: 6}}",
          "attributes[0].points.30 to 70: two points are said for one band: keep one of them");
  refused(" - {name: Size, sign: {50 to 60: positive}}", "attributes[0].sign: a number has one direction");
  refused(" - {name: Source, sign: positive}",
          "attributes[0].sign: a category has no direction: say signs by value");
  refused(" - {name: Source, sign: {Webb: positive}}",
          "attributes[0].sign.Webb: no band holds this: did you mean 'Web'?");
  refused(" - {name: Source, points: {Unheard of: 3}}",
          "attributes[0].points.Unheard of: no band holds this: it is no value of 'Source'; leadfit inspect "
          "shows what is");
  refused(" - {name: Title, kind: text, match: [{label: Chief, pattern: Chief}], points: {Clerks: 3}}",
          "attributes[0].points.Clerks: no band holds this");
  /* a column that cannot be an attribute cannot have rules that a card keeps */
  refused(" - {name: Note, points: {same: 3}}", "attributes[0].points: 'Note' is no attribute (");
  refused(" - {name: Note, sign: {same: positive}}", "attributes[0].sign: 'Note' is no attribute (");
  refused(" - {name: Note, cap: 5}", "attributes[0].cap: 'Note' is no attribute (");
}

/* The set of an attribute. */
static const lf_atom_set *set_of(const lf_atoms *atoms, const char *name) {
  for (size_t t = 0; t < atoms->n; t++)
    if (strcmp(atoms->items[t].name, name) == 0) return &atoms->items[t];
  fail_msg("no attribute %s", name);
  return NULL;
}

static void points_in_every_form(void **state) {
  (void)state;
  const int none = LF_NO_PIN;
  const struct {
    const char *name, *said;
    int want[8]; /* of the bands, then of missing and other */
    size_t n;    /* bands */
  } cases[] = {
      {"Size", "bands: [30, 70], points: {below 30: 1, 30 to 70: 5, 70+: 9}", {1, 5, 9, none, none}, 3},
      {"Size", "bands: [30, 70], points: {30 to 70: 5, missing: 2}", {none, 5, none, 2, none}, 3},
      {"Size", "bands: [30, 70], points: {below 70: 5}", {5, 5, none, none, none}, 3},
      {"Size",
       "bands: [30, 70], points: {50: 5}",
       {none, 5, none, none, none},
       3}, /* the band that holds 50 */
      {"Size", "bands: [30, 70], points: [1, 5, 9]", {1, 5, 9, none, none}, 3},
      /* where other is said, whatever is not named gets its points; the ends of the intervals are the edges
       */
      {"Size", "points: {20 to 50: 5, other: 2}", {2, 5, 2, none, 2}, 3},
      {"Title",
       "kind: text, match: [{label: Chief, pattern: Chief}, {label: Head, pattern: Head}], points: {head: 5, "
       "other: 1}",
       {1, 5, none, 1},
       2},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char line[256];
    snprintf(line, sizeof line, " - {name: %s, %s}", cases[k].name, cases[k].said);
    history_case c;
    said(&c, line);
    lf_atoms *atoms = NULL;
    if (lf_atoms_make(c.history, NULL, NULL, &atoms, &c.error) != LF_OK)
      fail_msg("%s: %s", line, c.error.message);
    const lf_atom_set *set = set_of(atoms, cases[k].name);
    assert_int_equal(set->n, cases[k].n);
    for (size_t a = 0; a < set->n + 2; a++)
      if (set->rules.pin[a] != cases[k].want[a]) fail_msg("%s: band %zu has %d", line, a, set->rules.pin[a]);
    lf_atoms_free(atoms);
    case_free(&c);
  }
}

/* A value of too few rows to be told from others is a band of its own where something is said of it. */
static void rare_values_that_are_named(void **state) {
  (void)state;
  static const char *const cases[] = {" - {name: Source}", " - {name: Source, points: {rare: 9}}",
                                      " - {name: Source, sign: {Rare: positive}}"};
  for (size_t k = 0; k < 3; k++) {
    history_case c;
    lf_atoms *atoms = NULL;
    said(&c, cases[k]);
    if (lf_atoms_make(c.history, NULL, NULL, &atoms, &c.error) != LF_OK) fail_msg("%s", c.error.message);
    const lf_atom_set *set = set_of(atoms, "Source");
    assert_int_equal(set->n, k ? 5 : 4);
    if (k == 1) {
      int found = 0;
      for (size_t a = 0; a < set->n; a++) found += set->rules.pin[a] == 9;
      assert_int_equal(found, 1);
    }
    lf_atoms_free(atoms);
    case_free(&c);
  }
}

/* Only missing is said: the data draw the bands as ever. */
static void missing_alone_draws_no_bands(void **state) {
  (void)state;
  history_case c, plain;
  said(&c, " - {name: Size, points: {missing: 3}}");
  said(&plain, " - {name: Size}");
  lf_atoms *atoms = NULL, *without = NULL;
  assert_int_equal(lf_atoms_make(c.history, NULL, NULL, &atoms, NULL), LF_OK);
  assert_int_equal(lf_atoms_make(plain.history, NULL, NULL, &without, NULL), LF_OK);
  const lf_atom_set *set = set_of(atoms, "Size"), *other = set_of(without, "Size");
  assert_false(set->given);
  assert_int_equal(set->n, other->n);
  assert_int_equal(set->rules.pin[set->n], 3);
  lf_atoms_free(atoms);
  lf_atoms_free(without);
  case_free(&c);
  case_free(&plain);
}

/* Bands of edges that are said are called by them, thousands parted from 10,000 on. */
static void labels_of_bands(void **state) {
  (void)state;
  static const struct {
    const char *edges, *labels[4];
  } cases[] = {
      {"[-20000, 0.5, 1234567.5]",
       {"below -20,000", "-20,000 to below 0.5", "0.5 to below 1,234,567.5", "1,234,567.5 and above"}},
      {"[9999]", {"below 9999", "9999 and above"}},
      {"[1e300]", {"below 1e+300", "1e+300 and above"}}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char line[128];
    history_case c;
    lf_atoms *atoms = NULL;
    lf_grouping grouping = {0};
    lf_attribute attribute = {0};
    snprintf(line, sizeof line, " - {name: Size, bands: %s}", cases[k].edges);
    said(&c, line);
    assert_int_equal(lf_atoms_make(c.history, NULL, NULL, &atoms, &c.error), LF_OK);
    const lf_atom_set *set = set_of(atoms, "Size");
    assert_int_equal(lf_grouping_new(set, &grouping, NULL), LF_OK);
    assert_int_equal(lf_grouping_attribute(c.history, set, &grouping, &attribute, NULL), LF_OK);
    for (size_t b = 0; b < 4 && cases[k].labels[b]; b++)
      assert_string_equal(attribute.bands[b].label, cases[k].labels[b]);
    lf_attribute_clear(&attribute);
    lf_grouping_clear(&grouping);
    lf_atoms_free(atoms);
    case_free(&c);
  }
}

static int points_of(const lf_scorecard *card, const char *name, const char *value) {
  for (size_t a = 0; a < card->attributes->n; a++) {
    const lf_attribute *attribute = &card->attributes->items[a];
    for (size_t b = 0; strcmp(attribute->name, name) == 0 && b < attribute->n_bands; b++) {
      if (strcmp(attribute->bands[b].label, value) == 0) return card->bands[a][b].points;
      for (size_t v = 0; v < attribute->bands[b].n_values; v++)
        if (strcmp(attribute->bands[b].values[v], value) == 0) return card->bands[a][b].points;
    }
  }
  return -1;
}

static lf_ruled_card card_of(history_case *c) {
  lf_ruled_card card = {0};
  lf_ruled_options options = {.threshold = {NAN, NAN}, .seed = 1, .replicates = 20};
  if (lf_ruled_card_make(c->history, &options, NULL, &card, &c->error) != LF_OK)
    fail_msg("%s", c->error.message);
  return card;
}

/* Those who asked win more often. Said to be worth no less than the others they keep their points, and the
 * rule has no price; said to be worth no more they have none, and it has one. */
static void a_flag_has_a_direction(void **state) {
  (void)state;
  history_case with, against;
  said(&with, " - {name: Asked, kind: flag, sign: positive}");
  said(&against, " - {name: Asked, kind: flag, sign: negative}");
  lf_ruled_card kept = card_of(&with), turned = card_of(&against);
  assert_true(points_of(kept.build.card, "Asked", "yes") > points_of(kept.build.card, "Asked", "no"));
  assert_int_equal(kept.prices->n, 1);
  assert_int_equal(kept.prices->items[0].kind, LF_RULE_SIGN);
  assert_false(kept.prices->items[0].binds);
  assert_true(points_of(turned.build.card, "Asked", "yes") <= points_of(turned.build.card, "Asked", "no"));
  assert_true(turned.prices->items[0].binds);
  lf_ruled_card_clear(&kept);
  lf_ruled_card_clear(&turned);
  case_free(&with);
  case_free(&against);
}

/* A flag that is yes or nothing has no other side to be held against: the rule is kept as it stands. */
static void a_flag_of_one_value(void **state) {
  (void)state;
  history_case c;
  said(&c, " - {name: Once, kind: flag, sign: positive}");
  lf_atoms *atoms = NULL;
  if (lf_atoms_make(c.history, NULL, NULL, &atoms, &c.error) != LF_OK) fail_msg("%s", c.error.message);
  assert_int_equal(set_of(atoms, "Once")->rules.direction, 0);
  lf_atoms_free(atoms);
  case_free(&c);
}

/* Size wins with its size: said to fall, no two of its bands may rise. */
static void a_number_that_must_fall(void **state) {
  (void)state;
  history_case c;
  said(&c, " - {name: Size, sign: negative, bands: [25, 50, 75]}");
  lf_ruled_card made = card_of(&c);
  const lf_scorecard *card = made.build.card;
  for (size_t a = 0; a < card->attributes->n; a++)
    for (size_t b = 1; strcmp(card->attributes->items[a].name, "Size") == 0 && b < 4; b++)
      assert_true(card->bands[a][b].points <= card->bands[a][b - 1].points);
  assert_true(made.prices->items[0].binds);
  lf_ruled_card_clear(&made);
  case_free(&c);
}

/* Signs of a text go by the labels of its patterns. */
static void signs_of_patterns(void **state) {
  (void)state;
  history_case c;
  said(&c,
       " - {name: Title, kind: text, match: [{label: Chief, pattern: Chief}, {label: Head, pattern: Head}],\n"
       "    sign: {Chief: positive, Head: negative, missing: positive}}");
  lf_ruled_card made = card_of(&c);
  assert_int_equal(made.prices->n, 1);
  assert_int_equal(made.prices->items[0].kind, LF_RULE_SIGN);
  int chief = points_of(made.build.card, "Title", "Chief"),
      head = points_of(made.build.card, "Title", "Head");
  assert_true(chief >= head);
  lf_ruled_card_clear(&made);
  case_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_nobody_can_keep),
      cmocka_unit_test(points_in_every_form),
      cmocka_unit_test(rare_values_that_are_named),
      cmocka_unit_test(missing_alone_draws_no_bands),
      cmocka_unit_test(labels_of_bands),
      cmocka_unit_test(a_flag_has_a_direction),
      cmocka_unit_test(a_flag_of_one_value),
      cmocka_unit_test(a_number_that_must_fall),
      cmocka_unit_test(signs_of_patterns),
  };
  return cmocka_run_group_tests_name("rules as they are said", tests, NULL, NULL);
}
