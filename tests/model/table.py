#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs the scenarios of the model checker and writes their table into tests/README.md.

    table.py BUILD      BUILD is a build with the programs of tests/model, as build/dev
"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
README = HERE.parent / "README.md"
START, END = "<!-- scenarios -->", "<!-- end of scenarios -->"
# result::summary() writes it.
LINE = re.compile(r"^(?P<name>.+): (?P<runs>\d+) interleavings(?: of (?P<threads>\d+) threads)? exhausted"
                  r" at <= (?P<bound>\d+) preemptions(?: and <= (?P<stale>\d+) stale reads)?,"
                  r" (?P<seconds>[\d.]+) s$", re.M)


def rows_of(program):
    run = subprocess.run([program], stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise SystemExit(run.stdout)
    for m in LINE.finditer(run.stdout):
        bound = m["bound"] + (f", {m['stale']} stale" if m["stale"] else "")
        yield f"| {m['name']} | {m['threads'] or ''} | {bound} | {int(m['runs']):,} | {m['seconds']} |"


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    rows = ["| scenario | threads | preemptions | interleavings | seconds |", "|---|---|---|---|---|"]
    for source in sorted(HERE.glob("*_scenarios.cpp")):
        name = source.stem.removesuffix("_scenarios")
        found = list(rows_of(pathlib.Path(sys.argv[1], "tests", "model", f"{name}_model")))
        rows += [f"| **{name}** | | | | |", *found]
    readme = README.read_text()
    start = readme.index(START) + len(START)
    end = readme.index(END)
    README.write_text(readme[:start] + "\n\n" + "\n".join(rows) + "\n\n" + readme[end:])


if __name__ == "__main__":
    main()
