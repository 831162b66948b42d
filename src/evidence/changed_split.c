/* The change in MQL volume and win rate, split into mix, points and threshold.
 *
 * Symbols: rows m (earlier, recent), points p (old, new), threshold t (old, new). V(m, p, t) is the share of
 * rows m that qualify when scored by the points p and cut by the threshold t; R(m, p, t) is their win rate.
 * Where t belongs to p it is that card's own threshold. Where it does not, scales differ, and t is carried
 * over at equal volume: the cut on p's scores that qualifies as many earlier rows as t does under its own
 * points; the block of tied scores at the cut counts pro rata. So on earlier rows points change who qualifies
 * and never how many.
 *
 * The change from (earlier, old, old) to (recent, new, new) is shared out by Shapley's value: the mean, over
 * the six orders in which the three may change, of what each adds when its turn comes (Shapley 1953;
 * Shorrocks 2013 for decompositions):
 *
 *     phi_k = sum over S without k of |S|! (2 - |S|)! / 3! (V(S + k) - V(S)).
 *
 * Win rates of new points on earlier rows are those of rows that took part in the fit. So the same split is
 * made on the rows that judge alone (two parts, no mix), where nothing was fitted by the new definition.
 * Intervals: clustered bootstrap, percentile; both definitions are held fixed. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evidence/bootstrap.h"
#include "evidence/changed_parts.h"

enum { CORNERS = 8, FEW_REPLICATES = 200, MANY_ROWS = 500000 };

/* Distinct scores of one definition, rising, and the place of each row's score among them. */
typedef struct ranks {
  size_t n;
  int32_t *score;
  uint32_t *place;
} ranks;

typedef struct splitter {
  const lf_change_job *job;
  ranks ranks[LF_SIDES];
  size_t earlier_from, earlier_to,
      recent_from; /* earlier rows: [earlier_from, earlier_to); recent: [recent_from, n_rows) */
} splitter;

/* Weighted rows and wins at each distinct score, of earlier and of recent rows. */
typedef struct tally {
  double *rows[2], *won[2];
  double all[2];
} tally;

static int by_score(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return x < y ? -1 : x > y;
}

static lf_status rank_scores(const int32_t *score, size_t n, ranks *r, lf_error *err) {
  lf_status status = LF_OK;
  LF_TRY(lf_alloc(n, sizeof *r->score, &r->score, err));
  LF_TRY(lf_alloc(n, sizeof *r->place, &r->place, err));
  for (size_t i = 0; i < n; i++) r->score[i] = score[i];
  qsort(r->score, n, sizeof *r->score, by_score);
  for (size_t i = 0; i < n; i++)
    if (!r->n || r->score[r->n - 1] != r->score[i]) r->score[r->n++] = r->score[i];
  for (size_t i = 0; i < n; i++) {
    const int32_t *found = bsearch(&score[i], r->score, r->n, sizeof *r->score, by_score);
    r->place[i] = (uint32_t)(found - r->score);
  }
cleanup:
  return status;
}

/* ---- corners
 * ------------------------------------------------------------------------------------------------ */

/* A cut: whole scores from place `from` on, and a share of the block below. */
typedef struct cut {
  size_t from;
  double share;
} cut;

static cut own_cut(const ranks *r, int threshold) {
  size_t from = 0;
  while (from < r->n && r->score[from] < threshold) from++;
  return (cut){from, 0};
}

static double earlier_above(const ranks *r, const tally *t, cut c) {
  double rows = 0;
  for (size_t k = c.from; k < r->n; k++) rows += t->rows[0][k];
  return rows;
}

/* The cut that so many earlier rows pass. */
static cut equal_cut(const ranks *r, const tally *t, double wanted) {
  double rows = 0;
  for (size_t k = r->n; k-- > 0;) {
    if (rows + t->rows[0][k] > wanted * (1 + 1e-12)) return (cut){k + 1, (wanted - rows) / t->rows[0][k]};
    rows += t->rows[0][k];
  }
  return (cut){0, 0};
}

