#!/usr/bin/env bash
# Tests ./snapsim as a launcher, with a program that builds in a second: launcher_test.sh SOURCE_FOLDER. Each `expect`
# is one sentence about its behaviour.
set -euo pipefail

source_folder="$1"
# shellcheck source=tests/setup/dummy_tree.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/dummy_tree.sh"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
tree="$scratch/a tree"
failures=0

# launch ARGUMENT... leaves stdout, stderr and the exit status in $out, $err and $status.
launch() {
  status=0
  "$tree/snapsim" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || status=$?
  out="$(<"$scratch/out")"
  err="$(<"$scratch/err")"
}

# expect SENTENCE COMMAND...
expect() {
  local sentence="$1"
  shift
  if "$@"; then
    echo "ok: $sentence"
  else
    echo "FAILED: $sentence: $*"
    printf '  stdout: %s\n  stderr: %s\n  status: %s\n' "$out" "$err" "$status"
    failures=$((failures + 1))
  fi
}

is() { [[ "$1" == "$2" ]]; }
contains() { [[ "$1" == *"$2"* ]]; }

make_dummy_tree "$source_folder" "$tree"
mkdir "$scratch/elsewhere"
cd "$scratch/elsewhere"

launch run 'a b' '*'
expect 'the first call builds' contains "$err" 'built in'
expect 'the program keeps the folder, the arguments and stdout' \
  is "$out" "version 1 in $scratch/elsewhere: <run> <a b> <*>"
expect 'the exit status is that of the program' is "$status" 3

launch
expect 'a second call says and builds nothing' is "$err" ''
began="${EPOCHREALTIME/./}"
for _ in 1 2 3 4 5 6 7 8 9 10; do launch; done
milliseconds=$(((${EPOCHREALTIME/./} - began) / 10000))
# 50 ms on an idle machine; here tests run beside it.
expect "a call with nothing to build starts at once ($milliseconds ms)" test "$milliseconds" -lt 250

ln -s "$tree/snapsim" "$scratch/link"
expect 'it can be called by a link' is "$("$scratch/link" 2>&1 || true)" "version 1 in $scratch/elsewhere:"

echo 'inline constexpr int version = 2;' >"$tree/sim/version.hpp"
launch
expect 'a change is built' contains "$out" 'version 2'

echo 'inline constexpr int version = 3;' >"$scratch/version.hpp"
touch -d '2001-01-01' "$scratch/version.hpp"
cp -p "$scratch/version.hpp" "$tree/sim/version.hpp"
launch
expect 'a change that came with an old time is built' contains "$out" 'version 3'

rm "$tree/sim/room/extra.cpp"
launch
expect 'a deleted file counts as a change' contains "$err" 'built in'

echo 'inline constexpr int version = ;' >"$tree/sim/version.hpp"
launch
expect 'a failing build shows the error' contains "$err" 'version.hpp:1'
expect 'and says where all of it is' contains "$err" "$tree/build/release.log"
expect 'and exits 70' is "$status" 70
expect 'and runs no stale program' is "$out" ''

echo 'inline constexpr int version = 4;' >"$tree/sim/version.hpp"
"$tree/snapsim" >"$scratch/first" 2>&1 &
"$tree/snapsim" >"$scratch/second" 2>&1 &
wait || true
expect 'of two calls at once both run the new program' \
  is "$(cat "$scratch/first" "$scratch/second" | grep -c 'version 4')" 2
expect 'and one builds' is "$(cat "$scratch/first" "$scratch/second" | grep -c 'built in')" 1

echo 'inline constexpr int version = 5;' >"$tree/sim/version.hpp"
set -m # A job of its own, that Ctrl-C reaches as a whole.
"$tree/snapsim" >"$scratch/out" 2>&1 </dev/null &
sleep 0.3
kill -INT -- "-$!" 2>/dev/null || true
wait || true
set +m
launch
expect 'after Ctrl-C during a build the next call builds' contains "$out" 'version 5'

mv "$tree" "$scratch/moved"
tree="$scratch/moved"
launch
expect 'a tree that was moved builds anew' contains "$err" 'built in'

# The installer meets an apt that cannot reach anything.
mkdir "$scratch/bin"
printf '#!/bin/sh\necho "E: Temporary failure resolving"; exit 100\n' >"$scratch/bin/apt-get"
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/sudo"
chmod +x "$scratch"/bin/*
echo 'build snapsim-has-no-such-package # a test' >>"$tree/packages.txt"
PATH="$scratch/bin:$PATH" launch
expect 'a package that cannot be had ends it with 77' is "$status" 77
expect 'and is named' contains "$err" 'apt-get install --no-install-recommends snapsim-has-no-such-package'
expect 'and stdout is left alone' is "$out" ''

echo "$failures failed"
((failures == 0))
