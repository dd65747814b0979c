// SPDX-License-Identifier: BSL-1.0
#include <malloc.h>

#include <abide/abide.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "gates/bytes.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kept_by_the_heap = 64;  // free chunks of the size that lie about: use them up
constexpr std::size_t measured = 256;         // fewer than a process may have handles

// What each of many takes that are made one after another. glibc counts whole chunks.
template <class T, class Make>
std::size_t bytes_of_one(Make make) {
  std::vector<std::optional<T>> all(kept_by_the_heap + measured);
  std::size_t before = 0;
  for (std::size_t i = 0; i != all.size(); ++i) {
    if (i == kept_by_the_heap) before = ::mallinfo2().uordblks;
    make(all[i]);
  }
  // A chunk may be one unit larger than it was asked to be: rounded to the nearest whole byte.
  return (::mallinfo2().uordblks - before + measured / 2) / measured;
}

}  // namespace

std::vector<size_of> heap_sizes() {
  using source = abide::cancellation_source;
  const source parent;
  const source second;
  const auto token = parent.token();
  return {
      {"source", bytes_of_one<source>([](auto& to) { to.emplace(); }), 208},
      {"source with a deadline", bytes_of_one<source>([](auto& to) { to.emplace(1h); }), 208},
      {"source linked to one",
       bytes_of_one<source>([&](auto& to) { to = source::linked_to(token); }), 256},
      {"source linked to two",
       bytes_of_one<source>([&](auto& to) { to = source::linked_to(token, second.token()); }), 320},
      {"registration of an empty callback",
       bytes_of_one<abide::cancellation_registration>(
           [&](auto& to) { to = token.register_callback([] {}); }),
       48},
      {"registration of a callback of 16 bytes",
       bytes_of_one<abide::cancellation_registration>([&](auto& to) {
         to = token.register_callback([a = &parent, b = &second] { (void)(a == b); });
       }),
       80},
      {"exported handle, and one descriptor", bytes_of_one<abide::manual_reset_event>([](auto& to) {
         (void)to.emplace().native_handle();
       }),
       80},
      {"event", bytes_of_one<abide::manual_reset_event>([](auto& to) { to.emplace(); }), 0},
      {"semaphore", bytes_of_one<abide::semaphore>([](auto& to) { to.emplace(0); }), 0},
      {"waitable_timer, armed", bytes_of_one<abide::waitable_timer>([](auto& to) {
         to.emplace().set(abide::deadline::after(1h));
       }),
       0},
  };
}

}  // namespace bench
