/* The E-value: the least strength of association, as a risk ratio, that an unmeasured cause would need with
 * both the attribute and the outcome, beyond what is adjusted for, to explain the ratio RR away: E = RR +
 * sqrt(RR (RR - 1)),  RR >= 1; for RR < 1 that of 1 / RR. VanderWeele & Ding 2017, "Sensitivity analysis in
 * observational research: introducing the E-value", Annals of Internal Medicine 167:268-274; the bound holds
 * for the ratio of means of non-negative outcomes as well (Ding & VanderWeele 2016). */
#include "evidence/evalue.h"

#include <math.h>

double lf_e_value(double ratio) {
  if (!(ratio > 0)) return (double)NAN;
  double rr = ratio < 1 ? 1 / ratio : ratio;
  return rr + sqrt(rr * (rr - 1));
}

double lf_e_value_limit(double low, double high) {
  if (isnan(low) || isnan(high)) return (double)NAN;
  if (low <= 1 && high >= 1) return 1;
  return lf_e_value(low > 1 ? low : high);
}

double lf_risk_ratio_of_odds(double odds_ratio, double outcome_share) {
  return outcome_share <= 0.15 ? odds_ratio : sqrt(odds_ratio);
}
