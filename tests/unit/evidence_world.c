#include "evidence_world.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/numerics.h"

/* The attributes of a world: Number, Category and Flag as planted; Idle* weigh nothing. */
static const char header[] =
    "Id,Account,Won,Amount,Number,Category,Flag,IdleNumber,IdleCategory,IdleFlag,IdleSector,Hard,Discount\n";

static double normal(uint64_t seed, uint64_t i) {
  double u = noise(seed, i);
  return lf_normal_quantile(u < 1e-12 ? 1e-12 : u);
}

static void add_row(const world *w, size_t i, size_t *whales, lf_text *csv) {
  uint64_t s = w->seed * 1000;
  uint64_t account = w->rows_an_account ? i / w->rows_an_account : i;
  double x = round(100 * normal(s + 1, i)) / 100, idle = round(100 * normal(s + 2, i)) / 100;
  int category = (int)(5 * noise(s + 3, i)), idle_category = (int)(12 * noise(s + 4, i)),
      sector = (int)(15 * noise(s + 5, account));
  bool flag = noise(s + 6, i) < 0.4, idle_flag = noise(s + 7, account) < 0.5, hard = noise(s + 8, i) < 0.5;
  bool discount = noise(s + 9, i) < (hard ? 0.8 : 0.2);
  double eta = w->intercept + w->account_deviation * normal(s + 10, account) + w->number * x +
               w->category * (category - 2) + w->flag * flag;
  if (w->confounded) eta += (discount ? 0.8 : 0) - (hard ? 2.5 : 0);
  bool won = noise(s + 11, i) < lf_expit(eta);
  double amount = exp(9 + w->size * flag + normal(s + 12, i));
  if (won && flag && *whales < w->whales) {
    amount *= 500;
    ++*whales;
  }
  lf_text_addf(csv, "%zu,A%zu,%s,", i, (size_t)account, won ? "yes" : "no");
  if (won) lf_text_add_fixed(csv, amount, 2);
  lf_text_add(csv, ",");
  lf_text_add_fixed(csv, x, 2);
  lf_text_addf(csv, ",c%d,%s,", category, flag ? "yes" : "no");
  lf_text_add_fixed(csv, idle, 2);
  lf_text_addf(csv, ",i%d,%s,s%d,%s,%s\n", idle_category, idle_flag ? "yes" : "no", sector,
               hard ? "yes" : "no", discount ? "yes" : "no");
}

void study_free(study *s) {
  lf_evidence_free(s->evidence);
  lf_card_fit_free(s->fit);
  lf_atoms_free(s->atoms);
  case_free(&s->history);
}

study study_of(const world *w, int threads) {
  study s = {.history = case_new()};
  lf_run run = {.threads = threads};
  lf_error err = {.message = ""};
  lf_evidence_options options = {.replicates = 200, .seed = 1};
  lf_text csv = {0};
  size_t whales = 0;
  s.history.options.holdout = 0.25;
  s.history.options.seed = 1;
  set_text(&s.history.project.outcome, "Won");
  set_text(&s.history.project.amount, "Amount");
  set_text(&s.history.project.id, "Id");
  if (w->rows_an_account)
    set_text(&s.history.project.account, "Account");
  else
    assert_int_equal(lf_text_list_add(&s.history.project.drop, "Account", &err), LF_OK);
  lf_text_add(&csv, header);
  for (size_t i = 0; i < w->rows; i++) add_row(w, i, &whales, &csv);
  case_must_build(&s.history, csv.data);
  lf_text_free(&csv);
  lf_status status = lf_atoms_make(s.history.history, NULL, &run, &s.atoms, &err);
  if (status == LF_OK) status = lf_card_fit_make(s.history.history, s.atoms, NULL, &run, &s.fit, &err);
  if (status == LF_OK)
    status = lf_evidence_make(s.history.history, s.atoms, s.fit, NULL, &options, &run, &s.evidence, &err);
  if (status != LF_OK) fail_msg("%s", err.message);
  return s;
}

const lf_attribute_evidence *named(const study *s, const char *name) {
  for (size_t t = 0; t < s->evidence->n; t++)
    if (strcmp(s->evidence->items[t].name, name) == 0) return &s->evidence->items[t];
  fail_msg("no attribute %s", name);
  return NULL;
}

bool predicts(lf_verdict v) {
  return v == LF_PREDICTS_REVENUE || v == LF_PREDICTS_WINNING || v == LF_PREDICTS_SIZE;
}
