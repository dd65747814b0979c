// SPDX-License-Identifier: BSL-1.0

// What code compiled with -fsanitize=thread calls before each access to memory. Linked without the
// sanitizer's own runtime, the calls come here: races on the plain memory of the product are found
// in every interleaving, and so is the use of freed memory.
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine.hpp"

namespace {

using model::engine;

constexpr std::size_t word = 8;

void read(const void* address, std::size_t size) {
  engine* const e = engine::running();
  if (e == nullptr) return;
  e->check_alive(address);
  for (std::size_t i = 0; i < size; i += word) {
    e->plain.read(static_cast<const std::byte*>(address) + i, e->threads.current());
  }
}

void write(const void* address, std::size_t size) {
  engine* const e = engine::running();
  if (e == nullptr) return;
  e->check_alive(address);
  for (std::size_t i = 0; i < size; i += word) {
    e->plain.write(static_cast<const std::byte*>(address) + i, e->threads.current());
  }
}

}  // namespace

extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}

void __tsan_read1(void* address) { read(address, 1); }
void __tsan_read2(void* address) { read(address, 2); }
void __tsan_read4(void* address) { read(address, 4); }
void __tsan_read8(void* address) { read(address, 8); }
void __tsan_read16(void* address) { read(address, 16); }
void __tsan_write1(void* address) { write(address, 1); }
void __tsan_write2(void* address) { write(address, 2); }
void __tsan_write4(void* address) { write(address, 4); }
void __tsan_write8(void* address) { write(address, 8); }
void __tsan_write16(void* address) { write(address, 16); }
void __tsan_unaligned_read2(void* address) { read(address, 2); }
void __tsan_unaligned_read4(void* address) { read(address, 4); }
void __tsan_unaligned_read8(void* address) { read(address, 8); }
void __tsan_unaligned_read16(void* address) { read(address, 16); }
void __tsan_unaligned_write2(void* address) { write(address, 2); }
void __tsan_unaligned_write4(void* address) { write(address, 4); }
void __tsan_unaligned_write8(void* address) { write(address, 8); }
void __tsan_unaligned_write16(void* address) { write(address, 16); }
void __tsan_read_range(void* address, std::size_t size) { read(address, size); }
void __tsan_write_range(void* address, std::size_t size) { write(address, size); }
void __tsan_vptr_read(void** address) { read(address, sizeof *address); }
void __tsan_vptr_update(void** address, void*) { write(address, sizeof *address); }

// What Clang calls in place of the functions of these names.
void* __tsan_memcpy(void* to, const void* from, std::size_t size) {
  read(from, size);
  write(to, size);
  return std::memcpy(to, from, size);
}
void* __tsan_memmove(void* to, const void* from, std::size_t size) {
  read(from, size);
  write(to, size);
  return std::memmove(to, from, size);
}
void* __tsan_memset(void* to, int value, std::size_t size) {
  write(to, size);
  return std::memset(to, value, size);
}

// The guard of a static variable in a function, and the counts of std::shared_ptr: no atomics of
// the library, and no steps. There is one thread of the system.
std::uint8_t __tsan_atomic8_load(const volatile std::uint8_t* guard, int) { return *guard; }
std::uint32_t __tsan_atomic32_load(const volatile std::uint32_t* count, int) { return *count; }
std::uint32_t __tsan_atomic32_fetch_add(volatile std::uint32_t* count, std::uint32_t n, int) {
  const std::uint32_t before = *count;
  *count = before + n;
  return before;
}
std::uint32_t __tsan_atomic32_fetch_sub(volatile std::uint32_t* count, std::uint32_t n, int) {
  return __tsan_atomic32_fetch_add(count, 0 - n, 0);
}

}  // extern "C"
