// SPDX-License-Identifier: BSL-1.0

// One token for three objects: each does in its own way what "stop" means to it. None of them knows
// the others, or who asks.
#include <abide/abide.hpp>

#include <cstdio>
#include <thread>

// Polls.
struct counter {
  long value = 0;
  void run(const abide::cancellation_token& stop) {
    while (!stop.is_cancellation_requested()) ++value;
  }
};

// Blocks, and is thrown out of it.
struct printer {
  abide::semaphore jobs{0};
  abide::semaphore printed{0};
  void run(const abide::cancellation_token& stop) try {
    for (;;) {
      jobs.acquire(stop);
      std::puts("printer: printed");
      printed.release();
    }
  } catch (const abide::operation_canceled&) {
    std::puts("printer: off");
  }
};

// Has no thread of its own: a callback tells it.
struct lamp {
  bool is_on = true;
  abide::cancellation_registration registration;
  explicit lamp(const abide::cancellation_token& stop)
      : registration(stop.register_callback([this] { is_on = false; })) {}
};

int main() {
  abide::cancellation_source source;
  counter c;
  printer p;
  lamp l(source.token());
  std::thread counting([&] { c.run(source.token()); });
  std::thread printing([&] { p.run(source.token()); });

  p.jobs.release();
  p.printed.acquire();
  source.cancel();  // the lamp's callback runs here; the threads are told and stop by themselves

  counting.join();
  printing.join();
  std::printf("counted to %ld, the lamp is %s\n", c.value, l.is_on ? "on" : "off");
  return l.is_on ? 1 : 0;
}
