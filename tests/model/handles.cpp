// SPDX-License-Identifier: BSL-1.0
#include "handles.hpp"

#include <abide/io.hpp>

#include <algorithm>
#include <string>

#include "run.hpp"

namespace model {

handle_table::state& handle_table::find_open(int handle, const char* what) {
  const auto number = static_cast<std::size_t>(handle - first_number);
  host_vector<state>& made = handles_[number % max_threads];
  const std::size_t index = number / max_threads;
  if (handle < first_number || index >= made.size()) {
    fail(failure::lifetime,
         std::string(what) + " of handle " + std::to_string(handle) + ", which was never made");
  }
  if (!made[index].open) {
    fail(failure::lifetime,
         std::string(what) + " of handle " + std::to_string(handle) + ", which is closed");
  }
  return made[index];
}

int handle_table::make(int thread) {
  host_vector<state>& made = handles_[static_cast<std::size_t>(thread)];
  made.push_back({true, false});
  return first_number + max_threads * (static_cast<int>(made.size()) - 1) + thread;
}

void handle_table::close(int handle) { find_open(handle, "close").open = false; }

std::size_t handle_table::test(polled_handle* polled, std::size_t count) {
  std::size_t ready = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const bool wanted = (polled[i].wanted & static_cast<unsigned>(abide::io::readable)) != 0;
    const bool found = find_open(polled[i].handle, "poll").raised && wanted;
    polled[i].found = static_cast<std::uint16_t>(found ? abide::io::readable : abide::io{});
    if (found) ++ready;
  }
  return ready;
}

bool handle_table::any_ready(const polled_handle* polled, std::size_t count) {
  return std::any_of(polled, polled + count, [&](const polled_handle& p) {
    const bool wanted = (p.wanted & static_cast<unsigned>(abide::io::readable)) != 0;
    return find_open(p.handle, "poll").raised && wanted;
  });
}

int handle_table::find_leak() const noexcept {
  for (std::size_t t = 0; t != handles_.size(); ++t) {
    for (std::size_t i = persistent_[t].size(); i < handles_[t].size(); ++i) {
      if (handles_[t][i].open) return first_number + static_cast<int>(max_threads * i + t);
    }
  }
  return -1;
}

}  // namespace model
