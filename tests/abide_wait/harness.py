# SPDX-License-Identifier: BSL-1.0
"""What the tests of abide-wait share: they run the real program.

Its commands announce themselves in a FIFO and are watched through pidfds: nothing here waits for
time to pass, and what does not happen within WATCHDOG seconds never will.
"""

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

WATCHDOG = 60
BINARY = os.path.abspath(sys.argv[1]) if sys.argv[1:] else ""

# Both say their number and then do nothing until they are killed; the second ignores SIGTERM.
SLEEPER = "sh -c 'echo $$ >{news}; exec sleep 1000'"
STUBBORN = "sh -c 'trap \"\" TERM; echo $$ >{news}; exec sleep 1000'"

# What abide-wait prints of a SLEEPER that it has ended.
STOPPED = "cmd:.*: stopped, killed by SIGTERM"


def is_readable(fd, seconds=0):
    return bool(select.select([fd], [], [], seconds)[0])


def wait_readable(fd, otherwise):
    if not is_readable(fd, WATCHDOG):
        raise AssertionError(f"watchdog: {otherwise}")


class Watched:
    """A process that runs now."""

    def __init__(self, pid):
        self.pid = pid
        self.fd = os.pidfd_open(pid)

    def __del__(self):
        os.close(self.fd)

    def is_gone(self):
        return is_readable(self.fd)

    def wait_gone(self):
        wait_readable(self.fd, f"process {self.pid} is still there")


    def wait_reaped(self):
        end = time.monotonic() + WATCHDOG
        while os.path.exists(f"/proc/{self.pid}"):
            if time.monotonic() > end:
                raise AssertionError(f"watchdog: process {self.pid} is a zombie still")


class Run:
    """One abide-wait. In its arguments {news} is a FIFO from the commands to the test; {first} and
    {second} are FIFOs on which the test tells them to go on."""

    last = []  # what the current test has started

    def __init__(self, *arguments, **options):
        self.folder = tempfile.TemporaryDirectory()
        self.fifos = {}
        for name in ("news", "first", "second"):
            path = os.path.join(self.folder.name, name)
            os.mkfifo(path)
            self.fifos[name] = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            arguments = [text.replace("{" + name + "}", path) for text in arguments]
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, **options}
        self.started = time.monotonic()
        self.process = subprocess.Popen([BINARY, *arguments], text=True, **options)
        self.pid = self.process.pid
        Run.last.append(self.process)
        self.ended = os.pidfd_open(self.pid)
        self.heard = b""

    def hear(self):
        """The next line that a command announces."""
        news = self.fifos["news"]
        while b"\n" not in self.heard:
            if news not in select.select([news, self.ended], [], [], WATCHDOG)[0]:
                raise AssertionError(f"no command announces anything: {self.end()}")
            self.heard += os.read(news, 4096)
        line, self.heard = self.heard.split(b"\n", 1)
        return line.decode()

    def hear_process(self):
        return Watched(int(self.hear()))

    def tell(self, name):
        os.write(self.fifos[name], b"go\n")

    def create(self, name):
        """Makes a file beside the FIFOs."""
        open(os.path.join(self.folder.name, name), "w", encoding="ascii").close()

    def send(self, number):
        self.process.send_signal(number)

    def end(self):
        """Exit code, output and errors, once it has ended."""
        output, errors = self.process.communicate(timeout=WATCHDOG)
        self.elapsed = time.monotonic() - self.started
        while is_readable(self.fifos["news"]):
            self.heard += os.read(self.fifos["news"], 4096)
        for fd in (self.ended, *self.fifos.values()):
            os.close(fd)
        self.folder.cleanup()
        return self.process.returncode, output, errors


def run(*arguments, **options):
    return Run(*arguments, **options).end()


def blocks(pid, number):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        blocked = int(re.search(r"SigBlk:\s*(\w+)", status.read())[1], 16)
    return blocked >> (number - 1) & 1 == 1


def wait_until_it_blocks(pid, number):
    """Returns once the process has blocked the signal, which it does before it waits."""
    end = time.monotonic() + WATCHDOG
    while not blocks(pid, number):
        if time.monotonic() > end:
            raise AssertionError("watchdog: it does not block the signal")


class Test(unittest.TestCase):
    def tearDown(self):
        for process in Run.last:
            process.kill()  # does nothing but after a failure
        Run.last.clear()

    def expect(self, result, code, *events):
        """The exit code, no errors, and one line of output for each regular expression."""
        returned, output, errors = result
        self.assertEqual(errors, "")
        self.assertEqual(returned, code, output)
        lines = output.splitlines()
        self.assertEqual(len(lines), len(events), output)
        for line, event in zip(lines, events):
            self.assertRegex(line, r"^abide-wait: \d+\.\d{3} s: " + event + "$")


def main():
    # A child inherits what is ignored here, whoever has started the tests.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
