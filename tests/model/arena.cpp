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
  void* memory = mmap(wanted_address, stacks + max_threads * heap_bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  mapping_ = static_cast<std::byte*>(memory);
  for (int i = 0; i < max_threads; ++i) {
    if (mprotect(stack(i) - guard_bytes, guard_bytes, PROT_NONE) != 0) std::abort();
  }
  first_heap_ = mapping_ + stacks;
  for (std::size_t i = 0; i != heaps_.size(); ++i) {
    heap& h = heaps_[i];
    h.begin = h.top = h.persistent_top = first_heap_ + i * heap_bytes;
  }
}

arena::~arena() {
  munmap(mapping_, static_cast<std::size_t>(first_heap_ - mapping_) + max_threads * heap_bytes);
}

std::byte* arena::stack(int thread) noexcept {
  return mapping_ + static_cast<std::size_t>(thread) * (guard_bytes + fiber::stack_bytes) +
         guard_bytes;
}

void* arena::allocate(std::size_t size, std::size_t alignment, int thread,
                      block_state state) noexcept {
  heap& h = heaps_[static_cast<std::size_t>(thread)];
  const auto place = (reinterpret_cast<std::uintptr_t>(h.top) + alignment - 1) & ~(alignment - 1);
  auto* begin = reinterpret_cast<std::byte*>(place);
  if (size > static_cast<std::size_t>(h.begin + heap_bytes - begin)) return nullptr;
  h.top = begin + std::max<std::size_t>(size, 1);
  std::memset(begin, fresh_fill, size);
  h.blocks.push_back({begin, size, state});
  return begin;
}

const arena::block* arena::find(const void* address) const noexcept {
  if (!owns(address)) return nullptr;
  const host_vector<block>& blocks = heaps_[static_cast<std::size_t>(owner_of(address))].blocks;
  const auto after =
      std::upper_bound(blocks.begin(), blocks.end(), static_cast<const std::byte*>(address),
                       [](const std::byte* wanted, const block& b) { return wanted < b.begin; });
  if (after == blocks.begin()) return nullptr;
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
    const int owner = owner_of(address);
    const block* const first = heaps_[static_cast<std::size_t>(owner)].blocks.data();
    const std::string name = "heap " + std::to_string(owner) + "." + std::to_string(b - first + 1);
    return offset == 0 ? name : name + "+" + std::to_string(offset);
  }
  if (at < mapping_ || at >= first_heap_) return "";
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
  return address >= first_heap_ && address < first_heap_ + max_threads * heap_bytes;
}

int arena::owner_of(const void* address) const noexcept {
  return static_cast<int>(
      static_cast<std::size_t>(static_cast<const std::byte*>(address) - first_heap_) / heap_bytes);
}

void arena::make_persistent() {
  for (heap& h : heaps_) {
    h.persistent_top = h.top;
    h.persistent_blocks = h.blocks;
    h.persistent_bytes.assign(h.begin, h.top);
  }
}

void arena::start_run() noexcept {
  for (heap& h : heaps_) {
    h.top = h.persistent_top;
    h.blocks = h.persistent_blocks;
    if (h.persistent_bytes.empty()) continue;
    std::memcpy(h.begin, h.persistent_bytes.data(), h.persistent_bytes.size());
  }
}

const arena::block* arena::find_leak() const noexcept {
  for (const heap& h : heaps_) {
    const auto first = h.blocks.begin() + static_cast<std::ptrdiff_t>(h.persistent_blocks.size());
    const auto leak = std::find_if(first, h.blocks.end(),
                                   [](const block& b) { return b.state == block_state::live; });
    if (leak != h.blocks.end()) return &*leak;
  }
  return nullptr;
}

}  // namespace model
