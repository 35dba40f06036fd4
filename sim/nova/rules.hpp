#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace snapsim {

/// The recovery rules of policy `hardened`: what Nova and Glance would have to do differently so that no failure leaves
/// anything behind. Under policy `nova` none is in force. docs/hardened.md has a page on each.
enum class Rule : std::uint8_t {
  refuse_lost_claim,
  idempotent_casts,
  guard_writes,
  keep_finished_image,
  record_every_failure,
  verify_uploads,
  require_finished_copy,
  bound_tools,
  restore_guests,
  clean_up_hosts,
  reconcile_tasks,
  reap_orphan_images,
  recover_glance_uploads,
};

/// A rule as the scenario file names it, and what it says.
struct RuleInfo {
  Rule rule{};
  std::string_view name;
  std::string_view sentence;
};

/// All of them, in the order of the flow.
std::span<const RuleInfo> rules();
std::optional<Rule> rule_from(std::string_view name);

/// Some of the rules.
class RuleSet {
 public:
  static RuleSet all();

  bool empty() const { return bits_ == 0; }
  bool contains(Rule rule) const { return (bits_ >> static_cast<unsigned>(rule) & 1) != 0; }
  void insert(Rule rule) { bits_ |= 1u << static_cast<unsigned>(rule); }
  void remove(Rule rule) { bits_ &= ~(1u << static_cast<unsigned>(rule)); }
  bool operator==(const RuleSet&) const = default;

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace snapsim
