"""A decoder child as its parent sees it: started, asked about one file after another, killed when it takes too long."""

from __future__ import annotations

import multiprocessing
import threading
from functools import cached_property
from typing import Any

from bowerbird.core.decoding import wire
from bowerbird.core.decoding.child import Serve, Terms
from bowerbird.core.errors import DecoderCrashed, DecoderTimeout
from bowerbird.core.extractors.source import Source

_START_S = 60.0  # a cold disk and a busy machine
_END_S = 5.0
_SPAWN = multiprocessing.get_context("spawn")


class ChildProcess:
    """One thread asks; any thread may kill."""

    def __init__(self, serve: Serve, terms: Terms) -> None:
        """Start a process that runs ``serve``.

        Raises:
            OSError: the system starts no further process.
        """
        self.asked = 0
        """About how many files it was asked."""
        self._lock = threading.Lock()  # around killing and ending, for ids of ended processes are used again
        self._ended = False
        self._pipe, childs_end = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=serve, args=(childs_end, terms), name="bowerbird-decoder", daemon=True)
        self._process.start()
        childs_end.close()

    @cached_property
    def missing_walls(self) -> tuple[str, ...]:
        """Wait until it is behind its walls; those that could not be built, a sentence each.

        Raises:
            DecoderCrashed: it died before, or never got there.
        """
        try:
            if self._pipe.poll(_START_S):
                return wire.receive_ready(self._pipe)
        except (EOFError, OSError):
            self._process.join(_END_S)
        raise DecoderCrashed(f"it ended with exit code {self._process.exitcode}")

    def ask(self, deadline_s: float, call: str, source: Source, *arguments: Any) -> tuple[wire.Answer, bool]:
        """What it answers about a file, which may be an error, and whether it ends after that.

        Raises:
            DecoderTimeout: the whole answer was not there after ``deadline_s`` seconds. The child is killed.
            DecoderCrashed: it died, or answered what makes no sense.
        """
        self.asked += 1
        assert self._process.pid is not None
        late = threading.Event()
        timer = threading.Timer(deadline_s, self._kill_late, (late,))
        timer.daemon = True
        timer.start()
        try:
            wire.send_request(self._pipe, self._process.pid, call, source, *arguments)
            answer, last = wire.receive(self._pipe)
        except (EOFError, OSError, DecoderCrashed) as error:
            if late.is_set():
                raise DecoderTimeout(f"Reading this file took longer than {deadline_s:g} seconds.") from error
            raise DecoderCrashed("Reading this file made its decoder crash; it may be damaged.") from error
        finally:
            timer.cancel()
        return answer, last or late.is_set()

    def _kill_late(self, late: threading.Event) -> None:
        late.set()
        self.kill()

    def kill(self) -> None:
        """End the process, from any thread; whoever waits for its answer hears of it."""
        with self._lock:
            if not self._ended:
                self._process.kill()

    def end(self) -> None:
        """Kill the process, wait for it, and close the pipe."""
        with self._lock:
            self._ended = True
            self._process.kill()
        self._process.join(_END_S)
        self._pipe.close()
