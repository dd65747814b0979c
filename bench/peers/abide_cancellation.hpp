// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation.hpp>

#include "harness/keep.hpp"

namespace bench {

class abide_cancellation {
 public:
  bool poll() const { return token_.is_cancellation_requested(); }
  void register_in_place() {
    const abide::cancellation_callback callback(token_, [this] { ++calls_; });
    keep(&callback);
  }
  void register_on_heap() {
    const auto registration = token_.register_callback([this] { ++calls_; });
    keep(&registration);
  }
  /// A source is made, a callback registered and called, and all of it destroyed.
  void live() {
    abide::cancellation_source source;
    const abide::cancellation_callback callback(source.token(), [this] { ++calls_; });
    source.cancel();
  }

 private:
  unsigned calls_ = 0;
  abide::cancellation_source source_;
  abide::cancellation_token token_ = source_.token();
};

}  // namespace bench
