#!/usr/bin/env bash
# Reads what `export` writes with the programs that it is written for: tools/check_exports.sh [SCENARIO]...
#
# Without scenarios, every twentieth of the library. Mermaid's own parser comes from npm (`npm pack mermaid`, the one step
# that needs the network) and runs in headless Chromium; PlantUML, xmllint and Node.js are Debian's
# (tools/install_packages.sh test pictures web). What is missing is named, and the status is then 77. SNAPSIM names another
# program than build/release/snapsim.
set -euo pipefail

root="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
snapsim="$(readlink -f "${SNAPSIM:-$root/build/release/snapsim}")"
folder="$root/build/exports"
mermaid_version=11

for tool in chromium node npm plantuml xmllint; do
  if ! command -v "$tool" >/dev/null; then
    echo "check_exports.sh: $tool is missing" >&2
    exit 77
  fi
done
mkdir -p "$folder"
if [[ ! -e "$folder/package/dist/mermaid.min.js" ]]; then
  (cd "$folder" && npm pack "mermaid@$mermaid_version" --silent >/dev/null && tar xzf mermaid-*.tgz package/dist/mermaid.min.js) || {
    echo "check_exports.sh: npm cannot fetch mermaid" >&2
    exit 77
  }
fi

scenarios=("$@")
if ((${#scenarios[@]} == 0)); then
  mapfile -t scenarios < <(printf '%s\n' "$root"/scenarios/*.json | awk 'NR % 20 == 1')
fi
rm -rf "$folder/files"
mkdir "$folder/files"
for scenario in "${scenarios[@]}"; do
  name="$(basename "$scenario" .json)"
  for form in mermaid plantuml perfetto shiviz junit logs trace; do
    "$snapsim" export "$scenario" --as "$form" >"$folder/files/$name.$form"
  done
done

failures=0
failed() {
  echo "wrong: $*"
  failures=$((failures + 1))
}
cd "$folder/files"
xmllint --noout ./*.junit || failed "JUnit is not well-formed"
for diagram in *.plantuml; do
  said="$(HOME="$folder" plantuml -Djava.awt.headless=true -syntax <"$diagram")"
  [[ "$said" == SEQUENCE* ]] || failed "$diagram: $said"
done
for log in *.logs; do
  "$snapsim" explain "$log" --json | node -e '
    const { files: [file] } = JSON.parse(require("fs").readFileSync(0));
    process.exit(file.understood === file.lines ? 0 : 1);' || failed "$log: explain does not understand every line"
done
node "$root/tests/exports/read_exports.js" . || failures=$((failures + 1))

# Mermaid's parser in a page, with all diagrams.
node "$root/tests/exports/mermaid_page.js" . "$folder/package/dist/mermaid.min.js" >"$folder/mermaid.html"
title="$(chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=600000 --dump-dom "file://$folder/mermaid.html" \
  2>/dev/null | grep -o '<title>[^<]*' | head -n 1)"
[[ "$title" == "<title>all are read"* ]] || failed "Mermaid: ${title#<title>}"

echo "${#scenarios[@]} scenarios in 7 forms, $failures failures; Mermaid: ${title#<title>}"
((failures == 0))
