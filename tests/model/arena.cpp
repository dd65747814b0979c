// SPDX-License-Identifier: BSL-1.0
#include "arena.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "fiber.hpp"
#include "trace.hpp"

namespace model {

namespace {

constexpr int fresh_fill = 0xCD;
constexpr int freed_fill = 0xDD;

// The same place in every process, when it is free: code that orders objects by address then takes
// the same way when a trail is replayed.
void* const wanted_address = reinterpret_cast<void*>(std::uintptr_t{0x10'0000'0000});

}  // namespace

arena::arena() {
  const std::size_t stacks = max_threads * (guard_bytes + fiber::stack_bytes);
  void* memory = mmap(wanted_address, stacks + heap_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  mapping_ = static_cast<std::byte*>(memory);
  for (int i = 0; i < max_threads; ++i) {
    if (mprotect(stack(i) - guard_bytes, guard_bytes, PROT_NONE) != 0) std::abort();
  }
  heap_ = top_ = persistent_top_ = mapping_ + stacks;
}

arena::~arena() { munmap(mapping_, static_cast<std::size_t>(heap_ - mapping_) + heap_bytes); }

std::byte* arena::stack(int thread) noexcept {
  return mapping_ + static_cast<std::size_t>(thread) * (guard_bytes + fiber::stack_bytes) +
         guard_bytes;
}

void* arena::allocate(std::size_t size, std::size_t alignment, int thread,
                      block_state state) noexcept {
  const auto place = (reinterpret_cast<std::uintptr_t>(top_) + alignment - 1) & ~(alignment - 1);
  auto* begin = reinterpret_cast<std::byte*>(place);
  if (size > static_cast<std::size_t>(heap_ + heap_bytes - begin)) return nullptr;
  top_ = begin + std::max<std::size_t>(size, 1);
  std::memset(begin, fresh_fill, size);
  blocks_.push_back({begin, size, thread, state});
  return begin;
}

const arena::block* arena::find(const void* address) const noexcept {
  // Blocks are in the order of their addresses.
  const auto after =
      std::upper_bound(blocks_.begin(), blocks_.end(), static_cast<const std::byte*>(address),
                       [](const std::byte* wanted, const block& b) { return wanted < b.begin; });
  if (after == blocks_.begin()) return nullptr;
  const block& candidate = *(after - 1);
  const auto offset =
      static_cast<std::size_t>(static_cast<const std::byte*>(address) - candidate.begin);
  return offset < std::max<std::size_t>(candidate.size, 1) ? &candidate : nullptr;
}

arena::block* arena::find(const void* address) noexcept {
  return const_cast<block*>(std::as_const(*this).find(address));
}

std::string arena::describe(const void* address) const {
  const auto* const at = static_cast<const std::byte*>(address);
  if (const block* b = find(address)) {
    const auto offset = at - b->begin;
    const std::string name = "heap " + std::to_string(b - blocks_.data() + 1);
    return offset == 0 ? name : name + "+" + std::to_string(offset);
  }
  if (at < mapping_ || at >= heap_) return "";
  const auto thread = static_cast<std::size_t>(at - mapping_) / (guard_bytes + fiber::stack_bytes);
  return "stack " + std::to_string(thread) + " " +
         hexadecimal(reinterpret_cast<std::uintptr_t>(address));
}

arena::release_result arena::release(void* begin) noexcept {
  block* found = find(begin);
  if (found == nullptr || found->begin != begin) return release_result::not_a_block;
  if (found->state == block_state::freed) return release_result::already_freed;
  found->state = block_state::freed;
  std::memset(begin, freed_fill, found->size);
  return release_result::done;
}

bool arena::owns(const void* address) const noexcept {
  return address >= heap_ && address < heap_ + heap_bytes;
}

void arena::make_persistent() {
  persistent_top_ = top_;
  persistent_blocks_ = blocks_;
  persistent_bytes_.assign(heap_, top_);
}

void arena::start_run() noexcept {
  top_ = persistent_top_;
  blocks_ = persistent_blocks_;
  if (!persistent_bytes_.empty()) {
    std::memcpy(heap_, persistent_bytes_.data(), persistent_bytes_.size());
  }
}

const arena::block* arena::find_leak() const noexcept {
  const auto first = blocks_.begin() + static_cast<std::ptrdiff_t>(persistent_blocks_.size());
  const auto leak = std::find_if(first, blocks_.end(),
                                 [](const block& b) { return b.state == block_state::live; });
  return leak == blocks_.end() ? nullptr : &*leak;
}

}  // namespace model
