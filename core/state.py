"""How things stand, as the core tells the window and the command line: folders, progress, events, models, checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bowerbird.core.types import Kind, Modality, Space


class FolderState(StrEnum):
    """Where a watched folder stands."""

    READY = "ready"
    INDEXING = "indexing"
    OFFLINE = "offline"
    PARTLY_OFFLINE = "partly offline"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder the user named, as it stands now. ``files`` counts those found; ``pending`` those still to read."""

    path: Path
    state: FolderState
    files: int = 0
    pending: int = 0
    away: tuple[Path, ...] = ()
    """Where volumes with files of it were mounted that are not there now."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why, in a sentence for its owner."""

    path: Path
    reason: str
    looks: int = 1
    """How often in a row Bowerbird looked at it by itself, because it changed or its decoder crashed."""

    @property
    def explanation(self) -> str:
        """The reason, and the looks if there were several."""
        return self.reason if self.looks < 2 else f"{self.reason} Looked at {self.looks} times."


@dataclass(frozen=True, slots=True)
class SavedSearchState:
    """A question that was saved, and how many files it finds now."""

    name: str
    question: str
    files: int | None
    """Those that match well, of a question that ranks; else those that pass its filters. None if nobody can tell."""
    more: bool = False
    """Whether there may be more: files that match well are not counted to the end."""


@dataclass(frozen=True, slots=True)
class LongFile:
    """A file that takes a while to read, and how far that is: in seconds of a recording or clip, else in bytes."""

    path: Path
    done: float
    length: float | None
    timed: bool = True
    """Whether these are seconds."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the present round of indexing is."""

    done: int = 0
    total: int = 0
    per_second: float = 0.0
    left_s: float | None = None
    paused: bool = False
    waiting: str = ""
    """Why nothing moves though nobody paused it ("on battery"); empty otherwise."""
    folder: Path | None = None
    long: tuple[LongFile, ...] = ()
    """Long files being read, or waiting to be read on."""
    built: tuple[int, int] | None = None
    """While a model that came into use later reads what is here already: how many pieces it has read, of how many."""
    pictures: tuple[int, int] | None = None
    """While text in photos and scanned pages is read: how many files were looked at, of how many."""

    @property
    def busy(self) -> bool:
        """Whether files are waiting to be read."""
        return self.done < self.total


@dataclass(frozen=True, slots=True)
class Status:
    """The library at a glance."""

    directory: Path
    counts: Mapping[Kind, int]
    folders: tuple[Folder, ...]
    progress: Progress
    failures: int
    skipped: int
    segments: int
    spaces: tuple[Space, ...]
    changing: int = 0
    """Files that do not come to rest: they were read as they were, and are looked at again later."""
    in_part: int = 0
    """Files of which something was left unread; their preview says what."""
    notices: tuple[str, ...] = ()
    """Sentences the user should see: models missing, a store rebuilt, a folder unreadable."""
    missing_walls: tuple[str, ...] = ()
    """What this system does not keep a decoder from, a sentence each; empty before the first decoder has started."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run of indexing came to. ``files`` counts seen, indexed, unchanged, skipped, failed and offline ones."""

    files: Mapping[str, int]
    segments: int
    took_s: float
    failures: tuple[Failure, ...]
    changing: int = 0
    """As in ``Status``."""


class EventKind(StrEnum):
    """What the core tells the window about; the window then asks for what it shows."""

    PROGRESS = "progress"
    FILES = "files"
    FOLDERS = "folders"
    FAILURES = "failures"
    MODELS = "models"
    THUMBNAILS = "thumbnails"
    """Some that were missing are there again."""
    ACTIVATE = "activate"
    """A second start asks the first window to come to the front."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that changed. ``progress`` comes with PROGRESS."""

    kind: EventKind
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model of the registry, as it stands on this machine."""

    id: str
    title: str
    purpose: str
    licence: str
    size_bytes: int
    """About; 0 where nobody could know it."""
    modalities: tuple[Modality, ...]
    quality: str
    installed: bool
    """Whether its files are here, and what they should be as far as that was looked at."""
    used: bool
    """Whether the library is to read with it: a ``problem`` says why it does not."""
    source: str = ""
    """Where it would be fetched from, over the network; empty if only by hand."""
    url: str = ""
    """Where a model that is only got by hand can be downloaded."""
    recommended: bool = False
    """Whether it is recommended for this computer."""
    ms: float | None = None
    """Milliseconds an item here, if that was ever measured."""
    built: tuple[int, int] | None = None
    """While a space of it is being built: how many contents it has, and is to have."""
    busy: bool = False
    """Whether it is being fetched or tried out."""
    fetched: tuple[int, int] | None = None
    """While it is fetched: bytes that have come, and of how many, 0 if nobody knows."""
    result: str = ""
    """What came of the last thing done with it, in a sentence, if that is worth telling."""
    deletable: bool = False
    """Whether its files are in the library, and not of an installed package."""
    problem: str = ""
    remedy: str = ""
    """What to do against the problem where there is no button that does it."""
    how_to_get: str = ""

    @property
    def trouble(self) -> str:
        """The problem and the remedy, or empty."""
        return f"{self.problem} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class Building:
    """Spaces of models that came into use later, by id, while they are filled."""

    progress: Mapping[str, tuple[int, int]]
    """How many items each has, and is to have."""
    problems: Mapping[str, str]
    """Why others are not being filled."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``bowerbird doctor``."""

    name: str
    ok: bool
    detail: str = field(default="")
