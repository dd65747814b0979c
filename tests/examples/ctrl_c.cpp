// SPDX-License-Identifier: BSL-1.0

// Ctrl-C as a token. A signal set, made before any thread, keeps SIGINT and SIGTERM from
// interrupting anybody; one thread waits for them and cancels. What a token can do all of the
// program can do then, and no code runs in a signal handler.
#include <abide/abide.hpp>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

using namespace std::chrono_literals;

int main() {
  abide::signal_set signals{SIGINT, SIGTERM};
  abide::cancellation_source stop;
  abide::manual_reset_event done;
  std::thread listener([&] {
    if (abide::wait_any(signals, done) == 0 && signals.take()) stop.cancel(std::errc::interrupted);
  });

  ::kill(::getpid(), SIGINT);  // somebody presses Ctrl-C

  bool interrupted = false;
  try {
    abide::sleep_for(1h, stop.token());  // the work
  } catch (const abide::operation_canceled& e) {
    interrupted = e.code() == std::errc::interrupted;
    std::printf("stopped: %s\n", e.code().message().c_str());
  }
  done.set();
  listener.join();
  return interrupted ? 0 : 1;
}
