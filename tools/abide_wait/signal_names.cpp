// SPDX-License-Identifier: BSL-1.0
#include "signal_names.hpp"

#include <signal.h>

#include <algorithm>
#include <charconv>
#include <iterator>

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

}  // namespace

int signal_number(const std::string& name) {
  int number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_number = parsed.ec == std::errc() && parsed.ptr == name.data() + name.size();
  if (is_number && is_real_time(number)) return number;
  const std::string bare = name.starts_with("SIG") ? name.substr(3) : name;
  const auto found = std::find_if(std::begin(names), std::end(names), [&](const named& n) {
    return is_number ? n.number == number : n.name == bare;
  });
  return found != std::end(names) ? found->number : 0;
}

std::string signal_name(int number) {
  const auto found = std::find_if(std::begin(names), std::end(names),
                                  [&](const named& n) { return n.number == number; });
  if (number == SIGKILL) return "SIGKILL";
  if (found == std::end(names)) return "signal " + std::to_string(number);
  return std::string("SIG") + found->name;
}

}  // namespace abide_wait
