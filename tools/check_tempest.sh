#!/usr/bin/env bash
# Tempest's tests of the compute and image APIs against a served cloud: tools/check_tempest.sh [PATTERN]
#
# Runs those that are for what `snapsim serve` has (below), or of them those whose names hold PATTERN, one after the
# other, at 50 virtual seconds for each real one. A test that fails and does not stand in
# tests/serve/tempest_failures.txt, or that stands there and passes, makes the status 1. Tempest is Debian's
# (tools/install_packages.sh clients); where it is missing, the status is 77. SNAPSIM names another program than
# build/release/snapsim. Everything that was seen is in build/tempest/.
set -euo pipefail

# shellcheck source=tools/served_cloud.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/served_cloud.sh"
python=/usr/bin/python3
folder="$root/build/tempest"
pattern="${1:-}"

if ! "$python" -c 'import tempest' 2>/dev/null; then
  echo 'check_tempest.sh: tempest is missing: tools/install_packages.sh clients' >&2
  exit 77
fi
rm -rf "$folder"
mkdir -p "$folder/lock"

# Tempest's projects, each with its user; the last one is the admin's.
cat >"$folder/users.json" <<'USERS'
{"projects": ["one", "two", "boss"],
 "users": [{"name": "one", "password": "secret", "roles": {"one": ["member"]}},
           {"name": "two", "password": "secret", "roles": {"two": ["member"]}},
           {"name": "boss", "password": "secret", "roles": {"boss": ["admin"]}}]}
USERS
cat >"$folder/accounts.yaml" <<'ACCOUNTS'
- {username: one, password: secret, project_name: one, domain_name: Default}
- {username: two, password: secret, project_name: two, domain_name: Default}
- {username: boss, password: secret, project_name: boss, domain_name: Default, types: [admin], roles: [admin]}
ACCOUNTS

serve_cloud "$folder" --speed 50 --users "$folder/users.json" --idle-exit 10m \
  --import-allowed-hosts 127.0.0.1 --import-allowed-ports "" 2>"$folder/serve.log"

# A second image, with the bytes of the first.
token="$(curl -si "$url/identity/v3/auth/tokens" -d '{"auth": {"identity": {"methods": ["password"], "password": {"user":
  {"name": "boss", "domain": {"id": "default"}, "password": "secret"}}},
  "scope": {"project": {"name": "boss", "domain": {"id": "default"}}}}}' | tr -d '\r' | sed -n 's/^X-Subject-Token: //p')"
glance() { curl -s -H "X-Auth-Token: $token" "$@"; }
image_ids() { glance "$url/image/v2/images?name=$1" | "$python" -c 'import json, sys
for image in json.load(sys.stdin)["images"]: print(image["id"])'; }
until image="$(image_ids "debian-12&status=active")" && [[ -n "$image" ]]; do sleep 0.1; done
glance -o "$folder/image.qcow2" "$url/image/v2/images/$image/file"
glance -o /dev/null "$url/image/v2/images" -d '{"name": "other", "disk_format": "qcow2", "container_format": "bare",
  "visibility": "public"}'
other="$(image_ids other)"
glance -X PUT -H 'Content-Type: application/octet-stream' --data-binary @"$folder/image.qcow2" "$url/image/v2/images/$other/file"

cat >"$folder/tempest.conf" <<CONF
[auth]
use_dynamic_credentials = false
test_accounts_file = $folder/accounts.yaml
[identity]
uri_v3 = $url/identity/v3
v3_endpoint_type = public
[compute]
image_ref = $image
image_ref_alt = $other
flavor_ref = 1
flavor_ref_alt = 2
min_microversion = 2.1
max_microversion = 2.93
[compute-feature-enabled]
config_drive = true
xenapi_apis = true
cold_migration = false
live_migration = false
personality = true
interface_attach = false
attach_encrypted_volume = false
[image]
http_image = $url/
[image-feature-enabled]
import_image = true
os_glance_reserved = true
[validation]
run_validation = false
[service_available]
cinder = false
neutron = false
swift = false
horizon = false
[oslo_concurrency]
lock_path = $folder/lock
[DEFAULT]
log_dir = $folder
CONF

cd "$folder"
"$python" "$root/tests/serve/tempest_run.py" "$folder" "$root/tests/serve/tempest_failures.txt" "$pattern"
