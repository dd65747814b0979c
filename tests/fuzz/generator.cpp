// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <set>

#include "fuzz/operation.hpp"

// Bytes to a sequence. Each operation takes some bytes from the front; what it needs and what was
// not made yet is made before it, so that few bytes do a lot.

namespace fuzz {
namespace {

class generator {
 public:
  generator(std::span<const std::byte> bytes, profile p) : bytes_(bytes), profile_(p) {}

  sequence generate() {
    while (!bytes_.empty() && sequence_.size() < longest_) {
      operation o = next(nesting::top);
      if (is_wait(o.what) && o.number != poll && one_in(2)) meanwhile(o);
      make_what_it_needs(o);
      if (o.what == verb::destroy) made_.erase(key(o.on));
      sequence_.push_back(std::move(o));
    }
    return std::move(sequence_);
  }

 private:
  enum class nesting { top, callback, deepest };
  using verbs = std::initializer_list<verb>;

  static constexpr std::size_t longest_ = 60;
  static constexpr int sources_ = 5;

  bool is_portable() const { return profile_ == profile::portable; }

  unsigned byte() {
    if (bytes_.empty()) return 0;
    const auto b = std::to_integer<unsigned>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return b;
  }
  int below(int n) { return static_cast<int>(byte() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == n - 1; }
  verb one_of(verbs list) { return list.begin()[below(static_cast<int>(list.size()))]; }
  name named(char kind) {
    const int many = kind == 'e' ? 4 : kind == 'c' ? sources_ : kind == 'r' ? 6 : 2;
    // Low numbers more often: what happens to the same few objects has consequences.
    const int n = below(16);
    return {kind, static_cast<unsigned char>(n * n * many / 256)};
  }
  name one_named(std::string_view kinds) {
    return named(kinds[static_cast<std::size_t>(below(static_cast<int>(kinds.size())))]);
  }
  name object() { return one_named(is_portable() ? "eees" : "eeesst"); }
  name token() {
    const int which = below(16);
    if (which == 15) return {'0', 0};
    if (which == 14) return {'1', 0};
    return named(which > 10 && !is_portable() ? 'k' : 'c');
  }
  int delay() { return 1 + below(12); }

  operation next(nesting n) {
    const int which = below(16);
    if (n == nesting::top && which < 5) return wait();
    if (which < 9) return on_object(n);
    if (which < 12 && n != nesting::deepest) return enroll(n);
    return on_token(n);
  }

  operation wait() {
    operation o;
    o.what = is_portable()
                 ? one_of({verb::wait, verb::wait_any, verb::wait_any, verb::wait_all})
                 : one_of({verb::wait, verb::wait, verb::wait_any, verb::wait_any, verb::wait_any,
                           verb::wait_all, verb::wait_all, verb::signal_and_wait, verb::sleep});
    if (o.what == verb::wait) o.on = object();
    if (o.what == verb::signal_and_wait) {
      o.on = one_named("ees");
      o.items.push_back({object()});
    }
    if (o.what == verb::wait_any || o.what == verb::wait_all) {
      for (int i = 1 + below(4); i != 0; --i) o.items.push_back(waited_for(o.what));
    }
    const int time = below(8);
    const bool must_end = o.what == verb::signal_and_wait;
    o.number = is_portable() ? poll : must_end || time == 7 ? ever : time > 2 ? delay() : poll;
    const int end = below(4);
    if (end > 1 || o.number == ever) {
      o.end = end == 3 && !is_portable() ? ending::returns : ending::throws;
      o.token = o.number == ever ? named('c') : token();
    }
    if (is_portable() && o.what == verb::wait_all) drop_doubles(o);
    return o;
  }

  /// Has a source's callback signal something of the wait that is to come, while it sleeps.
  void meanwhile(const operation& wait) {
    operation o;
    o.what = verb::enroll;
    o.on = named('r');
    o.items.push_back({wait.token.kind == 'c' ? wait.token : named('c')});
    operation signal;
    signal.on = wait.on.kind != ' ' || wait.items.empty() ? wait.on : wait.items[0].what;
    signal.what = signal.on.kind == 'e'   ? verb::set
                  : signal.on.kind == 's' ? verb::release
                                          : verb::nothing;
    if (signal.what == verb::nothing) signal.on = {};
    if (signal.what == verb::release) signal.number = 1;
    o.action.push_back(signal);
    operation end;
    end.what = verb::cancel_after;
    end.on = one_in(2) ? named('c') : o.items[0].what;
    end.number = 1 + below(4);
    operation late = o;  // registered first, so it runs after the signal
    late.on = named('r');
    late.action[0] = {};
    late.action[0].what = verb::cancel;
    late.action[0].on = wait.token.kind == 'c' ? wait.token : named('c');
    for (operation* each : {&late, &o, &end}) {
      if (each == &late && one_in(2)) continue;
      make_what_it_needs(*each);
      sequence_.push_back(*each);
    }
  }

  item waited_for(verb v) {
    const int which = below(12);
    if (which == 11 && !is_portable()) return {token(), item_role::throw_on};
    if (which == 10 && v == verb::wait_any) return {token()};
    if (which == 9 && !is_portable()) {
      return {v == verb::wait_any && one_in(2) ? token() : object(), item_role::handle};
    }
    return {object()};
  }

  // .NET and abide both refuse doubles, but not in the same order of precedence.
  static void drop_doubles(operation& o) {
    std::vector<item> kept;
    for (const item& i : o.items) {
      if (std::find(kept.begin(), kept.end(), i) == kept.end()) kept.push_back(i);
    }
    o.items = std::move(kept);
  }

  operation on_object(nesting n) {
    if (!is_portable() && n == nesting::top && one_in(6)) {
      operation o;
      o.what = verb::advance;
      o.number = delay();
      return o;
    }
    operation o;
    o.on = object();
    if (n != nesting::deepest && !is_portable() && one_in(8)) {
      o.what = one_of({verb::handle, verb::ready});
    } else if (n == nesting::top && one_in(16)) {
      o.what = verb::destroy;
    } else if (o.on.kind == 'e') {
      // An auto-reset event's state is not to be asked in .NET.
      o.what = is_portable() ? one_of({verb::set, verb::set, verb::reset, verb::try_wait})
                             : one_of({verb::set, verb::set, verb::set, verb::reset, verb::pulse,
                                       verb::is_set, verb::try_wait});
    } else if (o.on.kind == 's') {
      o.what = is_portable() ? one_of({verb::release, verb::release, verb::try_wait})
                             : one_of({verb::release, verb::release, verb::count, verb::try_wait});
      if (o.what == verb::release) o.number = below(4) + (is_portable() ? 1 : 0);
      if (o.what == verb::release && !is_portable() && one_in(32)) o.number = -1;
    } else {
      o.what =
          one_of({verb::arm, verb::arm, verb::arm, verb::disarm, verb::is_set, verb::try_wait});
      if (o.what == verb::arm) {
        o.number = below(12);
        o.second = one_in(3) ? delay() : 0;
      }
    }
    return o;
  }

  operation on_token(nesting n) {
    operation o;
    if (one_in(3)) {
      o.what = is_portable()
                   ? one_of({verb::is_canceled, verb::check, verb::can_be_canceled})
                   : one_of({verb::is_canceled, verb::can_be_canceled, verb::reason, verb::origin,
                             verb::expires, verb::check, verb::handle, verb::ready});
      o.on = token();
      return o;
    }
    if (one_in(4)) {
      o.what =
          is_portable()
              ? one_of({verb::unregister, verb::dispose})
              : one_of({verb::unregister, verb::dispose, verb::detach, verb::holds, verb::destroy});
      o.on = named('r');
      return o;
    }
    o.what = is_portable() ? one_of({verb::cancel, verb::cancel, verb::try_reset, verb::linked})
                           : one_of({verb::cancel, verb::cancel, verb::cancel, verb::cancel_after,
                                     verb::cancel_after, verb::try_reset, verb::timed, verb::linked,
                                     verb::linked, verb::token, verb::destroy});
    if (o.what == verb::linked && is_portable() && n != nesting::top) o.what = verb::cancel;
    o.on = named(o.what == verb::token || (o.what == verb::destroy && one_in(3)) ? 'k' : 'c');
    if (o.what == verb::cancel_after || o.what == verb::timed) o.number = below(12);
    if (o.what == verb::token) o.items.push_back({token()});
    if (o.what == verb::linked) {
      for (int i = 1 + below(3); i != 0; --i) o.items.push_back({token()});
      if (is_portable()) link_portably(o);
    }
    return o;
  }

  operation enroll(nesting n) {
    operation o;
    o.what = verb::enroll;
    o.on = named('r');
    o.items.push_back({token()});
    if (one_in(10)) {
      o.action.emplace_back().what = one_of({verb::nothing, verb::raise});
    } else if (one_in(6)) {
      o.action.push_back(wait());
      o.action.back().number = poll;
      if (o.action.back().what == verb::signal_and_wait) o.action.back().what = verb::nothing;
      if (o.action.back().what == verb::nothing) o.action.back() = {};
    } else {
      o.action.push_back(next(n == nesting::top ? nesting::callback : nesting::deepest));
    }
    if (is_portable()) enroll_portably(o);
    return o;
  }

  // ---- what has to be there

  static int key(name n) { return n.kind * 256 + n.number; }

  void make_what_it_needs(const operation& o) {
    for (name n : operands(o)) {
      if (n.kind != 'r') make(n);
    }
    if (o.what == verb::enroll) {
      for (const operation& a : o.action) {
        // What a callback makes itself shall not be there.
        if (!makes(a.what)) make_what_it_needs(a);
      }
    }
    if (makes(o.what)) made_.insert(key(o.on));
  }

  void make(name n) {
    if (!made_.insert(key(n)).second) return;
    operation o;
    o.on = n;
    switch (n.kind) {
      case 'e':
        o.what = one_of({verb::manual, verb::automatic});
        o.second = one_in(4) ? 1 : 0;
        break;
      case 's':
        o.what = verb::semaphore;
        o.number = below(4);
        o.second = o.number + below(4);
        o.is_fifo = one_in(2);
        if (is_portable()) o.second = std::max(o.second, 1);
        break;
      case 't':
        o.what = verb::timer;
        break;
      case 'k':
        o.what = verb::token;
        o.items.push_back({named('c')});
        make(o.items[0].what);
        break;
      default:
        o.what = verb::source;
    }
    sequence_.push_back(std::move(o));
  }

  // ---- what .NET does in another order: callbacks of linked tokens

  // The tree of links that a source belongs to, and in each tree the one that has callbacks.
  struct tree {
    std::array<int, sources_> of{0, 1, 2, 3, 4};
    std::array<bool, sources_> is_linked{};
    std::array<std::optional<int>, sources_> calls{};
  };

  static bool touches_no_token(const operation& o) {
    const auto is_object = [](name n) { return n.kind == 'e' || n.kind == 's'; };
    return o.what != verb::enroll && o.on.kind != '0' && o.on.kind != '1' && o.on.kind != 'r' &&
           (o.on.kind == ' ' || is_object(o.on)) && o.end == ending::none &&
           std::all_of(o.items.begin(), o.items.end(),
                       [&](const item& i) { return is_object(i.what); });
  }

  void link_portably(operation& o) {
    bool fits = !made_.contains(key(o.on));
    for (const item& i : o.items) {
      if (i.what.kind == 'c') fits &= !trees_.calls[root(i.what)] && i.what != o.on;
    }
    if (!fits) {
      o.items.clear();
      o.what = verb::try_reset;
      return;
    }
    for (const item& i : o.items) {
      if (i.what.kind != 'c') continue;
      const auto from = trees_.of[o.on.number];
      const int to = trees_.of[i.what.number];
      std::replace(trees_.of.begin(), trees_.of.end(), from, to);
      trees_.is_linked[static_cast<std::size_t>(to)] = true;
    }
  }

  std::size_t root(name c) const { return static_cast<std::size_t>(trees_.of[c.number]); }

  void enroll_portably(operation& o) {
    const name on = o.items[0].what;
    if (on.kind != 'c') return;
    auto& calls = trees_.calls[root(on)];
    if (calls && *calls != on.number) {
      o.items[0].what = {'c', static_cast<unsigned char>(*calls)};
    } else {
      calls = on.number;
    }
    const bool is_linked = trees_.is_linked[root(on)];
    if (is_linked && !touches_no_token(o.action[0])) o.action = {operation{}};
  }

  std::span<const std::byte> bytes_;
  profile profile_;
  sequence sequence_;
  std::set<int> made_;
  tree trees_;
};

}  // namespace

sequence from_bytes(std::span<const std::byte> bytes, profile what) {
  return generator(bytes, what).generate();
}

}  // namespace fuzz
