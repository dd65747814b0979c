// SPDX-License-Identifier: BSL-1.0
#pragma once

// The whole cancellation model: source, token, registration, callback, operation_canceled.

#include <abide/cancellation_registration.hpp>
#include <abide/cancellation_source.hpp>
#include <abide/cancellation_token.hpp>
#include <abide/operation_canceled.hpp>
