// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>
#include <abide/export.hpp>
#include <abide/io.hpp>
#include <abide/spin.hpp>
#include <abide/sys/atomic.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

/// The porting contract: all that the library asks of an operating system to wait. A port
/// implements these functions in src/platform/<os>/ and needs to read nothing else. A model checker
/// or a noise build links its own.
///
/// Rules for every port:
/// * Nothing here throws unless it says so, allocates unless it says so, or runs code of the user.
/// * Nothing here ends the calling thread: pthread_cancel() waits until the call has returned.
/// * A system call that fails for a reason this contract does not name ends in fatal().
/// * Sleeping functions may return early at any time (spurious wakes, signal handlers); every
///   caller loops on its own state.
namespace abide {
inline namespace v1 {
namespace sys {

// ---- Time -------------------------------------------------------------------------------------

/// The steady clock, never going back; does not advance while the machine is suspended.
std::chrono::steady_clock::time_point now() noexcept;

// ---- Sleeping on a word -------------------------------------------------------------------------

enum class sleep_result { woken, timed_out };

/// Sleeps while `word` holds `expected`, until a wake or the deadline. Checking and falling asleep
/// are one step with respect to wake functions on that word.
/// Returns: timed_out only once the deadline has passed; woken for everything else.
sleep_result sleep(const atomic<std::uint32_t>& word, std::uint32_t expected,
                   deadline until) noexcept;

/// Wakes one thread, or all, asleep on `word`. The word must be alive during the call.
void wake_one(const atomic<std::uint32_t>& word) noexcept;
void wake_all(const atomic<std::uint32_t>& word) noexcept;

/// Sleeps while the low 32 bits of `word` equal those of `expected`, until a wake.
void sleep_on_address(const atomic<std::uintptr_t>& word, std::uintptr_t expected) noexcept;

/// Wakes one thread asleep on that address. The word may already be destroyed and its memory given
/// back: the call uses the address and reads nothing. A stranger who sleeps there by now wakes
/// spuriously.
void wake_address(const atomic<std::uintptr_t>* word) noexcept;

/// One step of a short busy wait; `round` counts from 0.
/// Returns: false when it is better to sleep: after some rounds, at once with one processor.
bool pause(unsigned round) noexcept;

/// Waits busily while `word` holds `expected`, about until the deadline, and keeps the processor
/// while it does; orders nothing.
/// Returns: whether the word holds something else.
bool spin_while(const atomic<std::uint32_t>& word, std::uint32_t expected, deadline until) noexcept;

/// Whether the calling thread may run on more than one processor.
bool has_other_processor() noexcept;

// ---- Event handles ------------------------------------------------------------------------------

/// Makes a lowered, level-triggered, close-on-exec event handle.
/// Throws: std::system_error with the OS code when there is none left.
native_handle_type make_handle();

/// Whether the value can name a handle at all.
bool is_valid(native_handle_type) noexcept;

/// A value that names none.
native_handle_type no_handle() noexcept;

/// Makes the handle readable (raise) or not readable (lower). Idempotent.
void raise_handle(native_handle_type) noexcept;
void lower_handle(native_handle_type) noexcept;
void close_handle(native_handle_type) noexcept;

/// A set of handles to sleep on together. Filled once; allocates only in its constructor.
class poll_set {
 public:
  static constexpr std::size_t inline_capacity = 17;  // 16 handles of a wait and the parker's own

  /// Throws: std::system_error with the OS code if the OS does not poll so many at once. A set that
  /// is to sleep has passed this; a mere look (below) at more finds nothing.
  static void check_limit(std::size_t handles);

  /// Throws: std::bad_alloc for more than inline_capacity handles.
  explicit poll_set(std::size_t capacity);
  ~poll_set();
  poll_set(const poll_set&) = delete;
  poll_set& operator=(const poll_set&) = delete;

  /// Adds a handle; its position is the number of handles added before it.
  void add(native_handle_type, io wanted) noexcept;
  std::size_t size() const noexcept { return size_; }

  /// Sleeps until a handle is ready, the deadline passes or something else wakes the call. A
  /// deadline that has passed makes it a test that does not block.
  /// Returns: how many handles are ready. Error and hang-up always count as ready.
  std::size_t sleep(deadline until) noexcept;

  /// What the last sleep() found on the handle at that position; io{} for nothing.
  io ready(std::size_t position) const noexcept;

 private:
  static constexpr std::size_t record_bytes = 8;  // one record of the port

  std::size_t size_ = 0;
  alignas(8) std::byte inline_[inline_capacity * record_bytes];
  std::unique_ptr<std::byte[]> heap_;
  std::byte* records_;
};

/// Many handles to look at together, which may come and go while others sleep on the set's own
/// handle. A look costs what is ready, not what is in the set. The caller serialises its members,
/// but for get().
class handle_set {
 public:
  /// Throws: std::system_error with the OS code.
  handle_set();
  ~handle_set();
  handle_set(const handle_set&) = delete;
  handle_set& operator=(const handle_set&) = delete;

  /// A handle that is readable while one in the set is ready.
  native_handle_type get() const noexcept { return handle_; }

  /// Throws: std::system_error with the OS code, also for a handle that is in the set already and
  /// for one that the OS does not watch in this way.
  void add(native_handle_type, io wanted, void* tag);
  /// The handle may have been closed meanwhile.
  void remove(native_handle_type) noexcept;

  struct found {
    void* tag;
    io ready;
  };
  /// Writes down n handles that are ready, at most; in turns, if there are more.
  /// Returns: how many. Error and hang-up always count as ready. Never blocks.
  std::size_t look(found* list, std::size_t n) noexcept;

 private:
  native_handle_type handle_;
};

// ---- Threads ------------------------------------------------------------------------------------

/// What the core keeps per thread. Its address names the thread while the thread lives.
struct thread_slot {
  void* parker = nullptr;  // the thread's parker between waits
  bool ending = false;     // the thread is past its exit hook: keep nothing here any more
  spin spins = spin::off;  // what the thread does before it sleeps
};

/// The calling thread's slot; usable until the very end of the thread. When a thread that has
/// stored a parker ends, the port sets `ending` and calls `release_parker(parker)`.
thread_slot& this_thread() noexcept;

/// The calling thread's name as this_thread() gives it, without preparing the end of the thread.
const thread_slot* this_thread_id() noexcept;

/// Implemented by the core, called by the port (see this_thread).
void release_parker(void* parker) noexcept;

/// Starts a detached thread with all signals blocked and the finest timer slack the OS offers.
/// Throws: std::system_error with the OS code.
void start_thread(void (*run)() noexcept);

/// Registers what to do around fork, once per process: `prepare` before it and `parent` after it
/// in the parent, `child` in the child. Does nothing where there is no fork.
void at_fork(void (*prepare)() noexcept, void (*parent)() noexcept,
             void (*child)() noexcept) noexcept;

// ---- The end ------------------------------------------------------------------------------------

/// Whether this process is the child of a fork: its other threads are gone, with whatever they had
/// locked, and it may only destroy or exec.
bool is_forked_child() noexcept;

/// A child that goes on to wait is taken for a process of its own from then on.
void forget_fork() noexcept;

/// Whether the process is exiting: objects that somebody waits on are then destroyed without a
/// word. May be slow.
bool is_exiting() noexcept;

/// Writes `message` to standard error and aborts the program.
[[noreturn]] void fatal(const char* message) noexcept;

}  // namespace sys
}  // namespace v1
}  // namespace abide
