// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace growth {

/// What an operation, or all that happened during it, did to words that more than one thread
/// touches, and what else it cost.
struct costs {
  double changes = 0;   // read-modify-writes and stores: each takes the cache line for itself
  double failed = 0;    // compare-exchanges among them that failed
  double loads = 0;     // each fetches the line if another thread wrote to it since
  double one_word = 0;  // changes of the word that has most of them
  double sections = 0;  // how often LOCK was taken
  double longest = 0;   // steps of the longest section
  double steps = 0;     // basic blocks of the library that were run
  double wakes = 0;     // system calls that wake
  double sleeps = 0;    // system calls that sleep
};

costs operator/(costs all, double n);

/// Forgets which thread touched which word. From here until the end of the scenario each touch is
/// noted, unless it is too much to note: bulk work goes between pause() and resume().
void begin_scenario();
void pause();
void resume();

/// Counts from its making until close(): what the making thread does and what all do. Asked when
/// the scenario is over, so that a word which another thread touches later counts as shared too.
class window {
 public:
  window();
  void close();

  costs own() const;
  costs everybodys() const;
};

}  // namespace growth
