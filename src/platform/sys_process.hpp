// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>

#include <cstdint>
#include <optional>

/// The part of the porting contract that process and signal_set need; the rules of sys.hpp hold
/// here too. Nothing here blocks.
namespace abide {
inline namespace v1 {
namespace sys {

// ---- Processes ----------------------------------------------------------------------------------

/// Opens a close-on-exec handle to a process, readable once it has exited.
/// Throws: std::system_error with the OS code; errc::no_such_process if there is none.
native_handle_type open_process(int id);

struct process_end {
  int signal;  // what killed it; 0 if it exited by itself
  int code;    // then: its exit code
};

/// Reaps a child. Returns: nullopt while it runs and if it is no child that is left to reap.
/// Throws: std::system_error with the OS code.
std::optional<process_end> reap_process(native_handle_type);

/// Throws: std::system_error with the OS code.
void signal_process(native_handle_type, int signal);

// ---- Signals: bit n - 1 of a set is signal n ----------------------------------------------------

/// Whether this is the number of a signal that a thread can block.
bool is_blockable(int signal) noexcept;

/// Blocks the signals in the calling thread. Returns: those of them that were not blocked.
std::uint64_t block_signals(std::uint64_t signals) noexcept;
void unblock_signals(std::uint64_t signals) noexcept;

/// Makes a close-on-exec handle that is readable while one of the signals is blocked and pending.
/// Throws: std::system_error with the OS code when there is none left.
native_handle_type open_signals(std::uint64_t signals);

struct pending_signal {
  int number;
  int sender;  // a process, or 0
};

/// Takes a pending signal, if there is one. Throws: std::system_error with the OS code.
std::optional<pending_signal> take_signal(native_handle_type);

}  // namespace sys
}  // namespace v1
}  // namespace abide
