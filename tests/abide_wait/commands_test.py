#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The commands of abide-wait, of which nothing may be left. Usage: commands_test.py PATH-OF-ABIDE-WAIT [TEST...]"""

import os
import signal
import time

from harness import SLEEPER, STOPPED, STUBBORN, WATCHDOG, Run, Test, Watched, main, run


class Commands(Test):
    def test_run_with_the_signals_that_they_would_have_had(self):
        self.expect(run("--status", "cmd:kill -TERM $$; exit 1"), 143, "cmd:.*: killed by SIGTERM")

    def test_read_nothing(self):
        with open(__file__, encoding="utf-8") as text:
            result = run("--status", "cmd:read line; exit $?", stdin=text)
        self.expect(result, 1, "cmd:.*: exited with 1")

    def test_may_end_as_they_like_once_asked_to(self):
        r = Run("signal:USR1", "--grace", "1h",
                "cmd:trap 'exit 4' TERM; echo >{news}; while :; do sleep 0.1; done 2>/dev/null")
        r.hear()
        r.send(signal.SIGUSR1)
        self.expect(r.end(), 0, "signal:USR1: .*", "cmd:.*: stopped, exited with 4")

    def test_are_killed_after_the_grace_and_not_before(self):
        r = Run("signal:USR1", "--grace", "0.3", f"cmd:exec {STUBBORN}")
        stubborn = r.hear_process()
        told = time.monotonic()
        r.send(signal.SIGUSR1)
        result = r.end()
        self.assertGreaterEqual(time.monotonic() - told, 0.3)
        self.expect(result, 0, "signal:USR1: .*", "cmd:.*: stopped, killed by SIGKILL")
        stubborn.wait_gone()

    def test_are_asked_once(self):
        # Another child of the guardian, an orphan, ends when it is asked to; the command does not.
        r = Run("signal:USR1", "--grace", "1h",
                f"cmd:(setsid {SLEEPER} &); exec 2>/dev/null; trap 'echo asked >{{news}}' TERM; "
                "echo ready >{news}; until [ -e {first}.go ]; do sleep 0.1; done; true")
        heard = sorted([r.hear(), r.hear()])
        self.assertEqual(heard[1], "ready")
        orphan = Watched(int(heard[0]))
        r.send(signal.SIGUSR1)
        self.assertEqual(r.hear(), "asked")
        orphan.wait_gone()
        orphan.wait_reaped()
        r.create("first.go")
        self.expect(r.end(), 0, "signal:USR1: .*", "cmd:.*: stopped, exited with 0")
        self.assertEqual(r.heard, b"")

    def test_that_are_stopped_hear_too(self):
        r = Run("signal:USR1", "--grace", "1h", f"cmd:exec {SLEEPER}")
        sleeper = r.hear_process()
        os.kill(sleeper.pid, signal.SIGSTOP)
        r.send(signal.SIGUSR1)
        self.expect(r.end(), 0, "signal:USR1: .*", STOPPED)


    def test_guardians_hear_nothing_but_the_last_signal(self):
        r = Run("signal:USR1", f"cmd:echo $PPID >{{news}}; {SLEEPER}")
        guardian, sleeper = r.hear_process(), r.hear_process()
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGQUIT, signal.SIGALRM):
            os.kill(guardian.pid, number)
        r.send(signal.SIGUSR1)
        self.expect(r.end(), 0, "signal:USR1: .*", STOPPED)
        sleeper.wait_gone()

    def test_guardians_do_not_have_the_name_of_abide_wait(self):
        r = Run("signal:USR1", "cmd:echo $PPID >{news}; exec sleep 1000")
        guardian = r.hear_process()
        for file in ("comm", "cmdline"):
            with open(f"/proc/{guardian.pid}/{file}", encoding="utf-8") as name:
                self.assertEqual(name.read().rstrip("\0\n"), "abide-guard")
        r.send(signal.SIGUSR1)
        r.end()


class Remains(Test):
    """A command with descendants of every sort, of which nothing may be left."""

    COMMAND = (f"{SLEEPER} & {STUBBORN} & setsid {SLEEPER} & setsid {STUBBORN} & "
               f"({SLEEPER} & {STUBBORN} &); "
               f"setsid sh -c \"{SLEEPER.replace('$', chr(92) + '$')} & wait\" & "
               "echo $$ >{news}; echo $PPID >{news}; ")
    SIZE = 9

    def start(self, *arguments, then="wait"):
        r = Run("--grace", "0.2", f"cmd:{self.COMMAND} {then}", *arguments)
        self.family = [r.hear_process() for _ in range(self.SIZE)]
        return r

    def expect_gone(self):
        for process in self.family:
            process.wait_gone()

    def test_nothing_after_another_condition_fired(self):
        r = self.start("signal:USR1")
        r.send(signal.SIGUSR1)
        self.assertEqual(r.end()[0], 0)
        self.expect_gone()

    def test_nothing_after_the_command_has_exited(self):
        r = self.start(then="read go <{first}")
        r.tell("first")
        self.assertEqual(r.end()[0], 0)
        self.expect_gone()

    def test_nothing_after_a_cancel(self):
        r = self.start()
        r.send(signal.SIGINT)
        self.assertEqual(r.end()[0], 130)
        self.expect_gone()

    def test_nothing_when_abide_wait_returns(self):
        r = self.start()
        r.send(signal.SIGTERM)
        r.process.wait(WATCHDOG)
        for process in self.family:
            self.assertTrue(process.is_gone(), "it has outlived abide-wait")
        r.end()

    def test_nothing_after_abide_wait_was_killed(self):
        r = self.start("after:1h", "--all")
        r.send(signal.SIGKILL)
        self.assertEqual(r.end()[0], -signal.SIGKILL)
        self.expect_gone()

    def test_nothing_after_the_group_of_abide_wait_was_killed(self):
        r = Run(f"cmd:{SLEEPER}", preexec_fn=os.setpgrp)
        sleeper = r.hear_process()
        os.killpg(r.pid, signal.SIGKILL)
        self.assertEqual(r.end()[0], -signal.SIGKILL)
        sleeper.wait_gone()

    def test_no_command_after_its_guardian_was_killed_and_abide_wait_is_stopped(self):
        r = Run("cmd:echo $$ >{news}; echo $PPID >{news}; exec sleep 1000")
        command, guardian = r.hear_process(), r.hear_process()
        r.send(signal.SIGSTOP)
        os.kill(guardian.pid, signal.SIGKILL)
        command.wait_gone()
        r.send(signal.SIGKILL)
        r.end()

    def test_no_member_of_the_group_after_a_guardian_was_killed(self):
        r = Run("--all", "after:1h", "cmd:echo $PPID >{news}; read go <{first}; "
                f"{SLEEPER} & {STUBBORN} & wait")
        guardian = r.hear_process()
        r.tell("first")
        family = [r.hear_process(), r.hear_process()]
        os.kill(guardian.pid, signal.SIGKILL)
        guardian.wait_gone()
        r.send(signal.SIGTERM)
        code, _, errors = r.end()
        self.assertEqual(code, 1)
        self.assertRegex(errors, "^abide-wait: cmd:.*: its guardian was killed\n$")
        for process in family:
            process.wait_gone()


if __name__ == "__main__":
    main()
