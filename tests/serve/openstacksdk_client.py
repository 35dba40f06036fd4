#!/usr/bin/python3
"""What a user of openstacksdk does with a server and its snapshot: openstacksdk_client.py URL, that of `snapsim serve`.

Prints what the client sees, a fact a line. Its exit status is not 0 where the client fails.
"""

import hashlib
import json
import sys
import urllib.request

import openstack
from openstack import exceptions, resource

url = sys.argv[1]
cloud = openstack.connect(auth_url=url + "/identity/v3", username="demo", password="secret", project_name="demo",
                          user_domain_name="Default", project_domain_name="Default", region_name="RegionOne")


def plan(fault):
    """Plans a fault in the served cloud."""
    urllib.request.urlopen(url + "/_snapsim/faults", json.dumps(fault).encode()).close()


# An image with data, found again by its name and in the list.
data = b"not a real disk, but 64 KiB of it" * 2000
made = cloud.create_image("uploaded", data=data, disk_format="raw", container_format="bare", wait=True,
                          allow_duplicates=True, validate_checksum=True)
print("uploaded", made.status, made.size == len(data), made.checksum == hashlib.md5(data).hexdigest())
print("images", *sorted(image.name for image in cloud.image.images()))

# A server and its snapshot, whose bytes are what its hashes say.
server = cloud.compute.create_server(name="vm-1", image_id=cloud.image.find_image("debian-12").id,
                                     flavor_id=cloud.compute.find_flavor("m1.tiny").id, networks="none")
server = cloud.compute.wait_for_server(server, interval=0.1)
print("server", server.status, *[one.name for one in cloud.compute.servers()])
snapshot = cloud.compute.create_server_image(server, "snap-1", metadata={"reason": "test"})
snapshot = resource.wait_for_status(cloud.image, cloud.image.get_image(snapshot.id), "active", None, 0.1, 60)
print("snapshot", snapshot.name, snapshot.status, snapshot.disk_format, snapshot.properties["reason"],
      snapshot.instance_uuid == server.id)
whole = cloud.image.download_image(snapshot)
print("downloaded", len(whole.content) == snapshot.size,
      hashlib.sha512(whole.content).hexdigest() == snapshot.hash_value)

# Faults as the client sees them: of HTTP, and of the simulated cloud behind it.
plan({"http": "compute", "method": "POST", "action": "createImage", "status": 503})
try:
    cloud.compute.create_server_image(server, "snap-2")
    print("no fault")
except exceptions.HttpException as error:
    print("fault", type(error).__name__, error.status_code, error.details or error.message)
plan({"at": "glance.create.forbidden"})
try:
    cloud.compute.create_server_image(server, "snap-3")
    print("no fault")
except exceptions.HttpException as error:
    print("fault", type(error).__name__, error.status_code, error.details or error.message)
print("images", *sorted(image.name for image in cloud.image.images()))

# All of it goes.
cloud.image.delete_image(snapshot)
cloud.image.delete_image(made.id)
cloud.compute.delete_server(server)
cloud.compute.wait_for_delete(server, interval=0.1)
print("left", *[one.name for one in cloud.compute.servers()], *[image.name for image in cloud.image.images()])
