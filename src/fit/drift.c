/* Attributes whose newest values lie outside what the older rows held.
 *
 * At five cuts of the time-ordered rows, older = before the cut, newer = the fifth of the rows after it. For
 * a number, outside is the share of newer values below the smallest or above the largest older one; for a
 * category, the share with a level that no older row had. The largest share over the cuts is reported. No
 * outcome is looked at. */
#include "base/parallel.h"
#include "fit/select.h"

static const double cuts[] = {0.5, 0.6, 0.7, 0.8, 0.9};
static const double newer_share = 0.2;

/* Share of the newer rows with a known value that is outside the older rows'. */
static double outside_at(const lf_sample *s, const lf_atom_set *set, const uint16_t *code, size_t cut,
                         size_t end, uint8_t *seen) {
  bool ordered = set->kind == LF_KIND_NUMBER;
  size_t low = SIZE_MAX, high = 0;
  memset(seen, 0, set->n + 2);
  for (size_t i = 0; i < cut; i++) {
    if (code[i] >= set->n) continue;
    seen[code[i]] = 1;
    if (code[i] < low) low = code[i];
    if (code[i] > high) high = code[i];
  }
  double known = 0, outside = 0;
  for (size_t i = cut; i < end; i++) {
    if (code[i] >= set->n) continue;
    known += s->weight[i];
    bool out = ordered ? code[i] < low || code[i] > high : !seen[code[i]];
    outside += out ? s->weight[i] : 0;
  }
  return known > 0 ? outside / known : 0;
}

typedef struct drift {
  const lf_sample *sample;
  const lf_atoms *atoms;
  double *outside;
} drift;

static void judge_set(void *context, size_t t) {
  const drift *d = context;
  const lf_sample *s = d->sample;
  uint8_t seen[UINT16_MAX + 1];
  d->outside[t] = 0;
  for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
    size_t cut = (size_t)(cuts[c] * (double)s->n);
    size_t end = (size_t)(fmin(1, cuts[c] + newer_share) * (double)s->n);
    if (cut == 0 || end <= cut) continue;
    d->outside[t] = fmax(d->outside[t], outside_at(s, &d->atoms->items[t], s->code[t], cut, end, seen));
  }
}

void lf_drift_outside(const lf_sample *sample, const lf_atoms *atoms, const lf_run *run, double *outside) {
  drift d = {sample, atoms, outside};
  lf_parallel_for(run, atoms->n, judge_set, &d);
}
