"""The first step of a file: what it is, by its content and by what lies beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bowerbird.core.catalog.records import FormerContent
from bowerbird.core.errors import FileAccompanies, FileVanished
from bowerbird.core.extractors import extractor_for
from bowerbird.core.extractors.documents.document import is_read_on
from bowerbird.core.extractors.pictures.sidecars import beside, described_by
from bowerbird.core.extractors.source import Source
from bowerbird.core.files.disk_threads import OnBlock
from bowerbird.core.files.identity import facts_of, fingerprint, fingerprint_with, grown_fingerprint
from bowerbird.core.types import FileFacts, Kind

READ_ON_FROM = 1 << 20


@dataclass(frozen=True, slots=True)
class Identity:
    """A file's facts, and the fingerprint of what it and its sidecars held then."""

    facts: FileFacts
    fingerprint: bytes
    grows: bool = False
    """Whether it is a text that can be read on where it ended, if it gains more."""
    former: FormerContent | None = None
    """What it held before, if it has but grown since."""
    sidecars: tuple[FileFacts, ...] = ()
    """The files beside it that say something about it."""


def identify(path: Path, former: FormerContent | None, on_block: OnBlock) -> Identity:
    """Look at a file; ``on_block`` is called with each block that was read. ``former`` is what it held before.

    Raises:
        FileAccompanies: it is found with the file that it says something about.
        FileVanished: it is gone.
        FileSkipped: no extractor reads it.
        FileError: it cannot be read.
    """
    if described := described_by(path):
        raise FileAccompanies(f"It says something about {described.name}, and is found with it.")
    with Source.at(path) as source:
        grows = extractor_for(source).kind is Kind.DOCUMENT and is_read_on(source)
    facts = facts_of(path)
    if facts is None:
        raise FileVanished("The file is gone.")
    if sidecars := sidecars_of(path):
        together = fingerprint_with(path, [sidecar.path for sidecar in sidecars], on_block)
        return Identity(facts, together, sidecars=sidecars)
    if not (grows and former and READ_ON_FROM <= former.size < facts.size):
        return Identity(facts, fingerprint(path, on_block, facts.size), grows)
    in_part = former.content.next_at is not None  # what was read ends with a line then, wherever the file did
    present, beginning = grown_fingerprint(path, former.size, facts.size, on_block, within_line=in_part)
    return Identity(facts, present, grows, former if beginning == former.fingerprint else None)


def sidecars_of(path: Path) -> tuple[FileFacts, ...]:
    """The facts of the sidecars beside a photo or clip."""
    return tuple(facts for sidecar in beside(path) if (facts := facts_of(sidecar)))
