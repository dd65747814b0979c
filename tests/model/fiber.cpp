// SPDX-License-Identifier: BSL-1.0

// The fortified longjmp refuses to jump to another stack, which is the whole purpose here.
#undef _FORTIFY_SOURCE

#include "fiber.hpp"

#include <cxxabi.h>

#include <cstdlib>

namespace model {

namespace {
fiber* entering = nullptr;
}

fiber::handled_exceptions& fiber::current_exceptions() noexcept {
  return *reinterpret_cast<handled_exceptions*>(abi::__cxa_get_globals());
}

void fiber::restart(function run, void* argument) noexcept {
  run_ = run;
  argument_ = argument;
  entered_ = false;
  exceptions_ = {};
  if (getcontext(&context_) != 0) std::abort();
  context_.uc_stack.ss_sp = stack_;
  context_.uc_stack.ss_size = stack_bytes;
  context_.uc_link = nullptr;
  makecontext(&context_, enter, 0);
}

void fiber::enter() noexcept {
  fiber& self = *entering;
  self.run_(self.argument_);
  std::abort();
}

void fiber::resume() noexcept {
  current_exceptions() = exceptions_;
  if (entered_) _longjmp(registers_, 1);
  entered_ = true;
  entering = this;
  setcontext(&context_);
  std::abort();
}

void fiber::switch_over(fiber& from, fiber& to) noexcept {
  from.exceptions_ = current_exceptions();
  if (_setjmp(from.registers_) == 0) to.resume();
}

void fiber::leave_for(fiber& to) noexcept { to.resume(); }

}  // namespace model
