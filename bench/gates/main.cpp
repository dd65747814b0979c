// SPDX-License-Identifier: BSL-1.0
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "gates/bytes.hpp"
#include "gates/operations.hpp"
#include "harness/allocations.hpp"
#include "harness/system_calls.hpp"

// What is exact, so that a busy machine cannot spoil it: bytes, system calls and allocations are
// judged here; for instructions this program is the one that is counted (instructions.py).

// Where one window of instructions ends and the next begins: callgrind writes what it has counted.
extern "C" [[gnu::noinline]] void bench_next_window() { asm volatile(""); }

namespace {

int judge_bytes() {
  int wrong = 0;
  const auto judge = [&](const char* title, const std::vector<bench::size_of>& all) {
    std::printf("%-52s %8s %8s\n", title, "bytes", "bound");
    for (const bench::size_of& s : all) {
      const bool fits = s.bytes <= s.bound;
      wrong += fits ? 0 : 1;
      std::printf("%-52s %8zu %8zu%s\n", s.name.c_str(), s.bytes, s.bound, fits ? "" : "  TOO BIG");
    }
  };
  judge("itself", bench::sizes());
  judge("on the heap, its own bytes included", bench::heap_sizes());
  return wrong == 0 ? 0 : 1;
}

int judge_facts() {
  constexpr unsigned times = 16;
  int wrong = 0;
  std::printf("%-52s %12s %12s\n", "operation", "system calls", "allocations");
  for (const bench::operation& o : bench::make_operations()) {
    const unsigned long allocated = bench::allocations();
    o.run(times);
    const double allocations = static_cast<double>(bench::allocations() - allocated) / times;
    std::optional<double> system_calls;
    {
      const bench::system_call_counter counter;
      o.run(times);
      if (const auto n = counter.count()) system_calls = static_cast<double>(*n) / times;
    }
    const bool holds =
        allocations == o.allocations && system_calls.value_or(o.system_calls) == o.system_calls;
    wrong += holds ? 0 : 1;
    std::printf("%-52s %12s %12g", o.name.c_str(),
                system_calls ? std::to_string(*system_calls).substr(0, 5).c_str() : "-",
                allocations);
    if (!holds) std::printf("  IS NOT %g, %g", o.system_calls, o.allocations);
    std::puts("");
  }
  return wrong == 0 ? 0 : 1;
}

// Three windows an operation: warming up, n times, 2n times.
int run_windows() {
  for (const bench::operation& o : bench::make_operations()) {
    // One that sleeps takes a millisecond.
    const unsigned n = o.system_calls != 0 ? 10 : 200;
    std::printf("%u %s\n", n, o.name.c_str());
    o.run(2 * n);
    bench_next_window();
    o.run(n);
    bench_next_window();
    o.run(2 * n);
    bench_next_window();
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 2 ? argv[1] : "";
  if (what == "bytes") return judge_bytes();
  if (what == "facts") return judge_facts();
  if (what == "windows") return run_windows();
  std::fputs("usage: abide_gates bytes | facts | windows\n", stderr);
  return 2;
}
