// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

/// What an atomic of the model asks of the checker. Each call is one step of the calling model
/// thread; outside a run it acts on the object at once.
namespace model {

enum class arithmetic : std::uint8_t { exchange, add, subtract, bit_or, bit_and };
enum class strength : std::uint8_t { weak, strong };

void note_construction(const void* object, std::size_t size) noexcept;
void note_destruction(const void* object, std::size_t size) noexcept;

std::uint64_t atomic_load(const void* object, std::size_t size, std::memory_order) noexcept;
void atomic_store(void* object, std::size_t size, std::uint64_t value, std::memory_order) noexcept;
std::uint64_t atomic_modify(void* object, std::size_t size, arithmetic, std::uint64_t operand,
                            std::memory_order) noexcept;

struct compared {
  std::uint64_t found;
  bool exchanged;
};
compared atomic_compare_exchange(void* object, std::size_t size, std::uint64_t expected,
                                 std::uint64_t desired, std::memory_order success,
                                 std::memory_order failure, strength) noexcept;

}  // namespace model

namespace abide {
inline namespace v1 {
/// The model checker's half of the layer: it stands in for include/abide/sys/atomic.hpp when
/// tests/model/include comes first on the include path.
namespace sys {

/// Size, alignment and members of std::atomic<T>, as far as the library uses them; all that the
/// checker knows about the object lies elsewhere, under its address. The memory order has no
/// default, so an operation that forgot it does not compile here.
template <class T>
class atomic {
  static_assert(std::is_trivially_copyable_v<T> && std::has_single_bit(sizeof(T)) &&
                sizeof(T) <= 8);

 public:
  using value_type = T;
  static constexpr bool is_always_lock_free = true;

  constexpr atomic() noexcept : atomic(T()) {}
  constexpr atomic(T value) noexcept : value_(value) {  // NOLINT: implicit, as std::atomic
    // An object of static storage is constant-initialised: the checker meets it at its first use.
    if (!std::is_constant_evaluated()) model::note_construction(&value_, sizeof(T));
  }
  constexpr ~atomic() {
    if (!std::is_constant_evaluated()) model::note_destruction(&value_, sizeof(T));
  }
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  bool is_lock_free() const noexcept { return true; }

  T load(std::memory_order order) const noexcept {
    return value_of(model::atomic_load(&value_, sizeof(T), order));
  }
  void store(T value, std::memory_order order) noexcept {
    model::atomic_store(&value_, sizeof(T), bits_of(value), order);
  }
  T exchange(T value, std::memory_order order) noexcept {
    return modify(model::arithmetic::exchange, bits_of(value), order);
  }

  bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                             std::memory_order failure) noexcept {
    return compare_exchange(expected, desired, success, failure, model::strength::weak);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order) noexcept {
    return compare_exchange_weak(expected, desired, order, failure_of(order));
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) noexcept {
    return compare_exchange(expected, desired, success, failure, model::strength::strong);
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order order) noexcept {
    return compare_exchange_strong(expected, desired, order, failure_of(order));
  }

  T fetch_add(T operand, std::memory_order order) noexcept requires std::is_integral_v<T> &&
      (!std::is_same_v<T, bool>) {
    return modify(model::arithmetic::add, bits_of(operand), order);
  }
  T fetch_sub(T operand, std::memory_order order) noexcept requires std::is_integral_v<T> &&
      (!std::is_same_v<T, bool>) {
    return modify(model::arithmetic::subtract, bits_of(operand), order);
  }
  T fetch_or(T operand, std::memory_order order) noexcept requires std::is_integral_v<T> &&
      (!std::is_same_v<T, bool>) {
    return modify(model::arithmetic::bit_or, bits_of(operand), order);
  }
  T fetch_and(T operand, std::memory_order order) noexcept requires std::is_integral_v<T> &&
      (!std::is_same_v<T, bool>) {
    return modify(model::arithmetic::bit_and, bits_of(operand), order);
  }
  T fetch_add(std::ptrdiff_t operand,
              std::memory_order order) noexcept requires std::is_pointer_v<T> {
    return modify(model::arithmetic::add, bytes_of(operand), order);
  }
  T fetch_sub(std::ptrdiff_t operand,
              std::memory_order order) noexcept requires std::is_pointer_v<T> {
    return modify(model::arithmetic::subtract, bytes_of(operand), order);
  }

 private:
  static std::uint64_t bits_of(T value) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
  }
  static T value_of(std::uint64_t bits) noexcept {
    T value;
    std::memcpy(&value, &bits, sizeof(T));
    return value;
  }
  static std::uint64_t bytes_of(std::ptrdiff_t elements) noexcept {
    return static_cast<std::uint64_t>(elements) * sizeof(std::remove_pointer_t<T>);
  }
  static constexpr std::memory_order failure_of(std::memory_order success) noexcept {
    if (success == std::memory_order_acq_rel) return std::memory_order_acquire;
    if (success == std::memory_order_release) return std::memory_order_relaxed;
    return success;
  }

  T modify(model::arithmetic what, std::uint64_t operand, std::memory_order order) noexcept {
    return value_of(model::atomic_modify(&value_, sizeof(T), what, operand, order));
  }
  bool compare_exchange(T& expected, T desired, std::memory_order success,
                        std::memory_order failure, model::strength strength) noexcept {
    const model::compared result = model::atomic_compare_exchange(
        &value_, sizeof(T), bits_of(expected), bits_of(desired), success, failure, strength);
    if (!result.exchanged) expected = value_of(result.found);
    return result.exchanged;
  }

  alignas(sizeof(T)) T value_;
};

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

}  // namespace sys
}  // namespace v1
}  // namespace abide
