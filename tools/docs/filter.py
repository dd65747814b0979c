#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Prints a file as Doxygen is to read it, so that the headers need no Doxygen commands.

Usage: filter.py FILE
In a header the tags of a comment (Returns: ...) become paragraphs with a title, a comment counts
for every declaration up to the next blank line, and what users do not name is left out: the
namespaces v1 and detail, deleted copies, hashes. In a page of Markdown links to files become plain text.
"""

import pathlib
import re
import sys

TAGS = "Requires|Blocks|Returns|Throws|Ordering|Lifetime|Thread safety"
TAG = re.compile(rf"^(\s*///) ({TAGS}):", re.M)
DOC_COMMENT = re.compile(r"^\s*///")
SCOPE = re.compile(r"(class|struct|enum|namespace)\b.*\{$|\}")  # its members have their own comments
LINK_TO_FILE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]+\)")

LEFT_OUT = [
    re.compile(r"^namespace detail \{$.*?^\}  // namespace detail$", re.M | re.S),
    re.compile(r"^template <class \w+>\n(?!requires)\w+ detail::.*?^\}$", re.M | re.S),
    re.compile(r"^template <>\nstruct std::hash<.*?^\};$", re.M | re.S),
    re.compile(r"^(inline namespace v1 \{|\}  // namespace v1)$", re.M),
    re.compile(r"^ *[^/\n]*\(const \w+&\) = delete;\n", re.M),
    re.compile(r"^ *friend class .*;\n", re.M),
    re.compile(r" : private detail::\w+"),
    re.compile(r"\bdetail::"),
]


def share_comments(lines):
    """Repeats a comment in front of the other declarations of its block."""
    comment = []  # of the block that this line belongs to
    depth = 0  # of the brackets that are open in it
    ended = False  # whether a declaration ended with the line before
    for line in lines:
        code = line.split("//")[0].strip()
        if DOC_COMMENT.match(line) and depth == 0:
            if ended:
                comment, ended = [], False
            comment.append(line)
        elif not line.strip() or (depth == 0 and SCOPE.match(code)):
            comment, depth, ended = [], 0, False
        elif comment:
            if ended:
                yield from comment
            depth += len(re.findall(r"[({]", code)) - len(re.findall(r"[)}]", code))
            ended = depth == 0 and code.endswith((";", "}"))
        yield line


def header(text):
    for pattern in LEFT_OUT:
        text = pattern.sub("", text)
    text = text.replace("(max)()", " max()")  # written so against a macro
    text = TAG.sub(r"\1 @par \2\n\1", text)
    return "\n".join(share_comments(text.splitlines()))


def page(text):
    return LINK_TO_FILE.sub(r"\1", re.sub(r"^<!-- SPDX.*\n", "", text))


def main():
    path = pathlib.Path(sys.argv[1])
    text = path.read_text(encoding="utf-8")
    print(page(text) if path.suffix == ".md" else header(text))


if __name__ == "__main__":
    main()
