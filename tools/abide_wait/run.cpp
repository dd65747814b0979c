// SPDX-License-Identifier: BSL-1.0
#include "run.hpp"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

#include "command.hpp"
#include "condition.hpp"
#include "journal.hpp"
#include "observer.hpp"
#include "signal_names.hpp"

namespace abide_wait {
namespace {

using abide::wait_status;
using std::chrono::steady_clock;

/// Signals that cancel: those that no condition names, and that nohup has not taken away.
std::vector<int> canceling_signals(const options& o) {
  std::vector<int> signals{SIGINT, SIGTERM};
  struct sigaction hang_up {};
  ::sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) signals.push_back(SIGHUP);
  for (const condition_spec& c : o.conditions) {
    if (c.what == condition_spec::kind::signal) std::erase(signals, c.number);
  }
  return signals;
}

/// Blocks, until the program ends, every signal that it waits for: one that comes before the wait
/// begins is not lost, and one that comes after it is over does not change the exit code.
/// Returns: the signal mask before.
sigset_t block(const options& o, const std::vector<int>& canceling) {
  sigset_t all;
  sigset_t before;
  ::sigemptyset(&all);
  for (const int signal : canceling) ::sigaddset(&all, signal);
  for (const condition_spec& c : o.conditions) {
    if (c.what == condition_spec::kind::signal) ::sigaddset(&all, c.number);
  }
  ::sigprocmask(SIG_BLOCK, &all, &before);
  // Ignored, as it may be from the start, the end of a child would be lost.
  ::signal(SIGCHLD, SIG_DFL);
  return before;
}

/// The wait: one wait_any or wait_all. Notes what a wait_any found.
wait_status wait(const options& o, const condition_list& conditions,
                 const abide::cancellation_token& token) {
  std::vector<abide::waitable_ref> items;
  for (const auto& c : conditions) items.push_back(c->ref());
  if (o.wait_for == options::mode::all) {
    return abide::wait_all_until(o.timeout, items, abide::return_on(token));
  }
  const auto result = abide::wait_any_until(o.timeout, items, abide::return_on(token));
  if (result.status == wait_status::ready) conditions[result.index]->saw(steady_clock::now());
  return result.status;
}

/// The conditions that hold, in the order in which they came to.
std::vector<condition*> fired(const condition_list& conditions) {
  std::vector<condition*> list;
  for (const auto& c : conditions) {
    if (c->fired_at()) list.push_back(c.get());
  }
  std::stable_sort(list.begin(), list.end(),
                   [](condition* a, condition* b) { return a->fired_at() < b->fired_at(); });
  return list;
}

/// The exit code of the first command that ended, as a shell has it.
int code_of_first_command(const condition_list& conditions) {
  for (condition* c : fired(conditions)) {
    if (command* const first = c->as_command()) {
      const abide::exit_status status = first->ended().status;
      const bool killed = status.how == abide::exit_status::cause::signal;
      return killed ? 128 + status.value : status.value;
    }
  }
  return 0;
}

}  // namespace

int run(const options& o, std::span<char> own_name) {
  const journal log(o);
  const std::vector<int> canceling = canceling_signals(o);
  const sigset_t mask = block(o, canceling);
  commands started(mask, o.grace, own_name);
  const condition_list conditions = make_conditions(o.conditions, started);
  const condition_list none;
  const bool all = o.wait_for == options::mode::all;
  observer watch(abide::signal_set{std::span(canceling)}, all ? conditions : none);

  const wait_status status = wait(o, conditions, watch.token());
  const auto end = steady_clock::now();
  watch.stop();

  if (all && status == wait_status::ready) {
    for (const auto& c : conditions) {
      if (!c->fired_at()) c->saw(end);  // the observer did not get that far
    }
  }
  for (condition* c : fired(conditions)) log.print(*c->fired_at(), c->name() + ": " + c->story());
  if (status == wait_status::timeout) log.print(end, "timeout");
  if (status == wait_status::canceled) {
    log.print(end, "canceled by " + signal_name(watch.signal()));
  }

  started.stop();
  for (const auto& c : conditions) {
    command* const left = c->fired_at() ? nullptr : c->as_command();
    if (left == nullptr) continue;
    log.print(left->ended().at, c->name() + ": stopped, " + story_of(left->ended().status));
  }

  if (status == wait_status::timeout) return 124;
  if (status == wait_status::canceled) return 128 + watch.signal();
  return o.status ? code_of_first_command(conditions) : 0;
}

}  // namespace abide_wait
