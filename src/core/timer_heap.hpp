// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/timer_node.hpp>

namespace abide {
inline namespace v1 {
namespace core {

/// An intrusive pairing heap, the earliest first: insert O(1), remove amortised O(log n), no
/// allocation and no recursion. (Fredman, Sedgewick, Sleator, Tarjan 1986.)
///
/// A node's children are a list through `next`; `previous` is the sibling before it, or the parent
/// for a first child.
class timer_heap {
 public:
  using node = detail::timer_node;

  node* first() const noexcept { return root_; }

  void insert(node& n) noexcept {
    n.child = n.next = n.previous = nullptr;
    root_ = root_ == nullptr ? &n : meld(root_, &n);
  }

  void remove(node& n) noexcept {
    node* const rest = meld_siblings(n.child);
    if (&n == root_) {
      root_ = rest;
      return;
    }
    (n.previous->child == &n ? n.previous->child : n.previous->next) = n.next;
    if (n.next != nullptr) n.next->previous = n.previous;
    if (rest != nullptr) root_ = meld(root_, rest);
  }

 private:
  // Makes the later of two roots the first child of the earlier.
  static node* meld(node* a, node* b) noexcept {
    if (b->due < a->due) {
      node* const swap = a;
      a = b;
      b = swap;
    }
    b->next = a->child;
    if (b->next != nullptr) b->next->previous = b;
    b->previous = a;
    a->child = b;
    return a;
  }

  // Left to right in pairs, then the pairs from the right: what makes removal logarithmic.
  static node* meld_siblings(node* list) noexcept {
    node* pairs = nullptr;  // the last pair first
    while (list != nullptr) {
      node* const a = list;
      node* const b = a->next;
      list = b != nullptr ? b->next : nullptr;
      a->next = a->previous = nullptr;
      node* pair = a;
      if (b != nullptr) {
        b->next = b->previous = nullptr;
        pair = meld(a, b);
      }
      pair->next = pairs;
      pairs = pair;
    }
    node* root = nullptr;
    while (pairs != nullptr) {
      node* const pair = pairs;
      pairs = pair->next;
      pair->next = nullptr;
      root = root == nullptr ? pair : meld(root, pair);
    }
    if (root != nullptr) root->previous = nullptr;
    return root;
  }

  node* root_ = nullptr;
};

}  // namespace core
}  // namespace v1
}  // namespace abide
