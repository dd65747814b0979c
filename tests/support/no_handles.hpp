// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace support {

/// While it lives the OS refuses to make event handles, as if the process had no descriptor left.
/// The sanitizers, which need descriptors to look at an exception, still get theirs.
class no_handles {
 public:
  no_handles();
  ~no_handles();
  no_handles(const no_handles&) = delete;
  no_handles& operator=(const no_handles&) = delete;
};

}  // namespace support