static void corner(const ranks *r, const tally *t, int m, cut c, double *volume, double *rate) {
  double rows = 0, won = 0;
  for (size_t k = c.from; k < r->n; k++) {
    rows += t->rows[m][k];
    won += t->won[m][k];
  }
  if (c.share > 0 && c.from > 0) {
    rows += c.share * t->rows[m][c.from - 1];
    won += c.share * t->won[m][c.from - 1];
  }
  *volume = rows / t->all[m];
  *rate = won / rows;
}

/* Corner bits: 1 recent rows, 2 new points, 4 new threshold. */
static void corners(const splitter *s, const tally tallies[LF_SIDES], double volume[CORNERS],
                    double rate[CORNERS]) {
  cut cuts[LF_SIDES][LF_SIDES]; /* [points][threshold] */
  for (int p = 0; p < LF_SIDES; p++) cuts[p][p] = own_cut(&s->ranks[p], s->job->side[p].card->threshold);
  for (int p = 0; p < LF_SIDES; p++) {
    int t = 1 - p;
    cuts[p][t] = equal_cut(&s->ranks[p], &tallies[p], earlier_above(&s->ranks[t], &tallies[t], cuts[t][t]));
  }
  for (int k = 0; k < CORNERS; k++) {
    int p = (k & 2) != 0;
    corner(&s->ranks[p], &tallies[p], k & 1, cuts[p][(k & 4) != 0], &volume[k], &rate[k]);
  }
}

/* ---- Shapley
 * ------------------------------------------------------------------------------------------------- */

static void share_out(const double v[CORNERS], double part[LF_CHANGED_PARTS]) {
  static const double weight[] = {2.0 / 6, 1.0 / 6, 2.0 / 6}; /* by how many changed before */
  for (int k = 0; k < LF_CHANGED_PARTS; k++) {
    part[k] = 0;
    for (int set = 0; set < CORNERS; set++)
      if (!(set >> k & 1)) part[k] += weight[__builtin_popcount((unsigned)set)] * (v[set | 1 << k] - v[set]);
  }
}

/* The same on recent rows alone: the mix has changed already. */
static void share_out_judged(const double v[CORNERS], double part[LF_CHANGED_PARTS]) {
  part[LF_PART_MIX] = 0;
  part[LF_PART_POINTS] = 0.5 * (v[3] - v[1] + v[7] - v[5]);
  part[LF_PART_THRESHOLD] = 0.5 * (v[5] - v[1] + v[7] - v[3]);
}

/* ---- one set of weights
 * --------------------------------------------------------------------------------------- */

enum {
  FIGURES = 4,
  PER_FIGURE = LF_CHANGED_PARTS + 3,
  STATISTICS = FIGURES * PER_FIGURE
}; /* from, to, total, parts */

static void tally_rows(const splitter *s, int side, const double *weight, tally *t) {
  const lf_history *h = s->job->history;
  const ranks *r = &s->ranks[side];
  for (size_t i = 0; i < h->n_rows; i++) {
    double w = weight ? weight[i] : 1;
    size_t k = r->place[i];
    if (i >= s->earlier_from && i < s->earlier_to) {
      t->rows[0][k] += w;
      t->won[0][k] += h->won[i] ? w : 0;
      t->all[0] += w;
    }
    if (i < s->recent_from) continue;
    t->rows[1][k] += w;
    t->won[1][k] += h->won[i] ? w : 0;
    t->all[1] += w;
  }
}

static lf_status tally_make(const splitter *s, int side, const double *weight, tally *t, lf_error *err) {
  size_t n = s->ranks[side].n;
  lf_status status = lf_alloc(4 * n, sizeof(double), &t->rows[0], err);
  if (status != LF_OK) return status;
  t->rows[1] = t->rows[0] + n;
  t->won[0] = t->rows[0] + 2 * n;
  t->won[1] = t->rows[0] + 3 * n;
  tally_rows(s, side, weight, t);
  return LF_OK;
}

static void write_figure(const double v[CORNERS], bool judged, double *out) {
  out[0] = v[judged ? 1 : 0];
  out[1] = v[CORNERS - 1];
  out[2] = out[1] - out[0];
  if (judged)
    share_out_judged(v, out + 3);
  else
    share_out(v, out + 3);
}

