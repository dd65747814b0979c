// SPDX-License-Identifier: BSL-1.0
#include "fuzz/live_memory.hpp"

#include <cstdlib>
#include <new>

namespace {
constinit long live = 0;
}

long fuzz::live_blocks() noexcept { return live; }

void* operator new(std::size_t size) {
  void* const p = std::malloc(size == 0 ? 1 : size);
  if (p == nullptr) throw std::bad_alloc();
  ++live;
  return p;
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* p) noexcept {
  if (p != nullptr) --live;
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept { operator delete(p); }
