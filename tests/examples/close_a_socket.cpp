// SPDX-License-Identifier: BSL-1.0

// A call that knows nothing of tokens, such as recv(), is ended by a callback that makes it return.
// The callback runs on the thread that cancels; the registration's destructor waits for it, so it
// never meets a socket that is gone.
#include <abide/cancellation.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

// Receives until the peer closes or the token is canceled.
void receive_all(int socket, const abide::cancellation_token& stop) {
  const auto registration = stop.register_callback([=] { ::shutdown(socket, SHUT_RDWR); });
  char buffer[256];
  ssize_t n;
  while ((n = ::recv(socket, buffer, sizeof buffer, 0)) > 0) {
    std::printf("received: %.*s\n", static_cast<int>(n), buffer);
  }
  stop.throw_if_cancellation_requested();  // or the peer closed
}

int main() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return 1;
  abide::cancellation_source source;
  bool canceled = false;
  std::thread reader([&] {
    try {
      receive_all(ends[0], source.token());
    } catch (const abide::operation_canceled&) {
      canceled = true;
    }
  });
  if (::send(ends[1], "hello", 5, 0) != 5) return 1;
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  source.cancel();
  reader.join();
  ::close(ends[0]);
  ::close(ends[1]);
  std::puts(canceled ? "canceled" : "the peer closed");
  return canceled ? 0 : 1;
}
