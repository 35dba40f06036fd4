#pragma once

#include <cstdint>

#include "sim/check/trace.hpp"

namespace snapsim {

/// How often anybody has dealt with what an event can hit. Where a number is the same at two moments of a run, whatever
/// was done between them would have been done as well had the event happened at the first of them, and the event would
/// do the same at both. A number may count what makes no difference; it leaves nothing out that does.
struct Dealings {
  std::uint32_t api = 0;        ///< requests to nova-api, and what it brought about
  std::uint32_t compute = 0;    ///< what nova-computes brought about, and messages and events of libvirt for them
  std::uint32_t glance = 0;     ///< requests to Glance that began, were answered or left off, and images that changed
  std::uint32_t queue = 0;      ///< messages that went in or out, and consumers that came and went
  std::uint32_t libvirt = 0;    ///< calls of libvirt, and guests that changed
  std::uint32_t guest = 0;      ///< what anybody brought about at all, and questions to libvirt
  std::uint32_t everybody = 0;  ///< after what anything may be otherwise

  /// The record tells of a dealing, or of none.
  void recorded(const TraceRecord& record);
  /// Anything may have happened.
  void with_everybody();
  /// Somebody asked libvirt, or listens to it from now on, which leaves no record.
  void asked_libvirt() {
    ++libvirt;
    ++guest;
  }
  /// A schema of Glance's is asked for, which is no operation; or its answer came.
  void asked_for_schema() { ++glance; }
  /// A nova-compute consumes its queue from now on.
  void consumer_came();
  /// It brought something about that leaves no record.
  void brought_about(Component who);
};

}  // namespace snapsim
