"""Decoder children that outlive the library they were started for: the next one gets them with their libraries loaded.

Most tests of a library are not about the start of its decoders. What they lend is a real child behind its real walls,
one that has read some files before, as in long use. One that was killed, failed or is used up is not lent again.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bowerbird.core.decoding import wire
from bowerbird.core.decoding.child import Serve, Terms
from bowerbird.core.decoding.process import ChildProcess
from bowerbird.core.extractors.source import Source

_KEPT = 3


class LentDecoders:
    """Starts children as ``ExtractPool`` wants them started, or lends one of the same terms that is free."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: list[tuple[Serve, Terms, ChildProcess]] = []  # in the order in which they were given back
        self._starting = ThreadPoolExecutor(1)  # Linux ends a child together with the thread that started it

    def start(self, serve: Serve, terms: Terms) -> LentDecoder:
        with self._lock:
            child = self._take(serve, terms)
        return LentDecoder(self, serve, terms, child or self._starting.submit(ChildProcess, serve, terms).result())

    def _take(self, serve: Serve, terms: Terms) -> ChildProcess | None:
        for free in self._free:
            if free[:2] == (serve, terms):
                self._free.remove(free)
                return free[2]
        return None

    def give_back(self, serve: Serve, terms: Terms, child: ChildProcess) -> None:
        with self._lock:
            self._free.append((serve, terms, child))
            ended, self._free = self._free[:-_KEPT], self._free[-_KEPT:]
        for _, _, child in ended:
            child.end()

    def close(self) -> None:
        for _, _, child in self._free:
            child.end()
        self._starting.shutdown()


class LentDecoder:
    """A child, as long as one pool has it."""

    def __init__(self, decoders: LentDecoders, serve: Serve, terms: Terms, child: ChildProcess) -> None:
        self._decoders, self._serve, self._terms, self._child = decoders, serve, terms, child
        self._lock = threading.Lock()  # around killing it and beginning to ask
        self._usable, self._asking = False, False

    @property
    def asked(self) -> int:
        return self._child.asked

    @property
    def missing_walls(self) -> tuple[str, ...]:
        walls = self._child.missing_walls
        self._usable = True
        return walls

    def ask(self, deadline_s: float, call: str, source: Source, *arguments: Any) -> tuple[wire.Answer, bool]:
        with self._lock:
            self._asking = True
        usable, self._usable = self._usable, False
        answer, last = self._child.ask(deadline_s, call, source, *arguments)
        with self._lock:
            self._asking = False
        self._usable = usable and not last
        return answer, last

    def kill(self) -> None:
        """One that reads a file is killed as it would be; an idle one is wanted by the next."""
        with self._lock:
            if self._asking:
                self._child.kill()

    def end(self) -> None:
        if self._usable:
            self._decoders.give_back(self._serve, self._terms, self._child)
        else:
            self._child.end()
