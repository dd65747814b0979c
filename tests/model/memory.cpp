// SPDX-License-Identifier: BSL-1.0
#include "memory.hpp"

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include "run.hpp"

namespace model {

namespace {

constexpr std::uint32_t most_same_stale_reads = 2;
constexpr std::uint32_t most_values_offered = 30;

bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}
bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

std::uint64_t read_bytes(const void* address, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, address, size);
  return value;
}
void write_bytes(const void* address, std::size_t size, std::uint64_t value) {
  std::memcpy(const_cast<void*>(address), &value, size);
}

}  // namespace

memory::memory(const settings& s, const static_storage& statics)
    : weak_(s.memory == consistency::weak), most_stale_reads_(s.stale_reads), statics_(statics) {}

// ---- Atomics outside the runs -------------------------------------------------------------------

memory::address_map<std::size_t>& memory::registry() {
  // Never destroyed: atomics of static storage are, after everything else.
  static auto& known =
      *new (host_allocator<address_map<std::size_t>>().allocate(1)) address_map<std::size_t>;
  return known;
}

void memory::register_outside(const void* address, std::size_t size) { registry()[address] = size; }

void memory::forget_outside(const void* address) { registry().erase(address); }

void memory::begin_exploration() {
  for (const auto& [address, size] : registry()) {
    const std::uint64_t value = read_bytes(address, size);
    outside_[address] = {size, value, value};
  }
}

void memory::keep_for_all_runs() {
  for (std::size_t i = 0; i < locations_used_; ++i) {
    const location& l = locations_[i];
    if (l.alive) outside_.insert({l.address, {l.size, 0, 0}});
  }
  for (auto& [address, atomic] : outside_) atomic.start = read_bytes(address, atomic.size);
}

void memory::end_exploration() {
  for (const auto& [address, size] : registry()) {
    const auto known = outside_.find(address);
    if (known != outside_.end()) write_bytes(address, size, known->second.first);
  }
}

// ---- Locations ----------------------------------------------------------------------------------

void memory::start_run() {
  location_at_.start_run();
  stale_reads_left_ = most_stale_reads_;
  locations_used_ = 0;
  published_views_.clear();
  for (view& v : views_) v.clear();
  views_[0].raise(0, 1);
}

void memory::start_thread(int child, int parent) {
  const auto c = static_cast<std::size_t>(child);
  const auto p = static_cast<std::size_t>(parent);
  views_[c].join(views_[p]);
  views_[c].raise(c, 1);
  views_[p].raise(p, time_of(parent) + 1);
}

void memory::join_thread(int joined, int by) {
  views_[static_cast<std::size_t>(by)].join(views_[static_cast<std::size_t>(joined)]);
}

location& memory::new_location(const void* address, std::size_t size, moment made) {
  if (locations_used_ == locations_.size()) locations_.emplace_back();
  location& l = locations_[locations_used_];
  host_vector<stored_value> values = std::move(l.values);
  values.clear();
  l = location();
  l.values = std::move(values);
  l.address = address;
  l.size = size;
  l.index = max_threads + locations_used_;
  l.alive = true;
  l.made = made;
  l.values.push_back({read_bytes(address, size)});
  location_at_[address] = static_cast<std::uint32_t>(locations_used_);
  ++locations_used_;
  return l;
}

void memory::construct(const void* address, std::size_t size, int thread) {
  location& l = new_location(address, size, {thread, time_of(thread)});
  l.touched[static_cast<std::size_t>(thread)] = time_of(thread);
}

void memory::destroy(const void* address, std::size_t size, int thread) {
  location& l = reach(address, size, thread);
  for (int other = 0; other < max_threads; ++other) {
    if (has_seen(thread, {other, l.touched[static_cast<std::size_t>(other)]})) continue;
    fail(failure::race, describe(address) + " is destroyed, but nothing orders thread " +
                            describe_thread(other) + "'s last access before that");
  }
  l.alive = false;
  l.ended_by = thread;
}

void memory::end_lives_within(const void* begin, std::size_t size, int thread) {
  for (std::size_t i = 0; i < locations_used_; ++i) {
    location& l = locations_[i];
    const auto offset =
        reinterpret_cast<std::uintptr_t>(l.address) - reinterpret_cast<std::uintptr_t>(begin);
    if (!l.alive || offset >= size) continue;
    l.alive = false;
    l.ended_by = thread;
  }
}

location& memory::adopt(const void* address, std::size_t size) {
  auto known = outside_.find(address);
  if (known == outside_.end()) {
    if (!statics_.contains(address)) {
      fail(failure::lifetime,
           describe(address) + " is no live atomic: never constructed, or its memory is gone");
    }
    const std::uint64_t value = read_bytes(address, size);
    known = outside_.insert({address, {size, value, value}}).first;
  }
  write_bytes(address, size, known->second.start);
  return new_location(address, size, {});
}

