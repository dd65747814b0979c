// SPDX-License-Identifier: BSL-1.0

// An event loop that is there already, here epoll, learns of a cancel from the token's handle:
// readable once canceled. It is made at the first call, and the token owns it.
#include <abide/cancellation.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <thread>

bool watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

// Echoes what comes until it is canceled. Returns: how many messages.
int serve(int client, const abide::cancellation_token& stop) {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  int messages = 0;
  if (watch(epoll, client) && watch(epoll, stop.native_handle())) {
    epoll_event event;
    while (::epoll_wait(epoll, &event, 1, -1) == 1 && event.data.fd == client) {
      char buffer[64];
      const ssize_t n = ::recv(client, buffer, sizeof buffer, 0);
      if (n <= 0 || ::send(client, buffer, static_cast<std::size_t>(n), 0) != n) break;
      ++messages;
    }
  }
  ::close(epoll);
  return messages;
}

int main() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return 1;
  abide::cancellation_source source;
  int messages = 0;
  std::thread server([&] { messages = serve(ends[0], source.token()); });
  char answer[3];
  const bool echoed =
      ::send(ends[1], "abc", 3, 0) == 3 && ::recv(ends[1], answer, sizeof answer, MSG_WAITALL) == 3;
  source.cancel();
  server.join();
  ::close(ends[0]);
  ::close(ends[1]);
  std::printf("%d message, then canceled\n", messages);
  return echoed && messages == 1 ? 0 : 1;
}
