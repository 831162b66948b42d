#include "near.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

void near(double got, double want, double tolerance) {
  if (isnan(want) && isnan(got)) return;
  if (!(fabs(got - want) <= tolerance)) fail_msg("got %.17g, wanted %.17g within %g", got, want, tolerance);
}

void near_share(double got, double want, double tolerance) {
  near(got, want, tolerance * (1 + fabs(want)));
}
