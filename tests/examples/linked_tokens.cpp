// SPDX-License-Identifier: BSL-1.0

// A request ends when its client goes away, when the server shuts down or after a time of its own.
// Three reasons, one token: linked to the two, with a deadline. Afterwards origin() and reason()
// tell which.
#include <abide/abide.hpp>

#include <chrono>
#include <cstdio>

using namespace std::chrono_literals;

int main() {
  abide::cancellation_source shutdown;
  abide::cancellation_source client;

  auto request = abide::cancellation_source::linked_to(shutdown.token(), client.token());
  request.cancel_after(1min);
  client.cancel(std::errc::connection_reset);

  abide::manual_reset_event answered;
  try {
    answered.wait(request.token());
  } catch (const abide::operation_canceled& e) {
    const bool client_left = e.caused_by(client.token());
    const bool shutting_down = e.caused_by(shutdown.token());
    const bool took_too_long = e.code() == std::errc::timed_out;
    std::printf("client left: %d, shutting down: %d, took too long: %d; reason: %s\n", client_left,
                shutting_down, took_too_long, e.code().message().c_str());
    const bool is_right = client_left && !shutting_down && !took_too_long &&
                          e.token() == request.token() &&          // the one that was passed
                          e.token().origin() == client.token() &&  // where it began
                          !shutdown.is_cancellation_requested();   // links lead one way
    return is_right ? 0 : 1;
  }
  return 1;
}
