/* The sentences that are made of figures: a rule and its price, a claim's answer, a pair of candidates, what
 * the monitor raises and what changed. Each is told in full, for one and for many, with and without what may
 * be unknown. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/claim_sentence.h"
#include "report/compare_sentence.h"
#include "report/describe_changed.h"
#include "report/describe_monitor.h"
#include "report/describe_rules.h"
#include "report_case.h"

#define MINUS "\xE2\x88\x92"

static const lf_interval unknown = {.value = NAN, .low = NAN, .high = NAN, .std_error = NAN};

/* ---- rules ----------------------------------------------------------------------------------------- */

static void rule_reads(lf_rule_kind kind, const lf_attribute_spec *spec, const lf_atom_set *set,
                       const char *want) {
  const lf_rule_price rule = {.kind = kind, .spec = spec};
  lf_text out = {0};
  lf_rule_text(&rule, set, &out);
  reads(&out, want);
}

static void points_are_named_four_at_most(void **state) {
  static lf_said_points points[6] = {{.key = "Webinar", .points = 20}, {.key = "Referral", .points = 5},
                                     {.key = "Fair", .points = 1},     {.key = "Ad", .points = 0},
                                     {.key = "Post", .points = 2},     {.key = "Fax", .points = 3}};
  static lf_said_points one[1] = {{.key = "Webinar", .points = 1}},
                        order[2] = {{.in_order = true, .points = 0}, {.in_order = true, .points = 7}};
  static lf_pattern match[2] = {{.label = "senior", .pattern = "vp"}, {.label = "junior", .pattern = "jr"}};
  const lf_atom_set set = {.name = "Source", .kind = LF_KIND_CATEGORY};
  lf_attribute_spec spec = {.points = points, .n_points = 2};
  (void)state;
  rule_reads(LF_RULE_POINTS, &spec, &set, "\342\200\234Source\342\200\235: Webinar 20, Referral 5 points");
  spec.n_points = 6;
  rule_reads(LF_RULE_POINTS, &spec, &set,
             "\342\200\234Source\342\200\235: Webinar 20, Referral 5, Fair 1, Ad 0 and 2 more points");
  spec = (lf_attribute_spec){.points = one, .n_points = 1};
  rule_reads(LF_RULE_POINTS, &spec, &set, "\342\200\234Source\342\200\235: Webinar 1 point");
  spec = (lf_attribute_spec){.points = order, .n_points = 2};
  rule_reads(LF_RULE_POINTS, &spec, &set, "\342\200\234Source\342\200\235: band 1 0, band 2 7 points");
  spec = (lf_attribute_spec){.points = order, .n_points = 2, .match = match, .n_match = 2};
  rule_reads(LF_RULE_POINTS, &spec, &set, "\342\200\234Source\342\200\235: senior 0, junior 7 points");
}

static void a_long_value_is_cut_in_a_rule(void **state) {
  static lf_said_points points[1] = {{.key = "0123456789012345678901234567890123456789ab", .points = 2}};
  const lf_attribute_spec spec = {.points = points, .n_points = 1};
  const lf_atom_set set = {.name = "A"};
  (void)state;
  rule_reads(LF_RULE_POINTS, &spec, &set,
             "\342\200\234A\342\200\235: 0123456789012345678901234567890123456789\xE2\x80\xA6 2 points");
}

