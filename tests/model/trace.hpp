// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "host.hpp"

namespace model {

enum class operation : std::uint8_t {
  load,
  store,
  exchange,
  add,
  subtract,
  bit_or,
  bit_and,
  compare_exchange,
  failed_compare_exchange,
  plain_read,
  plain_write,
  sleep,
  stay_awake,
  wake_one,
  wake_all,
  wake_address,
  woken,
  timed_out,
  woken_spuriously,
  make_handle,
  raise_handle,
  lower_handle,
  close_handle,
  poll,
  poll_sleep,
  pause,
  refuse_to_pause,
  read_clock,
  advance_clock,
  start,
  preempted,
  join,
  await_asleep,
  end
};

std::string hexadecimal(std::uint64_t value);

/// The steps of one run, for the report and for telling two runs apart.
class trace {
 public:
  /// Addresses that the scenario has not named are written by `describe`.
  explicit trace(std::function<std::string(const void*)> describe)
      : describe_(std::move(describe)) {}

  void start_run() noexcept;

  void record(int thread, operation, const void* address, std::uint64_t value, std::uint64_t other,
              std::memory_order) noexcept;

  /// A number that depends on every step so far: who did what to which object.
  std::uint32_t fingerprint() const noexcept { return fingerprint_; }

  void name_thread(int thread, const char* name) noexcept;
  void name_range(const void* begin, std::size_t size, const char* name);

  std::string thread_text(int thread) const;
  std::string address_text(const void* address) const;

  /// A table with a line for each step.
  std::string text() const;

 private:
  struct event {
    const void* address;
    std::uint64_t value;
    std::uint64_t other;
    std::memory_order order;
    std::uint8_t thread;
    operation what;
  };
  struct named_range {
    const std::byte* begin;
    std::size_t size;
    const char* name;
  };

  std::string named_text(const void* address) const;
  std::string value_text(std::uint64_t value) const;
  std::string event_text(const event&) const;

  std::function<std::string(const void*)> describe_;
  host_vector<event> events_;
  host_vector<named_range> names_;
  std::array<const char*, max_threads> thread_names_ = {};
  std::uint32_t fingerprint_ = 0;
};

}  // namespace model
