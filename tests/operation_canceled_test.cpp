// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <typeinfo>

#include "support/rendezvous.hpp"
#include "support/running.hpp"

// operation_canceled: which token, why, and on whose behalf.

namespace {

using namespace std::chrono_literals;
using abide::cancellation_source;
using abide::cancellation_token;
using abide::operation_canceled;

static_assert(std::is_base_of_v<std::exception, operation_canceled>);
static_assert(!std::is_base_of_v<std::system_error, operation_canceled>);
static_assert(!std::is_base_of_v<std::runtime_error, operation_canceled>);
static_assert(!std::is_final_v<operation_canceled>);
static_assert(std::is_nothrow_copy_constructible_v<operation_canceled>);
static_assert(std::is_nothrow_copy_assignable_v<operation_canceled>);
static_assert(std::is_nothrow_constructible_v<operation_canceled, cancellation_token>);
static_assert(
    std::is_nothrow_constructible_v<operation_canceled, cancellation_token, std::error_code>);
static_assert(!std::is_convertible_v<cancellation_token, operation_canceled>, "explicit");
static_assert(std::is_base_of_v<std::exception, abide::cancellation_callback_error>);
static_assert(std::is_nothrow_copy_constructible_v<abide::cancellation_callback_error>);

/// What the call throws; one that throws nothing fails the test.
template <class F>
operation_canceled thrown_by(F f) {
  try {
    f();
  } catch (const operation_canceled& e) {
    return e;
  }
  ADD_FAILURE() << "nothing was thrown";
  return operation_canceled(cancellation_token());
}

TEST(OperationCanceled, CarriesTokenAndReason) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel(std::errc::io_error));
  const operation_canceled e(source.token());
  EXPECT_EQ(e.token(), source.token());
  EXPECT_EQ(e.code(), std::errc::io_error) << "an empty code stands for the token's reason";
  const operation_canceled given(source.token(), std::make_error_code(std::errc::timed_out));
  EXPECT_EQ(given.code(), std::errc::timed_out);
  EXPECT_STREQ(e.what(), "abide: operation canceled");
}

TEST(OperationCanceled, OfAnUncanceledTokenHasNoReason) {
  const cancellation_source source;
  EXPECT_EQ(operation_canceled(source.token()).code(), std::error_code());
  EXPECT_EQ(operation_canceled(cancellation_token()).token(), cancellation_token());
}

TEST(OperationCanceled, IsCaughtAsAnException) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel());
  EXPECT_THROW(source.token().throw_if_cancellation_requested(), std::exception);
}

TEST(OperationCanceled, DerivesFromStdExceptionDirectly) {
  // The C++ ABI has a type of its own for what tells of a class with one base; the base comes last.
  const std::type_info& type = typeid(operation_canceled);
  ASSERT_STREQ(typeid(type).name(), "N10__cxxabiv120__si_class_type_infoE");
  const std::type_info* base = nullptr;
  std::memcpy(&base, reinterpret_cast<const char*>(&type) + sizeof type, sizeof base);
  EXPECT_TRUE(*base == typeid(std::exception));
}

TEST(OperationCanceled, CopiesAreAlike) {
  cancellation_source source;
  EXPECT_TRUE(source.cancel(std::errc::io_error));
  operation_canceled copy{cancellation_token()};
  copy = operation_canceled(source.token());
  EXPECT_EQ(copy.token(), source.token());
  EXPECT_EQ(copy.code(), std::errc::io_error);
  EXPECT_TRUE(copy.caused_by(source.token()));
}

// X2, X3: the caller's token, not its parent's and not an internal one.
TEST(OperationCanceled, NamesTheTokenThatTheCallerPassed) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  const auto other = cancellation_source::linked_to(parent.token());
  EXPECT_TRUE(parent.cancel(std::errc::io_error));
  abide::manual_reset_event never;
  abide::auto_reset_event signal;
  abide::semaphore units(1);
  abide::waitable_timer timer;
  const cancellation_token token = child.token();
  for (const operation_canceled& e :
       {thrown_by([&] { never.wait(token); }),
        thrown_by([&] { never.wait(abide::throw_on(token)); }),
        thrown_by([&] { (void)never.wait_for(1h, token); }), thrown_by([&] { signal.wait(token); }),
        thrown_by([&] { (void)signal.wait_until(abide::deadline::never(), token); }),
        thrown_by([&] { units.acquire(token); }),
        thrown_by([&] { (void)units.try_acquire_for(1h, token); }),
        thrown_by([&] { timer.wait(token); }),
        thrown_by([&] { abide::signal_and_wait(signal, never, token); }),
        thrown_by([&] { abide::sleep_for(1h, token); }),
        thrown_by([&] { abide::wait(never, token); }),
        thrown_by([&] { (void)abide::wait_any(never, abide::throw_on(token)); }),
        thrown_by([&] { abide::wait_all(never, abide::throw_on(token)); }),
        thrown_by([&] { token.throw_if_cancellation_requested(); })}) {
    EXPECT_EQ(e.token(), token);
    EXPECT_EQ(e.code(), std::errc::io_error);
    EXPECT_TRUE(e.caused_by(token));
    EXPECT_TRUE(e.caused_by(parent.token()));
  }
  EXPECT_EQ(thrown_by([&] { never.wait(other.token()); }).token(), other.token());
}

