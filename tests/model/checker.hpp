// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/sys/atomic.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

// A stateless model checker for the library.
//
//     model::scenario s("a set event wakes its waiter");
//     s.bound(2).weak();
//     model::verify(s, [] {                       // <- verify.hpp; or result r = s.explore(...)
//       auto event = std::make_unique<abide::manual_reset_event>();
//       model::name(*event, "event");
//       model::plain<int> data(0);
//       model::thread setter("setter", [&] { data = 1; event->set(); });
//       event->wait();
//       model::check(data == 1, "what preceded set() is visible");
//       model::join_all();
//     });
//
// How it works. The product's sources are compiled unchanged, with tests/model/include first on the
// include path, so their atomics come here, and are linked with this implementation of
// src/platform/sys.hpp. The body runs as model thread 0 on a fiber; the threads it starts are
// fibers of the same OS thread. Every operation on an atomic, every sleep and wake, every change
// and poll of a handle is one step, and before each of them the checker may let another thread run.
// Which one, which sleeper a wake hits, whether a sleep times out, what a load in weak mode reads:
// each is a choice, and explore() walks depth-first through all of them, starting the body again
// from the beginning for each run. What is exhausted:
//   * all interleavings with at most bound() preemptions: a preemption is a switch away from a
//     thread that could have gone on. ABIDE_MODEL_BOUND_EXTRA=n raises every bound by n;
//   * in weak mode, all values its loads may read, at most two of them stale (see weak());
//   * any sleep with a deadline may time out whenever its thread may be scheduled, at most
//     timeouts() times while another thread could run (without limit when none can); the virtual
//     clock then jumps to the deadline. It moves by that and by advance() only;
//   * at most spurious_wakes() sleeps end for no reason, at most spurious_failures() weak
//     compare-exchanges fail for none;
//   * sys::pause() either lets others run until one has changed something, or returns false: the
//     patience of the thread is over while the others stood still.
// Of the runs that differ only in the order of steps that have nothing to do with each other, most
// are cut short: sleep_set.hpp tells which, and why none is lost within the bound. sample() runs
// beyond every bound, at random.
//
// Memory. sc: a load reads the newest value. weak: an atomic keeps all its values, and a load reads
// any that is not older than what the thread knows of: through its own operations, and through
// acquire loads that read from release operations, directly or by a release sequence of
// read-modify-writes. A thread reads the same value at most twice while a newer one exists, so a
// loop of stale loads ends. In both modes the order that acquire and release establish is tracked
// and used to find races: on model::plain, on an atomic whose construction a thread cannot know of
// yet, and on one destroyed while another thread's last access may still be under way. A sleep or a
// wake orders nothing.
//
// Ordinary variables are seen too when the product and the scenario are compiled with
// -fsanitize=thread (to compile only; instrumented.cpp stands in for the sanitizer's runtime): a
// race on them or a use of freed memory is then found in every interleaving. That no such race
// exists is what allows the checker to switch threads at atomic operations only.
//
// Limits. Bounded preemptions and stale reads, of the newest thirty values. No load buffering: a
// load never reads a value stored later in the run. The modification order of an atomic is the
// order in which its stores ran. A read-modify-write, and a compare-exchange that fails, reads the
// newest value. No fences. seq_cst is refused unless the scenario allows it; the order of all such
// operations is then the order in which they ran. Of an ordinary variable, only accesses that begin
// at the same byte are compared. At most 8 threads.
//
// What ends the exploration with a failure, a report of the run and its trail: a check() that does
// not hold; a deadlock: a thread blocked for good while no thread can run (daemons may stay
// blocked); a livelock: max_steps() in one run; an operation on an atomic never constructed or
// already destroyed (sys::wake_address is none: it uses the address only), a word destroyed under
// its sleeper; a race; heap memory freed twice or not freed at the end of the run, a handle used
// after close, closed twice or not closed; sys::fatal(), an exception that leaves a thread,
// std::terminate, a signal such as SIGSEGV; a body that does not take the same way again when its
// choices are repeated; more than max_runs() runs.
//
// How to write one. Put the racing sides into threads, and let the body join: a switch away from a
// body that waits costs no preemption. Let threads end in a state that the body can check, and
// check all of it: a scenario without the right check finds nothing.
//
// Every run starts in the same state: heap memory has the same addresses, freed memory is filled
// with 0xDD and not given out again within the run; the variables of static storage in namespace
// abide and all atomics that outlive a run have their content of before the first run. Threads keep
// their sys::thread_slot: warm_up() fills it (and thereby the product's pools) once for all runs.
//
// Inside the body: no GoogleTest assertion and no allocation that outlives the run, except within
// outside(). The same trail must lead to the same run: no clock, no random number, no address of
// the host in a decision.

