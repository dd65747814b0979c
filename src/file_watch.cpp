// SPDX-License-Identifier: BSL-1.0
#include <abide/file_watch.hpp>

#include <stdexcept>

#include "platform/sys_file.hpp"

namespace abide {
inline namespace v1 {
namespace {

const std::string& checked(const std::string& path) {
  if (path.empty()) throw std::invalid_argument("abide::file_watch: the path is empty");
  if (path.find('\0') != path.npos) {
    throw std::invalid_argument("abide::file_watch: the path has a null character");
  }
  return path;
}

}  // namespace

file_watch::file_watch(const std::string& path)
    : path_(sys::absolute_path(checked(path))), handle_(sys::open_path_watch()) {}

bool file_watch::exists() { return sys::look_at_path(handle_.get(), path_, watched_); }

}  // namespace v1
}  // namespace abide
