/* Makes histories with a known truth: history.csv, truth.json and, where asked, leads.csv.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "write.h"

static const char usage[] =
    "generate [OPTIONS] -o FOLDER: writes FOLDER/history.csv and FOLDER/truth.json\n"
    "  --rows N            rows of the history (100000)\n"
    "  --seed N            other values, the same truth (1)\n"
    "  --accounts N        accounts the rows belong to (a third of the rows)\n"
    "  --account-effect S  standard deviation of what an account adds to the log-odds (0)\n"
    "  --columns N         the first N columns only; beyond the last, columns of noise\n"
    "  --levels N          levels of Campaign (200)\n"
    "  --shape bands|linear  how numbers act on the log-odds (bands)\n"
    "  --active A,B        only these attributes weigh anything (all)\n"
    "  --intercept X       of the log-odds (-2.65)\n"
    "  --missing S         share of cells without a value, in columns that can lack one (0)\n"
    "  --drift S           share of the weights of LeadSource and Touches that is gone at the end (0)\n"
    "  --confounding S     how closely Emails opened, which weighs nothing, follows Pages viewed, and "
    "Webinar\n"
    "                      attended follows Employees: correlation of what they are drawn from, 0 to 1 (0)\n"
    "  --quote needed|all|none   quotation marks (needed)\n"
    "  --ragged S          share of rows with a field too many (0)\n"
    "  --leak              a column CloseReason, known only after the outcome\n"
    "  --score             a column hubspot_score, a vendor's score\n"
    "  --open              rows that close after the period are still open\n"
    "  --leads N           also FOLDER/leads.csv: leads after the period, without outcome\n"
    "  --sample            the options that made datasets/sample\n"
    "  --help              this help\n";

static bool fail(const char *what, const char *value) {
  fprintf(stderr, "generate: %s: %s\n", what, value);
  return false;
}

static bool read_count(const char *text, uint64_t *value) {
  char *end = NULL;
  errno = 0;
  unsigned long long n = strtoull(text, &end, 10);
  if (errno || *end || end == text || *text == '-') return fail("not a count", text);
  *value = n;
  return true;
}

static bool read_number(const char *text, double *value) {
  char *end = NULL;
  *value = strtod(text, &end);
  return (!*end && end != text) || fail("not a number", text);
}

static void ask_for_sample(world *w) {
  w->rows = 6000;
  w->leads = 400;
  w->seed = 2024;
  w->accounts = 2600;
  w->campaign_levels = 24;
  w->intercept = -1.9;
  w->missing = 0.05;
  w->account_effect = 0.3;
  w->leak = w->score = w->open = true;
}

static bool read_word(const char *text, const char *const *words, size_t n, size_t *index) {
  for (*index = 0; *index < n; ++*index)
    if (strcmp(text, words[*index]) == 0) return true;
  return fail("not understood", text);
}

/* One option with a value or without; the short codes are the letters of the table below. */
static bool apply(world *w, int option, const char *value) {
  static const char *const shapes[] = {"bands", "linear"}, *const quotes[] = {"needed", "all", "none"};
  uint64_t n = 0;
  size_t index = 0;
  bool good = true;
  switch (option) {
  case 'r': good = read_count(value, &w->rows); break;
  case 's': good = read_count(value, &w->seed); break;
  case 'a': good = read_count(value, &w->accounts); break;
  case 'e': good = read_number(value, &w->account_effect); break;
  case 'c':
    good = read_count(value, &n);
    w->columns = (size_t)n;
    break;
  case 'l':
    good = read_count(value, &n);
    w->campaign_levels = (size_t)n;
    break;
  case 'h':
    good = read_word(value, shapes, 2, &index);
    w->linear = index == 1;
    break;
  case 'i': good = read_number(value, &w->intercept); break;
  case 'm': good = read_number(value, &w->missing); break;
  case 'd': good = read_number(value, &w->drift); break;
  case 'f': good = read_number(value, &w->confounding); break;
  case 'q':
    good = read_word(value, quotes, 3, &index);
    w->quote = "nao"[index];
    break;
  case 'g': good = read_number(value, &w->ragged); break;
  case 'k': w->leak = true; break;
  case 'v': w->score = true; break;
  case 'n': w->open = true; break;
  case 'A': w->active = value; break;
  case 'L': good = read_count(value, &w->leads); break;
  case 'S': ask_for_sample(w); break;
  case 'o': w->folder = value; break;
  default: good = false; break;
  }
  return good;
}

