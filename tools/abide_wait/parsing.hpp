// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace abide_wait {

/// A command line that makes no sense; names the argument.
class usage_error : public std::runtime_error {
 public:
  using runtime_error::runtime_error;
};

/// Throws: usage_error, "SUBJECT: COMPLAINT".
[[noreturn]] void fail(const std::string& subject, const std::string& complaint);

std::string quoted(std::string_view text);

/// The whole text as a decimal number, if it is one.
std::optional<int> to_number(std::string_view text);

/// 250ms, 1.5s, 2m, 1h, or a number of seconds. Throws: usage_error about the subject.
std::chrono::duration<double> to_duration(const std::string& subject, const std::string& text);

/// A time of day, the next one in local time (07:30, 07:30:15), a date with or without a time,
/// local or with an offset (2026-11-23, 2026-11-23T07:30:15Z, 2026-11-23T07:30+01:00), or seconds
/// since the epoch (@1795419015.5). Throws: usage_error about the subject.
std::chrono::sys_time<std::chrono::milliseconds> to_time(const std::string& subject,
                                                         const std::string& text);

}  // namespace abide_wait
