// SPDX-License-Identifier: BSL-1.0
namespace Oracle;

/// An operand does not exist.
sealed class AbsentException : Exception;

/// .NET has nothing that the operation could be translated to.
sealed class UntranslatableException : Exception;

/// Plays one sequence of operations, in the text of ../fuzz/operation.hpp, on the types of .NET.
sealed class Player(Family family)
{
    readonly Dictionary<string, Event> _events = [];
    readonly Dictionary<string, Units> _semaphores = [];
    readonly Dictionary<string, CancellationTokenSource> _sources = [];
    readonly Dictionary<string, CancellationToken> _tokens = [];
    readonly Dictionary<string, CancellationTokenRegistration> _registrations = [];
    readonly CallbackLog _log = new();

    /// The result of the operation, and what callbacks it ran.
    public string Play(string operation) => Result(operation.Split(' ')) + _log.Take();

    // As a callback's action, "throw" leaves the callback; everything else has a result.
    string Result(string[] words)
    {
        try
        {
            return Do(words);
        }
        catch (OperationCanceledException e)
        {
            return "canceled " + ArgumentEqualTo(e.CancellationToken, words);
        }
        catch (Exception e) when (e is ArgumentException or SemaphoreFullException)
        {
            return "refused";
        }
        catch (AggregateException e)
        {
            return $"threw {e.Flatten().InnerExceptions.Count}";
        }
        catch (AbsentException)
        {
            return "absent";
        }
        catch (UntranslatableException)
        {
            return "untranslatable";
        }
    }

    string Do(string[] words)
    {
        var on = words.Length > 1 ? words[1] : "";
        switch (words[0])
        {
            case "manual": return Make(_events, on, () => family.ManualEvent(words.Length > 2));
            case "auto": return Make(_events, on, () => family.AutoEvent(words.Length > 2));
            case "semaphore":
                return Make(_semaphores, on, () => family.Semaphore(int.Parse(words[2]), int.Parse(words[3])));
            case "source": return Make(_sources, on, () => new CancellationTokenSource());
            case "linked":
                var parents = words[2..].Select(Token).ToArray();
                return Make(_sources, on, () => CancellationTokenSource.CreateLinkedTokenSource(parents));
            case "token":
                _tokens[on] = Token(words[2]);
                return "ok";

            case "set":
                Find(_events, on).Set();
                return "ok";
            case "reset":
                Find(_events, on).Reset();
                return "ok";
            case "pulse":
                Find(_events, on).Set();
                Find(_events, on).Reset();
                return "ok";
            case "is_set": return Text(Find(_events, on).IsSet);
            case "release": return $"{Find(_semaphores, on).Release(int.Parse(words[2]))}";
            case "count": return $"{Find(_semaphores, on).Count}";
            case "try": return Text(Object(on).Wait());

            case "wait": return One(words);
            case "wait_any":
                var found = List(words).Any();
                return found is null ? "timed_out" : $"index {found}";
            case "wait_all": return List(words).All() ? "ok" : "timed_out";

            case "cancel": return Cancel(Find(_sources, on));
            case "try_reset": return Text(Find(_sources, on).TryReset());
            case "is_canceled": return Text(Token(on).IsCancellationRequested);
            case "can_be_canceled": return Text(Token(on).CanBeCanceled);
            case "check":
                Token(on).ThrowIfCancellationRequested();
                return "ok";
            case "handle":
                _ = Token(on).WaitHandle;
                return "ok";
            case "ready": return Text(Token(on).WaitHandle.WaitOne(0));

            case "register": return Register(on, Token(words[2]), words[3..]);
            case "unregister": return Text(Registration(on).Unregister());
            case "dispose":
                Registration(on).Dispose();
                return "ok";
            case "detach":  // .NET keeps whatever nobody disposes of
                _registrations.Remove(on);
                return "ok";
            case "holds": return Text(Registration(on) != default);
            case "destroy": return Destroy(on);

            case "nothing": return "ok";
            case "throw": throw new Thrown();
            default: throw new UntranslatableException();
        }
    }

    string Make<T>(Dictionary<string, T> named, string name, Func<T> make)
    {
        if (named.ContainsKey(name)) return "exists";
        named.Add(name, make());
        return "ok";
    }

    string One(string[] words)
    {
        if (words[2] != "poll") throw new UntranslatableException();
        var item = Object(words[1]);
        var waited = words.Length > 4 ? item.Wait(Token(words[4])) : item.Wait();
        return waited ? "ok" : "timed_out";
    }

    Wait List(string[] words)
    {
        var wait = new Wait();
        var end = Array.IndexOf(words, "poll");
        if (end < 0) throw new UntranslatableException();
        foreach (var word in words[1..end])
        {
            if (word.StartsWith("throw:")) wait.AddToken(Token(word["throw:".Length..]));
            else if (word.Contains(':')) throw new UntranslatableException();
            else wait.Add(word[0] is 'e' or 's' ? Object(word) : new TokenItem(Token(word)));
        }
        if (words.Length > end + 1) wait.AddToken(Token(words[end + 2]));
        return wait;
    }

    // Cancel() returns nothing: whether it did it shows before and after.
    static string Cancel(CancellationTokenSource source)
    {
        var before = source.IsCancellationRequested;
        source.Cancel();
        return Text(!before && source.IsCancellationRequested);
    }

    string Register(string name, CancellationToken token, string[] action)
    {
        CancellationTokenRegistration made;
        try
        {
            made = token.Register(() => _log.Run(name, () => Result(action)));
        }
        catch (Thrown)
        {
            return "threw";
        }
        var before = Registration(name);
        _registrations[name] = made;
        before.Dispose();
        return "ok";
    }

    // A source of .NET that nobody names any more has not been disposed of, and so is one of abide's.
    string Destroy(string name)
    {
        if (name[0] == 'r')
        {
            Registration(name).Dispose();
            _registrations.Remove(name);
        }
        else if (!_events.Remove(name) && !_semaphores.Remove(name) && !_sources.Remove(name) &&
                 !_tokens.Remove(name)) throw new AbsentException();
        return "ok";
    }

    static T Find<T>(Dictionary<string, T> named, string name) =>
        named.TryGetValue(name, out var found) ? found : throw new AbsentException();

    CancellationTokenRegistration Registration(string name) => _registrations.GetValueOrDefault(name);

    Waitable Object(string name) => name[0] == 's' ? Find(_semaphores, name) : Find(_events, name);

    CancellationToken Token(string name) => name switch
    {
        "none" => CancellationToken.None,
        "canceled" => new CancellationToken(true),
        _ => name[0] == 'c' ? Find(_sources, name).Token : Find(_tokens, name),
    };

    // The argument that an exception means: several may name one token.
    string ArgumentEqualTo(CancellationToken token, string[] words)
    {
        var thrown = words.Where(w => w.StartsWith("throw:")).Select(w => w["throw:".Length..]);
        return thrown.Append(words[^1]).FirstOrDefault(w => Token(w) == token, "no argument");
    }

    static string Text(bool value) => value ? "true" : "false";
}
