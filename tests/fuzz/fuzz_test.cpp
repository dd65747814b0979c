// SPDX-License-Identifier: BSL-1.0
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "fuzz/compare.hpp"
#include "fuzz/operation.hpp"
#include "fuzz/random_bytes.hpp"
#include "fuzz/world.hpp"
#include "support/long_form.hpp"

// Sequences of calls on the library, in a world of one thread, against the reference model.
//
//   ABIDE_LONG=1             more of them
//   ABIDE_FUZZ_SEED=N        begin at sequence N; a failure tells the number
//   ABIDE_FUZZ_REPLAY=FILE   play the sequence of a file instead

namespace fuzz {
namespace {

std::uint64_t under_way = 0;

void tell_sequence(const char*) {
  std::fprintf(stderr, "ABIDE_FUZZ_SEED=%llu\n", static_cast<unsigned long long>(under_way));
}

void on_signal(int signal) {
  tell_sequence(nullptr);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::uint64_t first_seed() {
  const char* const seed = std::getenv("ABIDE_FUZZ_SEED");
  return seed != nullptr ? std::strtoull(seed, nullptr, 10) : 1;
}

/// The usual form ends by then, on a busy machine too.
std::chrono::seconds usual_time() { return std::chrono::seconds(support::rounds(15, 3600)); }

std::string failure(const sequence& s) {
  const sequence shortest = shrink(s);
  const auto d = compare(shortest);
  return d ? explain(shortest, *d) : "it does not fail again:\n" + to_text(s);
}

void play(profile what, long count, std::chrono::seconds most) {
  world::on_fatal(&tell_sequence);
  for (int s : {SIGSEGV, SIGABRT}) std::signal(s, on_signal);
  const auto begin = std::chrono::steady_clock::now();
  const std::uint64_t first = first_seed();
  long played = 0;
  long operations = 0;
  while (played != count && std::chrono::steady_clock::now() - begin < most) {
    under_way = first + static_cast<std::uint64_t>(played++);
    const sequence s = from_bytes(random_bytes(under_way), what);
    operations += static_cast<long>(s.size());
    ASSERT_FALSE(compare(s)) << "after " << played << " sequences, ABIDE_FUZZ_SEED=" << under_way
                             << "\n"
                             << failure(s);
  }
  std::printf("figure: %ld sequences (%ld operations)\n", played, operations);
  for (int s : {SIGSEGV, SIGABRT}) std::signal(s, SIG_DFL);
}

TEST(Fuzz, SequencesDoWhatTheReferenceSays) {
  if (const char* const file = std::getenv("ABIDE_FUZZ_REPLAY")) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    const sequence s = read_sequence(text.str());
    std::printf("%s", transcript(s).c_str());
    if (const auto d = compare(s)) FAIL() << explain(s, *d);
    return;
  }
  play(profile::everything, support::rounds(20'000, 200'000), usual_time());
}

TEST(Fuzz, PortableSequencesDoWhatTheReferenceSays) {
  play(profile::portable, support::rounds(5'000, 50'000), usual_time());
}

TEST(Fuzz, SequencesAreReadAsTheyAreWritten) {
  for (std::uint64_t seed = 1; seed != 2000; ++seed) {
    for (profile what : {profile::everything, profile::portable}) {
      const sequence s = from_bytes(random_bytes(seed), what);
      ASSERT_EQ(read_sequence(to_text(s)), s) << to_text(s);
    }
  }
}

}  // namespace
}  // namespace fuzz
