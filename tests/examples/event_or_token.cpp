// SPDX-License-Identifier: BSL-1.0

// One wait for an event and a token, for 20 s at most. The token comes first, so that it wins if
// both are there; its index tells that it did, and nothing is thrown.
#include <abide/abide.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

using namespace std::chrono_literals;

std::string wait_for_work(const abide::cancellation_token& stop, abide::auto_reset_event& work) {
  const auto which = abide::wait_any_for(20s, stop, work);
  if (!which) return "nothing for 20 s";
  return *which == 0 ? "canceled" : "work";
}

int main() {
  abide::cancellation_source source;
  abide::auto_reset_event work;

  work.set();
  const std::string first = wait_for_work(source.token(), work);

  std::thread canceler([&] { source.cancel(); });
  const std::string second = wait_for_work(source.token(), work);
  canceler.join();

  work.set();
  const std::string third = wait_for_work(source.token(), work);

  std::printf("%s, %s, %s; the last signal is %s\n", first.c_str(), second.c_str(), third.c_str(),
              work.is_set() ? "still there" : "lost");
  return first == "work" && second == "canceled" && third == "canceled" && work.is_set() ? 0 : 1;
}
