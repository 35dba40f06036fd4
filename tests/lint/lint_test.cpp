// Reads the sources as text and rejects what would break replay, the layers, or GCC 12's coroutines. The rules stand in
// tables.cpp and coroutine_rules.cpp; the other tests here feed each rule an example that it must catch and a
// look-alike that it must let pass.
#include "tests/lint/lint.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/lint/source_text.hpp"

namespace snapsim::lint {
namespace {

/// A line of code, and a part of the reason for which it is rejected; empty where it is fine.
struct Example {
  std::string code;
  std::string reason;
};

std::string all_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += to_string(finding) + "\n";
  return text;
}

void check_findings(const Example& example, const std::vector<Finding>& findings) {
  INFO(example.code);
  INFO(all_of(findings));
  if (example.reason.empty()) {
    CHECK(findings.empty());
  } else {
    CHECK(all_of(findings).find(example.reason) != std::string::npos);
  }
}

/// A statement inside a coroutine.
Source coroutine_with(const std::string& statement) {
  return {"sim/nova/flow.cpp", "Task<int> Flow::step(int argument) const {\n  " + statement + "\n}\n"};
}

TEST_CASE("the source tree keeps the house rules", "[lint][exhaustive]") {
  for (const Finding& finding : all_findings(read_tree(SNAPSIM_SOURCE_DIR))) FAIL_CHECK(to_string(finding));
  SUCCEED();
}

TEST_CASE("a room includes only what its row of the table allows", "[lint]") {
  const std::vector<std::pair<std::string, Example>> examples = {
      {"sim/nova/flow.cpp", {"#include \"sim/runtime/task.hpp\"", ""}},
      {"sim/nova/flow.cpp", {"#include \"sim/nova/states.hpp\"", ""}},
      {"sim/nova/flow.cpp", {"#include <boost/system/result.hpp>", ""}},
      {"sim/nova/flow.cpp", {"#include <vector>", ""}},
      {"sim/nova/flow.cpp", {"// #include \"sim/engine/engine.hpp\"", ""}},
      {"sim/nova/flow.cpp", {"#include \"sim/engine/engine.hpp\"", "sim/nova/ may not include this"}},
      {"sim/nova/flow.cpp", {"#include \"sim/choice/points.hpp\"", "sim/nova/ may not include this"}},
      {"sim/nova/flow.cpp", {"  #  include <nlohmann/json.hpp>", "may not include this library"}},
      {"sim/nova/flow.cpp", {"#include \"states.hpp\"", "a path from the root"}},
      {"sim/runtime/task.cpp", {"#include \"sim/choice/points.hpp\"", "may not include this"}},
      {"sim/runtime/task.cpp", {"#include <thread>", "a run has one"}},
      {"sim/engine/engine.cpp", {"#include <random>", "ask the ChoiceSource"}},
      {"sim/world/world.cpp", {"#include <fstream>", "files"}},
      {"sim/world/world.cpp", {"#include <sys/socket.h>", "may not include this library"}},
      {"sim/world/world.cpp", {"#include <xxhash.h>", ""}},
      {"sim/check/invariants.cpp", {"#include \"sim/nova/states.hpp\"", ""}},
      {"sim/check/invariants.cpp", {"#include \"sim/nova/api.hpp\"", "may not include this"}},
      {"fake_glance/glance.cpp", {"#include \"fake_hypervisor/hypervisor.hpp\"", "may not include this"}},
      {"fake_glance/glance.cpp", {"#include <openssl/evp.h>", "may not include this library"}},
      {"sim/scenario/reader.cpp", {"#include <nlohmann/json.hpp>\n#include <fstream>", ""}},
      {"sim/scenario/reader.cpp", {"#include <boost/asio.hpp>", "may not include this library"}},
      {"real/disks.cpp", {"#include <boost/asio.hpp>\n#include <openssl/evp.h>\n#include <thread>", ""}},
      {"real/disks.cpp", {"#include \"sim/engine/engine.hpp\"", "may not include this"}},
      {"sim/main.cpp", {"#include \"real/disks.hpp\"\n#include <CLI/CLI.hpp>", ""}},
      {"sim/main.cpp", {"#include \"tests/lint/lint.hpp\"", "may not include this"}},
      {"tests/nova/flow_test.cpp", {"#include \"tests/lint/lint.hpp\"\n#include \"sim/engine/engine.hpp\"", ""}},
      {"sim/attic/old.cpp", {"", "in none of the rooms"}},
      {"sim/nova/flow.hpp", {"#include <vector>", "#pragma once"}},
      {"sim/nova/flow.hpp", {"#pragma once", ""}},
  };
  for (const auto& [path, example] : examples) {
    INFO(path);
    check_findings(example, include_findings({path, "\n" + example.code + "\n"}));
  }
}

TEST_CASE("clocks, chance, threads, files, the environment and addresses are rejected in what a run is made of",
          "[lint]") {
  const std::vector<Example> examples = {
      {"auto now = std::chrono::system_clock::now();", "wall clock"},
      {"auto now = std::chrono::steady_clock::now();", "wall clock"},
      {"using Clock = std::chrono::high_resolution_clock;", "wall clock"},
      {"clock_gettime(CLOCK_MONOTONIC, &now);", "wall clock"},
      {"gettimeofday(&now, nullptr);", "wall clock"},
      {"const auto now = time(nullptr);", "wall clock"},
      {"const auto now = std::time(&other);", "wall clock"},
      {"const auto now = engine.time();", ""},
      {"SimTime time(Runtime& runtime);", ""},
      {"// time(nullptr) and steady_clock are for others", ""},
      {"log(\"steady_clock\");", ""},
      {"const int dice = rand() % 6;", "chance"},
      {"srand(7);", "chance"},
      {"std::mt19937 generator(7);", "chance"},
      {"operand(7);", ""},
      {"std::thread worker(run);", "threads"},
      {"std::lock_guard guard(mutex);", "threads"},
      {"std::atomic<int> count;", "threads"},
      {"std::ifstream file(path);", "files"},
      {"std::filesystem::path path;", "files"},
      {"if (getenv(\"HOME\")) return;", "environment"},
      {"std::map<const Host*, int> by_host;", "ordered or hashed by pointer"},
      {"std::set<Guest*> guests;", "ordered or hashed by pointer"},
      {"std::unordered_set<std::shared_ptr<Guest>> guests;", "ordered or hashed by pointer"},
      {"std::map<int, const Host*> hosts;", ""},
      {"std::less<const Host*> order;", "pointers ordered or hashed"},
      {"std::hash<void*> hash;", "pointers ordered or hashed"},
      {"auto n = reinterpret_cast<std::uintptr_t>(this);", "a pointer made a number"},
      {"auto n = reinterpret_cast<unsigned long>(this);", "a pointer made a number"},
      {"auto bytes = reinterpret_cast<const char*>(data);", ""},
      {"auto bytes = reinterpret_cast<std::uint8_t*>(data);", ""},
      {"printf(\"%p\", address);", "an address printed"},
      {"fmt::format(\"{:p}\", address);", "an address printed"},
      {"fmt::format(\"100%\");", ""},
  };
  for (const Example& example : examples) {
    check_findings(example, determinism_findings({"sim/world/world.cpp", example.code}));
    check_findings({example.code, ""}, determinism_findings({"sim/bench/bench.cpp", example.code}));
  }
}

TEST_CASE("what makes the output may read files but not the environment", "[lint]") {
  check_findings({"", ""}, determinism_findings({"sim/report/report.cpp", "std::ifstream file(path);"}));
  check_findings({"", "environment"}, determinism_findings({"sim/report/report.cpp", "std::getenv(\"TZ\");"}));
}

TEST_CASE("a type is defined once in the program, but for what is a file's own", "[lint]") {
  const Source header{"sim/scenario/schema.hpp", "namespace snapsim {\nstruct Finding {\n  int place;\n};\n}"};
  const std::vector<Example> examples = {
      {"namespace snapsim {\nstruct Finding final : Base {\n};\n}",
       "Finding is also defined in sim/scenario/schema.hpp"},
      {"namespace snapsim {\nenum class Finding : int { one };\n}", "Finding is also defined in"},
      {"namespace snapsim {\nnamespace {\nstruct Finding {};\n}\n}", ""},
      {"namespace snapsim {\nclass Other {\n  struct Finding {};\n};\n}", ""},
      {"namespace snapsim {\nstruct Finding::Part {\n};\n}", ""},
      {"namespace snapsim {\nclass [[nodiscard]] Finding {\n};\n}", "Finding is also defined in"},
      {"namespace snapsim {\nstruct Finding;\nstruct Finding made();\n}", ""},
      {"namespace snapsim {\ntemplate <class Finding> void use() {\n}\n}", ""},
  };
  for (const Example& example : examples) {
    check_findings(example, twice_defined_findings({header, {"sim/explore/finding.hpp", example.code}}));
  }
}

TEST_CASE("walking through an unordered container is rejected, looking something up in it is not", "[lint]") {
  const Source header{"sim/world/world.hpp", "class World { std::unordered_map<int, std::vector<int>> files_; };"};
  const std::vector<Example> examples = {
      {"for (const auto& [id, file] : files_) use(id);", "files_ is walked through"},
      {"for (auto& entry : world.files_) use(entry);", "files_ is walked through"},
      {"const auto first = files_.begin();", "files_ is walked through"},
      {"const auto found = files_.find(3);", ""},
      {"for (int id : ids_) use(files_.at(id));", ""},
  };
  for (const Example& example : examples) {
    check_findings(example, unordered_findings({header, {"sim/world/world.cpp", example.code}}));
  }
}

TEST_CASE("awaits stand only where GCC 12 compiles them right", "[lint]") {
  const std::vector<Example> examples = {
      // The allowed forms.
      {"co_await f(a);", ""},
      {"const auto x = co_await f(a);", ""},
      {"x = co_await f(a);", ""},
      {"image.size_bytes = co_await disk.size(image);", ""},
      {"co_return co_await f(a);", ""},
      {"const auto [a, b] = co_await f();", ""},
      {"if (ready) co_await f(a);", ""},
      {"if (ready) {\n co_await f(a); } else { x = co_await g(); }", ""},
      {"for (int i = 0; i < 3; ++i) co_await f(i);", ""},
      {"switch (state) { case State::on: co_await f(a); break; default: co_return 0; }", ""},
      {"try { co_await f(a); } catch (const std::exception&) { failure = std::current_exception(); }", ""},
      {"co_await f(a ? 1 : 2);", ""},
      {"const auto list = std::vector{1, 2};\n co_await f(list);", ""},
      {"std::sort(a.begin(), a.end(), [&](int x, int y) { return x < y; });\n co_await f(a);", ""},
      {"spawn([](Guest& guest) -> Task<void> { co_await guest.stop(); }(guest));", ""},
      {"struct Awaiter { bool ready{}; auto operator co_await() && noexcept { return Other{}; } };", ""},
      {"// if (co_await f()) return;", ""},
      // Conditions.
      {"if (co_await f(a)) co_return 1;", "in a condition"},
      {"if (const auto x = co_await f(a); x > 0) co_return 1;", "in a condition"},
      {"while (co_await f(a)) { }", "in a condition"},
      {"do { g(); } while (co_await f(a));", "in a condition"},
      {"switch (co_await f(a)) { }", "in a condition"},
      {"for (const auto& x : co_await f(a)) { g(x); }", "in a condition"},
      // Conditional operators.
      {"x = c ? co_await f(a) : 0;", "with ?:"},
      {"co_await (c ? f(a) : g(a));", "with ?:"},
      {"x = co_await f(a) ? 1 : 2;", "with ?:"},
      // Lambdas and braces.
      {"co_await f([x] { return x; });", "a lambda with captures in an awaiting statement"},
      {"co_await f(Argument{1, 2});", "a braced list in an awaiting statement"},
      {"co_await f({1, 2});", "a braced list in an awaiting statement"},
      {"co_await Step{}.run();", "a braced list in an awaiting statement"},
      {"x = Pair{co_await f(a), 2};", "a braced list in an awaiting statement"},
      {"auto task = [x]() -> Task<void> { co_await f(x); };", "a coroutine lambda with captures"},
      {"spawn(name, [this, x]() -> Task<void> { co_return; });", "a coroutine lambda with captures"},
      // Larger expressions.
      {"x = (co_await f(a)) + co_await g(a);", "two awaits in one statement"},
      {"f(co_await g(a));", "inside a larger expression"},
      {"if (ready) f(co_await g(a));", "inside a larger expression"},
      {"x += co_await f(a);", "inside a larger expression"},
      {"co_return 1 + co_await f(a);", "inside a larger expression"},
      {"(co_await tasks, ...);", "inside a larger expression"},
      {"throw Error(co_await f(a));", "in a throw"},
      {"CHECK(co_await f(a) == 1);", "in a macro's argument"},
      {"SNAPSIM_ASSERT(co_await f(a), \"why\");", "in a macro's argument"},
      // Handlers.
      {"try { g(); } catch (...) { co_await f(a); }", "in a handler"},
      {"try { g(); } catch (const E& e) { if (e.fatal) { x = co_await f(a); } }", "in a handler"},
  };
  for (const Example& example : examples) check_findings(example, coroutine_findings(coroutine_with(example.code)));
}

TEST_CASE("a finding says the file, the line and the reason", "[lint]") {
  const std::vector<Finding> findings = coroutine_findings(coroutine_with("g();\n  if (co_await f()) g();"));
  REQUIRE(findings.size() == 1);
  CHECK(to_string(findings[0]) == "sim/nova/flow.cpp:3: an await in a condition or loop head: name the result first");
}

TEST_CASE("comments and literals are told from code", "[lint]") {
  CHECK(without_comments("a // b\nc /* d\n */ e") == "a     \nc     \n    e");
  CHECK(without_comments("f(\"// no comment\");") == "f(\"// no comment\");");
  CHECK(without_comments_and_literals("f(\"a\\\"b\", 'x', 1'000);") == "f(\"    \", ' ', 1'000);");
  CHECK(without_comments_and_literals("f(R\"(a \"b\" // c)\"); g();") == "f(R\"            \"); g();");
}

}  // namespace
}  // namespace snapsim::lint
