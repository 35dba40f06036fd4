#pragma once

namespace snapsim {

/// Called with the failed condition before the program aborts, so that the choices which led there can be printed.
/// Not owned; nullptr takes it away.
using AssertionHook = void (*)(const char* condition, const char* why, const char* file, int line);
void set_assertion_hook(AssertionHook hook);

[[noreturn]] void assertion_failed(const char* condition, const char* why, const char* file, int line);

}  // namespace snapsim

/// A condition that only a defect of snapsim itself can break. On in every build.
#define SNAPSIM_ASSERT(condition, why) \
  ((condition) ? static_cast<void>(0) : ::snapsim::assertion_failed(#condition, why, __FILE__, __LINE__))
