// SPDX-License-Identifier: BSL-1.0
#include "fuzz/world.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <new>
#include <utility>
#include <vector>

#include "fuzz/fiber.hpp"
#include "platform/sys.hpp"

namespace fuzz {
namespace {

namespace sys = abide::sys;

/// A thread besides the caller, and what it sleeps on.
struct thread {
  explicit thread(void (*run)()) : stack(run) {}

  fiber stack;
  sys::thread_slot slot;
  const sys::atomic<std::uint32_t>* word = nullptr;
  std::uint32_t expected = 0;
  std::int64_t until = world::never;
  bool woken = true;  // it has not begun
};

std::int64_t clock_now = 1'000'000'000'000;
fiber caller;
sys::thread_slot caller_slot;
const void* caller_sleeps_on = nullptr;
bool caller_woken = false;
thread* running = nullptr;  // null: the caller
std::vector<char> handles;  // 0: lowered, 1: raised, 2: closed; their numbers follow first_handle
constexpr int first_handle = 1000;
std::size_t handles_open = 0;
void (*report)(const char*) = nullptr;

std::list<thread>& threads() {
  static std::list<thread> all;
  return all;
}

std::int64_t nanoseconds(abide::deadline t) { return t.time().time_since_epoch().count(); }

bool can_run(const thread& t) {
  return t.woken || t.until <= clock_now || (t.word != nullptr && t.word->load() != t.expected);
}

std::int64_t next_deadline() {
  std::int64_t next = world::never;
  for (const thread& t : threads()) next = std::min(next, t.until);
  return next;
}

void yield() {
  thread& self = *std::exchange(running, nullptr);
  fiber::switch_over(self.stack, caller);
}

/// The caller's sleep. Others go first, also where a deadline of theirs is the same as the
/// caller's. Returns: false once the time has come and it is not ready.
template <class Ready>
bool sleep_until(Ready ready, std::int64_t until) {
  if (running != nullptr) sys::fatal("abide fuzz: only the caller may sleep so");
  for (;;) {
    world::settle();
    if (ready()) return true;
    if (until <= clock_now) return false;
    const std::int64_t next = std::min(until, next_deadline());
    if (next == world::never) sys::fatal("abide fuzz: blocked for ever");
    clock_now = std::max(clock_now, next);
  }
}

char& level_of(abide::native_handle_type handle) {
  const auto i = static_cast<std::size_t>(handle - first_handle);
  if (handle < first_handle || i >= handles.size() || handles[i] == 2) {
    sys::fatal("abide fuzz: a handle is used that is not open");
  }
  return handles[i];
}

std::int64_t job_due = world::never;
std::function<void()> job;
thread* worker = nullptr;

void work() {
  for (;;) {
    worker->woken = false;
    if (job_due <= clock_now) {
      job_due = world::never;
      std::exchange(job, nullptr)();
    }
    worker->until = job_due;
    yield();
  }
}

}  // namespace

std::int64_t world::now() noexcept { return clock_now; }

void world::settle() {
  for (bool again = true; again;) {
    again = false;
    for (thread& t : threads()) {
      if (!can_run(t)) continue;
      running = &t;
      fiber::switch_over(caller, t.stack);
      again = true;
    }
  }
}

void world::advance_to(std::int64_t instant) {
  (void)sleep_until([] { return false; }, instant);
}

void world::run_at(std::int64_t instant, std::function<void()> what) {
  job_due = instant;
  job = std::move(what);
  if (worker == nullptr) worker = &threads().emplace_back(work);
  worker->until = instant;
}

void world::call_off() noexcept {
  job_due = never;
  job = nullptr;
  if (worker != nullptr) worker->until = never;
}

bool world::is_readable(abide::native_handle_type handle) { return level_of(handle) == 1; }
std::size_t world::open_handles() noexcept { return handles_open; }
void world::on_fatal(void (*r)(const char*)) noexcept { report = r; }

}  // namespace fuzz

// ---- src/platform/sys.hpp; that header says what each of these promises

