// SPDX-License-Identifier: BSL-1.0
#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>
#include <unwind.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "platform/linux/fail.hpp"
#include "platform/linux/uncancelable.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace sys {
namespace {

// Relaxed throughout: flags that order nothing.
constinit atomic<bool> exiting{false};
constinit atomic<bool> forked{false};

// Its destructor runs when the process exits, before those of older static objects.
struct exit_watch {
  ~exit_watch() { exiting.store(true, memory_order_relaxed); }
};

// Whether the frame is a call made by exit(). The address is that behind the call.
_Unwind_Reason_Code find_exit(_Unwind_Context* frame, void* found) {
  Dl_info symbol;
  const auto address = static_cast<std::uintptr_t>(_Unwind_GetIP(frame)) - 1;
  if (::dladdr(reinterpret_cast<void*>(address), &symbol) == 0 || symbol.dli_sname == nullptr ||
      std::strcmp(symbol.dli_sname, "exit") != 0) {
    return _URC_NO_REASON;
  }
  *static_cast<bool*>(found) = true;
  return _URC_NORMAL_STOP;
}

}  // namespace

void at_fork(void (*prepare)() noexcept, void (*parent)() noexcept,
             void (*child)() noexcept) noexcept {
  static void (*const in_child)() noexcept = child;
  static const exit_watch watch;
  // ENOMEM is the only error; then a fork may find a lock taken, as it may without this.
  (void)::pthread_atfork(prepare, parent, [] {
    forked.store(true, memory_order_relaxed);
    in_child();
  });
}

void forget_fork() noexcept { forked.store(false, memory_order_relaxed); }

bool is_forked_child() noexcept { return forked.load(memory_order_relaxed); }

// The watch does not see what was made after it and is therefore destroyed before it; but then this
// thread is inside exit(), and so is the call that asks.
bool is_exiting() noexcept {
  bool found = exiting.load(memory_order_relaxed);
  if (!found) ::_Unwind_Backtrace(find_exit, &found);
  return found;
}

void fatal(const char* message) noexcept {
  const uncancelable guard;
  // One write, so that messages of several threads do not mix.
  char line[256];
  const int n = std::snprintf(line, sizeof line, "%s\n", message);
  const auto length =
      static_cast<std::size_t>(n) < sizeof line ? static_cast<std::size_t>(n) : sizeof line - 1;
  if (::write(STDERR_FILENO, line, length) < 0) {
    // Nowhere to say it; the abort says the rest.
  }
  std::abort();
}

void fail(const char* call, int error) noexcept {
  char message[192];
  std::snprintf(message, sizeof message, "abide: %s failed: %s", call, std::strerror(error));
  fatal(message);
}

void refuse(const char* call, int error, const std::string& path) {
  throw std::system_error(std::error_code(error, std::generic_category()),
                          std::string("abide: ") + call + (path.empty() ? "" : " " + path));
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
