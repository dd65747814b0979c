# SPDX-License-Identifier: BSL-1.0
"""The planted bugs, the tests that may notice them, and what the sources and the README say of both."""

import pathlib
import re
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
README = ROOT / "tests" / "README.md"
START, END = "<!-- mutants -->", "<!-- end of mutants -->"


def tables(name):
    found = []
    for path in sorted(HERE.glob("*.toml")):
        found += tomllib.loads(path.read_text()).get(name, [])
    return found


def load():
    return tables("mutant")


def programs():
    """Program, as its path below the build's tests/ -> its label and its sources."""
    found = {}
    for lists in sorted((ROOT / "tests").glob("**/CMakeLists.txt")):
        folder = lists.parent
        prefix = folder.relative_to(ROOT / "tests")
        for call, words in calls(lists.read_text()):
            name, *rest = words
            if call == "abide_test":
                target, label = f"{name}_test", rest[0]
            elif call == "abide_noise_test":
                target, label, rest = f"{name}_noise", "noise", rest or [f"{name}_test.cpp"]
            elif call == "abide_model_test":
                # A subject of the product has scenarios; the rest is about the checker itself.
                target, label = f"{name}_model", "model" if "_scenarios" in rest[0] else "checker"
            elif call == "abide_add_gtest":
                target, label = name, rest[0]
            else:
                continue
            files = [folder / word for word in rest if (folder / word).suffix == ".cpp"]
            found[str(prefix / target)] = label, [path for path in files if path.is_file()]
    return found


def calls(text):
    """The commands of a CMake file as (name, words), its loops unrolled."""
    text = re.sub(r"#.*", "", text)
    lists = {name: words for name, words in re.findall(r"^set\((\w+)\s+([^)]*)\)", text, re.M)}
    text = re.sub(r"\$\{(\w+)\}", lambda m: lists.get(m[1], m[0]), text)

    def unrolled(loop):
        variable, *values = loop[1].split()
        return "".join(loop[2].replace("${" + variable + "}", value) for value in values)

    text = re.sub(r"foreach\(([^)]*)\)(.*?)endforeach\(\)", unrolled, text, flags=re.S)
    return [(name, words.split()) for name, words in re.findall(r"^\s*(\w+)\(([^)]*)\)", text, re.M)
            if words.split()]


def tests_of(files):
    for path in files:
        for suite, name in re.findall(r"^TEST(?:_F)?\((\w+),\s*(\w+)\)", path.read_text(), re.M):
            yield f"{suite}.{name}"


def program_of_each(build="plain"):
    """Test -> the program that holds it. The races stand in two: as they are, and with noise."""
    return {test: program for program, (label, files) in programs().items()
            if (label == "noise") == (build == "noise") for test in tests_of(files)}


def programs_of(mutant):
    """The tests that notice a mutant -> their programs, in the build that it names."""
    holds = program_of_each(mutant.get("build", "plain"))
    return {test: holds.get(test) for test in mutant["tests"]}


def title(mutant):
    return f"{mutant['promise']}: {mutant['sentence']}"


def preset_of(mutant):
    return mutant.get("preset", "dev")


def faults(mutants):
    holds = program_of_each()
    found = []
    for m in mutants:
        fits = (ROOT / m["file"]).read_text().count(m["line"])
        if fits != 1:
            found.append(f"{title(m)}: its line stands {fits} times in {m['file']}")
        if not m["tests"]:
            found.append(f"{title(m)}: no test")
        found += [f"{title(m)}: no test {t}" for t, program in programs_of(m).items() if not program]
    named = re.findall(r"`([A-Z]\w*\.\w+)`", README.read_text())
    found += [f"{README.name} names {t}, which is no test" for t in sorted(set(named))
              if t not in holds]
    noticing = {test for m in mutants for test in m["tests"]}
    for excuse in tables("without"):
        found += [f"without.toml names {p}, which is no program" for p in excuse.get("programs", [])
                  if p not in programs()]
        found += [f"without.toml names {t}, which is no test" for t in excuse.get("tests", [])
                  if t not in holds]
        found += [f"{t} is said to have no mutant, and has one" for t in excuse.get("tests", [])
                  if t in noticing]
    if with_table(README.read_text(), mutants) != README.read_text():
        found.append(f"{README.name}: its table is not that of the mutants; run run.py --table")
    return found


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


def unnoticed(mutants):
    """The reverse list: label -> its tests, those that a mutant names, those excused, the rest."""
    noticing = {test for m in mutants for test in m["tests"]}
    excused = {name for excuse in tables("without")
               for name in excuse.get("tests", []) + excuse.get("programs", [])}
    lists = {}
    for program, (label, files) in programs().items():
        if label not in ("unit", "fault", "model", "checker", "fuzz"):
            continue
        every, named, without, rest = lists.setdefault(label, ([], [], [], []))
        for test in tests_of(files):
            every.append(test)
            (named if test in noticing else
             without if test in excused or program in excused else rest).append(test)
    return lists
