// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "host.hpp"

namespace model {

/// The memory of a run: one mapping that holds the stacks of the threads and the heap. The heap
/// only grows, so within a run no address is given out twice, and every run gets the same
/// addresses. Freed memory is filled with 0xDD and new memory with 0xCD.
class arena {
 public:
  enum class block_state : std::uint8_t { live, lasting, freed };

  struct block {
    std::byte* begin;
    std::size_t size;
    int thread;
    block_state state;
  };

  enum class release_result { done, already_freed, not_a_block };

  arena();
  ~arena();
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  /// The stack of a thread; below it lies a guard page.
  std::byte* stack(int thread) noexcept;

  /// Returns: nullptr when the heap is full.
  void* allocate(std::size_t size, std::size_t alignment, int thread, block_state) noexcept;
  release_result release(void* begin) noexcept;
  bool owns(const void* address) const noexcept;

  /// The block that `address` lies in or once lay in; nullptr when there is none.
  const block* find(const void* address) const noexcept;
  block* find(const void* address) noexcept;

  /// "heap 12+8" is byte 8 of the twelfth block, "stack 1" that of a thread; "" for elsewhere.
  std::string describe(const void* address) const;

  /// All that is allocated now belongs to every run that follows, with the content it has now.
  void make_persistent();

  /// Frees the previous run's memory and restores the persistent part.
  void start_run() noexcept;

  /// The first block of this run that is still live; nullptr when there is none.
  const block* find_leak() const noexcept;

 private:
  static constexpr std::size_t heap_bytes = std::size_t{64} << 20;
  static constexpr std::size_t guard_bytes = 4096 * 16;  // a page of any size in use

  std::byte* mapping_;
  std::byte* heap_;
  std::byte* top_;
  host_vector<block> blocks_;

  std::byte* persistent_top_;
  host_vector<block> persistent_blocks_;
  host_vector<std::byte> persistent_bytes_;
};

}  // namespace model
