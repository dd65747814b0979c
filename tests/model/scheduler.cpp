// SPDX-License-Identifier: BSL-1.0
#include "scheduler.hpp"

#include <bit>
#include <exception>
#include <string>
#include <utility>

#include "engine.hpp"
#include "run.hpp"

// How it works. A thread runs until it calls step(), pause() or a function that blocks; there the
// alternatives are collected, the trail chooses, and the fibers are switched. in_state_ has the set
// of threads in each state; a thread is ready when it is runnable, polls a handle that is raised,
// or awaits a thread that is asleep. A step of a thread that is resumed is not preempted before it
// has done anything (fresh): to schedule it later is another alternative of the choice before.

namespace model {

namespace {

template <class F>
void for_each(thread_set threads, F&& f) {
  for (; threads != 0; threads &= threads - 1) f(std::countr_zero(threads));
}

}  // namespace

scheduler::scheduler(const settings& s, int bound, arena& a, handle_table& h)
    : settings_(s), bound_(bound), arena_(a), handles_(h) {
  for (int t = 0; t < max_threads; ++t) at(t).stack.set_stack(arena_.stack(t));
}

// ---- The life of a run --------------------------------------------------------------------------

void scheduler::run(const std::function<void()>& body) {
  in_state_ = {};
  paused_ = daemons_ = acting_ = 0;
  asleep_.clear();
  used_ = 0;
  steps_ = 0;
  preemptions_left_ = bound_;
  timeouts_left_ = settings_.timeouts;
  spurious_left_ = settings_.spurious_wakes;
  now_ = first_time();
  for (model_thread& t : threads_) t.state = thread_state::unused;

  current_ = add_thread(thread_kind::ordinary);
  self().body = std::cref(body);  // no copy: it would be the run's memory
  fiber::switch_over(host_, self().stack);
}

void scheduler::leave_run() {
  self().reusable = false;
  abandon_threads();
  fiber::leave_for(host_);
}

void scheduler::abandon_threads() {
  // Nothing on the stack of a thread in the middle of something is destroyed, nor is its body: both
  // may own memory of the run, which is over.
  for (int t = 0; t < used_; ++t) {
    if (at(t).state == thread_state::ended) continue;
    at(t).reusable = false;
    new (&at(t).body) std::function<void()>();
  }
}

int scheduler::add_thread(thread_kind kind) {
  if (used_ == max_threads) fail(failure::misuse, "more than 8 threads in a run");
  const int id = used_++;
  model_thread& t = at(id);
  t.fresh = true;
  t.impatient = false;
  if (kind == thread_kind::daemon) daemons_ |= bit(id);
  if (!t.reusable) t.stack.restart(run_bodies, this);
  enter(id, thread_state::runnable);
  return id;
}

int scheduler::start(std::function<void()> body, thread_kind kind) {
  asleep_.clear();
  const int id = add_thread(kind);
  at(id).body = std::move(body);
  self().fresh = false;  // there is somebody new who could go first
  return id;
}

void scheduler::run_bodies(void* self) {
  for (;;) static_cast<scheduler*>(self)->run_body();
}

void scheduler::run_body() {
  const int me = current_;
  try {
    self().body();
  } catch (const std::exception& e) {
    fail(failure::exception, std::string("an exception leaves the thread: ") + e.what());
  } catch (...) {
    fail(failure::exception, "an exception leaves the thread");
  }
  at(me).body = nullptr;
  record(operation::end);
  paused_ = 0;
  at(me).reusable = true;
  enter(me, thread_state::ended);
  for_each(in(thread_state::joining), [&](int t) {
    if ((at(t).targets & ~in(thread_state::ended)) == 0) enter(t, thread_state::runnable);
  });
  go_on();  // returns in a later run, which has given this fiber another body
}

void scheduler::enter(int thread, thread_state s) {
  model_thread& t = at(thread);
  in_state_[static_cast<std::size_t>(t.state)] &= ~bit(thread);
  in_state_[static_cast<std::size_t>(s)] |= bit(thread);
  t.state = s;
}

// ---- Steps --------------------------------------------------------------------------------------

void scheduler::count_step() {
  if (++steps_ <= settings_.max_steps) return;
  fail(failure::livelock, "the run has more than " + std::to_string(settings_.max_steps) +
                              " steps: threads keep each other busy, or max_steps() is too low");
}

void scheduler::step(footprint what) {
  count_step();
  model_thread& me = self();
  if (me.fresh) {
    me.fresh = false;
  } else if (preemptions_left_ > 0) {
    preempt(what);
  }
  if (what.changes()) {
    me.impatient = false;
    paused_ &= bit(current_);
  }
  if (is_daemon() || (others() & ~in(thread_state::ended)) != 0) acting_ |= bit(current_);
  made(what);
}

int scheduler::acting() const noexcept {
  const thread_set ordinary = (bit(used_) - 1) & ~daemons_;
  return std::popcount(ordinary == 1 ? acting_ | 1 : acting_);
}

void scheduler::made(footprint what) {
  asleep_.note(what);
  note_step(what);
}

void scheduler::preempt(footprint next) {
  alternatives others;
  collect(others, ready() & ~paused_ & ~bit(current_), timeouts_left_);
  if (others.count == 0) return;
  const int taken = choose(others.count + 1);
  if (taken == 0) return;
  --preemptions_left_;
  if (settings_.search == reduction::sleep_sets) asleep_.add(current_, next);
  record(operation::preempted);
  switch_from_able(others.list[index(taken - 1)]);
}

bool scheduler::pause() {
  count_step();
  asleep_.clear();
  model_thread& me = self();
  alternatives others;
  collect(others, ready() & ~paused_ & ~bit(current_), timeouts_left_);
  if (others.ready == 0 && paused_ != 0) {
    // All others that could run pause too: nothing changes before one of them goes on.
    paused_ = 0;
    collect(others, ready() & ~bit(current_), timeouts_left_);
  }
  // A loop that ignores the refusal is refused once, and from then on only yields.
  const bool may_refuse = !me.impatient || others.count == 0;
  const int taken = choose(others.count + (may_refuse ? 1 : 0));
  me.impatient = taken == others.count;
  if (me.impatient) {
    record(operation::refuse_to_pause);
    return false;
  }
  record(operation::pause);
  paused_ |= bit(current_);
  switch_from_able(others.list[index(taken)]);
  asleep_.clear();
  paused_ &= ~bit(current_);
  me.fresh = true;
  return true;
}

thread_set scheduler::ready() {
  thread_set result = in(thread_state::runnable);
  for_each(in(thread_state::polling), [&](int t) {
    if (handles_.any_ready(at(t).polled, at(t).polled_count)) result |= bit(t);
  });
  for_each(in(thread_state::awaiting), [&](int t) {
    const thread_set asleep =
        in(thread_state::asleep) | in(thread_state::polling) | in(thread_state::ended);
    if ((at(t).targets & ~asleep) == 0) result |= bit(t);
  });
  return result;
}

bool scheduler::anyone_left() const noexcept {
  const thread_set all = bit(used_) - 1;
  return (all & ~daemons_ & ~in(thread_state::ended)) != 0;
}

thread_set scheduler::others() const noexcept {
  return (bit(used_) - 1) & ~daemons_ & ~bit(current_);
}

void scheduler::collect(alternatives& found, thread_set ready, int timeouts) {
  found.count = 0;
  found.ready = ready;
  const auto add = [&](int t, wake_up how) {
    found.list[index(found.count++)] = {static_cast<std::uint8_t>(t), how};
  };
  for_each(ready & ~asleep_.members(), [&](int t) { add(t, wake_up::regular); });
  if (!anyone_left()) return;
  const thread_set may_time_out = (in(thread_state::asleep) | in(thread_state::polling)) & ~ready;
  if (timeouts > 0) {
    for_each(may_time_out, [&](int t) {
      if (!at(t).until.is_never()) add(t, wake_up::timed_out);
    });
  }
  // A spurious wake is never what keeps a run from a deadlock: it is offered where somebody could
  // go on without it, also if that one sleeps in the sleep set.
  const bool could_go_on = ready != 0 || found.count > 0 || self().state == thread_state::runnable;
  if (spurious_left_ > 0 && could_go_on) {
    for_each(may_time_out | in(thread_state::parked), [&](int t) { add(t, wake_up::spurious); });
  }
}

// ---- Blocking -----------------------------------------------------------------------------------

void scheduler::switch_to(const alternative& next) {
  model_thread& from = self();
  model_thread& to = at(next.thread);
  if (next.how == wake_up::spurious) --spurious_left_;
  current_ = next.thread;
  if (to.state != thread_state::runnable) {
    made(everything());
    to.how = next.how;
    enter(next.thread, thread_state::runnable);
  }
  if (&from != &to) fiber::switch_over(from.stack, to.stack);
}

void scheduler::switch_from_able(const alternative& next) {
  if (next.how == wake_up::timed_out) --timeouts_left_;
  switch_to(next);
}

void scheduler::go_on() {
  alternatives others;
  collect(others, ready() & ~paused_, timeouts_left_);
  if (others.ready == 0 && paused_ != 0) {
    paused_ = 0;
    collect(others, ready(), timeouts_left_);
  }
  if (others.count == 0) {
    // Whatever those asleep do now was searched before.
    if (others.ready != 0) engine::running()->cut_short();
    if (!anyone_left()) {
      abandon_threads();
      fiber::switch_over(self().stack, host_);
      return;
    }
    collect(others, 0, settings::unlimited);
    if (others.count == 0) report_deadlock();
  }
  const alternative& next = others.list[index(choose(others.count))];
  if (others.ready != 0) {
    switch_from_able(next);
  } else {
    switch_to(next);
  }
}

wake_up scheduler::block(thread_state s) {
  model_thread& me = self();
  const int id = current_;
  me.how = wake_up::regular;
  enter(id, s);
  go_on();
  if (me.how == wake_up::timed_out) now_ = std::max(now_, me.until.time());
  return me.how;
}

wake_up scheduler::sleep(const void* word, abide::deadline until, thread_state s) {
  model_thread& me = self();
  me.word = word;
  me.until = until;
  const wake_up how = block(s);
  me.fresh = how != wake_up::timed_out;  // a timeout has moved the clock, which others can see
  switch (how) {
    case wake_up::regular:
      record(operation::woken, word);
      break;
    case wake_up::timed_out:
      record(operation::timed_out, word);
      break;
    case wake_up::spurious:
      record(operation::woken_spuriously, word);
      break;
  }
  return how;
}

wake_up scheduler::poll(const polled_handle* polled, std::size_t count, abide::deadline until) {
  model_thread& me = self();
  me.polled = polled;
  me.polled_count = count;
  me.until = until;
  const wake_up how = block(thread_state::polling);
  note_choice(static_cast<int>(how));
  return how;
}

int scheduler::sleepers(const void* word) const noexcept {
  int count = 0;
  for_each(in(thread_state::asleep) | in(thread_state::parked),
           [&](int t) { count += threads_[index(t)].word == word ? 1 : 0; });
  return count;
}

void scheduler::wake_one(const void* word) {
  const int count = sleepers(word);
  if (count == 0) return;
  int skip = choose(count);
  note_choice(skip);
  for_each(in(thread_state::asleep) | in(thread_state::parked), [&](int t) {
    if (at(t).word == word && skip-- == 0) enter(t, thread_state::runnable);
  });
}

void scheduler::wake_all(const void* word) {
  for_each(in(thread_state::asleep) | in(thread_state::parked), [&](int t) {
    if (at(t).word == word) enter(t, thread_state::runnable);
  });
}

void scheduler::join(thread_set targets) {
  if ((targets & ~in(thread_state::ended)) == 0) return;
  asleep_.clear();  // one that had ended before would not be waited for
  self().targets = targets;
  block(thread_state::joining);
  self().fresh = true;
  record(operation::join);
}

void scheduler::await_asleep(int thread) {
  asleep_.clear();
  self().targets = bit(thread);
  block(thread_state::awaiting);
  record(operation::await_asleep);
}

void scheduler::report_deadlock() {
  std::string message = "no thread can go on:";
  for_each((bit(used_) - 1) & ~in(thread_state::ended), [&](int t) {
    message += "\n    thread " + describe_thread(t);
    switch (at(t).state) {
      case thread_state::asleep:
        message += " sleeps on " + describe(at(t).word);
        break;
      case thread_state::parked:
        message += " sleeps at address " + describe(at(t).word);
        break;
      case thread_state::polling:
        message += " sleeps on handles";
        break;
      case thread_state::joining:
        message += " joins";
        break;
      case thread_state::awaiting:
        message += " waits until another thread is asleep";
        break;
      default:
        message += " ?";
        break;
    }
  });
  fail(failure::deadlock, message);
}

}  // namespace model
