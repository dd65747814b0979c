// SPDX-License-Identifier: BSL-1.0
#include "journal.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>

#include "json_string.hpp"

namespace abide_wait {

std::string journal::seconds(time_point at) const {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(at - start_).count());
  return text;
}

std::string journal::line(time_point at, const std::string& text) const {
  return seconds(at) + " s: " + text;
}

void journal::print(time_point at, std::size_t index, const condition& subject,
                    const occurrence& what) const {
  if (format_ == options::output::text) {
    print_text("abide-wait: " + line(at, subject.name() + ": " + what.text));
  }
  if (format_ == options::output::json) {
    print_json(at, std::to_string(index), json_string(subject.name()), what);
  }
}

void journal::print(time_point at, const occurrence& what) const {
  if (format_ == options::output::text) print_text("abide-wait: " + line(at, what.text));
  if (format_ == options::output::json) print_json(at, "null", "null", what);
}

void journal::print_json(time_point at, const std::string& index, const std::string& name,
                         const occurrence& what) const {
  print_text("{\"index\":" + index + ",\"condition\":" + name +
             ",\"event\":" + json_string(what.event) + ",\"seconds\":" + seconds(at) +
             ",\"code\":" + (what.code ? std::to_string(*what.code) : "null") + '}');
}

void journal::print_text(const std::string& line) const {
  if (std::printf("%s\n", line.c_str()) < 0 || std::fflush(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "write");
}

}  // namespace abide_wait
