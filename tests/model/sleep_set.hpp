// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>

#include "footprint.hpp"
#include "host.hpp"

// Sleep sets (Godefroid, LNCS 1032, 1996), within a bound on preemptions.
//
// At a choice of the running thread C, alternative 0 is to go on with its next step c; every run
// that begins so comes first in the search. In the other alternatives C is preempted, and its step
// sleeps: C is not resumed before somebody has made a step that c may not change places with. A run
// that did resume it earlier, t1 ... tn c, with each t independent of c, differs from c t1 ... tn
// in nothing that can be observed, and that one was searched before.
//
// Why it is within the bound too. To move c forward costs no preemption more: C was preempted
// before c, and is now preempted after it, or has blocked and is left for nothing. Behind tn one
// switch is left, from tn's thread X to whoever went on after c, for the two or one there were; it
// costs at most what the switch from X to C has cost. So the run that stands for the other is
// within every bound that the other is within. It comes earlier in the order of the search, so to
// replace runs in this way ends, and it ends at one that is searched.
//
// Only the thread that is preempted sleeps. A thread that was another's alternative does not,
// although without a bound it might: to move its step forward may cost a preemption more, and the
// run that stands for the other may lie beyond the bound (Coons, Musuvathi, McKinley, "Bounded
// partial-order reduction", OOPSLA 2013).
//
// Timeouts, spurious wakes and polls change places with nothing, and are offered where they would
// be if nobody slept in the set. A join, a pause and the start of a
// thread are no steps, they change nothing that is read; to be safe they wake all that sleep. Stale
// reads and spurious failures are counted for the whole run, whatever their order. What a step does
// besides (ordinary variables, allocation) is ordered by the steps or a race, which is found in any
// order; addresses and handle numbers do not depend on the order of threads. sleep_set_test.cpp
// shows for shapes and scenarios that nothing is lost, and with ABIDE_MODEL_COMPARE in the
// environment every scenario does.

namespace model {

/// The preempted threads that need not be resumed yet, with the step each stands before.
class sleep_set {
 public:
  void clear() noexcept { members_ = 0; }
  thread_set members() const noexcept { return members_; }

  void add(int thread, footprint next) noexcept {
    if (next.how == footprint::kind::everything) return;
    next_[static_cast<std::size_t>(thread)] = next;
    members_ |= thread_set{1} << thread;
  }

  /// A step has been made: whoever stands before one that depends on it is awake.
  void note(footprint made) noexcept {
    for (std::size_t t = 0; t != next_.size(); ++t) {
      if ((members_ >> t & 1) != 0 && !are_independent(next_[t], made)) {
        members_ &= ~(thread_set{1} << t);
      }
    }
  }

 private:
  thread_set members_ = 0;
  std::array<footprint, max_threads> next_;
};

}  // namespace model
