// SPDX-License-Identifier: BSL-1.0
#include "fuzz/operation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace fuzz {
namespace {

constexpr std::array words{
    "manual",  "auto",    "timer",        "source",    "timed",       "semaphore",
    "linked",  "token",   "destroy",      "set",       "reset",       "pulse",
    "is_set",  "release", "count",        "arm",       "disarm",      "handle",
    "ready",   "try",     "wait",         "wait_any",  "wait_all",    "signal_and_wait",
    "sleep",   "cancel",  "cancel_after", "try_reset", "is_canceled", "can_be_canceled",
    "reason",  "origin",  "expires",      "check",     "register",    "unregister",
    "dispose", "detach",  "holds",        "advance",   "nothing",     "throw"};
static_assert(words.size() == static_cast<std::size_t>(verb::raise) + 1);

/// Reads the words of a line from left to right.
class line_reader {
 public:
  explicit line_reader(std::string_view line) : line_(line), rest_(line) {}

  [[noreturn]] void refuse() const {
    throw std::invalid_argument("not an operation: " + std::string(line_));
  }
  std::string_view peek() const {
    const std::size_t begin = rest_.find_first_not_of(' ');
    if (begin == rest_.npos) return {};
    return rest_.substr(begin, rest_.find(' ', begin) - begin);
  }
  std::string_view word() {
    const std::string_view w = peek();
    if (w.empty()) refuse();
    rest_.remove_prefix(static_cast<std::size_t>(w.data() + w.size() - rest_.data()));
    return w;
  }
  bool skip(std::string_view w) {
    if (peek() != w) return false;
    (void)word();
    return true;
  }
  int number() { return number(word()); }
  int number(std::string_view w) const {
    int n = 0;
    const auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), n);
    if (error != std::errc() || end != w.data() + w.size()) refuse();
    return n;
  }
  name read_name() { return read_name(word()); }
  name read_name(std::string_view w) const {
    if (w == "none") return {'0', 0};
    if (w == "canceled") return {'1', 0};
    if (w.size() < 2 || std::string_view("estckr").find(w[0]) == std::string_view::npos) refuse();
    return {w[0], static_cast<unsigned char>(number(w.substr(1)))};
  }

 private:
  std::string_view line_;
  std::string_view rest_;
};

void read_time_and_ending(line_reader& in, operation& o) {
  const std::string_view time = in.word();
  o.number = time == "poll" ? poll : time == "ever" ? ever : time == "for" ? in.number() : -2;
  if (o.number < ever) in.refuse();
  if (in.skip("token")) {
    o.end = ending::throws;
    o.token = in.read_name();
  } else if (in.skip("return")) {
    o.end = ending::returns;
    o.token = in.read_name();
  }
  if (o.number == ever && o.token.kind != 'c') in.refuse();
}

bool is_time(std::string_view w) { return w == "poll" || w == "for" || w == "ever"; }

item read_item(line_reader& in) {
  const std::string_view w = in.word();
  if (w.starts_with("throw:")) return {in.read_name(w.substr(6)), item_role::throw_on};
  if (w.starts_with("handle:")) return {in.read_name(w.substr(7)), item_role::handle};
  return {in.read_name(w), item_role::element};
}

operation read(line_reader& in);

