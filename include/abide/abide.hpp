// SPDX-License-Identifier: BSL-1.0
#pragma once

// All of the library but abide/interop/, whose headers are asked for by name.

#include <abide/auto_reset_event.hpp>
#include <abide/cancellation.hpp>
#include <abide/deadline.hpp>
#include <abide/file_watch.hpp>
#include <abide/manual_reset_event.hpp>
#include <abide/os_handle.hpp>
#include <abide/process.hpp>
#include <abide/semaphore.hpp>
#include <abide/signal_set.hpp>
#include <abide/sleep.hpp>
#include <abide/spin.hpp>
#include <abide/wait.hpp>
#include <abide/wait_set.hpp>
#include <abide/waitable_timer.hpp>
