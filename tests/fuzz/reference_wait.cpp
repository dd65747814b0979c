// SPDX-License-Identifier: BSL-1.0
#include <algorithm>

#include "fuzz/reference.hpp"

// Waits: P1 to P4, and what DESIGN.md says of barging and of a wait on its way out.

namespace fuzz {

bool reference::ready(const element& e) {
  if (e.what != nullptr) return e.what->units > 0;
  return e.is_constant || (e.token && e.token->canceled);
}

void reference::take(const element& e) {
  if (e.what != nullptr && e.role == item_role::element) take(*e.what);
}

std::string reference::outcome(const element& e) {
  return e.role == item_role::throw_on ? "canceled " + e.name : "index " + std::to_string(e.shown);
}

const std::string& reference::choose(const std::vector<std::string>& candidates) const {
  const auto seen = std::find(candidates.begin(), candidates.end(), observed_);
  return seen != candidates.end() ? *seen : candidates.front();
}

std::vector<reference::element> reference::elements(const operation& o) {
  std::vector<item> list = o.items;
  if (o.what == verb::wait) list = {{o.on}};
  const std::size_t count = list.size();
  if (o.end != ending::none) list.push_back({o.token, item_role::throw_on});
  const bool throws = o.end != ending::returns;
  std::vector<element> all;
  for (std::size_t i = 0; i != list.size(); ++i) {
    const name n = list[i].what;
    element e{list[i].role, nullptr, nullptr, false, to_text(n), i};
    if (n.kind == 'e' || n.kind == 's' || n.kind == 't') {
      e.what = &objects_.at({n.kind, n.number});
    } else {
      const token_value t = token(n);
      e.token = t.state;
      e.is_constant = t.constant_canceled;
    }
    for (const element& before : all) {
      if (before.role != e.role) continue;
      // Of equal tokens that throw the first is the one that is named.
      if (e.role == item_role::throw_on && (i < count || throws) && before.token == e.token &&
          before.is_constant == e.is_constant) {
        e.name = before.name;
      }
      if (i < count && before.name == e.name) e.shown = std::min(e.shown, before.shown);
    }
    all.push_back(e);
  }
  return all;
}

std::string reference::wait(const operation& o) {
  waiter w;
  w.all = o.what == verb::wait_all;
  w.items = elements(o);
  if (o.number > 0) w.until = instants_.after(now_, o.number);

  std::vector<std::string> entry;  // what may end it at the call, whatever is ready
  for (const element& e : w.items) {
    if (e.role == item_role::throw_on && ready(e)) entry.push_back(outcome(e));
  }
  if (o.what == verb::signal_and_wait && entry.empty()) {
    object& to_signal = objects_.at({o.on.kind, o.on.number});
    const bool counts = o.on.kind == 's';
    if (counts && release(to_signal, 1) == "refused") return "refused";
    if (!counts) set(to_signal);
  }
  const auto is_element = [](const element& e) { return e.role != item_role::throw_on; };
  bool refused = o.what != verb::sleep && std::none_of(w.items.begin(), w.items.end(), is_element);
  for (const element& e : w.items) {
    const auto same = [&](const element& other) {
      return e.role == item_role::element && e.what != nullptr && other.what == e.what &&
             other.role == e.role;
    };
    if (w.all && std::count_if(w.items.begin(), w.items.end(), same) > 1) refused = true;
  }
  if (refused) entry.push_back("refused");
  if (!entry.empty()) return choose(entry);

  if (w.all && std::any_of(w.items.begin(), w.items.end(),
                           [&](const element& e) { return is_withheld(e); })) {
    return "timed_out";
  }
  std::string result;
  if (decided_now(w, result)) return w.all || o.what != verb::wait_any ? "ok" : result;
  if (o.number == poll) return "timed_out";
  return block(w, o);
}

/// P4: a callback's wait_all comes behind the wait that is queued on a barging semaphore. It does
/// not get the unit of that; whether it gets another before that has left is not promised.
bool reference::is_withheld(const element& e) const {
  if (waiter_ == nullptr || waiter_->all || e.what == nullptr || e.role != item_role::element ||
      e.what->what != object::type::semaphore) {
    return false;
  }
  const auto is_same = [&](const element& other) {
    return other.what == e.what && other.role == item_role::element;
  };
  if (std::none_of(waiter_->items.begin(), waiter_->items.end(), is_same)) return false;
  return observed_ == "timed_out" || e.what->units <= (waiter_->decided.empty() ? 1 : 0);
}

/// Whether the wait ends when it looks, and how. At the call, and whenever it wakes.
bool reference::decided_now(waiter& w, std::string& result) {
  const auto is_ready = [](const element& e) { return e.role == item_role::throw_on || ready(e); };
  const auto counts = [](const element& e) { return e.role != item_role::throw_on; };
  if (w.all) {
    // One last look: all that are ready are taken although a cancel or the time came first.
    if (std::all_of(w.items.begin(), w.items.end(), is_ready)) {
      for (const element& e : w.items) take(e);
      result = "ok";
      return true;
    }
  } else if (waiter_ != &w) {  // at the call: the first in index order
    for (const element& e : w.items) {
      if (!counts(e) || !ready(e)) continue;
      take(e);
      result = outcome(e);
      return true;
    }
  } else {
    // Events, cancels and fifo semaphores decide a wait themselves. A barging semaphore and a
    // handle only wake it: then it looks, and a cancel does not beat a unit it was woken for.
    std::vector<std::string> candidates;
    std::vector<const element*> takes;
    const auto add = [&](const element& e) {
      if (!ready(e)) return;
      candidates.push_back(outcome(e));
      takes.push_back(&e);
    };
    if (w.decided.empty() || w.canceled) {
      for (const element* e : w.promised) add(*e);
    }
    if (w.decided.empty()) {
      for (const element& e : w.items) {
        if (e.role == item_role::handle) add(e);
      }
    } else if (candidates.empty()) {
      for (const std::string& d : w.decided) {
        candidates.push_back(d);
        takes.push_back(nullptr);
      }
      if (w.canceled) {
        for (const element* e : w.perhaps_late) add(*e);
      }
    }
    if (!candidates.empty()) {
      result = choose(candidates);
      const auto at = std::find(candidates.begin(), candidates.end(), result);
      const element* const taken = takes[static_cast<std::size_t>(at - candidates.begin())];
      if (taken != nullptr) take(*taken);
      return true;
    }
  }
  if (!w.decided.empty()) {
    result = choose(w.decided);
    return true;
  }
  if (w.until > now_) return false;
  result = "timed_out";
  return waiter_ == &w;
}

std::string reference::block(waiter& w, const operation& o) {
  state_ptr rescued;
  std::int64_t rescue = never;
  if (o.number == ever) {
    rescued = token(o.token).state;
    rescue = instants_.after(now_, patience);
    ++rescued->sources;
  }
  waiter_ = &w;
  std::string result;
  for (;;) {
    if (rescue <= now_) {
      rescue = never;
      cancel(rescued, "requested", handled_);
    }
    run_due();
    if (decided_now(w, result)) break;
    const std::int64_t next = std::min({w.until, rescue, next_due()});
    if (next == never) return "blocked for ever";
    now_ = std::max(now_, next);
  }
  waiter_ = nullptr;
  if (rescued) --rescued->sources;
  if (result.starts_with("index ") && o.what != verb::wait_any) return "ok";
  return result;
}

/// An object got units: a wait that is queued takes its own, is woken, or does not count.
void reference::offer(object& o) {
  if (waiter_ == nullptr || waiter_->all) return;
  for (const element& e : waiter_->items) {
    if (e.what != &o || e.role != item_role::element) continue;
    if (o.what == object::type::semaphore) {
      (waiter_->decided.empty() ? waiter_->promised : waiter_->perhaps_late).push_back(&e);
    } else if (waiter_->decided.empty()) {
      waiter_->decided = {outcome(e)};
      take(o);
    }
    return;
  }
}

}  // namespace fuzz
