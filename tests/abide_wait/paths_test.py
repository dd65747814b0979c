#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The conditions file: and gone: of abide-wait. Usage: paths_test.py PATH-OF-ABIDE-WAIT [TEST...]"""

import os
import re
import shutil
import subprocess
import tempfile

from harness import BINARY, STOPPED, WATCHDOG, Run, Test, main, run
from terminal import Terminal, own_terminal


class Paths(Test):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        super().tearDown()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def make(self, name):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        open(self.path(name), "w", encoding="ascii").close()

    def expect_wakes(self, condition, change, story):
        """The condition does not hold before the change, and holds after it."""
        terminal = Terminal()
        r = Run(condition, stderr=terminal.slave, env={**os.environ, "TERM": "xterm"},
                preexec_fn=own_terminal)
        terminal.see(lambda lines: condition in lines[0], "it does not wait")
        change()
        code, output, _ = r.end()
        self.assertEqual(code, 0)
        self.assertRegex(output, rf"^abide-wait: \d+\.\d+ s: {re.escape(condition)}: {story}\n$")
        terminal.close()

    def test_file_that_exists(self):
        self.make("file")
        condition = f"file:{self.path('file')}"
        self.expect(run(condition), 0, f"{condition}: exists")

    def test_file_that_does_not_exist_is_gone(self):
        condition = f"gone:{self.path('file')}"
        self.expect(run(condition), 0, f"{condition}: is gone")

    def test_file_appears(self):
        self.expect_wakes(f"file:{self.path('file')}", lambda: self.make("file"), "exists")

    def test_file_appears_in_directories_that_appear(self):
        self.expect_wakes(f"file:{self.path('a/b/c/file')}", lambda: self.make("a/b/c/file"), "exists")

    def test_file_goes(self):
        self.make("file")
        self.expect_wakes(f"gone:{self.path('file')}", lambda: os.unlink(self.path("file")), "is gone")

    def test_file_goes_with_its_directories(self):
        self.make("a/b/c/file")
        self.expect_wakes(f"gone:{self.path('a/b/c/file')}", lambda: shutil.rmtree(self.path("a")),
                          "is gone")

    def test_relative_path(self):
        self.make("file")
        self.expect(run("file:file", cwd=self.folder.name), 0, "file:file: exists")

    def test_path_with_colons_and_spaces(self):
        self.make("a: b:c")
        condition = f"file:{self.path('a: b:c')}"
        self.expect(run(condition), 0, f"{condition}: exists")

    def test_what_has_come_and_gone_has_been_there(self):
        terminal = Terminal()
        condition = f"file:{self.path('file')}"
        r = Run("--all", condition, "fd:0", stdin=subprocess.PIPE, stderr=terminal.slave,
                env={**os.environ, "TERM": "xterm"}, preexec_fn=own_terminal)
        terminal.see(lambda lines: "does not exist" in lines[0], "it does not wait")
        self.make("file")
        terminal.see(lambda lines: "holds" in lines[0], "it is not seen")
        os.unlink(self.path("file"))
        r.process.stdin.write("x")
        r.process.stdin.flush()
        code, output, _ = r.end()
        self.assertEqual(code, 0)
        self.assertIn(f"{condition}: exists\n", output)
        terminal.close()

    def test_what_holds_from_the_start_counts_in_the_order_of_the_command_line(self):
        for first in ("file:/", "gone:/nowhere"):
            self.expect(run(first, "after:0"), 0, f"{first}: .*")

    def test_what_holds_needs_no_right_to_watch_it(self):
        self.make("closed/file")
        os.chmod(self.folder.name, 0o755)
        shutil.copy(BINARY, self.path("abide-wait"))
        os.chmod(self.path("closed/file"), 0o600)
        os.chmod(self.path("closed"), 0o111)
        nobody = (lambda: os.setuid(65534)) if os.getuid() == 0 else None
        for name, code in (("gone:closed/none", 0), ("file:closed/file", 0),
                           ("file:closed/none", 1), ("gone:closed/file", 1)):
            done = subprocess.run(["./abide-wait", "--quiet", name], cwd=self.folder.name, text=True,
                                  stderr=subprocess.PIPE, timeout=WATCHDOG, preexec_fn=nobody,
                                  check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            if code == 1:
                self.assertRegex(done.stderr, f"^abide-wait: {name}: .*: Permission denied\n$")
        os.chmod(self.path("closed"), 0o755)

    def test_path_that_cannot_be_looked_up_is_a_failure_that_names_it(self):
        path = self.path("x" * 1000)
        code, output, errors = run(f"file:{path}")
        self.assertEqual((code, output), (1, ""))
        self.assertRegex(errors, f"^abide-wait: .*{path}: File name too long\n$")

    def test_command_that_makes_its_file_is_stopped(self):
        r = Run("file:{news}.ready", "cmd:: >{news}.ready; exec sleep 1000")
        self.expect(r.end(), 0, "file:.*: exists", STOPPED)


if __name__ == "__main__":
    main()
