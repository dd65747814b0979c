// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace model {

/// The most threads of one run: thread 0 (the body), those it starts and the daemons.
inline constexpr int max_threads = 8;

/// A set of threads, one bit each.
using thread_set = std::uint32_t;

/// Memory for the checker itself. Operator new belongs to the run that is being checked.
template <class T>
struct host_allocator {
  using value_type = T;

  host_allocator() = default;
  template <class U>
  host_allocator(const host_allocator<U>&) noexcept {}  // NOLINT: implicit, as allocators are

  T* allocate(std::size_t n) {
    void* memory = std::malloc(n * sizeof(T));
    if (memory == nullptr) std::abort();
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t) noexcept { std::free(memory); }

  friend bool operator==(const host_allocator&, const host_allocator&) = default;
};

template <class T>
using host_vector = std::vector<T, host_allocator<T>>;

}  // namespace model
