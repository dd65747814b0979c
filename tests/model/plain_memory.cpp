// SPDX-License-Identifier: BSL-1.0
#include "plain_memory.hpp"

#include <string>

#include "run.hpp"

namespace model {

namespace {

[[noreturn]] void fail_race(int thread, const char* does, const void* address, int other,
                            const char* did) {
  fail(failure::race, "thread " + describe_thread(thread) + does + describe(address) +
                          ", but nothing orders the" + did + " of thread " +
                          describe_thread(other) + " before that");
}

}  // namespace

void plain_memory::read(const void* address, int thread) {
  history& h = accesses_[address];
  if (!order_.has_seen(thread, h.written)) {
    fail_race(thread, " reads ", address, h.written.thread, " write");
  }
  h.read[static_cast<std::size_t>(thread)] = order_.time_of(thread);
}

void plain_memory::write(const void* address, int thread) {
  history& h = accesses_[address];
  if (!order_.has_seen(thread, h.written)) {
    fail_race(thread, " writes ", address, h.written.thread, " write");
  }
  for (int other = 0; other < max_threads; ++other) {
    if (!order_.has_seen(thread, {other, h.read[static_cast<std::size_t>(other)]})) {
      fail_race(thread, " writes ", address, other, " read");
    }
  }
  h.written = {thread, order_.time_of(thread)};
}

void plain_memory::write_all(const void* begin, std::size_t size, int thread) {
  const auto* const first = static_cast<const std::byte*>(begin);
  for (std::size_t i = 0; i < size; ++i) {
    if (accesses_.find(first + i) != nullptr) write(first + i, thread);
  }
}

}  // namespace model
