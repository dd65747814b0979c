// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>
#include <abide/export.hpp>
#include <abide/io.hpp>
#include <abide/sys/atomic.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace abide {
inline namespace v1 {

class waitable_ref;
class cancellation_token;
class return_on;

// clang-format off
/// How a wait that takes return_on(token) ended.
enum class [[nodiscard]] wait_status {
  /// It was satisfied.
  ready,
  /// The time came first; nothing was taken.
  timeout,
  /// The token was canceled first; nothing was taken.
  canceled
};
// clang-format on

/// How a wait_any that takes return_on(token) ended.
struct [[nodiscard]] wait_any_result {
  /// What ended it.
  wait_status status;
  /// The position of what satisfied it, if it is ready.
  std::size_t index;
  /// Memberwise.
  friend bool operator==(const wait_any_result&, const wait_any_result&) = default;
};

namespace detail {

/// What "ready" means to a kind of object and what a successful wait takes from it. Each is a bit,
/// so that a list can tell what it holds.
enum class kind : std::uint8_t {
  never = 1,        // the token that cannot be canceled: no object, not ready
  level = 2,        // ready while set; a wait takes nothing
  signal = 4,       // holds at most one signal; a wait takes it
  units = 8,        // holds a count; a wait takes one unit; a newcomer may overtake
  fifo_units = 16,  // the same, first come first served
  handle = 32,      // a raw OS handle; a wait takes nothing
};

/// What a wait does with the item.
enum class role : std::uint8_t {
  element,           // the wait may be satisfied by it
  throw_on,          // a token: the wait throws operation_canceled
  return_on,         // a token: the wait returns wait_status::canceled
  throw_on_foreign,  // an event that stands for a token of another library: the wait throws
};

/// The eight bytes that every object which can be waited for consists of. DESIGN.md has the table.
/// set: ready, and for a semaphore: the upper bits are its count. lock: the list of waiters is
/// being changed. parked: somebody sleeps on this word. The rest: the last of the queued wait
/// entries, or a semaphore's count.
class waitable {
 public:
  static constexpr std::uintptr_t set_bit = 1;
  static constexpr std::uintptr_t lock_bit = 2;
  static constexpr std::uintptr_t parked_bit = 4;
  static constexpr std::uintptr_t tail_mask = ~std::uintptr_t{7};
  static constexpr int count_shift = 3;

  constexpr explicit waitable(std::uintptr_t initial) noexcept : word(initial) {}
  waitable(const waitable&) = delete;
  waitable& operator=(const waitable&) = delete;

  mutable sys::atomic<std::uintptr_t> word;
};
static_assert(sizeof(std::uintptr_t) == 8, "abide is for 64-bit systems: a word holds a count");

/// A waitable with a count. While entries are queued the count stands in `queued_units`, under the
/// word's lock; otherwise it stands in the word.
class counted_waitable : public waitable {
 public:
  constexpr counted_waitable(std::uint32_t count, std::uint32_t most, std::uint32_t fifo) noexcept
      : waitable(count == 0 ? 0 : (std::uintptr_t{count} << count_shift) | set_bit),
        max_and_fairness((most << 1) | fifo) {}

  std::uint32_t most() const noexcept { return max_and_fairness >> 1; }
  detail::kind kind() const noexcept {
    return (max_and_fairness & 1) != 0 ? kind::fifo_units : kind::units;
  }

  sys::atomic<std::uint32_t> queued_units{0};
  const std::uint32_t max_and_fairness;
};

/// An OS handle in a wait: what it is watched for and what the last wait found.
struct watched_handle {
  native_handle_type handle;
  io wanted;
  mutable io ready{};
};

class item_buffer;

/// The one door between the public types and the wait core: a type that can be waited for has a
/// private ref() and names this class its friend.
class access {
 public:
  template <class T>
  static auto ref(T& w) noexcept -> decltype(w.ref()) {
    return w.ref();
  }
  template <class T>
  requires std::is_same_v<T, waitable_ref>
  static constexpr T ref(const T& w) noexcept { return w; }
  template <class T>
  static auto& state(T& shared) noexcept {
    return shared.state_;
  }
  template <class State>
  static cancellation_token token(State state) noexcept;
  static constexpr waitable_ref make(const void* object, detail::kind k) noexcept;
  static constexpr waitable_ref with_role(waitable_ref w, detail::role r) noexcept;
  static constexpr const void* object(waitable_ref w) noexcept;
  static constexpr detail::kind kind(waitable_ref w) noexcept;
  static constexpr detail::role role(waitable_ref w) noexcept;
};

template <class T, class U>
concept other_than = !std::is_same_v<std::remove_cv_t<T>, U>;

template <class T>
concept watchable = requires(T& w) {
  access::ref(w);
};

/// What a list of references may hold: not return_on, which changes what the wait returns.
template <class T>
concept storable = other_than<T, waitable_ref> && other_than<T, return_on> && watchable<T>;

}  // namespace detail

/// One thing to wait for, by reference: an event, a semaphore, a timer, a token, an OS handle, a
/// process, a signal set, a file watch or a throw_on. Two pointers wide, copied freely.
///
///     std::vector<abide::waitable_ref> all{ready, work, token};
///     const std::size_t which = abide::wait_any(all);
///
/// Lifetime: does not own the object: whoever keeps a reference keeps the object alive. Made from
/// lvalues only, so that storing a reference to a temporary does not compile.
class waitable_ref {
 public:
  /// Refers to the object.
  template <detail::storable T>
  waitable_ref(T& w) noexcept  // NOLINT: implicit, so that a list of objects is a list of these
      : waitable_ref(detail::access::ref(w)) {}

  /// A temporary would be gone before the wait.
  template <detail::other_than<waitable_ref> T>
  waitable_ref(const T&&) = delete;

 private:
  friend class detail::access;
  friend class detail::item_buffer;
  constexpr waitable_ref() noexcept = default;  // never ready
  constexpr waitable_ref(const void* object, detail::kind kind, detail::role role) noexcept
      : object_(object), kind_(kind), role_(role) {}

  const void* object_ = nullptr;
  detail::kind kind_ = detail::kind::never;
  detail::role role_ = detail::role::element;
};

static_assert(sizeof(waitable_ref) == 2 * sizeof(void*));

namespace detail {

constexpr waitable_ref access::make(const void* object, detail::kind k) noexcept {
  return {object, k, role::element};
}
constexpr waitable_ref access::with_role(waitable_ref w, detail::role r) noexcept {
  return {w.object_, w.kind_, r};
}
constexpr const void* access::object(waitable_ref w) noexcept { return w.object_; }
constexpr kind access::kind(waitable_ref w) noexcept { return w.kind_; }
constexpr role access::role(waitable_ref w) noexcept { return w.role_; }

// The wait core's entry points. Both throw operation_canceled for an item whose role is throw_on.

ABIDE_API wait_any_result block_on_any(const waitable_ref* items, std::size_t count,
                                       deadline until);
/// ready; or canceled, or a throw, if the item is a token that is canceled.
ABIDE_API wait_status check_canceled(waitable_ref token);
ABIDE_API wait_status block_on_all(const waitable_ref* items, std::size_t count, deadline until);

// What an object does that has, or may have, somebody queued. `name` and `object` are for the
// message of P11.

ABIDE_API void set(const waitable&, kind) noexcept;
ABIDE_API void reset(const waitable&, kind) noexcept;
ABIDE_API bool try_take(const waitable&, kind) noexcept;
ABIDE_API void retire(const waitable&, kind, const char* name, const void* object) noexcept;
ABIDE_API native_handle_type export_handle(const waitable&, kind);

}  // namespace detail
}  // namespace v1
}  // namespace abide
