"""How long models take for an item on this computer, as last measured."""

from __future__ import annotations

import json
from pathlib import Path


class Speeds:
    """Kept in the library's models folder."""

    def __init__(self, models: Path) -> None:
        """``models`` is that folder."""
        self._record = models / "speeds.json"

    def of(self, name: str) -> float | None:
        """A model's milliseconds an item, if they were ever measured."""
        found = self._read().get(name)
        return float(found) if isinstance(found, (int, float)) else None

    def keep(self, name: str, ms: float) -> None:
        """Remember what was measured."""
        self._record.parent.mkdir(parents=True, exist_ok=True)
        self._record.write_text(json.dumps({**self._read(), name: round(ms, 2)}), "utf-8")

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self._record.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
