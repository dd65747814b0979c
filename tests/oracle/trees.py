# SPDX-License-Identifier: BSL-1.0
"""Makes sequences about callbacks and linked tokens, of which a general sequence has few."""

import random

NAMES = 10  # of a kind, in ../fuzz/player.hpp
OBJECTS = ["manual e0", "auto e1", "semaphore s0 1 2 fifo"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.links = self.random.random() < 0.5
        self.sources = 0
        self.operations = [*OBJECTS, self.make(), self.make(), "token k0 c0"]

    def one_of(self, *these):
        return self.random.choice(these)

    def source(self):
        return f"c{self.random.randrange(self.sources)}"

    def registration(self):
        return f"r{self.random.randrange(NAMES)}"

    def token(self):
        return self.random.choices([self.source, lambda: "k0", lambda: "none", lambda: "canceled"],
                                   (20, 3, 1, 1))[0]()

    def make(self):
        if self.sources == NAMES:
            return "nothing"
        parents = [self.token() for _ in range(self.random.randint(1, 3))] if self.sources else []
        self.sources += 1
        name = f"c{self.sources - 1}"
        return f"linked {name} {' '.join(parents)}" if self.links and parents else f"source {name}"

    def register(self, depth=0):
        return f"register {self.registration()} {self.token()} {self.action(depth)}"

    def action(self, depth):
        kind = self.random.random()
        if kind < 0.1:  # one that was registered before this one and runs after it
            return f"{self.one_of('unregister', 'dispose')} {self.registration()}"
        if kind < 0.25:
            return "throw"
        if kind < 0.4:
            return "nothing"
        if kind < 0.5 and depth < 2:
            return self.register(depth + 1)
        return self.on_object() if kind < 0.8 else self.on_token()

    def on_object(self):
        e = self.one_of("e0", "e1")
        ending = self.one_of("", f" token {self.token()}", f" return {self.token()}")
        return self.one_of(f"set {e}", f"set {e}", f"reset {e}", f"try {e}", "release s0 1", "try s0",
                           f"wait {e} poll{ending}", f"wait s0 poll{ending}",
                           f"wait_any {e} {self.token()} s0 poll{ending}",
                           f"wait_any throw:{self.token()} {e} throw:{self.token()} poll",
                           f"wait_all e0 s0 e1 poll{ending}", "count s0")

    def on_token(self):
        t, r = self.token(), self.registration()
        return self.one_of(*[f"cancel {self.source()}"] * 3, f"check {t}", f"is_canceled {t}",
                           f"ready {t}", f"unregister {r}", f"dispose {r}", f"holds {r}",
                           f"can_be_canceled {t}",
                           self.one_of(f"try_reset {self.source()}", f"detach {r}", f"token k0 {t}",
                                       f"destroy {self.source()}"))

    def generate(self):
        for _ in range(self.random.randint(8, 60)):
            kind = self.random.random()
            self.operations.append(self.make() if kind < 0.1 else self.register() if kind < 0.65 else
                                   self.on_object() if kind < 0.75 else self.on_token())
        return [(operation, "") for operation in self.operations]


def make(count, seed):
    return [Generator(seed + i).generate() for i in range(count)]
