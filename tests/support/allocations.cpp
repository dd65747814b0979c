// SPDX-License-Identifier: BSL-1.0
#include "support/allocations.hpp"

#include <cstdlib>
#include <limits>
#include <new>

namespace support {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

constinit thread_local std::size_t made = 0;
constinit thread_local std::size_t fails_at = none;
constinit thread_local bool failed = false;

void* allocate(std::size_t size, std::size_t alignment) {
  if (made++ == fails_at) {
    failed = true;
    throw std::bad_alloc();
  }
  void* const p =
      alignment <= alignof(std::max_align_t)
          ? std::malloc(size == 0 ? 1 : size)
          : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

std::size_t allocations() noexcept { return made; }

failing_allocation::failing_allocation(std::size_t n) noexcept {
  fails_at = made + n;
  failed = false;
}
failing_allocation::~failing_allocation() { fails_at = none; }
bool failing_allocation::has_failed() const noexcept { return failed; }

}  // namespace support

void* operator new(std::size_t size) { return support::allocate(size, 0); }
void* operator new[](std::size_t size) { return support::allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return support::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return support::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
