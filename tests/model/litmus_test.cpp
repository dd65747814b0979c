// SPDX-License-Identifier: BSL-1.0

// The checker's memory model against the outcomes that C++ allows. Each test lists all of them; the
// limits of the model (no load buffering, modification order is execution order) are tests too.
#include <abide/sys/atomic.hpp>

#include <set>
#include <string>

#include "verify.hpp"

namespace {

using abide::sys::atomic;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

using outcomes = std::set<std::string>;

// Enough preemptions to put every operation of these programs anywhere.
constexpr int enough = 8;

outcomes weak(const char* name, const std::function<void()>& body) {
  model::scenario s(name);
  s.bound(enough).weak(model::settings::unlimited).allow_seq_cst();
  return model::verify(s, body).outcomes;
}
outcomes sc(const char* name, const std::function<void()>& body) {
  return model::verify(model::scenario(name).bound(enough), body).outcomes;
}

struct orders {
  std::memory_order load;
  std::memory_order store;
};
constexpr orders relaxed = {memory_order_relaxed, memory_order_relaxed};
constexpr orders paired = {memory_order_acquire, memory_order_release};
constexpr orders total = {memory_order_seq_cst, memory_order_seq_cst};

// Store buffering: each thread stores one variable and loads the other.
std::function<void()> store_buffering(orders o) {
  return [o] {
    atomic<int> x(0), y(0);
    int a = 0, b = 0;
    model::thread one([&] {
      x.store(1, o.store);
      a = y.load(o.load);
    });
    model::thread two([&] {
      y.store(1, o.store);
      b = x.load(o.load);
    });
    model::join_all();
    model::outcome({a, b});
  };
}

TEST(Litmus, StoreBuffering) {
  const outcomes all = {"0 0", "0 1", "1 0", "1 1"};
  EXPECT_EQ(weak("SB relaxed", store_buffering(relaxed)), all);
  EXPECT_EQ(weak("SB acquire/release", store_buffering(paired)), all);
  const outcomes ordered = {"0 1", "1 0", "1 1"};
  EXPECT_EQ(weak("SB seq_cst", store_buffering(total)), ordered);
  EXPECT_EQ(
      weak("SB seq_cst loads only", store_buffering({memory_order_seq_cst, memory_order_release})),
      all);
  EXPECT_EQ(
      weak("SB seq_cst stores only", store_buffering({memory_order_acquire, memory_order_seq_cst})),
      all);
  EXPECT_EQ(sc("SB, all memory sc", store_buffering(relaxed)), ordered);
}

TEST(Litmus, StoreBufferingThroughReadModifyWritesIsOrdered) {
  EXPECT_EQ(weak("SB with exchanges",
                 [] {
                   atomic<int> x(0), y(0);
                   int a = 0, b = 0;
                   model::thread one([&] {
                     x.exchange(1, memory_order_acq_rel);
                     a = y.fetch_add(0, memory_order_acq_rel);
                   });
                   model::thread two([&] {
                     y.exchange(1, memory_order_acq_rel);
                     b = x.fetch_add(0, memory_order_acq_rel);
                   });
                   model::join_all();
                   model::outcome({a, b});
                 }),
            (outcomes{"0 1", "1 0", "1 1"}));
}

// Message passing: data, then a flag.
std::function<void()> message_passing(orders o) {
  return [o] {
    atomic<int> data(0), flag(0);
    int f = 0, d = 0;
    model::thread writer([&] {
      data.store(1, memory_order_relaxed);
      flag.store(1, o.store);
    });
    model::thread reader([&] {
      f = flag.load(o.load);
      d = data.load(memory_order_relaxed);
    });
    model::join_all();
    model::outcome({f, d});
  };
}

TEST(Litmus, MessagePassing) {
  const outcomes all = {"0 0", "0 1", "1 0", "1 1"};
  const outcomes ordered = {"0 0", "0 1", "1 1"};
  EXPECT_EQ(weak("MP relaxed", message_passing(relaxed)), all);
  EXPECT_EQ(weak("MP release only", message_passing({memory_order_relaxed, memory_order_release})),
            all);
  EXPECT_EQ(weak("MP acquire only", message_passing({memory_order_acquire, memory_order_relaxed})),
            all);
  EXPECT_EQ(weak("MP acquire/release", message_passing(paired)), ordered);
  EXPECT_EQ(weak("MP seq_cst", message_passing(total)), ordered);
  EXPECT_EQ(sc("MP, all memory sc", message_passing(relaxed)), ordered);
}

// Coherence: a thread never sees a variable go back.
TEST(Litmus, CoherenceOfReads) {
  for (const orders o : {relaxed, paired, total}) {
    EXPECT_EQ(weak("CoRR",
                   [o] {
                     atomic<int> x(0);
                     int a = 0, b = 0;
                     model::thread writer([&] {
                       x.store(1, o.store);
                       x.store(2, o.store);
                     });
                     model::thread reader([&] {
                       a = x.load(o.load);
                       b = x.load(o.load);
                     });
                     model::join_all();
                     model::outcome({a, b});
                   }),
              (outcomes{"0 0", "0 1", "0 2", "1 1", "1 2", "2 2"}));
  }
}

TEST(Litmus, CoherenceOfWriteAndRead) {
  EXPECT_EQ(weak("CoWR relaxed",
                 [] {
                   atomic<int> x(0);
                   int a = 0;
                   model::thread other([&] { x.store(2, memory_order_relaxed); });
                   model::thread self([&] {
                     x.store(1, memory_order_relaxed);
                     a = x.load(memory_order_relaxed);
                   });
                   model::join_all();
                   model::outcome({a});
                 }),
            (outcomes{"1", "2"}));
}

// Independent reads of independent writes: may two readers disagree about the order of two writes?
std::function<void()> independent_reads(orders o) {
  return [o] {
    atomic<int> x(0), y(0);
    int a = 0, b = 0, c = 0, d = 0;
    model::thread write_x([&] { x.store(1, o.store); });
    model::thread write_y([&] { y.store(1, o.store); });
    model::thread read_xy([&] {
      a = x.load(o.load);
      b = y.load(o.load);
    });
    model::thread read_yx([&] {
      c = y.load(o.load);
      d = x.load(o.load);
    });
    model::join_all();
    model::outcome({a, b, c, d});
  };
}

outcomes all_of_four_bits() {
  outcomes all;
  for (int i = 0; i < 16; ++i) {
    std::string text;
    for (int bit : {8, 4, 2, 1}) {
      if (!text.empty()) text += ' ';
      text += (i & bit) != 0 ? '1' : '0';
    }
    all.insert(text);
  }
  return all;
}

TEST(Litmus, IndependentReadsOfIndependentWrites) {
  const outcomes all = all_of_four_bits();
  outcomes agreeing = all;
  agreeing.erase("1 0 1 0");
  EXPECT_EQ(weak("IRIW relaxed", independent_reads(relaxed)), all);
  EXPECT_EQ(weak("IRIW acquire/release", independent_reads(paired)), all);
  EXPECT_EQ(weak("IRIW seq_cst", independent_reads(total)), agreeing);
  EXPECT_EQ(weak("IRIW seq_cst loads only",
                 independent_reads({memory_order_seq_cst, memory_order_release})),
            agreeing);
  EXPECT_EQ(sc("IRIW, all memory sc", independent_reads(relaxed)), agreeing);
}

TEST(Litmus, EveryInterleavingRunsOnce) {
  // 4 steps of two threads, 6 of four: 4!/(2! 2!) and 6!/(2! 2!).
  const model::scenario s =
      model::scenario("all of them, once").bound(enough).search(model::reduction::none);
  EXPECT_EQ(s.explore(store_buffering(relaxed)).runs, 6u);
  EXPECT_EQ(s.explore(independent_reads(relaxed)).runs, 180u);
}

// Write to read causality: what a thread knows travels with what it publishes.
std::function<void()> causality(orders o) {
  return [o] {
    atomic<int> x(0), y(0);
    int a = 0, b = 0, c = 0;
    model::thread first([&] { x.store(1, o.store); });
    model::thread second([&] {
      a = x.load(o.load);
      y.store(1, o.store);
    });
    model::thread third([&] {
      b = y.load(o.load);
      c = x.load(memory_order_relaxed);
    });
    model::join_all();
    model::outcome({a, b, c});
  };
}

TEST(Litmus, WriteToReadCausality) {
  const outcomes loose = weak("WRC relaxed", causality(relaxed));
  const outcomes tight = weak("WRC acquire/release", causality(paired));
  EXPECT_EQ(loose.size(), 8u);
  EXPECT_EQ(tight.size(), 7u);
  EXPECT_EQ(tight.count("1 1 0"), 0u);
}

TEST(Litmus, ReadModifyWritesAreAtomic) {
  for (const std::memory_order o :
       {memory_order_relaxed, memory_order_acquire, memory_order_release, memory_order_acq_rel,
        memory_order_seq_cst}) {
    EXPECT_EQ(weak("RMW",
                   [o] {
                     atomic<int> x(0);
                     int a = 0, b = 0;
                     model::thread one([&] { a = x.fetch_add(1, o); });
                     model::thread two([&] { b = x.fetch_add(1, o); });
                     model::join_all();
                     model::outcome({a, b, x.load(memory_order_relaxed)});
                   }),
              (outcomes{"0 1 2", "1 0 2"}));
  }
}

TEST(Litmus, ReleaseSequenceGoesThroughReadModifyWrites) {
  EXPECT_EQ(weak("release sequence",
                 [] {
                   atomic<int> data(0), flag(0);
                   int f = 0, d = 0;
                   model::thread writer([&] {
                     data.store(1, memory_order_relaxed);
                     flag.store(1, memory_order_release);
                   });
                   model::thread changer([&] { flag.fetch_add(2, memory_order_relaxed); });
                   model::thread reader([&] {
                     f = flag.load(memory_order_acquire);
                     d = data.load(memory_order_relaxed);
                   });
                   model::join_all();
                   model::outcome({f, d});
                 }),
            // 3: after both. 2: the change came first, so nothing was released yet, and the store
            // of 1 then overwrites it.
            (outcomes{"0 0", "0 1", "1 1", "2 0", "2 1", "3 1"}));
}

TEST(Litmus, ReleaseSequenceEndsAtAStore) {
  EXPECT_EQ(weak("no release sequence through a store",
                 [] {
                   atomic<int> data(0), flag(0);
                   int f = 0, d = 0;
                   model::thread writer([&] {
                     data.store(1, memory_order_relaxed);
                     flag.store(1, memory_order_release);
                     flag.store(2, memory_order_relaxed);
                   });
                   model::thread reader([&] {
                     f = flag.load(memory_order_acquire);
                     d = data.load(memory_order_relaxed);
                   });
                   model::join_all();
                   model::outcome({f, d});
                 }),
            (outcomes{"0 0", "0 1", "1 1", "2 0", "2 1"}));
}

// ---- Stated limits ------------------------------------------------------------------------------

TEST(Litmus, LimitNoLoadBuffering) {
  // C++ allows "1 1" for relaxed operations, and for these only.
  for (const orders o : {relaxed, paired, total}) {
    EXPECT_EQ(weak("LB",
                   [o] {
                     atomic<int> x(0), y(0);
                     int a = 0, b = 0;
                     model::thread one([&] {
                       a = x.load(o.load);
                       y.store(1, o.store);
                     });
                     model::thread two([&] {
                       b = y.load(o.load);
                       x.store(1, o.store);
                     });
                     model::join_all();
                     model::outcome({a, b});
                   }),
              (outcomes{"0 0", "0 1", "1 0"}));
  }
}

TEST(Litmus, LimitModificationOrderIsExecutionOrder) {
  // 2+2W: C++ allows "1 1", each variable keeping the first store of the other thread.
  EXPECT_EQ(weak("2+2W relaxed",
                 [] {
                   atomic<int> x(0), y(0);
                   model::thread one([&] {
                     x.store(1, memory_order_relaxed);
                     y.store(2, memory_order_relaxed);
                   });
                   model::thread two([&] {
                     y.store(1, memory_order_relaxed);
                     x.store(2, memory_order_relaxed);
                   });
                   model::join_all();
                   model::outcome({x.load(memory_order_relaxed), y.load(memory_order_relaxed)});
                 }),
            (outcomes{"1 2", "2 1", "2 2"}));
}

}  // namespace
