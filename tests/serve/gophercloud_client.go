// What a program that uses gophercloud does with a server and its snapshot, as openstacksdk_client.py does: its user is
// the environment's (OS_AUTH_URL ...). Prints what the client sees, a fact a line; tools/check_clients.sh builds it.
package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"io/ioutil"
	"log"
	"net/http"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/gophercloud/gophercloud"
	"github.com/gophercloud/gophercloud/openstack"
	"github.com/gophercloud/gophercloud/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/imagedata"
	"github.com/gophercloud/gophercloud/openstack/imageservice/v2/images"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// plan plans a fault in the served cloud.
func plan(fault string) {
	url := strings.Replace(os.Getenv("OS_AUTH_URL"), "/identity/v3", "/_snapsim/faults", 1)
	answer, err := http.Post(url, "application/json", strings.NewReader(fault))
	must(err)
	answer.Body.Close()
}

func imageNames(client *gophercloud.ServiceClient) string {
	pages, err := images.List(client, images.ListOpts{}).AllPages()
	must(err)
	found, err := images.ExtractImages(pages)
	must(err)
	var names []string
	for _, image := range found {
		names = append(names, image.Name)
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}

func serverNames(client *gophercloud.ServiceClient) string {
	pages, err := servers.List(client, servers.ListOpts{}).AllPages()
	must(err)
	found, err := servers.ExtractServers(pages)
	must(err)
	names := ""
	for _, server := range found {
		names += " " + server.Name
	}
	return names
}

// activeImage waits until the image is active.
func activeImage(client *gophercloud.ServiceClient, id string) *images.Image {
	for round := 0; round < 600; round++ {
		image, err := images.Get(client, id).Extract()
		must(err)
		if image.Status == images.ImageStatusActive {
			return image
		}
		time.Sleep(100 * time.Millisecond)
	}
	log.Fatal("the image does not become active")
	return nil
}

// snapshotError is what createImage fails with.
func snapshotError(client *gophercloud.ServiceClient, server string) string {
	_, err := servers.CreateImage(client, server, servers.CreateImageOpts{Name: "refused"}).ExtractImageID()
	switch err := err.(type) {
	case gophercloud.ErrDefault503:
		return fmt.Sprint("ErrDefault503 ", err.Actual)
	case gophercloud.ErrDefault403:
		return fmt.Sprint("ErrDefault403 ", err.Actual)
	default:
		return fmt.Sprint(err)
	}
}

func main() {
	log.SetFlags(0)
	options, err := openstack.AuthOptionsFromEnv()
	must(err)
	provider, err := openstack.AuthenticatedClient(options)
	must(err)
	region := gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")}
	compute, err := openstack.NewComputeV2(provider, region)
	must(err)
	image, err := openstack.NewImageServiceV2(provider, region)
	must(err)

	// An image with data.
	uploaded, err := images.Create(image, images.CreateOpts{Name: "uploaded", DiskFormat: "raw", ContainerFormat: "bare"}).Extract()
	must(err)
	data := bytes.Repeat([]byte("not a real disk, but 64 KiB of it"), 2000)
	must(imagedata.Upload(image, uploaded.ID, bytes.NewReader(data)).ExtractErr())
	uploaded, err = images.Get(image, uploaded.ID).Extract()
	must(err)
	fmt.Println("uploaded", uploaded.Status, uploaded.SizeBytes == int64(len(data)))
	fmt.Println("images", imageNames(image))

	// A server and its snapshot, whose bytes are what its hashes say.
	base, err := images.List(image, images.ListOpts{Name: "debian-12"}).AllPages()
	must(err)
	bases, err := images.ExtractImages(base)
	must(err)
	server, err := servers.Create(compute, servers.CreateOpts{Name: "vm-1", ImageRef: bases[0].ID, FlavorRef: "1"}).Extract()
	must(err)
	must(servers.WaitForStatus(compute, server.ID, "ACTIVE", 60))
	fmt.Println("server ACTIVE" + serverNames(compute))
	id, err := servers.CreateImage(compute, server.ID,
		servers.CreateImageOpts{Name: "snap-1", Metadata: map[string]string{"reason": "test"}}).ExtractImageID()
	must(err)
	snapshot := activeImage(image, id)
	fmt.Println("snapshot", snapshot.Name, snapshot.Status, snapshot.DiskFormat, snapshot.Properties["reason"],
		snapshot.Properties["instance_uuid"] == server.ID)
	body, err := imagedata.Download(image, id).Extract()
	must(err)
	bytesRead, err := ioutil.ReadAll(body)
	must(err)
	hash := sha512.Sum512(bytesRead)
	fmt.Println("downloaded", int64(len(bytesRead)) == snapshot.SizeBytes,
		hex.EncodeToString(hash[:]) == snapshot.Properties["os_hash_value"])

	// Faults as the client sees them: of HTTP, and of the simulated cloud behind it.
	plan(`{"http": "compute", "method": "POST", "action": "createImage", "status": 503}`)
	fmt.Println("fault", snapshotError(compute, server.ID))
	plan(`{"at": "glance.create.forbidden"}`)
	fmt.Println("fault", snapshotError(compute, server.ID))

	// All of it goes.
	must(images.Delete(image, id).ExtractErr())
	must(images.Delete(image, uploaded.ID).ExtractErr())
	must(servers.Delete(compute, server.ID).ExtractErr())
	for round := 0; round < 600 && serverNames(compute) != ""; round++ {
		time.Sleep(100 * time.Millisecond)
	}
	fmt.Println("left" + serverNames(compute) + " " + imageNames(image))
}
