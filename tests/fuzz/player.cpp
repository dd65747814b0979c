// SPDX-License-Identifier: BSL-1.0
#include "fuzz/player.hpp"

#include <stdexcept>

#include "fuzz/world.hpp"

// Which call of the library an operation is. Waits are in player_wait.cpp.

namespace fuzz {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

player* playing = nullptr;

const char* truth(bool b) { return b ? "true" : "false"; }

/// What a callback throws.
struct thrown {};

std::string misfit(const operation& o) { return "not an operation of " + to_text(o.on); }

}  // namespace

/// Runs its operation as a callback does.
struct player::callback {
  player* self;
  name registration;
  operation action;

  void operator()() const {
    if (self->call(registration, action) == "threw" && action.what == verb::raise) throw thrown();
  }
};

player::player() : handler_before_(abide::set_callback_error_handler(&count_error)) {
  playing = this;
  // A sequence begins at a whole second, so its milliseconds are whole ones.
  constexpr std::int64_t second = 1'000'000'000;
  world::advance_to((world::now() / second + 1) * second);
  begin_ = world::now();
}

player::~player() {
  for (auto& r : registrations_) r = {};
  for (auto& s : sources_) s.reset();
  for (auto& k : kept_) k.reset();
  for (auto& t : timers_) t.reset();
  abide::set_callback_error_handler(handler_before_);
}

std::string player::run(const operation& o) {
  outcome_ = {};
  std::string result = execute(o);
  world::settle();
  outcome_.result = std::move(result);
  return to_text(outcome_);
}

void player::count_error(std::exception_ptr) { ++playing->outcome_.handled; }

std::string player::call(name registration, const operation& action) {
  const std::size_t at = outcome_.ran.size();
  outcome_.ran.emplace_back(to_text(registration), "");
  std::string result = execute(action);
  outcome_.ran[at].second = std::move(result);
  return outcome_.ran[at].second;
}

abide::deadline player::after(int delay) {
  const std::int64_t t = begin_ + instants_.after(world::now() - begin_, delay);
  return abide::deadline::time_point(std::chrono::nanoseconds(t));
}

bool player::exists(name n) const {
  const std::size_t i = n.number;
  switch (n.kind) {
    case 'e':
      return manual_.at(i) || auto_.at(i);
    case 's':
      return semaphores_.at(i).has_value();
    case 't':
      return timers_.at(i).has_value();
    case 'c':
      return sources_.at(i).has_value();
    case 'k':
      return kept_.at(i).has_value();
    default:
      return true;
  }
}

abide::native_handle_type player::handle_of(name n) {
  if (n.kind != 'e' && n.kind != 's' && n.kind != 't') return token(n).native_handle();
  return with_object(n, [](auto& o) { return o.native_handle(); });
}

abide::cancellation_token player::token(name n) const {
  switch (n.kind) {
    case 'c':
      return sources_[n.number]->token();
    case 'k':
      return *kept_[n.number];
    case '1':
      return abide::cancellation_token::canceled();
    default:
      return {};
  }
}

std::string player::name_of(const abide::cancellation_token& t) const {
  if (t == abide::cancellation_token()) return "none";
  if (t == abide::cancellation_token::canceled()) return "canceled";
  const std::size_t hash = std::hash<abide::cancellation_token>()(t);
  for (auto n = names_.rbegin(); n != names_.rend(); ++n) {
    if (n->first == hash) return n->second;
  }
  return "a stranger";
}

std::string player::execute(const operation& o) {
  for (name n : operands(o)) {
    if (!exists(n)) return "absent";
  }
  if (makes(o.what)) return exists(o.on) ? "exists" : make(o);
  if (is_wait(o.what)) return wait(o);
  switch (o.what) {
    case verb::destroy:
      return destroy(o.on);
    case verb::handle:
      (void)handle_of(o.on);
      return "ok";
    case verb::ready:
      return truth(world::is_readable(handle_of(o.on)));
    case verb::advance:
      world::advance_to(after(o.number).time().time_since_epoch().count());
      return "ok";
    case verb::nothing:
      return "ok";
    case verb::raise:
      return "threw";
    case verb::token:
      kept_[o.on.number] = token(o.items[0].what);
      return "ok";
    default:
      break;
  }
  switch (o.on.kind) {
    case 'e':
      return execute_event(o);
    case 's':
      return execute_semaphore(o);
    case 't':
      return execute_timer(o);
    case 'r':
      return execute_registration(o);
    default:
      return execute_token(o);
  }
}

