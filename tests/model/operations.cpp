// SPDX-License-Identifier: BSL-1.0

// What the body of a scenario calls.
#include <string>
#include <utility>

#include "checker.hpp"
#include "engine.hpp"
#include "run.hpp"

namespace model {

namespace {

engine& run() {
  if (engine* e = engine::running()) return *e;
  fail(failure::misuse, "a function for the inside of a run was called");
}

}  // namespace

thread::thread(const char* name, std::function<void()> body)
    : id_(run().start(name, std::move(body), thread_kind::ordinary)) {}

void thread::join() const noexcept { run().join(thread_set{1} << id_); }

void thread::await_asleep() const noexcept { run().threads.await_asleep(id_); }

void join_all() noexcept {
  engine& e = run();
  e.join(e.threads.others());
}

void check(bool condition, const char* message) {
  if (!condition) fail(failure::check, message);
}

void outcome(std::initializer_list<std::int64_t> values) {
  engine& e = run();
  outside([&] {
    std::string text;
    for (const std::int64_t value : values) {
      if (!text.empty()) text += ' ';
      text += std::to_string(value);
    }
    e.outcomes.insert(std::move(text));
  });
}

void advance(std::chrono::nanoseconds by) {
  engine& e = run();
  e.threads.step(everything());
  record(operation::advance_clock, nullptr, static_cast<std::uint64_t>(by.count()));
  e.threads.advance(by);
}

void name_range(const void* begin, std::size_t size, const char* name) {
  run().steps.name_range(begin, size, name);
}

void lasting(const void* object) { run().keep(object); }

void* leave_run() noexcept { return engine::set_running(nullptr); }

void resume_run(void* checker) noexcept { engine::set_running(static_cast<engine*>(checker)); }

}  // namespace model
