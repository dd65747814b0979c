// SPDX-License-Identifier: BSL-1.0
#include "harness/allocations.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {
thread_local unsigned long calls = 0;
thread_local unsigned long bytes = 0;
}  // namespace

unsigned long bench::allocations() noexcept { return calls; }
unsigned long bench::allocated_bytes() noexcept { return bytes; }

// Every other form of new and delete ends in these.
void* operator new(std::size_t size) {
  ++calls;
  bytes += size;
  if (void* p = std::malloc(size != 0 ? size : 1)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++calls;
  bytes += size;
  const auto unit = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(unit, (size + unit - 1) / unit * unit)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
