#include "sim/cli/finished_run.hpp"

#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>

#include "real/child_process.hpp"
#include "sim/check/invariant.hpp"
#include "sim/cli/defect_report.hpp"
#include "sim/cli/github.hpp"
#include "sim/cli/qemu_storage.hpp"
#include "sim/cli/result_folder.hpp"
#include "sim/report/result_texts.hpp"
#include "sim/scenario/problem.hpp"
#include "sim/scenario/reader.hpp"

namespace snapsim {
namespace {

namespace fs = std::filesystem;

std::vector<std::string_view> invariant_names() {
  std::vector<std::string_view> names;
  for (const Invariant& invariant : invariants()) names.push_back(invariant.name);
  return names;
}

/// interrupt_requested() as a plain function.
bool interrupt_requested_now() {
  return interrupt_requested();
}

PrivateFolder make_private_folder(const std::string& parent) {
  auto folder = PrivateFolder::make(parent);
  if (folder) return std::move(*folder);
  throw OutsideError(OutsideError::Kind::failed, "cannot make a folder in " + printable(parent) + ": " +
                                                     folder.error().message() + "; --out names another place");
}

/// A name for a file beside those that are there already: NAME.ENDING, NAME-2.ENDING ...
fs::path free_path(const fs::path& folder, const std::string& name, std::string_view ending) {
  const std::string base = file_name_of(name);
  for (int number = 1;; ++number) {
    const std::string suffix = number == 1 ? "" : "-" + std::to_string(number);
    fs::path path = folder / (base + suffix + "." + std::string(ending));
    if (!fs::exists(path)) return path;
  }
}

void leave_images(const FinishedRun& run, QemuStorage& storage, const fs::path& folder) {
  for (const ImageResult& image : run.output.result.images) {
    if (!image.id.exists() || !image.size) continue;
    const DiskFormat format = image.disk_format;
    storage.move_image(image.id, free_path(folder, image.name, to_string(format)));
  }
}

void leave_guest_disks(const FinishedRun& run, QemuStorage& storage, const fs::path& folder) {
  fs::create_directory(folder / "disks");
  for (std::uint32_t i = 0; i < run.scenario.instances.size(); ++i) {
    const InstanceSpec& instance = run.scenario.instances[i];
    storage.copy_guest_disk(FileId(i), instance.disk_format,
                            free_path(folder / "disks", instance.name, to_string(instance.disk_format)));
  }
}

FinishedRun run_in_private_folder(const Options& options, const Scenario& scenario, const fs::path& target) {
  check_replaceable(target);
  const PrivateFolder folder = make_private_folder(options.out);
  const fs::path results = folder.path() / "results";
  fs::create_directory(results);
  std::optional<QemuStorage> storage;
  if (!options.model_disks) storage.emplace(folder, options.tool_timeout);

  FinishedRun run{scenario, {}};
  const DefectReport defect_report(scenario);
  run.output = run_scenario_as_written(run.scenario, storage ? &*storage : nullptr, interrupt_requested_now);
  add_texts(run.scenario, run.output.trace, run.output.result);

  write_result_files(run.record(), results);
  if (storage) leave_images(run, *storage, results);
  if (storage && options.keep_disks) leave_guest_disks(run, *storage, results);
  publish_folder(results, target);
  return run;
}

}  // namespace

std::vector<Scenario> read_scenarios(const std::vector<std::string>& files) {
  const std::vector<std::string_view> names = invariant_names();
  ReaderOptions reader_options;
  reader_options.invariant_names = names;
  std::vector<Scenario> scenarios;
  bool all_read = true;
  for (const std::string& file : files) {
    ScenarioOrProblems read = read_scenario_file(file, reader_options);
    if (read) {
      scenarios.push_back(std::move(*read));
      continue;
    }
    all_read = false;
    for (const Problem& problem : read.error()) std::cerr << to_string(problem) << '\n';
    annotate_on_github(read.error());
  }
  if (!all_read) scenarios.clear();
  return scenarios;
}

void apply_options(const Options& options, Scenario& scenario) {
  if (options.policy) scenario.policy = *options.policy;
  if (!options.seed) return;
  scenario.seed = *options.seed;
  scenario.choices.clear();
}

FinishedRun run_on_model_disks(const Scenario& scenario) {
  FinishedRun run{scenario, {}};
  const DefectReport defect_report(scenario);
  run.output = run_scenario_as_written(run.scenario, nullptr, interrupt_requested_now);
  add_texts(run.scenario, run.output.trace, run.output.result);
  return run;
}

FinishedRun run_and_leave_results(const Options& options, const Scenario& scenario, const std::string& folder_name) {
  try {
    return run_in_private_folder(options, scenario, fs::path(options.out) / folder_name);
  } catch (const OutsideError& error) {
    throw OutsideError(error.kind(), printable(scenario.path) + ": " + error.what());
  } catch (const fs::filesystem_error& error) {
    throw OutsideError(OutsideError::Kind::failed, printable(scenario.path) + ": " + error.what());
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string(error.what()) + "\nthe same run again:\n" + command_to_run_again(scenario));
  }
}

std::vector<std::string> folder_names(const std::vector<Scenario>& scenarios) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const Scenario& scenario : scenarios) {
    const std::string base = scenario.path == "-" ? "stdin" : file_name_of(fs::path(scenario.path).stem().string());
    std::string name = base;
    for (int number = 2; !taken.insert(name).second; ++number) name = base + "-" + std::to_string(number);
    names.push_back(name);
  }
  return names;
}

}  // namespace snapsim
