// SPDX-License-Identifier: BSL-1.0
#include "support/descriptors.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace support {
namespace {

void check(bool good, const char* call) {
  if (!good) throw std::system_error(errno, std::generic_category(), call);
}

}  // namespace

void descriptor::close() noexcept {
  if (handle_ >= 0) ::close(std::exchange(handle_, -1));
}

void descriptor::write() const { check(::write(handle_, "x", 1) == 1, "write"); }

void descriptor::read() const {
  char byte;
  check(::read(handle_, &byte, 1) == 1, "read");
}

connection make_pipe() {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  return {descriptor(ends[0]), descriptor(ends[1])};
}

connection make_sockets() {
  int ends[2];
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
  return {descriptor(ends[0]), descriptor(ends[1])};
}

bool is_readable(abide::native_handle_type h) {
  pollfd record{h, POLLIN, 0};
  check(::poll(&record, 1, 0) >= 0, "poll");
  return (record.revents & POLLIN) != 0;
}

bool closes_on_exec(abide::native_handle_type h) {
  const int flags = ::fcntl(h, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) != 0;
}

}  // namespace support
