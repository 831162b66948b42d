/* Numbers for people: thousands separators, percent, short p-values; the same in every locale. */
#include <math.h>
#include <string.h>

#include "report/view.h"

static const char not_available[] = "not available";

void lf_people_fixed(lf_text *out, double value, int decimals) {
  if (isfinite(value))
    lf_text_add_grouped(out, value, decimals);
  else
    lf_text_add(out, not_available);
}

void lf_people_count(lf_text *out, double value) {
  lf_people_fixed(out, value, 0);
}

void lf_people_percent(lf_text *out, double share) {
  if (share > 0 && share < 0.0005) {
    lf_text_add(out, "below 0.1%");
    return;
  }
  lf_people_fixed(out, 100.0 * share, 1);
  if (isfinite(share)) lf_text_add(out, "%");
}

void lf_people_p(lf_text *out, double p) {
  if (p < 0.001) {
    lf_text_add(out, "below 0.001");
  } else {
    lf_people_fixed(out, p, 3);
  }
}

void lf_people_bytes(lf_text *out, double bytes) {
  static const char *const units[] = {" kB", " MB", " GB", " TB"};
  if (bytes < 1000) {
    lf_people_counted(out, bytes, "byte", "bytes");
    return;
  }
  size_t unit = 0;
  for (bytes /= 1000; bytes >= 1000 && unit < 3; unit++) bytes /= 1000;
  lf_people_fixed(out, bytes, 1);
  lf_text_add(out, units[unit]);
}

void lf_people_counted(lf_text *out, double value, const char *one, const char *many) {
  lf_people_count(out, value);
  lf_text_add(out, " ");
  lf_text_add(out, fabs(value - 1.0) < 1e-9 ? one : many);
}

void lf_people_pairs(lf_text *out, const json_t *auc) {
  double value = lf_view_number(auc, "value");
  double low = lf_view_number(auc, "ci_low"), high = lf_view_number(auc, "ci_high");
  /* Whole pairs read best, but must not round a limit onto the coin's 50 or a value onto a perfect 100. */
  bool close = fabs(low - 0.5) < 0.01 || fabs(high - 0.5) < 0.01 || value > 0.99;
  lf_people_fixed(out, 100.0 * value, close);
  lf_text_add(out, " of 100 pairs");
  if (isnan(low) || isnan(high)) return;
  lf_text_add(out, " (95% interval ");
  lf_people_fixed(out, 100.0 * low, close);
  lf_text_add(out, " to ");
  lf_people_fixed(out, 100.0 * high, close);
  lf_text_add(out, ")");
}
