#!/usr/bin/env bash
# A program that uses gophercloud lives with a served cloud: tools/check_clients.sh
#
# Builds tests/serve/gophercloud_client.go as Debian builds Go programs and runs it against `snapsim serve`. (The
# openstack client and openstacksdk are tried by ./test.) What is missing is named, and the status is then 77:
# tools/install_packages.sh clients. SNAPSIM names another program than build/release/snapsim.
set -euo pipefail

# shellcheck source=tools/served_cloud.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/served_cloud.sh"
sources=/usr/share/gocode/src/github.com/gophercloud/gophercloud
folder="$root/build/clients"

if ! command -v go >/dev/null || [[ ! -d "$sources" ]]; then
  echo 'check_clients.sh: Go or gophercloud is missing: tools/install_packages.sh clients' >&2
  exit 77
fi
mkdir -p "$folder"
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$folder/cache" \
  go build -o "$folder/gophercloud_client" "$root/tests/serve/gophercloud_client.go"

serve_cloud "$folder" --speed 0 --idle-exit 60

export OS_AUTH_URL="$url/identity/v3" OS_USERNAME=demo OS_PASSWORD=secret OS_PROJECT_NAME=demo
export OS_DOMAIN_NAME=Default OS_REGION_NAME=RegionOne
"$folder/gophercloud_client" >"$folder/seen"
diff - "$folder/seen" <<'SEEN'
uploaded active true
images debian-12 uploaded
server ACTIVE vm-1
snapshot snap-1 active qcow2 test true
downloaded true true
fault ErrDefault503 503
fault ErrDefault403 403
left debian-12
SEEN
echo 'gophercloud: as expected'
