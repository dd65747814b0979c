# SPDX-License-Identifier: BSL-1.0
"""A pseudo-terminal, and what a user sees on it."""

import fcntl
import os
import re
import struct
import termios
import time

from harness import WATCHDOG, is_readable

# Lets a child make the terminal that is its standard error its own: Ctrl-C becomes a signal then.
def own_terminal():
    os.setsid()
    fcntl.ioctl(2, termios.TIOCSCTTY, 0)


class Terminal:
    """Interprets what abide-wait may write; anything else fails."""

    COMMAND = re.compile(rb"\x1b\[(\?7[lh]|\d*[A-Z])|([\r\n])|([^\x1b\r\n]+)")

    def __init__(self, rows=24, columns=80):
        self.master, self.slave = os.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.columns = columns
        self.lines, self.row, self.column, self.wraps = [""], 0, 0, True
        self.raw = b""
        self.pending = b""

    def close(self):
        os.close(self.master)
        os.close(self.slave)

    def type(self, text):
        os.write(self.master, text.encode())

    def see(self, what, otherwise):
        """Returns once what(lines) is true of the lines on the screen."""
        end = time.monotonic() + WATCHDOG
        while not what(self.lines):
            if not is_readable(self.master, end - time.monotonic()):
                raise AssertionError(f"watchdog: {otherwise}: {self.lines}")
            self.read()

    def read_rest(self):
        """Call it once nobody else writes."""
        while is_readable(self.master):
            self.read()

    def read(self):
        data = os.read(self.master, 65536)
        self.raw += data
        self.pending += data
        at = 0
        while match := self.COMMAND.match(self.pending, at):
            command, control, text = match.groups()
            if text is not None:
                try:
                    decoded = text.decode()
                except UnicodeDecodeError:
                    break  # in the middle of a character
                self.put(decoded)
            elif control == b"\r":
                self.column = 0
            elif control == b"\n":
                self.feed()
            else:
                self.obey(command.decode())
            at = match.end()
        self.pending = self.pending[at:]
        if len(self.pending) > 16:
            raise AssertionError(f"not understood: {self.pending}")

    def put(self, text):
        for character in text:
            if self.column == self.columns:
                if not self.wraps:
                    break
                self.column = 0
                self.feed()
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[:self.column] + character + line[self.column + 1:]
            self.column += 1

    def feed(self):
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append("")

    def obey(self, command):
        if command in ("?7l", "?7h"):
            self.wraps = command == "?7h"
        elif command == "K":
            self.lines[self.row] = self.lines[self.row][:self.column]
        elif command == "J":
            self.lines[self.row:] = [self.lines[self.row][:self.column]]
        elif command.endswith("A"):
            self.row = max(self.row - int(command[:-1]), 0)
        else:
            raise AssertionError(f"not understood: {command}")

    def text(self):
        """The lines that are not empty."""
        return [line for line in self.lines if line.strip()]
