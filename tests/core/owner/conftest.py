"""A library that an owner in this process answers for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.core.owner.client import RemoteLibrary
from bowerbird.core.owner.server import OwnerServer
from bowerbird.core.paths import LibraryPaths
from tests.core.owner.fakes import FakeLibrary


@pytest.fixture
def library() -> Iterator[FakeLibrary]:
    library = FakeLibrary()
    yield library
    library.release()


@pytest.fixture
def server(tmp_path: Path, library: FakeLibrary) -> Iterator[OwnerServer]:
    server = OwnerServer(LibraryPaths(tmp_path), library)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def remote(tmp_path: Path, server: OwnerServer) -> Iterator[RemoteLibrary]:
    remote = RemoteLibrary(tmp_path)
    yield remote
    remote.close()
