#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What each public header costs to compile, beside the standard headers that it needs.

Usage: header_cost.py [--compiler C++] [--rounds N] [--limit RATIO] [HEADER...]

A program that includes only the header is compared with one that includes only the standard headers
which that header and abide's own below it name. Prints one line a header: the processor's time of
either, and their ratio. Fails if a ratio is above the limit.
"""

import argparse
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile

INCLUDE = pathlib.Path(__file__).resolve().parent.parent / "include"
INTERNAL = "abide/sys/"  # not for users


def public_headers():
    names = (path.relative_to(INCLUDE).as_posix() for path in INCLUDE.rglob("*.hpp"))
    return sorted(name for name in names if not name.startswith(INTERNAL))


def standard_headers(header):
    """Those that the header names, or one of abide's own that it includes."""
    seen, found, todo = set(), set(), [header]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        text = (INCLUDE / name).read_text(encoding="utf-8")
        for other in re.findall(r"^\s*#\s*include\s*<([^>]+)>", text, re.MULTILINE):
            if other.startswith("abide/"):
                todo.append(other)
            else:
                found.add(other)
    return sorted(found)


def processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Program:
    """A source file that includes these headers and nothing else."""

    def __init__(self, path, headers):
        self.path = path
        self.times = []
        path.write_text("".join(f"#include <{name}>\n" for name in headers), encoding="ascii")

    def compile(self, compiler):
        before = processor_time()
        subprocess.run([compiler, "-std=c++20", "-fsyntax-only", f"-I{INCLUDE}", self.path],
                       check=True)
        self.times.append(processor_time() - before)

    def milliseconds(self):
        return 1000 * statistics.median(self.times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--limit", type=float, default=1.25)
    parser.add_argument("headers", nargs="*", metavar="HEADER")
    options = parser.parse_args()
    headers = options.headers or public_headers()
    for header in headers:
        if header not in public_headers():
            parser.error(f"{header} is no public header (use one like abide/wait.hpp)")

    with tempfile.TemporaryDirectory() as folder:
        pairs = []
        for number, header in enumerate(headers):
            path = pathlib.Path(folder)
            pairs.append((Program(path / f"{number}.cpp", [header]),
                          Program(path / f"{number}_std.cpp", standard_headers(header))))
        # Round by round, so that what disturbs one of a pair disturbs the other as much.
        for _ in range(options.rounds):
            for pair in pairs:
                for program in pair:
                    program.compile(options.compiler)

    dear = 0
    print(f"{'header':36} | {'ms':>6} | {'std ms':>6} | ratio")
    for header, (own, std) in zip(headers, pairs):
        ratio = own.milliseconds() / std.milliseconds()
        verdict = f"  above {options.limit}" if ratio > options.limit else ""
        dear += bool(verdict)
        print(f"{header:36} | {own.milliseconds():6.1f} | {std.milliseconds():6.1f} | "
              f"{ratio:5.2f}{verdict}")
    print(f"{len(headers)} headers, {dear} above {options.limit}, {options.rounds} rounds")
    return 1 if dear else 0


if __name__ == "__main__":
    sys.exit(main())
