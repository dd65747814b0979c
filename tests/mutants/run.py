#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Breaks the library on purpose, one change at a time, and asks the tests whether they notice.

    run.py [TEXT...]    plants the mutants whose promise, sentence or file contains a TEXT (all of
                        them without one) in a copy of the sources, and fails if one lives
    run.py --check      every mutant still fits the sources, its tests exist, the table is current
    run.py --table      writes the table of tests/README.md

A mutant is a table in one of the *.toml files beside this one:

    promise    the promise it breaks: P1 to P13, or another heading of tests/README.md
    sentence   what stops being true
    file       the source, from the project's root
    line       text that stands in it once
    becomes    what it is replaced by
    change     the same in words
    tests      the tests that must fail; each runs in a process of its own, and one that hangs fails
    preset     the build in which they notice; dev, if it does not say
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "build" / "mutants"
TREE = WORK / "tree"
README = ROOT / "tests" / "README.md"
START, END = "<!-- mutants -->", "<!-- end of mutants -->"
HANGS_AFTER = 30  # seconds; the slowest of these tests takes three


def load():
    mutants = []
    for path in sorted(HERE.glob("*.toml")):
        mutants += tomllib.loads(path.read_text())["mutant"]
    return mutants


def programs():
    """Test suite -> test -> the program that holds it, from the sources and the build's own lists."""
    lists = (ROOT / "tests" / "CMakeLists.txt").read_text()
    of_source = {source: f"{name}_test" for name, source in
                 re.findall(r"^abide_test\((\w+) \w+ (?:INTERNALS )?(\w+\.cpp)", lists, re.M)}
    for path in (ROOT / "tests" / "model").glob("*_scenarios.cpp"):
        of_source[f"model/{path.name}"] = f"model/{path.stem.removesuffix('_scenarios')}_model"
    of_source["fuzz/fuzz_test.cpp"] = "fuzz/fuzz_test"
    suites = {}
    for source, program in of_source.items():
        text = (ROOT / "tests" / source).read_text()
        for suite, test in re.findall(r"^TEST(?:_F)?\((\w+),\s*(\w+)\)", text, re.M):
            suites.setdefault(suite, {})[test] = program
    return suites


def program_of(suites, test):
    suite, name = test.split(".")
    return suites.get(suite, {}).get(name)


def title(mutant):
    return f"{mutant['promise']}: {mutant['sentence']}"


def check(mutants):
    suites = programs()
    faults = []
    for m in mutants:
        fits = (ROOT / m["file"]).read_text().count(m["line"])
        if fits != 1:
            faults.append(f"{title(m)}: its line stands {fits} times in {m['file']}")
        if not m["tests"]:
            faults.append(f"{title(m)}: no test")
        faults += [f"{title(m)}: no test {t}" for t in m["tests"] if not program_of(suites, t)]
    named = re.findall(r"`([A-Z]\w*\.\w+)`", README.read_text())
    faults += [f"{README.name} names {t}, which is no test" for t in sorted(set(named))
               if not program_of(suites, t)]
    if with_table(README.read_text(), mutants) != README.read_text():
        faults.append(f"{README.name}: its table is not that of the mutants; run {sys.argv[0]} --table")
    for fault in faults:
        print(fault)
    print(f"{len(mutants)} mutants, {len(faults)} faults")
    return not faults


def with_table(readme, mutants):
    rows = {}
    for m in mutants:
        tests = ", ".join(f"`{t}`" for t in m["tests"])
        rows.setdefault(m["promise"], []).append(
            f"| {m['sentence']} | {tests} | `{pathlib.Path(m['file']).name}`: {m['change']} |")
    for promise, lines in rows.items():
        heading = re.search(rf"^### {promise}\b.*\n", readme, re.M)
        if not heading:
            raise SystemExit(f"{README}: no heading for {promise}")
        start = readme.index(START, heading.end()) + len(START)
        end = readme.index(END, start)
        table = "\n".join(["", "", "| sentence | tests | broken by |", "|---|---|---|", *lines, "", ""])
        readme = readme[:start] + table + readme[end:]
    return readme


