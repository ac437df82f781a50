"""What can run in a host's process instead of the models. Spawned processes import this file: it imports no tests."""

from __future__ import annotations

import logging
import os
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection

from bowerbird.core.inference.host import Reply, Setup


class _Outbox:
    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def put_nowait(self, record: logging.LogRecord) -> None:
        self._pipe.send(record)


def echo(pipe: Connection, setup: Setup, parent: int) -> None:
    """Answers each request with its first argument, and logs it; ends when it is to finish."""
    logging.getLogger().addHandler(QueueHandler(_Outbox(pipe)))  # type: ignore[arg-type]
    while (request := pipe.recv()) is not None:
        number, call, arguments = request
        logging.getLogger("bowerbird.test").warning("asked %s", call)
        pipe.send(Reply(number, arguments[0]))


def crash(pipe: Connection, setup: Setup, parent: int) -> None:
    """Ends at the first request for "listen", with nothing answered."""
    while pipe.recv()[1] != "listen":
        pass
    os._exit(3)


def leave(pipe: Connection, setup: Setup, parent: int) -> None:
    """Ends at the first request, as a host that has been idle for long may."""
    pipe.recv()
