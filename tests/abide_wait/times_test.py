#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The condition at: of abide-wait. Usage: times_test.py PATH-OF-ABIDE-WAIT [TEST...]"""

import math
import os
import time

from harness import Run, Test, main, run

UTC = {**os.environ, "TZ": "UTC0"}
INDIA = {**os.environ, "TZ": "IST-5:30"}


def text(format, at, zone=0):
    return time.strftime(format, time.gmtime(at + zone))


class Times(Test):
    def test_time_that_has_passed_holds(self):
        for when in ("@0", "@1.5", "0000-01-01", "1969-12-31", "1970-01-01T00:00+01:00", "1999-12-31", "1999-12-31T23:59", "1999-12-31 23:59:59",
                     "2000-02-29T12:00:00Z", "2000-01-01T00:00-11:30"):
            self.expect(run(f"at:{when}"), 0, f"at:{when}: reached".replace("+", r"\+"))

    def test_never_early_in_any_way_to_write_it(self):
        target = math.ceil(time.time()) + 1
        runs = [Run(f"at:{when}", env=zone) for when, zone in (
            (f"@{target}", UTC),
            (f"@{target}.250", UTC),
            (text("%H:%M:%S", target), UTC),
            (text("%H:%M:%S", target, 5.5 * 3600), INDIA),
            (text("%Y-%m-%dT%H:%M:%S", target), UTC),
            (text("%Y-%m-%dT%H:%M:%S", target, 5.5 * 3600), INDIA),
            (text("%Y-%m-%dT%H:%M:%SZ", target), INDIA),
            (text("%Y-%m-%dT%H:%M:%S-03:30", target, -3.5 * 3600), INDIA))]
        for r in runs:
            code, output, errors = r.end()
            self.assertEqual((code, errors), (0, ""), output)
            self.assertGreaterEqual(time.time(), target)

    def test_time_of_day_that_has_passed_is_tomorrows(self):
        now = int(time.time())
        for past in (now, now - 60):
            when = text("%H:%M:%S", past)
            self.expect(run("--timeout", "0.2", f"at:{when}", env=UTC), 124, "timeout")


if __name__ == "__main__":
    main()
