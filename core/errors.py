"""What can go wrong, apart from our own mistakes (those stay ordinary exceptions and reach the log).

BowerbirdError          a sentence for the user, with what to do
  EnvironmentFailure    the machine, the library folder, the stores: exit code 1
    LibraryBusy         another process owns the library
    StoreDamaged        a catalog or vector store that cannot be read
    ModelUnavailable    a model's files are missing, wrong or will not load
  UsageError            what was asked makes no sense: exit code 2
  FileError             one file cannot be read: a line in the failures list
    FileVanished        it was gone before it was read
    DecoderTimeout      reading it took longer than allowed
    DecoderCrashed      reading it ended the decoder
  FileSkipped           no extractor reads this kind of file
"""

from __future__ import annotations


class BowerbirdError(Exception):
    """Base: ``str(error)`` is one sentence for the user."""


class EnvironmentFailure(BowerbirdError):
    """The machine or the library is not as it must be."""


class LibraryBusy(EnvironmentFailure):
    """Another process owns the library."""


class StoreDamaged(EnvironmentFailure):
    """A store on disk cannot be read."""


class ModelUnavailable(EnvironmentFailure):
    """A model's files are missing, wrong or will not load."""

    def __init__(self, what: str, remedy: str = "") -> None:
        """``remedy`` says what to do, which is of no use beside a button that does it."""
        super().__init__(what, remedy)
        self.what, self.remedy = what, remedy

    def __str__(self) -> str:
        """Both sentences."""
        return f"{self.what} {self.remedy}".strip()


class UsageError(BowerbirdError):
    """What was asked makes no sense."""


class FileError(BowerbirdError):
    """One file cannot be read; the sentence says why."""


class FileVanished(FileError):
    """The file was gone before it was read."""


class DecoderTimeout(FileError):
    """Reading took longer than allowed."""


class DecoderCrashed(FileError):
    """Reading ended the decoder."""


class FileSkipped(BowerbirdError):
    """No extractor reads this kind of file."""
