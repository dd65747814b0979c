#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""What the pages name exists: their commands, which are run where that is cheap, and their links.

Usage: commands_test.py ABIDE_WAIT
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from blocks import blocks

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [*ROOT.glob("*.md"), ROOT / "tests" / "README.md"]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
NAMED = re.compile(r"`((?:tools|\.ci)/[\w./-]+)")
BUILT_BY_TRY = "build/try/tools/abide-wait"
WATCHDOG = 60  # seconds


def check_workflow(preset):
    presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))
    return any(workflow["name"] == preset for workflow in presets["workflowPresets"])


def run(binary, arguments):
    with tempfile.TemporaryDirectory() as folder:
        ended = subprocess.run([binary, *arguments], cwd=folder, timeout=WATCHDOG, check=False)
    return ended.returncode == 0


def check_program(path):
    """Whether the CMake list of its folder makes a program of that name, or a test of its subject."""
    lists = ROOT / path.parent.relative_to("build/dev") / "CMakeLists.txt"
    subject = re.sub("_(model|test|noise)$", "", path.name)
    return lists.exists() and re.search(rf"\b{subject}(_test)?\b", lists.read_text(encoding="utf-8"))


def check_command(line, abide_wait):
    command, *arguments = [word for word in shlex.split(line, comments=True)
                           if not re.match(r"[A-Z_]+=", word)]
    if command == BUILT_BY_TRY:
        return run(abide_wait, arguments)
    if command.startswith("build/dev/"):
        return check_program(pathlib.PurePath(command))
    if [command, *arguments[:-1]] == ["cmake", "--workflow", "--preset"]:
        return check_workflow(arguments[-1])
    return "/" in command and os.access(ROOT / command, os.X_OK)


def main():
    abide_wait = os.path.abspath(sys.argv[1])
    wrong = []
    checked = 0
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        places = [page.parent / name for name in LINK.findall(text)]
        places += [ROOT / name for name in NAMED.findall(text)]
        wrong += [f"{page.name}: there is no {place}" for place in places if not place.exists()]
        lines = [line for block in blocks(page) if block.language == "sh"
                 for line in block.text.splitlines() if line.strip()]
        wrong += [f"{page.name}: {line}" for line in lines if not check_command(line, abide_wait)]
        checked += len(places) + len(lines)
    print("\n".join([*wrong, f"{checked} commands, links and names checked"]))
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
