// SPDX-License-Identifier: BSL-1.0
#include "signals.hpp"

#include <string>

#include "engine.hpp"
#include "run.hpp"

namespace model {

namespace {

void on_signal(int number) {
  // Synchronous: the run itself raised it, so leaving through the fiber's switch is safe. The
  // handler does not block the signal (SA_NODEFER), so nothing has to be restored.
  if (engine::running() != nullptr) fail(failure::signal, "signal " + std::to_string(number));
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void on_terminate() {
  if (engine::running() != nullptr) fail(failure::exception, "std::terminate was called");
  std::abort();
}

}  // namespace

signal_guard::signal_guard() {
  // The stack of a thread may be what overflowed.
  stack_t stack = {};
  stack.ss_sp = stack_;
  stack.ss_size = stack_bytes;
  sigaltstack(&stack, &stack_before_);
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &action, &before_[i]);
  terminate_before_ = std::set_terminate(on_terminate);
}

signal_guard::~signal_guard() {
  std::set_terminate(terminate_before_);
  for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &before_[i], nullptr);
  sigaltstack(&stack_before_, nullptr);
}

}  // namespace model
