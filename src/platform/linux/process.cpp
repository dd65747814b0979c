// SPDX-License-Identifier: BSL-1.0
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "platform/linux/fail.hpp"
#include "platform/linux/uncancelable.hpp"
#include "platform/sys_process.hpp"

// The handle of a process is a pidfd. By number, not by name: older C libraries know neither the
// calls nor P_PIDFD.

namespace abide {
inline namespace v1 {
namespace sys {
namespace {

constexpr auto by_pidfd = static_cast<idtype_t>(3);  // P_PIDFD, Linux 5.4

}  // namespace

native_handle_type open_process(int id) {
  const long fd = ::syscall(SYS_pidfd_open, id, 0u);  // close-on-exec always
  if (fd < 0) refuse("pidfd_open", errno);
  return static_cast<int>(fd);
}

std::optional<process_end> reap_process(native_handle_type fd) {
  const uncancelable guard;
  siginfo_t info{};
  if (::waitid(by_pidfd, static_cast<id_t>(fd), &info, WEXITED | WNOHANG) != 0) {
    if (errno == ECHILD) return std::nullopt;
    refuse("waitid", errno);
  }
  if (info.si_pid == 0) return std::nullopt;  // it runs
  if (info.si_code == CLD_EXITED) return process_end{0, info.si_status};
  return process_end{info.si_status, 0};
}

void signal_process(native_handle_type fd, int signal) {
  if (::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0u) != 0) {
    refuse("pidfd_send_signal", errno);
  }
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
