# SPDX-License-Identifier: BSL-1.0
"""Leaves of any sequence what .NET has, and what one thread can play on it without sleeping."""

import re

# Timers, time, and what only abide's tokens know.
UNKNOWN = r"timer|timed|arm|disarm|sleep|signal_and_wait|cancel_after|advance|reason|origin|expires"
TIMERS = r"(?:is_set|try|wait|destroy|handle|ready) t\d+"
HANDLES = r"(?:handle|ready) [es]\d+"


def reduce(sequence):
    operations = (reduced(operation) for operation, _ in sequence)
    return [(operation, "") for operation in operations if operation is not None]


def reduced(operation):
    """The operation, perhaps without what .NET does not have; None if nothing is left of it."""
    callback = re.fullmatch(r"(register \w+ \w+) (.*)", operation)
    if callback:
        return f"{callback[1]} {reduced(callback[2]) or 'nothing'}"
    if re.fullmatch(rf"(?:{UNKNOWN})\b.*|{TIMERS}|{HANDLES}|(?:{TIMERS}) .*", operation):
        return None
    if not re.match(r"wait", operation):
        return operation
    operation = re.sub(r" (?:t\d+|handle:\w+)\b", "", operation)
    operation = re.sub(r" (?:for \d+|ever)\b", " poll", operation)
    return operation
