// SPDX-License-Identifier: BSL-1.0
#include "guardian.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <abide/abide.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <set>
#include <system_error>

namespace abide_wait {
namespace {

void send(int reports, report::event what, int value, const char* failure = "") {
  report r{what, value, std::chrono::steady_clock::now().time_since_epoch().count(), {}};
  std::snprintf(r.failure, sizeof r.failure, "%s", failure);
  if (::write(reports, &r, sizeof r) < 0) {
    // Nobody is there to read it; the end of the lifeline says so too.
  }
}

std::system_error error_of(const char* call) {
  return std::system_error(errno, std::generic_category(), call);
}

class guardian {
 public:
  explicit guardian(const guardian_orders& orders)
      : orders_(orders), deaths_{SIGCHLD}, lifeline_(orders.lifeline) {}

  void start();
  void run();

 private:
  enum class stage { guarding, asking, killing };

  [[noreturn]] void become_command(pid_t parent) const;
  bool reap();
  void signal_family(int signal);
  void signal_one(pid_t target, int signal);

  const guardian_orders& orders_;
  abide::signal_set deaths_;
  abide::os_handle lifeline_;
  pid_t command_ = 0;
  stage stage_ = stage::guarding;
  std::set<pid_t> asked_;
};

void guardian::start() {
  const pid_t self = ::getpid();
  command_ = ::fork();
  if (command_ < 0) throw error_of("fork");
  if (command_ == 0) become_command(self);
}

void guardian::become_command(pid_t parent) const {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the guardian died before that
  // A terminal would stop a process that reads from it outside of the foreground group.
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing > STDIN_FILENO) {
    ::dup2(nothing, STDIN_FILENO);
    ::close(nothing);
  }
  send(orders_.reports, report::event::started, ::getpid());
  ::sigprocmask(SIG_SETMASK, &orders_.signal_mask, nullptr);
  ::execl("/bin/sh", "sh", "-c", orders_.command, nullptr);
  send(orders_.reports, report::event::failed, 0, error_of("execve /bin/sh").what());
  ::_exit(127);
}

void guardian::run() {
  abide::deadline end_of_grace;
  for (; reap(); deaths_.take()) {
    switch (stage_) {
      case stage::guarding:
        if (abide::wait_any(deaths_, lifeline_) == 1) {
          stage_ = stage::asking;
          end_of_grace = abide::deadline::after(orders_.grace);
        }
        break;
      case stage::asking:
        signal_family(SIGTERM);
        if (!abide::wait_until(end_of_grace, deaths_)) stage_ = stage::killing;
        break;
      case stage::killing:
        // Every round kills all children. Whoever is orphaned by that is a child in the next.
        signal_family(SIGKILL);
        abide::wait(deaths_);
        break;
    }
  }
}

// Reaps the dead and reports the command. Returns: whether somebody is left.
bool guardian::reap() {
  siginfo_t dead;
  while (dead.si_pid = 0, ::waitid(P_ALL, 0, &dead, WEXITED | WNOHANG) == 0) {
    if (dead.si_pid == 0) return true;
    if (dead.si_pid == command_) {
      const bool exited = dead.si_code == CLD_EXITED;
      send(orders_.reports, exited ? report::event::exited : report::event::killed, dead.si_status);
    }
  }
  return false;
}

void guardian::signal_family(int signal) {
  std::ifstream children("/proc/thread-self/children");
  // The group's number stays its own as long as a child, dead or alive, is in it: children are
  // reaped here alone. Without /proc the command has to do.
  bool group_is_ours = !children.is_open();
  for (pid_t child; children >> child;) {
    if (::getpgid(child) == command_) {
      group_is_ours = true;
    } else {
      signal_one(child, signal);
    }
  }
  if (group_is_ours) signal_one(-command_, signal);
}

void guardian::signal_one(pid_t target, int signal) {
  // Asked once: to some programs a second SIGTERM means more than the first.
  if (signal == SIGTERM && !asked_.insert(target).second) return;
  ::kill(target, signal);
  ::kill(target, SIGCONT);  // one that is stopped would not hear
}

// Whoever kills abide-wait by its name leaves the guardians to their duty.
void take_own_name(std::span<char> arguments) {
  constexpr char name[] = "abide-guard";
  ::prctl(PR_SET_NAME, name);
  if (arguments.size() < sizeof name) return;
  std::fill(arguments.begin(), arguments.end(), '\0');
  std::copy(std::begin(name), std::end(name), arguments.begin());
}

}  // namespace

void guard(const guardian_orders& orders) {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::setpgid(0, 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  take_own_name(orders.own_name);
  try {
    guardian self(orders);
    self.start();
    self.run();
  } catch (const std::exception& e) {
    send(orders.reports, report::event::failed, 0, e.what());
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace abide_wait
