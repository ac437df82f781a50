"""What ``bowerbird doctor`` says of decoders, from real ones."""

from __future__ import annotations

import sys

import pytest

from bowerbird.core.decoding import pool as pool_module
from bowerbird.core.decoding import sandbox
from bowerbird.core.decoding.child import Serve
from bowerbird.core.decoding.pool import ExtractPool
from bowerbird.core.doctor import decoder_check
from bowerbird.core.state import Check
from tests.core.decoding import misbehaving


def check(serve: Serve) -> Check:
    pool = ExtractPool(1, serve=serve)
    try:
        return decoder_check(pool)
    finally:
        pool.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these walls")
def test_decoders_are_behind_their_walls() -> None:
    assert check(misbehaving.serve) == Check("Decoders", True, "behind all their walls")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these walls")
def test_a_missing_wall_is_told() -> None:
    from tests.core.decoding.attempts import WALLS

    assert check(WALLS["no Landlock"].serve) == Check("Decoders", False, sandbox.NO_LANDLOCK)


def test_decoders_that_do_not_start_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_PAUSES_S", (0.01,))
    verdict = check(misbehaving.serve_never)
    assert not verdict.ok and "do not start" in verdict.detail
