#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The conditions of abide-wait, and how its wait ends. Usage: waits_test.py PATH-OF-ABIDE-WAIT [TEST...]"""

import os
import re
import signal
import subprocess

from harness import SLEEPER, STOPPED, WATCHDOG, Run, Test, blocks, main, run, wait_readable, \
    wait_until_it_blocks


class Conditions(Test):
    def test_process_exits(self):
        stranger = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        r = Run(f"pid:{stranger.pid}", f"cmd:{SLEEPER}")
        r.hear()
        stranger.stdin.close()
        self.expect(r.end(), 0, f"pid:{stranger.pid}: exited", STOPPED)
        stranger.wait(WATCHDOG)

    def test_process_that_does_not_exist_has_exited(self):
        gone = subprocess.Popen(["true"])
        gone.wait(WATCHDOG)
        self.expect(run(f"pid:{gone.pid}"), 0, f"pid:{gone.pid}: does not exist")

    def test_command_exits(self):
        self.expect(run("cmd:exit 3"), 0, "cmd:exit 3: exited with 3")

    def test_command_is_killed(self):
        self.expect(run("cmd:kill -KILL $$"), 0, r"cmd:kill -KILL \$\$: killed by SIGKILL")

    def test_descriptor_is_readable(self):
        r = Run("fd:0", f"cmd:{SLEEPER}", stdin=subprocess.PIPE)
        r.hear()
        r.process.stdin.write("x")
        r.process.stdin.flush()
        self.expect(r.end(), 0, "fd:0: readable", STOPPED)

    def test_descriptor_is_at_its_end(self):
        end, other = os.pipe()
        os.close(other)
        self.expect(run("fd:0", stdin=end), 0, "fd:0: at its end")
        os.close(end)

    def test_signal_arrives_by_any_of_its_names(self):
        for name, number in (("USR2", signal.SIGUSR2), ("SIGUSR2", signal.SIGUSR2),
                             (str(int(signal.SIGUSR2)), signal.SIGUSR2),
                             (str(int(signal.SIGRTMIN)), signal.SIGRTMIN),
                             ("RTMIN", signal.SIGRTMIN), ("SIGRTMIN+3", signal.SIGRTMIN + 3),
                             ("RTMAX", signal.SIGRTMAX), ("RTMAX-2", signal.SIGRTMAX - 2)):
            r = Run(f"signal:{name}")
            wait_until_it_blocks(r.pid, number)
            r.send(number)
            self.expect(r.end(), 0, f"signal:{re.escape(name)}: arrived from process {os.getpid()}")

    def test_signal_that_is_a_condition_does_not_cancel(self):
        for name in ("INT", "TERM", "HUP"):
            r = Run(f"signal:{name}", f"cmd:{SLEEPER}")
            r.hear()
            r.send(signal.Signals["SIG" + name])
            self.expect(r.end(), 0, f"signal:{name}: arrived from process .*", STOPPED)
            r = Run("--all", f"signal:{name}", "cmd:echo >{news}; read go <{first}")
            r.hear()
            r.send(signal.Signals["SIG" + name])
            r.tell("first")
            # Which of the two is noted first is a race that nobody has to win.
            either = f"(signal:{name}: arrived from process .*|cmd:.*: exited .*)"
            self.expect(r.end(), 0, either, either)

    def test_signal_that_comes_again_during_the_grace_changes_nothing(self):
        # The command ends on SIGTERM, but not before it is told to.
        patient = "trap 'read go <{first}; exit 6' TERM; echo >{news}; while :; do sleep 0.1; done"
        r = Run("signal:USR1", "--grace", "1h", f"cmd:exec 2>/dev/null; {patient}")
        r.hear()
        r.send(signal.SIGUSR1)
        wait_readable(r.process.stdout.fileno(), "it prints nothing")
        r.send(signal.SIGUSR1)
        r.send(signal.SIGINT)
        r.tell("first")
        self.expect(r.end(), 0, "signal:USR1: arrived .*", "cmd:.*: stopped, exited with 6")

    def test_delay_passes_and_never_early(self):
        for text, least in (("0.2", 0.2), ("150ms", 0.15), (".1s", 0.1), ("0m", 0), ("0h", 0)):
            r = Run(f"after:{text}")
            self.expect(r.end(), 0, f"after:{text}: passed")
            self.assertGreaterEqual(r.elapsed, least)


