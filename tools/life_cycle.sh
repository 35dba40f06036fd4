#!/usr/bin/env bash
# Puts the diagrams into docs/life-cycle.md again, as the program exports them: tools/life_cycle.sh [PROGRAM [FILE]], where
# PROGRAM is a built snapsim (default: the launcher) and FILE the page (default: the one in docs). A line
# <!-- export SCENARIO --> is followed by the diagram of that scenario up to <!-- end -->; the rest of the page stays.
set -euo pipefail

root="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
program="$(readlink -f "${1:-$root/snapsim}")"
page="$(readlink -f "${2:-$root/docs/life-cycle.md}")"
made="$(mktemp)"
trap 'rm -f "$made"' EXIT

cd "$root"
inside=no
while IFS= read -r line; do
  if [[ "$line" == '<!-- end -->' ]]; then inside=no; fi
  if [[ "$inside" == no ]]; then printf '%s\n' "$line"; fi
  if [[ "$line" =~ ^'<!-- export '([a-z0-9_]+)' -->'$ ]]; then
    printf '```mermaid\n'
    "$program" export "scenarios/${BASH_REMATCH[1]}.json" --as mermaid
    printf '```\n'
    inside=yes
  fi
done <"$page" >"$made"
cat "$made" >"$page"