location& memory::reach(const void* address, std::size_t size, int thread) {
  const std::uint32_t* const known = location_at_.find(address);
  location& l = known != nullptr ? locations_[*known] : adopt(address, size);
  if (!l.alive) {
    fail(failure::lifetime,
         describe(address) + " is used after its end by thread " + describe_thread(l.ended_by));
  }
  if (!has_seen(thread, l.made)) {
    fail(failure::race, describe(address) +
                            " is used, but nothing orders its construction by thread " +
                            describe_thread(l.made.thread) + " before that");
  }
  l.touched[static_cast<std::size_t>(thread)] = time_of(thread);
  return l;
}

// ---- What threads know --------------------------------------------------------------------------

std::uint32_t memory::time_of(int thread) const noexcept {
  const auto t = static_cast<std::size_t>(thread);
  return views_[t][t];
}

bool memory::has_seen(int thread, moment m) const noexcept {
  return views_[static_cast<std::size_t>(thread)][static_cast<std::size_t>(m.thread)] >= m.time;
}

void memory::acquire_from(const stored_value& v, int thread) {
  views_[static_cast<std::size_t>(thread)].join(published_views_.data() + v.view_begin,
                                                v.view_size);
}

void memory::publish(stored_value& v, int thread) {
  // What the value carried on from before (a release sequence) comes on top of the thread's view.
  const view& own = views_[static_cast<std::size_t>(thread)];
  const std::size_t before = v.view_begin;
  const std::size_t before_size = v.view_size;
  const std::size_t begin = published_views_.size();
  published_views_.insert(published_views_.end(), own.data(), own.data() + own.size());
  if (before_size > own.size()) published_views_.resize(begin + before_size);
  for (std::size_t i = 0; i < before_size; ++i) {
    published_views_[begin + i] =
        std::max(published_views_[begin + i], published_views_[before + i]);
  }
  v.view_begin = static_cast<std::uint32_t>(begin);
  v.view_size = static_cast<std::uint32_t>(published_views_.size() - begin);
}

// ---- Operations ---------------------------------------------------------------------------------

std::uint32_t memory::pick_value(location& l, int thread, std::memory_order order) {
  const auto newest = static_cast<std::uint32_t>(l.values.size() - 1);
  const view& own = views_[static_cast<std::size_t>(thread)];
  std::uint32_t oldest = own[l.index];
  if (order == std::memory_order_seq_cst) oldest = std::max(oldest, l.seq_cst_floor);
  if (oldest >= newest || stale_reads_left_ == 0) return newest;
  location::stale& last = l.last_stale[static_cast<std::size_t>(thread)];
  if (last.times == most_same_stale_reads) oldest = std::max(oldest, last.value + 1);
  if (newest - oldest >= most_values_offered) oldest = newest - most_values_offered + 1;
  const std::uint32_t picked =
      newest - static_cast<std::uint32_t>(choose(static_cast<int>(newest - oldest) + 1));
  if (picked != newest) {
    --stale_reads_left_;
    last.times = last.value == picked ? last.times + 1 : 1;
    last.value = picked;
  }
  return picked;
}

std::uint64_t memory::load(location& l, int thread, std::memory_order order) {
  const std::uint32_t picked = weak_ ? pick_value(l, thread, order) : 0;
  const stored_value& v = l.values[picked];
  if (weak_) views_[static_cast<std::size_t>(thread)].raise(l.index, picked);
  if (acquires(order)) acquire_from(v, thread);
  if (order == std::memory_order_seq_cst) l.seq_cst_floor = std::max(l.seq_cst_floor, picked);
  record(operation::load, l.address, v.value, l.values.size() - 1 - picked, order);
  return v.value;
}

std::uint64_t memory::read_newest(location& l, int thread, std::memory_order order) {
  if (weak_) {
    views_[static_cast<std::size_t>(thread)].raise(l.index,
                                                   static_cast<std::uint32_t>(l.values.size() - 1));
  }
  if (acquires(order)) acquire_from(l.values.back(), thread);
  if (order == std::memory_order_seq_cst && weak_) {
    l.seq_cst_floor = static_cast<std::uint32_t>(l.values.size() - 1);
  }
  return l.values.back().value;
}

void memory::append(location& l, int thread, stored_value v, std::memory_order order) {
  const auto t = static_cast<std::size_t>(thread);
  const auto place = static_cast<std::uint32_t>(l.values.size());
  if (weak_) views_[t].raise(l.index, place);
  if (weak_ && order == std::memory_order_seq_cst) l.seq_cst_floor = place;
  if (releases(order)) {
    publish(v, thread);
    views_[t].raise(t, time_of(thread) + 1);
  }
  if (!weak_) l.values.clear();
  l.values.push_back(v);
  write_bytes(l.address, l.size, v.value);
}

void memory::store(location& l, int thread, std::uint64_t value, std::memory_order order) {
  append(l, thread, {value}, order);
}

void memory::replace_newest(location& l, int thread, std::uint64_t value, std::memory_order order) {
  stored_value v = l.values.back();
  v.value = value;
  append(l, thread, v, order);
}

}  // namespace model