void read_arguments(line_reader& in, operation& o) {
  switch (o.what) {
    case verb::nothing:
    case verb::raise:
      return;
    case verb::advance:
      o.number = in.number();
      return;
    case verb::sleep:
      return read_time_and_ending(in, o);
    case verb::wait_any:
    case verb::wait_all:
      while (!is_time(in.peek())) o.items.push_back(read_item(in));
      return read_time_and_ending(in, o);
    default:
      o.on = in.read_name();
  }
  switch (o.what) {
    case verb::manual:
    case verb::automatic:
      o.second = in.skip("set") ? 1 : 0;
      break;
    case verb::timed:
    case verb::release:
    case verb::cancel_after:
      o.number = in.number();
      break;
    case verb::semaphore:
      o.number = in.number();
      o.second = in.number();
      o.is_fifo = in.skip("fifo");
      if (!o.is_fifo && !in.skip("barging")) in.refuse();
      break;
    case verb::arm:
      o.number = in.number();
      if (in.skip("every")) o.second = in.number();
      break;
    case verb::linked:
      while (!in.peek().empty()) o.items.push_back({in.read_name()});
      break;
    case verb::token:
      o.items.push_back({in.read_name()});
      break;
    case verb::enroll:
      o.items.push_back({in.read_name()});
      o.action.push_back(read(in));
      break;
    case verb::signal_and_wait:
      o.items.push_back({in.read_name()});
      [[fallthrough]];
    case verb::wait:
      read_time_and_ending(in, o);
      break;
    default:
      break;
  }
}

operation read(line_reader& in) {
  const std::string_view w = in.word();
  for (std::size_t i = 0; i != words.size(); ++i) {
    if (w != words[i]) continue;
    operation o;
    o.what = static_cast<verb>(i);
    read_arguments(in, o);
    return o;
  }
  in.refuse();
}

std::string time_and_ending(const operation& o) {
  std::string s = o.number == poll   ? " poll"
                  : o.number == ever ? " ever"
                                     : " for " + std::to_string(o.number);
  if (o.end != ending::none) {
    s += (o.end == ending::throws ? " token " : " return ") + to_text(o.token);
  }
  return s;
}

std::string to_text(const item& i) {
  return (i.role == item_role::throw_on ? "throw:"
          : i.role == item_role::handle ? "handle:"
                                        : "") +
         to_text(i.what);
}

}  // namespace

bool is_wait(verb v) {
  return v == verb::wait || v == verb::wait_any || v == verb::wait_all ||
         v == verb::signal_and_wait || v == verb::sleep;
}

bool makes(verb v) { return v <= verb::linked; }

std::vector<name> operands(const operation& o) {
  std::vector<name> all;
  if (!makes(o.what) && o.what != verb::token && o.what != verb::enroll) all.push_back(o.on);
  for (const item& i : o.items) all.push_back(i.what);
  all.push_back(o.token);
  std::erase_if(all, [](name n) { return n.kind == ' ' || n.kind == '0' || n.kind == '1'; });
  return all;
}

std::string to_text(name n) {
  if (n.kind == '0') return "none";
  if (n.kind == '1') return "canceled";
  return n.kind + std::to_string(n.number);
}

std::string to_text(const operation& o) {
  std::string s = words[static_cast<std::size_t>(o.what)];
  if (o.on.kind != ' ') s += " " + to_text(o.on);
  for (const item& i : o.items) s += " " + to_text(i);
  if (is_wait(o.what)) return s + time_and_ending(o);
  switch (o.what) {
    case verb::manual:
    case verb::automatic:
      if (o.second != 0) s += " set";
      break;
    case verb::timed:
    case verb::release:
    case verb::cancel_after:
    case verb::advance:
      s += " " + std::to_string(o.number);
      break;
    case verb::semaphore:
      s += " " + std::to_string(o.number) + " " + std::to_string(o.second) +
           (o.is_fifo ? " fifo" : " barging");
      break;
    case verb::arm:
      s += " " + std::to_string(o.number);
      if (o.second != 0) s += " every " + std::to_string(o.second);
      break;
    default:
      break;
  }
  for (const operation& a : o.action) s += " " + to_text(a);
  return s;
}

std::string to_text(const sequence& s) {
  std::string text;
  for (const operation& o : s) text += to_text(o) + "\n";
  return text;
}

operation read_operation(std::string_view line) {
  line_reader in(line.substr(0, line.find(" = ")));
  operation o = read(in);
  if (!in.peek().empty()) in.refuse();
  return o;
}

sequence read_sequence(std::string_view text) {
  sequence s;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.empty() && !s.empty()) break;
    if (!line.empty() && line[0] != '#') s.push_back(read_operation(line));
  }
  return s;
}

}  // namespace fuzz
