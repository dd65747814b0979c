// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "support/descriptors.hpp"
#include "support/outcome.hpp"
#include "support/running.hpp"

// A wait of a second sleeps for that second, whatever it watches: it never spins on a handle that
// poll reports at once.

namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using support::outcome_of;

/// What the calling thread has used of a processor so far.
microseconds used_time() {
  rusage usage;
  EXPECT_EQ(::getrusage(RUSAGE_THREAD, &usage), 0);
  const auto of = [](const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + microseconds(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// A counter that cannot be raised further: readable, and never writable.
support::descriptor full_counter() {
  support::descriptor counter(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() - 1;
  EXPECT_EQ(::write(counter.get(), &most, sizeof most), static_cast<ssize_t>(sizeof most));
  return counter;
}

/// A number that was a descriptor; so high that it does not become another one.
int closed_number() {
  const support::connection pipe = support::make_pipe();
  return support::descriptor(::fcntl(pipe.first.get(), F_DUPFD_CLOEXEC, 900)).get();
}

struct named_wait {
  const char* name;
  std::function<abide::wait_status()> wait;
};

TEST(CpuTime, OfAWaitOfASecondIsUnderFiveMilliseconds) {
  abide::manual_reset_event never;
  abide::auto_reset_event automatic;
  abide::semaphore units(0);
  const abide::cancellation_source source;
  const abide::throw_on token(source.token());
  abide::waitable_timer timer;
  timer.set(abide::deadline::after(1h));
  const support::connection pipe = support::make_pipe();
  support::connection ended = support::make_sockets();
  ended.second.close();
  const support::descriptor full = full_counter();
  using abide::io;
  using abide::os_handle;
  const os_handle empty(pipe.first.get());
  const os_handle also_empty(pipe.first.get());
  const os_handle hung_up(ended.first.get());
  const os_handle closed(closed_number());
  const os_handle readable(full.get());
  const os_handle unwritable(full.get(), io::writable);
  abide::manual_reset_event exported;
  const os_handle lowered(exported.native_handle());
  // A handle that is ready is no reason to be awake while the rest of a wait_all is not.
  const named_wait waits[] = {
      {"an event", [&] { return outcome_of([&] { return never.wait_for(1s); }); }},
      {"a semaphore", [&] { return outcome_of([&] { return units.try_acquire_for(1s, token); }); }},
      {"a timer", [&] { return outcome_of([&] { return timer.wait_for(1s); }); }},
      {"many objects",
       [&] {
         return outcome_of([&] { return abide::wait_any_for(1s, never, automatic, units, token); });
       }},
      {"all of them",
       [&] {
         return outcome_of([&] { return abide::wait_all_for(1s, never, automatic, units); });
       }},
      {"a handle", [&] { return outcome_of([&] { return abide::wait_for(1s, empty); }); }},
      {"a handle and an event",
       [&] { return outcome_of([&] { return abide::wait_any_for(1s, also_empty, automatic); }); }},
      {"an exported handle",
       [&] { return outcome_of([&] { return abide::wait_for(1s, lowered); }); }},
      {"a full counter, to write",
       [&] { return outcome_of([&] { return abide::wait_any_for(1s, unwritable, never); }); }},
      {"a full counter and an event, both",
       [&] { return outcome_of([&] { return abide::wait_all_for(1s, readable, never); }); }},
      {"a closed number and an event, both",
       [&] { return outcome_of([&] { return abide::wait_all_for(1s, closed, never); }); }},
      {"an end of file and an event, both",
       [&] { return outcome_of([&] { return abide::wait_all_for(1s, hung_up, never); }); }},
      {"a sleep",
       [&] {
         return outcome_of([&] { return abide::sleep_for(1s, abide::return_on(source.token())); });
       }},
  };
  std::vector<support::running<void>> waiters;
  for (const named_wait& w : waits) {
    waiters.push_back(support::run([&w] {
      SCOPED_TRACE(w.name);
      const auto before = used_time();
      EXPECT_EQ(w.wait(), abide::wait_status::timeout);
      EXPECT_LT(used_time() - before, 5ms);
    }));
  }
  for (auto& w : waiters) w.get();
  EXPECT_EQ(closed.ready(), io{}) << "tells only of a wait that it satisfied";
  EXPECT_EQ(abide::wait_any_for(1h, never, closed), 1u) << "any of them: it is an error at once";
  EXPECT_EQ(closed.ready(), io::error);
}

// An exported handle that somebody else has raised to its limit is raised, and can be lowered.
TEST(CpuTime, AHandleAtItsLimitIsRaisedOnceMore) {
  abide::manual_reset_event event;
  const int handle = event.native_handle();
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() - 1;
  ASSERT_EQ(::write(handle, &most, sizeof most), static_cast<ssize_t>(sizeof most));
  event.set();
  EXPECT_TRUE(support::is_readable(handle));
  event.reset();
  EXPECT_FALSE(support::is_readable(handle));
}

}  // namespace
