#!/usr/bin/env bash
# Makes docs/reference/ again from the program: a page for each fault point and each invariant. Run it when a test says
# that they are out of date: tools/reference.sh [PROGRAM], where PROGRAM is a built snapsim (default: the launcher).
set -euo pipefail

root="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
program="${1:-$root/snapsim}"

for kind in faults invariants; do
  rm -rf "$root/docs/reference/$kind"
  "$program" "$kind" --pages "$root/docs/reference/$kind"
done
