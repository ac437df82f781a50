"""Fetches model files from the Hugging Face hub through its own client, which honours HF_ENDPOINT and proxies.

Files that are in the hub's cache on this computer already are taken from there.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.models.registry.sources import hash_of, require_room, size_of

if TYPE_CHECKING:
    from huggingface_hub import HfFileMetadata

_ANSWER_S = 20.0
_CHUNK = 1 << 20  # bytes: how often progress is told, and cancelling heard
_SHA256 = re.compile("[0-9a-f]{64}")
REVISION = "REVISION"
"""In a model's folder, the file with the commit that it came from."""


def fetch_from_hub(entry: Entry, into: Path, on_bytes: Callable[[int, int], None]) -> None:
    """Put a repository's files into a folder: those of the pinned revision, or of the newest.

    Raises:
        ModelUnavailable: the hub is out of reach, refuses, or has other files.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    if _from_cache(entry, into):
        return
    with _sentences(entry):
        found = _found(entry, into)
        parts = {path: into / f"{path.replace('/', '-')}.{one.etag}.part" for path, one in found.items()}
        whole = sum(one.size or 0 for one in found.values())
        require_room(entry, into, whole - sum(size_of(part) for part in parts.values()))
        done = _Done(whole, on_bytes)
        for path, one in found.items():
            _fetch(one, parts[path], done)
            _require_right(entry, path, one, parts[path])
        for path, part in parts.items():
            (into / path).parent.mkdir(parents=True, exist_ok=True)
            part.replace(into / path)


def _from_cache(entry: Entry, into: Path) -> bool:
    """Copy the files out of the hub's own cache on this computer, if it has them all, of one commit."""
    from huggingface_hub import try_to_load_from_cache

    revision = entry.revision or _pinned(entry, into) or "main"
    paths = [file.path for file in entry.files.values()]
    found = {path: try_to_load_from_cache(entry.repo, path, revision=revision) for path in paths}
    here = {path: Path(one) for path, one in found.items() if isinstance(one, str)}
    if any(file.path not in here for file in entry.files.values() if not file.optional):
        return False
    for path, one in here.items():
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(one, into / path)
    (into / REVISION).write_text(_commit_of(next(iter(here.values()))), "utf-8")
    return True


def _commit_of(cached: Path) -> str:
    """The cache keeps a repository's files in "snapshots", in a folder named by their commit."""
    return next(below.name for below in (cached, *cached.parents) if below.parent.name == "snapshots")


def _endpoint() -> str:
    from huggingface_hub import constants

    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or constants.ENDPOINT


def _pinned(entry: Entry, into: Path) -> str:
    """The commit that was first fetched, or begun with; empty if none was."""
    records = (folder / REVISION for folder in (into, into.parent / entry.id))
    return next((record.read_text("utf-8") for record in records if record.is_file()), "")


def _found(entry: Entry, into: Path) -> dict[str, HfFileMetadata]:
    """What the hub has of the files, all of one commit: the pinned one, or the newest, which is pinned."""
    from huggingface_hub import errors

    revision, found = entry.revision or _pinned(entry, into) or "main", {}
    for file in entry.files.values():
        try:
            one = _metadata(entry, file.path, revision)
            if one.commit_hash != revision:  # the newest's: whatever comes after it, this one it is
                revision = str(one.commit_hash)
                one = _metadata(entry, file.path, revision)
        except errors.EntryNotFoundError:
            if not file.optional:
                raise
            continue
        found[file.path] = one
    (into / REVISION).write_text(revision, "utf-8")
    return found


def _metadata(entry: Entry, path: str, revision: str) -> HfFileMetadata:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(entry.repo, path, revision=revision, endpoint=_endpoint())
    found = get_hf_file_metadata(url, timeout=_ANSWER_S, endpoint=_endpoint())
    if not (found.etag and found.commit_hash):
        raise ValueError("whatever answers, it is no hub")
    return found


def _fetch(found: HfFileMetadata, part: Path, done: _Done) -> None:
    """One file. The client's own ``hf_hub_download`` begins anew in another process; this goes on where it was."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    constants.DOWNLOAD_CHUNK_SIZE = _CHUNK  # its own ten megabytes are half a minute on a slow line
    there = size_of(part)
    if there and there == found.size:
        done.add(there)
        return
    headers = build_hf_headers()
    if urlparse(found.location).netloc != urlparse(_endpoint()).netloc:
        headers.pop("authorization", None)  # the user's key is for the hub, not for where it keeps its files
    with part.open("ab") as file:
        http_get(
            found.location,
            file,
            resume_size=there,
            expected_size=found.size,
            headers=headers,
            tqdm_class=_counting(done),
        )


def _require_right(entry: Entry, path: str, found: HfFileMetadata, part: Path) -> None:
    """Of large files, the hub's etag is the SHA-256."""
    if _SHA256.fullmatch(found.etag or "") and hash_of(part) != found.etag:
        part.unlink()
        raise ModelUnavailable(
            f"{entry.title} was not fetched: {path} did not arrive as {_endpoint()} has it. Try again."
        )


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
    from huggingface_hub import errors

    http_error: type[Exception] = errors.HTTPError  # type: ignore[attr-defined]  # of whichever client it uses
    try:
        yield
    except (http_error, ConnectionError, TimeoutError, ValueError, errors.EntryNotFoundError) as error:
        raise ModelUnavailable(_sentence(entry, error)) from error
    except (errors.FileMetadataError, errors.RevisionResolutionError) as error:
        raise ModelUnavailable(_sentence(entry, error)) from error


def _sentence(entry: Entry, error: BaseException) -> str:
    from huggingface_hub import errors

    where = _endpoint()
    if isinstance(error, errors.LocalEntryNotFoundError) and error.__cause__ is not None:
        return _sentence(entry, error.__cause__)
    if isinstance(error, (errors.RevisionNotFoundError, errors.RevisionResolutionError)):
        return f"{entry.repo} has no revision {entry.revision} on {where}."
    if isinstance(error, errors.GatedRepoError):
        return f"{entry.repo} asks for an account: accept its terms on {where}, and log in."
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"There is no {entry.repo} on {where}."
    said = str(error).strip().partition("\n")[0]
    if isinstance(error, errors.EntryNotFoundError):
        return f"{entry.repo} lacks a file that {entry.title} needs: {said}"
    if isinstance(error, errors.HfHubHTTPError):
        return f"{where} refused: {said}. Try again later."
    if isinstance(error, (errors.FileMetadataError, ValueError)):
        return f"What answers at {where} is no model hub: a proxy or a login page may stand in between."
    return f"{where} cannot be reached, or broke off. Is this computer online? What has come is kept; try again."
