// SPDX-License-Identifier: BSL-1.0
#include <abide/wait.hpp>

#include <system_error>

#include "core/item_list.hpp"

// From the public arguments to one call of the core, and from its outcome to what the caller gets.

namespace abide {
inline namespace v1 {
namespace detail {
namespace {

// Throws operation_canceled with the caller's token for an item whose role is throw_on.
wait_any_result conclude(const core::item_list& items, core::outcome how) {
  if (how == core::timed_out) return {wait_status::timeout, 0};
  if (how == core::all_ready) return {wait_status::ready, 0};
  const std::size_t i = how - 1;
  switch (items.role_of(i)) {
    case role::element:
      return {wait_status::ready, i};
    case role::return_on:
      return {wait_status::canceled, i};
    case role::throw_on: {
      auto* state = const_cast<cancellation_state_base*>(
          static_cast<const cancellation_state_base*>(&items.object(i)));
      throw operation_canceled(access::token(state_ref(state)));
    }
    case role::throw_on_foreign:
      break;
  }
  throw operation_canceled({}, std::make_error_code(std::errc::operation_canceled));
}

}  // namespace

wait_status check_canceled(waitable_ref token) {
  const core::item_list items{&token, 1};
  const core::outcome how = core::canceled_at_entry(items);
  return how == core::waiting ? wait_status::ready : conclude(items, how).status;
}

wait_any_result block_on_any(const waitable_ref* data, std::size_t count, deadline until) {
  const core::item_list items{data, count};
  return conclude(items, core::wait_any(items, until));
}

wait_status block_on_all(const waitable_ref* data, std::size_t count, deadline until) {
  const core::item_list items{data, count};
  return conclude(items, core::wait_all(items, until)).status;
}

}  // namespace detail
}  // namespace v1
}  // namespace abide
