"""A model hub on loopback that speaks what the hub's real client asks: repositories, revisions, etags, ranges."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REVISION = "0123456789abcdef0123456789abcdef01234567"
_BLOCK = 1 << 16


@dataclass
class Hub:
    """Its repositories, by name; its faults; and a record of the requests."""

    repositories: dict[str, Path]
    status: int = 0
    """Answer everything with this."""
    html: bool = False
    """Answer everything with a page, as a login page of a hotel does."""
    break_after: int = 0
    """Close the connection after so many bytes of a file, once."""
    pause_s: float = 0.0
    """Between two blocks of a file."""
    url: str = ""
    ranges: list[str] = field(default_factory=list)
    """The values of all ``Range`` headers."""
    paths: list[str] = field(default_factory=list)
    """The paths of all requests."""
    contents: list[str] = field(default_factory=list)
    """Names of the files whose contents were requested, by GET."""
    spoil: bool = False
    """Send other bytes than the etag is of."""


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve on a free port of loopback."""

    class Handler(_Handler):
        hub_state = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub_state: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        hub = self.hub_state
        hub.paths.append(self.path.partition("?")[0])
        if hub.status:
            self._send(hub.status, b"", "text/plain")
        elif hub.html:
            self._send(200, b"<html>Please log in.</html>" if body else b"", "text/html")
        elif match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/(\w+)/(.+)", self.path):
            self._send_file(match[1], match[2], match[3], body=body)
        else:
            self._send(404, b"", "text/plain")

    def _folder(self, repo: str, revision: str) -> Path | None:
        folder = self.hub_state.repositories.get(repo)
        if folder is None:
            self._send(404, b"", "text/plain", {"X-Error-Code": "RepoNotFound"})
        elif revision not in ("main", REVISION):
            self._send(404, b"", "text/plain", {"X-Error-Code": "RevisionNotFound"})
            return None
        return folder

    def _send_file(self, repo: str, revision: str, name: str, *, body: bool) -> None:
        folder = self._folder(repo, revision)
        if folder is None:
            return
        if not (folder / name).is_file():
            self._send(404, b"", "text/plain", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": REVISION})
            return
        whole = (folder / name).read_bytes()
        self.hub_state.contents += [name] * body
        headers = {"ETag": f'"{sha256(whole).hexdigest()}"', "X-Repo-Commit": REVISION, "Accept-Ranges": "bytes"}
        whole = bytes(len(whole)) if self.hub_state.spoil else whole
        requested = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if requested and body:
            self.hub_state.ranges.append(requested[0])
            start, end = int(requested[1]), int(requested[2] or len(whole) - 1)
            headers["Content-Range"] = f"bytes {start}-{end}/{len(whole)}"
            self._send(206, whole[start : end + 1], "application/octet-stream", headers)
        else:
            self._send(200, whole if body else b"", "application/octet-stream", headers, length=len(whole))

    def _send(
        self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None, length: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": kind}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        for start in range(0, len(body), _BLOCK):
            if self.hub_state.break_after and start >= self.hub_state.break_after:
                self.hub_state.break_after = 0
                self.connection.close()
                self.close_connection = True
                return
            self.wfile.write(body[start : start + _BLOCK])
            time.sleep(self.hub_state.pause_s)
