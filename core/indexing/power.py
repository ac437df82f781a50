"""Whether indexing should wait, because the computer runs on its battery or is busy with something else."""

from __future__ import annotations

import time
from contextlib import suppress

from bowerbird.core.settings import Settings

_LOOK_S = 5.0
_BUSY = 0.3
"""Share of all cores that other programs take, above which the computer counts as busy."""


class Power:
    """Says whether to wait, by the user's rules. Looks at the machine at most every five seconds."""

    def __init__(self, settings: Settings) -> None:
        """Wait as these settings say."""
        self._settings = settings
        self._why, self._looked = "", 0.0
        self._load = Load()
        self.ignore_rules = False
        """Whether somebody waits for the end of indexing, so that the battery is no reason to stop."""

    def use(self, settings: Settings) -> None:
        """Wait as these say from now on."""
        self._settings, self._looked = settings, 0.0

    def why(self) -> str:
        """Why indexing waits, to be read after "waiting"; empty if it need not."""
        if self.ignore_rules:
            return ""
        now = time.monotonic()
        if now - self._looked > _LOOK_S:
            self._looked, self._why = now, self._look()
        return self._why

    def _look(self) -> str:
        if self._settings.pause_on_battery and on_battery():
            return "on battery"
        if self._settings.only_when_idle and self._load.of_others() > _BUSY:
            return "while the computer is busy"
        return ""


class Load:
    """The share of the processor that other programs than this and its children took since the last call."""

    def __init__(self) -> None:
        """The first look says nothing yet."""
        self._before: tuple[float, float, float] | None = None

    def of_others(self) -> float:
        """A share of all cores' time, 0…1."""
        whole, idle, ours = _times()
        before, self._before = self._before, (whole, idle, ours)
        if before is None or whole <= before[0]:
            return 0.0
        passed = whole - before[0]
        busy = passed - (idle - before[1])
        # Children that ended meanwhile take their time with them: no less than nothing is theirs.
        return min(1.0, max(0.0, (busy - max(0.0, ours - before[2])) / passed))


def _times() -> tuple[float, float, float]:
    """Seconds of all cores: in all, idle, and ours."""
    import psutil

    cpu = psutil.cpu_times()
    ours = 0.0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        with suppress(psutil.Error):
            spent = process.cpu_times()
            ours += spent.user + spent.system
    return sum(cpu[:8]), cpu.idle + getattr(cpu, "iowait", 0.0), ours


def on_battery() -> bool:
    """True on battery; False on mains, and where nobody can tell."""
    import psutil

    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is not None and battery.power_plugged is False
