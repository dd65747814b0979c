// SPDX-License-Identifier: BSL-1.0
#include "command.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace abide_wait {

using event = report::event;

std::optional<report> command::next_report() {
  abide_wait::report r;
  ssize_t n;
  do {
    n = ::read(reports_.get(), &r, sizeof r);
  } while (n < 0 && errno == EINTR);
  if (n == 0) return std::nullopt;
  if (n < 0) throw std::system_error(errno, std::generic_category(), "read");
  if (r.what == event::failed) throw std::runtime_error(r.failure);
  return r;
}

void command::await_start() {
  const auto r = next_report();
  if (!r) throw std::runtime_error(name_ + ": its guardian was killed");
  group_ = r->value;
}

const command::ending& command::ended() {
  if (!ending_) {
    const auto r = next_report();
    if (!r) throw std::runtime_error(name_ + ": its guardian was killed");
    using cause = abide::exit_status::cause;
    ending_ = {{r->what == event::exited ? cause::exit : cause::signal, r->value},
               std::chrono::steady_clock::time_point(std::chrono::nanoseconds(r->at))};
  }
  return *ending_;
}

void command::bury() {
  siginfo_t dead{};
  if (::waitid(P_PID, static_cast<id_t>(guardian_), &dead, WEXITED) != 0) return;  // done before
  const bool is_done = dead.si_code == CLD_EXITED && dead.si_status == 0;
  if (is_done || group_ == 0) return;
  // The guardian was killed or failed, and the kernel has killed the command. This process is the
  // next subreaper, so the command is its child, and its number cannot mean another group.
  ::kill(-group_, SIGKILL);
  while (::waitid(P_PGID, static_cast<id_t>(group_), &dead, WEXITED) == 0) {}
}

commands::commands(sigset_t signal_mask, std::chrono::duration<double> grace,
                   std::span<char> own_name)
    : signal_mask_(signal_mask), grace_(grace), own_name_(own_name), lifeline_(make_pipe()) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

command& commands::start(const std::string& name, const std::string& text) {
  pipe_ends reports = make_pipe();
  const pid_t guardian = ::fork();
  if (guardian < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (guardian == 0) {
    lifeline_.write.close();
    guard(
        {text.c_str(), signal_mask_, grace_, lifeline_.read.get(), reports.write.get(), own_name_});
  }
  reports.write.close();
  list_.push_back(std::make_unique<command>(name, std::move(reports.read), guardian));
  list_.back()->await_start();
  return *list_.back();
}

void commands::stop() {
  lifeline_.write.close();
  for (const auto& c : list_) c->bury();
}

}  // namespace abide_wait
