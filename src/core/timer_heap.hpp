// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/timer_node.hpp>

#include <bit>
#include <cstdint>

namespace abide {
inline namespace v1 {
namespace core {

/// An intrusive binomial heap that tolerates gaps, the earliest first. Insert amortised O(1),
/// remove O(log n), also for a single call; no allocation, no index, no recursion.
///
/// At most one tree of each rank. A node of rank k has children of different ranks below k, the
/// highest first, so none has more than k. In a binomial heap it has them all; here what remains
/// of a removed node takes its place and its rank, so its parent never changes, and the cost of a
/// removal is the node's own rank, which is 1 on average.
///
/// Two trees of rank k make one of rank k + 1, and nothing else makes a rank grow: rank k needs 2^k
/// insertions.
class timer_heap {
 public:
  using node = detail::timer_node;

  /// The earliest; of several, any.
  node* first() const noexcept { return first_; }

  void insert(node& n) noexcept {
    n.child = n.next = n.previous = nullptr;
    n.rank = 0;
    plant(&n);
    if (first_ == nullptr || n.due < first_->due) first_ = &n;
  }

  void remove(node& n) noexcept {
    node* const rest = joined_children(n);
    if (n.previous == nullptr) {
      take_tree(n.rank);
      if (rest != nullptr) plant(rest);
    } else {
      if (rest != nullptr) {
        rest->rank = n.rank;
        rest->previous = n.previous;
        rest->next = n.next;
      }
      (n.previous->child == &n ? n.previous->child : n.previous->next) =
          rest != nullptr ? rest : n.next;
      if (n.next != nullptr) n.next->previous = rest != nullptr ? rest : n.previous;
    }
    if (&n == first_) first_ = earliest_root();
  }

 private:
  static constexpr unsigned ranks = 64;  // 2^63 insertions are more than a machine lives to make

  // Makes the later of two roots of one rank the first child of the earlier.
  static node* link(node* a, node* b) noexcept {
    if (b->due < a->due) {
      node* const swap = a;
      a = b;
      b = swap;
    }
    b->next = a->child;
    if (b->next != nullptr) b->next->previous = b;
    b->previous = a;
    a->child = b;
    ++a->rank;
    return a;
  }

  // The children as one tree, of a rank that is not above the node's. From the lowest: what was
  // joined so far is of a rank not above the next child's, and passes for one of that.
  static node* joined_children(node& n) noexcept {
    if (n.child == nullptr) return nullptr;
    node* child = n.child;
    while (child->next != nullptr) child = child->next;
    node* joined = nullptr;
    while (child != &n) {
      node* const higher = child->previous;  // the node itself after its first child
      child->next = child->previous = nullptr;
      if (joined == nullptr) {
        joined = child;
      } else {
        joined->rank = child->rank;
        joined = link(joined, child);
      }
      child = higher;
    }
    return joined;
  }

  // Adds a tree as one adds a binary digit.
  void plant(node* tree) noexcept {
    while ((planted_ & bit(tree->rank)) != 0) tree = link(take_tree(tree->rank), tree);
    trees_[tree->rank] = tree;
    planted_ |= bit(tree->rank);
  }

  node* take_tree(unsigned rank) noexcept {
    planted_ &= ~bit(rank);
    return trees_[rank];
  }

  node* earliest_root() const noexcept {
    node* earliest = nullptr;
    for (std::uint64_t left = planted_; left != 0; left &= left - 1) {
      node* const root = trees_[std::countr_zero(left)];
      if (earliest == nullptr || root->due < earliest->due) earliest = root;
    }
    return earliest;
  }

  static constexpr std::uint64_t bit(unsigned rank) noexcept { return std::uint64_t{1} << rank; }

  node* first_ = nullptr;
  std::uint64_t planted_ = 0;  // the ranks of which there is a tree
  node* trees_[ranks] = {};
};

}  // namespace core
}  // namespace v1
}  // namespace abide
