// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <memory>

namespace fuzz {

/// A stack of its own to run on; also one for the stack that was there before all. Tells
/// AddressSanitizer where it goes. No exception may be in flight or handled when it is left.
class fiber {
 public:
  /// The stack that runs already.
  fiber() = default;
  /// Calls run(), which never returns, at the first switch to it.
  explicit fiber(void (*run)());
  fiber(const fiber&) = delete;
  fiber& operator=(const fiber&) = delete;

  /// Leaves the running fiber, which is `from`, for `to`; returns when somebody comes back.
  static void switch_over(fiber& from, fiber& to);

 private:
  static constexpr std::size_t stack_bytes = 512 * 1024;
  static void enter();

  void (*run_)() = nullptr;
  std::unique_ptr<std::byte[]> stack_;
  ucontext_t context_;
  void* sanitizer_ = nullptr;
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace fuzz
