// SPDX-License-Identifier: BSL-1.0
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>

#include <cstdint>
#include <system_error>

#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace sys {
namespace {

// Trivially destructible: usable in the destructors that run after the guard's.
constinit thread_local thread_slot slot;

struct exit_guard {
  bool armed = false;
  ~exit_guard() {
    slot.ending = true;
    if (slot.parker != nullptr) release_parker(slot.parker);
    slot.parker = nullptr;
  }
};
thread_local exit_guard guard;

void* run_thread(void* argument) {
  // 1 ns: the kernel may not delay a wake by more, the default is 50 us.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  ::pthread_setname_np(::pthread_self(), "abide-timer");
  reinterpret_cast<void (*)() noexcept>(argument)();
  return nullptr;
}

}  // namespace

thread_slot& this_thread() noexcept {
  // The first use in a thread constructs the guard, whose destructor is the thread's exit hook.
  if (slot.parker == nullptr && !slot.ending) guard.armed = true;
  return slot;
}

const thread_slot* this_thread_id() noexcept { return &slot; }

void start_thread(void (*run)() noexcept) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // inherited: the program's handlers run elsewhere
  pthread_attr_t attributes;
  int error = ::pthread_attr_init(&attributes);
  if (error == 0) {
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    error = ::pthread_create(&thread, &attributes, run_thread, reinterpret_cast<void*>(run));
    ::pthread_attr_destroy(&attributes);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) {
    throw std::system_error(std::error_code(error, std::generic_category()),
                            "abide: cannot start the timer thread");
  }
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
