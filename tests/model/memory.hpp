// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "address_table.hpp"
#include "checker.hpp"
#include "host.hpp"
#include "statics.hpp"
#include "view.hpp"

namespace model {

/// A moment in the life of a thread: it has happened before what thread t does now when t's view
/// has reached `time` for that thread. Time 0 is before every run.
struct moment {
  int thread = 0;
  std::uint32_t time = 0;
};

/// A value an atomic has held, and the view that an acquire load of it obtains (in the pool).
struct stored_value {
  std::uint64_t value;
  std::uint32_t view_begin = 0;
  std::uint32_t view_size = 0;
};

/// An atomic or a model::plain, from its construction or first use in a run to the run's end.
struct location {
  const void* address = nullptr;
  std::size_t size = 0;
  std::size_t index = 0;
  bool alive = false;
  moment made;
  int ended_by = 0;
  std::uint32_t seq_cst_floor = 0;  // the value that the last seq_cst operation left or read
  std::array<std::uint32_t, max_threads> touched = {};  // each thread's last access of any kind

  struct stale {
    std::uint32_t value = 0;
    std::uint32_t times = 0;
  };
  std::array<stale, max_threads> last_stale = {};  // how often it read which older value
  host_vector<stored_value> values;  // sc: the newest alone; weak: all, in modification order
};

/// The memory of the model: the value(s) and the life of each atomic, and what each thread has
/// seen. The bytes of an atomic itself always hold its newest value.
class memory {
 public:
  memory(const settings&, const static_storage&);

  /// The atomics that live outside the runs. They are registered by address when constructed, and
  /// start every run with the value they have now.
  static void register_outside(const void* address, std::size_t size);
  static void forget_outside(const void* address);
  void begin_exploration();
  void keep_for_all_runs();  // takes what is alive now over into every run
  void end_exploration();    // gives the atomics outside their values back

  void start_run();
  void start_thread(int child, int parent);
  void join_thread(int joined, int by);

  void construct(const void* address, std::size_t size, int thread);
  void destroy(const void* address, std::size_t size, int thread);
  void end_lives_within(const void* begin, std::size_t size, int thread);

  /// The location at that address. Fails unless it is alive and `thread` may know so.
  location& reach(const void* address, std::size_t size, int thread);

  std::uint64_t load(location&, int thread, std::memory_order);
  void store(location&, int thread, std::uint64_t value, std::memory_order);
  std::uint64_t newest(const location& l) const noexcept { return l.values.back().value; }
  /// The two halves of a read-modify-write.
  std::uint64_t read_newest(location&, int thread, std::memory_order);
  void replace_newest(location&, int thread, std::uint64_t value, std::memory_order);

  /// What a thread has done and seen: each access is known by the time of its thread.
  std::uint32_t time_of(int thread) const noexcept;
  bool has_seen(int thread, moment) const noexcept;

 private:
  struct outside_atomic {
    std::size_t size;
    std::uint64_t first;  // before the exploration
    std::uint64_t start;  // at the start of each run
  };
  template <class V>
  using address_map = std::unordered_map<const void*, V, std::hash<const void*>, std::equal_to<>,
                                         host_allocator<std::pair<const void* const, V>>>;

  static address_map<std::size_t>& registry();

  location& new_location(const void* address, std::size_t size, moment made);
  location& adopt(const void* address, std::size_t size);

  std::uint32_t pick_value(location&, int thread, std::memory_order);
  void acquire_from(const stored_value&, int thread);
  void publish(stored_value&, int thread);
  void append(location&, int thread, stored_value, std::memory_order);

  const bool weak_;
  const int most_stale_reads_;
  const static_storage& statics_;
  address_map<outside_atomic> outside_;

  int stale_reads_left_ = 0;
  std::array<view, max_threads> views_;
  host_vector<location> locations_;
  std::size_t locations_used_ = 0;
  address_table<std::uint32_t> location_at_;
  host_vector<std::uint32_t> published_views_;
};

}  // namespace model
