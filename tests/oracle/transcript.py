# SPDX-License-Identifier: BSL-1.0
"""Transcripts in the text of ../fuzz/operation.hpp: an operation a line, its result behind ` = `."""

import re
import typing


class Result(typing.NamedTuple):
    value: str    # what the call returned or threw
    ran: list     # (registration, value) of the callbacks that ran meanwhile, in order
    rest: list    # what else is told


def parse_result(text):
    value, *notes = text.split("; ")
    ran, rest = [], []
    for note in notes:
        if note.startswith("ran "):
            ran = re.findall(r"(\w+) \(([^)]*)\)", note)
        else:
            rest.append(note)
    return Result(value, ran, rest)


def parse(text):
    """The sequences of a transcript or of a list of operations, each a list of (operation, result)."""
    sequences = []
    for paragraph in text.split("\n\n"):
        lines = [line.partition(" = ") for line in paragraph.splitlines()
                 if line and not line.startswith("#")]
        if lines:
            sequences.append([(operation, result) for operation, _, result in lines])
    return sequences


def print_operations(sequences):
    return "".join("".join(f"{operation}\n" for operation, _ in sequence) + "\n"
                   for sequence in sequences)
