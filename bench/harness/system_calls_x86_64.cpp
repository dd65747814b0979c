// SPDX-License-Identifier: BSL-1.0
#include <linux/prctl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include <cstdint>

#include "harness/system_calls.hpp"

// Linux 5.11 hands a thread's system calls back to the thread, as SIGSYS, if it asks for that, but
// for those made from one range of instructions. The handler counts the call and makes it from that
// range, in the same thread and at the same place, so no call and no order of calls is lost; a
// tracer in another process would change who runs next, and with it the number of calls.

extern "C" {
// The range: a system call as libc's syscall() makes it, but for errno, and the way back from the
// signal handler.
extern const char bench_direct_begin[];
extern const char bench_direct_end[];
long bench_system_call(long number, ...) noexcept;
void bench_return_from_handler() noexcept;
}

asm(R"(
  .pushsection .text
  .globl bench_direct_begin, bench_direct_end, bench_system_call, bench_return_from_handler
bench_direct_begin:
bench_system_call:
  mov %rdi, %rax
  mov %rsi, %rdi
  mov %rdx, %rsi
  mov %rcx, %rdx
  mov %r8, %r10
  mov %r9, %r8
  mov 8(%rsp), %r9
  syscall
  ret
bench_return_from_handler:
  mov $15, %eax
  syscall
  ud2
bench_direct_end:
  .popsection
)");

namespace bench {
namespace {

thread_local unsigned long counted = 0;
thread_local bool counting = false;

void on_system_call(int, siginfo_t*, void* context) noexcept {
  ++counted;
  auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
  registers[REG_RAX] = bench_system_call(registers[REG_RAX], registers[REG_RDI], registers[REG_RSI],
                                         registers[REG_RDX], registers[REG_R10], registers[REG_R8],
                                         registers[REG_R9]);
}

// The kernel's struct; libc's sigaction() would put its own restorer, which is outside the range.
struct kernel_sigaction {
  void (*handler)(int, siginfo_t*, void*) noexcept;
  unsigned long flags;
  void (*restorer)() noexcept;
  std::uint64_t mask;
};

bool install_handler() noexcept {
  constexpr unsigned long has_restorer = 0x04000000;
  const kernel_sigaction action{on_system_call, SA_SIGINFO | has_restorer,
                                bench_return_from_handler, 0};
  return bench_system_call(SYS_rt_sigaction, long{SIGSYS}, &action, nullptr, sizeof action.mask) ==
         0;
}

bool dispatch(long mode, const char* direct, long size) noexcept {
  return bench_system_call(SYS_prctl, long{PR_SET_SYSCALL_USER_DISPATCH}, mode, direct, size,
                           nullptr) == 0;
}

}  // namespace

system_call_counter::system_call_counter() noexcept {
  static const bool installed = install_handler();
  counted = 0;
  counting = installed && dispatch(PR_SYS_DISPATCH_ON, bench_direct_begin,
                                   bench_direct_end - bench_direct_begin);
}

system_call_counter::~system_call_counter() {
  if (!counting) return;
  dispatch(PR_SYS_DISPATCH_OFF, nullptr, 0);
  counting = false;
}

std::optional<unsigned long> system_call_counter::count() const noexcept {
  return counting ? std::optional(counted) : std::nullopt;
}

}  // namespace bench
