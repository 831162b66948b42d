/* What each command is for and how it is used, for its help and its manual page. */
#include "cli/manual.h"

static const lf_command_about abouts[] = {
    {LF_COMMAND_FIT,
     "Reads a history of won and lost opportunities, finds bands and points for the attributes that predict, "
     "and "
     "proves them on rows that took no part: the newest where a date is known. DIR gets scoring.json (the "
     "definition, for people and programs), report.json (every figure) and report.html (one page that opens "
     "offline). They appear together or not at all.",
     {{"The main job", "leadfit fit history.csv -o q3/"},
      {"What changes against the definition in force",
       "leadfit fit history.csv --current q2/scoring.json -o q3/"},
      {"With the roles and rules that a team keeps in a file",
       "leadfit fit history.csv -p leadfit.yaml -o q3/"}}},
    {LF_COMMAND_INSPECT,
     "Says of each column its kind, its role and whether that was said or inferred, how much is missing, and "
     "why it "
     "was left out where it was. A first look before fit.",
     {{"A first look", "leadfit inspect history.csv"},
      {"A project file to edit", "leadfit inspect history.csv --yaml > leadfit.yaml"}}},
    {LF_COMMAND_VALIDATE,
     "Judges a scorecard, or a score that is in the data (a vendor's), on a history: how well it orders "
     "leads, "
     "whether its probabilities are right, and how much revenue its best leads hold. Every row is judged, or "
     "the "
     "holdout alone where --holdout or --holdout-from asks for one.",
     {{"A scorecard on newer rows", "leadfit validate newer.csv --config q3/scoring.json"},
      {"A vendor's score", "leadfit validate history.csv --score hubspot_score"}}},
    {LF_COMMAND_COMPARE,
     "Judges several scores on the same rows and tests each pair. A CANDIDATE is a file that ends in .json "
     "(a "
     "scoring.json, fitted or written by hand) or column:NAME, a score that is in the data; everything else "
     "is "
     "history.",
     {{"Two definitions and a vendor's score",
       "leadfit compare history.csv sales.json q3/scoring.json column:hubspot_score"},
      {"The rows behind the figures", "leadfit compare history.csv a.json b.json --export rows.csv"}}},
    {LF_COMMAND_EVIDENCE,
     "The verdict on every attribute: predicts closed revenue, winning alone, deal size alone, no meaningful "
     "difference, or not enough evidence; and an answer to each claim that somebody made, with its counts, "
     "its "
     "uncertainty and what would overturn it.",
     {{"Every attribute", "leadfit evidence history.csv"},
      {"What two teams claim", "leadfit evidence history.csv --claims claims.yaml"}}},
    {LF_COMMAND_SCORE,
     "Writes the leads as they came, with points, grade, MQL, probability, expected revenue and the three "
     "reasons "
     "that weigh most, against the average lead. Any number of leads goes through in bounded memory. Without "
     "-o "
     "they go to standard output; with --json as one object a line.",
     {{"A file of leads", "leadfit score leads.csv --config q3/scoring.json -o scored.csv"},
      {"From a pipe, as JSON Lines", "zcat leads.csv.gz | leadfit score - --config q3/scoring.json --json"}}},
    {LF_COMMAND_PLAN,
     "What it takes to bring a revenue, and what each team owes for it: at each threshold leads to come, win "
     "rate, "
     "deal size and revenue with intervals; a one-page agreement; and what the same plan would have said a "
     "quarter "
     "ago.",
     {{"Leads that bring five million in a quarter",
       "leadfit plan history.csv --config q3/scoring.json --revenue 5000000"},
      {"The agreement as a file",
       "leadfit plan history.csv --config q3/scoring.json --capacity 200 -o sla.md"}}},
    {LF_COMMAND_MONITOR,
     "Holds new rows against the definition and what it promised: drift, ranking, calibration, qualified "
     "leads and "
     "their win rate. Exit status 1 and one line an alarm where it does not hold, so that it can run from "
     "cron.",
     {{"Between quarters", "leadfit monitor new.csv --config q3/scoring.json"},
      {"From cron: silent unless there is an alarm", "leadfit monitor new.csv --config q3/scoring.json -q"}}},
    {LF_COMMAND_EXPORT,
     "The same points where leadfit does not run: SQL, CRM formulas and rules, PMML, C, a table, the page "
     "both teams "
     "sign. What a target cannot hold exactly is an error, never written almost right.",
     {{"For a warehouse", "leadfit export q3/scoring.json --to sql --dialect snowflake --table crm.leads"},
      {"With rows that prove it",
       "leadfit export q3/scoring.json --to pmml -o card.pmml --proof proof.csv"}}},
    {LF_COMMAND_SQL,
     "Writes the queries that let a warehouse do the heavy pass: a profile of every column first, then, with "
     "the "
     "profile, rows grouped by what a fit needs to know. Their results are given to the other commands by "
     "--from-aggregates DIR in place of a history.",
     {{"The profile", "leadfit sql --dialect spark --table crm.deals -p p.yaml -o profile.sql"},
      {"The rows, grouped by the profile",
       "leadfit sql --dialect spark --table crm.deals -p p.yaml --profile profile.csv"}}},
};

const lf_command_about *lf_command_about_of(lf_command command) {
  const lf_command_about *about = abouts;
  while (about->command != command) about++;
  return about;
}
