// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <functional>
#include <system_error>
#include <type_traits>
#include <unordered_set>
#include <utility>

// The token: what it says before, during and after a cancel, whatever has become of its source.

namespace {

using abide::cancellation_source;
using abide::cancellation_token;

// [stoptoken.concepts] of C++26.
template <template <class> class>
struct check_type_alias_exists;
template <class Token>
concept stoppable_token = requires(const Token tok) {
  typename check_type_alias_exists<Token::template callback_type>;
  { tok.stop_requested() }
  noexcept->std::same_as<bool>;
  { tok.stop_possible() }
  noexcept->std::same_as<bool>;
  { Token(tok) }
  noexcept;
}
&&std::copyable<Token>&& std::equality_comparable<Token>&& std::swappable<Token>;

template <class CallbackFn, class Token, class Init = CallbackFn>
concept stoppable_callback_for =
    std::invocable<CallbackFn> && std::constructible_from<CallbackFn, Init> && requires {
  typename Token::template callback_type<CallbackFn>;
} && std::constructible_from<typename Token::template callback_type<CallbackFn>, Token, Init>;

template <class Source>
concept stoppable_source = requires(Source& src, const Source csrc) {
  { csrc.get_token() } -> stoppable_token;
  { csrc.stop_possible() }
  noexcept->std::same_as<bool>;
  { csrc.stop_requested() }
  noexcept->std::same_as<bool>;
  { src.request_stop() } -> std::same_as<bool>;
};

static_assert(stoppable_token<cancellation_token>);
static_assert(stoppable_callback_for<void (*)(), cancellation_token>);
static_assert(stoppable_callback_for<std::function<void()>, cancellation_token, void (*)()>);
static_assert(stoppable_source<cancellation_source>);
static_assert(std::same_as<cancellation_token::callback_type<int (*)()>,
                           abide::cancellation_callback<int (*)()>>);

static_assert(sizeof(cancellation_token) == sizeof(void*));
static_assert(std::is_nothrow_default_constructible_v<cancellation_token>);
static_assert(std::is_nothrow_copy_constructible_v<cancellation_token>);
static_assert(std::is_nothrow_copy_assignable_v<cancellation_token>);
static_assert(std::is_nothrow_move_constructible_v<cancellation_token>);
static_assert(std::is_nothrow_move_assignable_v<cancellation_token>);
static_assert(std::is_nothrow_swappable_v<cancellation_token>);
static_assert(noexcept(cancellation_token::canceled()));
static_assert(noexcept(std::declval<const cancellation_token&>().is_cancellation_requested()));
static_assert(noexcept(std::declval<const cancellation_token&>().can_be_canceled()));
static_assert(noexcept(std::declval<const cancellation_token&>().reason()));
static_assert(noexcept(std::declval<const cancellation_token&>().origin()));
static_assert(noexcept(std::declval<const cancellation_token&>().expires_at()));

constinit cancellation_token constant_none;

TEST(CancellationToken, NoneCanNeverBeCanceled) {
  const cancellation_token none;
  EXPECT_FALSE(none.is_cancellation_requested());
  EXPECT_FALSE(none.stop_requested());
  EXPECT_FALSE(none.can_be_canceled());
  EXPECT_FALSE(none.stop_possible());
  EXPECT_NO_THROW(none.throw_if_cancellation_requested());
  EXPECT_EQ(none.reason(), std::error_code());
  EXPECT_EQ(none.origin(), none);
  EXPECT_TRUE(none.expires_at().is_never());
  EXPECT_EQ(none, constant_none);
}

TEST(CancellationToken, NoneDropsCallbacks) {
  bool ran = false;
  auto registration = cancellation_token().register_callback([&] { ran = true; });
  EXPECT_FALSE(registration);
  EXPECT_FALSE(registration.unregister());
  EXPECT_EQ(registration.token(), cancellation_token());
  abide::cancellation_callback in_place(cancellation_token(), [&] { ran = true; });
  EXPECT_FALSE(ran);
}

TEST(CancellationToken, CanceledIsCanceledFromTheStart) {
  const cancellation_token canceled = cancellation_token::canceled();
  EXPECT_TRUE(canceled.is_cancellation_requested());
  EXPECT_TRUE(canceled.stop_requested());
  EXPECT_TRUE(canceled.can_be_canceled());
  EXPECT_TRUE(canceled.stop_possible());
  EXPECT_EQ(canceled.reason(), std::errc::operation_canceled);
  EXPECT_EQ(canceled.origin(), canceled);
  EXPECT_EQ(canceled, cancellation_token::canceled());
  EXPECT_NE(canceled, cancellation_token());
  bool ran = false;
  const auto registration = canceled.register_callback([&] { ran = true; });
  EXPECT_TRUE(ran);
  EXPECT_FALSE(registration);
}

TEST(CancellationToken, ThrowsOnlyOnceCanceled) {
  cancellation_source source;
  const cancellation_token token = source.token();
  EXPECT_NO_THROW(token.throw_if_cancellation_requested());
  EXPECT_TRUE(source.cancel(std::errc::io_error));
  try {
    token.throw_if_cancellation_requested();
    ADD_FAILURE() << "did not throw";
  } catch (const abide::operation_canceled& e) {
    EXPECT_EQ(e.token(), token);
    EXPECT_EQ(e.code(), std::errc::io_error);
  }
}

TEST(CancellationToken, EveryCopyShowsTheCancel) {
  cancellation_source source;
  const cancellation_token a = source.token();
  const cancellation_token b = a;
  cancellation_token c;
  c = b;
  EXPECT_TRUE(source.cancel());
  for (const cancellation_token& t : {a, b, c, source.token(), source.get_token()}) {
    EXPECT_TRUE(t.is_cancellation_requested());
    EXPECT_TRUE(t.stop_requested());
  }
}

TEST(CancellationToken, MovedFromIsNone) {
  cancellation_source source;
  cancellation_token token = source.token();
  const cancellation_token target = std::move(token);
  EXPECT_EQ(token, cancellation_token());  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(source.cancel());
  EXPECT_FALSE(token.is_cancellation_requested());
  EXPECT_TRUE(target.is_cancellation_requested());
}

TEST(CancellationToken, SwapExchanges) {
  cancellation_source source;
  cancellation_token a = source.token();
  cancellation_token b;
  swap(a, b);
  EXPECT_EQ(a, cancellation_token());
  EXPECT_EQ(b, source.token());
  a.swap(b);
  EXPECT_EQ(a, source.token());
}

TEST(CancellationToken, EqualityAndHashFollowTheSource) {
  const cancellation_source a;
  const cancellation_source b;
  const std::hash<cancellation_token> hash;
  EXPECT_EQ(a.token(), a.token());
  EXPECT_NE(a.token(), b.token());
  EXPECT_NE(a.token(), cancellation_token());
  EXPECT_NE(a.token(), cancellation_token::canceled());
  EXPECT_EQ(hash(a.token()), hash(a.token()));
  EXPECT_EQ(hash(cancellation_token()), hash(cancellation_token()));
  EXPECT_NE(hash(cancellation_token()), hash(a.token()));
  const std::unordered_set<cancellation_token> set{a.token(),
                                                   b.token(),
                                                   a.token(),
                                                   cancellation_token(),
                                                   cancellation_token(),
                                                   cancellation_token::canceled()};
  EXPECT_EQ(set.size(), 4u);
  EXPECT_TRUE(set.contains(b.token()));
}

TEST(CancellationToken, KeepsItsIdentityWhenItIsCanceled) {
  cancellation_source source;
  std::unordered_set<cancellation_token> set{source.token()};
  EXPECT_TRUE(source.cancel());
  EXPECT_TRUE(set.contains(source.token()));
  EXPECT_NE(source.token(), cancellation_token::canceled());
}

TEST(CancellationToken, OutlivesItsSource) {
  cancellation_token idle;
  cancellation_token canceled;
  {
    const cancellation_source quiet;
    idle = quiet.token();
    cancellation_source loud;
    canceled = loud.token();
    EXPECT_TRUE(loud.cancel(std::errc::io_error));
  }
  EXPECT_FALSE(idle.is_cancellation_requested());
  EXPECT_EQ(idle.reason(), std::error_code());
  EXPECT_TRUE(canceled.is_cancellation_requested());
  EXPECT_EQ(canceled.reason(), std::errc::io_error);
  EXPECT_EQ(canceled.origin(), canceled);
}

}  // namespace
