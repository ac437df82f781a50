"""Exceptions that are shown to the user. Bugs stay ordinary exceptions and reach the log.

BowerbirdError          a sentence for the user, with what to do
  EnvironmentFailure    the machine, the library folder, the stores: exit code 1
    LibraryBusy         another process owns the library
    OwnerAway           that process is starting or ending, or has ended
    StoreFailure        a catalog or vector store that cannot be used now: waited for, and tried again
      StoreDamaged      one that has to be made anew
    ModelUnavailable    a model's files are missing, wrong or will not load
  UsageError            a query, option or setting that makes no sense: exit code 2
  FileError             one file cannot be read: a line in the failures list
    FileVanished        it was gone before it was read
    DiskSilent          its disk does not answer
    DecoderTimeout      reading it took longer than allowed
    DecoderCrashed      reading it ended the decoder
    DecoderOutOfMemory  reading it took more memory than allowed
  FileSkipped           no extractor reads this kind of file
"""

from __future__ import annotations


class BowerbirdError(Exception):
    """Base of all that the user is shown: ``str(error)`` is a sentence for them."""


class EnvironmentFailure(BowerbirdError):
    """The machine, the library folder or a store is not as it must be."""


class LibraryBusy(EnvironmentFailure):
    """Another process owns the library."""


class OwnerAway(EnvironmentFailure):
    """The process that owns the library does not answer yet, or no more."""


class StoreFailure(EnvironmentFailure):
    """The catalog or the vector store cannot be used now (``faults.py`` tells why). What is in it may be sound."""


class StoreDamaged(StoreFailure):
    """The catalog or the vector store has to be made anew."""


class ModelUnavailable(EnvironmentFailure):
    """A model's files are missing, wrong or will not load."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        """``problem`` and ``remedy`` are a sentence each; where a button does what ``remedy`` says, it is not shown."""
        super().__init__(problem, remedy)
        self.problem, self.remedy = problem, remedy

    def __str__(self) -> str:
        """Both sentences."""
        return f"{self.problem} {self.remedy}".strip()


class UsageError(BowerbirdError):
    """A query, option or setting makes no sense."""


class FileError(BowerbirdError):
    """One file cannot be read; the sentence says why."""


class FileVanished(FileError):
    """The file was gone before it was read."""


class DiskSilent(FileError):
    """The disk that the file is on does not answer, as a network folder does whose computer is gone."""


class DecoderTimeout(FileError):
    """Reading took longer than allowed."""


class DecoderCrashed(FileError):
    """Reading ended the decoder."""


class DecoderOutOfMemory(FileError):
    """Reading took more memory than allowed."""


class FileSkipped(BowerbirdError):
    """No extractor reads this kind of file."""


class FileAccompanies(FileSkipped):
    """A file is a sidecar of another, and found with it."""
