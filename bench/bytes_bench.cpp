// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>
#include <abide/waitable_timer.hpp>

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "harness/allocations.hpp"
#include "harness/contestant.hpp"
#include "harness/keep.hpp"
#include "peers/abide_event.hpp"
#include "peers/abide_semaphore.hpp"
#include "peers/boost_condition_variable.hpp"
#include "peers/boost_semaphore.hpp"
#include "peers/posix_semaphore.hpp"
#include "peers/raw_futex.hpp"
#include "peers/std_binary_semaphore.hpp"
#include "peers/std_condition_variable.hpp"
#include "peers/std_counting_semaphore.hpp"
#include "subjects.hpp"

namespace bench {
namespace {

using enum side;

/// The size of what Make returns, and what was asked of operator new to make it.
template <class Make>
class weight final : public contestant {
 public:
  weight(side stands_for, const std::string& name, Make make, bounds kept)
      : contestant(stands_for, name + ", sizeof " + std::to_string(sizeof(make())), kept),
        make_(make) {}

  void part(unsigned, unsigned n) override {
    bytes_ = 0;
    for (unsigned i = 0; i != n; ++i) {
      const unsigned long before = allocated_bytes();
      const auto object = make_();
      keep(&object);
      bytes_ += static_cast<double>(sizeof object + allocated_bytes() - before);
    }
  }
  double figure(double) const override { return bytes_; }

 private:
  Make make_;
  double bytes_ = 0;
};

template <class Make>
void weigh(contestants& all, side stands_for, const char* name, Make make, bounds kept = {}) {
  add<weight<Make>>(all, stands_for, name, make, kept);
}

// What is made without arguments.
template <class T>
constexpr auto make = [] { return T(); };

bounds within(double bytes, double allocations = 0) {
  return {.allocations = allocations, .bytes = bytes};
}

template <class Abide>
contestants event() {
  contestants all;
  weigh(all, limit, "futex", make<raw_futex>);
  weigh(all, abide, "abide", make<Abide>, within(8));
  weigh(all, standard, "std::mutex, condition_variable", make<std_condition_variable>);
  weigh(all, boost, "boost::mutex, condition_variable", make<boost_condition_variable>);
  return all;
}

contestants semaphore() {
  contestants all;
  weigh(all, limit, "futex", make<raw_futex>);
  weigh(all, abide, "abide", make<abide_semaphore>, within(16));
  weigh(all, standard, "std::counting_semaphore", make<std_counting_semaphore>);
  weigh(all, other, "sem_t", make<posix_semaphore>);
  weigh(all, boost, "boost::mutex, condition_variable", make<boost_semaphore>);
  return all;
}

contestants source() {
  contestants all;
  weigh(all, abide, "abide", make<abide::cancellation_source>, within(unbounded, 1));
  weigh(all, standard, "std", make<std::stop_source>);
  return all;
}

contestants linked_source() {
  contestants all;
  const abide::cancellation_source parent;
  const auto linked = [parent] { return abide::cancellation_source::linked_to(parent.token()); };
  weigh(all, abide, "abide", linked, within(unbounded, 1));
  return all;
}

// A callback that holds one pointer.
constexpr auto callback = [object = static_cast<void*>(nullptr)] { keep(object); };

contestants callback_in_place() {
  contestants all;
  const abide::cancellation_source source;
  const std::stop_source std_source;
  const auto registered = [source] {
    return abide::cancellation_callback(source.token(), callback);
  };
  const auto std_registered = [std_source] {
    return std::stop_callback(std_source.get_token(), callback);
  };
  weigh(all, abide, "abide", registered, within(unbounded));
  weigh(all, standard, "std", std_registered);
  return all;
}

contestants callback_on_heap() {
  contestants all;
  const abide::cancellation_source source;
  const auto registered = [source] { return source.token().register_callback(callback); };
  weigh(all, abide, "abide", registered, within(unbounded, 1));
  return all;
}

contestants token() {
  contestants all;
  weigh(all, abide, "abide", make<abide::cancellation_token>, within(8));
  weigh(all, standard, "std", make<std::stop_token>);
  return all;
}

contestants timer() {
  contestants all;
  weigh(all, abide, "abide", make<abide::waitable_timer>, within(unbounded));
  return all;
}

std::vector<task> tasks() {
  return {{"manual_reset_event", alone, event<abide_gate>},
          {"auto_reset_event", alone, event<abide_event>},
          {"semaphore", alone, semaphore},
          {"waitable_timer", alone, timer},
          {"cancellation_source", alone, source},
          {"cancellation_source::linked_to(one)", alone, linked_source},
          {"cancellation_token", alone, token},
          {"cancellation_callback", alone, callback_in_place},
          {"cancellation_registration", alone, callback_on_heap}};
}

}  // namespace

const subject bytes_subject{"bytes", "the size of an object and of what it takes from the heap",
                            "B", tasks};

}  // namespace bench
