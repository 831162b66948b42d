/* Leads that never reached the other half, by grade: decided leads, training rows and holdout. */
#include "cli/fit_parts.h"
#include "ingest/join.h"

enum { MOST_GRADES = 16 };

static size_t grade_of(const lf_scorecard *card, int score) {
  size_t g = 0;
  while (g + 1 < card->n_grades && score < card->grades[g].from) g++;
  return g;
}

static json_t *describe_grades(const lf_fit_job *job) {
  const lf_scorecard *card = job->build.card;
  const lf_history *h = job->history;
  const uint8_t *match = h->table->joins[h->funnel.join].match;
  double rows[MOST_GRADES] = {0}, reached[MOST_GRADES] = {0};
  json_t *list = json_array();
  if (card->n_grades > MOST_GRADES) return list;
  for (size_t i = 0; i < h->n_rows; i++) {
    size_t g = grade_of(card, job->score[i]);
    rows[g] += lf_history_weight(h, i);
    if (match[i] == LF_MATCH_ROW || match[i] == LF_MATCH_SHARED) reached[g] += lf_history_weight(h, i);
  }
  for (size_t g = 0; g < card->n_grades; g++) {
    lf_object o = lf_object_new();
    lf_object_text(&o, "grade", card->grades[g].label);
    lf_object_number(&o, "rows", rows[g]);
    lf_object_number(&o, "reached", reached[g]);
    lf_object_number(&o, "never", rows[g] - reached[g]);
    lf_list_add(&list, lf_object_take(&o));
  }
  return list;
}

lf_status lf_fit_describe_data(const lf_fit_job *job, json_t **tree, lf_error *err) {
  json_t *data = NULL;
  lf_status status = lf_tree_take(lf_describe_data(job->history), &data, err);
  if (status != LF_OK) return status;
  json_t *funnel = json_object_get(data, "funnel");
  bool graded = json_is_object(funnel) && job->score && job->build.card->n_grades;
  if (graded && json_object_set_new(funnel, "grades", describe_grades(job)) != 0) {
    json_decref(data);
    data = NULL;
  }
  return lf_tree_take(data, tree, err);
}
