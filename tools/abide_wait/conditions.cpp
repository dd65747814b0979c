// SPDX-License-Identifier: BSL-1.0
#include <stdexcept>
#include <system_error>

#include "condition.hpp"
#include "signal_names.hpp"

namespace abide_wait {
namespace {

class exit_of_process : public condition {
 public:
  exit_of_process(const condition_spec& spec) : condition(spec.text), process_(spec.number) {}

  abide::waitable_ref ref() override { return process_; }
  abide::native_handle_type handle() const override { return process_.native_handle(); }
  std::string story() override {
    const auto status = process_.status();
    return status ? story_of(*status) : "exited";
  }

 private:
  abide::process process_;
};

/// A process that does not exist has exited.
class no_process : public condition {
 public:
  using condition::condition;

  abide::waitable_ref ref() override { return gone_; }
  abide::native_handle_type handle() const override { return gone_.native_handle(); }
  std::string story() override { return "does not exist"; }

 private:
  abide::manual_reset_event gone_{abide::initially_set};
};

std::unique_ptr<condition> make_exit_of_process(const condition_spec& spec) {
  try {
    return std::make_unique<exit_of_process>(spec);
  } catch (const std::system_error& e) {
    if (e.code() != std::errc::no_such_process) {
      throw std::runtime_error(spec.text + ": " + e.what());
    }
    return std::make_unique<no_process>(spec.text);
  }
}

class end_of_command : public condition {
 public:
  end_of_command(const condition_spec& spec, commands& all)
      : condition(spec.text), command_(all.start(spec.text, spec.command)) {}

  abide::waitable_ref ref() override { return command_.report(); }
  abide::native_handle_type handle() const override { return command_.report().get(); }
  std::optional<time_point> fired_at() override {
    if (!condition::fired_at()) return std::nullopt;
    return command_.ended().at;
  }
  std::string story() override { return story_of(command_.ended().status); }
  command* as_command() override { return &command_; }

 private:
  command& command_;
};

class input : public condition {
 public:
  input(const condition_spec& spec) : condition(spec.text), handle_(spec.number) {}

  abide::waitable_ref ref() override { return handle_; }
  abide::native_handle_type handle() const override { return handle_.get(); }
  std::string story() override {
    using abide::io;
    const io found = handle_.ready();
    if ((found & io::readable) != io{}) return "readable";
    return (found & io::hang_up) != io{} ? "at its end" : "ready";
  }

 private:
  abide::os_handle handle_;
};

class arrival_of_signal : public condition {
 public:
  arrival_of_signal(const condition_spec& spec) : condition(spec.text), signals_{spec.number} {}

  abide::waitable_ref ref() override { return signals_; }
  abide::native_handle_type handle() const override { return signals_.native_handle(); }
  std::string story() override {
    const auto signal = signals_.take();
    if (!signal || signal->sender == 0) return "arrived";
    return "arrived from process " + std::to_string(signal->sender);
  }

 private:
  abide::signal_set signals_;
};

class delay : public condition {
 public:
  delay(const condition_spec& spec) : condition(spec.text), end_(spec.end) { timer_.set(end_); }

  abide::waitable_ref ref() override { return timer_; }
  abide::native_handle_type handle() const override { return timer_.native_handle(); }
  std::optional<time_point> fired_at() override {
    if (!condition::fired_at()) return std::nullopt;
    return end_.time();
  }
  std::string story() override { return "passed"; }

 private:
  const abide::deadline end_;
  abide::waitable_timer timer_;
};

std::unique_ptr<condition> make_condition(const condition_spec& spec, commands& all) {
  switch (spec.what) {
    case condition_spec::kind::cmd:
      return std::make_unique<end_of_command>(spec, all);
    case condition_spec::kind::pid:
      return make_exit_of_process(spec);
    case condition_spec::kind::fd:
      return std::make_unique<input>(spec);
    case condition_spec::kind::signal:
      return std::make_unique<arrival_of_signal>(spec);
    case condition_spec::kind::after:
      break;
  }
  return std::make_unique<delay>(spec);
}

}  // namespace

condition_list make_conditions(const std::vector<condition_spec>& specs, commands& all) {
  condition_list list(specs.size());
  // The commands first: their guardians are forked before the timer thread starts.
  for (std::size_t i = 0; i != specs.size(); ++i) {
    if (specs[i].what == condition_spec::kind::cmd) list[i] = make_condition(specs[i], all);
  }
  for (std::size_t i = 0; i != specs.size(); ++i) {
    if (!list[i]) list[i] = make_condition(specs[i], all);
  }
  return list;
}

std::string story_of(abide::exit_status status) {
  return status.how == abide::exit_status::cause::exit
             ? "exited with " + std::to_string(status.value)
             : "killed by " + signal_name(status.value);
}

}  // namespace abide_wait
