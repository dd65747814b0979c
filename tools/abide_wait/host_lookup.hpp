// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/abide.hpp>

#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

namespace abide_wait {

/// An address to connect to.
struct socket_address {
  sockaddr_storage bytes;
  socklen_t size;

  int family() const { return bytes.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

/// The addresses of a host, looked up on a thread of its own: that may take as long as the system's
/// resolver likes, and nothing can stop it. Who loses interest lets go; nobody waits for the
/// thread.
class host_lookup {
 public:
  /// Throws: std::system_error if there is no thread to be had.
  static std::shared_ptr<const host_lookup> start(const std::string& host, int port);

  /// Set once it is done, one way or the other.
  const abide::manual_reset_event& done() const { return done_; }

  /// Requires: it is done. Returns: at least one, in the order in which to try them.
  /// Throws: std::runtime_error with the resolver's words if there is none.
  const std::vector<socket_address>& addresses() const;

 private:
  void run(const std::string& host, int port);

  std::vector<socket_address> addresses_;
  std::string error_;
  abide::manual_reset_event done_;
};

}  // namespace abide_wait
