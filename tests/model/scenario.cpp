// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "checker.hpp"
#include "engine.hpp"
#include "signals.hpp"

namespace model {

namespace {

using real_clock = std::chrono::steady_clock;

int extra_bound() {
  const char* text = std::getenv("ABIDE_MODEL_BOUND_EXTRA");
  return text == nullptr ? 0 : std::atoi(text);
}

// "name:bound:choices"; the name may hold colons itself.
struct parsed_trail {
  int bound;
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
  return {std::stoi(std::string(text.substr(0, colon))), trail::parse(text.substr(colon + 1))};
}

// All runs, from the given trail on, until one fails, `most` are done or there are no more.
result run_all(const std::string& name, const settings& s, int bound, trail first,
               std::uint64_t most, const std::function<void()>& body) {
  result r;
  r.name = name;
  r.bound = bound;
  r.stale_reads = s.memory == consistency::weak ? s.stale_reads : 0;
  const signal_guard guard;
  const auto checker = std::make_unique<engine>(s, bound, std::move(first));
  const auto begin = real_clock::now();
  bool fine = s.warm_up == nullptr || checker->warm_up(s.warm_up);
  while (fine && r.runs < most) {
    ++r.runs;
    fine = checker->run(body);
    if (fine && checker->ended_fatally()) ++r.fatal_runs;
    if (fine && r.runs == 1) fine = checker->repeat(body);
    if (fine && !checker->choices.advance()) {
      r.exhausted = true;
      break;
    }
  }
  checker->describe_run(r);
  r.steps = checker->all_steps;
  r.outcomes = std::move(checker->outcomes);
  r.seconds = std::chrono::duration<double>(real_clock::now() - begin).count();
  return r;
}

}  // namespace

std::string result::summary() const {
  if (kind != failure::none) return name + ": FAILED: " + message;
  std::string text = name + ": " + std::to_string(runs) + " interleavings ";
  text += exhausted ? "exhausted" : "run";
  text += " at <= " + std::to_string(bound) + " preemptions";
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

result scenario::explore(const std::function<void()>& body) const {
  const char* wanted = std::getenv("ABIDE_MODEL_REPLAY");
  if (wanted != nullptr && is_trail_of(wanted, name_)) {
    const result r = replay(wanted, body);
    std::fputs(r.report.c_str(), stderr);
    return r;
  }
  const int extra = extra_bound();
  std::uint64_t most = settings_.max_runs;
  for (int i = 0; i < extra && most < 1'000'000'000'000; ++i) most *= 100;
  result r = run_all(name_, settings_, settings_.bound + extra, trail(), most, body);
  if (!r.exhausted && r.kind == failure::none) {
    r.kind = failure::run_limit;
    r.message = "more than " + std::to_string(most) + " runs";
    r.report = "model: " + name_ + ": " + r.message + "\n";
  }
  return r;
}

result scenario::replay(std::string_view text, const std::function<void()>& body) const {
  parsed_trail start = parse(text, name_);
  return run_all(name_, settings_, start.bound, std::move(start.choices), 1, body);
}

}  // namespace model