def preset_of(mutant):
    return mutant.get("preset", "dev")


def build(preset, programs):
    targets = sorted({pathlib.PurePath(p).name for p in programs})
    return subprocess.run(["cmake", "--build", WORK / preset, "--target", *targets],
                          capture_output=True, text=True)


def copy_tree():
    """Makes the copy as the sources are. A file that differs gets a new time: to the build it changes."""
    names = {path.relative_to(ROOT) for top in ROOT.iterdir() if top.name not in (".git", "build")
             for path in (top.rglob("*") if top.is_dir() else [top]) if path.is_file()}
    for path in [p for p in TREE.rglob("*") if p.is_file()]:
        if path.relative_to(TREE) not in names:
            path.unlink()
    for name in names:
        copy = TREE / name
        if not copy.exists() or copy.read_bytes() != (ROOT / name).read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy)


def prepare(preset, programs):
    """Configures the copy and builds its test programs as they are."""
    subprocess.run(["cmake", "--preset", preset, "-S", TREE, "-B", WORK / preset,
                    "-DABIDE_BUILD_BENCH=OFF", "-DABIDE_BUILD_TOOLS=OFF",
                    "-DCMAKE_COMPILE_WARNING_AS_ERROR=OFF"],
                   check=True, stdout=subprocess.DEVNULL)
    built = build(preset, programs)
    if built.returncode != 0:
        raise SystemExit(built.stdout + built.stderr)


def fails(preset, program, test):
    """How the test fails: '' if it passes."""
    # A group of its own: a mutant may leave a child that spins for ever.
    started = subprocess.Popen([WORK / preset / "tests" / program, f"--gtest_filter={test}"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        code = started.wait(timeout=HANGS_AFTER)
    except subprocess.TimeoutExpired:
        return "hangs"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
    if code == 0:
        return ""
    return "fails" if code == 1 else "crashes"


def plant(mutant, suites):
    """Returns what became of one mutant: how each of its tests failed, or why it counts as alive."""
    path = TREE / mutant["file"]
    text = path.read_text()
    tests = {test: program_of(suites, test) for test in mutant["tests"]}
    path.write_text(text.replace(mutant["line"], mutant["becomes"]))
    try:
        built = build(preset_of(mutant), tests.values())
        if built.returncode != 0:
            return "DOES NOT BUILD\n" + built.stdout[-2000:], False
        found = {test: fails(preset_of(mutant), program, test)
                 for test, program in tests.items()}
    finally:
        path.write_text(text)
    lives = [test for test, how in found.items() if not how]
    if lives:
        return "LIVES: " + ", ".join(lives) + (" pass" if len(lives) > 1 else " passes"), False
    return ", ".join(f"{test} {how}" for test, how in found.items()), True


def run(mutants):
    suites = programs()
    wanted = {}  # preset -> test -> program
    for m in mutants:
        wanted.setdefault(preset_of(m), {}).update((t, program_of(suites, t)) for t in m["tests"])
    copy_tree()
    for preset, tests in wanted.items():
        prepare(preset, tests.values())
        failing = [t for t, program in tests.items() if fails(preset, program, t)]
        if failing:
            print(f"fail without a mutant, in {preset}: " + ", ".join(failing))
            return False
    alive = 0
    for m in mutants:
        started = time.monotonic()
        what, killed = plant(m, suites)
        alive += not killed
        print(f"{title(m)} | {m['file']} | {what} | {time.monotonic() - started:.0f} s", flush=True)
    print(f"{len(mutants) - alive} of {len(mutants)} mutants noticed")
    return alive == 0


def main():
    mutants = load()
    arguments = sys.argv[1:]
    if arguments == ["--check"]:
        sys.exit(not check(mutants))
    if arguments == ["--table"]:
        README.write_text(with_table(README.read_text(), mutants))
        return
    if any(a.startswith("-") for a in arguments):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    wanted = [m for m in mutants if not arguments or
              any(a in m["promise"] + m["sentence"] + m["file"] for a in arguments)]
    sys.exit(not (wanted and run(wanted)))


if __name__ == "__main__":
    main()
