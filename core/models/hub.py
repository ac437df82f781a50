"""Fetches model files from the Hugging Face hub through its own client, which resumes and honours HF_ENDPOINT.

Files that are in the hub's cache on this computer already are taken from there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.catalogue import Entry

_ANSWER_S = 20.0


def fetch_from_hub(entry: Entry, into: Path, on_bytes: Callable[[int, int], None]) -> None:
    """Put a repository's files into a folder: those of the pinned revision, or of the newest.

    Raises:
        ModelUnavailable: the hub is out of reach, refuses, or has other files.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    with _sentences(entry):
        revision, sizes = _newest(entry) if not entry.revision else (entry.revision, {})
        wanted = {file.path: file.size or sizes.get(file.path, 0) for file in entry.files.values()}
        _require_room(entry, into, sum(wanted.values()))
        done = _Done(sum(wanted.values()), on_bytes)
        for path in wanted:
            _fetch(entry, path, revision, into, done)


def _newest(entry: Entry) -> tuple[str, dict[str, int]]:
    """The commit, and the sizes of its files."""
    from huggingface_hub import HfApi

    found = HfApi().model_info(entry.repo, timeout=_ANSWER_S, files_metadata=True)
    sizes = {one.rfilename: one.size or 0 for one in found.siblings or ()}
    return found.sha or "main", sizes


def _require_room(entry: Entry, into: Path, needed: int) -> None:
    if needed > (free := shutil.disk_usage(into).free):
        raise ModelUnavailable(
            f"{entry.title} was not fetched: it needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free."
        )


def _fetch(entry: Entry, path: str, revision: str, into: Path, done: _Done) -> None:
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    here = try_to_load_from_cache(entry.repo, path, revision=revision)
    if isinstance(here, str):
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(here, into / path)
        done.add((into / path).stat().st_size)
        return
    hf_hub_download(entry.repo, path, revision=revision, local_dir=into, tqdm_class=_counting(done))


class _Done:
    """Bytes that have come so far."""

    def __init__(self, whole: int, on_bytes: Callable[[int, int], None]) -> None:
        self._done, self._whole, self._tell = 0, whole, on_bytes

    def add(self, number: int) -> None:
        self._done += number
        self._tell(self._done, self._whole)


def _counting(done: _Done) -> type[Any]:
    """What the hub's client takes for its progress bar."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Counting(tqdm):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named | {"disable": True})  # type: ignore[no-untyped-call]
            done.add(named.get("initial") or 0)

        def update(self, n: float | None = 1) -> bool | None:
            done.add(int(n or 0))
            return None

    return Counting


@contextmanager
def _sentences(entry: Entry) -> Iterator[None]:
    """What the client raises, as one sentence."""
    from huggingface_hub import constants, errors

    where = constants.ENDPOINT
    http_error: type[Exception] = errors.HTTPError  # type: ignore[attr-defined]  # of whichever client it uses
    try:
        yield
    except (errors.RevisionNotFoundError, errors.RevisionResolutionError) as error:
        raise ModelUnavailable(f"{entry.repo} has no revision {entry.revision} on {where}.") from error
    except errors.GatedRepoError as error:
        raise ModelUnavailable(f"{entry.repo} asks for an account: accept its terms on {where}, and log in.") from error
    except errors.RepositoryNotFoundError as error:
        raise ModelUnavailable(f"There is no {entry.repo} on {where}.") from error
    except errors.LocalEntryNotFoundError as error:
        raise ModelUnavailable(_unreachable(where)) from error
    except errors.EntryNotFoundError as error:
        raise ModelUnavailable(f"{entry.repo} lacks a file that {entry.title} needs: {_first_line(error)}") from error
    except errors.HfHubHTTPError as error:
        raise ModelUnavailable(f"{where} refused: {_first_line(error)}. Try again later.") from error
    except (errors.FileMetadataError, ValueError) as error:
        raise ModelUnavailable(
            f"What answers at {where} is no model hub: a proxy or a login page may stand in between."
        ) from error
    except (http_error, ConnectionError, TimeoutError) as error:
        raise ModelUnavailable(_unreachable(where)) from error


def _unreachable(where: str) -> str:
    return f"{where} cannot be reached, or broke off. Is this computer online? What has come is kept; try again."


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
