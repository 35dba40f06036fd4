#!/usr/bin/env bash
# Installs what is missing of the given groups of packages.txt: tools/install_packages.sh GROUP...
#
# Works as root or through sudo, and says on stderr what it installs. When nothing is missing it neither needs root nor
# the network, and says nothing. Exits 77 when a package is missing and cannot be had.
set -euo pipefail

root="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"

say() { printf 'snapsim: %s\n' "$*" >&2; }

# The names in the given groups of packages.txt.
names_in_groups() {
  local group name rest
  while read -r group name rest; do
    if [[ " $* " == *" $group "* ]]; then printf '%s\n' "$name"; fi
  done <"$root/packages.txt"
}

# Which of the given packages are not installed.
missing_of() {
  local installed name
  # dpkg-query exits 1 when it knows nothing of one of the names.
  installed="$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)"
  for name in "$@"; do
    if [[ $'\n'"$installed"$'\n' != *$'\n'"$name installed"$'\n'* ]]; then printf '%s\n' "$name"; fi
  done
}

# Runs a command as root, with the proxy settings that sudo would drop.
as_root() {
  local settings=(DEBIAN_FRONTEND=noninteractive) name
  for name in http_proxy https_proxy no_proxy; do
    if [[ -n "${!name:-}" ]]; then settings+=("$name=${!name}"); fi
  done
  local sudo=()
  if ((EUID != 0)); then
    sudo=(sudo)
    if [[ ! -t 2 ]]; then sudo+=(-n); fi
  fi
  "${sudo[@]}" env "${settings[@]}" "$@" </dev/null
}

apt() { as_root apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1; }

install() { apt install --no-install-recommends "$@"; }

# Ends the script: what could not be installed, and what to do about it.
give_up() {
  local why="$1"
  shift
  say "$why"
  say "please install by hand: apt-get install --no-install-recommends $*"
  exit 77
}

main() {
  if (($# == 0)); then
    say "usage: tools/install_packages.sh GROUP..., groups are those of packages.txt: build, test, pictures, web, bench"
    exit 2
  fi
  local names=() missing=()
  mapfile -t names < <(names_in_groups "$@")
  if ((${#names[@]} == 0)); then
    say "packages.txt has no group $*"
    exit 2
  fi
  if ! command -v dpkg-query >/dev/null; then
    say "this is not a Debian system: going on with what is installed (packages.txt lists what is needed)"
    return
  fi
  mapfile -t missing < <(missing_of "${names[@]}")
  if ((${#missing[@]} == 0)); then return; fi

  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    give_up "packages are missing, and this is neither root nor is there sudo" "${missing[@]}"
  fi
  say "installing from apt: ${missing[*]}"
  log="$(mktemp)"
  trap 'rm -f "$log"' EXIT
  # An installation that was interrupted leaves packages half configured, and apt refuses to work until they are.
  if [[ -n "$(dpkg --audit 2>/dev/null)" ]]; then as_root dpkg --configure -a >>"$log" 2>&1 || true; fi
  # The package lists are fetched only when apt cannot do without: there are none, or they are out of date.
  if ! install "${missing[@]}" && ! { apt update && install "${missing[@]}"; }; then
    tail -n 15 "$log" >&2
    give_up "apt-get failed (its last words are above)" "${missing[@]}"
  fi
}

main "$@"
