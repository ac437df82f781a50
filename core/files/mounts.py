"""Which volume (a mounted file system) each folder lies on, and when volumes come and go.

That a file is not found says little while the volume that it was found on is not there: a disk was unplugged, a share
is not connected, and what shows in its place is the folder that it was mounted on.
"""

from __future__ import annotations

import logging
import os
import re
import select
import socket
import sys
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_MOUNT_INFO = Path("/proc/self/mountinfo")
_DISKS_BY_UUID = Path("/dev/disk/by-uuid")
_LOOK_S = 5.0  # between two looks, where the system does not tell of changes
_CLOSE_S = 5.0  # a share that is gone can hold up whoever is being told for minutes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system where it is mounted."""

    mount_point: Path
    identity: str
    """Tells it from others that are mounted in the same place; empty where the system names none."""


Mounts = Mapping[Path, Volume]
"""What is mounted, by mount point."""


def current_mounts() -> Mounts:
    """What is mounted now; nothing if the system does not say."""
    try:
        volumes = _linux_volumes() if sys.platform == "linux" else _volumes()
    except OSError:
        log.warning("what is mounted is not known", exc_info=True)
        return {}
    return {volume.mount_point: volume for volume in volumes}  # of several in one place the last is seen


def _linux_volumes() -> list[Volume]:
    uuids = _disk_uuids()
    return [_linux_volume(line.split(b" "), uuids) for line in _MOUNT_INFO.read_bytes().splitlines()]


def _linux_volume(fields: list[bytes], uuids: Mapping[str, str]) -> Volume:
    """From a line of proc_pid_mountinfo(5). ``root`` is the folder of the file system that is mounted."""
    root, mount_point = (_unescaped(field) for field in fields[3:5])
    kind, source = (_unescaped(field) for field in fields[fields.index(b"-") + 1 :][:2])
    return Volume(Path(mount_point), f"{kind} {uuids.get(source, source)} {root}")


def _unescaped(field: bytes) -> str:
    return os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda match: bytes([int(match[1], 8)]), field))


def _disk_uuids() -> dict[str, str]:
    """By device: the next disk that is plugged in may get the same device."""
    with suppress(OSError):
        return {str(link.resolve()): link.name for link in _DISKS_BY_UUID.iterdir()}
    return {}


def _volumes() -> list[Volume]:
    """On Windows a volume's device number is its serial number; on macOS it is given anew with each mount."""
    import psutil

    return [
        Volume(Path(partition.mountpoint), _serial(partition.mountpoint) or partition.fstype)
        for partition in psutil.disk_partitions(all=True)
    ]


def mount_points() -> frozenset[Path]:
    """Where volumes are mounted, without asking any of them; none if the system does not say."""
    import psutil

    try:
        return frozenset(Path(partition.mountpoint) for partition in psutil.disk_partitions(all=True))
    except OSError:
        return frozenset()


def _serial(mount_point: str) -> str:
    if sys.platform != "win32":
        return ""
    with suppress(OSError):  # a drive without a disk in it
        return str(Path(mount_point).stat().st_dev)
    return ""


class FolderVolumes:
    """The volumes of the folders below a watched one, at one moment."""

    def __init__(self, folder: Path, mounts: Mounts) -> None:
        """``folder`` may be a link: mount points are what links lead to."""
        self._folder, self._target, self._mounts = folder, Path(os.path.realpath(folder)), mounts
        self._known: dict[Path, Volume] = {}

    def of(self, path: Path) -> Volume:
        """The volume that a file or folder below the watched one lies on."""
        parent = path.parent if path != self._folder else path
        volume = self._known.get(parent)
        if volume is None:
            volume = self._known[parent] = self._find(self._target / parent.relative_to(self._folder))
        return volume

    def _find(self, folder: Path) -> Volume:
        found = next((self._mounts[path] for path in (folder, *folder.parents) if path in self._mounts), None)
        return found or Volume(Path(folder.anchor), "")


def lies_on(folder: Path, mount_points: Collection[Path]) -> bool:
    """Whether a folder, or something in it, lies on what is mounted there."""
    target = Path(os.path.realpath(folder))
    return any(point == target or point in target.parents or target in point.parents for point in mount_points)


class MountWatcher:
    """Tells when volumes are mounted or unmounted."""

    def __init__(self, on_change: Callable[[Collection[Path]], None]) -> None:
        """``on_change`` takes the mount points, on a thread of this watcher's."""
        self._on_change = on_change
        self._alarm = _MountInfoAlarm() if sys.platform == "linux" and _MOUNT_INFO.exists() else _ClockAlarm()
        self._mounts = current_mounts()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="mounts", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Tell nothing any more."""
        if self._closed:
            return
        self._closed = True
        self._alarm.stop()
        self._thread.join(_CLOSE_S)
        self._alarm.close()

    def _run(self) -> None:
        while not self._closed:
            self._alarm.wait()
            try:
                self._compare()
            except Exception:  # without this thread no change would be noticed any more
                log.exception("watching mounts goes on")

    def _compare(self) -> None:
        before, self._mounts = self._mounts, current_mounts()
        changed = {volume.mount_point for volume in set(before.values()) ^ set(self._mounts.values())}
        if changed and not self._closed:
            self._on_change(changed)


class _MountInfoAlarm:
    """Linux: the list of mounts can be polled. What changes between two waits ends the second at once."""

    def __init__(self) -> None:
        self._file = _MOUNT_INFO.open("rb")
        self._stopped, self._stop = socket.socketpair()  # closed twice they close nobody else's descriptor
        self._poll = select.poll()
        self._poll.register(self._file, select.POLLPRI | select.POLLERR)
        self._poll.register(self._stopped, select.POLLIN)

    def wait(self) -> None:
        self._poll.poll()

    def stop(self) -> None:
        self._stop.send(b"x")

    def close(self) -> None:
        for end in (self._file, self._stopped, self._stop):
            end.close()


class _ClockAlarm:
    """Elsewhere: goes off every few seconds."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def wait(self) -> None:
        self._stopped.wait(_LOOK_S)

    def stop(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        """There is nothing to let go of."""
