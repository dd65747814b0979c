// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>
#include <vector>

namespace bench {

/// One eventfd an object, and poll.
class eventfd_poll_any {
 public:
  explicit eventfd_poll_any(std::size_t n) : list_(n) {
    for (pollfd& item : list_) {
      item = {eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), POLLIN, 0};
      if (item.fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
  }
  eventfd_poll_any(const eventfd_poll_any&) = delete;
  eventfd_poll_any& operator=(const eventfd_poll_any&) = delete;
  ~eventfd_poll_any() {
    for (const pollfd& item : list_) close(item.fd);
  }

  void signal(std::size_t i) { eventfd_write(list_[i].fd, 1); }
  std::size_t wait() {
    for (;;) {
      poll(list_.data(), list_.size(), -1);
      for (std::size_t i = 0; i != list_.size(); ++i) {
        eventfd_t value;
        if (list_[i].revents != 0 && eventfd_read(list_[i].fd, &value) == 0) return i;
      }
    }
  }

 private:
  std::vector<pollfd> list_;
};

class eventfd_event {
 public:
  void signal() { one_.signal(0); }
  void wait() { one_.wait(); }

 private:
  eventfd_poll_any one_{1};
};

}  // namespace bench
