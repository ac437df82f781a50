"""Remembers how long each model takes for one item on this computer, as last measured."""

from __future__ import annotations

from pathlib import Path

from bowerbird.core.models.registry.record import JsonRecord


class Speeds:
    """Kept in the library's models folder."""

    def __init__(self, models: Path) -> None:
        """``models``: that folder."""
        self._record = JsonRecord(models / "speeds.json")

    def of(self, name: str) -> float | None:
        """Milliseconds an item, by the model's id; None if never measured."""
        ms = self._record.read().get(name)
        return float(ms) if isinstance(ms, (int, float)) else None

    def keep(self, name: str, ms: float) -> None:
        """Record a measurement, in milliseconds an item."""
        self._record.add({name: round(ms, 2)})
