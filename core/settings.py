"""What the user may set, kept as ``settings.toml`` in the library."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import tomli_w

from bowerbird.core.errors import EnvironmentFailure

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


STARTER = ("minilm-l6-v2", "e5-small-q4", "efficientnet-lite0", "whisper-base")
"""The models in use at first: those of the starter pack."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Frozen; make another with ``dataclasses.replace``."""

    folders: tuple[str, ...] = ()
    """The folders watched. Kept here, not in the catalog, so that a catalog that is lost can be built again."""
    excludes: tuple[str, ...] = DEFAULT_EXCLUDES
    """Globs; a file or folder whose name, or whose path below its watched folder, matches one is left out."""
    cores: int = 0
    """How many cores indexing may use; 0 is all."""
    models: tuple[str, ...] = STARTER
    """Ids of the models in use, as far as they are on this computer."""
    pause_on_battery: bool = False
    only_when_idle: bool = False
    """Whether to wait while other programs keep the processor busy."""
    theme: str = "system"
    """system, light or dark."""


def load(path: Path) -> Settings:
    """Read settings; a missing file is the defaults.

    Raises:
        EnvironmentFailure: the file is not valid TOML or holds a value of the wrong type.
    """
    if not path.exists():
        return Settings()
    try:
        return _from_table(tomllib.loads(path.read_text("utf-8", "surrogateescape")))
    except (ValueError, TypeError) as error:
        raise EnvironmentFailure(f"{path} cannot be read ({error}). Correct or delete it.") from error


def save(path: Path, settings: Settings) -> None:
    """Write settings so that a crash leaves the old file or the new one."""
    draft = path.with_suffix(".new")
    draft.write_text(tomli_w.dumps(asdict(settings)), "utf-8", "surrogateescape")
    draft.replace(path)


class SettingsFile:
    """The settings of an open library. Safe from any thread."""

    def __init__(self, path: Path) -> None:
        """Read them; see ``load`` for errors."""
        self.now = load(path)
        self._path, self._changing = path, threading.Lock()

    def change(self, changed: Callable[[Settings], Settings]) -> None:
        """Keep what ``changed`` makes of the present ones, one change at a time; if it raises, they stay."""
        with self._changing:
            settings = changed(self.now)
            save(self._path, settings)
            self.now = settings


def _from_table(table: dict[str, object]) -> Settings:
    defaults = Settings()
    values: dict[str, object] = {}
    for name in (known.name for known in fields(Settings) if known.name in table):
        value = tuple(table[name]) if isinstance(table[name], list) else table[name]  # type: ignore[arg-type]
        if type(value) is not type(getattr(defaults, name)):
            raise TypeError(f"{name} has the wrong type")
        values[name] = value
    return Settings(**values)  # type: ignore[arg-type]
