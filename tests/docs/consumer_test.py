#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The README's CMake and C++ make a program: with an installed abide, and with a checkout.

Usage: consumer_test.py BUILD COMPILER      BUILD: a build of abide, which is installed from there
"""

import pathlib
import subprocess
import sys
import tempfile

from blocks import blocks

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEFORE = """cmake_minimum_required(VERSION 3.25)
project(my_project LANGUAGES CXX)
add_executable(my_program main.cpp)
"""


def run(*command):
    print("$", *command, flush=True)
    subprocess.run(list(map(str, command)), check=True)


def main():
    build, compiler = sys.argv[1:]
    readme = blocks(ROOT / "README.md")
    (program,) = [block.text for block in readme if block.language == "cpp"]
    (lines,) = [block.text for block in readme if block.language == "cmake"]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        source, prefix = work / "my_project", work / "prefix"
        source.mkdir()
        (source / "main.cpp").write_text(program, encoding="utf-8")
        (source / "CMakeLists.txt").write_text(BEFORE + lines, encoding="utf-8")
        configure = ["cmake", "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={compiler}", "-S", source, "-B"]

        for component in ("runtime", "development"):
            run("cmake", "--install", build, "--prefix", prefix, "--component", component)
        run(*configure, work / "installed", f"-DCMAKE_PREFIX_PATH={prefix}")
        run("cmake", "--build", work / "installed")
        run(work / "installed" / "my_program")

        # That a checkout builds as a part of another project is the subject of package.subproject.
        (source / "abide").symlink_to(ROOT)
        run(*configure, work / "checkout", "-DCMAKE_DISABLE_FIND_PACKAGE_abide=ON")
        run("cmake", "--build", work / "checkout", "--target", "libabide.a", "--", "-n")


if __name__ == "__main__":
    main()
