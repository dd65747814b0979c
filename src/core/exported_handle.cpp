// SPDX-License-Identifier: BSL-1.0
#include "core/exported_handle.hpp"

#include <abide/waitable.hpp>

#include "core/process_hooks.hpp"
#include "core/wait_list.hpp"

namespace abide {
inline namespace v1 {
namespace core {

exported_handle::exported_handle() : handle_(sys::make_handle()) { rank = group::handle; }

exported_handle::~exported_handle() { sys::close_handle(handle_); }

bool exported_handle::want(level wanted) noexcept {
  // Relaxed: the object's LOCK orders the writers.
  if (wanted_.load(sys::memory_order_relaxed) == wanted) return false;
  // Relaxed: the caller holds the object, which holds a reference.
  references_.fetch_add(1, sys::memory_order_relaxed);
  // Release: pairs with the acquire in reconcile().
  wanted_.store(wanted, sys::memory_order_release);
  return true;
}

void exported_handle::reconcile() noexcept {
  lock_.lock();
  // Acquire: pairs with want(). Whoever comes last sees the last wanted level, because it wrote it
  // or a later one did, and each writer comes here after its write.
  const level wanted = wanted_.load(sys::memory_order_acquire);
  if (wanted != shown_) {
    if (wanted == level::raised) {
      sys::raise_handle(handle_);
    } else {
      sys::lower_handle(handle_);
    }
    shown_ = wanted;
  }
  lock_.unlock();
  release();
}

void exported_handle::release() noexcept {
  // Release: pairs with the acquire of the last one, which closes the handle.
  if (references_.fetch_sub(1, sys::memory_order_acq_rel) == 1) delete this;
}

}  // namespace core

namespace detail {

native_handle_type export_handle(const waitable& w, kind k) {
  {
    core::locked object(w, k);
    if (core::exported_handle* x = object.handle(); x != nullptr) {
      const native_handle_type handle = x->get();
      object.publish();
      return handle;
    }
    object.publish();
  }
  core::install_process_hooks();
  // Made before LOCK is taken: a refusal leaves the object untouched.
  auto* made = new core::exported_handle;
  core::locked object(w, k);
  if (core::exported_handle* x = object.handle(); x != nullptr) {  // another thread was faster
    const native_handle_type handle = x->get();
    object.publish();
    made->release();
    return handle;
  }
  const native_handle_type handle = made->get();
  object.append(*made);
  object.publish();
  return handle;
}

}  // namespace detail
}  // namespace v1
}  // namespace abide
