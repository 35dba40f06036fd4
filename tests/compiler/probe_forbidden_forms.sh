#!/usr/bin/env bash
# Says which of the forbidden coroutine forms (one in each file of forbidden/) a compiler gets right, so that after an
# upgrade of the compiler it can be seen which rules may go: tests/compiler/probe_forbidden_forms.sh [COMPILER...], by
# default with g++ and clang++. Each form is built and run by itself at -O0 and at -O2, because a form may not compile, and
# may crash. A rule goes only when all its forms are right at both, and under the sanitizers as well.
set -euo pipefail

here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
root="$(dirname "$(dirname "$here")")"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# probe COMPILER FORM OPTION... prints one word or two: right, or what goes wrong.
probe() {
  local compiler="$1" form="$2" output
  shift 2
  local flags=(-std=c++20 -w -I "$root")
  # libstdc++ 12 hides <coroutine> from clang 14, as the CMakeLists.txt at the root says too.
  if "$compiler" --version | grep -q 'clang version 1[45]'; then flags+=(-D__cpp_impl_coroutine=201902L); fi
  # What clang 14 puts in front of a function for one of the sanitizers' checks, it cannot assemble for a coroutine.
  local sanitizers=(-fsanitize=address,undefined -fno-sanitize-recover=all)
  if "$compiler" --version | grep -q clang; then sanitizers+=(-fno-sanitize=function); fi
  if [[ "${*: -1}" == sanitized ]]; then set -- "${@:1:$#-1}" "${sanitizers[@]}"; fi
  if ! "$compiler" "${flags[@]}" "$@" "$form" "$here/forbidden/main.cpp" -o "$scratch/form" 2>"$scratch/errors"; then
    echo 'does not compile'
  elif ! output="$(timeout 10 "$scratch/form" 2>/dev/null)"; then
    echo 'crashes'
  else
    echo "$output"
  fi 2>/dev/null
}

compilers=("$@")
if ((${#compilers[@]} == 0)); then compilers=(g++ clang++); fi
for compiler in "${compilers[@]}"; do
  printf '%s\n  %-34s%-18s%-18s%s\n' "$("$compiler" --version | head -n 1)" form -O0 -O2 '-O1, sanitizers'
  for form in "$here"/forbidden/*.cpp; do
    name="$(basename "$form" .cpp)"
    if [[ "$name" == main ]]; then continue; fi
    printf '  %-34s%-18s%-18s%s\n' "$name" "$(probe "$compiler" "$form" -O0)" "$(probe "$compiler" "$form" -O2)" \
      "$(probe "$compiler" "$form" -O1 sanitized)"
  done
done
