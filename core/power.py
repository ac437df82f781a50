"""Whether the computer runs on its battery."""

from __future__ import annotations


def on_battery() -> bool:
    """True on battery; False on mains, and where nobody can tell."""
    import psutil

    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return battery is not None and battery.power_plugged is False
