// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>
#include <abide/owned_handle.hpp>
#include <abide/waitable.hpp>

#include <string>
#include <vector>

namespace abide {
inline namespace v1 {

/// A path in the file system that may come into being or go, as something to wait for: ready while
/// something may have changed since exists() last looked, and before it has looked at all.
///
///     abide::file_watch socket("server.socket");
///     while (!socket.exists()) abide::wait(socket, token);   // or among others in a wait_any
///
/// Nothing is polled: exists() leaves the system watching every directory on the way down to the
/// path, or to its nearest ancestor that exists, so no change is missed that follows its look. The
/// path may have no existing part but the root. Symbolic links are followed and may change, too.
/// Being ready means "look again": any name that comes or goes in one of those directories does it.
///
/// Not seen are changes that another machine makes on a network file system, /proc and /sys, and a
/// file system that is mounted over one of the directories or taken away from there. Seen late is
/// the end of a directory that is still in use, if the one above it may be searched but not read.
/// Lifetime: owns the watch, not the file. Moved from, it may only be assigned to and destroyed.
/// Thread safety: one call or wait at a time; a second thread uses its own watch.
class ABIDE_API file_watch {
 public:
  /// A relative path is one of the working directory that the process has now.
  /// Throws: std::invalid_argument for an empty path or one with a null character;
  /// std::system_error: EMFILE for want of a handle, or of one of the system's watches for a user
  /// (on Linux fs.inotify.max_user_instances, often 128).
  explicit file_watch(const std::string& path);

  /// The path as seen from the root.
  const std::string& path() const noexcept { return path_; }

  /// Whether the path exists, as of now; from here on the watch is ready once that may change.
  /// Blocks: as long as the file system takes to look a path up.
  /// Throws: std::system_error: EACCES for a directory on the way that may not be searched, or not
  /// read where the change would have to be seen; ENOSPC if the system watches no more directories
  /// for this user. The watch may look again, and should before it is waited for.
  [[nodiscard]] bool exists();

  /// Readable while the watch is ready. Owned by this object: poll it, do not read or close it.
  native_handle_type native_handle() const noexcept { return handle_.get(); }

 private:
  friend class detail::access;
  waitable_ref ref() const noexcept { return handle_.ref(); }

  std::string path_;
  detail::owned_handle handle_;
  std::vector<int> watched_;  // the system's numbers of the directories
};

}  // namespace v1
}  // namespace abide
