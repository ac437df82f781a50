"""A file as extractors read it: by a descriptor that is open already, so that a decoder needs to open nothing."""

from __future__ import annotations

import errno
import io
import os
import stat
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cached_property
from pathlib import Path, PurePath
from typing import BinaryIO

from bowerbird.core.errors import DiskSilent, EnvironmentFailure, FileError, FileVanished

# Not blocking: opening a pipe would wait for its writer for ever.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"))
_BUFFER = 1 << 17  # bytes
_SHORTAGE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
TOO_LARGE = "What is packed in this file is larger than Bowerbird unpacks (the limit is {} MB)."
SILENT = "The disk of this file does not answer. Check that it is connected, then try again."


class Source:
    """An open file and its name. Used in a ``with`` statement, it is closed at the end."""

    def __init__(self, name: str, descriptor: int) -> None:
        """Take over ``descriptor``, which is open for reading. ``name`` has no folders in it."""
        self.name = name
        self.suffix = PurePath(name).suffix.lower()
        self._file = io.FileIO(descriptor)

    @classmethod
    def at(cls, path: Path) -> Source:
        """Open an ordinary file, or what a link to one leads to.

        Raises:
            FileVanished: there is none.
            FileError: it cannot be opened, or is a pipe, a device or a folder.
            EnvironmentFailure: this computer has no memory or descriptors left.
        """
        try:
            source = cls(path.name, os.open(path, _FLAGS))
        except (FileNotFoundError, NotADirectoryError):
            raise FileVanished("The file is gone.") from None
        except PermissionError:
            raise FileError("You have no permission to read this file.") from None
        except IsADirectoryError:
            raise FileError("This is not an ordinary file.") from None
        except OSError as error:
            if error.errno in _SHORTAGE:
                raise EnvironmentFailure(f"Files cannot be opened: {error.strerror}. Close some programs.") from None
            raise FileError(f"The file cannot be opened ({error.strerror}).") from None
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            source.close()
            raise FileError("This is not an ordinary file.")
        return source

    @classmethod
    def within(cls, seconds: float, path: Path) -> Source:
        """As ``at``, for a disk that may never answer: opening a file cannot be given a deadline otherwise.

        Raises:
            DiskSilent: it did not answer within so many seconds.
        """
        opening: Future[Source] = Future()
        threading.Thread(target=_open, args=(opening, path), name="open", daemon=True).start()
        try:
            return opening.result(seconds)
        except TimeoutError:
            opening.add_done_callback(lambda late: None if late.exception() else late.result().close())
            raise DiskSilent(SILENT) from None

    @property
    def size(self) -> int:
        """Bytes in the file, now."""
        return os.fstat(self.fileno()).st_size

    def open(self) -> BinaryIO:
        """A reader at the beginning of the file. Each has a position of its own; closing it leaves the file open.

        Reading raises ``FileError`` where the disk fails.
        """
        return io.BufferedReader(_Reader(self._file, self.name), _BUFFER)

    def read(self, size: int = -1) -> bytes:
        """The first ``size`` bytes, or all of them."""
        with self.open() as file:
            return file.read(size)

    def fileno(self) -> int:
        """The descriptor."""
        return self._file.fileno()

    def close(self) -> None:
        """Close the file, under all its readers."""
        self._file.close()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _open(opening: Future[Source], path: Path) -> None:
    try:
        opening.set_result(Source.at(path))
    except BaseException as error:  # noqa: BLE001 # it is the asker's
        opening.set_exception(error)


class _Reader(io.RawIOBase):
    """Reads an open file from a position of its own."""

    def __init__(self, file: io.FileIO, name: str) -> None:
        self._file, self._position = file, 0
        self.name = name  # FFmpeg tells some formats by it

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._file.seek(self._position)
        self._position = self._file.seek(offset, whence)
        return self._position

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer is 3.12's
        try:
            self._file.seek(self._position)
            count = self._file.readinto(buffer) or 0
        except OSError as error:
            raise FileError(f"The disk cannot read this file: {error.strerror}.") from error
        self._position += count
        return count


class MemorySource(Source):
    """What was found within a file, such as an attachment, as a file of its own."""

    def __init__(self, name: str, data: bytes) -> None:
        """``name`` has no folders in it."""
        self.name, self.suffix = name, PurePath(name).suffix.lower()
        self._data = data

    @property
    def size(self) -> int:
        """Bytes in it."""
        return len(self._data)

    def open(self) -> BinaryIO:
        """A reader at the beginning."""
        return io.BytesIO(self._data)

    def close(self) -> None:
        """There is nothing to close."""


class PackedSource(Source):
    """What a packed file holds, unpacked as it is read. Belongs to the source it is made of."""

    def __init__(self, outer: Source, name: str, unpack: Callable[[BinaryIO], BinaryIO], most: int) -> None:
        """``unpack`` makes a reader of what a reader of the packed file gives; ``most`` bytes of it are read."""
        self.name, self.suffix = name, PurePath(name).suffix.lower()
        self._outer, self._unpack, self._most = outer, unpack, most

    @cached_property
    def size(self) -> int:
        """Bytes in it."""
        with self.open() as file:
            return sum(len(block) for block in iter(lambda: file.read(_BUFFER), b""))

    def open(self) -> BinaryIO:
        """A reader at the beginning. Reading raises ``FileError`` beyond the most bytes."""
        return io.BufferedReader(_Bounded(self._unpack(self._outer.open()), self._most), _BUFFER)

    def close(self) -> None:
        """There is nothing to close."""


class _Bounded(io.RawIOBase):
    """Reads what was packed, up to some size: a small file may unpack to any."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._most = file, most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        if whence == os.SEEK_SET and offset > self._most:
            raise FileError(TOO_LARGE.format(self._most >> 20))
        return self._file.seek(offset, whence)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # typeshed's Buffer is 3.12's
        data = self._file.read(len(buffer))
        if self._file.tell() > self._most:
            raise FileError(TOO_LARGE.format(self._most >> 20))
        buffer[: len(data)] = data
        return len(data)
