// SPDX-License-Identifier: BSL-1.0
#include "signal_names.hpp"

#include <signal.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "parsing.hpp"

namespace abide_wait {
namespace {

struct named {
  const char* name;
  int number;
};

// Without KILL and STOP, which nothing can wait for.
constexpr named names[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT},     {"ILL", SIGILL},
    {"TRAP", SIGTRAP}, {"ABRT", SIGABRT}, {"BUS", SIGBUS},       {"FPE", SIGFPE},
    {"USR1", SIGUSR1}, {"SEGV", SIGSEGV}, {"USR2", SIGUSR2},     {"PIPE", SIGPIPE},
    {"ALRM", SIGALRM}, {"TERM", SIGTERM}, {"CHLD", SIGCHLD},     {"CONT", SIGCONT},
    {"TSTP", SIGTSTP}, {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},     {"URG", SIGURG},
    {"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM}, {"PROF", SIGPROF},
    {"IO", SIGIO},     {"PWR", SIGPWR},   {"WINCH", SIGWINCH},   {"SYS", SIGSYS},
};

bool is_real_time(int number) { return SIGRTMIN <= number && number <= SIGRTMAX; }

/// RTMIN, RTMIN+n, RTMAX, RTMAX-n; else 0.
int real_time_number(const std::string& name) {
  const bool from_min = name.starts_with("RTMIN");
  if (!from_min && !name.starts_with("RTMAX")) return 0;
  const std::string rest = name.substr(5);
  int offset = 0;
  if (!rest.empty()) {
    if (rest[0] != (from_min ? '+' : '-')) return 0;
    offset = to_number(rest.substr(1)).value_or(-1);
  }
  if (offset < 0 || offset > SIGRTMAX - SIGRTMIN) return 0;
  return from_min ? SIGRTMIN + offset : SIGRTMAX - offset;
}

}  // namespace

int signal_number(const std::string& name) {
  const std::optional<int> number = to_number(name);
  if (number && is_real_time(*number)) return *number;
  const std::string bare = name.starts_with("SIG") ? name.substr(3) : name;
  const auto found = std::find_if(std::begin(names), std::end(names), [&](const named& n) {
    return number ? n.number == *number : n.name == bare;
  });
  return found != std::end(names) ? found->number : real_time_number(bare);
}

std::string signal_name(int number) {
  const auto found = std::find_if(std::begin(names), std::end(names),
                                  [&](const named& n) { return n.number == number; });
  if (number == SIGKILL) return "SIGKILL";
  if (number == SIGRTMIN) return "SIGRTMIN";
  if (is_real_time(number)) return "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
  if (found == std::end(names)) return "signal " + std::to_string(number);
  return std::string("SIG") + found->name;
}

}  // namespace abide_wait
