// SPDX-License-Identifier: BSL-1.0
#include "support/no_handles.hpp"

#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace {

std::atomic<int> refusals = 0;

}  // namespace

// Stands in for the C library's.
extern "C" int eventfd(unsigned count, int flags) noexcept {
  if (refusals != 0) {
    errno = EMFILE;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_eventfd2, count, flags));
}

namespace support {

no_handles::no_handles() { ++refusals; }
no_handles::~no_handles() { --refusals; }

}  // namespace support
