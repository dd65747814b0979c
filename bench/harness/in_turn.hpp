// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <type_traits>

#include "harness/contestant.hpp"
#include "harness/keep.hpp"

namespace bench {

/// One thread that calls these members of a Peer in turn. A trip is each of them once.
template <class Peer, auto... Calls>
class in_turn final : public contestant {
 public:
  template <class... Arguments>
  in_turn(side stands_for, std::string name, bounds kept = {}, const Arguments&... arguments)
      : contestant(stands_for, std::move(name), kept), peer_(arguments...) {}

  void part(unsigned, unsigned n) override {
    for (unsigned i = 0; i != n; ++i) (call<Calls>(), ...);
  }

 private:
  template <auto Call>
  void call() {
    if constexpr (std::is_void_v<decltype((peer_.*Call)())>) {
      (peer_.*Call)();
      keep(0);
    } else {
      keep((peer_.*Call)());
    }
  }

  Peer peer_;
};

}  // namespace bench
