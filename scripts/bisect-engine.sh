#!/bin/sh
# What the bisect-ENGINE.sh scripts have in common; the first argument is the engine.
set -eu
engine=$1
shift

usage() {
    cat <<TEXT
usage: scripts/bisect-$engine.sh CASE GOOD [BAD] [OPTION...]

Finds the commit since which CASE behaves otherwise on the $engine engine.

  CASE    a case's name, its place (file.ilo:12), or a part that only one case has
  GOOD    a commit at which it behaved as it should
  BAD     a later commit at which it does not; HEAD if absent

Options go to \`parallax bisect\`, for example:
  --predicate verdict=TIMEOUT   bad means that it hangs
  --predicate 'cpu>1.5'         bad means one and a half times the CPU time of GOOD
  --runs 20                     try each commit 20 times: bad if it ever fails
  --resume                      go on with an interrupted bisect (CASE and ends as before)
\`parallax bisect --help\` lists them all, docs/bisect.md explains them.

PARALLAX names the binary to use; otherwise target/release/parallax, else the one in PATH.
Exit codes: 0 found, 2 usage, 3 an end cannot be tested, 5 only a range was found.
TEXT
}

case ${1-} in
-h | --help)
    usage
    exit 0
    ;;
esac
if [ $# -lt 2 ]; then
    usage >&2
    exit 2
fi
name=$1 good=$2
shift 2
bad=HEAD
case ${1---} in
-*) ;;
*)
    bad=$1
    shift
    ;;
esac

built=$(dirname "$0")/../target/release/parallax
if [ -z "${PARALLAX-}" ]; then
    if [ -x "$built" ]; then PARALLAX=$built; else PARALLAX=parallax; fi
fi
exec "$PARALLAX" bisect --engine "$engine" --case "$name" --good "$good" --bad "$bad" "$@"
