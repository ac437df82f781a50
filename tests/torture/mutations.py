"""Damaged files of every kind, decoded as the app decodes them: each must end in what was read or in a sentence."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass, field
from pathlib import Path

from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.errors import BowerbirdError, DecoderCrashed, DecoderTimeout, FileError, FileSkipped
from bowerbird.core.extractors.base import Limits

_LARGEST = 4 << 20  # bytes of a file that is mutated
_UNEXPLAINED = re.compile(r"\w+(Error|Exception)\b|Traceback|\bNone\b")


@dataclass(slots=True)
class Verdict:
    """What became of the files. The last three should be empty."""

    read: int = 0
    refused: int = 0
    crashed: list[str] = field(default_factory=list)
    """Whose decoder died: it cost a process, not the app."""
    hung: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    """Whose sentence is none, or for which there was no answer at all."""


def run(sources: Path, scratch: Path, number: int, seed: int) -> Verdict:
    """Mutate ``number`` files found below ``sources``, and decode them.

    Args:
        sources: a folder of files of many kinds.
        scratch: an empty folder.
        number: of mutated files.
        seed: for the choice of files and mutations.
    """
    verdict = Verdict()
    pool = ExtractPool(2)
    try:
        waiting = [(path, pool.extract(path, Limits())) for path in _mutated(sources, scratch, number, seed)]
        for path, future in waiting:
            try:
                future.result()
                verdict.read += 1
            except (BowerbirdError, CancelledError) as error:
                _judge(verdict, path.name, error)
    finally:
        pool.close()
    return verdict


def _judge(verdict: Verdict, name: str, error: BaseException) -> None:
    line = f"{name}: {error}"
    if isinstance(error, DecoderCrashed):
        verdict.crashed.append(line)
    elif isinstance(error, DecoderTimeout):
        verdict.hung.append(line)
    elif isinstance(error, (FileError, FileSkipped)) and not _UNEXPLAINED.search(str(error)):
        verdict.refused += 1
    else:
        verdict.unexplained.append(line)


def _mutated(sources: Path, scratch: Path, number: int, seed: int) -> Iterator[Path]:
    chance = random.Random(seed)
    by_suffix: dict[str, list[Path]] = {}
    for path in sorted(sources.rglob("*")):
        if path.is_file() and path.stat().st_size <= _LARGEST:
            by_suffix.setdefault(path.suffix.lower(), []).append(path)
    for count in range(number):
        suffix = chance.choice(sorted(by_suffix))
        path = chance.choice(by_suffix[suffix])
        target = scratch / f"{count}-{path.stem[:40]}{suffix}"
        target.write_bytes(mutated(path.read_bytes(), chance))
        yield target


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut off, doubled, zeroed or stuffed with others."""
    changed = bytearray(content or b"\0")
    place = chance.randrange(len(changed))
    match chance.randrange(5):
        case 0:
            for _ in range(chance.randint(1, 30)):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
        case 1:
            del changed[place:]
        case 2:
            changed[place:place] = changed[place : place + chance.randint(1, 4096)]
        case 3:
            changed[place : place + 512] = bytes(len(changed[place : place + 512]))
        case _:
            changed[place:place] = chance.randbytes(chance.randint(1, 64))
    return bytes(changed)
