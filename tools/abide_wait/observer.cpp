// SPDX-License-Identifier: BSL-1.0
#include "observer.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace abide_wait {

observer::observer(abide::signal_set signals, const condition_list& conditions, notes to_take,
                   live_lines& lines)
    : signals_(std::move(signals)), conditions_(conditions), to_take_(to_take), lines_(lines) {
  thread_ = std::thread([this] {
    try {
      watch();
    } catch (...) {
      error_ = std::current_exception();
      cancel_.cancel();
    }
    lines_.wipe();
  });
}

void observer::rethrow() const {
  if (error_) std::rethrow_exception(error_);
}

void observer::stop() {
  stop_.set();
  if (thread_.joinable()) thread_.join();
}

void observer::watch() {
  for (;;) {
    lines_.update();
    std::deque<abide::os_handle> handles;
    std::vector<abide::waitable_ref> items{stop_, signals_};
    std::vector<std::function<void()>> steps(items.size());
    for (const auto& c : conditions_) {
      if (to_take_ == notes::each_condition && !c->seen()) {
        items.push_back(handles.emplace_back(c->handle()));
        steps.push_back([&c] { c->saw(std::chrono::steady_clock::now()); });
      }
      c->add_work(items);
      steps.resize(items.size(), [&c] { c->work(); });
    }
    const std::size_t i = abide::wait_any(items);
    if (i == 0) return;
    if (i > 1) {
      steps[i]();
    } else if (const auto signal = signals_.take(); signal && signal_ == 0) {
      signal_ = signal->number;
      cancel_.cancel();
    }
  }
}

}  // namespace abide_wait
