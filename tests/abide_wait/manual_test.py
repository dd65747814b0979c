#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The man page and the completion of abide-wait agree with its --help. Usage: manual_test.py PATH-OF-ABIDE-WAIT [TEST...]"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import BINARY, WATCHDOG, Test, is_readable, main, run

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "tools" / "abide_wait"
PAGE = FOLDER / "abide-wait.1"
COMPLETION = FOLDER / "abide-wait.bash"


def help_text():
    return run("--help")[1]


def options():
    return set(re.findall(r"^  (--\w+)", help_text(), re.M))


def conditions():
    return set(re.findall(r"^  (\w+:)", help_text(), re.M))


class Manual(unittest.TestCase):
    def setUp(self):
        self.text = PAGE.read_text(encoding="utf-8")

    def test_page_tells_of_every_option_and_condition_and_of_no_other(self):
        told = re.findall(r"^\.BI? (?:\\-\\-(\w+)|(\w+): )", self.text, re.M)
        self.assertEqual({"--" + option for option, _ in told if option}, options())
        self.assertEqual({kind + ":" for _, kind in told if kind}, conditions())

    def test_page_tells_of_every_event_that_is_printed(self):
        events = set()
        for source in [*FOLDER.glob("*condition*.cpp"), FOLDER / "run.cpp"]:
            events |= set(re.findall(r'(?:return |occurrence|print\(.*, )\{"(\w+)", ',
                                     source.read_text(encoding="utf-8")))
        self.assertGreater(len(events), 10)
        output = self.text[self.text.index(".SH OUTPUT"):self.text.index(".SH COMMANDS")]
        for event in sorted(events):
            self.assertRegex(output, rf"\b{event}\b")

    def test_page_is_of_this_version(self):
        version = run("--version")[1].split()[1]
        self.assertIn(f'"abide {version}"', self.text)

    @unittest.skipUnless(shutil.which("groff"), "there is no groff")
    def test_page_formats_without_a_warning(self):
        done = subprocess.run(["groff", "-ww", "-man", "-Tutf8", PAGE], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=WATCHDOG, check=True)
        self.assertEqual(done.stderr, b"")
        text = re.sub(r".\x08", "", done.stdout.decode())  # bold and underlined
        self.assertIn("wait for processes, commands, ports", " ".join(text.split()))


class Completion(unittest.TestCase):
    def complete(self, line, breaks=" \t\n\"'><=;|&(:", folder="."):
        """What bash is offered for the end of that line."""
        script = ('compopt() { :; }; . "$0"; COMP_LINE=$1; COMP_POINT=${#1}; COMP_WORDBREAKS=$2; '
                  '_abide_wait; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "--norc", "-c", script, COMPLETION, line, breaks], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WATCHDOG,
                              check=True, cwd=folder)
        self.assertEqual(done.stderr, "")
        return set(done.stdout.split("\n")) - {""}

    def test_options_are_those_of_the_help(self):
        self.assertEqual(self.complete("abide-wait -"), options())
        self.assertEqual(self.complete("abide-wait --any --st"), {"--status"})

    def test_conditions_are_those_of_the_help(self):
        self.assertEqual(self.complete("abide-wait "), conditions())
        self.assertEqual(self.complete("abide-wait --all pid:1 f"), {"fd:", "file:"})

    def test_nothing_is_offered_for_a_duration(self):
        self.assertEqual(self.complete("abide-wait --timeout "), set())
        self.assertEqual(self.complete("abide-wait --grace f"), set())
        self.assertEqual(self.complete("abide-wait after:"), set())

    def test_signals_have_both_names_and_none_that_is_refused(self):
        self.assertEqual(self.complete("abide-wait signal:TER"), {"TERM"})
        self.assertEqual(self.complete("abide-wait signal:SIGUSR"), {"SIGUSR1", "SIGUSR2"})
        self.assertEqual(self.complete("abide-wait signal:KI"), set())
        for name in self.complete("abide-wait signal:"):
            # An end of --timeout says that the name was understood.
            self.assertEqual(run("--timeout", "0", f"signal:{name}")[0], 124, name)

    def test_where_a_colon_ends_no_word_the_whole_word_is_offered(self):
        self.assertEqual(self.complete("abide-wait signal:TER", breaks=" \t\n"), {"signal:TERM"})

    def test_paths_and_processes(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("one", "other", "two words"):
                open(os.path.join(folder, name), "w", encoding="ascii").close()
            self.assertEqual(self.complete("abide-wait file:o", folder=folder), {"one", "other"})
            self.assertEqual(self.complete("abide-wait gone:t", folder=folder), {"two words"})
        self.assertIn(str(os.getpid()), self.complete(f"abide-wait pid:{os.getpid()}"))

    def test_a_shell_completes_what_is_typed(self):
        with tempfile.TemporaryDirectory() as folder:
            open(os.path.join(folder, "two words"), "w", encoding="ascii").close()
            os.symlink(BINARY, os.path.join(folder, "abide-wait"))
            master, slave = os.openpty()
            shell = subprocess.Popen(["bash", "--norc", "--noprofile", "-i"], cwd=folder,
                                     stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                     env={**os.environ, "PS1": "$ ", "INPUTRC": "/dev/null",
                                          "PATH": f"{folder}:{os.environ['PATH']}"})
            os.write(master, f". '{COMPLETION}'\nabide-wait --js\tfil\ttw\t\n".encode())
            seen = b""
            while b'"event":"exists"' not in seen:
                self.assertTrue(is_readable(master, WATCHDOG), seen.decode())
                seen += os.read(master, 4096)
            shell.kill()
            shell.wait()
            os.close(master)
            os.close(slave)


if __name__ == "__main__":
    main()
