// SPDX-License-Identifier: BSL-1.0
#include "run.hpp"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "command.hpp"
#include "condition.hpp"
#include "journal.hpp"
#include "live_lines.hpp"
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

struct wait_result {
  wait_status status;
  std::optional<std::size_t> index{};  // of the condition that ended a wait for any
};

/// The wait: one wait_any or wait_all.
wait_result wait(const options& o, abide::deadline end, const condition_list& conditions,
                 const abide::cancellation_token& token) {
  std::vector<abide::waitable_ref> items;
  for (const auto& c : conditions) items.push_back(c->ref());
  if (o.wait_for == options::mode::all) {
    return {abide::wait_all_until(end, items, abide::return_on(token))};
  }
  const auto result = abide::wait_any_until(end, items, abide::return_on(token));
  if (result.status != wait_status::ready) return {result.status};
  return {result.status, result.index};
}

/// When the conditions that hold came to, in that order, and their indices.
std::vector<std::pair<time_point, std::size_t>> fired(const condition_list& conditions) {
  std::vector<std::pair<time_point, std::size_t>> list;
  for (std::size_t i = 0; i != conditions.size(); ++i) {
    if (const auto at = conditions[i]->fired_at()) list.emplace_back(*at, i);
  }
  std::sort(list.begin(), list.end());
  return list;
}

/// Notes the conditions that hold and were not seen to. Blocks: never.
void note_what_holds(const condition_list& conditions, time_point now) {
  for (const auto& c : conditions) {
    abide::os_handle handle(c->handle());
    if (!c->seen() && abide::wait_for(std::chrono::seconds(0), handle)) c->saw(now);
  }
}

/// The exit code of the first command that ended, as a shell has it.
int code_of_first_command(const condition_list& conditions) {
  for (const auto& [at, i] : fired(conditions)) {
    if (conditions[i]->as_command()) return conditions[i]->found().code.value_or(0);
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
  live_lines lines(o, conditions, log);
  const bool all = o.wait_for == options::mode::all;
  std::optional<observer> watch;

  // What holds from the start needs no observer, and nothing else can go wrong meanwhile.
  const abide::deadline at_once(abide::deadline::time_point::min());
  wait_result result = wait(o, at_once, conditions, abide::cancellation_token());
  if (result.status == wait_status::timeout) {
    if (all) note_what_holds(conditions, steady_clock::now());
    watch.emplace(abide::signal_set{std::span(canceling)}, conditions,
                  all ? observer::notes::each_condition : observer::notes::none, lines);
    result = wait(o, o.timeout, conditions, watch->token());
    watch->stop();
    if (result.status != wait_status::ready) watch->rethrow();
  }
  const auto end = steady_clock::now();

  if (result.index) conditions[*result.index]->saw(end);
  if (all && result.status == wait_status::ready) {
    for (const auto& c : conditions) {
      if (!c->seen()) c->saw(end);  // the observer did not get that far
    }
  } else if (all) {
    note_what_holds(conditions, end);
  }
  for (const auto& [at, i] : fired(conditions)) {
    log.print(at, i, *conditions[i], conditions[i]->found());
  }
  if (result.status == wait_status::timeout) log.print(end, {"timeout", "timeout", 124});
  if (result.status == wait_status::canceled) {
    log.print(end,
              {"canceled", "canceled by " + signal_name(watch->signal()), 128 + watch->signal()});
  }

  started.stop();
  for (std::size_t i = 0; i != conditions.size(); ++i) {
    command* const left = conditions[i]->seen() ? nullptr : conditions[i]->as_command();
    if (left == nullptr) continue;
    const command::ending& ending = left->ended();
    const occurrence how = end_of(ending.status);
    const bool was_stopped = ending.at > end;  // or it had just ended by itself
    log.print(ending.at, i, *conditions[i],
              was_stopped ? occurrence{"stopped", "stopped, " + how.text, how.code} : how);
  }

  if (result.status == wait_status::timeout) return 124;
  if (result.status == wait_status::canceled) return 128 + watch->signal();
  return o.status ? code_of_first_command(conditions) : 0;
}

}  // namespace abide_wait
