// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host.hpp"

namespace model {

/// One handle of a poll, as a record of sys::poll_set keeps it.
struct polled_handle {
  int handle;
  std::uint16_t wanted;
  std::uint16_t found;
};

/// The event handles of a run. A number is never given out twice, so late use is always seen; the
/// numbers that a thread gets do not depend on what other threads get.
class handle_table {
 public:
  int make(int thread);
  void raise(int handle) { find_open(handle, "raise").raised = true; }
  void lower(int handle) { find_open(handle, "lower").raised = false; }
  void close(int handle);

  /// Looks at each polled handle. Returns: how many are ready.
  std::size_t test(polled_handle*, std::size_t count);
  bool any_ready(const polled_handle*, std::size_t count);

  /// Handles open now are open at the start of every run, and need not be closed.
  void make_persistent() { persistent_ = handles_; }
  void start_run() { handles_ = persistent_; }
  /// Returns: a handle of this run that is still open, or -1.
  int find_leak() const noexcept;

 private:
  struct state {
    bool open;
    bool raised;
  };

  state& find_open(int handle, const char* what);

  // The n-th handle of a thread has the number first_number + max_threads * n + thread.
  static constexpr int first_number = 100;
  using per_thread = std::array<host_vector<state>, max_threads>;
  per_thread handles_;
  per_thread persistent_;
};

}  // namespace model