namespace model {

enum class failure {
  none,
  check,
  deadlock,
  livelock,
  lifetime,
  race,
  leak,
  fatal,
  exception,
  signal,
  nondeterminism,
  run_limit,
  misuse
};

/// What an exploration found.
struct result {
  std::string name;
  int bound = 0;
  int stale_reads = 0;          // settings::unlimited: no bound
  bool exhausted = false;       // all interleavings were searched, and none failed
  bool replayed = false;        // that of ABIDE_MODEL_REPLAY alone
  std::uint64_t runs = 0;       // from beginning to end
  std::uint64_t cut_short = 0;  // and those whose rest was searched before
  std::uint64_t steps = 0;
  int threads = 0;               // the most of a run that made a step while others could
  std::uint64_t fatal_runs = 0;  // runs that ended in an allowed sys::fatal()
  double seconds = 0;
  std::set<std::string> outcomes;       // what the runs passed to outcome()
  std::set<std::uint64_t> equivalence;  // of runs not ended by fatal(), if tell_runs_apart()

  failure kind = failure::none;
  std::string message;  // what failed
  std::string report;   // the failing run, step by step; after replay() of any run
  std::string trail;    // replays that run

  /// One line: "name: N interleavings of t threads exhausted at <= k preemptions, x.x s", in weak
  /// mode with "and <= s stale reads".
  std::string summary() const;
};

enum class consistency { sc, weak };

/// Which of the runs that are the same but for the order of independent steps are run.
enum class reduction { none, sleep_sets };

/// The limits of an exploration; see the setters of scenario.
struct settings {
  static constexpr int unlimited = std::numeric_limits<int>::max();
  static constexpr int usual_stale_reads = 2;

  int bound = 2;
  consistency memory = consistency::sc;
  reduction search = reduction::sleep_sets;
  bool tells_runs_apart = false;
  bool allows_seq_cst = false;
  int stale_reads = usual_stale_reads;
  int timeouts = 3;
  int spurious_wakes = 0;
  int spurious_failures = 0;
  std::uint64_t max_runs = 10'000'000;
  std::uint32_t max_steps = 20'000;
  std::function<void()> warm_up;
  std::string allowed_fatal;
};

/// A situation to explore. The environment variable ABIDE_MODEL_REPLAY, set to a trail of this
/// scenario, makes explore() and sample() run that one run and report it.
class scenario {
 public:
  explicit scenario(std::string name) : name_(std::move(name)) {}

  scenario& bound(int preemptions) { return settings_.bound = preemptions, *this; }
  /// Explores stale loads too, at most `stale_reads` of them in a run.
  scenario& weak(int stale_reads = settings::usual_stale_reads);
  scenario& search(reduction r) { return settings_.search = r, *this; }
  scenario& tell_runs_apart() { return settings_.tells_runs_apart = true, *this; }
  scenario& allow_seq_cst() { return settings_.allows_seq_cst = true, *this; }
  scenario& timeouts(int n) { return settings_.timeouts = n, *this; }
  scenario& spurious_wakes(int n) { return settings_.spurious_wakes = n, *this; }
  scenario& spurious_failures(int n) { return settings_.spurious_failures = n, *this; }
  /// More runs are a failure, never a silent end. Each extra preemption allows 100 times as many.
  scenario& max_runs(std::uint64_t n) { return settings_.max_runs = n, *this; }
  scenario& max_steps(std::uint32_t n) { return settings_.max_steps = n, *this; }
  /// Runs f once as each model thread, one after the other, before the first run. What it leaves
  /// allocated, and open handles, belong to every run.
  scenario& warm_up(std::function<void()> f) { return settings_.warm_up = std::move(f), *this; }
  /// A run may end in a sys::fatal() whose message contains `text`.
  scenario& allow_fatal(std::string text);

