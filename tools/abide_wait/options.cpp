// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <fcntl.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>

#include "signal_names.hpp"

namespace abide_wait {

using abide::deadline;
using seconds = std::chrono::duration<double>;

const char* const help = R"(Usage: abide-wait [OPTION]... CONDITION...
Waits until one of the conditions holds, or all of them, and prints which and when.

Conditions:
  pid:N          process N has exited, or does not exist
  cmd:TEXT       the shell command TEXT, started now, has exited; it reads from /dev/null
  fd:N           file descriptor N, inherited, is readable, or at its end
  signal:NAME    signal NAME (TERM, SIGUSR1, 10) has arrived; it cancels nothing then
  after:D        D has passed

Options:
  --any          wait for the first condition (default)
  --all          wait until all conditions hold
  --timeout D    give up after D
  --grace D      time a command has to end once it is asked to (default 5s)
  --status       exit with the code of the first command that ended; 128 + n for signal n
  --quiet        print nothing but errors
  --help         print this
  --version      print the version
D is a number of seconds, or has a unit: 250ms, 1.5s, 2m, 1h.

When the wait is over, or SIGINT (Ctrl-C), SIGTERM or SIGHUP cancels it, the process group of
every command gets SIGTERM and, after the grace, SIGKILL; so do its descendants that have left the
group. That happens too if abide-wait is killed. Under nohup SIGHUP stays ignored.

Exit code: 0 the wait ended as asked, 124 timeout, 130, 143 or 129 canceled by SIGINT, SIGTERM or
SIGHUP, 1 failure of abide-wait, 2 bad usage.
)";

namespace {

[[noreturn]] void fail(const std::string& subject, const std::string& complaint) {
  throw usage_error(subject + ": " + complaint);
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// The whole text as a number, if it is one.
std::optional<int> number(std::string_view text) {
  int value;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

std::optional<seconds> to_duration(const std::string& text) {
  const std::string digits = text.substr(0, text.find_first_not_of("0123456789."));
  char* end;
  const double count = std::strtod(digits.c_str(), &end);
  if (digits.empty() || *end != '\0') return std::nullopt;
  const std::string unit = text.substr(digits.size());
  if (unit == "ms") return seconds(count / 1000);
  if (unit == "s" || unit.empty()) return seconds(count);
  if (unit == "m") return seconds(count * 60);
  if (unit == "h") return seconds(count * 3600);
  return std::nullopt;
}

seconds duration(const std::string& subject, const std::string& text) {
  const auto d = to_duration(text);
  if (!d) fail(subject, quoted(text) + " is not a duration (use 250ms, 5s, 2m, 1h)");
  return *d;
}

condition_spec condition(const std::string& text) {
  using kind = condition_spec::kind;
  const std::size_t colon = text.find(':');
  const std::string type = colon == text.npos ? "" : text.substr(0, colon);
  const std::string value = colon == text.npos ? "" : text.substr(colon + 1);
  condition_spec spec{kind::cmd, text};
  if (type == "cmd") {
    if (value.empty()) fail(text, "has no command");
    spec.command = value;
  } else if (type == "pid") {
    spec.what = kind::pid;
    spec.number = number(value).value_or(0);
    if (spec.number <= 0) fail(text, quoted(value) + " is not the number of a process");
  } else if (type == "fd") {
    spec.what = kind::fd;
    spec.number = number(value).value_or(-1);
    if (spec.number < 0) fail(text, quoted(value) + " is not a file descriptor");
    if (::fcntl(spec.number, F_GETFD) < 0) fail(text, "this file descriptor is not open");
  } else if (type == "signal") {
    spec.what = kind::signal;
    spec.number = signal_number(value);
    if (spec.number == 0) fail(text, quoted(value) + " is not a signal that can be waited for");
  } else if (type == "after") {
    spec.what = kind::after;
    spec.end = deadline::after(duration(text, value));
  } else {
    fail(text, "is not a condition (use pid:N, cmd:TEXT, fd:N, signal:NAME, after:D)");
  }
  return spec;
}

/// The arguments one by one.
class argument_list {
 public:
  argument_list(int argc, const char* const* argv) : argv_(argv + 1), end_(argv + argc) {}

  bool is_empty() const { return argv_ == end_; }
  std::string take() { return *argv_++; }

  /// The value of an option: what follows its `=`, else the next argument.
  std::string value(const std::string& name, const std::optional<std::string>& attached) {
    if (attached) return *attached;
    if (is_empty()) fail(name, "needs a value");
    return take();
  }

 private:
  const char* const* argv_;
  const char* const* const end_;
};

void option(const std::string& text, argument_list& rest, options& o) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  std::optional<std::string> attached;
  if (equals != text.npos) attached = text.substr(equals + 1);
  if (name == "--timeout") {
    o.timeout = deadline::after(duration(name, rest.value(name, attached)));
  } else if (name == "--grace") {
    o.grace = duration(name, rest.value(name, attached));
  } else if (text == "--any") {
    o.wait_for = options::mode::any;
  } else if (text == "--all") {
    o.wait_for = options::mode::all;
  } else if (text == "--status") {
    o.status = true;
  } else if (text == "--quiet") {
    o.quiet = true;
  } else if (text == "--help") {
    o.what = options::action::help;
  } else if (text == "--version") {
    o.what = options::action::version;
  } else {
    fail(text, "is not an option (see abide-wait --help)");
  }
}

}  // namespace

options parse(int argc, const char* const* argv) {
  options o;
  argument_list rest(argc, argv);
  bool options_end = false;
  while (!rest.is_empty() && o.what == options::action::wait) {
    const std::string text = rest.take();
    if (!options_end && text == "--") {
      options_end = true;
    } else if (!options_end && text.starts_with('-')) {
      option(text, rest, o);
    } else {
      o.conditions.push_back(condition(text));
    }
  }
  if (o.what == options::action::wait && o.conditions.empty()) {
    fail("CONDITION", "there is none to wait for (see abide-wait --help)");
  }
  return o;
}

}  // namespace abide_wait
