"""The decoder child: the main loop of a sandboxed process that reads one file after another.

It loads extractors, but no models and no stores, and trusts nothing in the files.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection

from bowerbird.core.decoding import sandbox, wire
from bowerbird.core.errors import BowerbirdError, DecoderOutOfMemory, FileError
from bowerbird.core.extractors import extractor_for, load_libraries
from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.pictures import sidecars
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Extraction, Kind, Locator, Modality, Segment

_MAX_FILES = 2_000  # after this many a fresh child takes over, so that no decoder's leak adds up
_MAX_GROWTH = 256 << 20  # bytes that stay in memory after a file: beyond, the next file gets a fresh child too
_MAX_WORDS = 200
_ABOUT_CODE = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError)
_NICE = 10  # indexing yields to whatever the user is doing

Calls = Mapping[str, Callable[..., Extraction | bytes]]
"""What a child can be asked for, by name."""


def _extract(source: Source, limits: Limits) -> Extraction:
    return extractor_for(source).extract(source, limits)


def _render(source: Source, locator: Locator | None, max_side: int) -> bytes:
    return extractor_for(source).render(source, locator, max_side)


def _describe(source: Source) -> Extraction:
    return Extraction(Kind.PHOTO, (), sidecars.read(source))


def _page(source: Source, number: int, max_area: int) -> Extraction:
    """A page's pixels as the only segment, or none."""
    extractor = extractor_for(source)
    pixels = extractor.page(source, number, max_area)
    segments = () if pixels is None else (Segment(Modality.IMAGE, pixels=pixels),)
    return Extraction(extractor.kind, segments)


CALLS: Calls = {"extract": _extract, "render": _render, "describe": _describe, "page": _page}


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a child runs."""

    parent: int
    """Id of the process that it must not outlive."""
    nice: bool
    """Whether it runs at low priority."""
    cpu_s: float
    """CPU seconds for each file; beyond, the kernel ends it."""
    memory: int
    """Bytes that it may take beyond what it weighs before the first file."""


Serve = Callable[[Connection, Terms], None]
"""What a child runs: it says that it is ready, and answers requests that come over the pipe."""


def serve(pipe: Connection, terms: Terms) -> None:
    """Read files."""
    load_libraries()
    answer_calls(pipe, terms, CALLS)


def answer_calls(pipe: Connection, terms: Terms, calls: Calls) -> None:
    """Build the walls, then answer requests until the pipe closes or this process is used up.

    Requests come by ``wire.send_request``, and answers go by ``wire.send``.
    """
    _settle_in(terms)
    wire.send_ready(pipe, sandbox.enter(terms.memory))
    max_memory = sandbox.memory_used() + _MAX_GROWTH
    try:
        for number in range(1, _MAX_FILES + 1):
            call, source, arguments = wire.receive_request(pipe)
            sandbox.allow_cpu(terms.cpu_s)
            with source:
                answer = guarded(calls[call], source, *arguments)
            last = number == _MAX_FILES or sandbox.memory_used() > max_memory
            wire.send(pipe, answer, last=last)
            if last:
                return
    except (EOFError, OSError):
        return  # the parent closed the pipe, or is gone


def guarded(call: Callable[..., Extraction | bytes], *arguments: object) -> wire.Answer:
    """The result of the call; any failure becomes an error with a sentence about the file."""
    try:
        return call(*arguments)
    except BowerbirdError as error:
        return error
    except MemoryError:
        return DecoderOutOfMemory("This file needs more memory than Bowerbird gives one file.")
    except RecursionError:
        return FileError("This file is nested too deeply to be read.")
    except BaseException as error:  # noqa: BLE001  # the decoders' own; a Rust library's panic is no Exception
        return FileError(f"This file is damaged, or not what its name says it is{_in_words(error)}.")


def _in_words(error: BaseException) -> str:
    """What a decoder says is wrong, if that is about the file and meant for people."""
    if not isinstance(error, Exception) or isinstance(error, _ABOUT_CODE):
        return ""
    words = str((isinstance(error, OSError) and error.strerror) or error).strip().rstrip(".")[:_MAX_WORDS]
    return f" ({words})" if " " in words and words.isprintable() else ""


def _settle_in(terms: Terms) -> None:
    sandbox.die_with(terms.parent)
    if sys.platform != "win32":
        os.setsid()  # no terminal, into which a child could type
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    _silence_streams()
    if terms.nice and sys.platform == "win32":
        import psutil

        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    elif terms.nice:
        os.nice(_NICE)


def _silence_streams() -> None:
    """Keep the C libraries' remarks about broken files off the user's terminal."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)
