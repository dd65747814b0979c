// SPDX-License-Identifier: BSL-1.0
namespace Oracle;

/// Which of .NET's types stand for abide's.
abstract class Family
{
    public abstract Event ManualEvent(bool set);
    public abstract Units Semaphore(int count, int max);
    public Event AutoEvent(bool set) => new AutoEvent(set);

    public static Family Named(string name) => name switch
    {
        "kernel" => new Kernel(),
        "slim" => new Slim(),
        _ => throw new ArgumentException($"no family of types is called {name}"),
    };

    sealed class Kernel : Family
    {
        public override Event ManualEvent(bool set) => new KernelEvent(set);
        public override Units Semaphore(int count, int max) => new KernelSemaphore(count, max);
    }

    sealed class Slim : Family
    {
        public override Event ManualEvent(bool set) => new SlimEvent(set);
        public override Units Semaphore(int count, int max) => new SlimSemaphore(count, max);
    }
}
