// SPDX-License-Identifier: BSL-1.0
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <utility>

#include "platform/linux/fail.hpp"
#include "platform/linux/uncancelable.hpp"
#include "platform/sys_file.hpp"

// A path watch is an inotify instance. A name that is looked up in a directory can only come or go
// by an event of that directory, so the answer depends on the directories of the way down, and each
// is watched before a name is looked up in it.

namespace abide {
inline namespace v1 {
namespace sys {
namespace {

constexpr std::uint32_t names = IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM;

// Of what is found in a directory that may be searched but not read. ATTRIB: a file has lost a
// name. A directory that is removed while it is in use is told of once it no longer is.
constexpr std::uint32_t itself =
    IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW | IN_MASK_ADD;

constexpr int most_links = 40;  // of one path, as in the kernel

/// One way down a path.
class way {
 public:
  way(int fd, std::string path, std::vector<int>& watched)
      : fd_(fd), rest_(std::move(path)), watched_(watched) {}

  /// Goes as far as there is a way. Returns: whether that is to the end.
  bool go() {
    while (!rest_.empty()) {
      const std::string name = next();
      if (name.empty()) return is_directory_;  // there was a slash at the end
      if (!enter()) return false;
      const std::string path = at_ + name;
      if (!sees_names_ && !watch(path, itself)) refuse_blindness();
      struct stat found;
      if (::lstat(path.c_str(), &found) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) refuse("lstat", errno, path);
        if (!sees_names_) refuse_blindness();
        return false;
      }
      if (S_ISLNK(found.st_mode)) {
        if (++links_ > most_links || !follow(path)) return false;
      } else {
        is_directory_ = S_ISDIR(found.st_mode);
        at_ = path + '/';
      }
    }
    return true;
  }

 private:
  /// Watches the directory that has been reached. Returns: whether it is one, and still there.
  bool enter() {
    if (!is_directory_) return false;
    sees_names_ = watch(at_, names | IN_ONLYDIR | IN_MASK_ADD);
    return sees_names_ || errno == EACCES;
  }

  /// Takes the next name off what is left.
  std::string next() {
    const std::size_t start = std::min(rest_.find_first_not_of('/'), rest_.size());
    const std::size_t end = std::min(rest_.find('/', start), rest_.size());
    std::string name = rest_.substr(start, end - start);
    rest_.erase(0, end);
    return name;
  }

  /// Puts what a symbolic link says before what is left. Returns: whether it still is a link.
  bool follow(const std::string& link) {
    char target[PATH_MAX];
    const ssize_t n = ::readlink(link.c_str(), target, sizeof target);
    if (n <= 0) return false;
    if (target[0] == '/') at_ = "/";
    rest_.insert(0, target, static_cast<std::size_t>(n));
    return true;
  }

  /// Returns: false, with errno, if the path is not there or may not be read.
  bool watch(const std::string& path, std::uint32_t events) {
    const int number = ::inotify_add_watch(fd_, path.c_str(), events);
    if (number >= 0) watched_.push_back(number);
    if (number < 0 && errno != ENOENT && errno != ENOTDIR && errno != EACCES) {
      refuse("inotify_add_watch", errno, path);
    }
    return number >= 0;
  }

  [[noreturn]] void refuse_blindness() { refuse("inotify_add_watch", EACCES, at_); }

  const int fd_;
  std::string at_ = "/";  // the way gone so far, with a slash at its end
  std::string rest_;      // of the path
  bool is_directory_ = true;
  bool sees_names_ = true;  // whether the directory that was entered last is watched
  int links_ = 0;
  std::vector<int>& watched_;
};

// Takes what has happened.
void take_events(int fd) {
  alignas(inotify_event) char events[4096];
  while (::read(fd, events, sizeof events) > 0 || errno == EINTR) {}
}

}  // namespace

std::string absolute_path(const std::string& path) {
  if (path.front() == '/') return path;
  const std::unique_ptr<char, decltype(&std::free)> here(::getcwd(nullptr, 0), &std::free);
  if (!here) refuse("getcwd", errno, path);
  return std::string(here.get()) + '/' + path;
}

native_handle_type open_path_watch() {
  const uncancelable guard;
  const int fd = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (fd < 0) refuse("inotify_init", errno);
  // The end of a watch is an event, so there is one to read.
  const int number = ::inotify_add_watch(fd, "/", IN_DELETE_SELF);
  if (number < 0) {
    const int error = errno;
    ::close(fd);
    refuse("inotify_add_watch", error, "/");
  }
  ::inotify_rm_watch(fd, number);
  return fd;
}

bool look_at_path(native_handle_type fd, const std::string& path, std::vector<int>& watched) {
  const uncancelable guard;
  take_events(fd);
  std::vector<int> before = std::exchange(watched, {});
  const auto is_watched = [&](int number) {
    return std::find(watched.begin(), watched.end(), number) != watched.end();
  };
  bool exists;
  try {
    exists = way(fd, path, watched).go();
  } catch (...) {
    std::erase_if(before, is_watched);
    watched.insert(watched.end(), before.begin(), before.end());
    throw;
  }
  for (const int number : before) {
    // Fails if the directory is gone, and the watch with it.
    if (!is_watched(number)) ::inotify_rm_watch(fd, number);
  }
  return exists;
}

}  // namespace sys
}  // namespace v1
}  // namespace abide
