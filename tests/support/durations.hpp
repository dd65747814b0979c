// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

// Durations of every kind, for what takes one.

namespace support {

using namespace std::chrono;

enum class is { past, soon, late, never };  // what a duration is for a wait that finds nothing

using picoseconds = duration<std::int64_t, std::pico>;
using tiny_hours = duration<std::int8_t, std::ratio<3600>>;
using unsigned_seconds = duration<std::uint64_t>;
using real_seconds = duration<double>;
using float_milliseconds = duration<float, std::milli>;
using long_hours = duration<long double, std::ratio<3600>>;
using thirds = duration<std::int64_t, std::ratio<1, 3>>;
using tiny_thirds = duration<std::int8_t, std::ratio<1, 30'000>>;
using attoseconds = duration<std::int64_t, std::atto>;

/// Calls f(name, duration, what it is) for each.
template <class F>
void for_each_duration(F f) {
  using limits = std::numeric_limits<double>;
  f("0 s", 0s, is::past);
  f("0 ns", 0ns, is::past);
  f("0.0 s", real_seconds(0.0), is::past);
  f("-0.0 s", real_seconds(-0.0), is::past);
  f("-1 ns", -1ns, is::past);
  f("-1 h", -1h, is::past);
  f("-0.5 s", real_seconds(-0.5), is::past);
  f("-1 ps", picoseconds(-1), is::past);
  f("min ns", nanoseconds::min(), is::past);
  f("min ms", milliseconds::min(), is::past);
  f("min h", hours::min(), is::past);
  f("min int8 h", tiny_hours::min(), is::past);
  f("-infinity", real_seconds(-limits::infinity()), is::past);
  f("lowest", real_seconds(limits::lowest()), is::past);
  f("min years", years::min(), is::past);
  f("min 1/3 s", thirds::min(), is::past);
  f("-1/3 s", thirds(-1), is::past);
  f("1 ps", picoseconds(1), is::soon);
  f("smallest double", real_seconds(limits::denorm_min()), is::soon);
  f("1 ns", 1ns, is::soon);
  f("999 ns", 999ns, is::soon);
  f("50 us", 50us, is::soon);
  f("800 us", 800us, is::soon);
  f("0.7 ms as float", float_milliseconds(0.7f), is::soon);
  f("1.5 ms as double", real_seconds(0.0015), is::soon);
  f("2 ms", 2ms, is::soon);
  f("7/30000 s as int8", tiny_thirds(7), is::soon);
  f("1 ms and 1 as", attoseconds(1'000'000'000'000'001), is::soon);
  f("127 h as int8", tiny_hours::max(), is::late);
  f("145 years", years(145), is::late);
  f("max ns", nanoseconds::max(), is::never);
  f("max ns - 1", nanoseconds::max() - 1ns, is::never);
  f("max us", microseconds::max(), is::never);
  f("max s", seconds::max(), is::never);
  f("max years", years::max(), is::never);
  f("300 years", years(300), is::never);
  f("max 1/3 s", thirds::max(), is::never);
  f("max float ms", float_milliseconds::max(), is::never);
  f("max h", hours::max(), is::never);
  f("max unsigned s", unsigned_seconds::max(), is::never);
  f("1e300 s", real_seconds(1e300), is::never);
  f("max double", real_seconds(limits::max()), is::never);
  f("infinity", real_seconds(limits::infinity()), is::never);
  f("1e9 long double h", long_hours(1e9L), is::never);
}

}  // namespace support
