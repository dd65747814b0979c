// SPDX-License-Identifier: BSL-1.0
#include <abide/manual_reset_event.hpp>
#include <abide/wait_set.hpp>

#include <algorithm>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "core/process_hooks.hpp"
#include "core/watch.hpp"
#include "core/word_lock.hpp"
#include "platform/sys.hpp"

// A wait on a set is a wait_any over two things, a token aside: the ready list, which is a
// semaphore, and the handle that stands for all OS handles; until there is one, over an event that
// tells when there is. What the wait_any tells is leave to look, and the look decides: it takes
// what it finds, or the wait goes on.

namespace abide {
inline namespace v1 {
namespace {

using core::ready_list;
using core::watch;
using detail::access;
using detail::watched_handle;

struct member {
  std::size_t key;
  cancellation_token kept;
  std::optional<watch> object;             // or
  const watched_handle* handle = nullptr;  // or neither: the token that is never canceled
  native_handle_type number{};             // of the handle, as it was added
  std::uintptr_t tag = 0;                  // what the handle set knows it by
  std::uint64_t told = 0;                  // the last look that told of it
};

}  // namespace

struct wait_set::state {
  // What may fail comes first, so that a refusal changes nothing.
  void add(waitable_ref w, std::size_t key, cancellation_token kept);
  void remove(member& m) noexcept;

  void watch_handle(native_handle_type handle, io wanted, std::uintptr_t tag);
  std::size_t look_at_handles(std::span<std::size_t> room) noexcept;
  std::size_t look(std::span<std::size_t> room, ready_list::unit brought) noexcept;

  ready_list ready;
  core::word_mutex mutex;  // of what follows
  std::unordered_map<std::size_t, std::unique_ptr<member>> members;
  // By tag, a number that is never used again: a file that was closed before it was removed may
  // still be reported, if it is open under another number, and then is nobody's.
  std::unordered_map<std::uintptr_t, member*> with_handles;
  std::uintptr_t last_tag = own_tag;
  std::uint64_t looks = 0;
  std::unique_ptr<sys::handle_set> handle_set;
  bool is_exported = false;  // the ready list's own handle is among them, with own_tag
  static constexpr std::uintptr_t own_tag = 0;

  manual_reset_event has_handles;  // set once the handle set exists
  sys::atomic<bool> handles_first{false};
  state* left_before = nullptr;  // see the destructor
};

void wait_set::state::add(waitable_ref w, std::size_t key, cancellation_token kept) {
  if (access::role(w) != detail::role::element) {
    throw std::invalid_argument("abide::wait_set: a throw_on belongs to a wait, not to a set");
  }
  auto made = std::make_unique<member>();
  made->key = key;
  made->kept = std::move(kept);
  const std::lock_guard guard(mutex);
  const auto [place, is_new] = members.try_emplace(key);
  if (!is_new) throw std::invalid_argument("abide::wait_set: the key is in use");
  place->second = std::move(made);
  member& m = *place->second;
  const detail::kind k = access::kind(w);
  if (k == detail::kind::handle) {
    m.handle = static_cast<const watched_handle*>(access::object(w));
    m.number = m.handle->handle;
    m.tag = ++last_tag;
    try {
      with_handles.emplace(m.tag, &m);
      watch_handle(m.number, m.handle->wanted, m.tag);
    } catch (...) {
      with_handles.erase(m.tag);
      members.erase(place);
      throw;
    }
  } else if (k != detail::kind::never) {
    m.object.emplace(ready, *static_cast<const detail::waitable*>(access::object(w)), k, key);
    m.object->add();
  }
}

void wait_set::state::remove(member& m) noexcept {
  if (m.object) m.object->remove();
  if (m.handle != nullptr) {
    with_handles.erase(m.tag);
    handle_set->remove(m.number);
  }
}

void wait_set::state::watch_handle(native_handle_type handle, io wanted, std::uintptr_t tag) {
  void* const as_pointer = reinterpret_cast<void*>(tag);
  if (handle_set) {
    handle_set->add(handle, wanted, as_pointer);
    return;
  }
  auto first = std::make_unique<sys::handle_set>();
  first->add(handle, wanted, as_pointer);
  handle_set = std::move(first);
  has_handles.set();
}

// Until the room is full or a round finds nothing new: the system tells some at a time, in turns.
std::size_t wait_set::state::look_at_handles(std::span<std::size_t> room) noexcept {
  if (!has_handles.is_set()) return 0;
  const std::lock_guard guard(mutex);  // no member goes meanwhile
  const std::uint64_t this_look = ++looks;
  bool saw_own = false;
  std::size_t told = 0;
  for (bool goes_on = true; goes_on && told != room.size();) {
    sys::handle_set::found found[16];
    const std::size_t most = std::min(room.size() - told, std::size(found));
    const std::size_t n = handle_set->look(found, most);
    goes_on = false;
    for (std::size_t i = 0; i != n; ++i) {
      const auto tag = reinterpret_cast<std::uintptr_t>(found[i].tag);
      if (tag == own_tag) {
        goes_on = goes_on || !std::exchange(saw_own, true);
        continue;
      }
      const auto at = with_handles.find(tag);
      if (at == with_handles.end() || at->second->told == this_look) continue;
      member& m = *at->second;
      m.told = this_look;
      m.handle->ready = found[i].ready;
      room[told++] = m.key;
      goes_on = true;
    }
    goes_on = goes_on && n == most;
  }
  return told;
}

// Objects and handles in turns: neither keeps the other out of a room that is too small for both. A
// unit that was brought is an object's: it has to be used.
std::size_t wait_set::state::look(std::span<std::size_t> room, ready_list::unit brought) noexcept {
  std::size_t n = 0;
  // Relaxed: any order of turns is fair enough.
  const bool turn =
      brought == ready_list::unit::none && handles_first.load(sys::memory_order_relaxed);
  if (turn) n = look_at_handles(room);
  n += ready.take(room.data() + n, room.size() - n, brought);
  if (!turn) n += look_at_handles(room.subspan(n));
  handles_first.store(!turn, sys::memory_order_relaxed);
  return n;
}

wait_set::wait_set() : state_(std::make_unique<state>()) { core::install_process_hooks(); }

wait_set::~wait_set() {
  if (sys::is_forked_child()) return;
  for (auto& [key, m] : state_->members) state_->remove(*m);
  detail::retire(state_->ready, ready_list::how, "abide::wait_set", this);
  // Acquire: pairs with the release of who used the word last.
  const std::uintptr_t word = state_->ready.word.load(sys::memory_order_acquire);
  if ((word & detail::waitable::tail_mask) != 0 && (word & detail::waitable::set_bit) == 0) {
    // The process exits while a thread waits: it may still leave, so the state stays.
    static constinit core::word_mutex mutex;
    static constinit state* all_left = nullptr;
    const std::lock_guard guard(mutex);
    state_->left_before = std::exchange(all_left, state_.get());
    (void)state_.release();
  }
}

void wait_set::add(waitable_ref w, std::size_t key, cancellation_token kept) {
  state_->add(w, key, std::move(kept));
}

bool wait_set::remove(std::size_t key) noexcept {
  decltype(state_->members)::node_type removed;
  const std::lock_guard guard(state_->mutex);
  removed = state_->members.extract(key);
  if (removed) state_->remove(*removed.mapped());
  return !removed.empty();
}

std::size_t wait_set::size() const noexcept {
  const std::lock_guard guard(state_->mutex);
  return state_->members.size();
}

std::size_t wait_set::take(std::span<std::size_t> room) noexcept {
  return state_->look(room, ready_list::unit::none);
}

wait_set_result wait_set::collect(deadline t, std::span<std::size_t> room,
                                  const waitable_ref* token) {
  if (room.empty()) throw std::invalid_argument("abide::wait_set: no room for a key");
  if (token != nullptr && detail::check_canceled(*token) == wait_status::canceled) {
    return {wait_status::canceled, {}};
  }
  ready_list::unit brought = ready_list::unit::none;
  for (;;) {
    if (const std::size_t n = state_->look(room, brought); n != 0) {
      return {wait_status::ready, room.first(n)};
    }
    watched_handle any_handle{};  // this wait's own: it notes there what it found
    waitable_ref handles = access::ref(state_->has_handles);
    if (state_->has_handles.is_set()) {
      any_handle = {state_->handle_set->get(), io::readable};
      handles = access::make(&any_handle, detail::kind::handle);
    }
    const detail::waitable* const objects = &state_->ready;
    const waitable_ref items[] = {
        access::make(objects, ready_list::how), handles,
        token != nullptr ? *token : access::make(nullptr, detail::kind::never)};
    const wait_any_result leave = detail::block_on_any(items, 3, t);
    if (leave.status != wait_status::ready) return {leave.status, {}};
    brought = leave.index == 0 ? ready_list::unit::taken : ready_list::unit::none;
  }
}

native_handle_type wait_set::native_handle() {
  const std::lock_guard guard(state_->mutex);
  if (!state_->is_exported) {
    const native_handle_type own = detail::export_handle(state_->ready, ready_list::how);
    state_->watch_handle(own, io::readable, state::own_tag);
    state_->is_exported = true;
  }
  return state_->handle_set->get();
}

}  // namespace v1
}  // namespace abide
