#!/usr/bin/env bash
# Builds the simulator in a web page, build/web/simulator.html, and tests it: every scenario has the fingerprint of the
# native build, and the page does what it says in headless Chromium. Needs `tools/install_packages.sh web pictures` and the
# native program: build/release/snapsim, or the one that is named.
set -euo pipefail

root="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
program="$(readlink -f "${1:-$root/build/release/snapsim}")"
build="$root/build/web"

for tool in emcmake node chromium; do
  if ! command -v "$tool" >/dev/null; then
    echo "web.sh: $tool is missing; tools/install_packages.sh web pictures installs it" >&2
    exit 77
  fi
done

emcmake cmake -S "$root" -B "$build" -G Ninja -DSNAPSIM_BUILD=web -DSNAPSIM_TESTS=OFF -DSNAPSIM_INSTALL=OFF \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-Oz >"$build.log" 2>&1 || { tail -n 20 "$build.log"; exit 1; }
cmake --build "$build" --target snapsim_simulator

natives=()
for policy in nova hardened; do
  "$program" run "$root"/scenarios/*.json --policy "$policy" --disks model --json -q --out "$build/runs" \
    >"$build/$policy.json" 2>/dev/null || true
  natives+=("$build/$policy.json")
done
node "$root/tests/web/fingerprints.js" "$build/snapsim.js" "${natives[@]}"

# The page with its check behind it.
{
  sed '/<\/body>/,$d' "$build/simulator.html"
  printf '<script>\n'
  cat "$root/tests/web/page_check.js"
  printf '</script>\n</body>\n</html>\n'
} >"$build/simulator_check.html"
title="$(chromium --headless --no-sandbox --disable-gpu --virtual-time-budget=600000 --dump-dom \
  "file://$build/simulator_check.html" 2>/dev/null | grep -o '<title>[^<]*' | head -n 1)"
size="$(stat -c %s "$build/simulator.html")"
echo "the page: ${title#<title>}; $size bytes"
[[ "$title" == "<title>all is well" ]]
((size < 2000000))
