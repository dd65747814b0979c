#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""The blocks of code in the documentation.

Usage: blocks.py FOLDER USERS FILE...
Writes the C++ blocks of the FILEs into FOLDER, each under the name that Block.name gives, and fails
unless each name stands in one of the USERS (files, separated by commas), which compile them.
"""

import pathlib
import re
import sys
from typing import NamedTuple

LANGUAGES = ("cpp", "cmake", "sh")  # each is compiled, used or run by a test in this folder
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
IN_HEADER = re.compile(r"(?:^ *///     .*\n(?: *///\n(?= *///     ))?)+", re.M)


class Block(NamedTuple):
    file: str  # its name: README.md, semaphore.hpp
    number: int  # among the blocks of the file, from 1
    language: str
    text: str

    @property
    def name(self):
        return f"{self.file.split('.')[0]}.{self.number}.{self.language}"


def blocks(path):
    """The blocks of a page of Markdown, or the indented ones in the comments of a header."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        found = [(m[1], m[2]) for m in FENCE.finditer(text)]
    else:
        found = [("cpp", re.sub(r"^ *///(     )?", "", m[0], flags=re.M))
                 for m in IN_HEADER.finditer(text)]
    result = [Block(path.name, i, *block) for i, block in enumerate(found, 1)]
    for block in result:
        if block.language not in LANGUAGES:
            raise SystemExit(f"{path}: block {block.number} is in none of {LANGUAGES}")
    return result


def main():
    folder, users, *files = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.cpp"):
        old.unlink()
    used = "\n".join(pathlib.Path(user).read_text(encoding="utf-8") for user in users.split(","))
    unused = []
    for file in files:
        for block in blocks(pathlib.Path(file)):
            if block.language != "cpp":
                continue
            (folder / block.name).write_text(block.text, encoding="utf-8")
            if not re.search(rf"(?<=[\"/]){re.escape(block.name)}", used):
                unused.append(f"{file}: block {block.number} is not compiled: "
                              f"{block.name} stands in none of {users}")
    print("\n".join(unused), end="\n" if unused else "")
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
