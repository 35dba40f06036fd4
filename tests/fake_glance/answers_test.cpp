// What Glance 25.1.0 answered to some hundred requests beside those of the recordings, each asked in the place where
// its program of requests has it (answers.json, which says the source functions that such a program is about). The
// file was made by sending the programs to glance-api as Debian 12 packages it (compare_with_glance.py does it again,
// with many more); answers with status 500 are left out. Of images, members with their defaults are left out.

#include <algorithm>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>

#include "tests/fake_glance/http_bench.hpp"

namespace snapsim {
namespace {

using testing::HttpBench;
using testing::RawHeaders;
using testing::RawResponse;

/// The names in braces that the file uses, and what they stand for in one program.
class Names {
 public:
  Names() {
    for (const std::string name : {"demo", "alt", "admin"}) values_["P_" + name] = HttpBench::project_id(name);
    for (const char* name : {"U1", "U2", "U3", "U4", "U5"}) values_[name] = random_uuid();
  }

  /// A request's text.
  std::string filled(std::string text) const {
    for (const auto& [name, value] : values_) replace(text, "{" + name + "}", value);
    return text;
  }

  /// An answer's text, as the file has it.
  std::string named(std::string text) const {
    replace(text, "http://127.0.0.1/v2", "{base}/v2");  // as the Host of these requests says
    replace(text, "http://127.0.0.1:5000", "{keystone}");
    for (const bool is_kept : {true, false}) {
      for (const auto& [name, value] : values_) {
        if (is_kept == !name.starts_with('U')) replace(text, value, "{" + name + "}");
      }
    }
    constexpr std::string_view shape = "0000-00-00T00:00:00Z";
    for (std::size_t at = text.find('T'); at != std::string::npos; at = text.find('T', at + 1)) {
      if (at < 10 || at - 10 + shape.size() > text.size()) continue;
      const std::string_view part = std::string_view(text).substr(at - 10, shape.size());
      const auto fits = [](char c, char wanted) { return wanted == '0' ? c >= '0' && c <= '9' : c == wanted; };
      if (!std::equal(part.begin(), part.end(), shape.begin(), fits)) continue;
      text.replace(at - 10, shape.size(), "{time}");
      at -= 10;
    }
    return text;
  }

  void keep(const std::string& name, const std::string& id) { values_[name] = id; }

 private:
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }

  std::map<std::string, std::string> values_;
};

/// Images without what is at its default, and tags in order: in Glance they are a set.
OrderedJson reduced(const OrderedJson& value) {
  static const OrderedJson defaults = OrderedJson::parse(R"({"name": null, "disk_format": "raw",
      "container_format": "bare", "visibility": "shared", "size": null, "virtual_size": null, "status": "queued",
      "checksum": null, "protected": false, "min_ram": 0, "min_disk": 0, "owner": "{P_demo}", "os_hidden": false,
      "os_hash_algo": null, "os_hash_value": null, "created_at": "{time}", "updated_at": "{time}", "tags": []})");
  if (!value.is_structured()) return value;
  OrderedJson out = value.is_array() ? OrderedJson::array() : OrderedJson::object();
  if (value.is_array()) {
    for (const OrderedJson& one : value) out.push_back(reduced(one));
    return out;
  }
  const bool is_image = value.contains("schema") && value["schema"] == "/v2/schemas/image";
  for (const auto& [name, member] : value.items()) {
    if (is_image && (name == "self" || name == "file" || name == "schema")) continue;
    if (is_image && defaults.contains(name) && defaults[name] == member) continue;
    out[name] = reduced(member);
    if (name == "tags" && member.is_array()) std::sort(out[name].begin(), out[name].end());
  }
  return out;
}

/// Objects are the same in whatever order their members stand; the recordings see to the order.
nlohmann::json unordered(const OrderedJson& value) {
  return nlohmann::json::parse(value.dump());
}

RawResponse asked(HttpBench& bench, const OrderedJson& step, const Names& names) {
  const std::string send = step.at("send");
  const std::size_t blank = send.find(' ');
  RawHeaders headers;
  bool has_type = false;
  if (step.contains("headers")) {
    for (const auto& [name, value] : step["headers"].items()) {
      has_type = has_type || name == "Content-Type";
      if (name != "Content-Type" || value != "") headers.emplace_back(name, names.filled(value.get<std::string>()));
    }
  }
  std::string body;
  if (step.contains("json")) {
    body = names.filled(python_json(step["json"]));
    if (!has_type) headers.emplace_back("Content-Type", "application/json");
  } else if (step.contains("text")) {
    body = names.filled(step["text"].get<std::string>());
  }
  if (step.contains("chunked")) {
    headers.emplace_back("Transfer-Encoding", "chunked");
    constexpr std::string_view digits = "0123456789abcdef";
    std::string size;
    for (std::size_t left = body.size(); left > 0; left /= 16) size.insert(0, 1, digits[left % 16]);
    body = size + "\r\n" + body + "\r\n0\r\n\r\n";
  }
  return bench.call(step.value("as", "demo"), send.substr(0, blank), names.filled(send.substr(blank + 1)), body,
                    headers);
}

/// What differs between an answer and what the step says; empty if nothing does.
std::string difference(const OrderedJson& step, const RawResponse& seen, const Names& names) {
  std::string found;
  if (seen.status != step.at("status")) found += "status " + std::to_string(seen.status) + "\n";
  const OrderedJson wanted = step.contains("body") ? step["body"] : OrderedJson("");
  const std::string text = names.named(seen.body);
  if (wanted.is_structured()) {
    const OrderedJson got = reduced(OrderedJson::parse(text, nullptr, false));
    if (got.is_discarded() || unordered(got) != unordered(wanted)) found += "body " + got.dump() + "\n";
  } else if (text != wanted.get<std::string>()) {
    found += "body '" + text + "'\n";
  }
  OrderedJson headers = step.contains("headers_then") ? step["headers_then"] : OrderedJson::object();
  if (!headers.contains("content-type")) {
    headers["content-type"] = wanted.is_structured() ? "application/json" : "text/plain; charset=UTF-8";
  }
  for (const auto& [name, value] : headers.items()) {
    const std::string got = names.named(seen.header(name));
    if (got != (value.is_null() ? "" : value.get<std::string>())) found += name + ": " + got + "\n";
  }
  return found;
}

}  // namespace

TEST_CASE("what was asked of a real Glance is answered with its statuses, headers and words", "[fake_glance]") {
  std::ifstream in(SNAPSIM_SOURCE_DIR "/tests/fake_glance/answers.json");
  const OrderedJson programs = OrderedJson::parse(in);
  std::size_t count = 0;
  for (const OrderedJson& program : programs) {
    HttpBench bench;
    Names names;
    for (const OrderedJson& step : program.at("steps")) {
      const RawResponse seen = asked(bench, step, names);
      if (step.contains("keep")) {
        const OrderedJson made = OrderedJson::parse(seen.body, nullptr, false);
        if (made.is_object() && made.contains("id")) names.keep(step["keep"], made["id"]);
      }
      const std::string found = difference(step, seen, names);
      if (!found.empty()) {
        FAIL_CHECK(program["title"] << ", about " << program["follows"] << ":\n" << step.dump() << "\n" << found);
      }
      ++count;
    }
  }
  CHECK(count > 600);
}

}  // namespace snapsim
