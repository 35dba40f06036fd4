#include "sim/scenario/semantic_checks.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>

#include "sim/scenario/scenario_names.hpp"
#include "sim/spelling/utf8.hpp"
#include "sim/world/fault_point.hpp"

namespace snapsim {
namespace {

/// The members of an object or the items of an array under `key`; nothing where there are none.
const std::vector<JsonNode>& children_of(const JsonNode* parent, std::string_view key) {
  static const std::vector<JsonNode> none;
  const JsonNode* found = parent != nullptr ? parent->find(key) : nullptr;
  return found != nullptr ? found->children : none;
}

/// The string under `key`, or nullptr.
const JsonNode* string_in(const JsonNode& parent, std::string_view key) {
  const JsonNode* found = parent.find(key);
  return found != nullptr && found->is_string() ? found : nullptr;
}

/// The things of one sort that a scenario names.
class Names {
 public:
  explicit Names(std::string sort) : sort_(std::move(sort)) {}

  const std::string& sort() const { return sort_; }
  bool contains(const std::string& name) const { return set_.count(name) > 0; }
  /// False where it is there already.
  bool add(const std::string& name) {
    if (!set_.insert(name).second) return false;
    list_.push_back(name);
    return true;
  }
  const std::vector<std::string>& list() const { return list_; }

 private:
  std::string sort_;
  std::set<std::string> set_;
  std::vector<std::string> list_;
};

/// What a point does take, beyond what all do.
std::string hint(const FaultPoint& point) {
  std::string taken;
  for (const std::string_view name : parameters_of(point)) {
    taken += taken.empty() ? "; it takes " : ", ";
    taken += snapsim::quoted(name);
  }
  return taken;
}

class SemanticChecks {
 public:
  SemanticChecks(const JsonNode& root, std::span<const std::string_view> invariant_names) : root_(root) {
    for (const std::string_view name : invariant_names) invariants_.add(std::string(name));
  }

  std::vector<Finding> all() && {
    check_text(root_);
    collect_names();
    for (const JsonNode& instance : children_of(&root_, "instances")) check_instance(instance);
    check_order_of_instances();
    for (const JsonNode& request : children_of(&root_, "requests")) check_request(request);
    for (const JsonNode& fault : children_of(&root_, "faults")) check_fault(fault);
    check_expectations();
    check_violates();
    return std::move(findings_);
  }

 private:
  void add(const JsonNode& node, bool at_key, std::string message) {
    if (findings_.size() < findings_max) findings_.push_back({&node, at_key, std::move(message), "", {}});
  }
  void add_unknown(const JsonNode& node, bool at_key, const std::string& name, const Names& names) {
    // A list of candidates for each of a thousand findings would be a lot of memory: the first ones are those shown.
    if (findings_.size() >= findings_max) return;
    Finding finding{&node, at_key, fmt::format("there is no {} {}", names.sort(), snapsim::quoted(name)), "", {}};
    if (++unknown_names_ <= suggestions_max) {
      finding.misspelled = name;
      finding.candidates = names.list();
    }
    findings_.push_back(std::move(finding));
  }

  void check_text(const JsonNode& node);
  void check_characters(const JsonNode& node, bool at_key, std::string_view text);
  void collect_names();
  void declare(Names& names, const JsonNode& name);
  void check_name(const JsonNode& parent, std::string_view key, const Names& names);
  void check_instance(const JsonNode& instance);
  void check_order_of_instances();
  void check_moment(const JsonNode& owner);
  void check_request(const JsonNode& request);
  void check_fault(const JsonNode& fault);
  void check_expectations();
  void check_violates();

  static constexpr int suggestions_max = 60;

