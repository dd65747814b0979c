// SPDX-License-Identifier: BSL-1.0
#include "engine.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "run.hpp"

namespace model {

namespace {

const static_storage& statics() {
  static const static_storage found;
  return found;
}

}  // namespace

constinit engine* engine::running_ = nullptr;

engine* engine::set_running(engine* e) noexcept { return std::exchange(running_, e); }

engine::engine(const settings& s, int bound, trail first)
    : settings_(s),
      statics_before_(statics().save()),
      statics_start_(statics_before_),
      choices(std::move(first)),
      steps([this](const void* address) { return describe(address); }),
      atomics(s, statics()),
      plain(atomics),
      threads(s, bound, arena_, handles) {
  atomics.begin_exploration();
}

engine::~engine() {
  statics().restore(statics_before_);
  atomics.end_exploration();
}

// ---- Runs ---------------------------------------------------------------------------------------

void engine::start_run() {
  statics().restore(statics_start_);
  arena_.start_run();
  atomics.start_run();
  plain.start_run();
  handles.start_run();
  steps.start_run();
  choices.start_run();
  order.start_run();
  slots_ = first_slots_;
  spurious_failures_left_ = settings_.spurious_failures;
  ended_fatally_ = false;
  cut_short_ = false;
}

bool engine::execute(const std::function<void()>& body) {
  start_run();
  running_ = this;
  threads.run(body);
  running_ = nullptr;
  all_steps += threads.steps();
  return failure_ == failure::none;
}

bool engine::run(const std::function<void()>& body) {
  if (!execute(body)) return false;
  check_end();
  return failure_ == failure::none;
}

bool engine::repeat(const std::function<void()>& body) {
  const std::uint32_t before = steps.fingerprint();
  if (!run(body)) return false;
  if (steps.fingerprint() != before) {
    failure_ = failure::nondeterminism;
    message_ = "the first run took other steps when it was repeated";
  }
  return failure_ == failure::none;
}

bool engine::warm_up(const std::function<void()>& f) {
  warming_up_ = true;
  const bool done = execute([&f] {
    f();
    for (int t = 1; t < max_threads; ++t) thread(f).join();
  });
  warming_up_ = false;
  if (!done) return false;
  statics_start_ = statics().save();
  arena_.make_persistent();
  atomics.keep_for_all_runs();
  handles.make_persistent();
  first_slots_ = slots_;
  return true;
}

void engine::check_end() {
  // A fatal end comes in the middle of what others do: how far they are is no result.
  if (cut_short_ || ended_fatally_) return;
  if (tells_runs_apart()) equivalence_classes.insert(order.number());
  const auto found = [this](failure kind, std::string message) {
    failure_ = kind;
    message_ = std::move(message);
  };
  if (!choices.is_used_up()) {
    found(failure::nondeterminism, "the run ended before the choices it repeats did");
  } else if (const arena::block* leak = arena_.find_leak()) {
    found(failure::leak, "thread " + steps.thread_text(arena_.owner_of(leak->begin)) +
                             " allocated " + std::to_string(leak->size) + " bytes at " +
                             steps.address_text(leak->begin) +
                             ", which nobody freed (see model::outside, model::lasting, warm_up)");
  } else if (const int handle = handles.find_leak(); handle >= 0) {
    found(failure::leak, "handle " + std::to_string(handle) + " was not closed");
  }
}

// ---- Failures -----------------------------------------------------------------------------------

void engine::fail(failure kind, const std::string& message) {
  running_ = nullptr;  // from here on, memory is the host's
  failure_ = kind;
  message_ = message;
  threads.leave_run();
}

void engine::fatal(const char* message) {
  const std::string& allowed = settings_.allowed_fatal;
  if (allowed.empty() || std::string_view(message).find(allowed) == std::string_view::npos) {
    fail(failure::fatal, std::string("sys::fatal: ") + message);
  }
  running_ = nullptr;
  ended_fatally_ = true;
  threads.leave_run();
}

void engine::cut_short() {
  running_ = nullptr;
  cut_short_ = true;
  threads.leave_run();
}

void engine::describe_run(result& r) const {
  r.kind = failure_;
  r.message = message_;
  r.trail = r.name + ":" + std::to_string(r.bound) +
            (settings_.search == reduction::none ? "*:" : ":") + choices.text();
  r.report = "model: " + r.name + ": ";
  r.report += failure_ == failure::none ? "a run without failure" : message_;
  r.report +=
      "\n  run " + std::to_string(r.runs) + ", " + std::to_string(threads.steps()) + " steps\n";
  r.report += steps.text();
  r.report += "  replay: ABIDE_MODEL_REPLAY='" + r.trail + "'\n";
}

std::string engine::describe(const void* address) const {
  std::string text = arena_.describe(address);
  if (text.empty()) text = statics().name_of(address);
  return text.empty() ? hexadecimal(reinterpret_cast<std::uintptr_t>(address)) : text;
}

int engine::choose(int alternatives) {
  if (alternatives == 1 || warming_up_) return 0;
  trail::difference changed;
  const int taken = choices.choose(alternatives, steps.fingerprint(), changed);
  if (changed.found) {
    fail(failure::nondeterminism,
         "choice " + std::to_string(choices.position() + 1) + " had " +
             std::to_string(changed.alternatives_before) + " alternatives and now has " +
             std::to_string(alternatives) +
             ", or other steps led to it: the run does not depend on its choices alone");
  }
  return taken;
}

std::uint64_t engine::without_place(std::uint64_t value) const noexcept {
  const std::uint64_t offset = value - reinterpret_cast<std::uintptr_t>(slots_.data());
  return offset < sizeof slots_ ? offset : value;
}

bool engine::may_fail_spuriously() {
  if (spurious_failures_left_ == 0 || choose(2) == 0) return false;
  --spurious_failures_left_;
  return true;
}

void fail(failure kind, const std::string& message) {
  if (engine* e = engine::running()) e->fail(kind, message);
  std::fprintf(stderr, "model: outside a run: %s\n", message.c_str());
  std::abort();
}

int choose(int alternatives) { return engine::running()->choose(alternatives); }

void record(operation what, const void* address, std::uint64_t value, std::uint64_t other,
            std::memory_order order) {
  engine& e = *engine::running();
  e.steps.record(e.threads.current(), what, address, value, other, order);
  if (!e.tells_runs_apart()) return;
  if (what == operation::preempted || what == operation::join) return;
  for (const std::uint64_t part :
       {static_cast<std::uint64_t>(what), e.without_place(value), e.without_place(other)}) {
    e.order.observe(e.threads.current(), part);
  }
}

void note_choice(int taken) {
  engine& e = *engine::running();
  if (!e.tells_runs_apart()) return;
  e.order.observe(e.threads.current(), static_cast<std::uint64_t>(taken));
}

void note_step(footprint made) {
  engine& e = *engine::running();
  if (e.tells_runs_apart()) e.order.step(e.threads.current(), made);
}

std::string describe_thread(int thread) { return engine::running()->steps.thread_text(thread); }

std::string describe(const void* address) { return engine::running()->steps.address_text(address); }

// ---- Threads ------------------------------------------------------------------------------------

int engine::start(const char* name, std::function<void()> body, thread_kind kind) {
  const int parent = threads.current();
  const int child = threads.start(std::move(body), kind);
  atomics.start_thread(child, parent);
  steps.name_thread(child, name);
  record(operation::start, nullptr, static_cast<unsigned>(child));
  return child;
}

void engine::join(thread_set joined) {
  threads.join(joined);
  for (int t = 0; t < max_threads; ++t) {
    if ((joined >> t & 1) != 0) atomics.join_thread(t, threads.current());
  }
}

// ---- The heap of a run --------------------------------------------------------------------------

void* engine::allocate(std::size_t size, std::size_t alignment) {
  const auto state = threads.is_daemon() ? arena::block_state::lasting : arena::block_state::live;
  void* memory = arena_.allocate(size, alignment, threads.current(), state);
  if (memory == nullptr) fail(failure::misuse, "the heap of the run is full");
  return memory;
}

void engine::release(void* begin) noexcept {
  if (!arena_.owns(begin)) {
    std::free(begin);
    return;
  }
  const arena::block* block = arena_.find(begin);
  const std::size_t size = block == nullptr ? 0 : block->size;
  switch (arena_.release(begin)) {
    case arena::release_result::done:
      // Who may use it at that time races with this, whichever of the two comes first in this run.
      plain.write_all(begin, size, threads.current());
      atomics.end_lives_within(begin, size, threads.current());
      break;
    case arena::release_result::already_freed:
      fail(failure::lifetime, model::describe(begin) + " is freed twice");
    case arena::release_result::not_a_block:
      fail(failure::lifetime, model::describe(begin) + " is freed, but was never allocated");
  }
}

void engine::keep(const void* object) {
  arena::block* block = arena_.find(object);
  if (block == nullptr) fail(failure::misuse, "lasting(): the object is not in a heap block");
  block->state = arena::block_state::lasting;
}

void engine::check_alive(const void* address) const {
  if (!arena_.owns(address)) return;
  const arena::block* block = arena_.find(address);
  if (block == nullptr || block->state == arena::block_state::freed) {
    model::fail(failure::lifetime, model::describe(address) + " is used, but it is freed memory");
  }
}

void engine::destroy(const void* object, std::size_t size) {
  if (threads.sleepers(object) != 0) {
    fail(failure::lifetime, model::describe(object) + " is destroyed while a thread sleeps on it");
  }
  atomics.destroy(object, size, threads.current());
}

}  // namespace model
