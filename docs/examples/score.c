/* Scores one lead by a scorecard of leadfit.
 *
 *     gcc -std=c17 score.c $(pkg-config --cflags --libs leadfit) -o score
 *     ./score scoring.json
 */
#include <leadfit.h>
#include <stdio.h>

int main(int argc, char **argv) {
  lf_error err = {0};
  lf_scorecard *card = NULL;
  if (argc != 2 || lf_scorecard_load(argv[1], &card, &err) != LF_OK) {
    fprintf(stderr, "%s\n", argc == 2 ? err.message : "score scoring.json");
    return 1;
  }
  const char *names[] = {"LeadSource", "Employees", "Webinar attended"};
  const char *values[] = {"Referral", "250", NULL}; /* NULL: not known */
  lf_lead_score lead;
  lf_status status = lf_scorecard_lead(card, names, values, 3, &lead, &err);
  if (status == LF_OK)
    printf("%d points, grade %s, %s, %.1f %% to win\n", lead.score, lead.grade,
           lead.qualified ? "qualified" : "not qualified", 100 * lead.probability);
  else
    fprintf(stderr, "%s\n", err.message);
  lf_scorecard_free(card);
  return status == LF_OK ? 0 : 1;
}
