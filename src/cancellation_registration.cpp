// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation_registration.hpp>

#include "cancellation_state.hpp"

namespace abide {
inline namespace v1 {
namespace detail {

bool attach(cancellation_state_base* base, callback_node& node) {
  return base != nullptr && cancellation::as_state(*base).attach(node);
}

removal remove(cancellation_state_base& base, callback_node& node) noexcept {
  return cancellation::as_state(base).remove(node);
}

bool wait_until_done(cancellation_state_base& base, callback_node& node, deadline until) noexcept {
  return cancellation::as_state(base).wait_until_done(node, until);
}

}  // namespace detail

void cancellation_registration::clear() noexcept {
  // Out of this object first: dropping a node destroys what the user put into it.
  const detail::state_ref state = std::move(state_);
  if (detail::callback_node* node = std::exchange(node_, nullptr)) node->drop(*node);
}

bool cancellation_registration::unregister() noexcept {
  if (node_ == nullptr || detail::remove(*state_.get(), *node_) != detail::removal::removed) {
    return false;
  }
  node_->drop(*node_);  // the state's share
  clear();
  return true;
}

void cancellation_registration::unregister_and_wait() noexcept {
  (void)unregister_and_wait_until(deadline::never());
}

bool cancellation_registration::unregister_and_wait_until(deadline until) noexcept {
  if (node_ == nullptr || unregister()) return true;
  if (!detail::wait_until_done(*state_.get(), *node_, until)) return false;
  clear();
  return true;
}

void cancellation_registration::detach() noexcept { clear(); }

cancellation_token cancellation_registration::token() const noexcept {
  return state_ ? detail::access::token(state_) : cancellation_token();
}

}  // namespace v1
}  // namespace abide
