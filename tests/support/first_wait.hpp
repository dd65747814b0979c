// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <abide/auto_reset_event.hpp>

#include "support/rendezvous.hpp"
#include "support/running.hpp"

namespace support {

/// Has this thread block in a wait, for certain: it then has what a thread's first wait makes.
inline void block_once() {
  abide::auto_reset_event event;
  auto setter = run([&] {
    wait_until_queued(event, 1);
    event.set();
  });
  event.wait();
  setter.get();
}

}  // namespace support
