#!/usr/bin/env python3
"""Asks a Glance what answers.json says that Glance 25.1.0 answers, and prints what differs.

    compare_with_glance.py PORT [KEYSTONE_URL]

The Glance at 127.0.0.1:PORT has to take the tokens demo, alt and admin, for projects whose id is the name in hexadecimal,
filled up with zeros to 32 digits. Of a real one (Debian: glance-api) the configuration is flavor=keystone with a Keystone
that knows these tokens, the file store, enabled_import_methods = [glance-direct,web-download,copy-image], and
schema-image.json beside glance-api.conf. It has to be without images.
"""

import http.client
import json
import pathlib
import re
import sys
import uuid

DEFAULTS = {"name": None, "disk_format": "raw", "container_format": "bare", "visibility": "shared", "size": None,
            "virtual_size": None, "status": "queued", "checksum": None, "protected": False, "min_ram": 0, "min_disk": 0,
            "owner": "{P_demo}", "os_hidden": False, "os_hash_algo": None, "os_hash_value": None,
            "created_at": "{time}", "updated_at": "{time}", "tags": []}

http.client.HTTPConnection._validate_path = lambda self, path: None
http.client.HTTPConnection._encode_request = lambda self, request: request.encode("latin-1")


def reduced(value):
    """Images without what is at its default, and tags in order."""
    if isinstance(value, list):
        return [reduced(one) for one in value]
    if not isinstance(value, dict):
        return value
    is_image = value.get("schema") == "/v2/schemas/image"
    out = {}
    for name, member in value.items():
        if is_image and (name in ("self", "file", "schema") or (name in DEFAULTS and DEFAULTS[name] == member)):
            continue
        out[name] = sorted(member) if name == "tags" and isinstance(member, list) else reduced(member)
    return out


class Program:
    def __init__(self, port, keystone):
        self.port, self.keystone = port, keystone
        self.names = {"P_" + name: (name.encode().hex() + "0" * 32)[:32] for name in ("demo", "alt", "admin")}
        self.names.update(("U%d" % i, str(uuid.uuid4())) for i in range(1, 6))

    def filled(self, text):
        for name, value in self.names.items():
            text = text.replace("{%s}" % name, value)
        return text

    def named(self, text):
        text = text.replace("http://127.0.0.1:%d" % self.port, "{base}").replace(self.keystone, "{keystone}")
        for name, value in sorted(self.names.items(), key=lambda one: one[0].startswith("U")):
            text = text.replace(value, "{%s}" % name)
        return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "{time}", text)

    def ask(self, step, who=None):
        headers = {name: self.filled(value) for name, value in step.get("headers", {}).items()}
        body = None
        if "json" in step:
            body = self.filled(json.dumps(step["json"])).encode()
            headers.setdefault("Content-Type", "application/json")
        elif "text" in step:
            body = self.filled(step["text"]).encode()
        method, path = step["send"].split(" ", 1)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, self.filled(path).encode().decode("latin-1"), skip_accept_encoding=True)
        who = who or step.get("as", "demo")
        if who != "nobody":
            connection.putheader("X-Auth-Token", who)
        for name, value in headers.items():
            if name != "Content-Type" or value:
                connection.putheader(name, value)
        if step.get("chunked"):
            connection.putheader("Transfer-Encoding", "chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        elif body is not None or (method in ("POST", "PUT", "PATCH") and not step.get("nolength")):
            connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "backslashreplace")
        connection.close()
        if "keep" in step and response.status == 201:
            self.names[step["keep"]] = json.loads(text)["id"]
        return response, self.named(text)

    def difference(self, step):
        response, text = self.ask(step)
        found = []
        if response.status != step["status"]:
            found.append("status %d" % response.status)
        wanted = step.get("body", "")
        body = text
        if isinstance(wanted, (dict, list)):
            try:
                body = reduced(json.loads(text))
            except ValueError:
                pass
        if body != wanted:
            found.append("body %s" % (body if isinstance(body, str) else json.dumps(body)))
        headers = {"content-type": "application/json" if isinstance(wanted, (dict, list)) else "text/plain; charset=UTF-8"}
        headers.update(step.get("headers_then", {}))
        for name, value in headers.items():
            seen = self.named(response.getheader(name) or "")
            if seen != (value or ""):
                found.append("%s: %s" % (name, seen))
        return found

    def clean_up(self):
        for name, value in list(self.names.items()):
            if name[0] in "PU":
                continue
            patch = {"send": "PATCH /v2/images/" + value, "json": [{"op": "replace", "path": "/protected", "value": False}],
                     "headers": {"Content-Type": "application/openstack-images-v2.1-json-patch"}}
            self.ask(patch, "admin")
            self.ask({"send": "DELETE /v2/images/" + value}, "admin")


def main():
    port, keystone = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:5000"
    count = differ = 0
    for described in json.loads((pathlib.Path(__file__).parent / "answers.json").read_text()):
        program = Program(port, keystone)
        for step in described["steps"]:
            count += 1
            found = program.difference(step)
            if found:
                differ += 1
                print("%s: %s\n  %s" % (described["title"], json.dumps(step)[:700], "\n  ".join(found)))
        program.clean_up()
    print("%d requests, %d answers differ" % (count, differ))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
