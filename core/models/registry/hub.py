"""Fetches model files from the Hugging Face hub through its own client, which honours HF_ENDPOINT and proxies.

Files that the hub's cache on this computer has already are copied from there.
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

_TIMEOUT_S = 20.0
_CHUNK = 1 << 20  # bytes between two progress reports, at which a download can be cancelled
_SHA256 = re.compile("[0-9a-f]{64}")
REVISION = "REVISION"
"""Name of the file in a model's folder that records the commit its files are of."""


def fetch_from_hub(entry: Entry, into: Path, on_bytes: Callable[[int, int], None]) -> None:
    """Put a repository's files into a folder: those of the pinned revision, or else of the newest.

    Args:
        entry: A model with a ``repo``.
        into: An existing folder. Partial files that an interrupted fetch left there are resumed.
        on_bytes: Called with the bytes that have arrived and those in all.

    Raises:
        ModelUnavailable: the hub cannot be reached, refuses, or lacks a required file; or there is no room.
    """
    if _copy_from_cache(entry, into):
        return
    with _as_model_unavailable(entry):
        metadata = _metadata_of_all(entry, into)
        parts = {path: into / f"{path.replace('/', '-')}.{file.etag}.part" for path, file in metadata.items()}
        whole = sum(file.size or 0 for file in metadata.values())
        require_room(entry, into, whole - sum(size_of(part) for part in parts.values()))
        progress = _Progress(whole, on_bytes)
        for path, file in metadata.items():
            _download(file, parts[path], progress)
            _verify(entry, path, file, parts[path])
        for path, part in parts.items():
            (into / path).parent.mkdir(parents=True, exist_ok=True)
            part.replace(into / path)


def _copy_from_cache(entry: Entry, into: Path) -> bool:
    """Copy the files from the hub's cache on this computer; False if it lacks a required one of that commit."""
    from huggingface_hub import try_to_load_from_cache

    revision = entry.revision or _recorded_revision(entry, into) or "main"
    paths = [file.path for file in entry.files.values()]
    cached = {path: try_to_load_from_cache(entry.repo, path, revision=revision) for path in paths}
    present = {path: Path(file) for path, file in cached.items() if isinstance(file, str)}
    if any(file.path not in present for file in entry.files.values() if not file.optional):
        return False
    for path, file in present.items():
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, into / path)
    (into / REVISION).write_text(_commit_of(next(iter(present.values()))), "utf-8")
    return True


def _commit_of(cached: Path) -> str:
    """The cache keeps a repository's files under "snapshots", in a folder named by their commit."""
    return next(folder.name for folder in (cached, *cached.parents) if folder.parent.name == "snapshots")


def _endpoint() -> str:
    from huggingface_hub import constants

    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or constants.ENDPOINT


def _recorded_revision(entry: Entry, into: Path) -> str:
    """The commit of the installed model, or of the draft that is resumed; empty if there is none."""
    records = (folder / REVISION for folder in (into, into.parent / entry.id))
    return next((record.read_text("utf-8") for record in records if record.is_file()), "")


def _metadata_of_all(entry: Entry, into: Path) -> dict[str, HfFileMetadata]:
    """The hub's metadata of a model's files by path, all of one commit, which is recorded in the folder ``into``."""
    from huggingface_hub import errors

    revision, metadata = entry.revision or _recorded_revision(entry, into) or "main", {}
    for model_file in entry.files.values():
        try:
            file = _metadata(entry, model_file.path, revision)
            if file.commit_hash != revision:  # "main" is resolved once: a newer commit may be pushed meanwhile
                revision = str(file.commit_hash)
                file = _metadata(entry, model_file.path, revision)
        except errors.EntryNotFoundError:
            if not model_file.optional:
                raise
            continue
        metadata[model_file.path] = file
    (into / REVISION).write_text(revision, "utf-8")
    return metadata


def _metadata(entry: Entry, path: str, revision: str) -> HfFileMetadata:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    url = hf_hub_url(entry.repo, path, revision=revision, endpoint=_endpoint())
    file = get_hf_file_metadata(url, timeout=_TIMEOUT_S, endpoint=_endpoint())
    if not (file.etag and file.commit_hash):
        raise ValueError("whatever answers, it is no hub")
    return file


def _download(file: HfFileMetadata, part: Path, progress: _Progress) -> None:
    """One file. The client's own ``hf_hub_download`` starts over in another process; this resumes ``part``."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    constants.DOWNLOAD_CHUNK_SIZE = _CHUNK  # its own 10 MB take half a minute on a slow line
    size = size_of(part)
    if size and size == file.size:
        progress.add(size)
        return
    headers = build_hf_headers()
    if urlparse(file.location).netloc != urlparse(_endpoint()).netloc:
        headers.pop("authorization", None)  # the user's token is for the hub, not for where it stores its files
    with part.open("ab") as target:
        http_get(
            file.location,
            target,
            resume_size=size,
            expected_size=file.size,
            headers=headers,
            tqdm_class=_progress_bar(progress),
        )


def _verify(entry: Entry, path: str, file: HfFileMetadata, part: Path) -> None:
    """Of large files, the hub's etag is the SHA-256."""
    if _SHA256.fullmatch(file.etag or "") and hash_of(part) != file.etag:
        part.unlink()
        raise ModelUnavailable(
            f"{entry.title} was not fetched: {path} did not arrive as {_endpoint()} has it. Try again."
        )


class _Progress:
    """Counts the bytes that have arrived, over all files."""

    def __init__(self, whole: int, on_bytes: Callable[[int, int], None]) -> None:
        self._bytes, self._whole, self._on_bytes = 0, whole, on_bytes

    def add(self, number: int) -> None:
        self._bytes += number
        self._on_bytes(self._bytes, self._whole)


def _progress_bar(progress: _Progress) -> type[Any]:
    """A class that the hub's client takes for its progress bar."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Counting(tqdm):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options | {"disable": True})  # type: ignore[no-untyped-call]
            progress.add(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> bool | None:
            progress.add(int(n or 0))
            return None

    return Counting


@contextmanager
def _as_model_unavailable(entry: Entry) -> Iterator[None]:
    """Turns what the client raises into ``ModelUnavailable`` with one sentence for the user."""
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

    endpoint = _endpoint()
    if isinstance(error, errors.LocalEntryNotFoundError) and error.__cause__ is not None:
        return _sentence(entry, error.__cause__)
    if isinstance(error, (errors.RevisionNotFoundError, errors.RevisionResolutionError)):
        return f"{entry.repo} has no revision {entry.revision} on {endpoint}."
    if isinstance(error, errors.GatedRepoError):
        return f"{entry.repo} asks for an account: accept its terms on {endpoint}, and log in."
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"There is no {entry.repo} on {endpoint}."
    reason = str(error).strip().partition("\n")[0]
    if isinstance(error, errors.EntryNotFoundError):
        return f"{entry.repo} lacks a file that {entry.title} needs: {reason}"
    if isinstance(error, errors.HfHubHTTPError):
        return f"{endpoint} refused: {reason}. Try again later."
    if isinstance(error, (errors.FileMetadataError, ValueError)):
        return f"What answers at {endpoint} is no model hub: a proxy or a login page may stand in between."
    return f"{endpoint} cannot be reached, or broke off. Is this computer online? What has come is kept; try again."
