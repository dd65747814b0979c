// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stop_token>

#include "harness/keep.hpp"

namespace bench {

class std_stop_token {
 public:
  bool poll() const { return token_.stop_requested(); }
  void register_in_place() {
    const std::stop_callback callback(token_, [this] { ++calls_; });
    keep(&callback);
  }
  /// A source is made, a callback registered and called, and all of it destroyed.
  void live() {
    std::stop_source source;
    const std::stop_callback callback(source.get_token(), [this] { ++calls_; });
    source.request_stop();
  }

 private:
  unsigned calls_ = 0;
  std::stop_source source_;
  std::stop_token token_ = source_.get_token();
};

}  // namespace bench
