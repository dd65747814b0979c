// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/deadline.hpp>

#include <cstdint>

namespace abide {
inline namespace v1 {
namespace detail {

/// A place in the process's one timer queue, a heap of trees. All fields but `fire` belong to the
/// queue, under its lock.
struct timer_node {
  enum class stage : unsigned char { idle, armed, firing };

  explicit constexpr timer_node(void (*f)(timer_node&) noexcept) noexcept : fire(f) {}

  void (*fire)(timer_node&) noexcept;  // called by the timer thread with the queue locked
  deadline due;
  std::int64_t period = 0;  // nanoseconds; 0: once
  timer_node* child = nullptr;
  timer_node* next = nullptr;
  timer_node* previous = nullptr;  // the parent for a first child, null for a root
  unsigned char rank = 0;
  stage at = stage::idle;
};

}  // namespace detail
}  // namespace v1
}  // namespace abide
