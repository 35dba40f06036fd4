#include <chrono>
#include <filesystem>
#include <memory>
#include <vector>

#include "real/child_process.hpp"
#include "real/private_folder.hpp"
#include "sim/bench/benchmarks.hpp"
#include "sim/choice/uneventful.hpp"
#include "sim/cli/qemu_storage.hpp"
#include "sim/world/world.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void run_bare(const fs::path& folder, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.working_folder = folder;
  const auto completed = run_child(command);
  if (!completed) throw OutsideError(OutsideError::Kind::missing_tool, completed.error().message);
  if (completed->exit_code != 0 || completed->signal != 0) {
    throw OutsideError(OutsideError::Kind::failed, command_line(command) + ": " + completed->err);
  }
}

double time_bare_commands(const fs::path& folder, const std::string& disk) {
  const auto begin = std::chrono::steady_clock::now();
  run_bare(folder, {"qemu-img", "convert", "-t", "none", "-O", "qcow2", "-f", "qcow2", disk, "bare-extracted"});
  run_bare(folder, {"cp", "bare-extracted", "bare-stored"});
  run_bare(folder, {"md5sum", "bare-stored"});
  run_bare(folder, {"sha512sum", "bare-stored"});
  fs::remove(folder / "bare-extracted");
  const double seconds = seconds_since(begin);
  fs::remove(folder / "bare-stored");
  return seconds;
}

/// Wall time of one cold snapshot, and of the bare commands that do its work.
struct DiskSnapshot {
  double run_seconds = 0;   // from the request to the verdict: copy, hashes, upload, check and comparison
  double bare_seconds = 0;  // qemu-img convert, cp, md5sum and sha512sum, one after the other
};

/// Takes one cold snapshot of a qcow2 disk that holds `used_mib` of random bytes, and does the same with bare commands.
/// Making the disk is not counted. Files are in `folder`, and gone in the end.
DiskSnapshot measure_snapshot(const PrivateFolder& folder, std::int64_t used_mib) {
  Scenario scenario;
  scenario.config.live_snapshot = false;
  InstanceSpec instance;
  instance.name = "vm-1";
  instance.disk_mib = used_mib;
  instance.used_mib = used_mib;
  scenario.instances.push_back(instance);
  RequestSpec request;
  request.action = Action::create_image;
  request.instance = 0;
  request.name = "snap-1";
  request.moment = AtTime{0};
  scenario.requests.push_back(request);

  UneventfulChoices choices;
  QemuStorage storage(folder);
  WorldOptions options;
  options.real = &storage;
  World world(scenario, choices, options);

  DiskSnapshot measured;
  measured.bare_seconds = time_bare_commands(folder.path(), "instances/vm-1/disk");
  const auto begin = std::chrono::steady_clock::now();
  world.run();
  const ImageHashes hashes = world.image_hashes(0);
  measured.run_seconds = seconds_since(begin);
  if (!world.violations().empty() || hashes.checksum.empty()) {
    throw OutsideError(OutsideError::Kind::failed, "bench: the snapshot did not end well");
  }
  for (const char* const left : {"instances", "snapshots", "glance"}) fs::remove_all(folder.path() / left);
  return measured;
}

}  // namespace

std::vector<Contest> disk_snapshot(bool quick) {
  const std::int64_t used_mib = quick ? 256 : 1024;
  // Both have the same disk in a round: the peer tells what was measured along with ours.
  const auto last = std::make_shared<DiskSnapshot>();
  Contest contest;
  contest.name = "disk.snapshot";
  contest.parameter = std::to_string(used_mib) + " MiB";
  contest.unit = "s";
  contest.better = Better::less;
  contest.rounds_max = 5;
  contest.ours = [used_mib, last]() -> std::optional<double> {
    const auto folder = PrivateFolder::make(fs::temp_directory_path());
    if (!folder) throw OutsideError(OutsideError::Kind::failed, "bench: no folder: " + folder.error().message());
    *last = measure_snapshot(*folder, used_mib);
    return last->run_seconds;
  };
  contest.peers = {
      {"bare commands", "qemu-utils", {{"", [last]() -> std::optional<double> { return last->bare_seconds; }}}}};
  return {contest};
}

}  // namespace snapsim
