// SPDX-License-Identifier: BSL-1.0
#include "support/thread_facts.hpp"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace support {
namespace {

std::string task_file(thread_id thread, const char* name) {
  return "/proc/self/task/" + std::to_string(thread) + "/" + name;
}

std::size_t entries(const char* directory) {
  DIR* const list = ::opendir(directory);
  if (list == nullptr) throw std::runtime_error(std::string("cannot read ") + directory);
  std::size_t n = 0;
  while (const dirent* entry = ::readdir(list)) n += entry->d_name[0] != '.' ? 1 : 0;
  ::closedir(list);
  return n;
}

// An emulator of system calls passes them to another kernel, and its script says what they are
// there.
long number_shown(asleep_in call) {
  const bool is_futex = call == asleep_in::futex;
  const char* const other = std::getenv(is_futex ? "ABIDE_TEST_SYS_FUTEX" : "ABIDE_TEST_SYS_PPOLL");
  return other != nullptr ? std::stol(other) : is_futex ? SYS_futex : SYS_ppoll;
}

}  // namespace

thread_id this_thread_id() noexcept { return static_cast<thread_id>(::syscall(SYS_gettid)); }

void wait_until_asleep(thread_id thread, asleep_in call) {
  const long wanted = number_shown(call);
  for (;;) {
    // "running" while it runs, else the number of the system call that it is blocked in.
    std::ifstream file(task_file(thread, "syscall"));
    long number = -1;
    if (!file) throw std::runtime_error("cannot read " + task_file(thread, "syscall"));
    if (file >> number && number == wanted) return;
    std::this_thread::yield();
  }
}

long sleeps(thread_id thread) {
  std::ifstream file(task_file(thread, "status"));
  const std::string name = "voluntary_ctxt_switches:";
  for (std::string word; file >> word;) {
    if (word != name) continue;
    long count = 0;
    file >> count;
    return count;
  }
  throw std::runtime_error("no count of context switches");
}

std::size_t open_handles() { return entries("/proc/self/fd") - 1; }  // without the listing's own

std::size_t threads() { return entries("/proc/self/task"); }

}  // namespace support