  result explore(const std::function<void()>& body) const;
  /// Makes so many runs at random, without a bound on preemptions; run n, from 0, is that of seed +
  /// n. ABIDE_MODEL_SEED=s, a decimal number, replaces the seed: the first run is that of s.
  result sample(std::uint64_t runs, std::uint64_t seed, const std::function<void()>& body) const;
  /// Runs the one run of that trail and reports it. Throws: std::invalid_argument for a trail that
  /// is not of this scenario.
  result replay(std::string_view trail, const std::function<void()>& body) const;

 private:
  std::optional<result> replay_wanted(const std::function<void()>& body) const;

  std::string name_;
  settings settings_;
};

// ---- Inside a run -------------------------------------------------------------------------------

/// A thread of the model. Joins in its destructor; join_all() before costs fewer runs, because the
/// body then wakes once. Names are string literals.
class thread {
 public:
  explicit thread(std::function<void()> body) : thread("", std::move(body)) {}
  thread(const char* name, std::function<void()> body);
  ~thread() { join(); }
  thread(const thread&) = delete;
  thread& operator=(const thread&) = delete;

  /// Blocks until the thread has ended.
  void join() const noexcept;
  /// Blocks while the thread is awake, that is until it is in sys::sleep() or in a poll (a thread
  /// in sys::sleep_on_address() counts as awake) or has ended. Orders nothing.
  void await_asleep() const noexcept;

 private:
  int id_;
};

/// Joins all threads started by the body, except daemons.
void join_all() noexcept;

/// The failure of the run, unless the condition holds. The message is a string literal.
void check(bool condition, const char* message);

/// Collects a result of the run in result::outcomes, as in "1 0".
void outcome(std::initializer_list<std::int64_t> values);

/// Moves the virtual clock. One step.
void advance(std::chrono::nanoseconds);

/// Names an object in reports: addresses within it print as name+offset. A string literal.
void name_range(const void* begin, std::size_t size, const char* name);
template <class T>
void name(const T& object, const char* name) {
  name_range(&object, sizeof(T), name);
}

/// The heap block that the object lies in may outlive the run.
void lasting(const void* object);

/// Switches the checker off and on again; returns what to switch on.
void* leave_run() noexcept;
void resume_run(void* checker) noexcept;

/// Calls f with the checker switched off: memory it allocates is ordinary memory and may outlive
/// the run. It must not touch the product.
template <class F>
void outside(F&& f) {
  struct absence {
    void* checker = leave_run();
    ~absence() { resume_run(checker); }
  } absent;
  std::forward<F>(f)();
}

void plain_read(const void* object, std::size_t size) noexcept;
void plain_write(const void* object, std::size_t size) noexcept;

/// A variable that is no atomic. A race on it is a failure, and so is use outside its life.
template <class T>
class plain {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);

 public:
  plain(T value = T()) : value_(value) {  // NOLINT: implicit, as T converts to itself
    note_construction(&value_, sizeof(T));
  }
  ~plain() { note_destruction(&value_, sizeof(T)); }
  plain(const plain&) = delete;
  plain& operator=(const plain&) = delete;

  operator T() const {  // NOLINT: implicit, to be used as a T
    plain_read(&value_, sizeof(T));
    return value_;
  }
  plain& operator=(T value) {
    plain_write(&value_, sizeof(T));
    value_ = value;
    return *this;
  }

 private:
  T value_;
};

}  // namespace model
