# SPDX-License-Identifier: BSL-1.0
"""A copy of the sources to break, and its builds.

The product is one shared library that hides nothing, so a changed source costs one compile and one
link. Nothing is debugged here, so nothing is compiled with debug information.
"""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from catalogue import ROOT, title

WORK = ROOT / "build" / "mutants"
TREE = WORK / "tree"
HANGS_AFTER = 30  # seconds of a test; the slowest of them takes three
running = set()  # the groups of tests that run
ENVIRONMENT = {**os.environ,
               "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_init_order=1",
               "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1"}


def copied():
    """The files of the copy: all but what only the runner reads."""
    for top in ROOT.iterdir():
        if top.name in (".git", "build"):
            continue
        for path in top.rglob("*") if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(ROOT)


def hash_of_sources():
    """Changes with whatever is compiled into a test."""
    digest = hashlib.sha256()
    for name in sorted(copied()):
        if name.suffix in (".cpp", ".hpp", ".h"):
            digest.update(str(name).encode() + (ROOT / name).read_bytes())
    return digest.hexdigest()[:16]


def copy_tree():
    """Makes the copy as the sources are. A file that differs gets a new time: to the build it changes."""
    names = set(copied())
    for path in [p for p in TREE.rglob("*") if p.is_file()]:
        if path.relative_to(TREE) not in names:
            path.unlink()
    for name in names:
        copy = TREE / name
        if not copy.exists() or copy.read_bytes() != (ROOT / name).read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy)
            shutil.copymode(ROOT / name, copy)


def configure(preset):
    subprocess.run(["cmake", "--preset", preset, "-S", TREE, "-B", WORK / preset,
                    "-DABIDE_BUILD_BENCH=OFF", "-DABIDE_BUILD_TOOLS=OFF", "-DABIDE_INSTALL=OFF",
                    "-DBUILD_SHARED_LIBS=ON", "-DABIDE_OPEN_LIBRARY=ON",
                    "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON", "-DCMAKE_CXX_FLAGS_DEBUG=",
                    "-DCMAKE_COMPILE_WARNING_AS_ERROR=OFF"],
                   check=True, stdout=subprocess.DEVNULL)


def build(preset, programs):
    """Returns what went wrong: '' if nothing."""
    # The library is named too: a program that is linked already does not ask for it.
    targets = sorted({pathlib.PurePath(p).name for p in programs} | {"abide"})
    built = subprocess.run(["cmake", "--build", WORK / preset, "--target", *targets],
                           capture_output=True, text=True)
    return "" if built.returncode == 0 else built.stdout + built.stderr


@contextlib.contextmanager
def planted(mutant):
    """The mutant in the copy, which is whole again at the end."""
    path = TREE / mutant["file"]
    text = path.read_text()
    if text.count(mutant["line"]) != 1:
        raise SystemExit(f"{title(mutant)}: its line does not stand once in {mutant['file']}")
    path.write_text(text.replace(mutant["line"], mutant["becomes"]))
    try:
        yield
    finally:
        path.write_text(text)


def run(preset, program, tests=(), enough=None, hangs_after=HANGS_AFTER):
    """Runs tests of a program, all without a list, up to the first that fails.

    Returns how it failed, '' if it passed, and in which test. It hangs if one test takes too long.
    Nobody wants to know any more once `enough` is set.
    """
    command = [WORK / preset / "tests" / program, "--gtest_fail_fast", "--gtest_color=no"]
    if tests:
        command.append("--gtest_filter=" + ":".join(tests))
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        # A group of its own: a mutant may leave a child that spins for ever.
        started = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL,
                                   start_new_session=True, env=ENVIRONMENT)
        running.add(started.pid)
        try:
            hangs = not ends(started, output, enough, hangs_after)
        finally:
            end_group(started.pid)
            started.wait()
            running.discard(started.pid)
        text = read(output)
    begun = re.findall(r"^\[ RUN      \] (\S+)", text, re.M)
    failed = re.findall(r"^\[  FAILED  \] (\w+\.\w+)", text, re.M)
    test = (failed or begun[-1:] or [""])[0]
    if hangs:
        return "hangs", test
    if started.returncode == 0 or enough and enough.is_set():
        return "", ""
    return ("crashes" if started.returncode < 0 else "fails"), test


def end_group(pid):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def leave_nothing_behind():
    """Who ends the runner ends its tests. The next run makes the copy whole again."""
    def end(*_):
        for pid in set(running):
            end_group(pid)
        os._exit(1)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def read(output):
    return os.pread(output.fileno(), 1 << 24, 0).decode(errors="replace")


def ends(started, output, enough, hangs_after):
    """Waits while tests begin. False once one of them has taken too long."""
    begun, since = 0, time.monotonic()
    while time.monotonic() < since + hangs_after:
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(timeout=0.5)
            return True
        if enough and enough.is_set():
            return True
        now_begun = read(output).count("[ RUN      ]")
        if now_begun != begun:
            begun, since = now_begun, time.monotonic()
    return False
