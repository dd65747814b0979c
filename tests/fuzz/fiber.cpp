// SPDX-License-Identifier: BSL-1.0
#include "fuzz/fiber.hpp"

#include <cstdlib>

// There in programs that are built with AddressSanitizer.
extern "C" {
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** save, const void* bottom,
                                                  std::size_t size);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* save, const void** bottom,
                                                   std::size_t* size);
}

namespace fuzz {
namespace {

fiber* leaving = nullptr;
fiber* entering = nullptr;

void after_switch(void* save, const void** bottom, std::size_t* size) {
  if (__sanitizer_finish_switch_fiber != nullptr) {
    __sanitizer_finish_switch_fiber(save, bottom, size);
  }
}

}  // namespace

fiber::fiber(void (*run)())
    : run_(run), stack_(new std::byte[stack_bytes]), bottom_(stack_.get()), size_(stack_bytes) {
  if (getcontext(&context_) != 0) std::abort();
  context_.uc_stack.ss_sp = stack_.get();
  context_.uc_stack.ss_size = stack_bytes;
  context_.uc_link = nullptr;
  makecontext(&context_, enter, 0);
}

void fiber::enter() {
  // The stack that was there before all is known from whoever leaves it first.
  after_switch(nullptr, &leaving->bottom_, &leaving->size_);
  entering->run_();
  std::abort();
}

void fiber::switch_over(fiber& from, fiber& to) {
  leaving = &from;
  entering = &to;
  if (__sanitizer_start_switch_fiber != nullptr) {
    __sanitizer_start_switch_fiber(&from.sanitizer_, to.bottom_, to.size_);
  }
  if (swapcontext(&from.context_, &to.context_) != 0) std::abort();
  after_switch(from.sanitizer_, &leaving->bottom_, &leaving->size_);
}

}  // namespace fuzz