  const JsonNode& root_;
  Names hosts_{"host"};
  Names instances_{"instance"};
  Names images_{"image"};
  Names invariants_{"invariant"};
  std::vector<Finding> findings_;
  int unknown_names_ = 0;
};

void SemanticChecks::check_characters(const JsonNode& node, bool at_key, std::string_view text) {
  const bool may_have_lines = node.key == "why" && !at_key;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_character(text, at);
    const char32_t code = character.code_point;
    const bool control = code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
    if (control && !(may_have_lines && (code == '\n' || code == '\t'))) {
      add(node, at_key, fmt::format("the control character U+{:04X} is not allowed here", static_cast<unsigned>(code)));
      return;
    }
    at += character.length;
  }
}

void SemanticChecks::check_text(const JsonNode& node) {
  if (node.is_string()) check_characters(node, false, node.text);
  if (node.is_object()) {
    std::vector<const JsonNode*> members;
    for (const JsonNode& child : node.children) {
      members.push_back(&child);
      if (child.key.empty()) add(child, true, "a key must not be empty");
      check_characters(child, true, child.key);
    }
    std::stable_sort(members.begin(), members.end(),
                     [](const JsonNode* left, const JsonNode* right) { return left->key < right->key; });
    for (std::size_t i = 1; i < members.size(); ++i) {
      if (members[i]->key == members[i - 1]->key) {
        add(*members[i], true, fmt::format("the key {} stands twice in this object", snapsim::quoted(members[i]->key)));
      }
    }
  }
  for (const JsonNode& child : node.children) check_text(child);
}

void SemanticChecks::declare(Names& names, const JsonNode& name) {
  if (!names.add(name.text)) {
    add(name, false,
        fmt::format("there is another {} {}; names must differ", names.sort(), snapsim::quoted(name.text)));
  }
}

void SemanticChecks::collect_names() {
  for (const JsonNode& host : children_of(&root_, "hosts")) {
    if (host.is_string()) declare(hosts_, host);
  }
  if (root_.find("hosts") == nullptr) hosts_.add("compute-1");
  for (const JsonNode& instance : children_of(&root_, "instances")) {
    if (const JsonNode* name = string_in(instance, "name")) declare(instances_, *name);
  }
  for (const JsonNode& request : children_of(&root_, "requests")) {
    for (const std::string_view action : {"create_image", "create_backup"}) {
      const JsonNode* body = request.find(action);
      const JsonNode* name = body != nullptr ? string_in(*body, "name") : nullptr;
      if (name != nullptr) declare(images_, *name);
    }
    const JsonNode* shelve = request.find("shelve");
    const JsonNode* instance = shelve != nullptr ? string_in(*shelve, "instance") : nullptr;
    if (instance != nullptr) images_.add(instance->text + "-shelved");
  }
}

void SemanticChecks::check_name(const JsonNode& parent, std::string_view key, const Names& names) {
  const JsonNode* name = string_in(parent, key);
  if (name != nullptr && !name->text.empty() && !names.contains(name->text))
    add_unknown(*name, false, name->text, names);
}

void SemanticChecks::check_instance(const JsonNode& instance) {
  check_name(instance, "host", hosts_);
  const JsonNode* disk = instance.find("disk_mib");
  const JsonNode* used = instance.find("used_mib");
  const std::int64_t disk_mib = disk != nullptr ? disk->integer().value_or(0) : InstanceSpec{}.disk_mib;
  if (used != nullptr && disk_mib > 0 && used->integer().value_or(0) > disk_mib) {
    add(*used, false, fmt::format("{} MiB cannot be used of a disk of {} MiB", used->text, disk_mib));
  }
  const JsonNode* backing_file = instance.find("backing_file");
  const JsonNode* format = string_in(instance, "disk_format");
  if (backing_file != nullptr && backing_file->boolean && format != nullptr && format->text == "raw") {
    add(*backing_file, false, "a raw disk has no backing file");
  }
}

void SemanticChecks::check_order_of_instances() {
  std::int64_t latest = 0;
  for (const JsonNode& instance : children_of(&root_, "instances")) {
    const JsonNode* const at_ms = instance.find("at_ms");
    const std::int64_t begins = at_ms != nullptr ? at_ms->integer().value_or(latest) : 0;
    if (begins < latest) {
      add(at_ms != nullptr ? *at_ms : instance, false,
          fmt::format("it comes into being at {} ms, before the instance above it ({} ms)", begins, latest));
    }
    latest = std::max(latest, begins);
  }
}

void SemanticChecks::check_moment(const JsonNode& owner) {
  if (const JsonNode* when = owner.find("when")) {
    check_name(*when, "instance", instances_);
    check_name(*when, "image", images_);
  }
  for (const std::string_view phase : {"before", "during", "after"}) {
    if (const JsonNode* moment = owner.find(phase)) check_name(*moment, "instance", instances_);
  }
}

void SemanticChecks::check_request(const JsonNode& request) {
  if (!request.is_object()) return;
  check_moment(request);
  for (const JsonNode& body : request.children) {
    const std::optional<Action> action = action_from(body.key);
    if (!action) continue;
    check_name(body, "instance", instances_);
    check_name(body, "host", hosts_);
    if (*action == Action::delete_image) check_name(body, "name", images_);
    if (*action == Action::rebuild) check_name(body, "image", images_);
  }
}

void SemanticChecks::check_fault(const JsonNode& fault) {
  if (!fault.is_object()) return;
  check_moment(fault);
  check_name(fault, "instance", instances_);
  check_name(fault, "host", hosts_);
  const JsonNode* at = string_in(fault, "at");
  const std::optional<std::uint8_t> index = at != nullptr ? fault_point_from(at->text) : std::nullopt;
  if (!index) return;
  const FaultPoint& point = fault_points()[*index];
  for (const JsonNode& parameter : fault.children) {
    const std::optional<FaultParameter> known = fault_parameter_from(parameter.key);
    if (known && !point.takes_parameter(*known)) {
      add(parameter, true,
          fmt::format("{} takes no {}{}", snapsim::quoted(at->text), snapsim::quoted(parameter.key), hint(point)));
    }
  }
}

void SemanticChecks::check_expectations() {
  const JsonNode* expect = root_.find("expect");
  if (expect == nullptr) return;
  for (const JsonNode& instance : children_of(expect, "instances")) {
    if (!instances_.contains(instance.key)) add_unknown(instance, true, instance.key, instances_);
  }
  for (const JsonNode& image : children_of(expect, "images")) {
    if (!images_.contains(image.key)) add_unknown(image, true, image.key, images_);
  }
  const std::size_t count = children_of(&root_, "requests").size();
  for (const JsonNode& request : children_of(expect, "requests")) {
    const std::string& key = request.key;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    const bool number = error == std::errc{} && end == key.data() + key.size() && std::to_string(index) == key;
    if (!number) {
      add(request, true, fmt::format("{} is not the index of a request", snapsim::quoted(key)));
    } else if (index >= count) {
      add(request, true, fmt::format("there is no request {}; there are {}, counted from 0", index, count));
    }
  }
}

void SemanticChecks::check_violates() {
  for (const std::string_view key : {"violates", "violates_hardened"}) {
    std::set<std::string> seen;
    for (const JsonNode& name : children_of(&root_, key)) {
      if (!name.is_string() || name.text.empty()) continue;
      if (!seen.insert(name.text).second) add(name, false, fmt::format("{} stands twice", snapsim::quoted(name.text)));
      if (!invariants_.list().empty() && !invariants_.contains(name.text))
        add_unknown(name, false, name.text, invariants_);
    }
  }
}

}  // namespace

std::vector<Finding> semantic_findings(const JsonNode& root, std::span<const std::string_view> invariant_names) {
  return SemanticChecks(root, invariant_names).all();
}

}  // namespace snapsim
