# SPDX-License-Identifier: BSL-1.0
"""Mutant x check: which kind of check notices which planted bug, each check asked by itself.

A cell says how the first test of the check failed that did: it fails, hangs or crashes. `-` is a
mutant that the check did not notice, a dot one whose source the check does not contain. Cells are
kept in build/mutants/rows, so a run that was stopped goes on where it was; they count as long as
neither the mutant nor a source of the library or its tests changes. The table is written to
build/mutants/matrix.md. The run fails if a mutant lives in all columns.
"""

import collections
import concurrent.futures
import hashlib
import json
import pathlib
import re
import threading
import time

import catalogue
import workshop
from catalogue import ROOT, title

ROWS = workshop.WORK / "rows"
REPORT = workshop.WORK / "matrix.md"
AT_ONCE = 2  # checks, and programs of a check: who hangs takes no processor

# Several threads, or objects that end while somebody is in them: what sanitizers are for.
THREADED = ("conservation", "lifetime", "exported_handle", "cancellation_race", "crowd", "destruction",
            "loser", "pulse", "wait_all", "isolation", "event", "semaphore", "cancellation_callback",
            "cancellation_registration")

# They compile a source of the product themselves, to reach its counters: no place for one shared library.
WITH_A_SOURCE_OF_ITS_OWN = ("wrap_test", "wrap_noise")

Check = collections.namedtuple("Check", "name preset programs")
NOT_IN_IT = {"how": "·", "test": "", "seconds": 0}
NOTICED = ("fails", "hangs", "crashes")


def all_checks():
    of = lambda *labels: [p for p, (label, _) in catalogue.programs().items()
                          if label in labels and p not in WITH_A_SOURCE_OF_ITS_OWN]
    threaded = [f"{name}_test" for name in THREADED]
    return [Check("unit", "dev", of("unit", "fault")), Check("model", "dev", of("model")),
            Check("fuzz", "dev", of("fuzz")), Check("TSan", "tsan", threaded),
            Check("ASan", "asan", threaded), Check("noise", "dev", of("noise"))]


def contains(check, mutant):
    """Model and fuzzer have a platform of their own, and no objects of the operating system."""
    path = pathlib.PurePath(mutant["file"])
    shared = re.search(r"^set\(ABIDE_SOURCES\n([^)]*)\)",
                       (ROOT / "src" / "files.cmake").read_text(), re.M)[1].split()
    return check.name not in ("model", "fuzz") or path.suffix == ".hpp" or str(path) in shared


class Runner:
    def __init__(self, checks):
        self.checks = checks
        self.sources = workshop.hash_of_sources()
        self.building = {check.preset: threading.Lock() for check in checks}
        self.tests = {program: set(catalogue.tests_of(files))
                      for program, (_, files) in catalogue.programs().items()}
        self.seconds = {}

    def prepare(self):
        """Builds the checks as the sources are and sees that nothing fails; learns what is fast."""
        workshop.copy_tree()
        kept = workshop.WORK / f"seconds-{self.sources}.json"
        known = json.loads(kept.read_text()) if kept.exists() else {}
        for check in self.checks:
            workshop.configure(check.preset)
            if broken := workshop.build(check.preset, check.programs):
                raise SystemExit(broken[-4000:])
            for program in check.programs:
                name = f"{check.preset}/{program}"
                if name in known:
                    continue
                started = time.monotonic()
                how, test = workshop.run(check.preset, program, hangs_after=600)
                if how:
                    raise SystemExit(f"without a mutant {test} {how} in {name}")
                known[name] = time.monotonic() - started
                kept.write_text(json.dumps(known, indent=1))
        self.seconds = known

    def build(self, check, programs):
        with self.building[check.preset]:
            if broken := workshop.build(check.preset, programs):
                raise SystemExit("DOES NOT BUILD\n" + broken[-4000:])

    def ask(self, check, mutant):
        """The cell: the named tests first, then the programs, the fastest first."""
        started = time.monotonic()
        how, test = self.ask_named(check, mutant) or self.ask_all(check) or ("-", "")
        return {"how": how, "test": test, "seconds": round(time.monotonic() - started, 1)}

    def ask_named(self, check, mutant):
        named = {p: self.tests[p] & set(mutant["tests"]) for p in check.programs}
        named = {program: tests for program, tests in named.items() if tests}
        if not named:
            return None
        self.build(check, named)
        for program, tests in named.items():
            how, test = self.run(check, program, sorted(tests))
            if how:
                return how, test
        return None

    def run(self, check, program, tests=(), enough=None):
        """A test hangs if it takes longer than half a minute, and three times the whole program."""
        patience = max(workshop.HANGS_AFTER, 3 * self.seconds[f"{check.preset}/{program}"])
        return workshop.run(check.preset, program, tests, enough, patience)

    def ask_all(self, check):
        self.build(check, check.programs)
        found, enough = [], threading.Event()

        def one(program):
            if not enough.is_set():
                how, test = self.run(check, program, enough=enough)
                if how:
                    found.append((how, test))
                    enough.set()

        ordered = sorted(check.programs, key=lambda p: self.seconds[f"{check.preset}/{p}"])
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(one, ordered))
        return found[0] if found else None

    def kept(self, mutant):
        text = "\0".join((self.sources, mutant["file"], mutant["line"], mutant["becomes"]))
        return ROWS / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.json"

    def row(self, mutant):
        path = self.kept(mutant)
        return json.loads(path.read_text()) if path.exists() else {}

    def finish(self, mutant):
        """Fills the cells of a mutant that are not known yet."""
        row = self.row(mutant)
        missing = [check for check in self.checks if check.name not in row]
        for check in missing:
            if not contains(check, mutant):
                row[check.name] = NOT_IN_IT
        missing = [check for check in missing if check.name not in row]
        if missing:
            with workshop.planted(mutant), concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                cells = pool.map(lambda check: self.ask(check, mutant), missing)
                row.update(zip((check.name for check in missing), cells))
        ROWS.mkdir(exist_ok=True)
        self.kept(mutant).write_text(json.dumps(row, indent=1))
        return row


