/* truth.json: the options, and the weights that made the outcomes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "write.h"

static void write_options(const world *w, FILE *f) {
  fprintf(f,
          "  \"options\": {\"rows\": %llu, \"seed\": %llu, \"accounts\": %llu, \"missing\": %.17g, "
          "\"drift\": %.17g, \"confounding\": %.17g, "
          "\"account_effect\": %.17g, \"shape\": \"%s\", \"leak\": %s, \"score\": %s, \"open\": %s},\n",
          (unsigned long long)w->rows, (unsigned long long)w->seed, (unsigned long long)w->accounts,
          w->missing, w->drift, w->confounding, w->account_effect, w->linear ? "linear" : "bands",
          w->leak ? "true" : "false", w->score ? "true" : "false", w->open ? "true" : "false");
}

static void write_levels(const attribute *a, FILE *f) {
  fputs("\"levels\": [", f);
  for (size_t i = 0; i < a->n_levels; i++) {
    char name[24];
    fprintf(f, "%s\n      {\"value\": \"%s\", \"weight\": %.17g}", i ? "," : "", level_name(a, i, name),
            level_weight(a, i));
  }
  fputs("]", f);
}

static void write_number(const attribute *a, bool linear, FILE *f) {
  if (linear) {
    fprintf(f, "\"slope\": %.17g, \"centre\": %.17g", a->slope, a->centre);
    return;
  }
  fputs("\"edges\": [", f);
  for (size_t i = 0; i < a->n_edges; i++) fprintf(f, "%s%.17g", i ? ", " : "", a->edges[i]);
  fputs("], \"weights\": [", f);
  for (size_t i = 0; i <= a->n_edges; i++) fprintf(f, "%s%.17g", i ? ", " : "", a->band_weights[i]);
  fputs("]", f);
}

static void write_attribute(const world *w, size_t i, FILE *f) {
  static const char *const kinds[] = {"category", "flag", "number"};
  const attribute *a = &w->schema[i];
  fprintf(f,
          "    {\"name\": \"%s\", \"kind\": \"%s\", \"owner\": \"%s\", \"active\": %s, \"missing_weight\": "
          "%.17g, "
          "\"drifts\": %s, ",
          a->name, kinds[a->kind], a->owner, weighs(a) ? "true" : "false", a->missing_weight,
          w->drift != 0 && drifts(i) ? "true" : "false");
  if (follows(w, i) >= 0) fprintf(f, "\"follows\": \"%s\", ", w->schema[follows(w, i)].name);
  if (a->kind == NUMBER)
    write_number(a, w->linear, f);
  else
    write_levels(a, f);
  fprintf(f, "}%s\n", i + 1 < N_ATTRIBUTES ? "," : "");
}

bool write_truth(const world *w) {
  char path[4096];
  snprintf(path, sizeof path, "%s/truth.json", w->folder);
  FILE *f = fopen(path, "wb");
  if (!f) {
    perror(path);
    return false;
  }
  fputs("{\n", f);
  write_options(w, f);
  fprintf(f, "  \"intercept\": %.17g,\n", w->intercept);
  fprintf(f,
          "  \"log_amount\": {\"mean\": %.17g, \"log_employees_over_180\": %.17g, \"discount_asked\": %.17g, "
          "\"deviation\": %.17g},\n",
          amounts.mean, amounts.employees, amounts.discount, amounts.deviation);
  fputs("  \"attributes\": [\n", f);
  for (size_t i = 0; i < N_ATTRIBUTES; i++) write_attribute(w, i, f);
  fputs("  ]\n}\n", f);
  if (fclose(f) != 0) {
    perror(path);
    return false;
  }
  return true;
}
