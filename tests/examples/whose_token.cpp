// SPDX-License-Identifier: BSL-1.0

// A library runs code of its user, which may throw operation_canceled: because of the token that
// the library gave it, which is a normal end, or because of one that the library has never heard
// of, which is an error like any other.
#include <abide/abide.hpp>

#include <cstdio>
#include <functional>
#include <string>

using task = std::function<void(const abide::cancellation_token&)>;

// The library.
std::string run(const task& user_code, const abide::cancellation_token& mine) {
  try {
    user_code(mine);
    return "done";
  } catch (const abide::operation_canceled& e) {
    if (e.caused_by(mine)) return "canceled";
    return "failed: it was canceled by somebody else";
  }
}

int main() {
  abide::cancellation_source library;
  abide::cancellation_source stranger;

  // User code that stops by itself and says why.
  const std::string own = run(
      [&](const abide::cancellation_token& stop) {
        library.cancel();
        if (stop.is_cancellation_requested()) throw abide::operation_canceled(stop);
      },
      library.token());

  // User code that waits with a token of its own.
  stranger.cancel();
  const std::string other = run(
      [&](const abide::cancellation_token&) {
        abide::manual_reset_event never;
        never.wait(stranger.token());
      },
      library.token());

  std::printf("%s\n%s\n", own.c_str(), other.c_str());
  return own == "canceled" && other.starts_with("failed") ? 0 : 1;
}
