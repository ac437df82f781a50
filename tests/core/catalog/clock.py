"""A clock that the test sets, so that no test waits for a pause."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bowerbird.core.catalog import files, jobs


@dataclass
class Clock:
    """What the catalog takes for the time, in seconds since 1970."""

    now: float = 1_800_000_000.0

    @classmethod
    def of_the_catalog(cls, monkeypatch: pytest.MonkeyPatch) -> Clock:
        """Give the catalog this clock instead of the machine's."""
        clock = cls()
        for module in (files, jobs):
            monkeypatch.setattr(module, "time", clock)
        return clock

    def time(self) -> float:
        """As ``time.time``."""
        return self.now
