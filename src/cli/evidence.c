/* leadfit evidence: what the history says of each claim. */
#include "cli/command.h"

lf_status lf_command_evidence(const lf_options *options, const lf_run *run, lf_error *err) {
  (void)run;
  if (!options->claims)
    return lf_fail(err, LF_E_USAGE, "say which claims to answer: --claims claims.yaml");
  return lf_fail(err, LF_E_USAGE, "claims cannot be answered here: leadfit fit reports the evidence on each attribute");
}
