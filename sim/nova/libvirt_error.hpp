#pragma once

#include <type_traits>

#include "sim/nova/exceptions.hpp"
#include "sim/nova/libvirt.hpp"

namespace snapsim {

/// What libvirt's Python binding makes of a call: its value, or libvirtError.
template <class T>
T value_or_throw(const LibvirtResult<T>& result) {
  if (!result) throw LibvirtError(result.error().code);
  if constexpr (!std::is_void_v<T>) return *result;
}

}  // namespace snapsim
