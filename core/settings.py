"""The user's settings, kept as ``settings.toml`` in the library folder.

To add a setting: a field of ``Settings`` with its default, which is all that loading and saving need; a control in
gui/dialogs/settings.py; and its use where ``Library.change_settings`` hands the settings on.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import tomli_w

from bowerbird.core import kept_files
from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.kept_files import last_good

DEFAULT_EXCLUDES = (
    ".*",
    "*~",
    "~$*",
    "*.part",
    "*.crdownload",
    "*.tmp",
    "Thumbs.db",
    "desktop.ini",
    "node_modules",
    "__pycache__",
    "site-packages",
    "*.app",
    "*.photoslibrary",
    "$RECYCLE.BIN",
    "System Volume Information",
    "lost+found",
)
"""Globs of what hardly anybody wants found: hidden files, half-downloaded ones, installed programs, bins."""

STARTER = ("minilm-l6-v2", "e5-small-q4", "efficientnet-lite0", "whisper-base", "ppocr-v6")
"""Ids of the models in the starter pack, which a new library uses."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One value of each setting. Frozen: change one with ``dataclasses.replace``.

    The type of a field is that of its default, and a TOML value: str, int, float, bool, or a tuple of strings.
    """

    folders: tuple[str, ...] = ()
    """Absolute paths of the watched folders. Kept here, not in the catalog, so that a lost catalog can be rebuilt."""
    excludes: tuple[str, ...] = DEFAULT_EXCLUDES
    """Globs; a file or folder whose name, or whose path below its watched folder, matches one is not indexed."""
    cores: int = 0
    """Number of processor cores that indexing may use; 0 is all."""
    models: tuple[str, ...] = STARTER
    """Ids of the models to use, of which those that are on this computer are."""
    read_pictures: bool = True
    """Whether text in photos and scanned pages is read, if a model that reads is in use."""
    pause_on_battery: bool = False
    """Whether indexing waits while the computer runs on battery."""
    only_when_idle: bool = False
    """Whether indexing waits while other programs keep the processor busy."""
    remember_questions: bool = True
    """Whether the last questions are kept, to be offered again."""
    theme: str = "system"
    """Colours of the window: system, light or dark."""


def load(path: Path) -> Settings:
    """Read settings from a file; without one, and for what it leaves out, the defaults hold.

    An emptied file stands for the last good one beside it, if there is one.

    Raises:
        EnvironmentFailure: the file is not valid TOML or holds a value of the wrong type.
    """
    if not path.exists():
        return Settings()
    try:
        return _from_table(tomllib.loads(kept_files.read(path).decode("utf-8", "surrogateescape")))
    except (ValueError, TypeError) as error:
        raise EnvironmentFailure(f"{path} cannot be read ({error}). Correct or delete it.") from error


def save(path: Path, settings: Settings) -> None:
    """Write settings so that a crash or a power cut leaves the old file or the new one, and a copy beside it."""
    kept_files.write(path, tomli_w.dumps(asdict(settings)).encode("utf-8", "surrogateescape"))


class SettingsFile:
    """The current settings of an open library. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Read ``path``; see ``load`` for errors."""
        self.now = load(path)
        self.notice = ""
        """What the user should know about the file, if anything."""
        self._path, self._lock = path, threading.Lock()
        if kept_files.is_emptied(path):
            self.notice = f"{path} was empty. The settings in {last_good(path).name} beside it are used instead."
        elif path.exists():
            kept_files.keep(path, path.read_bytes())

    def change(self, update: Callable[[Settings], Settings]) -> None:
        """Save ``update(now)`` and make it current, one change at a time; if it raises, nothing changes."""
        with self._lock:
            settings = update(self.now)
            save(self._path, settings)
            self.now, self.notice = settings, ""


def _from_table(table: dict[str, object]) -> Settings:
    defaults = Settings()
    values: dict[str, Any] = {}
    for name in (field.name for field in fields(Settings) if field.name in table):
        value = tuple(table[name]) if isinstance(table[name], list) else table[name]  # type: ignore[arg-type]
        if type(value) is not type(getattr(defaults, name)):
            raise TypeError(f"{name} has the wrong type")
        values[name] = value
    if "models" in values and "read_pictures" not in values:  # of a version that read no text in pictures
        values["models"] = tuple(dict.fromkeys((*values["models"], STARTER[-1])))
    return Settings(**values)
