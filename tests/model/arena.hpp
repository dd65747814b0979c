// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "host.hpp"

namespace model {

/// The memory of a run: one mapping that holds a stack and a heap for each thread. The heaps only
/// grow, so within a run no address is given out twice, and every run gets the same addresses,
/// whatever the order of the threads. Freed memory is filled with 0xDD and new memory with 0xCD.
class arena {
 public:
  enum class block_state : std::uint8_t { live, lasting, freed };

  struct block {
    std::byte* begin;
    std::size_t size;
    block_state state;
  };

  enum class release_result { done, already_freed, not_a_block };

  arena();
  ~arena();
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  /// The stack of a thread; below it lies a guard page.
  std::byte* stack(int thread) noexcept;

  /// Returns: nullptr when the thread's heap is full.
  void* allocate(std::size_t size, std::size_t alignment, int thread, block_state) noexcept;
  release_result release(void* begin) noexcept;
  bool owns(const void* address) const noexcept;

  /// The block that `address` lies in or once lay in; nullptr when there is none.
  const block* find(const void* address) const noexcept;
  block* find(const void* address) noexcept;

  /// "heap 2.12+8" is byte 8 of thread 2's twelfth block, "stack 1" that of a thread; "" for
  /// elsewhere.
  std::string describe(const void* address) const;

  /// All that is allocated now belongs to every run that follows, with the content it has now.
  void make_persistent();

  /// Frees the previous run's memory and restores the persistent part.
  void start_run() noexcept;

  /// A block of this run that is still live; nullptr when there is none.
  const block* find_leak() const noexcept;

  /// The thread whose heap the address lies in.
  int owner_of(const void* address) const noexcept;

 private:
  static constexpr std::size_t heap_bytes = std::size_t{8} << 20;
  static constexpr std::size_t guard_bytes = 4096 * 16;  // a page of any size in use

  struct heap {
    std::byte* begin;
    std::byte* top;
    host_vector<block> blocks;  // in the order of their addresses

    std::byte* persistent_top;
    host_vector<block> persistent_blocks;
    host_vector<std::byte> persistent_bytes;
  };

  std::byte* mapping_;
  std::byte* first_heap_;
  std::array<heap, max_threads> heaps_;
};

}  // namespace model
