#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What abide-wait refuses, and its failures. Usage: errors_test.py PATH-OF-ABIDE-WAIT [TEST...]"""

import subprocess
import threading
import unittest

from harness import BINARY, SLEEPER, WATCHDOG, Run, Test, is_readable, main, run


def needs_descriptors():
    """Whether the program was built with UBSan, which opens a pipe to look at an object."""
    with open(BINARY, "rb") as program:
        return b"__ubsan" in program.read()


class Errors(Test):
    def expect_error(self, code, arguments, *words, **options):
        returned, output, errors = run(*arguments, **options)
        self.assertEqual(returned, code, errors)
        self.assertRegex(errors, "^abide-wait: [^\n]+\n$")
        for word in words:
            self.assertIn(word, errors)
        return output

    def test_usage(self):
        for arguments, *words in (
                ([], "CONDITION"),
                (["--timeout", "1"], "CONDITION"),
                (["--timeout"], "--timeout", "needs a value"),
                (["--timeout", "5x", "after:1"], "--timeout: '5x' is not a duration (use 250ms"),
                (["--timeout=", "after:1"], "--timeout", "''"),
                (["--grace", "-1", "after:1"], "--grace", "'-1'"),
                (["--grace=1.2.3", "after:1"], "--grace", "'1.2.3'"),
                (["--frobnicate", "after:1"], "--frobnicate"),
                (["--all=1", "after:1"], "--all=1"),
                (["-x", "after:1"], "-x"),
                (["nonsense"], "nonsense", "not a condition"),
                (["tea:4"], "tea:4", "not a condition"),
                (["pid:"], "pid:", "''"),
                (["pid:0"], "pid:0"),
                (["pid:-5"], "pid:-5"),
                (["pid:12a"], "pid:12a"),
                (["pid:99999999999999999999"], "pid:99999999999999999999"),
                (["cmd:"], "cmd:"),
                (["fd:x"], "fd:x"),
                (["fd:-1"], "fd:-1"),
                (["fd:1023"], "fd:1023", "not open"),
                (["signal:"], "signal:"),
                (["signal:NOPE"], "signal:NOPE"),
                (["signal:KILL"], "signal:KILL"),
                (["signal:SIGSTOP"], "signal:SIGSTOP"),
                (["signal:9"], "signal:9"),
                (["signal:0"], "signal:0"),
                (["signal:32"], "signal:32"),
                (["signal:RTMIN+99"], "signal:RTMIN+99"),
                (["signal:RTMIN-1"], "signal:RTMIN-1"),
                (["signal:RTMAX+"], "signal:RTMAX+"),
                (["after:"], "after:"),
                (["after:soon"], "after:soon", "'soon'"),
                (["after:inf"], "after:inf"),
                (["after:0x10"], "after:0x10"),
                (["tcp:"], "tcp:", "has no port"),
                (["tcp:host"], "tcp:host", "has no port"),
                (["tcp::80"], "tcp::80", "has no host"),
                (["tcp:[]:80"], "tcp:[]:80", "has no host"),
                (["tcp:::1:80"], "tcp:::1:80", "brackets"),
                (["tcp:host:"], "tcp:host:", "'' is not a port"),
                (["tcp:host:http"], "'http' is not a port"),
                (["tcp:host:0"], "'0' is not a port"),
                (["tcp:host:65536"], "'65536' is not a port"),
                (["file:"], "file:", "has no path"),
                (["gone:"], "gone:", "has no path"),
                (["at:"], "at:", "'' is not a time"),
                (["at:7:30"], "'7:30' is not a time"),
                (["at:24:00"], "'24:00'"),
                (["at:07:60"], "'07:60'"),
                (["at:07:30:60"], "'07:30:60'"),
                (["at:07:30Z"], "'07:30Z'"),
                (["at:2026-13-01"], "'2026-13-01'"),
                (["at:2026-02-29"], "'2026-02-29'"),
                (["at:2026-02-28T"], "'2026-02-28T'"),
                (["at:2026-02-28T07"], "'2026-02-28T07'"),
                (["at:2026-02-28T07:30+1"], "'2026-02-28T07:30+1'"),
                (["at:2026-02-28T07:30Zx"], "'2026-02-28T07:30Zx'"),
                (["at:@"], "'@'"),
                (["at:@-1"], "'@-1'"),
                (["at:@1e3"], "'@1e3'"),
                (["at:@999999999999"], "'@999999999999'"),
                (["after:1", "--", "--all"], "--all", "not a condition")):
            with self.subTest(arguments):
                self.assertEqual(self.expect_error(2, arguments, *words), "")

    def test_a_usage_error_starts_no_command(self):
        r = Run("cmd:echo started >{news}", "nonsense")
        self.assertEqual(r.process.wait(WATCHDOG), 2)
        self.assertFalse(is_readable(r.fifos["news"]))
        r.end()

    def test_output_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            r = Run(f"cmd:{SLEEPER}", "cmd:read go <{first}", stdout=full)
            sleeper = r.hear_process()
            r.tell("first")
            code, _, errors = r.end()
        self.assertEqual((code, errors), (1, "abide-wait: write: No space left on device\n"))
        sleeper.wait_gone()

    def test_long_output_that_cannot_be_written_is_a_failure_too(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            code, _, errors = run("cmd:true # " + 9000 * "a", stdout=full)
        self.assertEqual((code, errors), (1, "abide-wait: write: No space left on device\n"))

    def test_wait_that_has_ended_does_not_fail_for_another_condition(self):
        for _ in range(20):
            self.assertEqual(run("--quiet", "file:/", "tcp:nowhere..invalid:80"), (0, "", ""))

    def test_number_of_a_thread_is_no_process(self):
        stop = threading.Event()
        thread = threading.Thread(target=stop.wait)
        thread.start()
        self.expect_error(1, [f"pid:{thread.native_id}"], f"pid:{thread.native_id}", "pidfd_open")
        stop.set()
        thread.join()

    @unittest.skipIf(needs_descriptors(), "the sanitizer needs a descriptor")
    def test_failure_names_the_call(self):
        process = subprocess.run(["sh", "-c", 'ulimit -n 4; exec "$0" cmd:true', BINARY], text=True,
                                 stderr=subprocess.PIPE, timeout=WATCHDOG, check=False)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(process.stderr, "abide-wait: pipe2: Too many open files\n")

    def test_closed_standard_descriptors_do_no_harm(self):
        script = '"$0" --status "cmd:echo >&2 && echo && exit 3" <&- >&- 2>&-'
        process = subprocess.run(["sh", "-c", script, BINARY], timeout=WATCHDOG, check=False)
        self.assertEqual(process.returncode, 3)

    def test_help_and_version(self):
        code, output, errors = run("--help")
        self.assertEqual((code, errors), (0, ""))
        for word in ("Usage: abide-wait", "--any", "--all", "--timeout", "--grace", "--status",
                     "--quiet", "--json", "pid:N", "cmd:TEXT", "fd:N", "signal:NAME", "tcp:HOST:PORT",
                     "file:PATH", "gone:PATH", "after:D", "at:TIME"):
            self.assertIn(word, output)
        code, output, errors = run("--version")
        self.assertEqual((code, errors), (0, ""))
        self.assertRegex(output, r"^abide-wait \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    main()
