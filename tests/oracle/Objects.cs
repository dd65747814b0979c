// SPDX-License-Identifier: BSL-1.0
// The objects of .NET that a wait can watch, in its two families: the types of the kernel's making
// (ManualResetEvent, Semaphore) and the slim ones. An AutoResetEvent stands in both.
using System.Threading;

namespace Oracle;

abstract class Waitable
{
    /// What WaitAny and WaitAll watch.
    public abstract WaitHandle Handle { get; }

    /// Takes what a wait for the handle has left: a slim type's handle tells the state and takes nothing.
    public virtual void Take() { }

    /// A wait without time. The types of the kernel's making know no token: there a wait for both is
    /// a WaitAny with the token first.
    public virtual bool Wait(CancellationToken token)
    {
        var found = WaitHandle.WaitAny([token.WaitHandle, Handle], 0);
        if (found == 0) throw new OperationCanceledException(token);
        return found != WaitHandle.WaitTimeout;
    }

    public virtual bool Wait() => Handle.WaitOne(0);
}

/// A token is ready once it is canceled.
sealed class TokenItem(CancellationToken token) : Waitable
{
    public override WaitHandle Handle => token.WaitHandle;
}

abstract class Event : Waitable
{
    public abstract bool IsSet { get; }
    public abstract void Set();
    public abstract void Reset();
}

sealed class AutoEvent(bool set) : Event
{
    readonly AutoResetEvent _event = new(set);

    public override WaitHandle Handle => _event;

    /// Whoever wants to know takes the signal and gives it back.
    public override bool IsSet => _event.WaitOne(0) && _event.Set();
    public override void Set() => _event.Set();
    public override void Reset() => _event.Reset();
}

sealed class KernelEvent(bool set) : Event
{
    readonly ManualResetEvent _event = new(set);

    public override WaitHandle Handle => _event;
    public override bool IsSet => _event.WaitOne(0);
    public override void Set() => _event.Set();
    public override void Reset() => _event.Reset();
}

sealed class SlimEvent(bool set) : Event
{
    readonly ManualResetEventSlim _event = new(set);

    public override WaitHandle Handle => _event.WaitHandle;
    public override bool IsSet => _event.IsSet;
    public override void Set() => _event.Set();
    public override void Reset() => _event.Reset();
    public override bool Wait() => _event.Wait(0);
    public override bool Wait(CancellationToken token) => _event.Wait(0, token);
}

abstract class Units : Waitable
{
    /// The count before.
    public abstract int Release(int count);
    public abstract int Count { get; }
}

sealed class KernelSemaphore(int count, int max) : Units
{
    readonly Semaphore _semaphore = new(count, max);

    public override WaitHandle Handle => _semaphore;
    public override int Release(int count) => _semaphore.Release(count);

    /// Whoever wants to know the count takes a unit and gives it back.
    public override int Count => _semaphore.WaitOne(0) ? _semaphore.Release() + 1 : 0;
}

sealed class SlimSemaphore(int count, int max) : Units
{
    readonly SemaphoreSlim _semaphore = new(count, max);

    public override WaitHandle Handle => _semaphore.AvailableWaitHandle;
    public override void Take() => _semaphore.Wait();
    public override int Release(int count) => _semaphore.Release(count);
    public override int Count => _semaphore.CurrentCount;
    public override bool Wait() => _semaphore.Wait(0);
    public override bool Wait(CancellationToken token) => _semaphore.Wait(0, token);
}
