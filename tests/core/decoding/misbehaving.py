"""Decoder children that do what a file's name says instead of reading it. They import this module: kept small."""

from __future__ import annotations

import ctypes
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

from bowerbird.core.decoding import child, wire
from bowerbird.core.decoding.child import Terms
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Properties, Segment

Misdeed = Callable[[], object]


def _spin() -> None:
    while True:
        pass


FAULTS: dict[str, Misdeed] = {
    "crash": lambda: ctypes.string_at(0),
    "hang": lambda: time.sleep(1000),
    "exit": lambda: os._exit(3),
    "raise": lambda: 1 / 0,
    "recurse": lambda: (f := lambda n: f(n + 1))(0),
    "reserve": lambda: bytearray(600 << 20),  # address space: nothing is touched
    "swallow": lambda: bytearray(1 << 45),
    "spin": _spin,
}
"""What broken decoders do."""


def answer(text: str) -> Extraction:
    """What a well-behaved child sends: the text on page 1, and its process id as the title."""
    segment = Segment(Modality.TEXT, Locator(page=1), text)
    return Extraction(Kind.DOCUMENT, (segment,), Properties(title=str(os.getpid())))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def hostile(fault: str, suffix: str = "") -> Path:
    """A file that has its decoder do something, a name of ``FAULTS``; or just says it, if there is no such fault."""
    path = Path(_folder().name) / f"{fault}{suffix}"
    if not path.exists():
        path.write_text(fault)
    return path


def misbehave(source: Source, _limits: Limits) -> Extraction:
    said = source.read().decode()
    if said in FAULTS:
        FAULTS[said]()
    return answer(said)


def render_name(source: Source, _locator: Locator | None, max_side: int) -> bytes:
    return b"\xff\xd8" + f"{source.name} {max_side}".encode()


CALLS: child.Calls = {"extract": misbehave, "render": render_name}


def serve(pipe: Connection, terms: Terms) -> None:
    child.answer_calls(pipe, terms, CALLS)


def serve_without_cpu(pipe: Connection, terms: Terms) -> None:
    serve(pipe, replace(terms, cpu_s=0.0))


def serve_two_files(pipe: Connection, terms: Terms) -> None:
    child._MAX_FILES = 2
    serve(pipe, terms)


def serve_never(_pipe: Connection, _terms: Terms) -> None:
    """Dies before it is ready."""
    os._exit(7)


@dataclass(frozen=True, slots=True)
class ServeAtLast:
    """Dies before it is ready, until it has been started ``starts`` times; ``folder`` is where it counts."""

    folder: Path
    starts: int

    def __call__(self, pipe: Connection, terms: Terms) -> None:
        (self.folder / f"{os.getpid()}").touch()
        if len(list(self.folder.iterdir())) < self.starts:
            os._exit(7)
        serve(pipe, terms)


def serve_garbage(pipe: Connection, terms: Terms) -> None:
    """Answers that make no sense."""
    wire.send_ready(pipe, ())
    while True:
        wire.receive_request(pipe)
        pipe.send_bytes(b'{"kind": "photo", "segments": 7, "properties": {}, "last": false}')


def serve_bytes(pipe: Connection, terms: Terms) -> None:
    """A picture in answer to everything, whatever was asked for."""
    wire.send_ready(pipe, ())
    while True:
        wire.receive_request(pipe)
        pipe.send_bytes(b'{"size": 1, "last": false}')
        pipe.send_bytes(b"x")


def serve_half(pipe: Connection, terms: Terms) -> None:
    """Half an answer, and then nothing."""
    wire.send_ready(pipe, ())
    wire.receive_request(pipe)
    pipe.send_bytes(b'{"size": 1, "last": false}')
    time.sleep(1000)


def serve_drops(pipe: Connection, terms: Terms) -> None:
    """An answer that comes byte by byte, and never ends."""
    wire.send_ready(pipe, ())
    wire.receive_request(pipe)
    os.write(pipe.fileno(), (100_000).to_bytes(4, "big"))
    while True:
        os.write(pipe.fileno(), b" ")
        time.sleep(0.1)


def serve_too_much(pipe: Connection, terms: Terms) -> None:
    """A header larger than any answer."""
    wire.send_ready(pipe, ())
    wire.receive_request(pipe)
    os.write(pipe.fileno(), (0x7FFFFFFF).to_bytes(4, "big"))
    time.sleep(1000)
