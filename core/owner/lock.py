"""One owner per library: whichever process holds the lock opens the stores."""

from __future__ import annotations

from filelock import FileLock, Timeout

from bowerbird.core.errors import EnvironmentFailure, LibraryBusy
from bowerbird.core.paths import LibraryPaths


class OwnerLock:
    """The lock of a library. The kernel frees it when its process ends, however that ends."""

    def __init__(self, paths: LibraryPaths) -> None:
        """Nothing is taken yet."""
        # The window closes its library in another thread than it opened it in.
        self._root, self._lock = paths.root, FileLock(paths.lock, thread_local=False)

    def take(self) -> None:
        """Become the owner.

        Raises:
            LibraryBusy: another process is.
            EnvironmentFailure: the lock's file cannot be opened, as one of another user.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise LibraryBusy(f"Another Bowerbird has {self._root} open.") from None
        except OSError as error:
            raise EnvironmentFailure(
                f"The library {self._root} cannot be opened: {self._lock.lock_file}: {error.strerror}. "
                "If it belongs to another user, choose another library."
            ) from error

    def release(self) -> None:
        """Leave the library to others. The lock's file stays: deleting it could give two processes a lock each."""
        self._lock.release()
