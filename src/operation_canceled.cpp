// SPDX-License-Identifier: BSL-1.0
#include <abide/operation_canceled.hpp>

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

bool operation_canceled::caused_by(const cancellation_token& token) const noexcept {
  if (token == cancellation_token()) return false;
  return token == token_ ||
         (token.is_cancellation_requested() && token.origin() == token_.origin());
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

[[noreturn]] void report_and_terminate(std::exception_ptr) {
  sys::fatal("abide: a cancellation callback threw where nobody can catch it");
}

constinit sys::atomic<callback_error_handler> handler{nullptr};

}  // namespace

callback_error_handler set_callback_error_handler(callback_error_handler next) noexcept {
  // Pairs with the load below: what the handler needs was written before it was installed.
  return handler.exchange(next, sys::memory_order_acq_rel);
}

void cancellation::report_callback_error(std::exception_ptr error) noexcept {
  const callback_error_handler current = handler.load(sys::memory_order_acquire);
  (current != nullptr ? current : report_and_terminate)(std::move(error));
}

}  // namespace v1
}  // namespace abide
