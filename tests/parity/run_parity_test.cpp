#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include "real/private_folder.hpp"
#include "sim/cli/qemu_storage.hpp"
#include "sim/world/run.hpp"
#include "tests/real/test_support.hpp"
#include "tests/world/support.hpp"

// Every scenario of this project on the model's disks and on qcow2 files by qemu-img: what happens must be the same,
// and what was stored must be what Glance says of it.

namespace snapsim::testing {
namespace {

namespace fs = std::filesystem;

/// The digest of the bytes, in hex.
std::string digest(const EVP_MD* algorithm, const std::vector<std::byte>& bytes) {
  std::vector<unsigned char> binary(EVP_MAX_MD_SIZE);
  unsigned length = 0;
  REQUIRE(EVP_Digest(bytes.data(), bytes.size(), binary.data(), &length, algorithm, nullptr) == 1);
  constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += digits[binary[i] >> 4];
    hex += digits[binary[i] & 0xf];
  }
  return hex;
}

void check_same_requests(const RunResult& model, const RunResult& real) {
  REQUIRE(model.requests.size() == real.requests.size());
  for (std::size_t i = 0; i < model.requests.size(); ++i) {
    CHECK(model.requests[i].status == real.requests[i].status);
    CHECK(model.requests[i].image == real.requests[i].image);
    CHECK(model.requests[i].failure.packed() == real.requests[i].failure.packed());
  }
}

void check_same_instances(const RunResult& model, const RunResult& real) {
  REQUIRE(model.instances.size() == real.instances.size());
  for (std::size_t i = 0; i < model.instances.size(); ++i) {
    const InstanceResult& one = model.instances[i];
    const InstanceResult& other = real.instances[i];
    CAPTURE(one.name);
    CHECK(one.vm_state == other.vm_state);
    CHECK(one.task_state == other.task_state);
    CHECK(one.power_state == other.power_state);
    CHECK(one.guest == other.guest);
    CHECK(names(one.task_states) == names(other.task_states));
    CHECK(one.newest_fault.packed() == other.newest_fault.packed());
    REQUIRE(one.events.size() == other.events.size());
    for (std::size_t event = 0; event < one.events.size(); ++event) {
      CHECK(one.events[event].action == other.events[event].action);
      CHECK(one.events[event].result == other.events[event].result);
    }
  }
}

void check_same_images(const RunResult& model, const RunResult& real) {
  REQUIRE(model.images.size() == real.images.size());
  for (std::size_t i = 0; i < model.images.size(); ++i) {
    const ImageResult& one = model.images[i];
    const ImageResult& other = real.images[i];
    CAPTURE(one.name);
    CHECK(one.name == other.name);
    CHECK(one.status == other.status);
    CHECK(names(one.statuses) == names(other.statuses));
    CHECK(one.disk_format == other.disk_format);
    CHECK(one.size == other.size);
  }
}

void check_same_violations(const RunResult& model, const RunResult& real) {
  REQUIRE(model.violations.size() == real.violations.size());
  for (std::size_t i = 0; i < model.violations.size(); ++i) {
    CHECK(model.violations[i].invariant == real.violations[i].invariant);
    CHECK(model.violations[i].subject == real.violations[i].subject);
    CHECK(model.violations[i].virtual_us == real.violations[i].virtual_us);
    CHECK(model.violations[i].message == real.violations[i].message);
  }
}

/// Glance's record of each stored image against the file in its store.
void check_stored_files(const RunResult& real, QemuStorage& storage, const fs::path& folder) {
  for (const ImageResult& image : real.images) {
    if (!image.size) continue;
    CAPTURE(image.name);
    const fs::path file = folder / ("image-" + std::to_string(image.id.value));
    storage.move_image(image.id, file);
    const std::vector<std::byte> bytes = test::bytes_of(file);
    CHECK(static_cast<std::int64_t>(bytes.size()) == *image.size);
    CHECK(digest(EVP_md5(), bytes) == image.checksum);
    CHECK(digest(EVP_sha512(), bytes) == image.os_hash_value);
  }
}

TEST_CASE("every scenario goes the same way on real qcow2 files as on the model's disks", "[parity]") {
  // A sample: ./test compares the traces of all of them.
  const std::vector<std::string> files = scenario_files();
  constexpr std::size_t one_of = 8;
  for (std::size_t i = 0; i < files.size(); i += one_of) {
    const std::string& file = files[i];
    CAPTURE(file);
    const Scenario scenario = scenario_from(file);
    const RunOutput model = run_scenario_as_written(scenario);

    const test::TemporaryFolder temporary;
    const auto folder = PrivateFolder::make(temporary.path());
    REQUIRE(folder.has_value());
    QemuStorage storage(*folder);
    const RunOutput real = run_scenario_as_written(scenario, &storage);

    CHECK(model.result.disks == "model");
    CHECK(real.result.disks == "qcow2");
    CHECK(model.trace == real.trace);
    CHECK(model.result.fingerprint_high == real.result.fingerprint_high);
    CHECK(model.result.fingerprint_low == real.result.fingerprint_low);
    CHECK(model.result.virtual_us == real.result.virtual_us);
    check_same_requests(model.result, real.result);
    check_same_instances(model.result, real.result);
    check_same_images(model.result, real.result);
    check_same_violations(model.result, real.result);
    CHECK(real.result.leftover_files == model.result.leftover_files);
    check_stored_files(real.result, storage, temporary.path());
  }
}

}  // namespace
}  // namespace snapsim::testing
