// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "host.hpp"

namespace model {

/// What a run knows about addresses. Forgets it all at the start of the next run, at no cost.
template <class Value>
class address_table {
 public:
  void start_run() noexcept {
    ++run_;
    used_ = 0;
  }

  /// Returns: nullptr when nothing is known about that address.
  Value* find(const void* address) noexcept {
    entry& e = entry_of(address);
    return e.run == run_ ? &e.value : nullptr;
  }

  /// What is known about that address; a new Value() when nothing is.
  Value& operator[](const void* address) {
    entry* e = &entry_of(address);
    if (e->run == run_) return e->value;
    if (++used_ * 2 > entries_.size()) {
      grow();
      e = &entry_of(address);
    }
    *e = {address, run_, Value()};
    return e->value;
  }

 private:
  struct entry {
    const void* address = nullptr;
    std::uint32_t run = 0;
    Value value;
  };

  entry& entry_of(const void* address) noexcept {
    const std::uint64_t hash = reinterpret_cast<std::uintptr_t>(address) * 0x9E3779B97F4A7C15u;
    const std::size_t mask = entries_.size() - 1;
    std::size_t i = (hash >> 32) & mask;
    while (entries_[i].run == run_ && entries_[i].address != address) i = (i + 1) & mask;
    return entries_[i];
  }

  void grow() {
    host_vector<entry> before(entries_.size() * 2);
    before.swap(entries_);
    for (const entry& e : before) {
      if (e.run == run_) entry_of(e.address) = e;
    }
  }

  std::uint32_t run_ = 1;
  std::size_t used_ = 0;
  host_vector<entry> entries_ = host_vector<entry>(1024);
};

}  // namespace model