static void signs_are_told_by_kind(void **state) {
  static lf_said_sign whole[1] = {{.key = NULL, .sign = 1}}, levels[5] = {{.key = "a", .sign = 1},
                                                                          {.key = "b", .sign = -1},
                                                                          {.key = "c", .sign = 1},
                                                                          {.key = "d", .sign = 1},
                                                                          {.key = "e", .sign = 1}};
  lf_attribute_spec spec = {.signs = whole, .n_signs = 1};
  lf_atom_set set = {.name = "Size", .kind = LF_KIND_NUMBER, .rules = {.trend = LF_TREND_INCREASING}};
  (void)state;
  rule_reads(LF_RULE_SIGN, &spec, &set, "\342\200\234Size\342\200\235: a higher value is never worth less");
  set.rules.trend = LF_TREND_DECREASING;
  rule_reads(LF_RULE_SIGN, &spec, &set, "\342\200\234Size\342\200\235: a higher value is never worth more");
  set = (lf_atom_set){.name = "Demo", .kind = LF_KIND_FLAG, .rules = {.direction = 1}};
  rule_reads(LF_RULE_SIGN, &spec, &set, "\342\200\234Demo\342\200\235: yes is never worth less than no");
  set.rules.direction = -1;
  rule_reads(LF_RULE_SIGN, &spec, &set, "\342\200\234Demo\342\200\235: yes is never worth more than no");
  spec = (lf_attribute_spec){0}; /* a trend that was said of a flag's own column gives no list of signs */
  rule_reads(LF_RULE_SIGN, &spec, &set, "\342\200\234Demo\342\200\235: yes is never worth more than no");
  spec = (lf_attribute_spec){.signs = levels, .n_signs = 2};
  set = (lf_atom_set){.name = "Source", .kind = LF_KIND_CATEGORY};
  rule_reads(LF_RULE_SIGN, &spec, &set,
             "\342\200\234Source\342\200\235: a worth no less than average, b worth no more than average");
  spec.n_signs = 5;
  lf_text out = {0};
  lf_rule_text(&(lf_rule_price){.kind = LF_RULE_SIGN, .spec = &spec}, &set, &out);
  holds(&out, "d worth no less than average and 1 more");
}

static void caps_and_exclusions(void **state) {
  lf_attribute_spec spec = {.cap = 1};
  const lf_atom_set set = {.name = "Size"};
  (void)state;
  rule_reads(LF_RULE_CAP, &spec, &set, "\342\200\234Size\342\200\235: at most 1 point");
  spec.cap = 20;
  rule_reads(LF_RULE_CAP, &spec, &set, "\342\200\234Size\342\200\235: at most 20 points");
  rule_reads(LF_RULE_EXCLUDE, &spec, &set, "\342\200\234Size\342\200\235 left out of the score");
  rule_reads(LF_RULE_EXCLUDE, &spec, NULL, "All rules together");
}

/* 0.0123 of the pairs is 1.2 of 100; the verdict opens the sentence, of one rule and of all. */
static void a_price_is_told_by_its_verdict(void **state) {
  static const struct {
    lf_compare_verdict verdict;
    const char *of_one, *of_all, *name;
  } cases[] = {{LF_COMPARE_A_BETTER, "It has a price: it gives up 1.2 of 100 pairs",
                "They have a price: they give up 1.2", "costs"},
               {LF_COMPARE_B_BETTER, "Better with it: it gives up", "Better with them: they give up",
                "better with the rule"},
               {LF_COMPARE_SAME, "No meaningful difference (within 1 of 100 pairs): it gives up",
                "No meaningful difference (within 1 of 100 pairs): they give up", "no meaningful difference"},
               {LF_COMPARE_UNDECIDED,
                "Not enough evidence to tell the price from nothing, or from one that matters: it",
                "Not enough evidence to tell the price from nothing, or from one that matters: they",
                "not enough evidence"}};
  const lf_attribute_spec spec = {.cap = 5};
  const lf_atom_set set = {.name = "Size"};
  const lf_prices prices = {.auc_margin = 0.01};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const lf_price price = {.known = true,
                            .rows = 1,
                            .auc = {.value = 0.0123, .low = 0.001, .high = 0.0246},
                            .wins = {.value = NAN},
                            .verdict = cases[i].verdict};
    const lf_rule_price rule = {.kind = LF_RULE_CAP, .spec = &spec, .binds = true, .holdout = price};
    lf_text out = {0};
    lf_rule_sentence(&prices, &rule, &set, &out);
    holds(&out, cases[i].of_one);
    lf_rule_sentence(&prices, &rule, &set, &out);
    holds(&out, "in the right order (95% interval 0.1 to 2.5). Judged by 1 holdout lead; below 0 is a gain.");
    lf_rule_sentence(&prices, &rule, NULL, &out);
    holds(&out, cases[i].of_all);
    assert_string_equal(lf_rule_verdict(&rule), cases[i].name);
  }
}

