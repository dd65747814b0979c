// SPDX-License-Identifier: BSL-1.0
#include <abide/process.hpp>

#include "platform/sys.hpp"
#include "platform/sys_process.hpp"

namespace abide {
inline namespace v1 {

process::process(id_type id) : handle_(sys::open_process(id)), id_(id) {}

bool process::has_exited() const noexcept {
  sys::poll_set handle(1);
  handle.add(handle_.get(), io::readable);
  return handle.sleep(deadline(deadline::time_point::min())) != 0;
}

std::optional<exit_status> process::status() {
  if (!status_) {
    // Kept: a child can be reaped once.
    if (const auto end = sys::reap_process(handle_.get())) {
      status_ = end->signal != 0 ? exit_status{exit_status::cause::signal, end->signal}
                                 : exit_status{exit_status::cause::exit, end->code};
    }
  }
  return status_;
}

void process::send(int signal) { sys::signal_process(handle_.get(), signal); }

}  // namespace v1
}  // namespace abide
