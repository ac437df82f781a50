"""Where Bowerbird keeps what it keeps: one folder, the library, and nothing outside it."""

from __future__ import annotations

import os
import stat
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from bowerbird.core.errors import EnvironmentFailure
from bowerbird.core.faults import Fault, fault_of

LIBRARY_VARIABLE = "BOWERBIRD_LIBRARY"
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600
_LONGEST_PATH = 480  # bytes; SQLite takes 512, with the longest name of its files
_OURS = (
    "catalog.*",
    "*vec.db*",
    "settings.*",
    "saved.*",
    "window.*",
    "owner.*",
    "notices.*",
    "bowerbird.log*",
    "thumbnails",
    "models",
    "examples",
)
"""What is in a library; the folder that a user names for one may hold other things."""
# A POSIX access list as Linux keeps it (linux/posix_acl_xattr.h): version 2, then tag, permissions and id of the owner,
# the group and all others.
_FOR_ITS_USER = struct.pack("<I" + "HHI" * 3, 2, 1, 7, 2**32 - 1, 4, 0, 2**32 - 1, 32, 0, 2**32 - 1)


def default_library() -> Path:
    """The library of ``BOWERBIRD_LIBRARY``, or of the platform's data directory."""
    named = os.environ.get(LIBRARY_VARIABLE)
    return Path(named).expanduser() if named else Path(platformdirs.user_data_dir("bowerbird", appauthor=False))


def absolute(text: str) -> Path:
    """A path as typed, from the root; links in it stay links."""
    return Path(os.path.abspath(Path(text).expanduser()))


def make_private(folder: Path) -> None:
    """Make a folder of the library if need be, for its user alone: it has mode 0700, and what is in it 0600.

    On Linux a default access list of the folder sees to that for every file from its first moment, whichever library
    makes it: the umask would be that of the whole process. Where there is no such list the folder's mode keeps others
    out. A library that an earlier version left open to others is closed to them.

    A folder on a full disk is taken as it is: it can be read, and whoever writes says that there is no room.

    Raises:
        EnvironmentFailure: it cannot be made, or not be written, or its path is too long.
    """
    if (length := len(os.fsencode(folder))) > _LONGEST_PATH:
        raise EnvironmentFailure(
            f"The path of the library folder is {length:,} bytes long, and may be {_LONGEST_PATH} at most. "
            "Choose another folder."
        )
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        with suppress(OSError):  # not ours, or on a disk without modes; whether it can be written is what counts
            _close_to_others(folder)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink(missing_ok=True)  # another command may be starting too
    except OSError as error:
        if fault_of(error) is Fault.FULL and folder.is_dir():
            return
        raise EnvironmentFailure(f"The library folder {folder} cannot be written: {error.strerror}.") from error


def _close_to_others(folder: Path) -> None:
    if os.name == "nt":  # the folder lies in the user's profile, which has access lists of its own
        return
    was_open = stat.S_IMODE(folder.stat().st_mode) & ~_FOLDER_MODE
    folder.chmod(_FOLDER_MODE)
    _keep_closed(folder)
    if was_open:
        for path in (path for pattern in _OURS for path in folder.glob(pattern)):
            _close_all(path)


def _close_all(path: Path) -> None:
    """Close a file to others, or a folder with all that is in it; not what a link leads to."""
    if path.is_symlink():
        return
    if not path.is_dir():
        path.chmod(_FILE_MODE)
        return
    path.chmod(_FOLDER_MODE)
    _keep_closed(path)
    for inside in path.iterdir():
        _close_all(inside)


def _keep_closed(folder: Path) -> None:
    if sys.platform == "linux":
        with suppress(OSError):  # a file system without access lists
            os.setxattr(folder, "system.posix_acl_default", _FOR_ITS_USER)


def keep_thumbnail(path: Path, jpeg: bytes) -> None:
    """Write a thumbnail. One that a power cut leaves damaged is made again, so nothing waits for the disk.

    Raises:
        OSError: it cannot be written; then there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.write_bytes(jpeg)
    except OSError:
        path.unlink(missing_ok=True)  # half a thumbnail is none
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of the library so that a crash or a power cut leaves the old one or the new one.

    One writer at a time.

    Raises:
        OSError: it cannot be written; the old one stays.
    """
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)  # one that a crash left may be open to others
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # else the name may reach the disk before the content
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)  # half a file takes room where there is none
        raise


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
    def window(self) -> Path:
        """The window's size, its place, and what was asked last."""
        return self.root / "window.json"

    @property
    def saved(self) -> Path:
        """Saved searches, and the last questions."""
        return self.root / "saved.toml"

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
    def notices(self) -> Path:
        """What the user was not told yet."""
        return self.root / "notices.json"

    @property
    def seal(self) -> Path:
        """How the last owner left the stores."""
        return self.root / "owner.seal"

    @property
    def lock(self) -> Path:
        return self.root / "owner.lock"

    def thumbnail(self, fingerprint: bytes) -> Path:
        """Where the thumbnail of the content with this fingerprint lies, made or not."""
        name = fingerprint.hex()
        return self.thumbnails / name[:2] / f"{name}.jpg"
