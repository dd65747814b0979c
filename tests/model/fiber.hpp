// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <setjmp.h>
#include <ucontext.h>

#include <cstddef>

namespace model {

/// A stack to run a model thread on. Entering it the first time goes through ucontext; every later
/// switch is a _setjmp/_longjmp pair, which makes no system call.
class fiber {
 public:
  static constexpr std::size_t stack_bytes = 256 * 1024;

  using function = void (*)(void* argument);

  /// Gives the fiber its stack, the lowest page of which must be a guard.
  void set_stack(std::byte* stack) noexcept { stack_ = stack; }

  /// The next switch to this fiber calls run(argument), which never returns. What was on the stack
  /// is abandoned.
  void restart(function run, void* argument) noexcept;

  /// Leaves `from`, the running fiber, for `to`. Exceptions being handled belong to a fiber: the
  /// C++ runtime's list of them goes and comes with it.
  static void switch_over(fiber& from, fiber& to) noexcept;

  /// Leaves the running fiber for ever.
  [[noreturn]] static void leave_for(fiber& to) noexcept;

 private:
  struct handled_exceptions {  // what abi::__cxa_get_globals points to
    void* caught = nullptr;
    unsigned uncaught = 0;
  };

  static handled_exceptions& current_exceptions() noexcept;
  static void enter() noexcept;
  [[noreturn]] void resume() noexcept;

  std::byte* stack_ = nullptr;
  function run_ = nullptr;
  void* argument_ = nullptr;
  bool entered_ = true;  // the host's own stack is never entered anew
  handled_exceptions exceptions_;
  ucontext_t context_;
  jmp_buf registers_;
};

}  // namespace model