static void a_price_tells_wins_and_revenue_where_they_are_known(void **state) {
  const lf_attribute_spec spec = {.cap = 5};
  const lf_atom_set set = {.name = "Size"};
  const lf_prices prices = {.auc_margin = 0.01};
  lf_rule_price rule = {.kind = LF_RULE_CAP,
                        .spec = &spec,
                        .binds = true,
                        .cross_fitted = {.known = true,
                                         .rows = 500,
                                         .volume = 100,
                                         .won_free = 40.2,
                                         .amount_free = 5000,
                                         .auc = unknown,
                                         .wins = {.value = 3, .low = -1, .high = 7},
                                         .amount = {.value = 120, .low = 10, .high = 230}}};
  lf_text out = {0};
  (void)state;
  rule.cross_fitted.auc.value = 0.02;
  lf_rule_sentence(&prices, &rule, &set, &out);
  holds(&out, "it gives up 2.0 of 100 pairs of a won and a lost lead in the right order (interval "
              "not known), "
              "and among the 100 best leads by each card 3 of 40 wins (" MINUS
              "1 to 7) and 120 of 5,000 revenue (10 to 230). "
              "Judged by 500 cross-fitted leads; below 0 is a gain.");
  rule.cross_fitted.amount = unknown;
  rule.cross_fitted.rows = rule.cross_fitted.volume = 1;
  rule.cross_fitted.won_free = 1;
  lf_rule_sentence(&prices, &rule, &set, &out);
  holds(&out, "among the 1 best lead by each card 3 of 1 win (" MINUS
              "1 to 7). Judged by 1 cross-fitted lead; below 0");
  rule.cross_fitted.volume = 0.4; /* the card qualifies nobody */
  lf_rule_sentence(&prices, &rule, &set, &out);
  holds(&out, "(interval not known). Judged by");
}

static void a_rule_without_a_price_says_so(void **state) {
  const lf_attribute_spec spec = {.cap = 5};
  const lf_atom_set set = {.name = "Size"};
  lf_rule_price rule = {.kind = LF_RULE_CAP, .spec = &spec};
  lf_text out = {0};
  (void)state;
  lf_rule_sentence(NULL, &rule, &set, &out);
  reads(&out, "\342\200\234Size\342\200\235: at most 5 points. It changes nothing: the card keeps it without "
              "being told.");
  lf_rule_sentence(NULL, &rule, NULL, &out);
  reads(&out, "All rules together. They change nothing: the card keeps them without being told.");
  assert_string_equal(lf_rule_verdict(&rule), "changes nothing");
  rule.binds = true;
  lf_rule_sentence(NULL, &rule, &set, &out);
  reads(&out,
        "\342\200\234Size\342\200\235: at most 5 points. No price can be told: no leads judged both cards.");
  assert_string_equal(lf_rule_verdict(&rule), "not enough evidence");
}

/* ---- claims ---------------------------------------------------------------------------------------- */

