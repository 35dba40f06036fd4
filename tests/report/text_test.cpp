#include "sim/report/text.hpp"

#include <cstdio>
#include <memory>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sim/report/table.hpp"
#include "tests/report/sample_trace.hpp"

namespace snapsim {
namespace {

/// What a shell passes to a program for that word.
std::string expanded_by_bash(const std::string& word) {
  const std::string command = "LC_ALL=C exec bash -c " + shell_quoted("printf %s " + word);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(("bash -c " + shell_quoted(command)).c_str(), "r"), pclose);
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    output.append(buffer.data(), size);
  }
  return output;
}

}  // namespace

TEST_CASE("visible text holds no character that moves a terminal's cursor", "[report]") {
  for (const std::string& name : nasty_names()) {
    const std::string text = visible(name);
    CHECK(valid_utf8(text) == text);
    for (const char c : text) {
      CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
    for (const char* hidden : {"\xe2\x80\xae", "\xe2\x80\xa8", "\xc2\x85"}) {
      CHECK(text.find(hidden) == std::string::npos);
    }
    CHECK(visible(text) == text);
  }
  CHECK(visible("a\x1b[1m\n\x7f") == "a\xe2\x90\x9b[1m\xe2\x90\x8a\xe2\x90\xa1");
  CHECK(visible("na\xc3\xafve \xe5\xbf\xab") == "na\xc3\xafve \xe5\xbf\xab");
}

TEST_CASE("bytes that are no UTF-8 are replaced one by one", "[report]") {
  CHECK(valid_utf8("a\xff"
                   "b") ==
        "a\xef\xbf\xbd"
        "b");
  CHECK(valid_utf8("\xc0\xaf") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(valid_utf8("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(valid_utf8("\xf4\x90\x80\x80").size() == 12);
  CHECK(valid_utf8("\xe5\xbf") == "\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(valid_utf8("\xf0\x9f\x93\xb8") == "\xf0\x9f\x93\xb8");
}

TEST_CASE("the width of a text is the columns that it takes", "[report]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("\xe5\xbf\xab\xe7\x85\xa7") == 4);
  CHECK(display_width("e\xcc\x81") == 1);
  CHECK(display_width("\xf0\x9f\x93\xb8") == 2);
  CHECK(display_width("\xe2\x80\xa6") == 1);
  CHECK(display_width("") == 0);
}

TEST_CASE("shortened and padded text has the width asked for", "[report]") {
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdefg", 6) == "abcde\xe2\x80\xa6");
  CHECK(shortened("\xe5\xbf\xab\xe7\x85\xa7", 3) == "\xe5\xbf\xab\xe2\x80\xa6");
  CHECK(padded("ab", 4) == "ab  ");
  for (const std::string& name : nasty_names()) {
    for (std::size_t columns = 0; columns < 40; ++columns) {
      CHECK(display_width(shortened(visible(name), columns)) <= columns);
      CHECK(display_width(padded(visible(name), columns)) == columns);
    }
  }
}

TEST_CASE("wrapped text keeps every word unless it is cut", "[report]") {
  CHECK(wrapped("one two three", 7, 9) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("abcdefgh", 3, 9) == std::vector<std::string>{"abc", "def", "gh"});
  CHECK(wrapped("one two three four", 7, 2) == std::vector<std::string>{"one two", "three \xe2\x80\xa6"});
  CHECK(wrapped("", 7, 2) == std::vector<std::string>{""});
  for (const std::string& name : nasty_names()) {
    for (const std::size_t columns : {1U, 2U, 7U, 60U}) {
      for (const std::string& line : wrapped(visible(name), columns, 5)) CHECK(display_width(line) <= columns);
    }
  }
}

TEST_CASE("a quoted JSON text reads back as the same text", "[report]") {
  for (const std::string& name : nasty_names()) {
    CHECK(nlohmann::json::parse(json_quoted(name)).get<std::string>() == valid_utf8(name));
  }
}

TEST_CASE("a shell reads a quoted word as what it was", "[report]") {
  for (const std::string& name : nasty_names()) {
    if (name.find('\0') != std::string::npos) continue;  // no argument of a program can hold one
    INFO(shell_quoted(name));
    CHECK(expanded_by_bash(shell_quoted(name)) == name);
  }
  CHECK(shell_quoted("it's") == "'it'\\''s'");
}

TEST_CASE("a long command is broken into lines that a shell joins again", "[report]") {
  for (const std::string& name : nasty_names()) {
    if (name.find('\0') != std::string::npos) continue;
    std::string joined;
    for (const std::string& line : shell_command_lines("printf", name, 60)) {
      CHECK(display_width(line) <= 60);
      joined += line + '\n';
    }
    REQUIRE(joined.starts_with("printf "));
    INFO(joined);
    CHECK(expanded_by_bash(joined.substr(7, joined.size() - 8)) == name);
  }
}

TEST_CASE("microseconds print as seconds", "[report]") {
  CHECK(seconds_text(12'345'678, 3) == "12.345");
  CHECK(seconds_text(-1'500'000, 1) == "-1.5");
  CHECK(seconds_text(0, 0) == "0");
  CHECK(seconds_text(1, 6) == "0.000001");
}

TEST_CASE("a table fits however long its cells are", "[report]") {
  std::vector<std::vector<std::string>> rows{{"NAME", "STATE", "TEXT"}, {"vm-1", "active", "a"}};
  CHECK(table_lines(rows, 60) == std::vector<std::string>{"NAME  STATE   TEXT", "vm-1  active  a"});
  for (const std::string& name : nasty_names()) rows.push_back({visible(name), visible(name), visible(name)});
  for (const std::size_t columns : {20U, 60U, 100U}) {
    for (const std::string& line : table_lines(rows, columns)) CHECK(display_width(line) <= columns);
  }
}

}  // namespace snapsim
