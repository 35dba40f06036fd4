#include "real/rewind/make_rewinder.hpp"

namespace snapsim {

std::unique_ptr<Rewinder> make_rewinder(std::size_t) {
  return nullptr;
}

}  // namespace snapsim
