// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <pthread.h>

namespace abide {
inline namespace v1 {
namespace sys {

/// While it lives the C library's calls are no cancellation points of the calling thread. Nothing
/// that pthread_cancel() unwinds may pass a noexcept function, and a wait has entries to unlink.
class uncancelable {
 public:
  uncancelable() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~uncancelable() { ::pthread_setcancelstate(before_, nullptr); }
  uncancelable(const uncancelable&) = delete;
  uncancelable& operator=(const uncancelable&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

}  // namespace sys
}  // namespace v1
}  // namespace abide
