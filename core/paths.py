"""Where Bowerbird keeps what it keeps: one folder, the library, and nothing outside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from bowerbird.core.errors import EnvironmentFailure

LIBRARY_VARIABLE = "BOWERBIRD_LIBRARY"


def default_library() -> Path:
    """The library of ``BOWERBIRD_LIBRARY``, or of the platform's data directory."""
    named = os.environ.get(LIBRARY_VARIABLE)
    return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("bowerbird", appauthor=False))


def absolute(text: str) -> Path:
    """A path as typed, from the root; links in it stay links."""
    return Path(os.path.abspath(Path(text).expanduser()))


def make_writable(folder: Path) -> None:
    """Make a folder of the library if need be.

    Raises:
        EnvironmentFailure: it cannot be made, or not be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise EnvironmentFailure(f"The library folder {folder} cannot be written: {error.strerror}.") from error


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """The files inside one library folder."""

    root: Path

    @property
    def catalog(self) -> Path:
        """The truth: back this up."""
        return self.root / "catalog.sqlite3"

    @property
    def vectors(self) -> Path:
        """Rebuilt from the catalog. The name is short because Milvus Lite refuses long ones."""
        return self.root / "vec.db"

    @property
    def settings(self) -> Path:
        return self.root / "settings.toml"

    @property
    def thumbnails(self) -> Path:
        """JPEGs by content fingerprint."""
        return self.root / "thumbnails"

    @property
    def models(self) -> Path:
        """Model files and what is exported from them, by the SHA-256 of the weights."""
        return self.root / "models"

    @property
    def examples(self) -> Path:
        """Pictures pasted into the query box, kept until the window closes."""
        return self.root / "examples"

    @property
    def log(self) -> Path:
        return self.root / "bowerbird.log"

    @property
    def socket(self) -> Path:
        return self.root / "owner.sock"

    @property
    def endpoint_file(self) -> Path:
        """The socket's address and key, for this user's other processes only."""
        return self.root / "owner.json"

    @property
    def lock(self) -> Path:
        return self.root / "owner.lock"

    def thumbnail(self, fingerprint: bytes) -> Path:
        """Where the thumbnail of the content with this fingerprint lies, made or not."""
        name = fingerprint.hex()
        return self.thumbnails / name[:2] / f"{name}.jpg"
