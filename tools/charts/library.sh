# What the tools of this folder share: where the libraries are kept, and the lock they must match.
# shellcheck shell=sh

charts=$(dirname "$0")
lock=$charts/package-lock.json
# A place of the machine's user, not of the checkout: fetched once, every checkout builds.
store=${LEADFIT_CHARTS:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/leadfit/charts}
libraries='vega vega-lite vega-embed'
# Of the tests alone: no byte of it is in the program.
checkers=axe-core

# locked NAME KEY: the value of a key of that package in the lock file, as npm writes it (one key a line).
locked() {
  awk -v start="\"node_modules/$1\": {" -v key="\"$2\":" '
    index($0, start) { inside = 1; next }
    inside && $1 == key { gsub(/[",]/, "", $2); print $2; exit }' "$lock"
}

archive() { echo "$store/$1-$(locked "$1" version).tgz"; }

# intact NAME FILE: whether the file is the one that was locked.
intact() {
  want=$(locked "$1" integrity)
  [ -f "$2" ] && [ "${want%%-*}" = sha512 ] &&
    [ "$(sha512sum < "$2" | cut -c1-128)" = "$(printf %s "${want#sha512-}" | base64 -d | od -An -v -tx1 | tr -d ' \n')" ]
}
