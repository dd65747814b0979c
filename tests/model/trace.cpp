// SPDX-License-Identifier: BSL-1.0
#include "trace.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace model {

namespace {

// The longest tail of a run that a report shows.
constexpr std::size_t most_lines = 400;

std::string_view name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      return "seq_cst";
    default:
      return "another order";
  }
}

}  // namespace

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 24> text;
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
  return text.data();
}

void trace::start_run() noexcept {
  events_.clear();
  names_.clear();
  thread_names_ = {};
  fingerprint_ = 0;
}

void trace::record(int thread, operation what, const void* address, std::uint64_t value,
                   std::uint64_t other, std::memory_order order) noexcept {
  events_.push_back({address, value, other, order, static_cast<std::uint8_t>(thread), what});
  const auto place = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address));
  const auto who = static_cast<std::uint32_t>(thread) * 64 + static_cast<std::uint32_t>(what);
  fingerprint_ = (fingerprint_ ^ place ^ (who << 20)) * 0x9E3779B1u + (fingerprint_ >> 15);
}

void trace::name_thread(int thread, const char* name) noexcept {
  thread_names_[static_cast<std::size_t>(thread)] = name;
}

void trace::name_range(const void* begin, std::size_t size, const char* name) {
  names_.push_back({static_cast<const std::byte*>(begin), size, name});
}

std::string trace::thread_text(int thread) const {
  const char* name = thread_names_[static_cast<std::size_t>(thread)];
  std::string text = std::to_string(thread);
  if (name != nullptr && *name != '\0') (text += ' ') += name;
  return text;
}

std::string trace::named_text(const void* address) const {
  // The last name given to a range that holds the address: names of dead objects may overlap it.
  for (std::size_t i = names_.size(); i-- > 0;) {
    const named_range& named = names_[i];
    const auto offset =
        reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(named.begin);
    if (offset >= named.size) continue;
    return offset == 0 ? named.name : named.name + ("+" + std::to_string(offset));
  }
  return "";
}

std::string trace::address_text(const void* address) const {
  const std::string name = named_text(address);
  return name.empty() ? describe_(address) : name;
}

std::string trace::value_text(std::uint64_t value) const {
  if (value < 0x10000) return std::to_string(value);
  const std::string name = named_text(reinterpret_cast<const void*>(value));
  return name.empty() ? hexadecimal(value) : hexadecimal(value) + " [" + name + "]";
}

// What the thread does, and after a tab what it finds.
std::string trace::event_text(const event& e) const {
  const std::string at = e.address == nullptr ? "" : address_text(e.address);
  const std::string value = value_text(e.value);
  const std::string other = value_text(e.other);
  const std::string order(name_of(e.order));
  const auto change = [&](const char* name) {
    return at + "." + name + "(" + other + ", " + order + ")\t" + value;
  };
  switch (e.what) {
    case operation::load: {
      const std::string age = e.other == 0 ? "" : ", stale: " + other + " newer";
      return at + ".load(" + order + ")\t" + value + age;
    }
    case operation::store:
      return at + ".store(" + value + ", " + order + ")";
    case operation::exchange:
      return change("exchange");
    case operation::add:
      return change("fetch_add");
    case operation::subtract:
      return change("fetch_sub");
    case operation::bit_or:
      return change("fetch_or");
    case operation::bit_and:
      return change("fetch_and");
    case operation::compare_exchange:
      return change("compare_exchange") + ", done";
    case operation::failed_compare_exchange:
      return change("compare_exchange") + ", failed";
    case operation::plain_read:
      return "reads " + at;
    case operation::plain_write:
      return "writes " + at;
    case operation::sleep:
      return "falls asleep on " + at + "\t" + value;
    case operation::stay_awake:
      return "does not sleep on " + at + "\t" + value + ", not " + other;
    case operation::wake_one:
      return "wakes one asleep on " + at + "\t" + value + " asleep";
    case operation::wake_all:
      return "wakes all asleep on " + at + "\t" + value + " asleep";
    case operation::wake_address:
      return "wakes one asleep at address " + at + "\t" + value + " asleep";
    case operation::woken:
      return "is woken on " + at;
    case operation::timed_out:
      return "times out on " + at;
    case operation::woken_spuriously:
      return "is awake spuriously on " + at;
    case operation::make_handle:
      return "makes handle " + value;
    case operation::raise_handle:
      return "raises handle " + value;
    case operation::lower_handle:
      return "lowers handle " + value;
    case operation::close_handle:
      return "closes handle " + value;
    case operation::poll:
      return "polls " + other + " handles\t" + value + " ready";
    case operation::poll_sleep:
      return "falls asleep on " + other + " handles";
    case operation::pause:
      return "pauses";
    case operation::refuse_to_pause:
      return "has paused long enough";
    case operation::read_clock:
      return "reads the clock\t" + std::to_string(e.value) + " ns";
    case operation::advance_clock:
      return "advances the clock by " + value + " ns";
    case operation::start:
      return "starts thread " + thread_text(static_cast<int>(e.value));
    case operation::preempted:
      return "is preempted";
    case operation::join:
      return "has joined";
    case operation::await_asleep:
      return "has seen the other asleep";
    case operation::end:
      return "ends";
  }
  return "?";
}

std::string trace::text() const {
  const auto padded = [](std::string cell, std::size_t width) {
    if (cell.size() < width) cell.resize(width, ' ');
    return cell;
  };
  constexpr std::size_t thread_width = 14;
  constexpr std::size_t step_width = 52;
  std::string text = "   step | " + padded("thread", thread_width) + " | " +
                     padded("does", step_width) + " | finds\n";
  std::size_t i = 0;
  if (events_.size() > most_lines) {
    i = events_.size() - most_lines;
    text += "  ... " + std::to_string(i) + " steps before ...\n";
  }
  for (; i < events_.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    const std::string what = event_text(events_[i]);
    const std::size_t tab = std::min(what.find('\t'), what.size());
    text += std::string(number.size() < 7 ? 7 - number.size() : 0, ' ') + number + " | " +
            padded(thread_text(events_[i].thread), thread_width) + " | " +
            padded(what.substr(0, tab), step_width) + " | " +
            what.substr(std::min(tab + 1, what.size())) + "\n";
  }
  return text;
}

}  // namespace model
