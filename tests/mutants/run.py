#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Breaks the library on purpose, one change at a time, and asks the tests whether they notice.

    run.py [TEXT...]    plants the mutants whose promise, sentence, file or kind contains a TEXT (all of
                        them without one) in a copy of the sources, and fails if one lives
    run.py --matrix [--only TEXT] [--checks unit,model,...] [--fresh]
                        plants those with a `matrix` and asks every check by itself; see matrix.py
    run.py --report     the matrix as far as it was run
    run.py --check      every mutant still fits the sources, its tests exist, the table is current
    run.py --unnoticed  the tests that no mutant names
    run.py --table      writes the tables of tests/README.md

A mutant is a table in one of the *.toml files beside this one:

    promise    the promise it breaks: P1 to P13, or another heading of tests/README.md
    sentence   what stops being true
    file       the source, from the project's root
    line       text that stands in it once
    becomes    what it is replaced by
    change     the same in words
    tests      the tests that must fail; each runs in a process of its own, and one that hangs fails
    preset     the build in which they notice; dev, if it does not say
    build      "noise", if they notice with noise around the product only
    matrix     the kind of defect, if it stands in the matrix

A test that can have no mutant is excused, with the reason, in without.toml.
"""

import argparse
import sys
import time

import catalogue
import matrix
import workshop
from catalogue import README, preset_of, title


def check(mutants):
    faults = catalogue.faults(mutants)
    for fault in faults:
        print(fault)
    print(f"{len(mutants)} mutants, {len(faults)} faults")
    return not faults


def print_unnoticed(mutants):
    for label, (every, named, without, rest) in catalogue.unnoticed(mutants).items():
        for test in rest:
            print(f"{label} {test}")
        print(f"{label}: {len(every)} tests, {len(named)} named by a mutant, "
              f"{len(without)} that can have none, {len(rest)} left")


def plant(mutant):
    """Returns what became of one mutant: how each of its tests failed, or why it counts as alive."""
    tests = catalogue.programs_of(mutant)
    preset = preset_of(mutant)
    with workshop.planted(mutant):
        if broken := workshop.build(preset, tests.values()):
            return "DOES NOT BUILD\n" + broken[-2000:], False
        found = {test: workshop.run(preset, program, [test])[0] for test, program in tests.items()}
    lives = [test for test, how in found.items() if not how]
    if lives:
        return "LIVES: " + ", ".join(lives) + (" pass" if len(lives) > 1 else " passes"), False
    return ", ".join(f"{test} {how}" for test, how in found.items()), True


def run(mutants):
    wanted = {}  # preset -> the tests, each with its program
    for m in mutants:
        wanted.setdefault(preset_of(m), set()).update(catalogue.programs_of(m).items())
    workshop.copy_tree()
    for preset, tests in wanted.items():
        workshop.configure(preset)
        if broken := workshop.build(preset, {program for _, program in tests}):
            raise SystemExit(broken)
        failing = [t for t, program in sorted(tests) if workshop.run(preset, program, [t])[0]]
        if failing:
            print(f"fail without a mutant, in {preset}: " + ", ".join(failing))
            return False
    alive = 0
    for m in mutants:
        started = time.monotonic()
        what, noticed = plant(m)
        alive += not noticed
        print(f"{title(m)} | {m['file']} | {what} | {time.monotonic() - started:.0f} s", flush=True)
    print(f"{len(mutants) - alive} of {len(mutants)} mutants noticed")
    return alive == 0


def main():
    options = argparse.ArgumentParser(usage=__doc__, add_help=False)
    options.add_argument("texts", nargs="*")
    options.add_argument("--only", default="")
    options.add_argument("--checks", default="")
    for flag in ("matrix", "report", "fresh", "check", "unnoticed", "table"):
        options.add_argument(f"--{flag}", action="store_true")
    asked = options.parse_args()
    mutants = catalogue.load()
    if asked.check:
        sys.exit(not check(mutants))
    if asked.unnoticed:
        print_unnoticed(mutants)
        return
    if asked.table:
        README.write_text(catalogue.with_table(README.read_text(), mutants))
        return
    workshop.leave_nothing_behind()
    texts = asked.texts or [asked.only]
    wanted = [m for m in mutants if any(
        t in "\n".join((m["promise"], m["sentence"], m["file"], m.get("matrix", ""))) for t in texts)]
    if asked.matrix or asked.report:
        wanted = [m for m in wanted if "matrix" in m]
    if asked.report:
        sys.exit(not matrix.report(wanted))
    if asked.matrix:
        sys.exit(not (wanted and matrix.run(wanted, asked.checks.split(",") if asked.checks else [],
                                            asked.fresh)))
    sys.exit(not (wanted and run(wanted)))


if __name__ == "__main__":
    main()
