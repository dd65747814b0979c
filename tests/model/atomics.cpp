// SPDX-License-Identifier: BSL-1.0

// What the atomics of the model call. Outside a run they act on the bytes of the object.
#include <cstring>

#include "engine.hpp"
#include "run.hpp"

namespace model {

namespace {

std::uint64_t read_bytes(const void* object, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, object, size);
  return value;
}

std::uint64_t compute(arithmetic what, std::uint64_t a, std::uint64_t b) {
  switch (what) {
    case arithmetic::exchange:
      return b;
    case arithmetic::add:
      return a + b;
    case arithmetic::subtract:
      return a - b;
    case arithmetic::bit_or:
      return a | b;
    case arithmetic::bit_and:
      return a & b;
  }
  return 0;
}

operation operation_of(arithmetic what) {
  switch (what) {
    case arithmetic::exchange:
      return operation::exchange;
    case arithmetic::add:
      return operation::add;
    case arithmetic::subtract:
      return operation::subtract;
    case arithmetic::bit_or:
      return operation::bit_or;
    case arithmetic::bit_and:
      return operation::bit_and;
  }
  return operation::exchange;
}

// The library promises to use these orders only; seq_cst is for the shapes that tell what it means.
enum class access { load, store, modify };

void check_order(access a, std::memory_order order) {
  if (order == std::memory_order_seq_cst && engine::running()->allows_seq_cst()) return;
  const bool known = order == std::memory_order_relaxed ||
                     (order == std::memory_order_acquire && a != access::store) ||
                     (order == std::memory_order_release && a != access::load) ||
                     (order == std::memory_order_acq_rel && a == access::modify);
  if (!known) fail(failure::misuse, "an atomic operation with a memory order it cannot have");
}

}  // namespace

void note_construction(const void* object, std::size_t size) noexcept {
  if (engine* e = engine::running()) {
    e->atomics.construct(object, size, e->threads.current());
  } else {
    memory::register_outside(object, size);
  }
}

void note_destruction(const void* object, std::size_t size) noexcept {
  if (engine* e = engine::running()) {
    e->destroy(object, size);
  } else {
    memory::forget_outside(object);
  }
}

std::uint64_t atomic_load(const void* object, std::size_t size, std::memory_order order) noexcept {
  engine* e = engine::running();
  if (e == nullptr) return read_bytes(object, size);
  check_order(access::load, order);
  // A seq_cst load has its place in the order of all such operations.
  e->threads.step(order == std::memory_order_seq_cst ? changes(object) : reads(object));
  const int thread = e->threads.current();
  return e->atomics.load(e->atomics.reach(object, size, thread), thread, order);
}

void atomic_store(void* object, std::size_t size, std::uint64_t value,
                  std::memory_order order) noexcept {
  engine* e = engine::running();
  if (e == nullptr) {
    std::memcpy(object, &value, size);
    return;
  }
  check_order(access::store, order);
  e->threads.step(changes(object));
  const int thread = e->threads.current();
  location& l = e->atomics.reach(object, size, thread);
  record(operation::store, object, value, 0, order);
  e->atomics.store(l, thread, value, order);
}

std::uint64_t atomic_modify(void* object, std::size_t size, arithmetic what, std::uint64_t operand,
                            std::memory_order order) noexcept {
  engine* e = engine::running();
  if (e == nullptr) {
    const std::uint64_t before = read_bytes(object, size);
    const std::uint64_t after = compute(what, before, operand);
    std::memcpy(object, &after, size);
    return before;
  }
  check_order(access::modify, order);
  e->threads.step(changes(object));
  const int thread = e->threads.current();
  location& l = e->atomics.reach(object, size, thread);
  const std::uint64_t before = e->atomics.read_newest(l, thread, order);
  record(operation_of(what), object, before, operand, order);
  e->atomics.replace_newest(l, thread, compute(what, before, operand), order);
  return before;
}

compared atomic_compare_exchange(void* object, std::size_t size, std::uint64_t expected,
                                 std::uint64_t desired, std::memory_order success,
                                 std::memory_order failure_order, strength s) noexcept {
  engine* e = engine::running();
  if (e == nullptr) {
    const std::uint64_t found = read_bytes(object, size);
    if (found != expected) return {found, false};
    std::memcpy(object, &desired, size);
    return {found, true};
  }
  check_order(access::modify, success);
  check_order(access::load, failure_order);
  e->threads.step(changes(object));
  const int thread = e->threads.current();
  location& l = e->atomics.reach(object, size, thread);
  const bool fails =
      e->atomics.newest(l) != expected || (s == strength::weak && e->may_fail_spuriously());
  const std::memory_order order = fails ? failure_order : success;
  const std::uint64_t found = e->atomics.read_newest(l, thread, order);
  record(fails ? operation::failed_compare_exchange : operation::compare_exchange, object, found,
         desired, order);
  if (!fails) e->atomics.replace_newest(l, thread, desired, order);
  return {found, !fails};
}

void plain_read(const void* object, std::size_t size) noexcept {
  engine* e = engine::running();
  if (e == nullptr) return;
  record(operation::plain_read, object);
  const int thread = e->threads.current();
  e->atomics.reach(object, size, thread);
  e->plain.read(object, thread);
}

void plain_write(const void* object, std::size_t size) noexcept {
  engine* e = engine::running();
  if (e == nullptr) return;
  record(operation::plain_write, object);
  const int thread = e->threads.current();
  e->atomics.reach(object, size, thread);
  e->plain.write(object, thread);
}

}  // namespace model