def run(mutants, names, fresh):
    every = all_checks()
    if unknown := set(names) - {check.name for check in every}:
        raise SystemExit(f"no such check: {', '.join(sorted(unknown))}")
    asked = [check for check in every if check.programs and (not names or check.name in names)]
    runner = Runner(asked)
    if fresh:
        for m in mutants:
            runner.kept(m).unlink(missing_ok=True)
    runner.prepare()
    for m in sorted(mutants, key=lambda m: (m["file"].endswith(".hpp"), m["file"])):
        started = time.monotonic()
        row = runner.finish(m)
        cells = ", ".join(f"{c.name} {row[c.name]['how']}" for c in asked)
        print(f"{title(m)} | {cells} | {time.monotonic() - started:.0f} s", flush=True)
    return report(mutants)


def report(mutants):
    """Writes and prints the matrix as far as it was run. False if a mutant lives in all columns."""
    every = all_checks()
    runner = Runner(every)
    rows = [(m, runner.row(m)) for m in mutants]
    lines = table(rows, every) + figures(rows, every)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
    return not [m for m, row in rows if row and not noticing(row)]


def noticing(row):
    return [name for name, cell in row.items() if cell["how"] in NOTICED]


def promise_order(mutant):
    number = re.fullmatch(r"P(\d+)", mutant["promise"])
    return (0, int(number[1]), "") if number else (1, 0, mutant["promise"])


def table(rows, checks):
    lines = ["| promise | kind | what is broken | " + " | ".join(c.name for c in checks) + " |",
             "|---|---|---|" + "---|" * len(checks)]
    for m, row in sorted(rows, key=lambda pair: promise_order(pair[0])):
        cells = [row[c.name]["how"] if c.name in row else "not run" if c.programs else "–"
                 for c in checks]
        lines.append(f"| {m['promise']} | {m['matrix']} | {pathlib.Path(m['file']).name}: "
                     f"{m['change']} ({m['sentence']}) | " + " | ".join(cells) + " |")
    return lines


def figures(rows, checks):
    """Promise by promise the tests that noticed; how many each check noticed, how many it alone."""
    lines = ["", "| promise | mutants | noticed by |", "|---|---|---|"]
    of_promise = {}
    for m, row in sorted(rows, key=lambda pair: promise_order(pair[0])):
        sentences, tests = of_promise.setdefault(m["promise"], ([], {}))
        sentences.append(m["sentence"])
        for cell in row.values():
            if cell["how"] in NOTICED:
                tests[f"`{cell['test']}`"] = None
    lines += [f"| {promise} | {len(sentences)}: {'; '.join(sentences)} | {', '.join(tests)} |"
              for promise, (sentences, tests) in of_promise.items()]
    lines += ["", "| check | asked | noticed | alone |", "|---|---|---|---|"]
    for c in checks:
        asked = [row for _, row in rows if c.name in row and row[c.name] != NOT_IN_IT]
        noticed = [row for row in asked if row[c.name]["how"] in NOTICED]
        alone = [row for row in noticed if noticing(row) == [c.name]]
        lines.append(f"| {c.name} | {len(asked)} | {len(noticed)} | {len(alone)} |")
    asked = [(m, row) for m, row in rows if row]
    alive = [m for m, row in asked if not noticing(row)]
    model_alone = [row for _, row in asked if noticing(row) == ["model"]]
    lines += [""] + [f"LIVES: {title(m)}" for m in alive]
    lines += [f"{len(asked) - len(alive)} of {len(asked)} mutants noticed, "
              f"{len(model_alone)} by the model alone"]
    if len(asked) != len(rows):
        lines[-1] += f"; {len(rows) - len(asked)} not run"
    return lines
