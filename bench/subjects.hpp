// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "harness/subject.hpp"

namespace bench {

extern const subject one_thread_subject;
extern const subject ping_pong_subject;
extern const subject wait_any_subject;
extern const subject fan_out_subject;
extern const subject contended_subject;
extern const subject timers_subject;
extern const subject bytes_subject;

inline constexpr const subject* subjects[] = {
    &one_thread_subject, &ping_pong_subject, &wait_any_subject, &fan_out_subject,
    &contended_subject,  &timers_subject,    &bytes_subject};

}  // namespace bench
