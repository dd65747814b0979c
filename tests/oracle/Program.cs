// SPDX-License-Identifier: BSL-1.0
// Plays sequences of operations on .NET: reads them from the standard input, in the text of
// ../fuzz/operation.hpp, and prints each operation with its result.
// Usage: Oracle kernel|slim
using Oracle;

var family = Family.Named(args[0]);
var player = new Player(family);
using var output = new StreamWriter(Console.OpenStandardOutput()) { NewLine = "\n" };
using var input = new StreamReader(Console.OpenStandardInput());
while (input.ReadLine() is { } line)
{
    if (line.StartsWith('#')) continue;
    if (line.Length == 0)
    {
        player = new Player(family);
        output.WriteLine();
        continue;
    }
    var operation = line.Split(" = ")[0];
    output.WriteLine($"{operation} = {player.Play(operation)}");
}