TEST(OperationCanceled, NamesTheTokenOfTheCallerToEachWaitThatAParentEnds) {
  cancellation_source parent;
  const auto child = cancellation_source::linked_to(parent.token());
  const auto other = cancellation_source::linked_to(parent.token());
  abide::manual_reset_event never;
  abide::semaphore units(0);
  const auto token_of = [](auto wait) {
    return support::run([wait] { return thrown_by(wait).token(); });
  };
  auto a = token_of([&, t = child.token()] { never.wait(t); });
  auto b = token_of([&, t = other.token()] { units.acquire(t); });
  auto c = token_of([&, t = parent.token()] { abide::wait_all(never, abide::throw_on(t)); });
  support::wait_until_queued(never, 2);
  support::wait_until_queued(units, 1);
  EXPECT_TRUE(parent.cancel());
  EXPECT_EQ(a.get(), child.token());
  EXPECT_EQ(b.get(), other.token());
  EXPECT_EQ(c.get(), parent.token());
}

// ---- caused_by: that token, or anything it is linked to, ended this

/// One family, canceled at one place: grandparent <- parent <- child, parent <- sibling; stranger.
struct family {
  cancellation_source grandparent;
  cancellation_source parent = cancellation_source::linked_to(grandparent.token());
  cancellation_source child = cancellation_source::linked_to(parent.token());
  cancellation_source sibling = cancellation_source::linked_to(parent.token());
  cancellation_source stranger;
};

/// Who caused it, as a word: g p c s x for those above, in this order.
std::string causes(const operation_canceled& e, const family& f) {
  std::string who;
  if (e.caused_by(f.grandparent.token())) who += 'g';
  if (e.caused_by(f.parent.token())) who += 'p';
  if (e.caused_by(f.child.token())) who += 'c';
  if (e.caused_by(f.sibling.token())) who += 's';
  if (e.caused_by(f.stranger.token())) who += 'x';
  return who;
}

TEST(OperationCanceled, CausedByFollowsTheLinks) {
  struct row {
    cancellation_source family::*canceled;
    cancellation_source family::*waited_on;
    const char* expected;
  };
  const row table[] = {
      {&family::grandparent, &family::grandparent, "gpcs"},
      {&family::grandparent, &family::parent, "gpcs"},
      {&family::grandparent, &family::child, "gpcs"},
      {&family::parent, &family::parent, "pcs"},
      {&family::parent, &family::child, "pcs"},
      {&family::parent, &family::sibling, "pcs"},
      {&family::child, &family::child, "c"},
      {&family::sibling, &family::sibling, "s"},
      {&family::stranger, &family::stranger, "x"},
  };
  for (const row& r : table) {
    family f;
    EXPECT_TRUE((f.*r.canceled).cancel());
    const operation_canceled e =
        thrown_by([&] { (f.*r.waited_on).token().throw_if_cancellation_requested(); });
    EXPECT_EQ(causes(e, f), r.expected) << "row " << &r - table;
  }
}

TEST(OperationCanceled, LaterCancelsCausedNothing) {
  family f;
  EXPECT_TRUE(f.child.cancel());
  const operation_canceled e =
      thrown_by([&] { f.child.token().throw_if_cancellation_requested(); });
  EXPECT_TRUE(f.stranger.cancel());
  EXPECT_TRUE(f.grandparent.cancel());
  EXPECT_EQ(causes(e, f), "c");
}

TEST(OperationCanceled, CausedByATokenThatWasCanceledBeforeWhatItIsLinkedTo) {
  family f;
  EXPECT_TRUE(f.child.cancel());
  EXPECT_TRUE(f.parent.cancel());
  const operation_canceled e =
      thrown_by([&] { f.parent.token().throw_if_cancellation_requested(); });
  EXPECT_EQ(causes(e, f), "pcs") << "the child is linked to the parent, which ended this";
}

TEST(OperationCanceled, NoneCausesNothing) {
  EXPECT_FALSE(operation_canceled(cancellation_token()).caused_by(cancellation_token()));
  cancellation_source source;
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(operation_canceled(source.token()).caused_by(cancellation_token()));
  EXPECT_FALSE(operation_canceled(cancellation_token()).caused_by(source.token()))
      << "a token of another library ended that wait";
}

TEST(OperationCanceled, CanceledTokenCausesWhatItEnds) {
  const auto canceled = cancellation_token::canceled();
  const auto child = cancellation_source::linked_to(canceled);
  const operation_canceled e = thrown_by([&] { child.token().throw_if_cancellation_requested(); });
  EXPECT_TRUE(e.caused_by(canceled));
  EXPECT_TRUE(e.caused_by(child.token()));
}

TEST(OperationCanceled, DeadlineOfAParentIsItsCause) {
  cancellation_source parent(0s);
  const cancellation_source other(0s);
  const auto child = cancellation_source::linked_to(parent.token());
  const operation_canceled e = thrown_by([&] { child.token().throw_if_cancellation_requested(); });
  EXPECT_EQ(e.code(), std::errc::timed_out);
  EXPECT_TRUE(e.caused_by(parent.token()));
  EXPECT_FALSE(e.caused_by(other.token()));
}

TEST(OperationCanceled, OutlivesTheTokensItNames) {
  const operation_canceled e = thrown_by([] {
    cancellation_source parent;
    const auto child = cancellation_source::linked_to(parent.token());
    parent.cancel(std::errc::io_error);
    child.token().throw_if_cancellation_requested();
  });
  EXPECT_EQ(e.code(), std::errc::io_error);
  EXPECT_TRUE(e.token().is_cancellation_requested());
  EXPECT_TRUE(e.caused_by(e.token().origin()));
}

}  // namespace
