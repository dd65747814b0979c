// SPDX-License-Identifier: BSL-1.0
namespace Oracle;

/// One wait over several objects, without time: its elements, each with its place in the list, and
/// the tokens that end it.
sealed class Wait
{
    readonly List<(int Place, Waitable Item)> _elements = [];
    readonly List<CancellationToken> _tokens = [];
    int _places;

    public void Add(Waitable element) => _elements.Add((_places++, element));

    public void AddToken(CancellationToken token)
    {
        _tokens.Add(token);
        _places++;
    }

    /// The place of the element that was ready, or null. A canceled token ends the wait before it begins, as
    /// in every Wait(token) of .NET.
    public int? Any()
    {
        ThrowIfCanceled();
        var found = WaitHandle.WaitAny(Handles(), 0);
        if (found == WaitHandle.WaitTimeout) return null;
        var (place, item) = _elements[found];
        item.Take();
        return place;
    }

    public bool All()
    {
        ThrowIfCanceled();
        if (!WaitHandle.WaitAll(Handles(), 0)) return false;
        foreach (var (_, item) in _elements) item.Take();
        return true;
    }

    void ThrowIfCanceled()
    {
        foreach (var token in _tokens) token.ThrowIfCancellationRequested();
    }

    WaitHandle[] Handles() => [.. _elements.Select(e => e.Item.Handle)];
}
