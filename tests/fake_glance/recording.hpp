#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "fake_glance/http/python_text.hpp"
#include "tests/fake_glance/http_bench.hpp"

namespace snapsim::testing {

/// One exchange with a real Glance: the request, the response, and often what became of the image. Placeholders
/// ({id:3}, {project:demo}, {time} ...) stand for what varies.
struct Recording {
  std::string file;  ///< "025-create-full"
  std::string name;  ///< "create-full"
  OrderedJson content;
};

/// All recordings, by their numbers.
std::vector<Recording> read_recordings();

/// What the placeholders stand for in one replay. Those of ids and times that nobody has set are set by what is
/// compared with them first.
class Placeholders {
 public:
  explicit Placeholders(const HttpBench& bench);

  void set(const std::string& placeholder, const std::string& value) { values_[placeholder] = value; }
  /// The text with every placeholder replaced by what it stands for.
  std::string filled(std::string text) const;
  OrderedJson filled(const OrderedJson& value) const;
  /// Empty if `seen` is `expected`, read with the placeholders; otherwise where and how they differ.
  std::string difference(const OrderedJson& expected, const OrderedJson& seen, const std::string& where = "");
  std::string text_difference(const std::string& expected, const std::string& seen, const std::string& where);

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace snapsim::testing
