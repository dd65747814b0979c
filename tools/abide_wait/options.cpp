// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <optional>
#include <string>

#include "parsing.hpp"

namespace abide_wait {

using abide::deadline;

const char* const help = R"(Usage: abide-wait [OPTION]... CONDITION...
Waits until one of the conditions holds, or all of them, and prints which and when.

Conditions:
  pid:N          process N has exited, or does not exist
  cmd:TEXT       the shell command TEXT, started now, has exited; it reads from /dev/null
  fd:N           file descriptor N, inherited, is readable, or at its end
  signal:NAME    signal NAME (TERM, SIGUSR1, 10) has arrived; it cancels nothing then
  tcp:HOST:PORT  HOST accepts a connection to PORT; an IPv6 address stands in brackets, [::1]
  file:PATH      PATH exists
  gone:PATH      PATH does not exist
  after:D        D has passed
  at:TIME        it is TIME: 07:30 or 07:30:15 (the next, local time), 2026-11-23T07:30:15
                 (local, or followed by Z or +01:00), @1795419015 (seconds since the epoch)

Options:
  --any          wait for the first condition (default)
  --all          wait until all conditions hold
  --timeout D    give up after D
  --grace D      time a command has to end once it is asked to (default 5s)
  --status       exit with the code of the first command that ended; 128 + n for signal n
  --json         print one JSON object a line: index, condition, event, seconds, code
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
    o.timeout = deadline::after(to_duration(name, rest.value(name, attached)));
  } else if (name == "--grace") {
    o.grace = to_duration(name, rest.value(name, attached));
  } else if (text == "--any") {
    o.wait_for = options::mode::any;
  } else if (text == "--all") {
    o.wait_for = options::mode::all;
  } else if (text == "--status") {
    o.status = true;
  } else if (text == "--quiet") {
    o.print = options::output::none;
  } else if (text == "--json") {
    o.print = options::output::json;
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
      o.conditions.push_back(to_condition(text));
    }
  }
  if (o.what == options::action::wait && o.conditions.empty()) {
    fail("CONDITION", "there is none to wait for (see abide-wait --help)");
  }
  return o;
}

}  // namespace abide_wait
