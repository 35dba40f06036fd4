# shellcheck shell=bash
# Sourced by the scripts that try clients with a served cloud. Sets `root`, the folder of the repository, and `snapsim`,
# the program: SNAPSIM, or build/release/snapsim.

root="$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")"
snapsim="$(readlink -f "${SNAPSIM:-$root/build/release/snapsim}")"

# serve_cloud FOLDER OPTION...
#
# Starts `snapsim serve` with the options at a port that is free; what it prints is in FOLDER/ready. Sets `url` when it is
# ready. It ends with the script.
serve_cloud() {
  local ready="$1/ready"
  : >"$ready"
  "$snapsim" serve --port 0 "${@:2}" >"$ready" &
  server=$!
  trap 'kill "$server" 2>/dev/null || true' EXIT
  # shellcheck disable=SC2034 # `url` is the caller's
  until url="$(grep -o 'http://.*' "$ready")"; do
    kill -0 "$server" || exit 1
    sleep 0.05
  done
}
