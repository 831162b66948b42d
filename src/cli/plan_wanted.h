/* What the options ask of a plan. */
#ifndef LF_CLI_PLAN_WANTED_H
#define LF_CLI_PLAN_WANTED_H

#include "cli/options.h"
#include "evidence/plan.h"

static inline lf_plan_options lf_plan_wanted(const lf_options *options) {
  return (lf_plan_options){.revenue = options->revenue,
                           .capacity = options->capacity,
                           .cost_per_lead = options->cost_per_lead,
                           .horizon = options->horizon,
                           .seed = options->seed};
}

#endif
