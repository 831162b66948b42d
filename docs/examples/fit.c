/* Fits a scorecard on a history, says how good it is, and writes it.
 *
 *     gcc -std=c17 fit.c $(pkg-config --cflags --libs leadfit) -o fit
 *     ./fit history.csv leadfit.yaml scoring.json
 */
#include <leadfit.h>
#include <stdio.h>

static int explain(const lf_error *err) {
  fprintf(stderr, "%s%s%s\n", err->file, *err->file ? ": " : "", err->message);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "fit history.csv leadfit.yaml scoring.json\n");
    return 2;
  }
  const char *paths[] = {argv[1]};
  lf_fit_options options = {.paths = paths, .n_paths = 1, .project = argv[2]};
  lf_fit_result result;
  lf_scorecard *card = NULL;
  lf_error err = {0};
  if (lf_scorecard_fit(&options, NULL, &card, &result, &err) != LF_OK) return explain(&err);
  printf("fitted on %.0f leads (%.0f won), judged by %.0f (%.0f won)\n", result.train_rows, result.train_won,
         result.holdout_rows, result.holdout_won);
  printf("AUC %.3f (95%%: %.3f to %.3f)\n", result.auc, result.auc_low, result.auc_high);
  lf_status status = lf_scorecard_save(card, argv[3], &err);
  lf_scorecard_free(card);
  return status == LF_OK ? 0 : explain(&err);
}
