"""The vector store: Milvus, a collection for each space, the catalog's segment ids. Filled from the catalog if lost."""

from __future__ import annotations

import logging
import os
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bowerbird.core.errors import StoreFailure
from bowerbird.core.faults import Fault, failure, failure_of
from bowerbird.core.types import Kind, Vectors
from bowerbird.core.vectors.file import NAME, StoreFile

if TYPE_CHECKING:
    from pymilvus import MilvusClient

_KIND_CODES = {kind: number for number, kind in enumerate(Kind, 1)}
_ROWS_AT_ONCE = 256  # about 1 MB of 1280-d floats a call; larger calls measured no faster
_ITERATE = 10_000
# Our server is our child on a local socket, and hangs up on a client that pings it every ten seconds.
_NO_PINGS = {"grpc.keepalive_time_ms": 2**31 - 1, "grpc.keepalive_permit_without_calls": False}
# What Milvus Lite 2.5 says of damaged rows in a file of which SQLite finds the structure sound.
_UNPARSABLE = "failed to parse insert data"
_CALL_S = 15.0  # a server that died would else be asked again for minutes


class VectorStore:
    """Searches normalised vectors by inner product, exactly (FLAT).

    Whatever it refuses is a ``StoreFailure``, which says nothing about the file: the server has the same words for a
    lock, an I/O error and damage. ``file`` tells. Reads may come from any thread; writes from the indexer thread alone.
    """

    def __init__(self, path: Path) -> None:
        """Name the database file; ``open`` starts it."""
        self._path = path
        self.file = StoreFile(path)
        """What the server keeps its rows in; to be checked or deleted only while the store is closed."""
        self._client: MilvusClient | None = None
        self._known: set[str] = set()
        self._started = False
        self.starts = 0
        """How often it was started: who was refused sees whether it was started again since."""

    def open(self) -> None:
        """Start the store.

        Raises:
            StoreDamaged: its rows cannot be understood.
            StoreFailure: it does not start.
        """
        self.starts += 1
        self._started = True
        try:
            with self._failures():
                self._client = _client(self._path)
                self._known = set(self._client.list_collections(timeout=_CALL_S))
                for name in self._known:
                    self._client.load_collection(name, timeout=_CALL_S)
        except BaseException:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether it was started and not closed since. Its server may have ended meanwhile."""
        return self._client is not None

    def close(self) -> None:
        """Stop the store and its server process."""
        client, self._client = self._client, None
        if client:
            with suppress(Exception):  # a store that died must not keep its owner from closing
                client.close()
        if self._started:  # also one that never answered: it would be taken for the next one's server
            self._started = False
            from milvus_lite.server_manager import server_manager_instance

            with suppress(OSError):  # its files, which it deletes, may be out of reach
                server_manager_instance.release_server(str(self._path))

    def ensure(self, space_id: str, dimension: int) -> None:
        """Make the collection of a space if there is none."""
        if not self._has(space_id):
            name = collection_of(space_id)
            with self._connected() as client:
                _create(client, name, dimension)
            self._known.add(name)

    def drop(self, space_id: str) -> None:
        """Drop the collection of a space."""
        if self._has(space_id):
            name = collection_of(space_id)
            with self._connected() as client:
                client.drop_collection(name, timeout=_CALL_S)
            self._known.discard(name)

    def upsert(self, space_id: str, segment_ids: Sequence[int], vectors: Vectors, kinds: Sequence[Kind]) -> None:
        """Store rows, in place of any with the same ids. ``vectors`` has shape (n, dimension), normalised.

        Raises:
            StoreFailure: not all of them were stored.
        """
        name = collection_of(space_id)
        for start in range(0, len(segment_ids), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            rows = [
                {"id": number, "kind": _KIND_CODES[kind], "vector": vector}
                for number, kind, vector in zip(segment_ids[part], kinds[part], vectors[part], strict=True)
            ]
            with self._connected() as client:
                client.upsert(name, rows, timeout=_CALL_S)
            self.file.confirm(name, segment_ids[part][-1])

    def delete(self, segment_ids: Sequence[int], space_id: str = "") -> None:
        """Delete these segments from a space, or from every one; unknown ids are no error."""
        names = self._known & {collection_of(space_id)} if space_id else self._known
        for name in names if segment_ids else ():
            with self._connected() as client:
                client.delete(name, ids=list(segment_ids), timeout=_CALL_S)

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
            StoreFailure: the store refuses.
        """
        if not self._has(space_id):
            return [[] for _ in vectors]
        name = collection_of(space_id)
        codes = [_KIND_CODES[kind] for kind in kinds]
        only, rows = f"kind in {codes}" if codes else "", list(np.ascontiguousarray(vectors))
        with self._connected() as client:
            hits = client.search(name, data=rows, limit=top_k, filter=only, timeout=_CALL_S)
        return [[(int(row["id"]), float(row["distance"])) for row in rows] for rows in hits]

    def ids(self, space_id: str) -> set[int]:
        """Every segment id that a space holds, to compare with the catalog.

        Raises:
            StoreFailure: the store refuses.
        """
        if not self._has(space_id):
            return set()
        name = collection_of(space_id)
        segment_ids = set[int]()
        with self._connected() as client:
            rows = client.query_iterator(name, batch_size=_ITERATE, output_fields=["id"], timeout=_CALL_S)
            while batch := rows.next():
                segment_ids.update(int(row["id"]) for row in batch)
        return segment_ids

    def _has(self, space_id: str) -> bool:
        """Whether there is a collection of this space; an error where nothing is known of any."""
        with self._connected():
            return collection_of(space_id) in self._known

    @contextmanager
    def _connected(self) -> Iterator[MilvusClient]:
        """The client, for one call."""
        client = self._client
        if client is None:
            raise StoreFailure(f"{NAME} is not open.")
        try:
            with self._failures():
                yield client
        except ValueError as error:  # gRPC's word for a connection that another thread has closed just now
            if client is self._client:
                raise
            raise StoreFailure(f"{NAME} is being started again.") from error

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """What Milvus, its connection or its files refuse becomes a ``StoreFailure``, but for mistakes of ours."""
        import grpc
        from pymilvus.exceptions import DataNotMatchException, MilvusException, ParamError

        try:
            yield
        except (DataNotMatchException, ParamError):
            raise
        except (MilvusException, grpc.RpcError) as error:
            if _UNPARSABLE in str(error):
                raise failure(Fault.DAMAGED, NAME, "a row of it is no row") from error
            raise self.file.refusal() from error
        except OSError as error:
            raise failure_of(error, NAME) or error from error


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