namespace abide {
inline namespace v1 {
namespace sys {

std::chrono::steady_clock::time_point now() noexcept {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(fuzz::clock_now));
}

sleep_result sleep(const atomic<std::uint32_t>& word, std::uint32_t expected,
                   deadline until) noexcept {
  const std::int64_t end = fuzz::nanoseconds(until);
  if (word.load() != expected) return sleep_result::woken;
  if (fuzz::thread* const self = fuzz::running) {
    self->word = &word;
    self->expected = expected;
    self->until = end;
    self->woken = false;
    fuzz::yield();
    const bool woken = self->woken || word.load() != expected;
    self->word = nullptr;
    self->until = fuzz::world::never;
    self->woken = false;
    return woken || fuzz::clock_now < end ? sleep_result::woken : sleep_result::timed_out;
  }
  fuzz::caller_sleeps_on = &word;
  fuzz::caller_woken = false;
  const bool woken =
      fuzz::sleep_until([&] { return fuzz::caller_woken || word.load() != expected; }, end);
  fuzz::caller_sleeps_on = nullptr;
  return woken ? sleep_result::woken : sleep_result::timed_out;
}

void wake_one(const atomic<std::uint32_t>& word) noexcept { wake_all(word); }

void wake_all(const atomic<std::uint32_t>& word) noexcept {
  if (fuzz::caller_sleeps_on == &word) fuzz::caller_woken = true;
  for (fuzz::thread& t : fuzz::threads()) t.woken |= t.word == &word;
}

void sleep_on_address(const atomic<std::uintptr_t>&, std::uintptr_t) noexcept {
  fatal("abide fuzz: a lock is held by somebody who does not run");
}
void wake_address(const atomic<std::uintptr_t>*) noexcept {}
bool pause(unsigned) noexcept { return false; }
bool spin_while(const atomic<std::uint32_t>& word, std::uint32_t expected, deadline) noexcept {
  return word.load() != expected;
}
bool has_other_processor() noexcept { return false; }

native_handle_type make_handle() {
  fuzz::handles.push_back(0);
  ++fuzz::handles_open;
  return fuzz::first_handle + static_cast<int>(fuzz::handles.size()) - 1;
}
bool is_valid(native_handle_type h) noexcept { return h >= 0; }
native_handle_type no_handle() noexcept { return -1; }
void raise_handle(native_handle_type h) noexcept { fuzz::level_of(h) = 1; }
void lower_handle(native_handle_type h) noexcept { fuzz::level_of(h) = 0; }
void close_handle(native_handle_type h) noexcept {
  fuzz::level_of(h) = 2;
  --fuzz::handles_open;
}

namespace {

struct record {
  native_handle_type handle;
  bool wants_readable;
  bool is_ready;
};

record* records(std::byte* bytes) noexcept { return reinterpret_cast<record*>(bytes); }

}  // namespace

void poll_set::check_limit(std::size_t) {}
poll_set::poll_set(std::size_t capacity) : records_(inline_) {
  static_assert(sizeof(record) == record_bytes);
  if (capacity > inline_capacity) {
    heap_.reset(new std::byte[capacity * record_bytes]);
    records_ = heap_.get();
  }
}
poll_set::~poll_set() = default;

void poll_set::add(native_handle_type h, io wanted) noexcept {
  new (records(records_) + size_++) record{h, (wanted & io::readable) != io{}, false};
}

std::size_t poll_set::sleep(deadline until) noexcept {
  std::size_t found = 0;
  const auto look = [&] {
    found = 0;
    for (record* r = records(records_); r != records(records_) + size_; ++r) {
      r->is_ready = r->wants_readable && fuzz::level_of(r->handle) == 1;
      found += r->is_ready ? 1 : 0;
    }
    return found != 0;
  };
  if (!look() && !until.has_passed()) (void)fuzz::sleep_until(look, fuzz::nanoseconds(until));
  return found;
}

io poll_set::ready(std::size_t i) const noexcept {
  return records(records_)[i].is_ready ? io::readable : io{};
}

handle_set::handle_set() { fatal("the world of this test has no sets of handles"); }
handle_set::~handle_set() = default;
void handle_set::add(native_handle_type, io, void*) {}
void handle_set::remove(native_handle_type) noexcept {}
std::size_t handle_set::look(found*, std::size_t) noexcept { return 0; }

thread_slot& this_thread() noexcept {
  return fuzz::running != nullptr ? fuzz::running->slot : fuzz::caller_slot;
}
const thread_slot* this_thread_id() noexcept { return &this_thread(); }

namespace {
void (*entry)() noexcept = nullptr;  // of the product's one thread
}

void start_thread(void (*run)() noexcept) {
  entry = run;
  fuzz::threads().emplace_back([] { entry(); });
}

void at_fork(void (*)() noexcept, void (*)() noexcept, void (*)() noexcept) noexcept {}
bool is_forked_child() noexcept { return false; }
void forget_fork() noexcept {}
bool is_exiting() noexcept { return false; }

void fatal(const char* message) noexcept {
  std::fprintf(stderr, "%s\n", message);
  if (fuzz::report != nullptr) fuzz::report(message);
  std::abort();
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
