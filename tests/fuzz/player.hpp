// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/abide.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/instants.hpp"
#include "fuzz/operation.hpp"
#include "fuzz/transcript.hpp"

namespace fuzz {

/// Plays operations on the library, in the world. One at a time.
class player {
 public:
  static constexpr std::size_t names_a_kind = 10;

  player();
  player(const player&) = delete;
  player& operator=(const player&) = delete;
  ~player();

  /// Returns: what the operation resulted in.
  std::string run(const operation& o);

 private:
  struct callback;
  struct helper;
  struct wait_arguments;
  template <class T>
  using slots = std::array<std::optional<T>, names_a_kind>;

  std::string execute(const operation& o);
  std::string make(const operation& o);
  std::string destroy(name n);
  bool exists(name n) const;
  std::string execute_event(const operation& o);
  std::string execute_semaphore(const operation& o);
  std::string execute_timer(const operation& o);
  std::string execute_source(const operation& o);
  std::string execute_token(const operation& o);
  std::string execute_registration(const operation& o);

  std::string wait(const operation& o);
  std::string wait_until(const operation& o, abide::deadline until);
  std::string wait_for_list(const operation& o, abide::deadline until);
  template <class Wait>
  std::string end_with(const operation& o, Wait wait);
  template <class S, class W>
  std::string signal_and_wait(const operation& o, S& to_signal, W& to_wait_for);
  template <class W>
  std::string wait_for_one(W& w, const operation& o, abide::deadline until);

  /// Calls use() with an event, a semaphore or a timer.
  template <class Use>
  auto with_object(name n, Use use) {
    if (n.kind == 's') return use(*semaphores_[n.number]);
    if (n.kind == 't') return use(*timers_[n.number]);
    if (manual_[n.number]) return use(*manual_[n.number]);
    return use(*auto_[n.number]);
  }
  abide::native_handle_type handle_of(name n);
  abide::cancellation_token token(name n) const;
  std::string name_of(const abide::cancellation_token& t) const;
  abide::deadline after(int delay);
  std::string call(name registration, const operation& action);
  static void count_error(std::exception_ptr);

  slots<abide::manual_reset_event> manual_;
  slots<abide::auto_reset_event> auto_;
  slots<abide::semaphore> semaphores_;
  slots<abide::waitable_timer> timers_;
  slots<abide::cancellation_source> sources_;
  slots<abide::cancellation_token> kept_;
  std::array<abide::cancellation_registration, names_a_kind> registrations_;
  std::vector<std::pair<std::size_t, std::string>> names_;  // of a token's hash: who made it last

  std::int64_t begin_;
  instants instants_;
  outcome_text outcome_;
  abide::callback_error_handler handler_before_;
};

}  // namespace fuzz
