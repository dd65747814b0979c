// SPDX-License-Identifier: BSL-1.0
#include <abide/waitable.hpp>

#include <cstdio>

#include "core/exported_handle.hpp"
#include "core/wait_list.hpp"
#include "core/watch.hpp"
#include "platform/sys.hpp"

// The end of an object that is not plainly at rest (P11). Linked entries are alive: a call unlinks
// its entry under LOCK before it returns. A call that is undecided would wait for ever: the program
// ends. A call that is decided is on its way out: the destructor sleeps until it has left.

namespace abide {
inline namespace v1 {
namespace core {
namespace {

[[noreturn]] void end_program(const char* name, const void* object, const char* why) noexcept {
  char message[128];
  std::snprintf(message, sizeof message, "abide: %s at %p destroyed while %s", name, object, why);
  sys::fatal(message);
}

// Why the object may not go: null if all its entries belong to calls that are decided.
const char* who_still_needs(const locked& object) noexcept {
  wait_entry* entry = object.first();
  do {
    if (is_watch(*entry)) return "a wait_set watches it";
    if (entry->block->decided() == waiting) return "a thread waits on it";
    entry = entry->next;
  } while (entry != object.first());
  return nullptr;
}

}  // namespace
}  // namespace core

namespace detail {

void retire(const waitable& w, kind k, const char* name, const void* user_object) noexcept {
  if (sys::is_forked_child()) return;
  core::exported_handle* handle = nullptr;
  for (;;) {
    core::locked object(w, k);
    if (core::exported_handle* x = object.handle(); x != nullptr) {
      object.unlink(*x);
      handle = x;
    }
    if (object.is_empty()) {
      object.publish();
      break;
    }
    if (const char* why = core::who_still_needs(object); why != nullptr) {
      if (!sys::is_exiting()) core::end_program(name, user_object, why);
      object.publish();
      break;
    }
    object.publish_and_sleep();
  }
  if (handle != nullptr) handle->release();
}

}  // namespace detail
}  // namespace v1
}  // namespace abide
