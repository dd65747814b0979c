#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Proves the rules of the house: who may include whom, and what only the platform layer may name.

Usage: check_layers.py [--self-test]
Prints one line a violation and fails if there is one. The self-test plants every kind of violation
in a copy of the tree and fails unless each is caught, and nothing that is allowed.
"""

import pathlib
import re
import shutil
import sys
import tempfile

FOLDERS = ("include", "src", "tests", "bench", "tools")
MAX_LINES = 400
FILE_LIST = "src/files.cmake"

# ---- Rooms: the first pattern that matches a path is its room.

ROOMS = [
    ("vocabulary", r"include/abide/((deadline|export|initially_set|io|spin)\.hpp|sys/.*)"),
    ("waitable", r"include/abide/(waitable|timer_node)\.hpp"),
    ("cancellation", r"include/abide/(cancel\w*|operation_canceled)\.hpp"),
    ("composition",
     r"include/abide/(wait|wait_set|waitable_timer|process|signal_set|file_watch)\.hpp"),
    ("umbrella", r"include/abide/abide\.hpp"),
    ("boost bridge", r"(include/abide|src)/interop/boost.*"),
    ("interop", r"include/abide/interop/.*"),
    ("primitive", r"include/abide/.*"),
    ("contract", r"src/platform/[^/]*"),
    ("platform", r"src/platform/.*"),
    ("core", r"src/core/.*"),
    ("implementation", r"src/.*"),
]

BELOW_PRIMITIVES = {"vocabulary", "waitable", "cancellation"}
PUBLIC = BELOW_PRIMITIVES | {"primitive", "composition"}

# Nothing includes upward or sideways; cancellation is the one room that primitives may name.
MAY_INCLUDE = {
    "vocabulary": {"vocabulary"},
    "waitable": {"vocabulary"},
    "cancellation": BELOW_PRIMITIVES,
    "primitive": BELOW_PRIMITIVES,
    "composition": BELOW_PRIMITIVES | {"primitive"},
    "umbrella": PUBLIC,
    "interop": PUBLIC,
    "boost bridge": PUBLIC | {"boost bridge"},
    "contract": {"vocabulary", "contract"},
    "platform": {"vocabulary", "contract", "platform"},
    "core": {"vocabulary", "waitable", "contract", "core"},
    "implementation": PUBLIC | {"contract", "core", "implementation"},
}

# ---- Words: (rule, what may not be written, the paths where it may).

LAYER = r"src/platform/.*"
SYS_ATOMIC = r"include/abide/sys/atomic\.hpp"
NOWHERE = r"(?!)"
WORDS = [
    ("fence", r"\batomic_(thread|signal)_fence\b", NOWHERE),
    ("seq_cst", r"seq_cst\b", NOWHERE),
    ("yield", r"\bsched_yield\b|\bthis_thread\s*::\s*yield\b", NOWHERE),
    ("atomic", r"\bstd\s*::\s*(atomic\w*|memory_order\w*)|\b__(atomic|sync)_\w+", SYS_ATOMIC),
    ("lock", r"\bstd\s*::\s*(\w*mutex|condition_variable\w*|counting_semaphore|binary_semaphore"
             r"|latch|barrier|call_once|once_flag)\b|\bpthread_\w+", LAYER),
    ("thread", r"\bstd\s*::\s*(j?thread|async|this_thread)\b", LAYER),
    ("thread_local", r"\bthread_local\b|\b__thread\b", LAYER),
    ("clock", r"\b\w+_clock\s*::\s*now\b|\bclock_(gettime|nanosleep)\b|\bgettimeofday\b"
              r"|\bnanosleep\b|\bstd\s*::\s*time\s*\(", LAYER),
    ("os call", r"(?i:\bfutex\b)|\bsyscall\s*\(|\beventfd\b|\bp?poll\s*\(|\berrno\b", LAYER),
    ("stop_token", r"\bstd\s*::\s*(in?place_)?stop_\w+", r"include/abide/interop/stop_token\.hpp"),
]

# Headers of the standard library that not every file may include.
STD_ONLY_IN = {
    "atomic": SYS_ATOMIC,
    "stop_token": r"include/abide/interop/stop_token\.hpp",
    "source_location": NOWHERE,
}

MAY_BRANCH = r"include/abide/export\.hpp|src/platform/[^/]+/.*|(include/abide|src)/interop/boost.*"
ATOMIC_OPERATION = re.compile(
    r"(?:\.|->)\s*(load|store|exchange|fetch_\w+|compare_exchange_\w+)\s*\(")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
CONDITIONAL = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|elifdef|elifndef)\b", re.M)
COMMENT_OR_LITERAL = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|R"(?P<raw>[^\s()\\]{0,16})\(.*?\)(?P=raw)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'",
    re.S,
)


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def blank_comment(match):
    return blank(match) if match.group().startswith("/") else match.group()


def arguments(text, start):
    """What stands between the parenthesis before `start` and the one that closes it."""
    depth, end = 1, start
    while depth > 0 and end < len(text):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        end += 1
    return text[start:end - 1]


def matches(pattern, path):
    return re.fullmatch(pattern, path) is not None


def room_of(path):
    return next((room for room, pattern in ROOMS if matches(pattern, path)), None)


class Tree:
    def __init__(self, root):
        self.root = root
        self.problems = []  # (path, line, rule, message)
        self.listed = set((root / FILE_LIST).read_text(encoding="utf-8").split())

    def problem(self, path, line, rule, message):
        self.problems.append((path, line, rule, message))

    def check(self):
        for folder in FOLDERS:
            for file in sorted((self.root / folder).rglob("*")):
                path = file.relative_to(self.root).as_posix()
                if file.is_file() and "__pycache__" not in path:
                    self.check_file(file, path)
        return self.problems

    def check_file(self, file, path):
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return  # data, not a source
        known = file.suffix in (".hpp", ".cpp", ".h", ".py", ".sh", ".cmake", ".in")
        if known or file.name == "CMakeLists.txt" or text.startswith("#!"):
            self.check_shape(path, text)
        if path.startswith(("include/", "src/")) and file.suffix in (".hpp", ".cpp", ".h"):
            self.check_source(path, text)
        if matches(r"include/.*\.hpp|src/.*\.cpp", path) and path not in self.listed:
            self.problem(path, 1, "unlisted", f"is not in {FILE_LIST}")

    def check_shape(self, path, text):
        lines = text.splitlines()
        first = lines[1:2] if text.startswith("#!") else lines[:1]
        if not first or not re.fullmatch(r"(//|#) SPDX-License-Identifier: BSL-1\.0", first[0]):
            self.problem(path, 1, "spdx", "does not open with SPDX-License-Identifier: BSL-1.0")
        if len(lines) > MAX_LINES:
            self.problem(path, len(lines), "length", f"{len(lines)} lines, more than {MAX_LINES}")

    def check_source(self, path, text):
        includes = COMMENT_OR_LITERAL.sub(blank_comment, text)
        code = COMMENT_OR_LITERAL.sub(blank, INCLUDE.sub(blank, includes))

        def report(match, rule, message):
            line = text.count("\n", 0, match.start()) + 1
            self.problem(path, line, rule, message)

        for match in INCLUDE.finditer(includes):
            wrong = self.wrong_include(path, *match.groups())
            if wrong:
                report(match, *wrong)
        if not matches(MAY_BRANCH, path):
            for match in CONDITIONAL.finditer(code):
                report(match, "conditional", "a platform's #if belongs to src/platform/")
        for rule, pattern, allowed in WORDS:
            if not matches(allowed, path):
                for match in re.finditer(pattern, code):
                    report(match, rule, f"names {match.group().strip()}")
        for match in ATOMIC_OPERATION.finditer(code):
            if "memory_order" not in arguments(code, match.end()):
                report(match, "seq_cst", f"{match.group(1)}() names no memory_order")

    def wrong_include(self, path, quote, name):
        """The rule that an include breaks and how, or None."""
        room = room_of(path)
        target = self.resolve(path, quote, name)
        if target is not None:
            other = room_of(target)
            if other in MAY_INCLUDE[room]:
                return None
            return "room", f"{room} includes {name}, which is {other or 'no part of the library'}"
        if quote == '"' or name.startswith("abide/"):
            return "room", f"includes {name}, which is no file of include/ or src/"
        if re.fullmatch(r"[a-z0-9_]+", name):
            if matches(STD_ONLY_IN.get(name, r".*"), path):
                return None
            return "header", f"<{name}> may not be included here"
        if room == "platform" or (room == "boost bridge" and name.startswith("boost/")):
            return None
        return "header", f"<{name}> is neither ours nor the standard library's"

    def resolve(self, path, quote, name):
        """The file of this repository that an include means, or None."""
        places = ["include"]
        if path.startswith("src/"):
            places.append("src")
        if quote == '"':
            places.insert(0, path.rpartition("/")[0])
        for place in places:
            file = (self.root / place / name).resolve()
            if file.is_file() and file.is_relative_to(self.root):
                return file.relative_to(self.root).as_posix()
        return None


# ---- The self-test

SPDX = "// SPDX-License-Identifier: BSL-1.0\n"

# (path, rule that must catch it or None for what is allowed, text after the SPDX line)
PLANTS = [
    ("include/abide/a1.hpp", "header", "#include <unistd.h>\n"),
    ("include/abide/a2.hpp", "header", "#include <sys/eventfd.h>\n"),
    ("include/abide/a3.hpp", "room", '#include "core/self_test.hpp"\n'),
    ("include/abide/a4.hpp", "room", "#include <abide/wait.hpp>\n"),
    ("include/abide/a5.hpp", "room", "#include <abide/self_test_primitive.hpp>\n"),
    ("include/abide/a6.hpp", "room", "#include <abide/interop/stop_token.hpp>\n"),
    ("include/abide/a7.hpp", "room", "#include <abide/no_such_file.hpp>\n"),
    ("include/abide/a8.hpp", "header", "#include <boost/thread.hpp>\n"),
    ("include/abide/a9.hpp", "header", "#include <stop_token>\n"),
    ("include/abide/a10.hpp", "header", "#include <source_location>\n"),
    ("include/abide/a11.hpp", "header", "#include <atomic>\n"),
    ("include/abide/a12.hpp", "conditional", "#ifdef __linux__\n#endif\n"),
    ("include/abide/a13.hpp", "conditional", "  #  if defined(_WIN32)\n#endif\n"),
    ("include/abide/a14.hpp", "room", '#include "../../tests/deadline_test.cpp"\n'),
    ("include/abide/cancel_self_test.hpp", "room", "#include <abide/self_test_primitive.hpp>\n"),
    ("include/abide/sys/self_test.hpp", "room", "#include <abide/self_test_primitive.hpp>\n"),
    ("src/core/b1.hpp", "room", "#include <abide/self_test_primitive.hpp>\n"),
    ("src/core/b2.cpp", "room", "#include <abide/cancel_self_test.hpp>\n"),
    ("src/core/b3.cpp", "header", "#include <linux/futex.h>\n"),
    ("src/core/b4.cpp", "atomic", "std::atomic<int> a;\n"),
    ("src/core/b5.cpp", "atomic", "auto o = std::memory_order_acquire;\n"),
    ("src/core/b6.cpp", "lock", "std::mutex m;\n"),
    ("src/core/b7.cpp", "lock", "std::condition_variable_any c;\n"),
    ("src/core/b8.cpp", "thread", "std::thread t;\n"),
    ("src/core/b9.cpp", "thread_local", "thread_local int x;\n"),
    ("src/core/b10.cpp", "clock", "auto t = std::chrono::steady_clock::now();\n"),
    ("src/core/b11.cpp", "clock", "int r = clock_gettime(0, nullptr);\n"),
    ("src/core/b12.cpp", "os call", "long r = syscall(202);\n"),
    ("src/core/b13.cpp", "os call", "int op = FUTEX;\n"),
    ("src/core/b14.cpp", "fence", "std::atomic_thread_fence(o);\n"),
    ("src/core/b15.cpp", "seq_cst", "auto o = sys::memory_order_seq_cst;\n"),
    ("src/core/b16.cpp", "seq_cst", "int x = word.load();\n"),
    ("src/core/b17.cpp", "seq_cst", "word->compare_exchange_weak(a, f(b));\n"),
    ("src/core/b18.cpp", "yield", "std::this_thread::yield();\n"),
    ("src/core/b19.cpp", "lock", "pthread_mutex_t m;\n"),
    ("src/core/b20.cpp", "room", '#include "../self_test.hpp"\n'),
    ("src/self_test.cpp", "stop_token", "std::stop_token t;\n"),
    ("src/self_test.hpp", "conditional", "#ifndef GUARD\n#endif\n"),
    ("src/platform/self_test.hpp", "header", "#include <poll.h>\n"),
    ("src/platform/self_test2.hpp", "conditional", "#if 1\n#endif\n"),
    ("src/platform/linux/c1.cpp", "room", "#include <abide/waitable.hpp>\n"),
    ("src/platform/linux/c2.cpp", "room", '#include "core/self_test.hpp"\n'),
    ("src/platform/linux/c3.cpp", "yield", "int r = ::sched_yield();\n"),
    ("src/platform/linux/c4.cpp", "atomic", "std::atomic<int> a;\n"),
    ("src/platform/linux/c5.cpp", "fence", "atomic_thread_fence(o);\n"),
    ("tests/self_test_long.cpp", "length", "\n" * MAX_LINES),
    ("src/core/unlisted_self_test.cpp", "unlisted", ""),
    ("tools/self_test.sh", "spdx", None),
    ("bench/self_test.cpp", "spdx", None),
    ("include/abide/self_test_primitive.hpp", None,
     "#include <abide/cancel_self_test.hpp>\n#include <span>\n"),
    ("include/abide/interop/boost_self_test.hpp", None,
     "#include <boost/thread.hpp>\n#if 1\n#endif\n"),
    ("include/abide/interop/self_test.hpp", None, "#include <abide/self_test_primitive.hpp>\n"),
    ("src/core/self_test.hpp", None,
     '// std::mutex, seq_cst and #if 1\n/*\n#if 1\n*/\nauto s = "std::atomic";\n'),
    ("src/core/d1.cpp", None,
     '#include <abide/deadline.hpp>\n#include "platform/sys.hpp"\nlong n = 1\'000\'000;\n'
     "int x = word.load(sys::memory_order_acquire) + std::exchange(a, b);\n"),
    ("src/d2.cpp", None,
     '#include <abide/self_test_primitive.hpp>\n#include "core/self_test.hpp"\n'),
    ("src/platform/linux/d3.cpp", None,
     '#include <poll.h>\n#include "platform/sys.hpp"\n#if 1\n#endif\n'
     "thread_local int x;\nint y = ::poll(a, 1, 0) + errno;\n"),
]


def self_test(root):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder).resolve()
        for name in FOLDERS:
            shutil.copytree(root / name, copy / name)
        for path, _, text in PLANTS:
            file = copy / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("int unlicensed;\n" if text is None else SPDX + text, encoding="utf-8")
        with (copy / FILE_LIST).open("a", encoding="utf-8") as listing:
            listing.writelines(f"{path}\n" for path, rule, _ in PLANTS if rule != "unlisted")
        found = {}
        for path, _, rule, _ in Tree(copy).check():
            found.setdefault(path, set()).add(rule)
    wrong = 0
    for path, rule, _ in PLANTS:
        rules = found.get(path, set())
        if rules if rule is None else rule not in rules:
            wrong += 1
            print(f"{path}: planted {rule}, found {sorted(rules)}")
    planted = sum(rule is not None for _, rule, _ in PLANTS)
    if wrong == 0:
        print(f"{planted} of {planted} planted violations caught")
    return wrong


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test(root) else 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    problems = Tree(root).check()
    for path, line, rule, message in problems:
        print(f"{path}:{line}: {rule}: {message}")
    print(f"check_layers: {len(problems)} violations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
