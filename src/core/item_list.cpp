// SPDX-License-Identifier: BSL-1.0
#include "core/item_list.hpp"

#include <stdexcept>

namespace abide {
inline namespace v1 {
namespace core {

void check_not_empty(const item_list& items) {
  if (items.size == items.tokens) {
    throw std::invalid_argument("abide: a wait needs something to wait for");
  }
}

outcome canceled_at_entry(const item_list& items) noexcept {
  if (items.tokens == 0) return waiting;
  for (std::size_t i = 0; i != items.size; ++i) {
    if (!items.is_element(i) && items.looks_ready(i)) return static_cast<outcome>(i + 1);
  }
  return waiting;
}

void collect_handles(const item_list& items, std::optional<sys::poll_set>& handles) {
  if (items.handles == 0) return;
  const std::size_t n = items.handles + 1;  // and the parker's own
  sys::poll_set::check_limit(n);
  handles.emplace(n);
  for (std::size_t i = 0; i != items.size; ++i) {
    if (items.is_handle(i)) handles->add(items.handle(i).handle, items.handle(i).wanted);
  }
}

}  // namespace core
}  // namespace v1
}  // namespace abide
