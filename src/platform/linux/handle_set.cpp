// SPDX-License-Identifier: BSL-1.0
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "platform/linux/conditions.hpp"
#include "platform/linux/fail.hpp"
#include "platform/linux/uncancelable.hpp"
#include "platform/sys.hpp"

// A handle_set is an epoll instance, level-triggered.

namespace abide {
inline namespace v1 {
namespace sys {

handle_set::handle_set() : handle_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (handle_ < 0) refuse("epoll_create1", errno);
}

handle_set::~handle_set() { close_handle(handle_); }

void handle_set::add(native_handle_type fd, io wanted, void* tag) {
  epoll_event event{};
  event.events = bits_of(wanted);
  event.data.ptr = tag;
  if (::epoll_ctl(handle_, EPOLL_CTL_ADD, fd, &event) < 0) refuse("epoll_ctl", errno);
}

void handle_set::remove(native_handle_type fd) noexcept {
  // It was closed, and left the set with that: EBADF; ENOENT, EPERM, EINVAL: the number is another
  // file's by now, of whatever kind.
  epoll_event unused{};
  if (::epoll_ctl(handle_, EPOLL_CTL_DEL, fd, &unused) < 0 && errno != EBADF && errno != ENOENT &&
      errno != EPERM && errno != EINVAL) {
    fail("epoll_ctl", errno);
  }
}

std::size_t handle_set::look(found* list, std::size_t n) noexcept {
  const uncancelable guard;
  epoll_event events[32];
  const int most = static_cast<int>(std::min(n, std::size(events)));
  const int count = ::epoll_wait(handle_, events, most, 0);
  if (count < 0) {
    if (errno == EINTR) return 0;
    fail("epoll_wait", errno);
  }
  for (int i = 0; i != count; ++i) {
    list[i] = {events[i].data.ptr, conditions_in(events[i].events)};
  }
  return static_cast<std::size_t>(count);
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
