"""The vector store: Milvus, a collection for each space, the catalog's segment ids. Filled from the catalog if lost."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bowerbird.core.errors import StoreDamaged
from bowerbird.core.types import Kind, Vectors

if TYPE_CHECKING:
    from pymilvus import MilvusClient

_KIND_CODES = {kind: number for number, kind in enumerate(Kind, 1)}
_ROWS_AT_ONCE = 256  # about 1 MB of 1280-d floats a call; larger calls measured no faster
_ITERATE = 10_000
# Our server is our child on a local socket, and hangs up on a client that pings it every ten seconds.
_NO_PINGS = {"grpc.keepalive_time_ms": 2**31 - 1, "grpc.keepalive_permit_without_calls": False}
_CALL_S = 15.0  # a server that died would else be asked again for minutes


class VectorStore:
    """Searches normalised vectors by inner product, exactly (FLAT). Whatever it refuses is a ``StoreDamaged``.

    Reads may come from any thread; writes from the indexer thread alone.
    """

    def __init__(self, path: Path) -> None:
        """Name the database file; ``open`` starts it."""
        self._path = path
        self._client: MilvusClient | None = None
        self._known: set[str] = set()

    def open(self) -> None:
        """Start the store.

        Raises:
            StoreDamaged: the file cannot be opened; ``discard`` it and fill the store again.
        """
        try:
            with _refusals():
                self._client = _client(self._path)
                self._known = set(self._client.list_collections(timeout=_CALL_S))
                for name in self._known:
                    self._client.load_collection(name, timeout=_CALL_S)
        except StoreDamaged:
            self.close()
            raise

    def close(self) -> None:
        """Stop the store and its server process."""
        if self._client is None:
            return
        from milvus_lite.server_manager import server_manager_instance

        with suppress(Exception):  # a store that died must not keep its owner from closing
            self._client.close()
        server_manager_instance.release_server(str(self._path))
        self._client = None

    def discard(self) -> None:
        """Delete the store's files."""
        self.close()
        for leftover in self._path.parent.glob(f"*{self._path.name}*"):
            leftover.unlink(missing_ok=True)

    def free_bytes(self) -> int:
        """Room left on the disk that the store lies on."""
        return shutil.disk_usage(self._path.parent).free

    def exists(self) -> bool:
        """Whether there is a database file."""
        return self._path.exists()

    def ensure(self, space_id: str, dimension: int) -> None:
        """Make the collection of a space if there is none."""
        name = collection_of(space_id)
        if name not in self._known:
            with _refusals():
                _create(self._ready, name, dimension)
            self._known.add(name)

    def drop(self, space_id: str) -> None:
        """Drop the collection of a space."""
        if (name := collection_of(space_id)) in self._known:
            with _refusals():
                self._ready.drop_collection(name, timeout=_CALL_S)
            self._known.discard(name)

    def upsert(self, space_id: str, segment_ids: Sequence[int], vectors: Vectors, kinds: Sequence[Kind]) -> None:
        """Store rows, in place of any with the same ids. ``vectors`` has shape (n, dimension), normalised."""
        for start in range(0, len(segment_ids), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            rows = [
                {"id": number, "kind": _KIND_CODES[kind], "vector": vector}
                for number, kind, vector in zip(segment_ids[part], kinds[part], vectors[part], strict=True)
            ]
            with _refusals():
                self._ready.upsert(collection_of(space_id), rows, timeout=_CALL_S)

    def delete(self, segment_ids: Sequence[int]) -> None:
        """Delete these segments from every space; unknown ids are no error."""
        for name in self._known if segment_ids else ():
            with _refusals():
                self._ready.delete(name, ids=list(segment_ids), timeout=_CALL_S)

    def compact(self) -> None:
        """Rewrite the file without what was deleted from it, of which it would keep the bytes.

        Milvus Lite 2.5 keeps its rows in SQLite, and has no compaction of its own. Where the file is something else
        (Milvus Lite 3, a server), compacting is left to whoever keeps it.

        Raises:
            StoreDamaged: the file cannot be rewritten now.
        """
        if not self._path.is_file():
            return
        try:
            with closing(sqlite3.connect(self._path, timeout=_CALL_S)) as file:
                file.execute("VACUUM")
        except sqlite3.Error as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
                return
            raise StoreDamaged(f"The vector store refused: {error}.") from error

    def search(
        self, space_id: str, vectors: Vectors, top_k: int, kinds: Iterable[Kind] = ()
    ) -> list[list[tuple[int, float]]]:
        """The nearest segments to each query vector, exactly.

        Args:
            space_id: the space to search; none of its rows where it has no collection.
            vectors: shape (queries, dimension), normalised.
            top_k: most segments for a query, up to Milvus' limit of 16,384.
            kinds: of which the segments' files may be; all if empty.

        Returns:
            For each query (segment id, cosine), best first.

        Raises:
            StoreDamaged: the store refuses.
        """
        name = collection_of(space_id)
        if name not in self._known:
            return [[] for _ in vectors]
        codes = [_KIND_CODES[kind] for kind in kinds]
        only, rows = f"kind in {codes}" if codes else "", list(np.ascontiguousarray(vectors))
        with _refusals():
            hits = self._ready.search(name, data=rows, limit=top_k, filter=only, timeout=_CALL_S)
        return [[(int(row["id"]), float(row["distance"])) for row in rows] for rows in hits]

    def ids(self, space_id: str) -> set[int]:
        """Every segment id that a space holds, to compare with the catalog.

        Raises:
            StoreDamaged: the store refuses.
        """
        name = collection_of(space_id)
        if name not in self._known:
            return set()
        segment_ids = set[int]()
        with _refusals():
            rows = self._ready.query_iterator(name, batch_size=_ITERATE, output_fields=["id"], timeout=_CALL_S)
            while batch := rows.next():
                segment_ids.update(int(row["id"]) for row in batch)
        return segment_ids

    @property
    def _ready(self) -> MilvusClient:
        if self._client is None:
            raise StoreDamaged("The vector store is not open.")
        return self._client


@contextmanager
def _refusals() -> Iterator[None]:
    """Whatever Milvus, its connection or its files refuse becomes ``StoreDamaged``."""
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except (MilvusException, grpc.RpcError, RuntimeError, OSError, ValueError) as error:
        raise StoreDamaged(f"The vector store refused: {error}.") from error


def collection_of(space_id: str) -> str:
    """The collection's name: Milvus takes letters, digits and underscores only."""
    return "s_" + re.sub(r"\W", "_", space_id)


def _client(path: Path) -> MilvusClient:
    logging.getLogger("pymilvus").setLevel(logging.ERROR)  # it warns of every query that this server is the small one
    os.environ.setdefault("GLOG_minloglevel", "3")  # else the server leaves log files in the temporary folder
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # milvus-lite 2.5.1 imports pkg_resources, which says that it is old
        from pymilvus import MilvusClient

        return MilvusClient(str(path), grpc_options=_NO_PINGS)


def _create(client: MilvusClient, name: str, dimension: int) -> None:
    from pymilvus import DataType, MilvusClient

    schema: Any = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("kind", DataType.INT8)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    index = client.prepare_index_params()
    index.add_index("vector", index_type="FLAT", metric_type="IP")
    client.create_collection(name, schema=schema)
    client.create_index(name, index, sync=False)  # an empty one is there at once; pymilvus would wait for half a second
    client.load_collection(name, timeout=_CALL_S)
