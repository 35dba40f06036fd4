#include <catch2/catch.hpp>

#include "fake_glance/glance.hpp"
#include "tests/fake_glance/bench.hpp"

namespace snapsim {

using testing::all_image_statuses;
using testing::glance_allows;

TEST_CASE("an image's status may change as Glance's table says, for every pair of statuses", "[fake_glance]") {
  int allowed = 0;
  for (const ImageStatus from : all_image_statuses()) {
    for (const ImageStatus to : all_image_statuses()) {
      INFO(to_string(from) << " -> " << to_string(to));
      CHECK(is_valid_transition(from, to) == glance_allows(from, to));
      allowed += is_valid_transition(from, to) ? 1 : 0;
    }
  }
  CHECK(allowed == 23);
}

TEST_CASE("no image goes to the status that it has", "[fake_glance]") {
  for (const ImageStatus status : all_image_statuses()) CHECK(!is_valid_transition(status, status));
}

TEST_CASE("a deleted image stays deleted", "[fake_glance]") {
  for (const ImageStatus to : all_image_statuses()) CHECK(!is_valid_transition(ImageStatus::deleted, to));
}

}  // namespace snapsim
