// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/cancellation.hpp>

#include <gtest/gtest.h>

#include <exception>

#include "support/callback_probe.hpp"

namespace support {

/// The callback error handler while it lives; logs the numbers that callbacks throw.
class handled_errors {
 public:
  handled_errors() {
    log_ = &mine_;
    EXPECT_EQ(abide::set_callback_error_handler(note), nullptr);
  }
  handled_errors(const handled_errors&) = delete;
  handled_errors& operator=(const handled_errors&) = delete;
  ~handled_errors() {
    EXPECT_EQ(abide::set_callback_error_handler(nullptr), note);
    log_ = nullptr;
  }

  call_log<int>& log() { return mine_; }

 private:
  static void note(std::exception_ptr error) {
    try {
      std::rethrow_exception(error);
    } catch (int n) {
      log_->add(n);
    }
  }

  static inline call_log<int>* log_ = nullptr;
  call_log<int> mine_;
};

}  // namespace support
