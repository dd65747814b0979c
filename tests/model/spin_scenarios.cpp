// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <memory>

#include "support.hpp"
#include "verify.hpp"

// Waits that are busy before they sleep: here one look, at any time of the signaler.

namespace {

using abide::auto_reset_event;
using abide::cancellation_source;
using abide::wait_status;

void spin() { abide::this_thread::set_spin(abide::spin::adaptive); }

// P5: the waiter may see the signal before the signaler has left it, and need no wake.
TEST(ModelSpin, WaiterDestroysTheEventThatASpinSaw) {
  model::exhaust("a waiter that spins deletes the event", 5, [] {
    auto event = std::make_unique<auto_reset_event>();
    model::thread waiter("wait", [&] {
      spin();
      event->wait();
      event.reset();
    });
    event->set();
    model::join_all();
  });
}

TEST(ModelSpin, SignalCancelAndTimeoutHaveOneOutcome) {
  model::scenario s("a wait that spins against signal, cancel and timeout");
  s.bound(3).timeouts(1).warm_up(model::warm_thread);
  model::verify(s, [] {
    auto_reset_event event;
    cancellation_source source;
    wait_status how = wait_status::timeout;
    model::thread waiter("wait", [&, token = source.token()] {
      spin();
      how = event.wait_until(model::later(), abide::return_on(token));
    });
    model::thread canceler("cancel", [&] { source.cancel(); });
    event.set();
    model::join_all();
    model::check(event.is_set() == (how != wait_status::ready), "the signal is taken once or kept");
  });
}

TEST(ModelSpin, TwoThatSpinAnswerEachOther) {
  model::exhaust("two threads that spin signal each other twice", 4, [] {
    auto_reset_event there;
    auto_reset_event back;
    model::thread answer("answer", [&] {
      spin();
      for (int i = 0; i != 2; ++i) {
        there.wait();
        back.set();
      }
    });
    spin();
    for (int i = 0; i != 2; ++i) {
      there.set();
      back.wait();
    }
    model::join_all();
  });
}

}  // namespace
