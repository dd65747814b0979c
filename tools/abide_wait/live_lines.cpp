// SPDX-License-Identifier: BSL-1.0
#include "live_lines.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace abide_wait {
namespace {

// What any terminal since the VT100 understands (ECMA-48, and DECAWM for the wrapping).
constexpr const char* no_wrap = "\x1b[?7l";
constexpr const char* wrap = "\x1b[?7h";
constexpr const char* to_end_of_line = "\x1b[K";
constexpr const char* to_end_of_screen = "\x1b[J";

std::string up(std::size_t lines) { return "\r\x1b[" + std::to_string(lines) + "A"; }

/// A condition may be written with anything; a terminal takes some of that for commands.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

/// The terminal that is standard error, opened anew: a write to it never blocks then, and that is
/// nobody's business but ours. -1 if it is none.
int open_terminal() {
  return ::isatty(STDERR_FILENO)
             ? ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
             : -1;
}

/// Whether this process is a job of its own, and the one that the terminal is for: others of its
/// group, or those of another job, may write between the lines.
bool has_the_terminal() {
  return ::getpgrp() == ::getpid() && ::tcgetpgrp(STDERR_FILENO) == ::getpid();
}

}  // namespace

live_lines::manner live_lines::manner_for(const options& o) const {
  if (o.print != options::output::text || terminal_.get() < 0) return manner::off;
  for (const condition_spec& c : o.conditions) {
    if (c.what == condition_spec::kind::cmd) return manner::append;
  }
  const char* const terminal = std::getenv("TERM");
  winsize size{};
  const bool is_high_enough =
      ::ioctl(terminal_.get(), TIOCGWINSZ, &size) == 0 && o.conditions.size() < size.ws_row;
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  const bool can_draw_over = is_high_enough && !is_dumb && has_the_terminal();
  return can_draw_over ? manner::draw_over : manner::append;
}

live_lines::live_lines(const options& o, const condition_list& conditions, const journal& log)
    : conditions_(conditions), log_(log), terminal_(open_terminal()), manner_(manner_for(o)) {}

void live_lines::write(const std::string& text) {
  const ssize_t n = ::write(terminal_.get(), text.data(), text.size());
  if (n != static_cast<ssize_t>(text.size())) manner_ = manner::off;  // it does not take it
}

std::string live_lines::line(const condition& c) const {
  const auto at = c.seen();
  return "abide-wait: " +
         printable(at ? log_.line(*at, c.name() + ": holds") : c.name() + ": " + c.state());
}

void live_lines::update() {
  if (manner_ == manner::off || lost_the_terminal()) return;
  std::vector<std::string> lines;
  for (const auto& c : conditions_) lines.push_back(line(*c));
  if (lines == shown_) return;
  std::string text;
  if (manner_ == manner::draw_over) {
    if (!shown_.empty()) text += up(shown_.size());
    text += no_wrap;
    for (const std::string& l : lines) text += l + to_end_of_line + '\n';
    text += wrap;
  } else {
    for (std::size_t i = 0; i != lines.size(); ++i) {
      const bool is_new = shown_.empty() || lines[i] != shown_[i];
      // What has come to hold is printed in the end, for good.
      if (is_new && !conditions_[i]->seen()) text += lines[i] + '\n';
    }
  }
  if (!text.empty()) write(text);
  shown_ = lines;
}

bool live_lines::lost_the_terminal() {
  const bool lost = manner_ == manner::draw_over && !has_the_terminal();
  if (lost) shown_.clear();  // what was drawn is not where it was
  return lost;
}

void live_lines::wipe() {
  if (manner_ == manner::draw_over && !lost_the_terminal() && !shown_.empty()) {
    write(up(shown_.size()) + to_end_of_screen);
  }
  shown_.clear();
}

}  // namespace abide_wait
