// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation.hpp>
#include <abide/timer_node.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <span>
#include <system_error>
#include <vector>

#include "core/word_lock.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {
namespace cancellation {

using detail::callback_node;
using detail::cancellation_state_base;
using detail::state_ref;

class state;

/// What callbacks threw, in order.
class callback_errors {
 public:
  void add(std::exception_ptr error) noexcept;

  /// Throws what was added, if anything: a cancellation_callback_error, or the last error itself if
  /// there was no memory to keep it.
  void throw_if_any();

  /// Hands each to the callback error handler.
  void report() noexcept;

 private:
  std::vector<std::exception_ptr> kept_;
  std::exception_ptr not_kept_;
};

/// A child's place in one parent's list. Lies behind the child's state, in the same allocation.
/// The child owns a reference to the parent; the parent reaches the child through its list only.
struct link {
  state* child;
  state* parent;
  link* next = nullptr;  // in the parent's list, under the parent's lock
  link* previous = nullptr;
  link* pending = nullptr;  // in the work list of the parent's one cancel
  bool linked = false;      // under the parent's lock
  std::uint64_t since = 0;  // how often the parent was reset before; once more severs the link
};

/// What a source, its tokens and their registrations share. The word's LOCK guards what is marked
/// so; it is never held while another state's is, nor while user code runs.
///
/// Lock order: links_mutex, then one state's LOCK; the timer queue's lock is taken with none held.
class state final : public cancellation_state_base, private detail::timer_node {
 public:
  struct canceled_t {};

  /// Throws: std::bad_alloc.
  static state* make(std::size_t parents = 0);
  constexpr state() noexcept : cancellation_state_base(0), timer_node(&expire) {}
  constexpr explicit state(canceled_t) noexcept
      : cancellation_state_base(set_bit), timer_node(&expire) {}

  /// Takes one more reference unless the last is gone already.
  bool try_retain() noexcept;

  /// Links this new state to its parents, and cancels it if one of them is canceled.
  void follow(std::span<state* const> parents) noexcept;

  /// Cancels this state and all that follow it, then runs their callbacks here; what they throw
  /// goes to `errors`. Returns: false if it was canceled before.
  bool cancel(std::error_code reason, callback_errors& errors) noexcept;

  /// Throws: std::system_error if the timer thread cannot start.
  void cancel_at(deadline when);
  /// Cancels this new state because its deadline had passed when it was made.
  void expire_at_once(deadline passed) noexcept;
  bool try_reset() noexcept;

  /// Whether a cancel of the ancestor reaches this state, if that is not canceled before.
  bool follows(const state& ancestor) noexcept;
  bool can_be_canceled() noexcept;
  deadline expires_at() noexcept;
  std::error_code reason() const noexcept;
  state* origin() noexcept { return is_canceled() && origin_ != nullptr ? origin_ : this; }

  bool attach(callback_node& node);
  detail::removal remove(callback_node& node) noexcept;
  bool wait_until_done(callback_node& node, deadline until) noexcept;

  /// Destroys states whose last reference is gone, and their parents' as theirs goes.
  static void destroy(state* dead) noexcept;

  sys::atomic<std::uint32_t> sources{1};

 private:
  enum class marked { before, now, needs_links_mutex };
  enum class links_mutex_is { free, held };
  static void expire(detail::timer_node& node) noexcept;

  static state* mark_tree(state& root, std::error_code reason) noexcept;
  marked mark(std::error_code reason, state& origin, links_mutex_is mutex, link*& pending) noexcept;
  void run_callbacks(callback_errors& errors) noexcept;
  bool runs_elsewhere(const callback_node& node) const noexcept;
  void unfollow() noexcept;
  void unlist(link& l) noexcept;
  static void drop(callback_node* list) noexcept;
  template <class Visit>
  void visit_ancestors(Visit visit) noexcept;
  std::span<link> links() noexcept;
  deadline expiry() const noexcept;

  static constexpr std::int64_t no_expiry = std::numeric_limits<std::int64_t>::max();

  // Written once, under LOCK, before the word says canceled.
  int reason_value_ = 0;
  const std::error_category* reason_category_ = nullptr;  // null: errc::operation_canceled
  state* origin_ = nullptr;                               // an ancestor: the links keep it alive

  // Under LOCK.
  callback_node* callbacks_ = nullptr;  // the last registered first
  callback_node* running_ = nullptr;
  const sys::thread_slot* runner_ = nullptr;  // the thread that runs the callbacks
  link* children_ = nullptr;

  std::size_t link_count_ = 0;                     // fixed once constructed
  sys::atomic<std::uint32_t> ended_callbacks_{0};  // a count << 1; bit 0: somebody sleeps on it
  sys::atomic<std::int64_t> expiry_{no_expiry};    // its own deadline, as steady time
  sys::atomic<bool> timed_{false};                 // was armed at some time
  sys::atomic<std::uint64_t> resets_{0};           // written under LOCK

  state* next_ = nullptr;          // in the list of one cancel, or of the dead
  state* next_visited_ = nullptr;  // under links_mutex
  std::uint64_t visit_ = 0;        // under links_mutex
};

inline state& as_state(cancellation_state_base& base) noexcept { return static_cast<state&>(base); }

}  // namespace cancellation
}  // namespace v1
}  // namespace abide
