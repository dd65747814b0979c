// SPDX-License-Identifier: BSL-1.0
#include <abide/deadline.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <ratio>
#include <stdexcept>
#include <type_traits>

namespace {

using abide::deadline;
using abide::detail::to_nanoseconds;
using namespace std::chrono;

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();

using picoseconds = duration<std::int64_t, std::pico>;
using float_nanoseconds = duration<double, std::nano>;

template <class R>
using steady_point = time_point<steady_clock, duration<R>>;

/// A clock that says what the test wants; its first and last instants are those of an int64_t.
struct scripted_clock {
  using duration = nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<scripted_clock>;

  static time_point now() {
    if (broken) throw std::runtime_error("no time");
    return current;
  }

  inline static time_point current{};
  inline static bool broken = false;
};

static_assert(sizeof(deadline) == 8);
static_assert(std::is_trivially_copyable_v<deadline>);
static_assert(std::is_convertible_v<steady_clock::time_point, deadline>);
static_assert(std::is_convertible_v<system_clock::time_point, deadline>);
static_assert(!std::is_constructible_v<deadline, seconds>, "a duration is not a point in time");
static_assert(deadline().is_never() && deadline::never().is_never());
static_assert(deadline::never().time() == steady_clock::time_point::max());

TEST(Deadline, NeverDoesNotPass) {
  const deadline never;
  EXPECT_FALSE(never.has_passed());
  EXPECT_EQ(never.remaining(), nanoseconds::max());
  EXPECT_EQ(never, deadline::never());
}

TEST(Deadline, AfterCountsFromTheCall) {
  const auto before = steady_clock::now();
  const deadline d = deadline::after(5s);
  const auto later = steady_clock::now();
  EXPECT_GE(d.time(), before + 5s);
  EXPECT_LE(d.time(), later + 5s);
  EXPECT_FALSE(d.has_passed());
  EXPECT_LE(d.remaining(), 5s);
  EXPECT_GT(d.remaining(), 0s);
}

TEST(Deadline, ZeroAndBelowHavePassed) {
  for (const nanoseconds d :
       {nanoseconds(0), nanoseconds(-1), nanoseconds(-1h), nanoseconds::min()}) {
    const deadline t = deadline::after(d);
    EXPECT_TRUE(t.has_passed()) << d.count();
    EXPECT_EQ(t.remaining(), 0ns) << d.count();
    EXPECT_FALSE(t.is_never()) << d.count();
  }
}

TEST(Deadline, PastTheEndOfTheClockIsNever) {
  EXPECT_TRUE(deadline::after(nanoseconds::max()).is_never());
  EXPECT_TRUE(deadline::after(hours::max()).is_never());
  EXPECT_TRUE(deadline::after(years::max()).is_never());
  EXPECT_TRUE(deadline::after(duration<double>(1e300)).is_never());
  EXPECT_TRUE(deadline::after(duration<float>(std::numeric_limits<float>::infinity())).is_never());
  EXPECT_TRUE(deadline(steady_clock::time_point::max()).is_never());
  EXPECT_TRUE(deadline(time_point<steady_clock, hours>::max()).is_never());
}

TEST(Deadline, BeforeTheStartOfTheClockHasPassed) {
  EXPECT_TRUE(deadline::after(hours::min()).has_passed());
  EXPECT_TRUE(deadline::after(duration<double>(-1e300)).has_passed());
  EXPECT_TRUE(deadline(steady_clock::time_point::min()).has_passed());
  EXPECT_EQ(deadline(steady_clock::time_point::min()).remaining(), 0ns);
  EXPECT_TRUE(deadline(time_point<steady_clock, hours>::min()).has_passed());
  EXPECT_TRUE(deadline(system_clock::time_point::min()).has_passed());
}

TEST(Deadline, IntegersSaturateAtTheirExactEdge) {
  EXPECT_EQ(to_nanoseconds(nanoseconds::max()), most);
  EXPECT_EQ(to_nanoseconds(nanoseconds::min()), least);
  EXPECT_EQ(to_nanoseconds(microseconds(most / 1000)), most / 1000 * 1000);
  EXPECT_EQ(to_nanoseconds(microseconds(most / 1000 + 1)), most);
  EXPECT_EQ(to_nanoseconds(microseconds(least / 1000)), least / 1000 * 1000);
  EXPECT_EQ(to_nanoseconds(microseconds(least / 1000 - 1)), least);
  EXPECT_EQ(to_nanoseconds(hours::max()), most);
  EXPECT_EQ(to_nanoseconds(hours::min()), least);
  using unsigned_nanoseconds = duration<std::uint64_t, std::nano>;
  EXPECT_EQ(to_nanoseconds(unsigned_nanoseconds::max()), most);
  EXPECT_EQ(to_nanoseconds(unsigned_nanoseconds(std::uint64_t(most))), most);
  EXPECT_EQ(to_nanoseconds(duration<std::uint8_t>(255)), 255'000'000'000);
}

TEST(Deadline, FloatsSaturateAtTheirExactEdge) {
  const double edge = 9223372036854775808.0;  // 2^63, the first double that does not fit
  EXPECT_EQ(to_nanoseconds(float_nanoseconds(edge)), most);
  EXPECT_EQ(to_nanoseconds(float_nanoseconds(std::nextafter(edge, 0.0))), most - 1023);
  EXPECT_EQ(to_nanoseconds(float_nanoseconds(-edge)), least);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(to_nanoseconds(duration<double>(infinity)), most);
  EXPECT_EQ(to_nanoseconds(duration<double>(-infinity)), least);
  EXPECT_EQ(to_nanoseconds(duration<double>(1.5)), 1'500'000'000);
}

TEST(Deadline, FractionsRoundUp) {
  EXPECT_EQ(to_nanoseconds(picoseconds(1)), 1);
  EXPECT_EQ(to_nanoseconds(picoseconds(1000)), 1);
  EXPECT_EQ(to_nanoseconds(picoseconds(1001)), 2);
  EXPECT_EQ(to_nanoseconds(picoseconds(-999)), 0);
  EXPECT_EQ(to_nanoseconds(picoseconds(-1001)), -1);
  EXPECT_EQ(to_nanoseconds(float_nanoseconds(0.25)), 1);
  EXPECT_EQ(to_nanoseconds(float_nanoseconds(2.0)), 2);
  EXPECT_EQ(to_nanoseconds(float_nanoseconds(-0.25)), 0);
  EXPECT_EQ(to_nanoseconds(float_nanoseconds(-1.25)), -1);
  EXPECT_EQ(to_nanoseconds(duration<int, std::ratio<1, 3>>(1)), 333'333'334);
}

TEST(Deadline, NotANumberIsAnInvalidArgument) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(deadline::after(duration<double>(nan)), std::invalid_argument);
  EXPECT_THROW(deadline::after(duration<float>(std::numeric_limits<float>::quiet_NaN())),
               std::invalid_argument);
  EXPECT_THROW(deadline{steady_point<double>(duration<double>(nan))}, std::invalid_argument);
  using system_point = time_point<system_clock, duration<double>>;
  EXPECT_THROW(deadline{system_point(duration<double>(nan))}, std::invalid_argument);
}

TEST(Deadline, SteadyTimePointsAreKeptExactly) {
  const auto now = steady_clock::now();
  EXPECT_EQ(deadline(now).time(), now);
  EXPECT_TRUE(deadline(now).has_passed());
  const auto coarse = ceil<seconds>(now);
  EXPECT_EQ(deadline(coarse).time(), coarse);
  EXPECT_EQ(deadline(steady_point<double>(duration<double>(0.5))).time(),
            steady_clock::time_point(500ms));
}

TEST(Deadline, AnotherClockIsConvertedByItsDistance) {
  const auto before = steady_clock::now();
  scripted_clock::current = scripted_clock::time_point(-3h);
  const deadline d = scripted_clock::time_point(-1h);
  const auto later = steady_clock::now();
  EXPECT_GE(d.time(), before + 2h);
  EXPECT_LE(d.time(), later + 2h);
  scripted_clock::current = scripted_clock::time_point(5h);
  EXPECT_FALSE(d.has_passed()) << "a step of the other clock moved the deadline";
}

TEST(Deadline, TheSystemClockIsConverted) {
  const deadline d = system_clock::now() + 1h;
  EXPECT_LE(d.remaining(), 1h);
  EXPECT_GT(d.remaining(), 0s);
  EXPECT_TRUE(deadline(system_clock::now() - 1h).has_passed());
}

TEST(Deadline, TheLastInstantOfAnotherClockIsNever) {
  EXPECT_TRUE(deadline(system_clock::time_point::max()).is_never());
  EXPECT_TRUE(deadline(time_point<system_clock, hours>::max()).is_never());
  scripted_clock::current = scripted_clock::time_point::max();
  EXPECT_TRUE(deadline(scripted_clock::time_point::max()).is_never());
}

TEST(Deadline, TheDistanceToAnotherClockSaturates) {
  scripted_clock::current = scripted_clock::time_point::min();
  EXPECT_TRUE(deadline(scripted_clock::time_point(1h)).is_never());
  scripted_clock::current = scripted_clock::time_point::max();
  EXPECT_TRUE(deadline(scripted_clock::time_point(-1h)).has_passed());
}

TEST(Deadline, AClockThatThrowsIsHeard) {
  scripted_clock::broken = true;
  EXPECT_THROW(deadline{scripted_clock::time_point(1h)}, std::runtime_error);
  scripted_clock::broken = false;
}

TEST(Deadline, OrdersByTimeWithNeverLast) {
  const deadline early = steady_clock::time_point(1s);
  const deadline late = steady_clock::time_point(2s);
  EXPECT_LT(early, late);
  EXPECT_LT(late, deadline::never());
  EXPECT_EQ(late, deadline(steady_clock::time_point(2s)));
}

}  // namespace
