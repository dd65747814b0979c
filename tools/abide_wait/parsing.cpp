// SPDX-License-Identifier: BSL-1.0
#include "parsing.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <system_error>

namespace abide_wait {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_time;
using seconds = std::chrono::duration<double>;

/// Digits with at most one point.
std::optional<double> to_decimal(const std::string& text) {
  if (text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
  char* end;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<seconds> duration(const std::string& text) {
  const std::string digits = text.substr(0, text.find_first_not_of("0123456789."));
  const std::optional<double> count = to_decimal(digits);
  if (!count) return std::nullopt;
  const std::string unit = text.substr(digits.size());
  if (unit == "ms") return seconds(*count / 1000);
  if (unit == "s" || unit.empty()) return seconds(*count);
  if (unit == "m") return seconds(*count * 60);
  if (unit == "h") return seconds(*count * 3600);
  return std::nullopt;
}

/// Reads a date and a time from left to right.
class time_reader {
 public:
  explicit time_reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Exactly so many digits, of a number up to a limit.
  std::optional<int> digits(std::size_t n, int limit) {
    if (rest_.size() < n || rest_.substr(0, n).find_first_not_of("0123456789") != rest_.npos) {
      return std::nullopt;
    }
    const std::optional<int> value = to_number(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return *value <= limit ? value : std::nullopt;
  }

  /// YYYY-MM-DD, a day that there is.
  bool date(std::tm& t) {
    const auto y = digits(4, 9999);
    const auto m = y && skip('-') ? digits(2, 12) : std::nullopt;
    const auto d = m && skip('-') ? digits(2, 31) : std::nullopt;
    if (!d) return false;
    t.tm_year = *y - 1900;
    t.tm_mon = *m - 1;
    t.tm_mday = *d;
    return std::chrono::year_month_day(std::chrono::year(*y),
                                       std::chrono::month(static_cast<unsigned>(*m)),
                                       std::chrono::day(static_cast<unsigned>(*d)))
        .ok();
  }

  /// HH:MM[:SS]
  bool time_of_day(std::tm& t) {
    const auto h = digits(2, 23);
    const auto m = h && skip(':') ? digits(2, 59) : std::nullopt;
    if (!m) return false;
    const auto s = skip(':') ? digits(2, 59) : 0;
    if (!s) return false;
    t.tm_hour = *h;
    t.tm_min = *m;
    t.tm_sec = *s;
    return true;
  }

  /// Z or +HH:MM or -HH:MM: seconds east of Greenwich.
  std::optional<int> offset() {
    if (skip('Z')) return 0;
    const int sign = skip('-') ? -1 : skip('+') ? 1 : 0;
    if (sign == 0) return std::nullopt;
    const auto h = digits(2, 23);
    const auto m = h && skip(':') ? digits(2, 59) : std::nullopt;
    if (!m) return std::nullopt;
    return sign * (*h * 3600 + *m * 60);
  }

 private:
  std::string_view rest_;
};

std::optional<std::time_t> next_time_of_day(const std::string& text) {
  const std::time_t now = std::time(nullptr);
  std::tm t = *std::localtime(&now);
  time_reader reader(text);
  if (!reader.time_of_day(t) || !reader.at_end()) return std::nullopt;
  t.tm_isdst = -1;
  std::tm tomorrow = t;
  ++tomorrow.tm_mday;
  const std::time_t today = std::mktime(&t);
  return today > now ? today : std::mktime(&tomorrow);
}

std::optional<std::time_t> date_and_time(const std::string& text) {
  std::tm t{};
  time_reader reader(text);
  if (!reader.date(t)) return std::nullopt;
  if (!reader.at_end() && !((reader.skip('T') || reader.skip(' ')) && reader.time_of_day(t))) {
    return std::nullopt;
  }
  t.tm_isdst = -1;
  if (reader.at_end()) return std::mktime(&t);
  const std::optional<int> offset = reader.offset();
  if (!offset || !reader.at_end()) return std::nullopt;
  return ::timegm(&t) - *offset;
}

std::optional<sys_time<milliseconds>> time(const std::string& text) {
  if (text.starts_with('@')) {
    constexpr double year_10000 = 253402300800;
    const std::optional<double> count = to_decimal(text.substr(1));
    if (!count || *count >= year_10000) return std::nullopt;
    return sys_time<milliseconds>(std::chrono::ceil<milliseconds>(seconds(*count)));
  }
  const bool is_date = text.find('-') == 4;
  const auto t = is_date ? date_and_time(text) : next_time_of_day(text);
  if (!t) return std::nullopt;
  return sys_time<milliseconds>(std::chrono::seconds(*t));
}

}  // namespace

void fail(const std::string& subject, const std::string& complaint) {
  throw usage_error(subject + ": " + complaint);
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::optional<int> to_number(std::string_view text) {
  int value;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

seconds to_duration(const std::string& subject, const std::string& text) {
  const auto d = duration(text);
  if (!d) fail(subject, quoted(text) + " is not a duration (use 250ms, 5s, 2m, 1h)");
  return *d;
}

sys_time<milliseconds> to_time(const std::string& subject, const std::string& text) {
  const auto t = time(text);
  if (!t)
    fail(subject, quoted(text) + " is not a time (use 07:30, 2026-11-23T07:30:15, @1795419015)");
  return *t;
}

}  // namespace abide_wait
