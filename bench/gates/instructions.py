#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Judges the instructions of each operation of abide_gates by the bounds in instructions.toml.

Usage: instructions.py PROGRAM BUILD [--write]

BUILD names the compiler, the processor and what else decides which instructions there are. The
table has one part a build; without one for this build the figures are printed and nobody is judged:
exit code 77, which ctest shows as skipped, as where there is no valgrind.
--write puts bounds for this build into the table: 5 % above what was counted.

The figures are those of a difference, (of 2n operations - of n) / n, so that what surrounds the
operations does not count. They repeat to the instruction, however busy the machine is.
"""

import json
import math
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

TABLE = pathlib.Path(__file__).with_name("instructions.toml")
ROOM = 1.05
SKIPPED = 77


def total(dump):
    """What callgrind counted in one window."""
    for line in dump.read_text(encoding="utf-8").splitlines():
        if line.startswith("totals:"):
            return int(line.split()[1])
    sys.exit(f"instructions: {dump} has no total")


def count(valgrind, program):
    """Instructions of one operation, by name."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "window")
        ended = subprocess.run(
            [valgrind, "-q", "--tool=callgrind", f"--callgrind-out-file={out}",
             "--dump-before=bench_next_window", program, "windows"],
            check=False, text=True, stdout=subprocess.PIPE)
        if ended.returncode != 0:
            sys.exit(f"instructions: valgrind ended with {ended.returncode}")
        figures = {}
        for i, line in enumerate(ended.stdout.splitlines()):
            times, name = line.split(" ", 1)
            # Each operation fills three windows: before it, n times, 2n times.
            once, twice = (total(pathlib.Path(f"{out}.{3 * i + k}")) for k in (2, 3))
            figures[name] = (twice - once) / int(times)
        return figures


def write(tables, build, figures):
    tables[build] = {name: math.ceil(n * ROOM) for name, n in figures.items()}
    kept = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    for name, bounds in sorted(tables.items()):
        kept += ["", f"[{json.dumps(name)}]"]
        kept += [f"{json.dumps(key)} = {bound}" for key, bound in bounds.items()]
    TABLE.write_text("\n".join(kept) + "\n", encoding="utf-8")


def judge(bounds, figures):
    """Prints the table. Returns what is wrong with it."""
    wrong = [f"'{name}' is an operation no more" for name in bounds.keys() - figures.keys()]
    print(f"{'operation':52} {'instructions':>12} {'bound':>8}")
    for name, n in figures.items():
        bound = bounds.get(name)
        verdict = ""
        if bound is None:
            wrong.append(f"'{name}' has no bound")
        elif n > bound:
            verdict = "  TOO MANY"
            wrong.append(f"'{name}' takes {n:.1f} instructions, its bound is {bound}")
        print(f"{name:52} {n:12.1f} {bound if bound is not None else '-':>8}{verdict}")
    return wrong


def main(arguments):
    if len(arguments) < 2 or arguments[2:] not in ([], ["--write"]):
        print(__doc__, file=sys.stderr)
        return 2
    program, build = arguments[:2]
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        print("instructions: skipped: there is no valgrind")
        return SKIPPED
    figures = count(valgrind, program)
    tables = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    if arguments[2:]:
        write(tables, build, figures)
        return 0
    wrong = judge(tables.get(build, {}), figures)
    if build not in tables:
        print(f"instructions: skipped: {TABLE.name} has no bounds for '{build}'")
        return SKIPPED
    for line in wrong:
        print(f"instructions: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
