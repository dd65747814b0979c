// SPDX-License-Identifier: BSL-1.0

// A call that knows nothing of tokens, such as recv(), is ended by a callback that makes it return.
// The callback runs on the thread that cancels; the registration's destructor waits for it, so it
// never meets a socket that is gone.
#include <abide/cancellation.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

// Sends back what comes until the peer closes or the token is canceled.
// Throws: operation_canceled.
void echo(int socket, const abide::cancellation_token& stop) {
  const auto registration = stop.register_callback([=] { ::shutdown(socket, SHUT_RDWR); });
  char buffer[256];
  ssize_t n;
  while ((n = ::recv(socket, buffer, sizeof buffer, 0)) > 0) {
    ::send(socket, buffer, static_cast<std::size_t>(n), MSG_NOSIGNAL);
  }
  stop.throw_if_cancellation_requested();  // else the peer closed
}

int main() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return 1;
  abide::cancellation_source source;
  bool canceled = false;
  std::thread server([&] {
    try {
      echo(ends[0], source.token());
    } catch (const abide::operation_canceled&) {
      canceled = true;
    }
  });

  char answer[5];
  const bool echoed = ::send(ends[1], "hello", 5, 0) == 5 &&
                      ::recv(ends[1], answer, sizeof answer, MSG_WAITALL) == 5;
  source.cancel();  // the server is in recv() again, or about to be
  server.join();
  ::close(ends[0]);
  ::close(ends[1]);
  std::puts(canceled ? "canceled" : "the peer closed");
  return echoed && canceled ? 0 : 1;
}
