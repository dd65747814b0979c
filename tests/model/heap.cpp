// SPDX-License-Identifier: BSL-1.0

// Operator new and delete of the whole program: within a run they serve from the run's heap. The
// forms for arrays and those that do not throw lead here by default.
#include <cstdlib>
#include <new>

#include "engine.hpp"

namespace {

void* allocate(std::size_t size, std::size_t alignment) {
  if (model::engine* e = model::engine::running()) return e->allocate(size, alignment);
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory) noexcept {
  if (memory == nullptr) return;
  if (model::engine* e = model::engine::running()) {
    e->release(memory);
  } else {
    std::free(memory);
  }
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
