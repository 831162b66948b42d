#!/bin/sh
# The rates of the evidence on simulated histories that docs/method.md quotes: error rates under the null, under
# clustering and with a confounder, power, and equivalence. Hours on two cores; the tests run few of the same.
#
#     tests/campaign.sh [RUNS] [BUILD]
set -eu
runs=${1:-400}
build=${2:-build}
for test in 'nothing*' 'idle*' 'accounts*' 'confounders*' 'a_moderate*'; do
  EVIDENCE_TEST=$test EVIDENCE_RUNS=$runs nice -n 15 "$build/tests/unit/test_evidence_rates" 2>&1 | grep -v "RUN\|OK\|==="
done
EVIDENCE_TEST='nil*' EVIDENCE_RUNS=$((runs / 10)) nice -n 15 "$build/tests/unit/test_evidence_rates" 2>&1 | grep -v "RUN\|OK\|==="
