// SPDX-License-Identifier: BSL-1.0
using System.Text;

namespace Oracle;

/// What a callback of the action "throw" throws.
sealed class Thrown : Exception;

/// The callbacks that ran during one operation, in the order in which they began.
sealed class CallbackLog
{
    readonly List<(string Name, string Result)> _ran = [];

    /// Runs `call` and keeps its result; what it throws goes on to whoever called the callback.
    public void Run(string name, Func<string> call)
    {
        var place = _ran.Count;
        _ran.Add((name, "threw"));
        _ran[place] = (name, call());
    }

    /// What is printed behind the result of the operation.
    public string Take()
    {
        if (_ran.Count == 0) return "";
        var text = new StringBuilder("; ran ");
        text.AppendJoin(", ", _ran.Select(r => $"{r.Name} ({r.Result})"));
        _ran.Clear();
        return text.ToString();
    }
}
