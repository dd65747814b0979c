// SPDX-License-Identifier: BSL-1.0
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "platform/linux/conditions.hpp"
#include "platform/linux/fail.hpp"
#include "platform/linux/uncancelable.hpp"
#include "platform/sys.hpp"

// Event handles are eventfds: raised is a counter above zero. They are read and written with the C
// library's calls, which ThreadSanitizer understands.

namespace abide {
inline namespace v1 {
namespace sys {
namespace {

static_assert(sizeof(pollfd) == 8 && alignof(pollfd) <= 8);

pollfd* records(std::byte* at) noexcept { return reinterpret_cast<pollfd*>(at); }

}  // namespace

native_handle_type make_handle() {
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd < 0) refuse("eventfd", errno);
  return fd;
}

bool is_valid(native_handle_type fd) noexcept { return fd >= 0; }

native_handle_type no_handle() noexcept { return -1; }

void raise_handle(native_handle_type fd) noexcept {
  const uncancelable guard;
  const std::uint64_t one = 1;
  // EAGAIN: the counter is full, so it is raised.
  while (::write(fd, &one, sizeof one) < 0) {
    if (errno == EAGAIN) return;
    if (errno != EINTR) fail("write(eventfd)", errno);
  }
}

void lower_handle(native_handle_type fd) noexcept {
  const uncancelable guard;
  std::uint64_t count;
  // EAGAIN: it is lowered already.
  while (::read(fd, &count, sizeof count) < 0) {
    if (errno == EAGAIN) return;
    if (errno != EINTR) fail("read(eventfd)", errno);
  }
}

void close_handle(native_handle_type fd) noexcept {
  const uncancelable guard;
  ::close(fd);
}

poll_set::poll_set(std::size_t capacity) : records_(inline_) {
  static_assert(sizeof(pollfd) == record_bytes);
  if (capacity > inline_capacity) {
    heap_.reset(new std::byte[capacity * record_bytes]);
    records_ = heap_.get();
  }
}

poll_set::~poll_set() = default;

void poll_set::check_limit(std::size_t handles) {
  // poll(2) refuses more handles than the process may open, whatever they are.
  rlimit limit;
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && handles > limit.rlim_cur) {
    refuse("ppoll", EINVAL);
  }
}

void poll_set::add(native_handle_type fd, io wanted) noexcept {
  records(records_)[size_++] = {fd, static_cast<short>(bits_of(wanted)), 0};
}

std::size_t poll_set::sleep(deadline until) noexcept {
  const uncancelable guard;
  timespec left{};
  if (!until.is_never()) {
    const auto nanoseconds = until.remaining().count();
    left.tv_sec = static_cast<time_t>(nanoseconds / 1'000'000'000);
    left.tv_nsec = static_cast<long>(nanoseconds % 1'000'000'000);
  }
  const int n = ::ppoll(records(records_), size_, until.is_never() ? nullptr : &left, nullptr);
  if (n >= 0) return static_cast<std::size_t>(n);
  // The kernel leaves the results untouched when it fails. ENOMEM: it will find some later.
  // EINVAL: the limit was lowered after check_limit(); a look then finds nothing.
  const bool goes_on = errno == EINTR || errno == ENOMEM || errno == EAGAIN ||
                       (errno == EINVAL && until.has_passed());
  if (!goes_on) fail("ppoll", errno);
  for (std::size_t i = 0; i != size_; ++i) records(records_)[i].revents = 0;
  return 0;
}

io poll_set::ready(std::size_t position) const noexcept {
  const auto found = static_cast<unsigned short>(records(records_)[position].revents);
  io ready = conditions_in(found);
  // A number that is no open descriptor completes the wait as an error.
  if ((found & POLLNVAL) != 0) ready |= io::error;
  return ready;
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
