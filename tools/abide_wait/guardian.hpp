// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>

#include <chrono>
#include <cstdint>
#include <span>

// Every command has a guardian: a child of abide-wait that starts the command, reports its end and
// sees to it that nothing of it is left.
//
//     abide-wait -- fork --> guardian -- fork --> sh -c TEXT --> its descendants
//         |                     |
//         |---- lifeline -----> |   a pipe without bytes: it ends when abide-wait is done with the
//         |                     |   command, or dead
//         | <--- reports -------|   a pipe: a report when the command starts, one when it ends
//
// The guardian is a subreaper: a descendant that loses its parent becomes a child of the guardian.
// Once the lifeline is cut, the guardian ends the command's process group and all of its own
// children, first SIGTERM, then SIGKILL, until it has none; then it exits. It blocks every signal
// and has its own process group, so that nothing but SIGKILL, sent to it by number, stops it. Then
// the kernel kills the command (PR_SET_PDEATHSIG) and abide-wait the command's group.

namespace abide_wait {

/// What a guardian tells abide-wait; written in one piece.
struct report {
  enum class event : std::int32_t { started, failed, exited, killed };

  event what;
  std::int32_t value;  // the process group, the exit code or the signal
  std::int64_t at;     // when, on the steady clock, in nanoseconds
  char failure[80];    // the call that failed, and why
};

struct guardian_orders {
  const char* command;
  sigset_t signal_mask;  // the command's
  std::chrono::duration<double> grace;
  int lifeline;
  int reports;
  std::span<char> own_name;  // where the arguments of this program stand
};

/// The life of a guardian, in a fresh child of abide-wait that has not waited with abide yet.
[[noreturn]] void guard(const guardian_orders& orders);

}  // namespace abide_wait