class AnyAndAll(Test):
    def test_any_ends_with_the_first(self):
        r = Run("after:1h", "cmd:exit 0", f"cmd:{SLEEPER}", "signal:USR1")
        self.expect(r.end(), 0, "cmd:exit 0: exited with 0", STOPPED)

    def test_the_last_of_any_and_all_counts(self):
        self.expect(run("--all", "--any", "after:1h", "after:0"), 0, "after:0: passed")

    def test_all_waits_for_each(self):
        r = Run("--all", "fd:0", "signal:USR1", "after:10ms", "cmd:read go <{first}; exit 5",
                "cmd:echo >{news}", stdin=subprocess.PIPE)
        r.hear()
        r.process.stdin.write("x")
        r.process.stdin.flush()
        r.send(signal.SIGUSR1)
        self.assertIsNone(r.process.poll())
        r.tell("first")
        code, output, errors = r.end()
        self.assertEqual((code, errors), (0, ""))
        for event in ("fd:0: readable", "signal:USR1: arrived", "after:10ms: passed",
                      ": exited with 5", ": exited with 0"):
            self.assertIn(event, output)
        self.assertEqual(len(output.splitlines()), 5, output)

    def test_all_tells_the_commands_in_the_order_of_their_ends(self):
        r = Run("--all", "cmd:read go <{second}; exit 2",
                "cmd:echo $PPID >{news}; read go <{first}; exit 1")
        guardian = r.hear_process()
        r.tell("first")
        guardian.wait_gone()
        r.tell("second")
        self.expect(r.end(), 0, "cmd:.*: exited with 1", "cmd:.*: exited with 2")

    def test_all_tells_when_each_came_to_hold(self):
        r = Run("--all", "after:1.5", "pid:2147483647", "after:0.5")
        result = r.end()
        self.expect(result, 0, "pid:2147483647: does not exist", "after:0.5: passed",
                    "after:1.5: passed")
        times = [float(line.split()[1]) for line in result[1].splitlines()]
        self.assertGreaterEqual(times[1], 0.5)
        self.assertGreaterEqual(times[2], 1.5)


class Ending(Test):
    def test_timeout(self):
        r = Run("--timeout", "0.2", "after:1h", f"cmd:{SLEEPER}")
        self.expect(r.end(), 124, "timeout", STOPPED)
        self.assertGreaterEqual(r.elapsed, 0.2)

    def test_timeout_of_nothing_is_a_test(self):
        self.expect(run("--timeout=0", "signal:USR1"), 124, "timeout")

    def test_timeout_of_all_tells_what_held_from_the_start(self):
        for _ in range(10):
            self.expect(run("--all", "--timeout=0", "pid:2147483647", "after:1h"), 124,
                        "pid:2147483647: does not exist", "timeout")

    def test_timeout_of_all_tells_how_a_descriptor_is_ready(self):
        end, other = os.pipe()
        os.write(other, b"x")
        self.expect(run("--all", "--timeout=0.1", "fd:0", "after:1h", stdin=end), 124,
                    "fd:0: readable", "timeout")
        os.close(other)
        os.read(end, 1)
        self.expect(run("--all", "--timeout=0.1", "fd:0", "after:1h", stdin=end), 124,
                    "fd:0: at its end", "timeout")
        os.close(end)

    def test_timeout_of_all_tells_what_did_come(self):
        r = Run("--all", "--timeout", "1s", "signal:USR1", "after:0.1")
        self.expect(r.end(), 124, "after:0.1: passed", "timeout")

    def test_signals_cancel(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            for mode in ("--any", "--all"):
                r = Run(mode, "after:1h", f"cmd:{SLEEPER}")
                r.hear()
                r.send(number)
                self.expect(r.end(), code, f"canceled by {number.name}", STOPPED)

    def test_nothing_to_clean_up_is_canceled_too(self):
        r = Run("after:1h")
        wait_until_it_blocks(r.pid, signal.SIGTERM)
        r.send(signal.SIGTERM)
        self.expect(r.end(), 143, "canceled by SIGTERM")

    def test_interrupt_cancels_where_a_shell_has_ignored_it(self):
        r = Run("after:1h", f"cmd:{SLEEPER}",
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
        r.hear()
        r.send(signal.SIGINT)
        self.expect(r.end(), 130, "canceled by SIGINT", STOPPED)

    def test_nohup_is_respected(self):
        r = Run("signal:USR1", f"cmd:{SLEEPER}",
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        r.hear()
        self.assertTrue(blocks(r.pid, signal.SIGUSR1))
        self.assertFalse(blocks(r.pid, signal.SIGHUP), "it would hear of a signal that is ignored")
        r.send(signal.SIGHUP)
        r.send(signal.SIGUSR1)
        self.expect(r.end(), 0, "signal:USR1: arrived .*", STOPPED)

    def test_status_is_that_of_the_first_command(self):
        self.expect(run("--status", "cmd:exit 7"), 7, "cmd:exit 7: exited with 7")
        self.expect(run("--status", "cmd:kill -KILL $$"), 137, "cmd:.*: killed by SIGKILL")
        self.expect(run("--status", "after:0", f"cmd:{SLEEPER}"), 0, "after:0: passed", STOPPED)
        r = Run("--status", "--all", "cmd:read go <{second}; exit 2", "after:0",
                "cmd:echo $PPID >{news}; read go <{first}; exit 1")
        guardian = r.hear_process()
        r.tell("first")
        guardian.wait_gone()
        r.tell("second")
        self.assertEqual(r.end()[0], 1)

    def test_quiet_prints_nothing(self):
        self.expect(run("--quiet", "cmd:exit 1"), 0)
        self.expect(run("--quiet", "--timeout", "0", "after:1h", f"cmd:{SLEEPER}"), 124)


if __name__ == "__main__":
    main()
