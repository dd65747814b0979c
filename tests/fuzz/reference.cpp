// SPDX-License-Identifier: BSL-1.0
#include "fuzz/reference.hpp"

#include <algorithm>

#include "fuzz/transcript.hpp"

// Objects, time and what an operation is. Waits are in reference_wait.cpp, cancellation is in
// reference_token.cpp.

namespace fuzz {

std::string reference::run(const operation& o, const std::string& observed) {
  const outcome_text seen = read_outcome(observed);
  observed_ = seen.result;
  observed_ran_ = seen.ran;
  ran_.clear();
  handled_ = 0;
  outcome_text mine;
  mine.result = execute(o);
  run_due();
  mine.ran = ran_;
  mine.handled = handled_;
  return to_text(mine);
}

bool reference::exists(name n) const {
  switch (n.kind) {
    case 'c':
      return sources_.contains(n.number);
    case 'k':
      return kept_.contains(n.number);
    case 'e':
    case 's':
    case 't':
      return objects_.contains({n.kind, n.number});
    default:
      return true;
  }
}

std::string reference::execute(const operation& o) {
  for (name n : operands(o)) {
    if (!exists(n)) return "absent";
  }
  if (makes(o.what)) return exists(o.on) ? "exists" : make(o);
  if (o.what == verb::destroy) return destroy(o.on);
  if (is_wait(o.what)) return wait(o);
  if (o.on.kind == 'e' || o.on.kind == 's' || o.on.kind == 't') return execute_object(o);
  return execute_token(o);
}

std::string reference::make(const operation& o) {
  using type = object::type;
  const std::pair<char, int> at{o.on.kind, o.on.number};
  switch (o.what) {
    case verb::manual:
      objects_[at] = {type::manual, o.second};
      return "ok";
    case verb::automatic:
      objects_[at] = {type::automatic, o.second};
      return "ok";
    case verb::timer:
      objects_[at] = {type::automatic};
      return "ok";
    case verb::semaphore:
      if (o.number < 0 || o.second < 1 || o.number > o.second) return "refused";
      objects_[at] = {o.is_fifo ? type::fifo : type::semaphore, o.number, o.second};
      return "ok";
    default:
      break;
  }
  const state_ptr made = new_state(o.on);
  sources_[o.on.number] = made;
  made->sources = 1;
  if (o.what == verb::timed) {
    made->expiry = instants_.after(now_, o.number);
    made->armed = made->expiry > now_;
    if (!made->armed) {
      int none = 0;
      cancel(made, "timed_out", none);
    }
  }
  for (const item& i : o.items) {
    const token_value parent = token(i.what);
    if (parent.constant_canceled && !made->canceled) {
      made->canceled = true;
      made->reason = "requested";
      made->origin = "canceled";
    }
    if (!parent.state) continue;
    made->parents.push_back({parent.state});
    parent.state->children.push_back(made);
    if (!parent.state->canceled || made->canceled) continue;
    made->canceled = true;
    made->reason = parent.state->reason;
    made->origin = parent.state->origin;
  }
  return "ok";
}

std::string reference::destroy(name n) {
  switch (n.kind) {
    case 'c':
      --sources_[n.number]->sources;
      sources_.erase(n.number);
      break;
    case 'k':
      kept_.erase(n.number);
      break;
    case 'r':
      (void)unregister(registrations_[n.number]);
      registrations_.erase(n.number);
      break;
    default:
      objects_.erase({n.kind, n.number});
  }
  return "ok";
}

std::string reference::execute_object(const operation& o) {
  object& on = objects_.at({o.on.kind, o.on.number});
  const bool was_ready = on.units > 0;
  switch (o.what) {
    case verb::set:
      set(on);
      return "ok";
    case verb::reset:
      on.units = 0;
      return "ok";
    case verb::pulse:
      set(on);
      on.units = 0;
      return "ok";
    case verb::is_set:
    case verb::ready:
      return was_ready ? "true" : "false";
    case verb::handle:
      return "ok";
    case verb::try_wait:
      if (was_ready) take(on);
      return was_ready ? "true" : "false";
    case verb::count:
      return std::to_string(on.units);
    case verb::release:
      return release(on, o.number);
    case verb::arm:
      on.due = instants_.after(now_, o.number);
      on.period = o.second * nanoseconds_a_millisecond;
      on.units = 0;
      return "ok";
    case verb::disarm:
      on.due = never;
      return "ok";
    default:
      return "not an operation of " + to_text(o.on);
  }
}

void reference::set(object& o) {
  o.units = 1;
  offer(o);
}

std::string reference::release(object& o, int n) {
  if (n < 0 || o.units > o.most - n) return "refused";
  const int before = o.units;
  o.units += n;
  if (n > 0) offer(o);
  return std::to_string(before);
}

void reference::take(object& o) {
  if (o.what != object::type::manual) --o.units;
}

// ---- time

std::int64_t reference::next_due() const {
  std::int64_t next = never;
  for (const auto& [at, o] : objects_) next = std::min(next, o.due);
  for (const auto& weak : states_) {
    const state_ptr s = weak.lock();
    if (s && s->armed) next = std::min(next, s->expiry);
  }
  return next;
}

// One thread fires all that is due, the earliest first; what a callback arms meanwhile may be next.
void reference::run_due() {
  for (;;) {
    const std::int64_t next = next_due();
    if (next > now_) return;
    for (auto& [at, o] : objects_) {
      if (o.due != next) continue;
      o.due = o.period == 0 ? never : next + o.period;
      set(o);
    }
    for (std::size_t i = 0; i != states_.size(); ++i) {
      const state_ptr s = states_[i].lock();
      if (!s || !s->armed || s->expiry != next) continue;
      s->armed = false;
      cancel(s, "timed_out", handled_);
      break;
    }
  }
}

}  // namespace fuzz
