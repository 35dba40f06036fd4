#include "sim/runtime/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace snapsim {
namespace {
thread_local AssertionHook hook_ = nullptr;
}

void set_assertion_hook(AssertionHook hook) {
  hook_ = hook;
}

void assertion_failed(const char* condition, const char* why, const char* file, int line) {
  if (const AssertionHook hook = hook_) {
    hook_ = nullptr;
    hook(condition, why, file, line);
  }
  std::fprintf(stderr, "snapsim: defect at %s:%d: %s (%s)\n", file, line, why, condition);
  std::abort();
}

}  // namespace snapsim
