// SPDX-License-Identifier: BSL-1.0
#include "support/long_form.hpp"

const long support::share_of_rounds = 8;
