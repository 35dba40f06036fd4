#!/usr/bin/env bash
# Proves the two commands of the README on a fresh Debian 12: makes a minimal root with debootstrap, copies this tree
# into it, and runs there, as a user would,
#
#   ./snapsim run scenarios/cold_snapshot.json     as root, then again as a user with sudo
#   ./test
#
# Usage, as root, with debootstrap installed: tests/setup/pristine_root.sh [--dummy] [--keep] [COMMAND...]
#
#   --dummy   put a program that builds in a second in place of this tree's: proves installing and launching alone
#   --keep    leave the root where it is, and say where
#   COMMAND   run this in the root's copy of the tree in place of ./test, as ./snapsim --help
#
# It takes the mirror from $MIRROR (default http://deb.debian.org/debian), and the proxy settings and the resolver of
# this machine. Nothing is installed outside the new root. It takes some minutes, 1 GB of packages and 4 GB of disk;
# ctest does not run it.
set -euo pipefail

here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
source_folder="$(dirname "$(dirname "$here")")"
mirror="${MIRROR:-http://deb.debian.org/debian}"
# shellcheck source=tests/setup/dummy_tree.sh
source "$here/dummy_tree.sh"

say() { printf '== %s\n' "$*"; }

# in_root FOLDER USER COMMAND... runs a command in the root's copy of the tree, with the environment of a fresh login.
# The mounts live in a namespace of their own and are gone when it ends, however it ends.
in_root() {
  local root="$1" user="$2" name
  shift 2
  local environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
  for name in http_proxy https_proxy no_proxy CI; do
    if [[ -n "${!name:-}" ]]; then environment+=("$name=${!name}"); fi
  done
  # shellcheck disable=SC2016 # The inner shells expand these.
  unshare --mount --propagation private bash -euc '
    root="$1" user="$2"
    shift 2
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    home="$(chroot "$root" getent passwd "$user" | cut -d: -f6)"
    settings=(HOME="$home" USER="$user")
    while [[ "$1" != -- ]]; do settings+=("$1"); shift; done
    shift
    exec chroot --userspec="$user" --groups="$(chroot "$root" id -G "$user" | tr " " ,)" "$root" \
      env -i "${settings[@]}" bash -c "cd ~/snapsim && \"\$@\"" bash "$@"
  ' bash "$root" "$user" "${environment[@]}" -- "$@" </dev/null
}

# make_root FOLDER
make_root() {
  local root="$1"
  say "a minimal Debian 12 in $root, from $mirror"
  debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 || { tail "$root.log"; return 1; }
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  apt-config dump Acquire | grep -E '^Acquire::((https?|ftp)::.*Proxy|Check-)' \
    >"$root/etc/apt/apt.conf.d/90-as-outside" || true
  # So that https mirrors with a certificate of one's own work too.
  if [[ "$mirror" == https:* ]]; then
    mkdir -p "$root/etc/ssl/certs"
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  fi
}

# copy_tree FOLDER: without what a clone would not have.
copy_tree() {
  if [[ -n "$dummy" ]]; then
    make_dummy_tree "$source_folder" "$1"
  else
    mkdir -p "$1"
    tar -C "$source_folder" --exclude=./build --exclude=./snapsim-out --exclude=./.git -cf - . | tar -C "$1" -xf -
  fi
}

# run_twice FOLDER USER: the first call of the README, then another one that must have nothing to do.
run_twice() {
  local arguments=(run scenarios/cold_snapshot.json) status=0
  if [[ -n "$dummy" ]]; then status=3; fi # This is what the dummy exits with.
  say "as $2: ./snapsim ${arguments[*]}"
  in_root "$1" "$2" bash -c "./snapsim ${arguments[*]}; test \$? -eq $status"
  say "as $2, once more: it must not say anything but its result"
  in_root "$1" "$2" bash -c "./snapsim ${arguments[*]} 2>&1 >/dev/null | { ! grep '^snapsim: '; }"
}

main() {
  dummy='' keep=''
  while [[ "${1:-}" == --* ]]; do
    case "$1" in
      --dummy) dummy=yes ;;
      --keep) keep=yes ;;
      *) echo "unknown option $1" >&2 && exit 2 ;;
    esac
    shift
  done
  if ((EUID != 0)) || ! command -v debootstrap >/dev/null; then
    echo 'this needs root, and debootstrap (apt-get install debootstrap)' >&2
    exit 77
  fi
  local root
  root="$(mktemp -d /var/tmp/snapsim-pristine.XXXXXX)"
  chmod 755 "$root"
  if [[ -n "$keep" ]]; then
    say "kept: $root"
  else
    # shellcheck disable=SC2064 # The folder of now.
    trap "rm -rf --one-file-system '$root' '$root.log'" EXIT
  fi

  make_root "$root"
  copy_tree "$root/root/snapsim"
  run_twice "$root" root
  if (($# > 0)); then
    say "as root: $*"
    in_root "$root" root "$@"
  elif [[ -z "$dummy" ]]; then
    say 'as root: ./test'
    in_root "$root" root ./test
  fi

  say 'a user with sudo, and one package taken away again'
  in_root "$root" root bash -c 'apt-get -qq -y install --no-install-recommends sudo >/dev/null 2>&1 &&
    apt-get -qq -y purge ninja-build >/dev/null 2>&1 && useradd --create-home --groups sudo user &&
    echo "user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/user'
  copy_tree "$root/home/user/snapsim"
  chroot "$root" chown -R user: /home/user/snapsim
  run_twice "$root" user
  say 'all of it works'
}

main "$@"
