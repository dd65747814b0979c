// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <climits>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/instants.hpp"
#include "fuzz/operation.hpp"

namespace fuzz {

/// What the promises say that a sequence does, in plain single-threaded terms. Written from the
/// headers, DESIGN.md and tests/README.md, not from the sources.
///
/// Where the promises leave a choice (which of several tokens of one tree a wait names, whose
/// callbacks come first among linked tokens, which of several things that came while a wait slept)
/// the reference follows what was observed, if that is one of the choices.
class reference {
 public:
  reference() = default;
  reference(const reference&) = delete;
  reference& operator=(const reference&) = delete;

  /// Returns: what the operation has to result in.
  std::string run(const operation& o, const std::string& observed);

 private:
  static constexpr std::int64_t never = INT64_MAX;

  /// Events, timers and semaphores: what is ready while `units` is above zero.
  struct object {
    enum class type { manual, automatic, semaphore, fifo } what;
    int units = 0;
    int most = 1;
    std::int64_t due = never;  // of a timer
    std::int64_t period = 0;
  };

  struct callback {
    int id;
    name registration;
    operation action;
  };

  struct state;
  using state_ptr = std::shared_ptr<state>;
  struct link {
    state_ptr parent;
    bool severed = false;
  };

  /// What a source and its tokens share.
  struct state {
    std::string born_as;
    bool canceled = false;
    std::string reason = "none";
    std::string origin;
    int sources = 0;
    std::int64_t expiry = never;
    bool armed = false;
    std::vector<link> parents;
    std::vector<std::weak_ptr<state>> children;
    std::vector<callback> callbacks;  // the last registered last
  };

  struct registration {
    state_ptr of;
    int id = 0;
  };

  /// One argument of a wait; `shown` is the index to report, that of the first of equal ones.
  struct element {
    item_role role = item_role::element;
    object* what = nullptr;
    state_ptr token;
    bool is_constant = false;  // the token that is canceled from the start
    std::string name;
    std::size_t shown = 0;
  };

  /// A wait that sleeps.
  struct waiter {
    std::vector<element> items;
    bool all = false;
    std::int64_t until = never;
    std::vector<std::string> decided;          // what may have ended it; empty: nothing yet
    bool canceled = false;                     // a token argument did
    std::vector<const element*> promised;      // a barging semaphore woke it
    std::vector<const element*> perhaps_late;  // the same, after a cancel had ended it
  };

  std::string execute(const operation& o);
  std::string execute_object(const operation& o);
  std::string execute_token(const operation& o);
  std::string make(const operation& o);
  std::string destroy(name n);
  bool exists(name n) const;

  // Objects.
  void set(object& o);
  std::string release(object& o, int n);
  static bool ready(const element& e);
  static void take(const element& e);
  static void take(object& o);

  // Waits.
  std::string wait(const operation& o);
  std::vector<element> elements(const operation& o);
  std::string block(waiter& w, const operation& o);
  bool decided_now(waiter& w, std::string& result);
  bool is_withheld(const element& e) const;
  void offer(object& o);
  static std::string outcome(const element& e);
  const std::string& choose(const std::vector<std::string>& candidates) const;

  // Tokens.
  struct token_value {
    state_ptr state;
    bool constant_canceled = false;
  };
  token_value token(name n) const;
  bool is_canceled(const token_value& t) const;
  bool cancel(const state_ptr& root, const std::string& reason, int& errors);
  void run_callbacks(const std::vector<state_ptr>& tree, int& errors);
  std::string call(name who, const operation& action);
  std::string enroll(const operation& o);
  bool unregister(registration& r);
  bool try_reset(state& s);
  static bool can_be_canceled(const state& s);
  static std::int64_t expires_at(const state& s);
  state_ptr new_state(name n);

  // Time.
  void run_due();
  std::int64_t next_due() const;

  std::map<std::pair<char, int>, object> objects_;
  std::map<int, state_ptr> sources_;
  std::map<int, token_value> kept_;
  std::map<int, registration> registrations_;
  std::vector<std::weak_ptr<state>> states_;
  waiter* waiter_ = nullptr;
  std::int64_t now_ = 0;
  instants instants_;
  int next_id_ = 1;

  // Of the operation under way.
  std::vector<std::pair<std::string, std::string>> ran_;
  int handled_ = 0;
  std::string observed_;  // the result of what is executed: the operation or a callback
  std::vector<std::pair<std::string, std::string>> observed_ran_;  // the callbacks that ran
};

}  // namespace fuzz
