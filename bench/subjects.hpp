// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "harness/contestant.hpp"

namespace bench {

extern const subject ping_pong_subject;
extern const subject wait_any_subject;

inline constexpr const subject* subjects[] = {&ping_pong_subject, &wait_any_subject};

}  // namespace bench
