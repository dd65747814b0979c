#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Plays the same sequences of calls on abide and on the types of .NET, and compares every result.

    run.py PLAYER BUILD [--sequences N] [--seed SEED]     makes so many sequences
    run.py PLAYER BUILD --file SEQUENCES                  reads them instead

PLAYER is the program abide_oracle; in BUILD the .NET side is built. Fails, and shows the shortest
sequence that it finds, if a difference does not stand in differences.toml. Ends with 77, and does
nothing, where there is no `dotnet` with an SDK of version 8 or newer. ABIDE_LONG: ten times more.
"""

import argparse
import collections
import os
import pathlib
import shutil
import subprocess
import sys
import time

import differences
import reduce
import transcript
import trees

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
FAMILIES = ("kernel", "slim")  # ManualResetEvent and Semaphore; ManualResetEventSlim and SemaphoreSlim
BATCH = 2000  # sequences
ENVIRONMENT = os.environ | {"DOTNET_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_NOLOGO": "1"}


def sdk_version():
    if shutil.which("dotnet") is None:
        return None
    asked = subprocess.run(["dotnet", "--version"], env=ENVIRONMENT, capture_output=True, text=True)
    return asked.stdout.strip() if asked.returncode == 0 else None


def build_net_side(build):
    program = build / "bin" / "Oracle.dll"
    sources = [*HERE.glob("*.cs"), HERE / "Oracle.csproj"]
    if program.exists() and program.stat().st_mtime > max(s.stat().st_mtime for s in sources):
        return program
    # Without servers, which would stay behind.
    built = subprocess.run(["dotnet", "build", HERE / "Oracle.csproj", "--nologo", "-v", "quiet",
                            "-nodeReuse:false", "-p:UseSharedCompilation=false",
                            f"-p:OracleBuild={build}"],
                           env=ENVIRONMENT, capture_output=True, text=True)
    if built.returncode != 0:
        raise SystemExit(built.stdout + built.stderr)
    return program


def play(command, sequences):
    """Transcripts of the sequences, each played on new objects."""
    played = subprocess.run(command, input=transcript.print_operations(sequences), env=ENVIRONMENT,
                            capture_output=True, text=True)
    if played.returncode != 0:
        if len(sequences) > 1:  # one of them does it
            for half in (sequences[:len(sequences) // 2], sequences[len(sequences) // 2:]):
                play(command, half)
        raise SystemExit(f"{transcript.print_operations(sequences)}{played.stderr}"
                         f"{' '.join(map(str, command))} ended with {played.returncode}")
    result = transcript.parse(played.stdout)
    if [len(s) for s in result] != [len(s) for s in sequences]:
        raise SystemExit(f"{command} did not play every operation")
    return result


def make(player, count, seed):
    """A third of them portable from the start, a third reduced to that, a third about callbacks."""
    third = count // 3

    def printed(profile, number):
        made = subprocess.run([player, profile, str(number), str(seed)],
                              check=True, capture_output=True, text=True)
        return transcript.parse(made.stdout)

    reduced = [reduce.reduce(sequence) for sequence in printed("everything", third)]
    return (printed("portable", count - 2 * third) + [sequence for sequence in reduced if sequence]
            + trees.make(third, seed))


class Oracle:
    def __init__(self, player, net_side):
        self.abide = [player]
        self.net = {family: ["dotnet", net_side, family] for family in FAMILIES}
        self.rules = differences.load()
        self.used = collections.Counter()
        self.compared = 0

    def compare(self, sequences):
        """Returns (sequence, family, line, both transcripts) of each unexplained difference."""
        abide = play(self.abide, sequences)
        unexplained = []
        for family, command in self.net.items():
            for sequence, of_net, of_abide in zip(sequences, play(command, sequences), abide):
                try:
                    comparison = differences.Comparison(self.rules, of_net, of_abide)
                    self.used += comparison.used
                    self.compared += comparison.compared
                except differences.Unexplained as where:
                    unexplained.append((sequence, family, where.line, of_net, of_abide))
        return unexplained

    def shrink(self, found):
        """Takes operations away for as long as a difference is left."""
        while True:
            sequence = found[0][:found[2] + 1]
            smaller = [sequence[:i] + sequence[i + 1:] for i in range(len(sequence) - 1, -1, -1)]
            differing = self.compare([s for s in smaller if s])
            if not differing:
                return found
            found = differing[0]


def show(found):
    _, family, differs, of_net, of_abide = found
    print(f"A difference without a reason ({family} types):\n")
    width = max(len(operation) for operation, _ in of_net)
    for line, ((operation, net), (_, abide)) in enumerate(zip(of_net, of_abide)):
        mark = ">" if line == differs else " "
        same = f"= {net}" if net == abide else f"= {abide}   (.NET: {net})"
        print(f"{mark} {operation:{width}} {same}")
        if line == differs:
            break


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("player", type=pathlib.Path)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--sequences", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=pathlib.Path)
    options = parser.parse_args()
    version = sdk_version()
    if version is None or int(version.split(".")[0]) < 8:
        print("skipped: there is no dotnet with an SDK of version 8 or newer")
        return SKIPPED
    oracle = Oracle(options.player.resolve(), build_net_side(options.build.resolve()))

    wanted = options.sequences or (20000 if os.environ.get("ABIDE_LONG", "0") not in ("", "0") else 2000)
    started = time.monotonic()
    played = operations = 0
    while played < wanted:
        if options.file:
            sequences = transcript.parse(options.file.read_text())
            wanted = len(sequences)
        else:
            sequences = make(options.player.resolve(), min(BATCH, wanted - played),
                             options.seed + played)
        unexplained = oracle.compare(sequences)
        if unexplained:
            first = sequences.index(unexplained[0][0]) + played + 1
            show(oracle.shrink(min(unexplained, key=lambda u: u[2])))
            print(f"\n{len(unexplained)} differences; the first in sequence {first} of seed {options.seed}")
            return 1
        played += len(sequences)
        operations += sum(len(s) for s in sequences)
    seconds = time.monotonic() - started
    print(f"abide and .NET {version}, intended differences, how often:")
    for rule in oracle.rules:
        print(f"{oracle.used[rule] or 'never':>9}  {rule.statement}: {rule.reason}")
    print(f"{oracle.compared} results compared of {operations} operations with {len(FAMILIES)} families "
          f"of types, {seconds:.0f} s")
    print(f"{played} sequences, no other difference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
