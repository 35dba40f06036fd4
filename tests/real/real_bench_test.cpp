// What the harness costs beside the bare tools. Hidden: run with the tag [.bench].

#include <chrono>
#include <cstdio>
#include <string>

#include <catch2/catch.hpp>

#include "real/file_image_store.hpp"
#include "real/image_verifier.hpp"
#include "tests/converted.hpp"
#include "tests/real/test_support.hpp"

using namespace snapsim;
using namespace snapsim::test;

namespace {

template <class Work>
double seconds(const char* what, Work work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("  %-28s %7.3f s\n", what, took);
  return took;
}

}  // namespace

TEST_CASE("a snapshot of 1 GiB takes at most a tenth longer than the bare tools", "[real][.bench]") {
  Bench bench;
  FileImageStore store(bench.folder.path() / "glance", [&](FileId id) { return bench.disks.path_of(id); });
  FileId disk;
  FileId copy;
  seconds("create and fill",
          [&] { disk = *bench.disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 2048, 1024)); });
  double ratio_best = 1e9;
  for (std::uint32_t round = 0; round < 3; ++round) {
    shell("sync");
    const std::string folder = bench.folder.path().string();
    const std::string source = bench.disks.path_of(disk).string();
    double bare = seconds("bare qemu-img convert",
                          [&] { shell("qemu-img convert -t none -O qcow2 -f qcow2 " + source + " " + folder + "/a"); });
    bare += seconds("bare cp", [&] { shell("cp " + folder + "/a " + folder + "/b"); });
    bare += seconds("bare md5sum", [&] { shell("md5sum " + folder + "/b"); });
    bare += seconds("bare sha512sum", [&] { shell("sha512sum " + folder + "/b"); });
    shell("rm " + folder + "/a " + folder + "/b; sync");
    const ImageId image(round);
    double ours = seconds("convert", [&] { copy = *converted(bench.disks, disk, DiskFormat::qcow2, 0); });
    ours += seconds("upload and hashes", [&] {
      REQUIRE(store.begin(image));
      REQUIRE(store.append(image, {copy, 0, *bench.disks.file_bytes(copy)}));
      REQUIRE(store.finish(image));
    });
    ours += seconds("verify", [&] {
      REQUIRE(ImageVerifier(bench.disks, bench.tool).verify(store.path_of(image), copy)->identical);
    });
    std::printf("  ratio %.3f\n", ours / bare);
    ratio_best = std::min(ratio_best, ours / bare);
    store.remove(image);
    REQUIRE(bench.disks.remove(copy));
  }
  CHECK(ratio_best <= 1.10);
}

TEST_CASE("a child costs less than 2 ms more than bare fork and exec", "[real][.bench]") {
  Command command;
  command.argv = {"/bin/true"};
  const double ours = seconds("200 children", [&] {
    for (int i = 0; i < 200; ++i) REQUIRE(run_child(command));
  });
  const double bare = seconds("200 times system()", [&] {
    for (int i = 0; i < 200; ++i) REQUIRE(std::system("/bin/true") == 0);
  });
  CHECK((ours - bare) / 200 < 0.002);
  seconds("200 private folders", [] {
    const TemporaryFolder parent;
    for (int i = 0; i < 200; ++i) REQUIRE(PrivateFolder::make(parent.path()));
  });
  seconds("20 GiB disk, 64 MiB used", [] {
    Bench bench;
    REQUIRE(bench.disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 20 * 1024, 64)));
  });
  seconds("64 MiB disk, 16 MiB used", [] {
    Bench bench;
    REQUIRE(bench.disks.create_guest_disk(disk_spec("vm-1", DiskFormat::qcow2, 64, 16)));
  });
}
