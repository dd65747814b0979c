// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/export.hpp>
#include <abide/sys/atomic.hpp>

#include <cstdint>

#include "core/wait_entry.hpp"
#include "core/word_lock.hpp"

namespace abide {
inline namespace v1 {
namespace core {

/// An object's OS handle: an entry that is always the tail of the object's list while the object
/// lives. A change notes the level it wants under the object's LOCK and takes a reference; after it
/// has published it brings the handle to the wanted level, without the object. So the handle is
/// exact once all changes have returned, no wake is missed, and it is never closed under a writer:
/// the last reference closes it (P13).
class exported_handle final : public wait_entry {
 public:
  enum class level : bool { lowered, raised };

  /// Throws: std::system_error with the OS code.
  exported_handle();
  exported_handle(const exported_handle&) = delete;
  exported_handle& operator=(const exported_handle&) = delete;

  native_handle_type get() const noexcept { return handle_; }

  /// Notes the level the handle should have; the object's LOCK is held. Returns: whether it is a
  /// change; then the caller holds a reference and must call reconcile().
  bool want(level wanted) noexcept;

  /// Brings the handle to the noted level and gives back the reference.
  void reconcile() noexcept;

  void release() noexcept;

 private:
  ~exported_handle();

  sys::atomic<std::uint32_t> references_{1};   // the object, and changes under way
  sys::atomic<level> wanted_{level::lowered};  // written under the object's LOCK
  word_mutex lock_;                            // held while the handle is brought to a level
  level shown_ = level::lowered;               // what the handle shows; under lock_
  const native_handle_type handle_;
};

}  // namespace core
}  // namespace v1
}  // namespace abide
