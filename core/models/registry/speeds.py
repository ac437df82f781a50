"""Remembers how long each model takes for one item on this computer, as last measured."""

from __future__ import annotations

import json
from pathlib import Path


class Speeds:
    """A small JSON file in the library's models folder."""

    def __init__(self, models: Path) -> None:
        """``models``: that folder."""
        self._record = models / "speeds.json"

    def of(self, name: str) -> float | None:
        """Milliseconds an item, by the model's id; None if never measured."""
        ms = self._read().get(name)
        return float(ms) if isinstance(ms, (int, float)) else None

    def keep(self, name: str, ms: float) -> None:
        """Record a measurement, in milliseconds an item."""
        self._record.parent.mkdir(parents=True, exist_ok=True)
        self._record.write_text(json.dumps({**self._read(), name: round(ms, 2)}), "utf-8")

    def _read(self) -> dict[str, object]:
        try:
            speeds = json.loads(self._record.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return speeds if isinstance(speeds, dict) else {}
