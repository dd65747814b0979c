// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>
#include <abide/owned_handle.hpp>
#include <abide/waitable.hpp>

#include <optional>

namespace abide {
inline namespace v1 {

/// How a process ended: by itself with an exit code, or killed by a signal.
struct exit_status {
  /// By itself, or killed.
  enum class cause {
    /// It called exit() or returned from main().
    exit,
    /// A signal killed it.
    signal
  };
  /// Which of the two.
  cause how;
  /// The exit code, or the number of the signal.
  int value;

  /// Memberwise.
  friend bool operator==(const exit_status&, const exit_status&) = default;
};

/// A running process, ready in a wait once it has exited. Any process may be watched, not only a
/// child. Needs Linux 5.4, for the waitid() of a pidfd.
///
///     abide::process server(pid);
///     if (abide::wait_any(abide::throw_on(token), server) == 1) report(server.status());
///
/// Waiting takes nothing: once exited it stays ready, and a child stays a zombie until status() or
/// somebody else reaps it.
/// Lifetime: owns a handle to the process, not the process: destroying it kills nothing. A number
/// that the system gives to another process later does not confuse it. Moved from, it may only be
/// assigned to and destroyed.
/// Thread safety: one wait at a time; a second thread uses its own process.
class ABIDE_API process {
 public:
  /// The number of a process.
  using id_type = int;

  /// Opens the process of that number. A child that has exited and was not reaped is one still.
  /// Throws: std::system_error: ESRCH if there is no such process, EINVAL if the number cannot be
  /// one, EINVAL or ENOENT (as the kernel has it) if it is that of a thread, EMFILE or ENFILE if no
  /// handle is left, ENOSYS before Linux 5.3.
  explicit process(id_type id);

  /// The number that was given.
  id_type id() const noexcept { return id_; }

  /// Whether it has exited. A system call.
  /// Blocks: never.
  [[nodiscard]] bool has_exited() const noexcept;

  /// How it ended; reaps it if it is a child of this process, and remembers.
  /// Blocks: never.
  /// Returns: nullopt while it runs; nullopt also once has_exited(), if that is not for this
  /// process to know: no child of it, or somebody else has reaped it, as the system does for a
  /// parent that ignores SIGCHLD.
  /// Throws: std::system_error with the OS code.
  std::optional<exit_status> status();

  /// Sends a signal to the process; a zombie takes it without effect.
  /// Throws: std::system_error: ESRCH once it has been reaped, EPERM if that is not allowed, EINVAL
  /// if there is no such signal.
  void send(int signal);

  /// A pidfd, readable once the process has exited. Close-on-exec.
  /// Requires: it is not closed: this object does that.
  native_handle_type native_handle() const noexcept { return handle_.get(); }

 private:
  friend class detail::access;
  waitable_ref ref() const noexcept { return handle_.ref(); }

  detail::owned_handle handle_;
  id_type id_;
  std::optional<exit_status> status_;
};

}  // namespace v1
}  // namespace abide
