// SPDX-License-Identifier: BSL-1.0
#include "growth/window.hpp"

#include <abide/sys/tally.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace growth {
namespace {

using abide::counting::call;
using abide::counting::touch;

constexpr auto relaxed = std::memory_order_relaxed;

/// A number that one thread counts and another reads, at rest.
class counter {
 public:
  void add(std::uint64_t n) noexcept { value_.store(get() + n, relaxed); }
  void set(std::uint64_t n) noexcept { value_.store(n, relaxed); }
  std::uint64_t get() const noexcept { return value_.load(relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct section {
  const void* word;
  std::uint64_t since;  // the steps of its thread then
};

/// One thread's, for as long as the program runs.
struct tally {
  std::uint32_t thread = 0;
  counter steps;
  counter sections;
  counter longest;
  std::array<counter, 3> calls;
  std::vector<section> held;
};

std::mutex tallies_mutex;
// Never destroyed, like the shards below: words are touched until the very end.
std::vector<tally*>& tallies = *new std::vector<tally*>;
thread_local constinit tally* own_tally = nullptr;

tally& mine() {
  if (own_tally == nullptr) {
    auto* const made = new tally;
    const std::lock_guard guard(tallies_mutex);
    tallies.push_back(made);
    made->thread = static_cast<std::uint32_t>(tallies.size());
    own_tally = made;
  }
  return *own_tally;
}

using touches = std::array<std::uint32_t, 4>;

struct word_record {
  std::uint32_t first = 0;  // the thread that touched it first
  bool shared = false;
  std::uint32_t counted_in = 0;  // the window that the counts are of
  touches own{};
  touches all{};
};

struct shard {
  std::atomic_flag busy;
  std::unordered_map<const void*, word_record> words;
};

class shard_guard {
 public:
  explicit shard_guard(shard& s) noexcept : shard_(s) {
    while (shard_.busy.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  ~shard_guard() { shard_.busy.clear(std::memory_order_release); }

 private:
  shard& shard_;
};

std::array<shard, 256>& shards = *new std::array<shard, 256>;
shard& shard_of(const void* word) noexcept {
  return shards[(reinterpret_cast<std::uintptr_t>(word) >> 3) % shards.size()];
}

std::atomic<bool> noting{false};
std::atomic<bool> counting{false};
std::atomic<std::uint32_t> current{0};  // the window
std::atomic<std::uint32_t> actor{0};

/// The counts that are no touches.
struct totals {
  std::uint64_t steps = 0;
  std::uint64_t sections = 0;
  std::uint64_t longest = 0;
  std::array<std::uint64_t, 3> calls{};
};

totals totals_of(const tally& t) {
  totals sum{t.steps.get(), t.sections.get(), t.longest.get(), {}};
  for (std::size_t i = 0; i != sum.calls.size(); ++i) sum.calls[i] = t.calls[i].get();
  return sum;
}

totals totals_of_all() {
  const std::lock_guard guard(tallies_mutex);
  totals sum;
  for (const tally* t : tallies) {
    const totals one = totals_of(*t);
    sum.steps += one.steps;
    sum.sections += one.sections;
    sum.longest = std::max(sum.longest, one.longest);
    for (std::size_t i = 0; i != sum.calls.size(); ++i) sum.calls[i] += one.calls[i];
  }
  return sum;
}

// Of the window that is open or was open last.
struct {
  totals own_before, own_after, all_before, all_after;
} seen;

costs summed(touches word_record::*whose, const totals& before, const totals& after) {
  costs sum;
  for (shard& s : shards) {
    const shard_guard guard(s);
    for (const auto& [word, r] : s.words) {
      if (!r.shared || r.counted_in != current.load(relaxed)) continue;
      const touches& t = r.*whose;
      const double changes = t[1] + t[2] + t[3];
      sum.loads += t[0];
      sum.failed += t[3];
      sum.changes += changes;
      sum.one_word = std::max(sum.one_word, changes);
    }
  }
  sum.steps = static_cast<double>(after.steps - before.steps);
  sum.sections = static_cast<double>(after.sections - before.sections);
  sum.longest = static_cast<double>(after.longest);
  sum.wakes = static_cast<double>(after.calls[0] - before.calls[0]);
  sum.sleeps = static_cast<double>(after.calls[1] - before.calls[1]);
  return sum;
}

}  // namespace

costs operator/(costs all, double n) {
  for (double* d : {&all.changes, &all.failed, &all.loads, &all.one_word, &all.sections, &all.steps,
                    &all.wakes, &all.sleeps}) {
    *d /= n;
  }
  return all;
}

void begin_scenario() {
  for (shard& s : shards) {
    const shard_guard guard(s);
    s.words.clear();
  }
  noting.store(true, relaxed);
}
void pause() { noting.store(false, relaxed); }
void resume() { noting.store(true, relaxed); }

window::window() {
  current.fetch_add(1, relaxed);
  actor.store(mine().thread, relaxed);
  {
    const std::lock_guard guard(tallies_mutex);
    for (tally* t : tallies) t->longest.set(0);
  }
  seen.own_before = totals_of(mine());
  seen.all_before = totals_of_all();
  counting.store(true, relaxed);
}

void window::close() {
  if (mine().thread == actor.load(relaxed)) seen.own_after = totals_of(mine());
  seen.all_after = totals_of_all();
  counting.store(false, relaxed);
}

costs window::own() const { return summed(&word_record::own, seen.own_before, seen.own_after); }
costs window::everybodys() const {
  return summed(&word_record::all, seen.all_before, seen.all_after);
}

}  // namespace growth

namespace abide {
inline namespace v1 {

using namespace growth;

void counting::note(const void* word, touch what) noexcept {
  if (!noting.load(relaxed)) return;
  const std::uint32_t thread = mine().thread;
  shard& s = shard_of(word);
  const shard_guard guard(s);
  word_record& r = s.words[word];
  if (r.first == 0) r.first = thread;
  r.shared = r.shared || r.first != thread;
  if (!growth::counting.load(relaxed)) return;
  if (const std::uint32_t now = current.load(relaxed); r.counted_in != now) {
    r.counted_in = now;
    r.own = r.all = {};
  }
  ++r.all[static_cast<std::size_t>(what)];
  if (thread == actor.load(relaxed)) ++r.own[static_cast<std::size_t>(what)];
}

void counting::note_made(const void* word) noexcept {
  if (!noting.load(relaxed)) return;
  shard& s = shard_of(word);
  const shard_guard guard(s);
  s.words.erase(word);
}

void counting::note_lock(const void* word) noexcept {
  tally& t = mine();
  t.sections.add(1);
  t.held.push_back({word, t.steps.get()});
}

void counting::note_unlock(const void* word) noexcept {
  tally& t = mine();
  const auto it =
      std::find_if(t.held.begin(), t.held.end(), [&](const section& s) { return s.word == word; });
  if (it == t.held.end()) return;
  t.longest.set(std::max(t.longest.get(), t.steps.get() - it->since));
  t.held.erase(it);
}

void counting::note(call what) noexcept { mine().calls[static_cast<std::size_t>(what)].add(1); }

}  // namespace v1
}  // namespace abide

// The compiler calls it at each basic block of the library (-fsanitize-coverage=trace-pc).
extern "C" void __sanitizer_cov_trace_pc() {
  if (growth::own_tally != nullptr) growth::own_tally->steps.add(1);
}
