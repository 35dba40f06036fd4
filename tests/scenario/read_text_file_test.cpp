#include "sim/scenario/read_text_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "sim/scenario/reader.hpp"

namespace snapsim {
namespace {

/// A folder that is gone when the test ends.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "snapsim-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string file_with(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

std::string only_problem(const std::string& path) {
  const ScenarioOrProblems read = read_scenario_file(path);
  REQUIRE_FALSE(read.has_value());
  const std::vector<Problem> problems = read.error();
  REQUIRE(problems.size() == 1);
  return to_string(problems.front());
}

TEST_CASE("a file is read as it is", "[scenario]") {
  const TemporaryFolder folder;
  const std::string text = "{\"instances\": [], \"requests\": []}\r\n";
  const TextOrProblem read = read_text_file(folder.file_with("a.json", text));
  REQUIRE(read.has_value());
  CHECK(*read == text);
  CHECK(read_scenario_file(folder.file("a.json")).has_value());
}

TEST_CASE("a missing file is reported with the nearest name of its folder", "[scenario]") {
  const TemporaryFolder folder;
  folder.file_with("cold_snapshot.json", "{}");
  folder.file_with("live_snapshot.json", "{}");
  CHECK(only_problem(folder.file("cold_snapshto.json")) == folder.file("cold_snapshto.json") +
                                                               ":1:1: /: no such file; did you mean \"" +
                                                               folder.file("cold_snapshot.json") + "\"?");
  CHECK(only_problem(folder.file("live_snapshot")) == folder.file("live_snapshot") +
                                                          ":1:1: /: no such file; did you mean \"" +
                                                          folder.file("live_snapshot.json") + "\"?");
  CHECK(only_problem(folder.file("nowhere/x.json")) == folder.file("nowhere/x.json") + ":1:1: /: no such file");
}

TEST_CASE("what is no regular file is refused without being read", "[scenario]") {
  const TemporaryFolder folder;
  CHECK(only_problem(folder.file("")).find("is a directory") != std::string::npos);
  CHECK(only_problem("/dev/zero").find("is not a regular file") != std::string::npos);
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK(only_problem(folder.file("pipe")).find("is not a regular file") != std::string::npos);
  CHECK(only_problem("").find("no file name") != std::string::npos);
  CHECK(only_problem(std::string("a\0b", 3)).find("NUL") != std::string::npos);
}

TEST_CASE("a file above the limit is refused by its size", "[scenario]") {
  const TemporaryFolder folder;
  const std::string path = folder.file_with("large.json", "{}");
  // Sparse: no test needs a hundred real megabytes.
  std::filesystem::resize_file(path, std::uintmax_t{100} * 1024 * 1024);
  CHECK(only_problem(path).find("larger than 8 MiB") != std::string::npos);
}

TEST_CASE("a file that may not be read is reported in the system's words", "[scenario]") {
  const TemporaryFolder folder;
  const std::string path = folder.file_with("secret.json", "{}");
  REQUIRE(::chmod(path.c_str(), 0) == 0);
  if (::geteuid() == 0) return;  // Root may read everything.
  CHECK(only_problem(path).find("Permission denied") != std::string::npos);
}

TEST_CASE("a file name with control characters is shown without them", "[scenario]") {
  const std::string problem = only_problem("/nowhere/\x1b[31m\n.json");
  CHECK(problem == "/nowhere/\\u001b[31m\\u000a.json:1:1: /: no such file");
}

}  // namespace
}  // namespace snapsim
