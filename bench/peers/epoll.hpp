// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>
#include <vector>

namespace bench {

/// One eventfd an object, registered once, and epoll_wait: a set that is kept from wait to wait.
class epoll_set {
 public:
  explicit epoll_set(std::size_t n) : objects_(n), set_(checked(epoll_create1(EPOLL_CLOEXEC))) {
    for (std::size_t i = 0; i != n; ++i) {
      objects_[i] = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
      epoll_event what{};
      what.events = EPOLLIN;
      what.data.u64 = i;
      checked(epoll_ctl(set_, EPOLL_CTL_ADD, objects_[i], &what));
    }
  }
  epoll_set(const epoll_set&) = delete;
  epoll_set& operator=(const epoll_set&) = delete;
  ~epoll_set() {
    close(set_);
    for (const int object : objects_) close(object);
  }

  void signal(std::size_t i) { eventfd_write(objects_[i], 1); }
  std::size_t wait() {
    for (;;) {
      epoll_event ready;
      if (epoll_wait(set_, &ready, 1, -1) != 1) continue;
      eventfd_t value;
      if (eventfd_read(objects_[ready.data.u64], &value) == 0) return ready.data.u64;
    }
  }

 private:
  static int checked(int result) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), "epoll");
    return result;
  }

  std::vector<int> objects_;
  const int set_;
};

}  // namespace bench
