// SPDX-License-Identifier: BSL-1.0
#include <link.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "platform/linux/ending.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace sys {
namespace {

constinit atomic<bool> ending{false};

// Runs when the process exits, before the static objects that are older than this library.
struct exit_watch {
  ~exit_watch() { note_ending(); }
};

struct search {
  const char* address;
  bool found;
};

int find_in_module(dl_phdr_info* module, std::size_t, void* argument) {
  auto* s = static_cast<search*>(argument);
  for (int i = 0; i != module->dlpi_phnum && !s->found; ++i) {
    const ElfW(Phdr)& segment = module->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const char* begin = reinterpret_cast<const char*>(module->dlpi_addr + segment.p_vaddr);
    s->found = begin <= s->address && s->address < begin + segment.p_memsz;
  }
  return s->found ? 1 : 0;
}

}  // namespace

// Relaxed: a flag that is set once and orders nothing.
void note_ending() noexcept { ending.store(true, memory_order_relaxed); }

void at_fork(void (*prepare)() noexcept, void (*parent)() noexcept,
             void (*child)() noexcept) noexcept {
  static void (*const in_child)() noexcept = child;
  static const exit_watch watch;
  // ENOMEM is the only error; then a fork may find a lock taken, as it may without this.
  (void)::pthread_atfork(prepare, parent, [] {
    note_ending();
    in_child();
  });
}

bool is_ending() noexcept { return ending.load(memory_order_relaxed); }

bool is_static(const void* object) noexcept {
  search s{static_cast<const char*>(object), false};
  ::dl_iterate_phdr(find_in_module, &s);
  return s.found;
}

void fatal(const char* message) noexcept {
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

}  // namespace sys
}  // namespace v1
}  // namespace abide
