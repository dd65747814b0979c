// SPDX-License-Identifier: BSL-1.0
#include "support/system_calls.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <initializer_list>
#include <stdexcept>
#include <vector>

namespace support {
namespace {

/// Has the kernel answer the calls listed in one way and all others in another.
void install(std::initializer_list<unsigned> calls, unsigned answer, unsigned other) {
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const unsigned call : calls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, answer));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, other));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    throw std::runtime_error("no seccomp");
  }
}

}  // namespace

void forbid_system_calls() {
  // AddressSanitizer asks for the signal stack before every function that does not return, and
  // UndefinedBehaviorSanitizer finds out through a pipe whether it may look at an object.
  install({SYS_clock_gettime, SYS_write, SYS_exit, SYS_exit_group, SYS_sigaltstack, SYS_pipe2,
           SYS_close},
          SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS);
}

void refuse_threads() {
  install({SYS_clone, SYS_clone3}, SECCOMP_RET_ERRNO | EAGAIN, SECCOMP_RET_ALLOW);
}

}  // namespace support
