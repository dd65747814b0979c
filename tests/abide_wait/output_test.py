#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""How abide-wait prints: JSON, and live lines on a terminal. Usage: output_test.py PATH-OF-ABIDE-WAIT [TEST...]"""

import json
import os
import signal
import subprocess
import tempfile
import unittest

from harness import BINARY, SLEEPER, WATCHDOG, Run, Test, main, run, wait_until_it_blocks
from terminal import Terminal, own_terminal

XTERM = {**os.environ, "TERM": "xterm"}


class Json(Test):
    def objects(self, result, code):
        returned, output, errors = result
        self.assertEqual((returned, errors), (code, ""))
        objects = [json.loads(line) for line in output.splitlines()]
        for o in objects:
            self.assertEqual(list(o), ["index", "condition", "event", "seconds", "code"])
            self.assertIsInstance(o.pop("seconds"), float)
        return objects

    def expect_objects(self, result, code, *expected):
        names = ("index", "condition", "event", "code")
        self.assertEqual(self.objects(result, code), [dict(zip(names, e)) for e in expected])

    def test_one_object_for_each_condition_that_holds(self):
        self.expect_objects(run("--json", "after:1h", "cmd:exit 3"), 0,
                            (1, "cmd:exit 3", "exited", 3))
        self.expect_objects(run("--json", "cmd:kill -9 $$"), 0,
                            (0, "cmd:kill -9 $$", "killed", 137))
        self.expect_objects(run("--json", "--all", "after:0.2", "cmd:true"), 0,
                            (1, "cmd:true", "exited", 0), (0, "after:0.2", "passed", None))

    def test_each_kind_has_its_word(self):
        end, other = os.pipe()
        os.close(other)
        for condition, event in (("fd:0", "end"), ("file:/", "exists"), ("gone:/nowhere", "gone"),
                                 ("after:0", "passed"), ("at:@0", "reached"),
                                 ("pid:2147483647", "absent")):
            self.expect_objects(run("--json", condition, stdin=end), 0, (0, condition, event, None))
        os.close(end)
        r = Run("--json", "signal:USR1")
        wait_until_it_blocks(r.pid, signal.SIGUSR1)
        r.send(signal.SIGUSR1)
        self.expect_objects(r.end(), 0, (0, "signal:USR1", "arrived", None))

    def test_timeout_and_what_was_stopped(self):
        command = "cmd:exec sleep 1000"
        self.expect_objects(run("--json", "--timeout", "0.2", "after:1h", command), 124,
                            (None, None, "timeout", 124), (1, command, "stopped", 143))

    def test_cancel(self):
        r = Run("--json", "after:1h", "cmd:echo >{news}; exec sleep 1000")
        r.hear()
        r.send(signal.SIGTERM)
        canceled, stopped = self.objects(r.end(), 143)
        self.assertEqual(canceled,
                         {"index": None, "condition": None, "event": "canceled", "code": 143})
        self.assertEqual((stopped["index"], stopped["event"]), (1, "stopped"))

    def test_any_text_is_a_string(self):
        for text, expected in ((b'cmd:: \'"\\\t\x01\x7f\'', 'cmd:: \'"\\\t\x01\x7f\''),
                               ("cmd:: \u00e9\u20ac\U0001f600".encode(), "cmd:: \u00e9\u20ac\U0001f600"),
                               (b"cmd:: \xff\xc3", "cmd:: \ufffd\ufffd"),  # no UTF-8 at all
                               (b"cmd:: \xed\xa0\x80", "cmd:: \ufffd\ufffd\ufffd"),  # a surrogate
                               (b"cmd:: \xc0\x80", "cmd:: \ufffd\ufffd"),  # overlong
                               (b"cmd:: \xf4\x90\x80\x80", "cmd:: " + 4 * "\ufffd")):  # too large
            with self.subTest(text):
                done = subprocess.run([BINARY, "--json", text], stdout=subprocess.PIPE,
                                      timeout=WATCHDOG, check=True)
                self.assertEqual(json.loads(done.stdout.decode())["condition"], expected)

    def test_errors_stay_text(self):
        code, output, errors = run("--json", "nonsense")
        self.assertEqual((code, output), (2, ""))
        self.assertRegex(errors, "^abide-wait: nonsense: ")

    def test_quiet_and_json_are_one_choice(self):
        self.assertEqual(run("--json", "--quiet", "after:0"), (0, "", ""))
        self.expect_objects(run("--quiet", "--json", "after:0"), 0, (0, "after:0", "passed", None))


