#define CATCH_CONFIG_RUNNER
#include "tests/mutation/unit_cases.hpp"

#include <stdexcept>

#include <catch2/catch.hpp>

#include "tests/mutation/reached.hpp"

namespace snapsim::mutation {
namespace {

/// There may be one only.
Catch::Session& session() {
  static Catch::Session one;
  return one;
}

/// What has a meaning of its own in a pattern of Catch's.
std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == ',' || c == '[' || c == ']' || c == '\\' || c == '"') text += '\\';
    text += c;
  }
  return text;
}

/// Whether it passes; what it says goes into the file, or to the terminal where that is empty.
bool passes(const UnitCase& test, const std::string& file) {
  Catch::ConfigData config;
  config.testsOrTags = {escaped(test.name)};
  config.abortAfter = 1;
  config.warnings = Catch::WarnAbout::NoTests;
  config.outputFilename = file;
  session().useConfigData(config);
  return session().run() == 0;
}

}  // namespace

std::vector<UnitCase> unit_cases() {
  std::vector<UnitCase> tests;
  bool all_pass = true;
  for (const Catch::TestCase& test : Catch::getRegistryHub().getTestCaseRegistry().getAllTests()) {
    UnitCase one{test.name, {}};
    take_reached();
    if (!passes(one)) {
      passes(one, "");
      all_pass = false;
    }
    one.reached = take_reached();
    tests.push_back(std::move(one));
  }
  if (!all_pass) throw std::runtime_error("a unit test fails without any mutant");
  return tests;
}

bool passes(const UnitCase& test) {
  return passes(test, "/dev/null");
}

}  // namespace snapsim::mutation