static bool read_options(int argc, char **argv, world *w) {
  static const struct option table[] = {
      {"rows", 1, 0, 'r'},           {"seed", 1, 0, 's'},        {"accounts", 1, 0, 'a'},
      {"account-effect", 1, 0, 'e'}, {"columns", 1, 0, 'c'},     {"levels", 1, 0, 'l'},
      {"shape", 1, 0, 'h'},          {"intercept", 1, 0, 'i'},   {"missing", 1, 0, 'm'},
      {"drift", 1, 0, 'd'},          {"quote", 1, 0, 'q'},       {"ragged", 1, 0, 'g'},
      {"leak", 0, 0, 'k'},           {"score", 0, 0, 'v'},       {"open", 0, 0, 'n'},
      {"leads", 1, 0, 'L'},          {"active", 1, 0, 'A'},      {"sample", 0, 0, 'S'},
      {"output", 1, 0, 'o'},         {"confounding", 1, 0, 'f'}, {0, 0, 0, 0}};
  for (int option; (option = getopt_long(argc, argv, "o:", table, NULL)) != -1;)
    if (!apply(w, option, optarg)) return false;
  if (optind < argc) return fail("not understood", argv[optind]);
  if (!w->folder) return fail("no folder", "say -o FOLDER");
  if (!w->rows || !w->campaign_levels || w->campaign_levels > MAX_LEVELS)
    return fail("out of range", "--rows, --levels");
  if (!(w->confounding >= 0 && w->confounding <= 1)) return fail("out of range", "--confounding");
  return true;
}

/* Cumulative shares of the levels of every category, share ~ 1/(i + flatness). */
static bool make_shares(world *w) {
  for (size_t i = 0; i < N_ATTRIBUTES; i++) {
    const attribute *a = &w->schema[i];
    if (a->kind == NUMBER) continue;
    w->shares[i] = malloc(a->n_levels * sizeof *w->shares[i]);
    if (!w->shares[i]) return fail("no memory", a->name);
    double sum = 0;
    for (size_t j = 0; j < a->n_levels; j++) w->shares[i][j] = sum += 1 / ((double)j + a->flatness);
    for (size_t j = 0; j < a->n_levels; j++) w->shares[i][j] /= sum;
  }
  return true;
}

int main(int argc, char **argv) {
  world w = {.rows = 100000, .seed = 1, .campaign_levels = 200, .intercept = -2.65, .quote = 'n'};
  if (argc == 2 && strcmp(argv[1], "--help") == 0) return fputs(usage, stdout) < 0 ? 4 : 0;
  if (!read_options(argc, argv, &w)) {
    fputs(usage, stderr);
    return 2;
  }
  if (!w.accounts) w.accounts = w.rows / 3 + 1;
  make_schema(w.schema, w.campaign_levels);
  bool good = (!w.active || keep_active(w.schema, w.active) || fail("no such attribute", w.active)) &&
              make_shares(&w);
  if (good && mkdir(w.folder, 0777) != 0 && errno != EEXIST) {
    perror(w.folder);
    good = false;
  }
  good = good && write_table(&w, "history.csv", 0, w.rows, false) && write_truth(&w) &&
         (!w.leads || write_table(&w, "leads.csv", w.rows, w.rows + w.leads, true));
  for (size_t i = 0; i < N_ATTRIBUTES; i++) free(w.shares[i]);
  return good ? 0 : 4;
}
