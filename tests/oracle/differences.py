# SPDX-License-Identifier: BSL-1.0
"""Compares what abide and .NET made of one sequence. What may differ stands in differences.toml."""

import collections
import pathlib
import re
import tomllib

import transcript

TABLE = pathlib.Path(__file__).with_name("differences.toml")


class Rule:
    """One intended difference: of the result of an operation, or of the callbacks that it ran."""

    def __init__(self, entry):
        self.statement, self.reason = entry["statement"], entry["reason"]
        self.callbacks = entry.get("callbacks")
        self.patterns = [re.compile(entry[key]) for key in ("operation", "net", "abide") if key in entry]

    def explains(self, operation, net, abide):
        return bool(self.patterns) and all(
            p.fullmatch(text) for p, text in zip(self.patterns, (operation, net, abide), strict=True))


def load():
    return [Rule(entry) for entry in tomllib.loads(TABLE.read_text())["difference"]]


class Unexplained(Exception):
    """The number of the operation whose results differ without a reason."""

    def __init__(self, line):
        super().__init__(line)
        self.line = line


class Comparison:
    """Of one sequence. Raises Unexplained; else `used` counts what each rule explained, `compared` the
    operations: callbacks that ran in another order may leave other things behind, and there it ends."""

    def __init__(self, rules, net, abide):
        self.rules = rules
        self.used = collections.Counter()
        self.compared = 0
        self.actions = collections.defaultdict(set)  # registration -> what its callbacks may do
        self.tokens = collections.defaultdict(set)   # registration -> the tokens that it was with
        self.has_links = False
        for (operation, net_text), (_, abide_text) in zip(net, abide, strict=True):
            self.note(operation)
            used = []
            if net_text != abide_text:
                of_net, of_abide = transcript.parse_result(net_text), transcript.parse_result(abide_text)
                used = self.of_values(operation, of_net, of_abide)
                ends = used is None
                if ends:
                    used = self.of_a_tree(operation, of_net, of_abide)
                if used is None:
                    raise Unexplained(self.compared)
                self.used.update(used)
                if ends:
                    return
            self.compared += 1

    def note(self, operation):
        self.has_links |= bool(re.match(r"linked \w+ .*[ck]\d", operation))
        if registers := re.fullmatch(r"register (\w+) (\w+) (.*)", operation):
            self.tokens[registers[1]].add(registers[2])
            self.actions[registers[1]].add(registers[3])
            self.note(registers[3])

    def of_values(self, operation, net, abide):
        """The rules that explain each value that differs; None if one has none."""
        if net.rest != abide.rest or [r for r, _ in net.ran] != [r for r, _ in abide.ran]:
            return None
        pairs = [([operation], net.value, abide.value)]
        pairs += [(self.actions[name], n, a) for (name, n), (_, a) in zip(net.ran, abide.ran)]
        used = [next((rule for rule in self.rules for operation in operations
                      if rule.explains(operation, n, a)), None)
                for operations, n, a in pairs if n != a]
        return None if None in used else used

    def of_a_tree(self, operation, net, abide):
        """The rule for the callbacks of linked tokens; None if that is not it."""
        actions = set().union(*(self.actions[name] for name, _ in net.ran + abide.ran))
        cancels = any(re.search(r"\bcancel ", text) for text in {operation} | actions)
        if not self.has_links or not cancels or net.rest != abide.rest:
            return None
        kind = self.difference_of_a_tree(net, abide)
        return next(([rule] for rule in self.rules if kind and rule.callbacks == kind), None)

    def difference_of_a_tree(self, net, abide):
        """Where the callbacks part: in the "order" between tokens, or after one "sees" a token."""
        same = 0
        while same < min(len(net.ran), len(abide.ran)) and net.ran[same] == abide.ran[same]:
            same += 1
        if self.uses_a_token(net.ran[:same + 1] + abide.ran[:same + 1]):
            return "sees"
        if same == min(len(net.ran), len(abide.ran)):
            return None
        first, second = net.ran[same][0], abide.ran[same][0]
        if first == second or self.tokens[first] == self.tokens[second]:
            return None
        # All of them have run, unless one has unregistered another.
        names = [sorted(name for name, _ in result.ran) for result in (net, abide)]
        same_calls = names[0] == names[1] and net.value == abide.value
        return "order" if same_calls or self.uses_a_token(net.ran + abide.ran) else None

    def uses_a_token(self, ran):
        return any(re.search(r"\b[ckr]\d", action) for name, _ in ran for action in self.actions[name])
