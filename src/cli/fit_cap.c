/* `leadfit fit --max-bands`: what the cap costs, by a second fit without it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/numerics.h"
#include "cli/fit_parts.h"

/* Figures of the judged rows of one fit: every row judged by bands and weights that never saw it. */
static lf_status judge_fit(const lf_card_fit *fit, const lf_run *run, lf_judgement *judgement,
                           lf_error *err) {
  const lf_sample *s = fit->judged;
  lf_status status = LF_OK;
  double *score = NULL, *probability = NULL, *weight = NULL;
  uint8_t *won = NULL;
  size_t n = 0;
  LF_TRY(lf_alloc(s->n, sizeof *score, &score, err));
  LF_TRY(lf_alloc(s->n, sizeof *probability, &probability, err));
  LF_TRY(lf_alloc(s->n, sizeof *weight, &weight, err));
  LF_TRY(lf_alloc(s->n, sizeof *won, &won, err));
  for (size_t k = 0; k < s->n_folds; k++)
    for (size_t i = s->folds[k].judge_from; i < s->folds[k].judge_to; i++, n++) {
      score[n] = fit->judged_eta[i];
      probability[n] = lf_expit(fit->judged_eta[i]);
      weight[n] = s->weight[i];
      won[n] = s->won[i];
    }
  lf_judge_rows rows = {.n = n, .score = score, .probability = probability, .won = won, .weight = weight};
  status = lf_judge(&rows, true, run, judgement, err);
cleanup:
  free(score);
  free(probability);
  free(weight);
  free(won);
  return status;
}

lf_status lf_fit_describe_cap(const lf_fit_job *job, json_t **tree, lf_error *err) {
  const double asked = job->options->max_bands;
  const lf_card_fit *capped = job->card_fit;
  lf_card_options card = {0};
  lf_card_fit *free_fit = NULL;
  lf_judgement with, without;
  lf_status status = LF_OK;
  if (isnan(asked)) return lf_tree_take(json_null(), tree, err);
  LF_TRY(lf_card_fit_make(job->history, job->atoms, &card, job->run, &free_fit, err));
  LF_TRY(judge_fit(capped, job->run, &with, err));
  LF_TRY(judge_fit(free_fit, job->run, &without, err));
  bool same = lf_sample_same_judges(capped->judged, free_fit->judged);
  lf_object o = lf_object_new();
  lf_object_number(&o, "max_bands", asked);
  lf_object_number(&o, "deviance_given_up",
                   2 * (free_fit->weights->log_likelihood - capped->weights->log_likelihood));
  lf_object_flag(&o, "same_judged_rows", same);
  lf_object_number(&o, "auc", with.auc.value);
  lf_object_number(&o, "auc_without", without.auc.value);
  lf_object_number(&o, "log_loss", with.log_loss);
  lf_object_number(&o, "log_loss_without", without.log_loss);
  status = lf_tree_take(lf_object_take(&o), tree, err);
cleanup:
  lf_card_fit_free(free_fit);
  return status;
}