static void a_side_of_a_claim_in_words(void **state) {
  static char *levels[] = {"a", "b", "c", "d", "e", "f", "g"};
  static char *longest[] = {"0123456789012345678901234567890123456789ab"};
  static const struct {
    lf_claim_side side;
    const char *want;
  } cases[] = {
      {{0}, "all other known values"},
      {{.said = true, .range = true, .from = 5, .to = 12.5}, "from 5 to under 12.5"},
      {{.said = true, .range = true, .from = 5, .to = INFINITY}, "from 5"},
      {{.said = true, .range = true, .from = -INFINITY, .to = 12}, "under 12"},
      {{.said = true, .levels = levels, .n_levels = 2}, "a, b"},
      {{.said = true, .levels = levels, .n_levels = 5}, "a, b, c, d, e"},
      {{.said = true, .levels = levels, .n_levels = 7}, "a, b, c, d, e and 2 more"},
      {{.said = true, .levels = longest, .n_levels = 1},
       "0123456789012345678901234567890123456789\xE2\x80\xA6"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_text out = {0};
    lf_claim_side_text(&cases[i].side, &out);
    reads(&out, cases[i].want);
  }
}

static void an_answer_says_verdict_counts_and_effect(void **state) {
  const lf_side_counts group = {.rows = 300, .won = 120, .amount = 6000, .valued = 100},
                       versus = {.rows = 200, .won = 50, .amount = 50, .valued = 1};
  lf_claim claim = {.margin = 1.25};
  lf_answer answer = {.verdict = LF_CLAIM_SUPPORTED,
                      .group = group,
                      .versus = versus,
                      .adjusted = {.ratio = 1.5, .low = 1.2, .high = 1.9},
                      .q = 0.0002,
                      .more_won = NAN};
  lf_text out = {0};
  (void)state;
  lf_claim_sentence(&claim, &answer, &out);
  reads(&out, "The claim is supported: 120 of 300 won (40.0%) against 50 of 200 won (25.0%). The odds of "
              "winning are 1.50 times "
              "as high (95% interval 1.20 to 1.90; q below 0.001).");
  claim.effect = LF_EFFECT_AMOUNT;
  answer.verdict = LF_CLAIM_CONTRADICTED;
  answer.adjusted_for.n = 2;
  answer.flip.found = true;
  answer.flip.rows = 1; /* of 101 won deals whose amount is known */
  lf_claim_sentence(&claim, &answer, &out);
  reads(&out, "The claim is contradicted: 100 won deals (60 each) against 1 won deal (50 each). Other "
              "attributes being equal, the "
              "amount of a won deal is 1.50 times as high (95% interval 1.20 to 1.90; q below 0.001). "
              "Without 1 won deal (1.0%, "
              "the most influential first) this no longer holds; fewer, chosen otherwise, might do.");
  claim.effect = LF_EFFECT_REVENUE;
  answer.verdict = LF_CLAIM_SAME;
  answer.flip.rows = 20; /* of 500 leads */
  answer.more_won = 1;
  lf_claim_sentence(&claim, &answer, &out);
  reads(&out, "No meaningful difference (less than 1.25 times, either way): 300 leads (20 each) against 200 "
              "leads (0 each). Other "
              "attributes being equal, the revenue per lead is 1.50 times as high (95% interval 1.20 to "
              "1.90; q below 0.001). With "
              "the outcome of 20 leads reversed (4.0%, the most influential first) this no longer holds; "
              "fewer, chosen otherwise, "
              "might do. About 1 more win would settle it, if the ratio stays as it is.");
  claim.effect = LF_EFFECT_WIN;
  answer = (lf_answer){.group = group, .versus = versus, .adjusted = {.ratio = NAN}, .more_won = 2000};
  lf_claim_sentence(&claim, &answer, &out);
  reads(&out, "Not enough evidence: 120 of 300 won (40.0%) against 50 of 200 won (25.0%). The effect cannot "
              "be estimated. About "
              "2,000 more wins would settle it, if the ratio stays as it is.");
}

/* ---- compare --------------------------------------------------------------------------------------- */

static const lf_candidate candidates[] = {{.name = "old"}, {.name = "new"}};

/* What is said of a pair of old (a) and new (b). */
static void pair_says(const lf_pair *pair, const char *part) {
  const lf_comparison comparison = {.n = 2, .candidates = candidates};
  lf_text out = {0};
  lf_compare_sentence(&comparison, pair, &out);
  holds(&out, part);
}

static void pair_lacks(const lf_pair *pair, const char *part) {
  const lf_comparison comparison = {.n = 2, .candidates = candidates};
  lf_text out = {0};
  lf_compare_sentence(&comparison, pair, &out);
  lacks(out.data, part);
  lf_text_free(&out);
}

static void the_better_candidate_is_named_first(void **state) {
  lf_pair pair = {
      .b = 1,
      .verdict = LF_COMPARE_B_BETTER,
      .auc = {.auc_a = 0.7, .auc_b = 0.75, .difference = -0.05, .low = -0.08, .high = -0.02, .p = 0.01}};
  (void)state;
  pair_says(&pair, "\342\200\234new\342\200\235 is better than \342\200\234old\342\200\235: of 100 pairs of "
                   "a won and a lost lead it ranks 75.0 in "
                   "the right order against "
                   "70.0 (difference 5.0, 95% interval 2.0 to 8.0; p 0.010).");
  pair.verdict = LF_COMPARE_UNDECIDED;
  pair_says(&pair,
            "Not enough evidence to tell \342\200\234new\342\200\235 from \342\200\234old\342\200\235: ");
  pair.verdict = LF_COMPARE_SAME;
  pair.auc = (lf_paired_auc){.auc_a = 0.7, .auc_b = 0.7, .difference = 0, .low = NAN, .high = NAN, .p = 1};
  pair_says(&pair, "No meaningful difference between \342\200\234old\342\200\235 and "
                   "\342\200\234new\342\200\235: of 100 pairs of a won and a lost "
                   "lead it ranks 70.0 in "
                   "the right order against 70.0 (difference 0.0; p 1.000).");
  pair.auc.low = -0.01; /* the other limit is not known: neither is told */
  pair_says(&pair, "(difference 0.0; p 1.000).");
  pair.verdict = LF_COMPARE_A_BETTER;
  pair_says(&pair, "\342\200\234old\342\200\235 is better than \342\200\234new\342\200\235: ");
  pair.auc.difference = NAN;
  pair_says(&pair, ": the rows have one outcome only.");
}

static void a_volume_is_quoted_of_the_side_named_first(void **state) {
  const lf_volume fifth = {.share = 0.2,
                           .rows = 1,
                           .of = SIZE_MAX,
                           .won_a = 30,
                           .won_b = 40,
                           .won = {.value = -10, .low = -15, .high = -5},
                           .amount = unknown};
  lf_pair pair = {.b = 1,
                  .auc = {.difference = -0.05},
                  .n_volumes = 2,
                  .volumes = {{.share = 0.1, .of = SIZE_MAX}, fifth}};
  (void)state;
  pair_says(&pair, " Of the best 1 lead by each (20.0%), \342\200\234new\342\200\235 has 40 that were won "
                   "and \342\200\234old\342\200\235 30 "
                   "(difference 10, 95% interval 5 "
                   "to 15).");
  pair_lacks(&pair, "revenue");
  pair.volumes[1].of = 1; /* as many as the threshold of new qualifies */
  pair.volumes[1].rows = 200;
  pair_says(&pair, "best 200 leads by each (20.0%, as many as \342\200\234new\342\200\235 qualifies), "
                   "\342\200\234new\342\200\235 has 40");
  pair.volumes[1].of = 7; /* of a third candidate, and no fifth: nothing to quote */
  pair.volumes[1].share = 0.3;
  pair_lacks(&pair, "Of the best");
  pair.by_volume = true;
  pair.volume = 1;
  pair.volumes[1].of = SIZE_MAX;
  pair.verdict = LF_COMPARE_B_BETTER;
  pair_says(&pair, "\342\200\234new\342\200\235 is better than \342\200\234old\342\200\235: one of them "
                   "tells these leads apart in two groups only, "
                   "so they are held against "
                   "each other at equal volume. Of the best 200 leads by each (30.0%), "
                   "\342\200\234new\342\200\235 has 40");
}

/* Revenue is told where its interval leaves 0 out, and marked where it points against the verdict. */
static void revenue_may_say_otherwise(void **state) {
  lf_pair pair = {
      .b = 1,
      .auc = {.difference = 0.05},
      .verdict = LF_COMPARE_A_BETTER,
      .n_volumes = 1,
      .volumes = {
          {.share = 0.2, .rows = 100, .of = SIZE_MAX, .amount = {.value = -50, .low = -90, .high = -10}}}};
  (void)state;
  pair_says(&pair, " Revenue says otherwise: there \342\200\234new\342\200\235 holds more revenue "
                   "(difference 50, 95% interval 10 to 90).");
  pair.verdict = LF_COMPARE_UNDECIDED;
  pair_says(&pair,
            " There \342\200\234new\342\200\235 holds more revenue (difference 50, 95% interval 10 to 90).");
  pair.volumes[0].amount = (lf_interval){.value = 50, .low = 10, .high = 90};
  pair_says(&pair,
            " There \342\200\234old\342\200\235 holds more revenue (difference 50, 95% interval 10 to 90).");
  pair.verdict = LF_COMPARE_B_BETTER;
  pair_says(&pair, " Revenue says otherwise: there \342\200\234old\342\200\235 holds");
  pair.volumes[0].amount.low = -10;
  pair_lacks(&pair, "holds more revenue");
}

static void where_two_definitions_disagree(void **state) {
  lf_pair pair = {.b = 1, .has_quadrant = true, .quadrant_p = 0.03};
  (void)state;
  pair_says(&pair, " Both qualify the same leads.");
  pair.quadrant[LF_QUADRANT_A_ONLY] = (lf_quadrant_cell){.rows = 1, .win_rate = 0.25};
  pair_says(&pair, " One qualifies all that the other does.");
  pair.quadrant[LF_QUADRANT_B_ONLY] = (lf_quadrant_cell){.rows = 30, .win_rate = 0.5};
  pair_says(&pair, " Where they disagree: 1 lead only \342\200\234old\342\200\235 qualifies, 25.0% won; 30 "
                   "only \342\200\234new\342\200\235, 50.0% "
                   "won (p 0.030).");
  pair.quadrant[LF_QUADRANT_A_ONLY].rows = 0;
  pair_says(&pair, " One qualifies all that the other does.");
}

/* ---- monitor --------------------------------------------------------------------------------------- */

static void every_alarm_has_its_sentence(void **state) {
  static lf_attribute items[1] = {{.name = "Region"}};
  static lf_attributes attributes = {.n = 1, .items = items};
  const lf_scorecard card = {.attributes = &attributes};
  static const struct {
    lf_check check;
    const char *want;
  } cases[] = {
      {{.id = "score drift", .value = 0.1234, .shift = {.critical = 0.02}},
       "the mix of scores has shifted: PSI 0.1234, critical at these numbers 0.0200; adjusted p 0.012"},
      {{.id = "attribute drift", .value = 0.1234, .shift = {.critical = 0.02}, .other_share = 0.05},
       "Region has shifted: PSI 0.1234, critical at these numbers 0.0200; 5.0% of leads have a value the "
       "card does not know; "
       "adjusted p 0.012"},
      {{.id = "attribute drift", .value = 0.1234, .shift = {.critical = 0.02}, .other_share = 0.049},
       "Region has shifted: PSI 0.1234, critical at these numbers 0.0200; adjusted p 0.012"},
      {{.id = "ranking", .value = 0.61, .low = 0.55, .high = 0.67, .promised = 0.75},
       "the score orders leads worse than promised: AUC 0.610 (95% 0.550 to 0.670), promised 0.750; adjusted "
       "p 0.012"},
      {{.id = "level", .value = 0.5, .low = NAN, .high = NAN, .promised = 1},
       "leads win less often than the probabilities say: won over expected 0.50, promised 1.00; adjusted p "
       "0.012"},
      {{.id = "level", .value = 1.5, .low = 1.2, .high = 1.8, .promised = 1},
       "leads win more often than the probabilities say: won over expected 1.50 (95% 1.20 to 1.80), promised "
       "1.00; adjusted p 0.012"},
      {{.id = "slope", .value = 0.5, .low = 0.3, .high = 0.7, .promised = 1},
       "the probabilities are too far apart: calibration slope 0.50 (95% 0.30 to 0.70), promised 1.00; "
       "adjusted p 0.012"},
      {{.id = "slope", .value = 1.5, .low = 1.3, .high = 1.7, .promised = 1},
       "the probabilities are too close together: calibration slope 1.50 (95% 1.30 to 1.70), promised 1.00; "
       "adjusted p 0.012"},
      {{.id = "qualified share", .value = 0.1, .low = 0.08, .high = 0.12, .promised = 0.2},
       "fewer leads qualify than promised: 10.0% (95% 8.0% to 12.0%), promised 20.0%; adjusted p 0.012"},
      {{.id = "qualified share", .value = 0.3, .low = 0.28, .high = 0.32, .promised = 0.2},
       "more leads qualify than promised: 30.0% (95% 28.0% to 32.0%), promised 20.0%; adjusted p 0.012"},
      {{.id = "win rate", .value = 0.1, .low = 0.08, .high = 0.12, .promised = 0.2},
       "qualified leads win less often than promised: 10.0% (95% 8.0% to 12.0%), promised 20.0%; adjusted p "
       "0.012"},
      {{.id = "win rate", .value = 0.3, .low = 0.28, .high = 0.32, .promised = 0.2},
       "qualified leads win more often than promised: 30.0% (95% 28.0% to 32.0%), promised 20.0%; adjusted p "
       "0.012"},
      {{.id = "volume", .value = 40, .low = 35, .high = 45, .promised = 55.5},
       "fewer qualified leads a month than planned: 40.0 (95% 35.0 to 45.0), promised 55.5; adjusted p "
       "0.012"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    lf_check checks[2] = {cases[i].check, cases[i].check}; /* the second raises nothing */
    checks[0].alarm = true;
    checks[0].adjusted = checks[1].adjusted = 0.012;
    checks[0].attribute = checks[1].attribute = strcmp(checks[0].id, "attribute drift") ? SIZE_MAX : 0;
    const lf_monitor monitor = {.n_checks = 2, .checks = checks};
    json_t *tree = lf_describe_monitor(&monitor, &card), *alarms = json_object_get(tree, "alarms");
    assert_int_equal(json_array_size(alarms), 1);
    assert_string_equal(json_string_value(json_array_get(alarms, 0)), cases[i].want);
    assert_true(json_is_false(json_object_get(tree, "holds")));
    json_decref(tree);
  }
}

/* ---- what changed ---------------------------------------------------------------------------------- */

static void change_says(const lf_changed *changed, const char *want) {
  const lf_scorecard card = {0};
  json_t *tree = lf_describe_changed(changed, "old.json", false, &card);
  assert_non_null(tree);
  assert_string_equal(json_string_value(json_object_get(tree, "summary")), want);
  json_decref(tree);
}

static void who_flips_in_one_sentence(void **state) {
  lf_scorecard old = {.name = "old"};
  lf_changed c = {.old_card = &old,
                  .on_holdout = true,
                  .scale = 1,
                  .amount = NAN,
                  .judged_volume = {.from = 0.3, .to = 0.25},
                  .judged_win_rate = {.from = 0.4, .to = 0.5}};
  (void)state;
  change_says(&c, "The definition in force has no MQL threshold, so nobody can be said to flip.");
  old.has_threshold = true;
  change_says(&c, "The new card has no MQL threshold, so nobody can be said to flip.");
  c.has_thresholds = true;
  change_says(&c, "Against the definition in force, on the holdout: the same leads qualify as before (25.0%, "
                  "50.0% of them won).");
  c.judged_win_rate.to = NAN;
  c.on_holdout = false;
  change_says(&c, "Against the definition in force, on all leads, those it was fitted on included: the same "
                  "leads qualify as before "
                  "(25.0%).");
  c.up = (lf_flips){.rows = 1, .won = 1};
  c.down = (lf_flips){.rows = 20, .won = 5};
  change_says(&c, "Against the definition in force, on all leads, those it was fitted on included: 1 lead "
                  "newly qualifies, 20 leads no "
                  "longer do (25.0% of them won); 25.0% of leads qualify instead of 30.0%.");
  c.judged_win_rate.to = 0.5;
  c.on_holdout = true;
  change_says(&c,
              "Against the definition in force, on the holdout: 1 lead newly qualifies, 20 leads no longer "
              "do (25.0% of them won); "
              "25.0% of leads qualify instead of 30.0%, and 50.0% of those win instead of 40.0%.");
}

static void what_changed_warns_of_what_flatters(void **state) {
  lf_scorecard old = {.name = "old", .note = "Points were edited."},
               new_card = {.has_threshold = true, .threshold = 44};
  lf_flip_pattern patterns[2] = {
      {.attribute = 0, .old_band = "a", .new_band = "b", .rows = 20, .won = 5, .change = 2.5},
      {.attribute = SIZE_MAX, .rows = 4, .won = 2}};
  lf_changed_attribute attributes[1] = {{.name = "Region", .kind = LF_CHANGED_ADDED}};
  lf_changed c = {.old_card = &old,
                  .scale = NAN,
                  .absent = "'Fax'",
                  .n = 1,
                  .attributes = attributes,
                  .amount = 100,
                  .has_thresholds = true,
                  .old_threshold_here = 41,
                  .up = {.rows = 24, .won = 7, .amount = 60, .n = 2, .patterns = patterns}};
  (void)state;
  json_t *tree = lf_describe_changed(&c, "old.json", true, &new_card);
  assert_non_null(tree);
  char *said = json_dumps(tree, JSON_COMPACT);
  has(said, "fitted on some of the leads it is judged by here");
  has(said, "No leads were kept back: the new definition is judged by the leads it was fitted on");
  has(said, "old and new points cannot be brought to one scale");
  has(said, "The data have no column 'Fax', which the definition in force asks for");
  has(said, "\"Points were edited.\"");
  has(said, "\"threshold\":{\"old\":null,\"old_in_new_points\":41.0,\"new\":44.0}");
  has(said, "{\"attribute\":\"Region\",\"old_band\":\"a\",\"new_band\":\"b\",\"change\":2.5,\"rows\":20.0,"
            "\"won\":5.0,\"win_rate\":0.25}");
  has(said, "{\"attribute\":null,\"old_band\":null,\"new_band\":null");
  has(said, "\"no_longer_qualified\":{\"rows\":0.0,\"won\":0.0,\"win_rate\":null");
  has(said, "on the same rows, so there is no mix");
  has(said, "\"mix\":null");
  has(said, "\"judged\":\"every row\"");
  free(said);
  json_decref(tree);
  c.in_time = c.on_holdout = true;
  c.amount = NAN;
  tree = lf_describe_changed(&c, "old.json", false, &new_card);
  said = json_dumps(tree, JSON_COMPACT);
  lacks(said, "fitted on some of the leads");
  lacks(said, "No leads were kept back");
  has(said, "From the old definition on the training rows to the new one on the holdout");
  has(said, "\"win_rate\":0.29166666666666669,\"amount\":null"); /* 7 of 24 */
  free(said);
  json_decref(tree);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_are_named_four_at_most),
      cmocka_unit_test(a_long_value_is_cut_in_a_rule),
      cmocka_unit_test(signs_are_told_by_kind),
      cmocka_unit_test(caps_and_exclusions),
      cmocka_unit_test(a_price_is_told_by_its_verdict),
      cmocka_unit_test(a_price_tells_wins_and_revenue_where_they_are_known),
      cmocka_unit_test(a_rule_without_a_price_says_so),
      cmocka_unit_test(a_side_of_a_claim_in_words),
      cmocka_unit_test(an_answer_says_verdict_counts_and_effect),
      cmocka_unit_test(the_better_candidate_is_named_first),
      cmocka_unit_test(a_volume_is_quoted_of_the_side_named_first),
      cmocka_unit_test(revenue_may_say_otherwise),
      cmocka_unit_test(where_two_definitions_disagree),
      cmocka_unit_test(every_alarm_has_its_sentence),
      cmocka_unit_test(who_flips_in_one_sentence),
      cmocka_unit_test(what_changed_warns_of_what_flatters),
  };
  return cmocka_run_group_tests_name("report sentences", tests, NULL, NULL);
}
