// SPDX-License-Identifier: BSL-1.0
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <climits>

#include "platform/linux/fail.hpp"
#include "platform/sys.hpp"

// All futexes are private to the process. A wait takes an absolute deadline on CLOCK_MONOTONIC, the
// clock of std::chrono::steady_clock, so that an interrupted wait goes on to the same instant.

namespace abide {
inline namespace v1 {
namespace sys {
namespace {

static_assert(sizeof(atomic<std::uint32_t>) == sizeof(std::uint32_t));

long futex(const void* word, int operation, std::uint32_t value,
           const timespec* timeout = nullptr) noexcept {
  return ::syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, timeout, nullptr,
                   FUTEX_BITSET_MATCH_ANY);
}

void wake(const void* word, std::uint32_t most) noexcept {
  if (futex(word, FUTEX_WAKE, most) < 0) fail("futex(FUTEX_WAKE)", errno);
}

sleep_result sleep_while(const void* word, std::uint32_t expected, deadline until) noexcept {
  timespec at{};
  if (!until.is_never()) {
    const auto time = until.time().time_since_epoch();
    if (time.count() <= 0)
      return until.has_passed() ? sleep_result::timed_out : sleep_result::woken;
    at.tv_sec = static_cast<time_t>(time.count() / 1'000'000'000);
    at.tv_nsec = static_cast<long>(time.count() % 1'000'000'000);
  }
  if (futex(word, FUTEX_WAIT_BITSET, expected, until.is_never() ? nullptr : &at) == 0) {
    return sleep_result::woken;
  }
  switch (errno) {
    case ETIMEDOUT:
      return sleep_result::timed_out;
    case EAGAIN:  // the word has changed
    case EINTR:   // a signal handler ran; the caller loops
      return sleep_result::woken;
    default:
      fail("futex(FUTEX_WAIT_BITSET)", errno);
  }
}

// The kernel compares 32 bits: those of an object's word that hold LOCK and PARKED.
const void* low_half(const atomic<std::uintptr_t>* word) noexcept {
  const auto* bytes = reinterpret_cast<const char*>(word);
  return std::endian::native == std::endian::little || sizeof *word == 4 ? bytes : bytes + 4;
}

// How long to wait for LOCK before sleeping on it: a section is a few instructions, so a holder
// that runs is done within this; with one processor a holder that is met does not run.
unsigned busy_rounds() noexcept {
  static const unsigned rounds = has_other_processor() ? 40 : 0;
  return rounds;
}

// Tells the processor that this is a busy wait: some tens of nanoseconds on most.
void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

sleep_result sleep(const atomic<std::uint32_t>& word, std::uint32_t expected,
                   deadline until) noexcept {
  return sleep_while(&word, expected, until);
}

void wake_one(const atomic<std::uint32_t>& word) noexcept { wake(&word, 1); }

void wake_all(const atomic<std::uint32_t>& word) noexcept { wake(&word, INT_MAX); }

void sleep_on_address(const atomic<std::uintptr_t>& word, std::uintptr_t expected) noexcept {
  sleep_while(low_half(&word), static_cast<std::uint32_t>(expected), deadline::never());
}

void wake_address(const atomic<std::uintptr_t>* word) noexcept {
  // Whatever it answers: the address may be no memory any more, or serve somebody else's lock.
  (void)futex(low_half(word), FUTEX_WAKE, 1);
}

bool pause(unsigned round) noexcept {
  if (round >= busy_rounds()) return false;
  relax();
  return true;
}

bool spin_while(const atomic<std::uint32_t>& word, std::uint32_t expected,
                deadline until) noexcept {
  constexpr int looks_per_look_at_the_clock = 16;
  do {
    for (int i = 0; i != looks_per_look_at_the_clock; ++i) {
      if (word.load(memory_order_relaxed) != expected) return true;
      relax();
    }
  } while (!until.has_passed());
  return false;
}

bool has_other_processor() noexcept {
  cpu_set_t usable;  // too small for a very large machine: then the call fails
  return ::sched_getaffinity(0, sizeof usable, &usable) != 0 || CPU_COUNT(&usable) > 1;
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
