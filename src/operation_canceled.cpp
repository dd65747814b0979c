// SPDX-License-Identifier: BSL-1.0
#include <abide/operation_canceled.hpp>

#include <cstdio>
#include <exception>
#include <utility>

#include "cancellation_state.hpp"
#include "platform/sys.hpp"

namespace abide {
inline namespace v1 {

operation_canceled::operation_canceled(cancellation_token token, std::error_code code) noexcept
    : token_(std::move(token)), code_(code ? code : token_.reason()) {}
operation_canceled::operation_canceled(const operation_canceled&) noexcept = default;
operation_canceled& operation_canceled::operator=(const operation_canceled&) noexcept = default;
operation_canceled::~operation_canceled() = default;

namespace {

bool is_linked(const cancellation_token& child, const cancellation_token& ancestor) noexcept {
  auto* const to = detail::access::state(ancestor).get();
  return to != nullptr && cancellation::as_state(*detail::access::state(child).get())
                              .follows(cancellation::as_state(*to));
}

}  // namespace

bool operation_canceled::caused_by(const cancellation_token& token) const noexcept {
  if (token == cancellation_token()) return false;
  if (token == token_) return true;
  if (!token.is_cancellation_requested()) return false;
  const cancellation_token cause = token_.origin();
  // The token may have been canceled by itself before what it is linked to ended this.
  return token.origin() == cause || is_linked(token, cause);
}

const char* operation_canceled::what() const noexcept { return "abide: operation canceled"; }

cancellation_callback_error::cancellation_callback_error(std::vector<std::exception_ptr> errors)
    : errors_(std::make_shared<const std::vector<std::exception_ptr>>(std::move(errors))) {}
cancellation_callback_error::cancellation_callback_error(
    const cancellation_callback_error&) noexcept = default;
cancellation_callback_error& cancellation_callback_error::operator=(
    const cancellation_callback_error&) noexcept = default;
cancellation_callback_error::~cancellation_callback_error() = default;

const char* cancellation_callback_error::what() const noexcept {
  return "abide: cancellation callbacks threw";
}

namespace {

[[noreturn]] void report_and_terminate(std::exception_ptr error) {
  const char* what = "something that is no std::exception";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    what = e.what();
  } catch (...) {}
  std::fprintf(stderr, "abide: a cancellation callback threw where nobody can catch it: %s\n",
               what);
  std::terminate();
}

constinit sys::atomic<callback_error_handler> handler{nullptr};

}  // namespace

callback_error_handler set_callback_error_handler(callback_error_handler next) noexcept {
  // Pairs with the load below: what the handler needs was written before it was installed.
  return handler.exchange(next, sys::memory_order_acq_rel);
}

namespace cancellation {

void callback_errors::add(std::exception_ptr error) noexcept {
  try {
    kept_.push_back(error);
  } catch (...) {
    not_kept_ = std::move(error);  // the callbacks that are left matter more
  }
}

void callback_errors::throw_if_any() {
  if (not_kept_) std::rethrow_exception(not_kept_);
  if (!kept_.empty()) throw cancellation_callback_error(std::move(kept_));
}

void callback_errors::report() noexcept {
  callback_error_handler current = handler.load(sys::memory_order_acquire);
  if (current == nullptr) current = report_and_terminate;
  for (std::exception_ptr& error : kept_) current(std::move(error));
  if (not_kept_) current(std::move(not_kept_));
}

}  // namespace cancellation
}  // namespace v1
}  // namespace abide
