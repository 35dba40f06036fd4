#!/usr/bin/python3
"""Every way in which Glance's API can fail, as a user of openstacksdk sees it: openstacksdk_outcomes.py URL, that of
`snapsim serve`.

Prints a line for each outcome: what the five calls raised, with its status; how many requests of
each met the fault, for the client asks again by itself; and what is left behind. Where not all calls fare alike, each stands there by itself.
"""

import json
import socket
import sys
import time
import urllib.parse
import urllib.request

import keystoneauth1.exceptions
import openstack
from openstack import exceptions

url = sys.argv[1]


def connected(**options):
    """A client of its own, as eager to ask again as any, but sooner: as it is, it waits for 0.5 s, 1 s, 2 s and so on."""
    cloud = openstack.connect(auth_url=url + "/identity/v3", username="demo", password="secret", project_name="demo",
                              user_domain_name="Default", project_domain_name="Default", region_name="RegionOne",
                              **options)
    cloud.image.status_code_retry_delay = cloud.image.connect_retry_delay = 0.01
    cloud.image.get_endpoint_data()  # with all that it asks first, while nothing fails
    return cloud


def control(method, path, body=None):
    """A request to /_snapsim; gives the answer."""
    text = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(f"{url}/_snapsim{path}", text, method=method)) as answer:
        return json.loads(answer.read() or "null")


def new_image(cloud, name):
    """An image without data."""
    return cloud.image.create_image(name, disk_format="raw", container_format="bare", allow_duplicates=True)


def upload(cloud, image, data=b"1234"):
    """Its data."""
    answer = cloud.image.put(f"/images/{image.id}/file", data=data,
                             headers={"Content-Type": "application/octet-stream"})
    exceptions.raise_from_response(answer)


def seen(call, *arguments):
    """What became of a call."""
    try:
        call(*arguments)
    except exceptions.HttpException as error:
        return f"{type(error).__name__} {error.status_code}"
    except (exceptions.SDKException, keystoneauth1.exceptions.ClientException) as error:
        return type(error).__name__ + (", connection refused" if "[Errno 111] Connection refused" in str(error) else "")
    return "fine"


def calls(cloud):
    """The five operations by the names that a fault knows them by, about new images."""
    image, doomed = new_image(patient, "good"), new_image(patient, "doomed")
    return {"image_create": (new_image, cloud, "another"),
            "image_show": (cloud.image.get_image, image.id),
            "image_update": (lambda one: cloud.image.update_image(one, min_disk=1), image),
            "image_upload": (upload, cloud, image),
            "image_delete": (cloud.image.delete_image, doomed, False)}


def left_behind(cloud):
    """All that there is besides the base image, which goes."""
    images = [one for one in cloud.image.images() if one.name != "debian-12"]
    told = [f"{one.name} {one.status}" + (f" min_disk {one.min_disk}" if one.min_disk else "") for one in images]
    for one in images:
        cloud.image.delete_image(one)
    return " + ".join(sorted(told)) or "nothing"


def told(outcome, results, left):
    """The line about an outcome."""
    alike = set(results.values())
    text = alike.pop() if len(alike) == 1 else ", ".join(f"{name}: {result}" for name, result in results.items())
    print(f"{outcome}: {text}; left: {left}")


def is_open():
    """Whether the server takes connections."""
    place = urllib.parse.urlsplit(url)
    try:
        socket.create_connection((place.hostname, place.port)).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_until(condition):
    """Ends with an error where it does not come true."""
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end:
            sys.exit("waited in vain")
        time.sleep(0.02)


patient = connected()
hasty = connected(api_timeout=0.25)
EVERY = {"nth": "every"}
OUTCOMES = {"unavailable": {"status": 503} | EVERY, "error": {"status": 500} | EVERY,
            "bad_gateway": {"status": 502} | EVERY, "unauthorized": {"status": 401} | EVERY,
            "forbidden": {"status": 403} | EVERY, "not_found": {"status": 404} | EVERY,
            "conflict": {"status": 409} | EVERY, "gone": {"status": 410} | EVERY, "too_large": {"status": 413} | EVERY,
            "reset": {"reset_after_bytes": 0} | EVERY,
            "reset, after_effect": {"reset_after_bytes": 0, "after_effect": True} | EVERY,
            "timeout": {"delay_ms": 3000, "reset_after_bytes": 0} | EVERY,
            "unavailable, once": {"status": 503}, "reset, once": {"reset_after_bytes": 0},
            "reset, once, after_effect": {"reset_after_bytes": 0, "after_effect": True}}

for outcome, how in OUTCOMES.items():
    client = hasty if "delay_ms" in how else patient
    results = {}
    for operation, (call, *arguments) in calls(client).items():
        number = control("POST", "/faults", dict(how, operation=operation))["id"]
        result = seen(call, *arguments)
        hits = control("GET", f"/faults/{number}")["happened"]
        results[operation] = f"{result} after {hits}"
        control("DELETE", "/faults")
    told(outcome, results, left_behind(patient))

# The upload breaks off when a part of the data has come.
for outcome, how in {"reset on the way": {"reset_after_bytes": 0} | EVERY,
                     "error on the way": {"status": 500} | EVERY,
                     "timeout on the way": {"delay_ms": 3000} | EVERY,
                     "reset on the way, once": {"reset_after_bytes": 0}}.items():
    client = hasty if "delay_ms" in how else patient
    image = new_image(patient, "good")
    number = control("POST", "/faults", dict(how, operation="image_upload", after_request_bytes=1 << 20))["id"]
    result = seen(upload, client, image, bytes(32 << 20))  # more than what the sockets take in
    hits = control("GET", f"/faults/{number}")["happened"]
    control("DELETE", "/faults")
    wait_until(lambda: patient.image.get_image(image.id).status != "saving")
    told(outcome, {"image_upload": f"{result} after {hits}"}, left_behind(patient))

# Nobody listens: the request that hits the fault is the last one to be taken.
planned = calls(patient)
control("POST", "/faults", {"operation": "image_list", "refuse_ms": 1500})
first = seen(lambda: list(patient.image.images()))
results = {name: seen(call, *arguments) for name, (call, *arguments) in planned.items()}
wait_until(is_open)
told("refused", {"image_list": first} | results, left_behind(patient))

# What takes longer than the client waits is done all the same, as often as it has asked.
control("POST", "/faults", {"operation": "image_create", "delay_ms": 1000, "nth": "every"})
results = {"image_create": seen(new_image, hasty, "late")}
control("DELETE", "/faults")
wait_until(lambda: len(list(patient.image.images())) == 3)  # with the base image
told("timeout, done later", results, left_behind(patient))
