#!/usr/bin/env bash
# A million runs of the fuzzer with GCC and with Clang, at -O0 and at -O3, and with one job and with two: every record of
# every run must be the same. Builds what it needs in build/million/. RUNS=N for another number of runs in all;
# BUILDS="gcc-O3 clang-O3" for some of the builds, which are compared with the first of them.
set -euo pipefail

root="$(dirname "$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")")"
work="$root/build/million"
scenarios=(cold_snapshot live_snapshot two_instances_on_one_host backup_rotation_1
  two_create_image_requests_race_for_the_server)
runs_each=$((${RUNS:-1000000} / ${#scenarios[@]}))

# build NAME COMPILER FLAG
build() {
  cmake -S "$root" -B "$work/$1" -G Ninja -DCMAKE_CXX_COMPILER="$2" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS_RELEASE="$3" >"$work/$1.log" &&
    cmake --build "$work/$1" --target snapsim >>"$work/$1.log"
}

# fingerprints NAME JOBS prints one line for each scenario: its name, how many runs, and their fingerprint.
fingerprints() {
  local status=0
  (cd "$root" && "$work/$1/snapsim" fuzz "${scenarios[@]/%/.json}" --runs "$runs_each" --seed 1 -j "$2" --json -q \
    --out "$work/$1-j$2") >"$work/$1-j$2.json" 2>"$work/$1-j$2.err" || status=$?
  # 1: something was found, as is to be expected.
  if ((status > 1)); then
    tail -n 5 "$work/$1-j$2.err" >&2
    return "$status"
  fi
  # The findings' own files lie in a folder of this build.
  grep -oE '"(scenario|runs|fingerprint)": *("[^"]*"|[0-9]+)' "$work/$1-j$2.json" | grep -v /findings/
}

mkdir -p "$work"
scenarios=("${scenarios[@]/#/scenarios/}")
read -ra builds <<<"${BUILDS:-gcc-O0 gcc-O3 clang-O0 clang-O3}"
for name in "${builds[@]}"; do
  case "$name" in
    gcc-*) compiler=g++ ;;
    clang-*) compiler=clang++ ;;
    *)
      echo "BUILDS: \"$name\" is none of gcc-O0 gcc-O3 clang-O0 clang-O3" >&2
      exit 2
      ;;
  esac
  build "$name" "$compiler" "-${name#*-}"
  for jobs in 1 2; do
    printf '%-10s -j %d  ' "$name" "$jobs"
    began=$SECONDS
    fingerprints "$name" "$jobs" >"$work/$name-j$jobs.txt"
    printf '%s runs each of %d scenarios, %d s: ' "$runs_each" "${#scenarios[@]}" $((SECONDS - began))
    if cmp -s "$work/${builds[0]}-j1.txt" "$work/$name-j$jobs.txt"; then
      echo same
    else
      echo DIFFERENT
      diff "$work/${builds[0]}-j1.txt" "$work/$name-j$jobs.txt" | head -n 20
      exit 1
    fi
  done
done