std::string player::make(const operation& o) try {
  const std::size_t i = o.on.number;
  std::vector<abide::cancellation_token> parents;
  for (const item& p : o.items) parents.push_back(token(p.what));
  switch (o.what) {
    case verb::manual:
      o.second != 0 ? manual_[i].emplace(abide::initially_set) : manual_[i].emplace();
      return "ok";
    case verb::automatic:
      o.second != 0 ? auto_[i].emplace(abide::initially_set) : auto_[i].emplace();
      return "ok";
    case verb::timer:
      timers_[i].emplace();
      return "ok";
    case verb::semaphore:
      semaphores_[i].emplace(o.number, o.second,
                             o.is_fifo ? abide::fairness::fifo : abide::fairness::barging);
      return "ok";
    case verb::timed:
      sources_[i].emplace(after(o.number));
      break;
    case verb::linked:
      sources_[i].emplace(abide::cancellation_source::linked_to(parents));
      break;
    default:
      sources_[i].emplace();
  }
  const std::size_t hash = std::hash<abide::cancellation_source>()(*sources_[i]);
  names_.emplace_back(hash, to_text(o.on));
  return "ok";
} catch (const std::invalid_argument&) {
  return "refused";
}

std::string player::destroy(name n) {
  const std::size_t i = n.number;
  switch (n.kind) {
    case 'e':
      manual_[i].reset();
      auto_[i].reset();
      break;
    case 's':
      semaphores_[i].reset();
      break;
    case 't':
      timers_[i].reset();
      break;
    case 'c':
      sources_[i].reset();
      break;
    case 'k':
      kept_[i].reset();
      break;
    default: {
      const abide::cancellation_registration gone = std::move(registrations_[i]);
    }
  }
  return "ok";
}

std::string player::execute_event(const operation& o) {
  const auto use = [&](auto& e) -> std::string {
    switch (o.what) {
      case verb::set:
        e.set();
        return "ok";
      case verb::reset:
        e.reset();
        return "ok";
      case verb::pulse:
        e.set();
        e.reset();
        return "ok";
      case verb::is_set:
        return truth(e.is_set());
      case verb::try_wait:
        return truth(e.try_wait());
      default:
        return misfit(o);
    }
  };
  return manual_[o.on.number] ? use(*manual_[o.on.number]) : use(*auto_[o.on.number]);
}

std::string player::execute_semaphore(const operation& o) try {
  abide::semaphore& s = *semaphores_[o.on.number];
  switch (o.what) {
    case verb::release:
      return std::to_string(s.release(o.number));
    case verb::count:
      return std::to_string(s.available());
    case verb::try_wait:
      return truth(s.try_acquire());
    default:
      return misfit(o);
  }
} catch (const std::invalid_argument&) {
  return "refused";
} catch (const abide::semaphore_full&) {
  return "refused";
}

std::string player::execute_timer(const operation& o) {
  abide::waitable_timer& t = *timers_[o.on.number];
  switch (o.what) {
    case verb::arm:
      o.second == 0 ? t.set(after(o.number)) : t.set(after(o.number), milliseconds(o.second));
      return "ok";
    case verb::disarm:
      t.cancel();
      return "ok";
    case verb::is_set:
      return truth(t.is_set());
    case verb::try_wait:
      return truth(t.try_wait());
    default:
      return misfit(o);
  }
}

std::string player::execute_token(const operation& o) {
  const abide::cancellation_token t = token(o.on);
  switch (o.what) {
    case verb::is_canceled:
      return truth(t.is_cancellation_requested());
    case verb::can_be_canceled:
      return truth(t.can_be_canceled());
    case verb::origin:
      return name_of(t.origin());
    case verb::reason:
      return !t.reason()                                   ? "none"
             : t.reason() == std::errc::operation_canceled ? "requested"
             : t.reason() == std::errc::timed_out          ? "timed_out"
                                                           : "unknown";
    case verb::expires: {
      const abide::deadline at = t.expires_at();
      if (at.is_never()) return "never";
      return std::to_string(whole_milliseconds(at.time().time_since_epoch().count() - begin_));
    }
    case verb::check:
      try {
        t.throw_if_cancellation_requested();
        return "ok";
      } catch (const abide::operation_canceled& e) {
        return (e.token() == t && e.code() == t.reason() ? "canceled " : "wrong ") + to_text(o.on);
      }
    default:
      return o.on.kind == 'c' ? execute_source(o) : misfit(o);
  }
}

std::string player::execute_source(const operation& o) {
  abide::cancellation_source& s = *sources_[o.on.number];
  switch (o.what) {
    case verb::cancel:
      try {
        return truth(s.cancel());
      } catch (const abide::cancellation_callback_error& e) {
        return "threw " + std::to_string(e.errors().size());
      }
    case verb::cancel_after:
      s.cancel_at(after(o.number));
      return "ok";
    case verb::try_reset:
      return truth(s.try_reset());
    default:
      return misfit(o);
  }
}

std::string player::execute_registration(const operation& o) {
  abide::cancellation_registration& r = registrations_[o.on.number];
  switch (o.what) {
    case verb::enroll:
      try {
        r = token(o.items[0].what).register_callback(callback{this, o.on, o.action[0]});
        return "ok";
      } catch (const thrown&) {
        return "threw";
      }
    case verb::unregister:
      return truth(r.unregister());
    case verb::dispose:
      r.unregister_and_wait();
      return "ok";
    case verb::detach:
      r.detach();
      return "ok";
    case verb::holds:
      return truth(static_cast<bool>(r));
    default:
      return misfit(o);
  }
}

}  // namespace fuzz
