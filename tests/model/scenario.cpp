// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>

#include "checker.hpp"
#include "engine.hpp"
#include "signals.hpp"

namespace model {

namespace {

using real_clock = std::chrono::steady_clock;

constexpr int no_bound = 1'000'000;  // preemptions: a run has fewer steps

int extra_bound() {
  const char* text = std::getenv("ABIDE_MODEL_BOUND_EXTRA");
  return text == nullptr ? 0 : std::atoi(text);
}

// "name:bound:choices"; the name may hold colons itself. Without sleep sets the bound has a star.
struct parsed_trail {
  int bound;
  reduction search;
  trail choices;
};

bool is_trail_of(std::string_view text, const std::string& name) {
  return text.size() > name.size() && text.substr(0, name.size()) == name &&
         text[name.size()] == ':';
}

parsed_trail parse(std::string_view text, const std::string& name) {
  if (!is_trail_of(text, name)) throw std::invalid_argument("a trail of another scenario");
  text.remove_prefix(name.size() + 1);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) throw std::invalid_argument("a trail without choices");
  const std::string bound(text.substr(0, colon));
  const auto search = bound.ends_with('*') ? reduction::none : reduction::sleep_sets;
  return {std::stoi(bound), search, trail::parse(text.substr(colon + 1))};
}

// The runs from the given trail on, until one fails, `most` are done or `next` gives no more.
template <class Next>
result run_all(const std::string& name, const settings& s, int bound, trail first,
               std::uint64_t most, const std::function<void()>& body, Next&& next) {
  result r;
  r.name = name;
  r.bound = bound;
  r.stale_reads = s.memory == consistency::weak ? s.stale_reads : 0;
  const signal_guard guard;
  const auto checker = std::make_unique<engine>(s, bound, std::move(first));
  const auto begin = real_clock::now();
  bool fine = s.warm_up == nullptr || checker->warm_up(s.warm_up);
  while (fine && r.runs + r.cut_short < most) {
    fine = checker->run(body);
    ++(checker->was_cut_short() ? r.cut_short : r.runs);
    r.threads = std::max(r.threads, checker->threads.acting());
    if (fine && checker->ended_fatally()) ++r.fatal_runs;
    if (fine && r.runs == 1 && r.cut_short == 0) fine = checker->repeat(body);
    if (fine && !next(checker->choices)) {
      r.exhausted = true;
      break;
    }
  }
  checker->describe_run(r);
  r.steps = checker->all_steps;
  r.outcomes = std::move(checker->outcomes);
  r.equivalence = std::move(checker->equivalence_classes);
  r.seconds = std::chrono::duration<double>(real_clock::now() - begin).count();
  return r;
}

}  // namespace

std::string result::summary() const {
  if (kind != failure::none) return name + ": FAILED: " + message;
  std::string text = name + ": " + std::to_string(runs) + " interleavings of " +
                     std::to_string(threads) + " threads ";
  if (!exhausted) return text + "run";
  text += "exhausted at <= " + std::to_string(bound) + " preemptions";
  if (stale_reads == settings::unlimited) {
    text += " and any stale reads";
  } else if (stale_reads != 0) {
    text += " and <= " + std::to_string(stale_reads) + " stale reads";
  }
  std::array<char, 32> time;
  std::snprintf(time.data(), time.size(), ", %.1f s", seconds);
  return text + time.data();
}

scenario& scenario::weak(int stale_reads) {
  settings_.memory = consistency::weak;
  settings_.stale_reads = stale_reads;
  return *this;
}

scenario& scenario::allow_fatal(std::string text) {
  settings_.allowed_fatal = std::move(text);
  return *this;
}

// The one run that ABIDE_MODEL_REPLAY asks for.
std::optional<result> scenario::replay_wanted(const std::function<void()>& body) const {
  const char* wanted = std::getenv("ABIDE_MODEL_REPLAY");
  if (wanted == nullptr || !is_trail_of(wanted, name_)) return std::nullopt;
  result r = replay(wanted, body);
  r.replayed = true;
  std::fputs(r.report.c_str(), stderr);
  return r;
}

result scenario::explore(const std::function<void()>& body) const {
  if (std::optional<result> r = replay_wanted(body)) return *r;
  const int extra = extra_bound();
  std::uint64_t most = settings_.max_runs;
  for (int i = 0; i < extra && most < 1'000'000'000'000; ++i) most *= 100;
  result r = run_all(name_, settings_, settings_.bound + extra, trail(), most, body,
                     [](trail& t) { return t.advance(); });
  if (!r.exhausted && r.kind == failure::none) {
    r.kind = failure::run_limit;
    r.message = "more than " + std::to_string(most) + " runs";
    r.report = "model: " + name_ + ": " + r.message + "\n";
  }
  return r;
}

result scenario::sample(std::uint64_t runs, std::uint64_t seed,
                        const std::function<void()>& body) const {
  if (std::optional<result> r = replay_wanted(body)) return *r;
  if (const char* wanted = std::getenv("ABIDE_MODEL_SEED"))
    seed = std::strtoull(wanted, nullptr, 10);
  settings s = settings_;
  s.search = reduction::none;
  result r = run_all(name_, s, no_bound, trail::random(seed), runs, body, [&](trail& t) {
    t = trail::random(++seed);
    return true;
  });
  if (r.kind != failure::none) {
    r.report += "  first of the random runs with: ABIDE_MODEL_SEED=" + std::to_string(seed) + "\n";
  }
  return r;
}

result scenario::replay(std::string_view text, const std::function<void()>& body) const {
  parsed_trail start = parse(text, name_);
  settings s = settings_;
  s.search = start.search;
  return run_all(name_, s, start.bound, std::move(start.choices), 1, body,
                 [](trail& t) { return t.advance(); });
}

}  // namespace model
