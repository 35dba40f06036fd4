// What a web page calls.

#include <string>

#include <nlohmann/json.hpp>

#include "sim/report/finished_run.hpp"
#include "sim/report/result_json.hpp"
#include "sim/scenario/reader.hpp"

namespace snapsim {
namespace {

using Json = nlohmann::ordered_json;

std::string answer_to(const char* text, const char* policy) {
  ScenarioOrProblems read = read_scenario(text, "scenario");
  if (!read) return Json{{"problems", read.error().size()}}.dump();
  if (std::string_view(policy) == "hardened") read->policy = Policy::hardened;
  const FinishedRun run = simulate(std::move(*read));
  return Json{{"run", run_json(run.record())}}.dump();
}

}  // namespace
}  // namespace snapsim

extern "C" const char* snapsim_run(const char* text, const char* policy) {
  static std::string answer;
  answer = snapsim::answer_to(text, policy);
  return answer.c_str();
}
