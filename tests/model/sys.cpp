// SPDX-License-Identifier: BSL-1.0

// The porting contract, for model threads.
#include "platform/sys.hpp"

#include <cstring>

#include "engine.hpp"
#include "run.hpp"

namespace abide {
inline namespace v1 {
namespace sys {

using model::changes;
using model::engine;
using model::everything;
using model::operation;
using model::thread_state;
using model::wake_up;

namespace {

// Nothing can sleep or wake outside a run: there is one thread.
engine& run() {
  if (engine* e = engine::running()) return *e;
  model::fail(model::failure::misuse, "a function of sys that waits or wakes was called");
}

// The comparison happens with the newest value, in one step with falling asleep.
wake_up sleep_on(const void* word, std::size_t size, std::uint32_t expected, deadline until,
                 thread_state state) {
  engine& e = run();
  e.threads.step(changes(word));
  const int thread = e.threads.current();
  model::location& l = e.atomics.reach(word, size, thread);
  const std::uint64_t found = e.atomics.read_newest(l, thread, std::memory_order_relaxed);
  if (static_cast<std::uint32_t>(found) != expected) {
    model::record(operation::stay_awake, word, static_cast<std::uint32_t>(found), expected);
    return wake_up::regular;
  }
  if (until.time() <= e.threads.now()) {
    model::record(operation::timed_out, word);
    return wake_up::timed_out;
  }
  model::record(operation::sleep, word, expected);
  return e.threads.sleep(word, until, state);
}

}  // namespace

std::chrono::steady_clock::time_point now() noexcept {
  engine* e = engine::running();
  if (e == nullptr) return model::scheduler::first_time();
  e->threads.step(model::reads_clock());
  const auto now = e->threads.now();
  model::record(operation::read_clock, nullptr,
                static_cast<std::uint64_t>(now.time_since_epoch().count()));
  return now;
}

sleep_result sleep(const atomic<std::uint32_t>& word, std::uint32_t expected,
                   deadline until) noexcept {
  const wake_up how = sleep_on(&word, sizeof word, expected, until, thread_state::asleep);
  return how == wake_up::timed_out ? sleep_result::timed_out : sleep_result::woken;
}

void wake_one(const atomic<std::uint32_t>& word) noexcept {
  engine& e = run();
  e.threads.step(changes(&word));
  e.atomics.reach(&word, sizeof word, e.threads.current());
  model::record(operation::wake_one, &word, static_cast<unsigned>(e.threads.sleepers(&word)));
  e.threads.wake_one(&word);
}

void wake_all(const atomic<std::uint32_t>& word) noexcept {
  engine& e = run();
  e.threads.step(changes(&word));
  e.atomics.reach(&word, sizeof word, e.threads.current());
  model::record(operation::wake_all, &word, static_cast<unsigned>(e.threads.sleepers(&word)));
  e.threads.wake_all(&word);
}

void sleep_on_address(const atomic<std::uintptr_t>& word, std::uintptr_t expected) noexcept {
  sleep_on(&word, sizeof word, static_cast<std::uint32_t>(expected), deadline::never(),
           thread_state::parked);
}

void wake_address(const atomic<std::uintptr_t>* word) noexcept {
  engine& e = run();
  e.threads.step(changes(word));
  model::record(operation::wake_address, word, static_cast<unsigned>(e.threads.sleepers(word)));
  e.threads.wake_one(word);
}

bool pause(unsigned) noexcept {
  engine* e = engine::running();
  return e != nullptr && e->threads.pause();
}

// One look, before which the others may go on for as long as they can.
bool spin_while(const atomic<std::uint32_t>& word, std::uint32_t expected, deadline) noexcept {
  engine& e = run();
  e.threads.step(model::reads(&word));
  const int thread = e.threads.current();
  model::location& l = e.atomics.reach(&word, sizeof word, thread);
  return e.atomics.read_newest(l, thread, std::memory_order_relaxed) != expected;
}

bool has_other_processor() noexcept { return true; }

// ---- Event handles ------------------------------------------------------------------------------

native_handle_type make_handle() {
  engine& e = run();
  const int handle = e.handles.make(e.threads.current());
  model::record(operation::make_handle, nullptr, static_cast<unsigned>(handle));
  return handle;
}

bool is_valid(native_handle_type handle) noexcept { return handle >= 0; }

native_handle_type no_handle() noexcept { return -1; }

void raise_handle(native_handle_type handle) noexcept {
  engine& e = run();
  e.threads.step(changes(handle));
  model::record(operation::raise_handle, nullptr, static_cast<unsigned>(handle));
  e.handles.raise(handle);
}

void lower_handle(native_handle_type handle) noexcept {
  engine& e = run();
  e.threads.step(changes(handle));
  model::record(operation::lower_handle, nullptr, static_cast<unsigned>(handle));
  e.handles.lower(handle);
}

void close_handle(native_handle_type handle) noexcept {
  engine& e = run();
  e.threads.step(changes(handle));
  model::record(operation::close_handle, nullptr, static_cast<unsigned>(handle));
  e.handles.close(handle);
}

poll_set::poll_set(std::size_t capacity) : records_(inline_) {
  static_assert(sizeof(model::polled_handle) == record_bytes);
  if (capacity <= inline_capacity) return;
  heap_ = std::make_unique<std::byte[]>(capacity * record_bytes);
  records_ = heap_.get();
}

poll_set::~poll_set() = default;

void poll_set::check_limit(std::size_t) {}

void poll_set::add(native_handle_type handle, io wanted) noexcept {
  const model::polled_handle record{handle, static_cast<std::uint16_t>(wanted), 0};
  std::memcpy(records_ + size_ * record_bytes, &record, record_bytes);
  ++size_;
}

std::size_t poll_set::sleep(deadline until) noexcept {
  engine& e = run();
  auto* polled = reinterpret_cast<model::polled_handle*>(records_);
  e.threads.step(everything());
  std::size_t ready = e.handles.test(polled, size_);
  if (ready == 0 && until.time() > e.threads.now()) {
    model::record(operation::poll_sleep, nullptr, 0, size_);
    e.threads.poll(polled, size_, until);
    ready = e.handles.test(polled, size_);
  }
  model::record(operation::poll, nullptr, ready, size_);
  return ready;
}

io poll_set::ready(std::size_t position) const noexcept {
  model::polled_handle record;
  std::memcpy(&record, records_ + position * record_bytes, record_bytes);
  return static_cast<io>(record.found);
}

handle_set::handle_set() { fatal("the world of this test has no sets of handles"); }
handle_set::~handle_set() = default;
void handle_set::add(native_handle_type, io, void*) {}
void handle_set::remove(native_handle_type) noexcept {}
std::size_t handle_set::look(found*, std::size_t) noexcept { return 0; }

// ---- Threads and the end ------------------------------------------------------------------------

thread_slot& this_thread() noexcept {
  static thread_slot of_the_host;
  engine* e = engine::running();
  return e == nullptr ? of_the_host : e->slot();
}

const thread_slot* this_thread_id() noexcept { return &this_thread(); }

void start_thread(void (*function)() noexcept) {
  run().start("daemon", function, model::thread_kind::daemon);
}

void at_fork(void (*)() noexcept, void (*)() noexcept, void (*)() noexcept) noexcept {}

bool is_forked_child() noexcept { return false; }

void forget_fork() noexcept {}

bool is_exiting() noexcept { return false; }

void fatal(const char* message) noexcept {
  if (engine* e = engine::running()) e->fatal(message);
  model::fail(model::failure::fatal, message);
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