class LiveLines(Test):
    """Standard output and standard error are one terminal, as for a user."""

    def setUp(self):
        self.terminal = Terminal()

    def tearDown(self):
        super().tearDown()
        self.terminal.close()

    def start(self, *arguments, env=XTERM):
        slave = self.terminal.slave
        return Run(*arguments, stdin=slave, stdout=slave, stderr=slave, env=env,
                   preexec_fn=own_terminal)

    def see(self, *lines):
        wanted = ["abide-wait: " + line for line in lines]
        self.terminal.see(lambda shown: [x for x in shown if x] == wanted, f"there is no {wanted}")

    def end(self, r, code):
        """The lines that stay."""
        self.assertEqual(r.process.wait(WATCHDOG), code)
        r.end()
        self.terminal.read_rest()
        return self.terminal.text()

    def test_one_line_for_each_condition_wiped_in_the_end(self):
        r = self.start("signal:USR1", "pid:1", "gone:/", "file:/nowhere/file")
        self.see("signal:USR1: has not arrived", "pid:1: runs", "gone:/: exists",
                 "file:/nowhere/file: does not exist")
        r.send(signal.SIGUSR1)
        line, = self.end(r, 0)
        self.assertRegex(line, rf"^abide-wait: \d+\.\d+ s: signal:USR1: arrived from process {os.getpid()}$")

    def test_a_line_is_drawn_over_when_its_condition_holds(self):
        r = self.start("--all", "signal:USR1", "signal:USR2")
        self.see("signal:USR1: has not arrived", "signal:USR2: has not arrived")
        r.send(signal.SIGUSR2)
        self.terminal.see(lambda lines: len(lines) > 1 and lines[1].endswith("signal:USR2: holds"),
                          "it does not show that it holds")
        self.assertEqual(self.terminal.lines[0], "abide-wait: signal:USR1: has not arrived")
        self.assertEqual(len(self.terminal.text()), 2)
        r.send(signal.SIGUSR1)
        lines = self.end(r, 0)
        self.assertRegex("\n".join(lines), "^.*signal:USR2: arrived .*\n.*signal:USR1: arrived .*$")

    def test_ctrl_c_on_the_terminal_cancels(self):
        r = self.start("after:1h")
        self.terminal.see(lambda lines: "after:1h: until" in lines[0], "there is no line")
        self.terminal.type("\x03")
        line, = self.end(r, 130)
        self.assertRegex(line, r"^abide-wait: \d+\.\d+ s: canceled by SIGINT$")

    def test_times_are_told_in_local_time(self):
        zone = {**XTERM, "TZ": "CET-1CEST,M3.5.0,M10.5.0/3"}
        r = self.start("at:2099-12-31T23:00Z", "at:2099-12-31T23:00:30+05:30", "at:2099-07-01",
                       "at:2099-07-01T12:00", "at:@4102444800", "at:9999-01-01", env=zone)
        self.see("at:2099-12-31T23:00Z: until 2100-01-01 00:00:00",
                 "at:2099-12-31T23:00:30+05:30: until 2099-12-31 18:30:30",
                 "at:2099-07-01: until 2099-07-01 00:00:00",
                 "at:2099-07-01T12:00: until 2099-07-01 12:00:00",
                 "at:@4102444800: until 2100-01-01 01:00:00",
                 "at:9999-01-01: until 9999-01-01 00:00:00")
        r.send(signal.SIGTERM)
        self.end(r, 143)

    def test_long_lines_are_cut_not_wrapped(self):
        name = "/nowhere/" + 100 * "x"
        r = self.start(f"file:{name}", "signal:USR1")
        self.see(f"file:{name}"[:80 - len("abide-wait: ")], "signal:USR1: has not arrived")
        r.send(signal.SIGUSR1)
        self.assertEqual(len(self.end(r, 0)), 1)

    def test_what_a_terminal_would_obey_is_not_sent_to_it(self):
        r = self.start("file:/nowhere/\x1b[2J\x07", "signal:USR1")
        self.see("file:/nowhere/?[2J?: does not exist", "signal:USR1: has not arrived")
        r.send(signal.SIGUSR1)
        self.end(r, 0)

    def test_beside_a_command_nothing_is_drawn_over(self):
        r = self.start("--all", "cmd:echo hello; echo >{news}; read go <{first}", "file:{second}.x")
        r.hear()
        self.terminal.see(lambda lines: all(any(text in line for line in lines)
                                            for text in (": runs", "file:")), "a line is missing")
        r.tell("first")
        r.create("second.x")
        lines = self.end(r, 0)
        self.assertNotIn(b"\x1b", self.terminal.raw)
        self.assertIn("hello", lines)
        self.assertEqual(sum(": runs" in line for line in lines), 1)
        self.assertEqual(sum(": exited with 0" in line for line in lines), 1)

    def test_what_holds_from_the_start_is_not_shown_as_if_it_did_not(self):
        r = self.start("--all", "file:/", "pid:2147483647", "signal:USR1", f"cmd:{SLEEPER}")
        r.hear()
        self.terminal.see(lambda lines: any("USR1" in line for line in lines), "there is no line")
        r.send(signal.SIGTERM)
        lines = self.end(r, 143)
        self.assertEqual([line.split(": ", 2)[2] for line in lines if "file:" in line],
                         ["file:/: exists"])
        self.assertEqual(sum("pid:" in line for line in lines), 1, lines)

    def test_a_dumb_terminal_gets_plain_lines(self):
        r = self.start("signal:USR1", env={**XTERM, "TERM": "dumb"})
        self.see("signal:USR1: has not arrived")
        r.send(signal.SIGUSR1)
        self.assertEqual(len(self.end(r, 0)), 2)
        self.assertNotIn(b"\x1b", self.terminal.raw)

    def test_more_conditions_than_rows_are_not_drawn_over(self):
        r = self.start(*(["pid:1"] * 30), "signal:USR1")
        self.terminal.see(lambda lines: any("USR1" in line for line in lines),
                          "there is no line")
        r.send(signal.SIGUSR1)
        self.end(r, 0)
        self.assertNotIn(b"\x1b", self.terminal.raw)

    def test_a_terminal_that_takes_nothing_keeps_nobody_waiting(self):
        self.terminal.type("\x13")  # Ctrl-S
        r = Run("--timeout", "0.2", "after:1h", f"cmd:{SLEEPER}", stdin=self.terminal.slave,
                stderr=self.terminal.slave, env=XTERM, preexec_fn=own_terminal)
        self.assertEqual(r.end()[0], 124)

    def test_in_a_script_nothing_is_drawn_over(self):
        script = 'echo before >&2; "$0" signal:USR1 2>&1 & echo $! >"$1"; wait $!'
        with tempfile.TemporaryDirectory() as folder:
            told = os.path.join(folder, "pid")
            os.mkfifo(told)
            slave = self.terminal.slave
            shell = subprocess.Popen(["sh", "-c", script, BINARY, told], stdin=slave, stdout=slave,
                                     stderr=slave, env=XTERM, preexec_fn=own_terminal)
            with open(told, encoding="ascii") as file:
                pid = int(file.read())
        self.see_plain("signal:USR1: has not arrived")
        os.kill(pid, signal.SIGUSR1)
        self.assertEqual(shell.wait(WATCHDOG), 0)
        self.terminal.read_rest()
        self.assertNotIn(b"\x1b", self.terminal.raw)
        self.assertEqual(len(self.terminal.text()), 3)

    def see_plain(self, text):
        self.terminal.see(lambda lines: f"abide-wait: {text}" in lines, f"there is no {text}")

    def test_quiet_and_json_show_none(self):
        for option in ("--quiet", "--json"):
            r = Run(option, "signal:USR1", f"cmd:{SLEEPER}", stderr=self.terminal.slave, env=XTERM)
            r.hear()
            r.send(signal.SIGUSR1)
            self.assertEqual(r.end()[0], 0)
            self.terminal.read_rest()
            self.assertEqual(self.terminal.raw, b"")


if __name__ == "__main__":
    main()
