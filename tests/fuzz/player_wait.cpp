// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <deque>
#include <optional>
#include <stdexcept>

#include "fuzz/player.hpp"
#include "fuzz/world.hpp"

namespace fuzz {
namespace {

using namespace std::chrono_literals;

std::string text(bool satisfied) { return satisfied ? "ok" : "timed_out"; }
std::string text(std::size_t index) { return "index " + std::to_string(index); }
std::string text(std::optional<std::size_t> index) { return index ? text(*index) : "timed_out"; }
std::string text(abide::wait_status s) {
  return s == abide::wait_status::canceled ? "canceled" : text(s == abide::wait_status::ready);
}
std::string text(abide::wait_any_result r) {
  return r.status == abide::wait_status::ready ? text(r.index) : text(r.status);
}

/// The result of a call that may return nothing.
template <class Call>
std::string result_of(Call call) {
  if constexpr (std::is_void_v<decltype(call())>) {
    call();
    return "ok";
  } else {
    return text(call());
  }
}

}  // namespace

/// Another thread that loses patience with a wait while this lives.
struct player::helper {
  helper(abide::deadline when, abide::cancellation_source source) {
    world::run_at(when.time().time_since_epoch().count(),
                  [keep = std::move(source)]() mutable { keep.request_stop(); });
  }
  helper(const helper&) = delete;
  helper& operator=(const helper&) = delete;
  ~helper() { world::call_off(); }
};

/// The list of a wait, and what has to live while it lasts.
struct player::wait_arguments {
  std::vector<abide::waitable_ref> list;
  std::deque<abide::cancellation_token> tokens;
  std::deque<abide::throw_on> throws;
  std::deque<abide::os_handle> handles;
};

/// Calls `wait` with no token, a throwing or a returning one.
template <class Wait>
std::string player::end_with(const operation& o, Wait wait) {
  if (o.end == ending::none) return wait();
  if (o.end == ending::throws) return wait(abide::throw_on(token(o.token)));
  return wait(abide::return_on(token(o.token)));
}

/// The member functions of what can be waited for.
template <class W>
std::string player::wait_for_one(W& w, const operation& o, abide::deadline until) {
  return end_with(o, [&](const auto&... token) {
    if constexpr (std::is_same_v<W, abide::semaphore>) {
      if (o.number == ever) return result_of([&] { return w.acquire(token...); });
      if (o.number == poll) return text(w.try_acquire_for(0ms, token...));
      return text(w.try_acquire_until(until, token...));
    } else {
      if (o.number == ever) return result_of([&] { return w.wait(token...); });
      if (o.number == poll) return text(w.wait_for(0ms, token...));
      return text(w.wait_until(until, token...));
    }
  });
}

template <class S, class W>
std::string player::signal_and_wait(const operation& o, S& to_signal, W& to_wait_for) {
  if constexpr (std::is_same_v<S, abide::waitable_timer>) {
    return "not to be signaled";
  } else {
    return end_with(o, [&](const auto&... token) {
      return result_of([&] { return abide::signal_and_wait(to_signal, to_wait_for, token...); });
    });
  }
}

std::string player::wait_for_list(const operation& o, abide::deadline until) {
  wait_arguments a;
  for (const item& i : o.items) {
    if (i.role == item_role::throw_on) {
      a.list.push_back(a.throws.emplace_back(token(i.what)));
    } else if (i.role == item_role::handle) {
      a.list.push_back(a.handles.emplace_back(handle_of(i.what)));
    } else if (i.what.kind == 'e' || i.what.kind == 's' || i.what.kind == 't') {
      with_object(i.what, [&](auto& w) { a.list.push_back(w); });
    } else {
      a.list.push_back(a.tokens.emplace_back(token(i.what)));
    }
  }
  const std::string result = end_with(o, [&](const auto&... token) {
    if (o.what == verb::wait_all) {
      if (o.number == ever) return result_of([&] { return abide::wait_all(a.list, token...); });
      return text(abide::wait_all_until(until, a.list, token...));
    }
    if (o.number == ever) return text(abide::wait_any(a.list, token...));
    return text(abide::wait_any_until(until, a.list, token...));
  });
  if (!result.starts_with("index ")) return result;
  const auto found = o.items.begin() + std::stol(result.substr(6));
  return text(
      static_cast<std::size_t>(std::find(o.items.begin(), found, *found) - o.items.begin()));
}

std::string player::wait(const operation& o) {
  // A callback may destroy sources while the wait sleeps; what is told of a token is asked before.
  std::vector<std::pair<abide::cancellation_token, std::string>> throwing;
  for (const item& i : o.items) {
    if (i.role == item_role::throw_on) throwing.emplace_back(token(i.what), to_text(i.what));
  }
  if (o.end == ending::throws) throwing.emplace_back(token(o.token), to_text(o.token));
  const abide::deadline until = o.number == ever   ? abide::deadline::never()
                                : o.number == poll ? abide::deadline::after(0ms)
                                                   : after(o.number);
  std::optional<helper> impatient;
  if (o.number == ever) impatient.emplace(after(patience), *sources_[o.token.number]);
  try {
    const std::string result = wait_until(o, until);
    return result == "canceled" ? "canceled " + to_text(o.token) : result;
  } catch (const abide::operation_canceled& e) {
    if (e.code() != e.token().reason()) return "canceled for a wrong reason";
    for (const auto& [t, text] : throwing) {
      if (t == e.token()) return "canceled " + text;
    }
    return "canceled with a wrong token";
  } catch (const std::invalid_argument&) {
    return "refused";
  } catch (const abide::semaphore_full&) {
    return "refused";
  }
}

std::string player::wait_until(const operation& o, abide::deadline until) {
  switch (o.what) {
    case verb::wait_any:
    case verb::wait_all:
      return wait_for_list(o, until);
    case verb::sleep:
      return end_with(o, [&](const auto&... token) {
        const std::string r = result_of([&] { return abide::sleep_until(until, token...); });
        return r == "ok" ? "timed_out" : r;
      });
    case verb::signal_and_wait:
      return with_object(o.on, [&](auto& to_signal) {
        return with_object(o.items[0].what, [&](auto& to_wait_for) {
          return signal_and_wait(o, to_signal, to_wait_for);
        });
      });
    default:
      return with_object(o.on, [&](auto& w) { return wait_for_one(w, o, until); });
  }
}

}  // namespace fuzz
