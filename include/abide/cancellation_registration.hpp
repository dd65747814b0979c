// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation_token.hpp>
#include <abide/export.hpp>

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

namespace abide {
inline namespace v1 {
namespace detail {

/// One registered callback. All fields but `run` and `drop` belong to the state, under its lock.
struct callback_node {
  enum class stage : unsigned char { idle, queued, running };

  void (*run)(callback_node&);            // calls the user's code, once
  void (*drop)(callback_node&) noexcept;  // gives back one of the node's owners; null: in place
  callback_node* next = nullptr;
  callback_node* previous = nullptr;
  stage at = stage::idle;
};

/// Registers the node; if the token is canceled, runs it here instead and lets what it throws out.
/// Returns: whether the node is registered now. Null states register nothing.
ABIDE_API bool attach(cancellation_state_base*, callback_node&);

/// What remove() found: it took the node out before its callback started; that runs on another
/// thread; or neither.
enum class removal : unsigned char { removed, runs, ended };

/// Removes the node if its callback has not started. Never blocks.
ABIDE_API removal remove(cancellation_state_base&, callback_node&) noexcept;

/// Sleeps while the node's callback runs on another thread. False: the deadline has passed.
ABIDE_API bool wait_until_done(cancellation_state_base&, callback_node&, deadline) noexcept;

/// A callback on the heap, owned by the registration and, while it is queued or runs, by the state.
template <class F>
struct heap_callback final : callback_node {
  template <class C>
  explicit heap_callback(C&& c) : callback_node{&call, &give_back}, f(std::forward<C>(c)) {}

  static void call(callback_node& node) {
    std::invoke(std::move(static_cast<heap_callback&>(node).f));
  }
  static void give_back(callback_node& node) noexcept {
    auto& self = static_cast<heap_callback&>(node);
    // The last owner deletes: release pairs with the acquire of whoever comes last.
    if (self.owners.fetch_sub(1, sys::memory_order_acq_rel) == 1) delete &self;
  }

  F f;
  sys::atomic<unsigned> owners{2};
};

}  // namespace detail

/// Keeps a callback registered; movable, and empty once it was unregistered or detached.
///
///     const auto closing = token.register_callback([&] { connection.close(); });
///
/// Lifetime: may outlive the token and its source. A callback may destroy its own registration and
/// go on using its captures, which live until it has returned.
/// Thread safety: as of every object; several registrations of one token are independent.
class ABIDE_API cancellation_registration {
 public:
  /// Empty.
  cancellation_registration() noexcept = default;

  /// Takes over the callback, and leaves the other empty. What this held before is unregistered as
  /// by the destructor.
  cancellation_registration(cancellation_registration&& other) noexcept
      : state_(std::move(other.state_)), node_(std::exchange(other.node_, nullptr)) {}
  cancellation_registration& operator=(cancellation_registration&& other) noexcept {
    cancellation_registration(std::move(other)).swap(*this);
    return *this;
  }

  /// As unregister_and_wait(): it may block.
  ~cancellation_registration() { unregister_and_wait(); }

  /// Removes the callback if it has not started.
  /// Blocks: never.
  /// Returns: true if this call removed it: it did not run and will not. True at most once.
  bool unregister() noexcept;

  /// Removes the callback, or waits until it has returned. Afterwards this is empty, and the
  /// callback is not running and never will. On the thread that runs the callbacks, also out of
  /// this one, it does not wait.
  /// Requires: the caller holds no lock that the callback needs.
  /// Blocks: while the callback runs on another thread.
  void unregister_and_wait() noexcept;

  /// As unregister_and_wait(), with a deadline.
  /// Blocks: while the callback runs on another thread, until the deadline.
  /// Returns: false if the callback is still running then; this is unchanged, and may be asked
  /// again.
  [[nodiscard]] bool unregister_and_wait_until(deadline until) noexcept;

  /// Empties this and leaves the callback registered: until it has run, or the last source, token
  /// and registration of the request, and all that is linked to it, are gone. A callback that holds
  /// one of these itself stays until the cancel.
  void detach() noexcept;

  /// The token that the callback is registered with; none if this is empty.
  cancellation_token token() const noexcept;

  /// Whether this holds a callback, run or not: one that was not unregistered or detached here.
  explicit operator bool() const noexcept { return node_ != nullptr; }

  /// Exchanges two registrations.
  void swap(cancellation_registration& other) noexcept {
    std::swap(state_, other.state_);
    std::swap(node_, other.node_);
  }
  friend void swap(cancellation_registration& a, cancellation_registration& b) noexcept {
    a.swap(b);
  }

 private:
  friend class cancellation_token;
  cancellation_registration(detail::state_ref state, detail::callback_node* node) noexcept
      : state_(std::move(state)), node_(node) {}
  void clear() noexcept;

  detail::state_ref state_;
  detail::callback_node* node_ = nullptr;
};

/// A callback registered in place: no allocation, not movable, as std::stop_callback.
///
///     const abide::cancellation_callback wake(token, [&] { ready.set(); });
///
/// When and where it is called: as by cancellation_token::register_callback().
template <class F>
class cancellation_callback : private detail::callback_node {
 public:
  /// The callback.
  using callback_type = F;

  /// Registers f, or calls it here if the token is canceled already.
  /// Throws: what constructing F throws, and f if it is called here. Nothing is registered then.
  template <class C>
  requires std::constructible_from<F, C>
  explicit cancellation_callback(const cancellation_token& token, C&& f)
      : callback_node{&call, nullptr},
        f_(std::forward<C>(f)),
        state_(detail::access::state(token)) {
    if (!detail::attach(state_.get(), *this)) state_ = detail::state_ref();
  }

  /// Removes the callback, or waits until it has returned. Destroyed by its own callback, or
  /// otherwise on the thread that runs it, it does not wait: the callback must not use its captures
  /// any more.
  /// Requires: the caller holds no lock that the callback needs.
  /// Blocks: while the callback runs on another thread.
  ~cancellation_callback() {
    if (state_ && detail::remove(*state_.get(), *this) == detail::removal::runs) {
      detail::wait_until_done(*state_.get(), *this, deadline::never());
    }
  }

  cancellation_callback(const cancellation_callback&) = delete;
  cancellation_callback& operator=(const cancellation_callback&) = delete;

 private:
  static void call(detail::callback_node& node) {
    std::invoke(std::forward<F>(static_cast<cancellation_callback&>(node).f_));
  }

  [[no_unique_address]] F f_;
  detail::state_ref state_;
};

/// Holds a copy of what it is given.
template <class F>
cancellation_callback(cancellation_token, F) -> cancellation_callback<F>;

template <class F>
cancellation_registration cancellation_token::register_callback(F&& f) const {
  using node_type = detail::heap_callback<std::decay_t<F>>;
  if (!state_) return {};
  auto* node = new node_type(std::forward<F>(f));
  struct owner {  // frees the node when it is not registered: it ran here, or threw
    node_type* node;
    ~owner() { delete node; }
  } unregistered{node};
  if (!detail::attach(state_.get(), *node)) return {};
  unregistered.node = nullptr;
  return cancellation_registration(state_, node);
}

}  // namespace v1
}  // namespace abide
