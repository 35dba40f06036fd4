#include "sim/explain/log_source.hpp"

#include <fstream>
#include <string>
#include <zlib.h>

#include <catch2/catch.hpp>

#include "tests/real/test_support.hpp"

namespace snapsim::test {
namespace {

std::string write_plain(const TemporaryFolder& folder, const std::string& text) {
  const std::string path = (folder.path() / "plain.log").string();
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string compressed(const TemporaryFolder& folder, const std::string& text) {
  const std::string path = (folder.path() / "packed.log.gz").string();
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  return path;
}

std::vector<std::string> lines_of(LogSource& source) {
  std::vector<std::string> lines;
  while (const auto line = source.next_line()) lines.emplace_back(*line);
  return lines;
}

}  // namespace

TEST_CASE("a compressed log has the same lines as the log", "[explain]") {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 50'000; ++i)
    text += "line " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 90), 'x') + "\n";
  text += "the last line has no end";
  LogSource plain(write_plain(folder, text));
  LogSource packed(compressed(folder, text));
  const auto lines = lines_of(plain);
  CHECK(lines.size() == 50'001);
  CHECK(lines.back() == "the last line has no end");
  CHECK(lines == lines_of(packed));
  CHECK(plain.bytes() == text.size());
  CHECK(packed.damage().empty());
}

TEST_CASE("lines of megabytes, empty lines and zero bytes are no trouble", "[explain]") {
  const TemporaryFolder folder;
  const std::string text = "first\n\n" + std::string(3'000'000, 'y') + "\n" + std::string(5, '\0') + "\nlast\n";
  LogSource source(write_plain(folder, text));
  const auto lines = lines_of(source);
  REQUIRE(lines.size() == 5);
  CHECK(lines[1].empty());
  CHECK(lines[2] == std::string(LogSource::line_bytes_max, 'y'));
  CHECK(lines[3] == std::string(5, '\0'));
  CHECK(lines[4] == "last");
  CHECK(source.line() == 5);
}

TEST_CASE("a cut archive gives what stands before the cut, and says so", "[explain]") {
  const TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919) + "\n";
  const std::string path = compressed(folder, text);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  LogSource source(path);
  CHECK(lines_of(source).size() > 10'000);
  CHECK(source.damage().find("cut or damaged") != std::string::npos);
}

TEST_CASE("a log that cannot be read is named, with the reason", "[explain]") {
  const TemporaryFolder folder;
  const std::string missing = (folder.path() / "missing.log").string();
  CHECK(LogSource(missing).failure() == missing + ": cannot be read: No such file or directory");
  const std::string path = folder.path().string();
  CHECK(LogSource(path).failure() == path + ": is a folder; name the log files in it, as " + path + "/*");
  LogSource source(missing);
  CHECK_FALSE(source.next_line());
}

}  // namespace snapsim::test
