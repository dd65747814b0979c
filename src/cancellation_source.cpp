// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation_source.hpp>

#include <memory>
#include <stdexcept>

#include "cancellation_state.hpp"

namespace abide {
inline namespace v1 {

using cancellation::as_state;
using cancellation::state;
using detail::state_ref;

cancellation_source::cancellation_source() : state_(state_ref::adopt(state::make())) {}

cancellation_source::cancellation_source(deadline at)
    : cancellation_source(at, at.has_passed() ? due::now : due::later) {}

cancellation_source::cancellation_source(deadline at, due when) : cancellation_source() {
  if (when == due::now) {
    as_state(*state_.get()).expire_at_once(at);
  } else if (!at.is_never()) {
    as_state(*state_.get()).cancel_at(at);
  }
}

cancellation_source::cancellation_source(const cancellation_source& other) noexcept
    : state_(other.state_) {
  // Relaxed: a count that is only asked whether it is zero.
  if (state_) as_state(*state_.get()).sources.fetch_add(1, sys::memory_order_relaxed);
}

cancellation_source::~cancellation_source() {
  if (state_) as_state(*state_.get()).sources.fetch_sub(1, sys::memory_order_relaxed);
}

cancellation_source cancellation_source::linked_to(std::span<const cancellation_token> tokens) {
  if (tokens.empty()) {
    throw std::invalid_argument("abide::cancellation_source::linked_to needs a token");
  }
  constexpr std::size_t few = 8;
  state* few_parents[few];
  std::unique_ptr<state*[]> many_parents;
  state** parents = few_parents;
  if (tokens.size() > few) {
    many_parents.reset(new state*[tokens.size()]);
    parents = many_parents.get();
  }
  std::size_t n = 0;
  for (const cancellation_token& token : tokens) {
    if (auto* s = detail::access::state(token).get()) parents[n++] = &as_state(*s);
  }
  state* const child = state::make(n);
  cancellation_source source(state_ref::adopt(child));
  child->follow({parents, n});
  return source;
}

bool cancellation_source::cancel(std::error_code reason) {
  const state_ref keep = state_;  // whoever this releases may destroy this source, and all tokens
  cancellation::callback_errors errors;
  if (!keep || !as_state(*keep.get()).cancel(reason, errors)) return false;
  errors.throw_if_any();
  return true;
}

bool cancellation_source::request_stop() noexcept {
  const state_ref keep = state_;
  cancellation::callback_errors errors;
  if (!keep || !as_state(*keep.get()).cancel({}, errors)) return false;
  errors.report();
  return true;
}

void cancellation_source::cancel_at(deadline at) {
  if (state_) as_state(*state_.get()).cancel_at(at);
}

bool cancellation_source::try_reset() noexcept {
  return state_ && as_state(*state_.get()).try_reset();
}

}  // namespace v1
}  // namespace abide
