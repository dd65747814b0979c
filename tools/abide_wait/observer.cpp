// SPDX-License-Identifier: BSL-1.0
#include "observer.hpp"

#include <cstddef>
#include <deque>
#include <utility>

namespace abide_wait {

observer::observer(abide::signal_set signals, const condition_list& to_note)
    : signals_(std::move(signals)) {
  std::vector<condition*> list;
  for (const auto& c : to_note) list.push_back(c.get());
  thread_ = std::thread([this, list = std::move(list)]() mutable {
    try {
      watch(std::move(list));
    } catch (...) {
      error_ = std::current_exception();
      cancel_.cancel();
    }
  });
}

void observer::stop() {
  join();
  if (error_) std::rethrow_exception(error_);
}

void observer::join() {
  stop_.set();
  if (thread_.joinable()) thread_.join();
}

void observer::watch(std::vector<condition*> to_note) {
  std::deque<abide::os_handle> handles;
  std::vector<abide::waitable_ref> items{stop_, signals_};
  for (const condition* c : to_note) items.push_back(handles.emplace_back(c->handle()));
  for (std::size_t i = 2; i != 0;) {
    i = abide::wait_any(items);
    if (i == 1) {
      const auto signal = signals_.take();
      if (signal && signal_ == 0) {
        signal_ = signal->number;
        cancel_.cancel();
      }
    } else if (i >= 2) {
      const auto k = static_cast<std::ptrdiff_t>(i);
      to_note[i - 2]->saw(std::chrono::steady_clock::now());
      to_note.erase(to_note.begin() + k - 2);
      items.erase(items.begin() + k);
    }
  }
}

}  // namespace abide_wait
