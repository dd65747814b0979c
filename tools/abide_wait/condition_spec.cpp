// SPDX-License-Identifier: BSL-1.0
#include "condition_spec.hpp"

#include <fcntl.h>

#include <string_view>

#include "parsing.hpp"
#include "signal_names.hpp"

namespace abide_wait {
namespace {

using kind = condition_spec::kind;

void read_pid(condition_spec& spec, const std::string& value) {
  spec.number = to_number(value).value_or(0);
  if (spec.number <= 0) fail(spec.text, quoted(value) + " is not the number of a process");
}

void read_command(condition_spec& spec, const std::string& value) {
  if (value.empty()) fail(spec.text, "has no command");
  spec.value = value;
}

void read_descriptor(condition_spec& spec, const std::string& value) {
  spec.number = to_number(value).value_or(-1);
  if (spec.number < 0) fail(spec.text, quoted(value) + " is not a file descriptor");
  if (::fcntl(spec.number, F_GETFD) < 0) fail(spec.text, "this file descriptor is not open");
}

void read_signal(condition_spec& spec, const std::string& value) {
  spec.number = signal_number(value);
  if (spec.number == 0) fail(spec.text, quoted(value) + " is not a signal that can be waited for");
}

/// HOST:PORT; an IPv6 address stands in brackets.
void read_address(condition_spec& spec, const std::string& value) {
  const std::size_t colon = value.rfind(':');
  if (colon == value.npos || value.ends_with(']')) {
    fail(spec.text, "has no port (use tcp:HOST:PORT)");
  }
  std::string host = value.substr(0, colon);
  const std::string port = value.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != host.npos) {
    fail(spec.text, "an IPv6 address stands in brackets (use tcp:[::1]:PORT)");
  }
  if (host.empty()) fail(spec.text, "has no host (use tcp:HOST:PORT)");
  spec.value = host;
  spec.number = to_number(port).value_or(0);
  if (spec.number <= 0 || spec.number > 65535) {
    fail(spec.text, quoted(port) + " is not a port (use 1 to 65535)");
  }
}

void read_path(condition_spec& spec, const std::string& value) {
  if (value.empty()) fail(spec.text, "has no path");
  spec.value = value;
}

void read_delay(condition_spec& spec, const std::string& value) {
  spec.end = abide::deadline::after(to_duration(spec.text, value));
}

void read_time(condition_spec& spec, const std::string& value) {
  spec.time = to_time(spec.text, value);
}

struct type {
  std::string_view form;
  kind what;
  void (*read)(condition_spec&, const std::string& value);
};

constexpr type types[] = {
    {"pid:N", kind::pid, read_pid},
    {"cmd:TEXT", kind::cmd, read_command},
    {"fd:N", kind::fd, read_descriptor},
    {"signal:NAME", kind::signal, read_signal},
    {"tcp:HOST:PORT", kind::tcp, read_address},
    {"file:PATH", kind::file, read_path},
    {"gone:PATH", kind::gone, read_path},
    {"after:D", kind::after, read_delay},
    {"at:TIME", kind::at, read_time},
};

}  // namespace

condition_spec to_condition(const std::string& text) {
  const std::string start = text.substr(0, text.find(':') + 1);
  std::string forms;
  for (const type& t : types) {
    if (!start.empty() && t.form.starts_with(start)) {
      condition_spec spec{t.what, text};
      t.read(spec, text.substr(start.size()));
      return spec;
    }
    forms += (forms.empty() ? "" : ", ") + std::string(t.form);
  }
  fail(text, "is not a condition (use " + forms + ")");
}

}  // namespace abide_wait
