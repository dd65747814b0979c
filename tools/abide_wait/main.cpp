// SPDX-License-Identifier: BSL-1.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <span>
#include <string>
#include <system_error>

#include "options.hpp"
#include "parsing.hpp"
#include "run.hpp"

namespace {

int print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    throw std::system_error(errno, std::generic_category(), "write");
  }
  return 0;
}

/// Fills the standard descriptors that are closed, lest a pipe become standard output.
void open_standard_descriptors() {
  int fd;
  do {
    fd = ::open("/dev/null", O_RDWR);
  } while (0 <= fd && fd <= STDERR_FILENO);
  ::close(fd);
}

int run(int argc, char** argv) {
  using namespace abide_wait;
  const options o = parse(argc, argv);
  if (o.what == options::action::help) return print(help);
  if (o.what == options::action::version) return print("abide-wait " ABIDE_VERSION "\n");
  open_standard_descriptors();
  char* const last = argv[argc - 1];
  return abide_wait::run(o, std::span(argv[0], last + std::strlen(last)));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const abide_wait::usage_error& e) {
    std::fprintf(stderr, "abide-wait: %s\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "abide-wait: %s\n", e.what());
    return 1;
  }
}
