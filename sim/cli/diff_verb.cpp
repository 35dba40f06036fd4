#include <iostream>
#include <optional>

#include <nlohmann/json.hpp>

#include "sim/cli/finished_run.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/run_argument.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/report/run_difference.hpp"

namespace snapsim {
namespace {

std::optional<FinishedRun> run_of(Options options, std::size_t index) {
  options.files = {options.files[index]};
  const std::optional<RunArgument> argument = read_run_argument(options);
  if (!argument) return std::nullopt;
  return run_on_model_disks(argument->scenario);
}

void print_json(const std::optional<RunDifference>& difference) {
  nlohmann::ordered_json printed;
  printed["same"] = !difference.has_value();
  if (difference) {
    printed["steps_in_common"] = difference->steps_in_common;
    printed["last_in_common"] = difference->last_in_common;
    printed["first"] = difference->first_of_one ? nlohmann::ordered_json(*difference->first_of_one) : nullptr;
    printed["second"] = difference->first_of_other ? nlohmann::ordered_json(*difference->first_of_other) : nullptr;
    printed["cause"] = difference->cause;
    printed["ends"] = difference->ends;
  }
  std::cout << printed.dump(2) << '\n';
}

void print(const RunDifference& difference) {
  constexpr const char* no_more_steps = "  (has ended)";
  std::cout << "the first " << difference.steps_in_common << " steps are the same\n";
  for (const std::string& step : difference.last_in_common) std::cout << "   " << step << '\n';
  std::cout << " < " << difference.first_of_one.value_or(no_more_steps) << '\n';
  std::cout << " > " << difference.first_of_other.value_or(no_more_steps) << '\n';
  std::cout << difference.cause << '\n';
  if (difference.ends.empty()) std::cout << "both end in the same\n";
  for (const std::string& end : difference.ends) std::cout << "  " << end << '\n';
}

}  // namespace

Exit diff_verb(const Options& options) {
  const std::optional<FinishedRun> one = run_of(options, 0);
  if (!one) return Exit::bad_input;
  const std::optional<FinishedRun> other = run_of(options, 1);
  if (!other) return Exit::bad_input;
  const std::optional<RunDifference> difference = difference_between(one->record(), other->record());
  if (options.json) {
    print_json(difference);
  } else if (difference) {
    print(*difference);
  } else {
    std::cout << "every step of the two runs is the same\n";
  }
  flush_standard_output();
  return difference ? Exit::failed : Exit::held;
}

}  // namespace snapsim
