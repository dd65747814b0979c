// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/waitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/wait_entry.hpp"
#include "core/wait_list.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace core {

using detail::access;
using detail::role;

/// The arguments of one call, by position.
struct item_list {
  item_list(const waitable_ref* list, std::size_t n) noexcept : items(list), size(n) {
    // Most lists, and all long ones, have neither tokens nor handles: one short pass tells.
    std::uint8_t roles = 0;
    for (const waitable_ref* item = list; item != list + n; ++item) {
      kinds |= static_cast<std::uint8_t>(access::kind(*item));
      roles |= static_cast<std::uint8_t>(access::role(*item));
    }
    if (roles == 0 && !holds(kind::handle)) return;
    for (std::size_t i = 0; i != n; ++i) {
      tokens += is_element(i) ? 0 : 1;
      handles += is_handle(i) ? 1 : 0;
    }
  }

  const waitable_ref* items;
  std::size_t size;
  std::uint8_t kinds = 0;   // all that occur
  std::size_t tokens = 0;   // items that end the wait without satisfying it
  std::size_t handles = 0;  // OS handles

  waitable_ref operator[](std::size_t i) const noexcept { return items[i]; }
  kind kind_of(std::size_t i) const noexcept { return access::kind(items[i]); }
  role role_of(std::size_t i) const noexcept { return access::role(items[i]); }
  bool is_element(std::size_t i) const noexcept { return role_of(i) == role::element; }
  bool is_handle(std::size_t i) const noexcept { return kind_of(i) == kind::handle; }
  bool holds_events_only() const noexcept {  // and tokens
    return (kinds & ~(static_cast<unsigned>(kind::level) | static_cast<unsigned>(kind::signal))) ==
           0;
  }
  bool holds(kind k) const noexcept { return (kinds & static_cast<std::uint8_t>(k)) != 0; }
  /// Whether the item has a word and a list; else it is an OS handle or the token none.
  bool is_object(std::size_t i) const noexcept {
    return kind_of(i) != kind::handle && kind_of(i) != kind::never;
  }
  const waitable& object(std::size_t i) const noexcept {
    return *static_cast<const waitable*>(access::object(items[i]));
  }
  const detail::watched_handle& handle(std::size_t i) const noexcept {
    return *static_cast<const detail::watched_handle*>(access::object(items[i]));
  }
  bool looks_ready(std::size_t i) const noexcept {
    return is_object(i) && core::looks_ready(object(i), kind_of(i));
  }
  /// The first item before `end` that looks ready; `end` if there is none.
  std::size_t first_ready(std::size_t end) const noexcept {
    if (!holds_events_only()) {
      std::size_t i = 0;
      while (i != end && !looks_ready(i)) ++i;
      return i;
    }
    // This loop is what a long list costs.
    const waitable_ref* item = items;
    for (const waitable_ref* const last = item + end; item != last; ++item) {
      if (is_set(*static_cast<const waitable*>(access::object(*item)))) break;
    }
    return static_cast<std::size_t>(item - items);
  }
};

/// n of a thing that each item needs one of: on the stack up to 16 objects, a throw_on and a
/// return_on, else on the heap.
template <class T>
class per_item {
 public:
  /// Throws: std::bad_alloc.
  explicit per_item(std::size_t n) : size_(n) {
    if (n > inline_size) heap_.reset(new std::byte[n * sizeof(T)]);
    data_ = reinterpret_cast<T*>(heap_ ? heap_.get() : inline_);
    std::uninitialized_default_construct_n(data_, n);
  }
  ~per_item() { std::destroy_n(data_, size_); }
  per_item(const per_item&) = delete;
  per_item& operator=(const per_item&) = delete;

  T& operator[](std::size_t i) noexcept { return data_[i]; }
  T* begin() noexcept { return data_; }
  T* end() noexcept { return data_ + size_; }

 private:
  static constexpr std::size_t inline_size = 18;
  std::size_t size_;
  T* data_;
  alignas(T) std::byte inline_[inline_size * sizeof(T)];
  std::unique_ptr<std::byte[]> heap_;
};

/// Throws std::invalid_argument for a list without an element to wait for.
void check_not_empty(const item_list& items);

/// The first token that is canceled, as an outcome; waiting if there is none (P1).
outcome canceled_at_entry(const item_list& items) noexcept;

/// Fills the poll with the OS handles of a list, in order, and keeps room for the parker's own;
/// leaves it empty if there are none.
void collect_handles(const item_list& items, std::optional<sys::poll_set>& handles);

/// The one path of every wait: blocks until an item ends the call or the deadline does.
/// Throws: std::invalid_argument for an empty list, std::bad_alloc, std::system_error for want of a
/// handle; nothing has been taken then.
outcome wait_any(const item_list& items, deadline until);

/// The same for all elements at once. Returns: all_ready, an outcome of a token, or timed_out.
/// Throws: also std::invalid_argument if an object is listed twice.
outcome wait_all(const item_list& items, deadline until);

}  // namespace core
}  // namespace v1
}  // namespace abide
