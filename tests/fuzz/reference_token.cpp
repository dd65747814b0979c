// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <utility>

#include "fuzz/reference.hpp"

// Sources, tokens and registrations: P10 and P12.

namespace fuzz {

reference::token_value reference::token(name n) const {
  switch (n.kind) {
    case 'c':
      return {sources_.at(n.number)};
    case 'k':
      return kept_.at(n.number);
    default:
      return {nullptr, n.kind == '1'};
  }
}

bool reference::is_canceled(const token_value& t) const {
  return t.constant_canceled || (t.state && t.state->canceled);
}

reference::state_ptr reference::new_state(name n) {
  const auto made = std::make_shared<state>();
  made->born_as = made->origin = to_text(n);
  std::erase_if(states_, [](const auto& weak) { return weak.expired(); });
  states_.push_back(made);
  return made;
}

std::string reference::execute_token(const operation& o) {
  const auto truth = [](bool b) { return b ? "true" : "false"; };
  switch (o.what) {
    case verb::advance: {
      const std::int64_t end = instants_.after(now_, o.number);
      for (;;) {
        run_due();
        if (now_ >= end) return "ok";
        now_ = std::min(end, std::max(now_, next_due()));
      }
    }
    case verb::nothing:
      return "ok";
    case verb::raise:
      return "threw";
    case verb::enroll:
      return enroll(o);
    case verb::token:
      kept_[o.on.number] = token(o.items[0].what);
      return "ok";
    case verb::unregister:
      return truth(unregister(registrations_[o.on.number]));
    case verb::dispose:
      (void)unregister(registrations_[o.on.number]);
      [[fallthrough]];
    case verb::detach:
      registrations_.erase(o.on.number);
      return "ok";
    case verb::holds:
      return truth(registrations_[o.on.number].of != nullptr);
    default:
      break;
  }
  const token_value t = token(o.on);
  const state_ptr& s = t.state;
  switch (o.what) {
    case verb::cancel: {
      int errors = 0;
      const bool did = cancel(s, "requested", errors);
      return errors != 0 ? "threw " + std::to_string(errors) : truth(did);
    }
    case verb::cancel_after: {
      const std::int64_t when = instants_.after(now_, o.number);
      if (s->canceled || s->expiry <= now_) return "ok";
      s->expiry = when;
      s->armed = true;
      return "ok";
    }
    case verb::try_reset:
      return truth(try_reset(*s));
    case verb::is_canceled:
    case verb::ready:
      return truth(is_canceled(t));
    case verb::handle:
      return "ok";
    case verb::check:
      return is_canceled(t) ? "canceled " + to_text(o.on) : "ok";
    case verb::can_be_canceled:
      return truth(t.constant_canceled || (s && can_be_canceled(*s)));
    case verb::reason:
      return t.constant_canceled ? "requested" : s ? s->reason : "none";
    case verb::origin:
      return t.constant_canceled ? "canceled" : s ? s->origin : "none";
    case verb::expires: {
      const std::int64_t at = s ? expires_at(*s) : never;
      return at == never ? "never" : std::to_string(whole_milliseconds(at));
    }
    default:
      return "not an operation of " + to_text(o.on);
  }
}

bool reference::can_be_canceled(const state& s) {
  return s.canceled || s.sources != 0 || s.expiry != never ||
         std::any_of(s.parents.begin(), s.parents.end(),
                     [](const link& l) { return !l.severed && can_be_canceled(*l.parent); });
}

std::int64_t reference::expires_at(const state& s) {
  std::int64_t earliest = s.expiry;
  for (const link& l : s.parents) {
    if (!l.severed) earliest = std::min(earliest, expires_at(*l.parent));
  }
  return earliest;
}

bool reference::try_reset(state& s) {
  if (s.canceled || s.expiry <= now_) return false;
  s.expiry = never;
  s.armed = false;
  s.callbacks.clear();
  for (const auto& weak : s.children) {
    const state_ptr child = weak.lock();
    if (!child) continue;
    for (link& l : child->parents) l.severed |= l.parent.get() == &s;
  }
  s.children.clear();
  return true;
}

/// The tree is marked, which ends waits; then the callbacks run.
bool reference::cancel(const state_ptr& root, const std::string& reason, int& errors) {
  if (root->canceled) return false;
  std::vector<state_ptr> tree;
  const auto mark = [&](const state_ptr& s) {
    s->canceled = true;
    s->armed = false;
    s->reason = reason;
    s->origin = root->born_as;
    tree.push_back(s);
  };
  mark(root);
  for (std::size_t i = 0; i != tree.size(); ++i) {
    for (const auto& weak : tree[i]->children) {
      const state_ptr child = weak.lock();
      if (child && !child->canceled) mark(child);
    }
  }
  if (waiter_ != nullptr && waiter_->decided.empty()) {
    for (const element& e : waiter_->items) {
      if (e.role == item_role::handle || std::count(tree.begin(), tree.end(), e.token) == 0)
        continue;
      waiter_->decided.push_back(outcome(e));
      waiter_->canceled |= e.role == item_role::throw_on;
    }
  }
  run_callbacks(tree, errors);
  return true;
}

/// Each token's last registered first; between tokens in the order that was observed.
void reference::run_callbacks(const std::vector<state_ptr>& tree, int& errors) {
  for (;;) {
    state_ptr next;
    for (const state_ptr& s : tree) {
      if (s->callbacks.empty()) continue;
      const std::size_t at = ran_.size();
      const bool seen = at < observed_ran_.size() &&
                        observed_ran_[at].first == to_text(s->callbacks.back().registration);
      if (!next || seen) next = s;
      if (seen) break;
    }
    if (!next) return;
    const callback c = next->callbacks.back();
    next->callbacks.pop_back();
    if (call(c.registration, c.action) == "threw" && c.action.what == verb::raise) ++errors;
  }
}

std::string reference::call(name who, const operation& action) {
  const std::size_t at = ran_.size();
  ran_.emplace_back(to_text(who), "");
  const std::string seen = at < observed_ran_.size() ? observed_ran_[at].second : "";
  const std::string outer = std::exchange(observed_, seen);
  const std::string result = execute(action);
  observed_ = outer;
  ran_[at].second = result;
  return result;
}

std::string reference::enroll(const operation& o) {
  const token_value t = token(o.items[0].what);
  registration made;
  if (is_canceled(t)) {
    (void)call(o.on, o.action[0]);
    if (o.action[0].what == verb::raise) return "threw";
  } else if (t.state) {
    made = {t.state, next_id_++};
    t.state->callbacks.push_back({made.id, o.on, o.action[0]});
  }
  registration before = registrations_[o.on.number];
  registrations_[o.on.number] = made;
  (void)unregister(before);
  return "ok";
}

bool reference::unregister(registration& r) {
  if (!r.of) return false;
  const auto removed =
      std::erase_if(r.of->callbacks, [&](const callback& c) { return c.id == r.id; });
  if (removed != 0) r = {};
  return removed != 0;
}

}  // namespace fuzz
