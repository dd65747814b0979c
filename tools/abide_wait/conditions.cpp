// SPDX-License-Identifier: BSL-1.0
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <system_error>

#include "condition.hpp"
#include "descriptor.hpp"
#include "path_condition.hpp"
#include "signal_names.hpp"
#include "tcp_condition.hpp"

namespace abide_wait {
namespace {

/// 14:03:22, with the date unless that is today's.
std::string local_time(std::chrono::sys_seconds at) {
  const std::time_t t = at.time_since_epoch().count();
  const std::time_t now = std::time(nullptr);
  std::tm then{};
  std::tm today{};
  if (::localtime_r(&t, &then) == nullptr || ::localtime_r(&now, &today) == nullptr) return "later";
  const bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  char text[32];
  std::strftime(text, sizeof text, is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
  return text;
}

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

class exit_of_process : public condition {
 public:
  exit_of_process(const condition_spec& spec) : condition(spec.text), process_(spec.number) {}

  abide::waitable_ref ref() override { return process_; }
  abide::native_handle_type handle() const override { return process_.native_handle(); }
  std::string state() const override { return "runs"; }
  occurrence what_happened() override {
    const auto status = process_.status();
    return status ? end_of(*status) : occurrence{"exited", "exited", {}};
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
  std::string state() const override { return "does not exist"; }
  occurrence what_happened() override { return {"absent", "does not exist", {}}; }

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
      : condition(spec.text), command_(all.start(spec.text, spec.value)) {}

  abide::waitable_ref ref() override { return command_.report(); }
  abide::native_handle_type handle() const override { return command_.report().get(); }
  std::optional<time_point> fired_at() override {
    if (!seen()) return std::nullopt;
    return command_.ended().at;
  }
  std::string state() const override { return "runs"; }
  occurrence what_happened() override { return end_of(command_.ended().status); }
  command* as_command() override { return &command_; }

 private:
  command& command_;
};

class input : public condition {
 public:
  input(const condition_spec& spec) : condition(spec.text), handle_(spec.number) {}

  abide::waitable_ref ref() override { return handle_; }
  abide::native_handle_type handle() const override { return handle_.get(); }
  std::string state() const override { return "not readable"; }
  occurrence what_happened() override {
    using abide::io;
    (void)abide::wait_for(std::chrono::seconds(0), handle_);  // another wait may have seen it
    const io found = handle_.ready();
    if ((found & io::readable) != io{}) return {"readable", "readable", {}};
    return (found & io::hang_up) != io{} ? occurrence{"end", "at its end", {}}
                                         : occurrence{"ready", "ready", {}};
  }

 private:
  abide::os_handle handle_;
};

class arrival_of_signal : public condition {
 public:
  arrival_of_signal(const condition_spec& spec) : condition(spec.text), signals_{spec.number} {}

  abide::waitable_ref ref() override { return signals_; }
  abide::native_handle_type handle() const override { return signals_.native_handle(); }
  std::string state() const override { return "has not arrived"; }
  occurrence what_happened() override {
    const auto signal = signals_.take();
    if (!signal || signal->sender == 0) return {"arrived", "arrived", {}};
    return {"arrived", "arrived from process " + std::to_string(signal->sender), {}};
  }

 private:
  abide::signal_set signals_;
};

class delay : public condition {
 public:
  delay(const condition_spec& spec)
      : condition(spec.text),
        end_(spec.end),
        until_(local_time(now() + std::chrono::floor<std::chrono::seconds>(end_.remaining()))) {
    timer_.set(end_);
  }

  abide::waitable_ref ref() override { return timer_; }
  abide::native_handle_type handle() const override { return timer_.native_handle(); }
  std::optional<time_point> fired_at() override {
    if (!seen()) return std::nullopt;
    return end_.time();
  }
  std::string state() const override { return "until " + until_; }
  occurrence what_happened() override { return {"passed", "passed", {}}; }

 private:
  const abide::deadline end_;
  const std::string until_;
  abide::waitable_timer timer_;
};

/// A time on the wall clock, which may be set, and goes on while the machine sleeps.
class wall_clock_time : public condition {
 public:
  wall_clock_time(const condition_spec& spec)
      : condition(spec.text),
        time_(spec.time),
        clock_(make_clock(spec.time)),
        handle_(clock_.get()) {}

  abide::waitable_ref ref() override { return handle_; }
  abide::native_handle_type handle() const override { return clock_.get(); }
  std::string state() const override {
    return "until " + local_time(std::chrono::floor<std::chrono::seconds>(time_));
  }
  occurrence what_happened() override { return {"reached", "reached", {}}; }

 private:
  static descriptor make_clock(std::chrono::sys_time<std::chrono::milliseconds> time) {
    descriptor clock(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    time = std::max(time, decltype(time)());  // what came before the epoch has passed, too
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    itimerspec at{};
    at.it_value.tv_sec = whole.time_since_epoch().count();
    // Zero would disarm it; one nanosecond late is not early.
    at.it_value.tv_nsec = std::chrono::nanoseconds(time - whole).count() + 1;
    if (clock.get() < 0 || ::timerfd_settime(clock.get(), TFD_TIMER_ABSTIME, &at, nullptr) != 0) {
      throw std::system_error(errno, std::generic_category(), "timerfd");
    }
    return clock;
  }

  const std::chrono::sys_time<std::chrono::milliseconds> time_;
  descriptor clock_;
  abide::os_handle handle_;
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
    case condition_spec::kind::tcp:
      return make_tcp_port(spec);
    case condition_spec::kind::file:
    case condition_spec::kind::gone:
      return make_path(spec);
    case condition_spec::kind::at:
      return std::make_unique<wall_clock_time>(spec);
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

occurrence end_of(abide::exit_status status) {
  if (status.how == abide::exit_status::cause::exit) {
    return {"exited", "exited with " + std::to_string(status.value), status.value};
  }
  return {"killed", "killed by " + signal_name(status.value), 128 + status.value};
}

}  // namespace abide_wait
