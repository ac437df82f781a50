"""Adds to what was read of a file what the sidecars beside it say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from bowerbird.core.errors import FileError
from bowerbird.core.extractors.pictures.sidecars import merged
from bowerbird.core.types import Extraction, Properties

Describe = Callable[[Path], Future[Extraction]]
"""Has a decoder read a sidecar."""


def described(describe: Describe, extraction: Extraction, sidecars: Sequence[Path]) -> Future[Extraction]:
    """The extraction with their properties. One that cannot be read is an omission, and costs nothing else.

    The future fails as one of ``describe`` does where that is not the sidecar's fault.
    """
    answer: Future[Extraction] = Future()
    _read_next(describe, extraction, sidecars, {}, answer)
    return answer


def _read_next(
    describe: Describe,
    extraction: Extraction,
    waiting: Sequence[Path],
    told: Mapping[str, Properties],
    answer: Future[Extraction],
) -> None:
    if answer.cancelled():
        return
    if not waiting:
        answer.set_result(replace(extraction, properties=merged(extraction.properties, told)))
        return
    name = waiting[0].name

    def go_on(done: Future[Extraction]) -> None:
        try:
            said = done.result().properties
        except FileError as error:
            sentence = f"{name}, which says something about it, was not read: {error}"
            without = replace(extraction, omissions=(*extraction.omissions, sentence))
            _read_next(describe, without, waiting[1:], told, answer)
        else:
            _read_next(describe, extraction, waiting[1:], {**told, name: said}, answer)

    def take(done: Future[Extraction]) -> None:
        try:
            go_on(done)
        except Exception as error:  # noqa: BLE001  # whoever waits for the answer is to hear of it
            if not answer.done():
                answer.set_exception(error)

    describe(waiting[0]).add_done_callback(take)
