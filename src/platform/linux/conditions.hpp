// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/io.hpp>

#include <poll.h>
#include <sys/epoll.h>

namespace abide {
inline namespace v1 {
namespace sys {

/// A condition as poll and epoll write it: they use the same bits.
struct condition {
  io name;
  unsigned bit;
};
inline constexpr condition conditions[] = {{io::readable, POLLIN},
                                           {io::writable, POLLOUT},
                                           {io::priority, POLLPRI},
                                           {io::hang_up, POLLHUP},
                                           {io::error, POLLERR}};
static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLPRI == POLLPRI &&
              EPOLLHUP == POLLHUP && EPOLLERR == POLLERR);

inline unsigned bits_of(io wanted) noexcept {
  unsigned bits = 0;
  for (const condition& c : conditions) {
    if ((wanted & c.name) != io{}) bits |= c.bit;
  }
  return bits;
}

inline io conditions_in(unsigned bits) noexcept {
  io found{};
  for (const condition& c : conditions) {
    if ((bits & c.bit) != 0) found |= c.name;
  }
  return found;
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
