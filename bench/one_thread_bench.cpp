// SPDX-License-Identifier: BSL-1.0
#include "harness/in_turn.hpp"
#include "peers/abide_cancellation.hpp"
#include "peers/abide_event.hpp"
#include "peers/abide_semaphore.hpp"
#include "peers/boost_condition_variable.hpp"
#include "peers/boost_semaphore.hpp"
#include "peers/posix_semaphore.hpp"
#include "peers/raw_word.hpp"
#include "peers/std_binary_semaphore.hpp"
#include "peers/std_condition_variable.hpp"
#include "peers/std_counting_semaphore.hpp"
#include "peers/std_stop_token.hpp"
#include "subjects.hpp"

namespace bench {
namespace {

using enum side;

/// Nobody waits: no call enters the kernel, and none takes memory.
constexpr bounds uncontended(double times_limit) {
  return {.system_calls = 0, .allocations = 0, .times_limit = times_limit};
}

// One word there and back.
void add_two_cas(contestants& all) {
  add<in_turn<raw_word, &raw_word::cas, &raw_word::cas>>(all, limit, "two CAS");
}

// A peer that is signaled, and then undoes it by the call given.
template <class Peer, auto Undo>
using signal_and = in_turn<Peer, &Peer::signal, Undo>;

contestants set_and_reset() {
  contestants all;
  add_two_cas(all);
  add<signal_and<abide_gate, &abide_gate::reset>>(all, abide, "abide", uncontended(1.3));
  add<signal_and<std_condition_variable, &std_condition_variable::reset>>(
      all, standard, "std::mutex, condition_variable");
  add<signal_and<boost_condition_variable, &boost_condition_variable::reset>>(
      all, boost, "boost::mutex, condition_variable");
  return all;
}

contestants set_and_wait() {
  contestants all;
  add_two_cas(all);
  add<signal_and<abide_event, &abide_event::wait>>(all, abide, "abide", uncontended(unbounded));
  add<signal_and<std_condition_variable, &std_condition_variable::wait>>(
      all, standard, "std::mutex, condition_variable");
  add<signal_and<std_binary_semaphore, &std_binary_semaphore::wait>>(all, other,
                                                                     "std::binary_semaphore");
  add<signal_and<boost_condition_variable, &boost_condition_variable::wait>>(
      all, boost, "boost::mutex, condition_variable");
  return all;
}

contestants release_and_acquire() {
  contestants all;
  add<signal_and<posix_semaphore, &posix_semaphore::wait>>(all, limit, "sem_t");
  add<signal_and<abide_semaphore, &abide_semaphore::wait>>(all, abide, "abide", uncontended(1.2));
  add<signal_and<std_counting_semaphore, &std_counting_semaphore::wait>>(all, standard,
                                                                         "std::counting_semaphore");
  add<signal_and<boost_semaphore, &boost_semaphore::wait>>(all, boost,
                                                           "boost::mutex, condition_variable");
  return all;
}

contestants poll() {
  contestants all;
  add<in_turn<raw_word, &raw_word::load>>(all, limit, "a load");
  add<in_turn<abide_cancellation, &abide_cancellation::poll>>(all, abide, "abide", uncontended(2));
  add<in_turn<std_stop_token, &std_stop_token::poll>>(all, standard, "std::stop_token");
  return all;
}

contestants register_and_unregister() {
  contestants all;
  bounds kept = uncontended(2);
  kept.faster_than_standard = 1;
  add_two_cas(all);
  add<in_turn<abide_cancellation, &abide_cancellation::register_in_place>>(all, abide, "abide",
                                                                           kept);
  add<in_turn<abide_cancellation, &abide_cancellation::register_on_heap>>(
      all, other, "abide, register_callback()", bounds{.system_calls = 0, .allocations = 1});
  add<in_turn<std_stop_token, &std_stop_token::register_in_place>>(all, standard,
                                                                   "std::stop_callback");
  return all;
}

contestants whole_life() {
  contestants all;
  add<in_turn<raw_word, &raw_word::use_heap, &raw_word::cas, &raw_word::cas, &raw_word::cas,
              &raw_word::cas>>(all, limit, "new, delete, four CAS");
  add<in_turn<abide_cancellation, &abide_cancellation::live>>(
      all, abide, "abide", bounds{.system_calls = 0, .allocations = 1, .faster_than_standard = 10});
  add<in_turn<std_stop_token, &std_stop_token::live>>(all, standard, "std::stop_source");
  return all;
}

std::vector<task> tasks() {
  return {{"event: set, reset", alone, set_and_reset},
          {"auto-reset event: set, wait", alone, set_and_wait},
          {"semaphore: release, acquire", alone, release_and_acquire},
          {"token: poll", alone, poll},
          {"callback: register, unregister", alone, register_and_unregister},
          {"source: make, register, cancel, destroy", alone, whole_life}};
}

}  // namespace

const subject one_thread_subject{"one_thread", "what one thread does while nobody waits", "ns",
                                 tasks};

}  // namespace bench