static lf_status statistics(const void *context, const double *weight, double *out, lf_error *err) {
  const splitter *s = context;
  tally tallies[LF_SIDES] = {0};
  double volume[CORNERS], rate[CORNERS];
  lf_status status = LF_OK;
  for (int k = 0; k < LF_SIDES; k++) LF_TRY(tally_make(s, k, weight, &tallies[k], err));
  corners(s, tallies, volume, rate);
  write_figure(volume, false, out);
  write_figure(rate, false, out + PER_FIGURE);
  write_figure(volume, true, out + 2 * PER_FIGURE);
  write_figure(rate, true, out + 3 * PER_FIGURE);
cleanup:
  for (int k = 0; k < LF_SIDES; k++) free(tallies[k].rows[0]);
  return status;
}

/* ---- the whole
 * --------------------------------------------------------------------------------------------------- */

static lf_status read_figure(const double *at, const double *values, size_t replicates,
                             lf_changed_split *split, lf_error *err) {
  lf_status status = LF_OK;
  split->from = at[0];
  split->to = at[1];
  LF_TRY(lf_bootstrap_interval(values + 2, replicates, STATISTICS, at[2], &split->total, err));
  for (size_t k = 0; k < LF_CHANGED_PARTS; k++)
    LF_TRY(lf_bootstrap_interval(values + 3 + k, replicates, STATISTICS, at[3 + k], &split->part[k], err));
cleanup:
  return status;
}

/* The old threshold on the new scale, for the reader. */
static lf_status carry_threshold(const splitter *s, lf_error *err) {
  tally tallies[LF_SIDES] = {0};
  lf_status status = LF_OK;
  const ranks *r = &s->ranks[LF_NEW];
  for (int k = 0; k < LF_SIDES; k++) LF_TRY(tally_make(s, k, s->job->history->weight, &tallies[k], err));
  cut own = own_cut(&s->ranks[LF_OLD], s->job->side[LF_OLD].card->threshold);
  cut there = equal_cut(r, &tallies[LF_NEW], earlier_above(&s->ranks[LF_OLD], &tallies[LF_OLD], own));
  size_t place = there.share >= 0.5 && there.from > 0 ? there.from - 1 : there.from;
  s->job->out->old_threshold_here = place < r->n ? r->score[place] : (double)NAN;
cleanup:
  for (int k = 0; k < LF_SIDES; k++) free(tallies[k].rows[0]);
  return status;
}

lf_status lf_changed_splits(lf_change_job *job, lf_error *err) {
  const lf_history *h = job->history;
  lf_changed *out = job->out;
  lf_changed_split *splits[FIGURES] = {&out->volume, &out->win_rate, &out->judged_volume,
                                       &out->judged_win_rate};
  splitter s = {.job = job,
                .earlier_from = out->in_time ? 0 : job->judged_from,
                .earlier_to = out->in_time ? h->n_train : h->n_rows,
                .recent_from = job->judged_from};
  lf_resample rows = {
      .n = h->n_rows, .weight = h->weight, .cluster = h->cluster, .n_clusters = h->n_clusters};
  lf_bootstrap bootstrap = {.replicates = h->n_rows > MANY_ROWS ? FEW_REPLICATES : 0,
                            .seed = job->seed,
                            .n_statistics = STATISTICS,
                            .statistics = statistics,
                            .context = &s,
                            .stage = "what changed"};
  double at[STATISTICS], *values = NULL;
  lf_status status = LF_OK;
  for (int k = 0; k < LF_SIDES; k++) LF_TRY(rank_scores(job->side[k].score, h->n_rows, &s.ranks[k], err));
  LF_TRY(statistics(&s, h->weight, at, err));
  LF_TRY(lf_bootstrap_run(&rows, &bootstrap, job->run, &values, &out->replicates, err));
  for (size_t f = 0; f < FIGURES; f++)
    LF_TRY(read_figure(at + f * PER_FIGURE, values + f * PER_FIGURE, out->replicates, splits[f], err));
  LF_TRY(carry_threshold(&s, err));
cleanup:
  for (int k = 0; k < LF_SIDES; k++) {
    free(s.ranks[k].score);
    free(s.ranks[k].place);
  }
  free(values);
  return status;
}
