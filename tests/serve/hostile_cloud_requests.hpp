#pragma once

#include <string>
#include <vector>

#include "tests/fake_glance/hostile_requests.hpp"

namespace snapsim::test {

/// Hostile requests to all that `snapsim serve` serves: Keystone, Nova, Glance, /_snapsim and the page.
class HostileCloudRequests final : public testing::HostileRequests {
 public:
  using HostileRequests::HostileRequests;

  /// What the next requests may know: tokens that are valid, and servers and images that are there.
  void use(std::vector<std::string> tokens, std::vector<std::string> servers, std::vector<std::string> images);
  /// From now on they plan faults, too.
  void plan_faults(bool is_wanted) { plans_faults_ = is_wanted; }

 protected:
  std::string any_request() override;

 private:
  std::string any_token();
  /// "$server" and other words of it replaced, mostly by what fits, otherwise by anything.
  std::string filled_in(std::string_view pattern, bool is_json);
  std::string word_for(std::string_view word, bool is_json);

  std::vector<std::string> tokens_;
  std::vector<std::string> servers_;
  std::vector<std::string> images_of_cloud_;
  bool plans_faults_ = false;
};

/// Hostile requests to a cloud in this process that is given a fresh start now and then: so many, or up to the first
/// that is answered as none should be. With faults planned in every second part of them. Returns how many were sent.
long fuzz_served_cloud(long requests, std::uint64_t seed, testing::HostileTally& tally);

}  // namespace snapsim::test
