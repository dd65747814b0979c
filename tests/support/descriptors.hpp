// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>

#include <utility>

namespace support {

/// Owns a handle.
class descriptor {
 public:
  explicit descriptor(abide::native_handle_type h) noexcept : handle_(h) {}
  descriptor(descriptor&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() { close(); }

  abide::native_handle_type get() const noexcept { return handle_; }
  void close() noexcept;

  /// Writes or reads one byte.
  void write() const;
  void read() const;

 private:
  abide::native_handle_type handle_;
};

/// Two connected ends: of a pipe `first` reads and `second` writes, of a socket pair both do both.
struct connection {
  descriptor first;
  descriptor second;
};

connection make_pipe();
connection make_sockets();

/// Whether a poll that does not block finds the handle readable.
bool is_readable(abide::native_handle_type h);

/// Whether the number is an open descriptor that exec closes.
bool closes_on_exec(abide::native_handle_type h);

}  // namespace support
