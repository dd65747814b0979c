// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation_token.hpp>
#include <abide/operation_canceled.hpp>

#include "cancellation_state.hpp"

namespace abide {
inline namespace v1 {
namespace {

using cancellation::as_state;
using cancellation::state;

// Two objects that live as long as the process, also while static objects are destroyed.
template <class T>
union immortal {
  template <class... A>
  explicit constexpr immortal(A... arguments) : value(arguments...) {}
  ~immortal() {}
  T value;
};

constinit immortal<state> canceled_state{state::canceled_t{}};
constinit immortal<detail::waitable> never_set{std::uintptr_t{0}};

}  // namespace

cancellation_token cancellation_token::canceled() noexcept {
  return cancellation_token(detail::state_ref(&canceled_state.value));
}

bool cancellation_token::can_be_canceled() const noexcept {
  return state_ && as_state(*state_.get()).can_be_canceled();
}

std::error_code cancellation_token::reason() const noexcept {
  return state_ ? as_state(*state_.get()).reason() : std::error_code();
}

cancellation_token cancellation_token::origin() const noexcept {
  if (!state_) return {};
  return cancellation_token(detail::state_ref(as_state(*state_.get()).origin()));
}

deadline cancellation_token::expires_at() const noexcept {
  return state_ ? as_state(*state_.get()).expires_at() : deadline::never();
}

native_handle_type cancellation_token::native_handle() const {
  const detail::waitable& word = state_ ? *state_.get() : never_set.value;
  return detail::export_handle(word, detail::kind::level);
}

void cancellation_token::throw_canceled() const { throw operation_canceled(*this); }

}  // namespace v1
}  // namespace abide
