// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <chrono>
#include <thread>

// Needs all of the library: a thread, a timer, an exception across its border, a handle.
int main() {
  using namespace std::chrono_literals;
  abide::auto_reset_event work;
  abide::semaphore done(0);
  abide::cancellation_source source(1h);
  std::thread worker([&, stop = source.token()] {
    try {
      for (;;) {
        work.wait(stop);
        done.release();
      }
    } catch (const abide::operation_canceled& e) {
      if (e.token() == stop) done.release(2);
    }
  });
  work.set();
  done.acquire();
  abide::os_handle canceled(source.token().native_handle());
  source.cancel();
  const bool told = abide::wait_any(work, canceled) == 1;
  worker.join();
  return told && done.available() == 2 && !abide::wait_for(1ms, work) ? 0 : 1;
}
