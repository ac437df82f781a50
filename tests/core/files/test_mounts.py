"""What is mounted where, and the whole library with disks that come and go."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bowerbird.core.files import mounts
from bowerbird.core.files.mounts import FolderVolumes, MountWatcher, Volume, current_mounts, lies_on
from tests.namespaces import namespaces

_PROJECT = Path(__file__).parents[3]
_MOUNT_INFO = rb"""27 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw
63 27 8:17 / /media/ada/My\040disk rw,nosuid shared:5 master:2 - vfat /dev/sdb1 rw
64 27 0:40 /@photos /home/ada/Photos rw - btrfs /dev/sdc1 rw
65 64 0:41 / /home/ada/Photos rw - tmpfs none rw
"""


def test_what_the_kernel_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mountinfo").write_bytes(_MOUNT_INFO)
    monkeypatch.setattr(mounts, "_MOUNT_INFO", tmp_path / "mountinfo")
    monkeypatch.setattr(mounts, "_disk_uuids", lambda: {"/dev/sdb1": "1234-ABCD"})
    monkeypatch.setattr(mounts.sys, "platform", "linux")
    assert [(str(volume.mount_point), volume.identity) for volume in current_mounts().values()] == [
        ("/", "ext4 /dev/sda2 /"),
        ("/media/ada/My disk", "vfat 1234-ABCD /"),
        ("/home/ada/Photos", "tmpfs none /"),  # mounted over what was there
    ]


def test_what_is_mounted_here_is_listed_by_either_way() -> None:
    listed = current_mounts()
    assert Path("/") in listed
    assert {volume.mount_point for volume in mounts._volumes()} >= {Path("/")}


def test_when_the_system_says_nothing_all_lies_on_one_volume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "_MOUNT_INFO", tmp_path / "none")
    monkeypatch.setattr(mounts.sys, "platform", "linux")
    volumes = FolderVolumes(tmp_path, current_mounts())
    assert volumes.of(tmp_path / "a") == volumes.of(tmp_path / "b/c") == Volume(Path(tmp_path.anchor), "")


def test_a_file_lies_on_the_innermost_volume_even_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real/inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    outer, inner = Volume(tmp_path, "outer"), Volume(tmp_path / "real/inner", "inner")
    volumes = FolderVolumes(tmp_path / "link", {volume.mount_point: volume for volume in (outer, inner)})
    assert volumes.of(tmp_path / "link/inner/deep/a.txt") == volumes.of(tmp_path / "link/inner/a.txt") == inner
    assert volumes.of(tmp_path / "link/inner two/a.txt") == volumes.of(tmp_path / "link") == outer


def test_which_folders_a_mount_concerns(tmp_path: Path) -> None:
    folder = tmp_path / "link"
    (tmp_path / "real").mkdir()
    folder.symlink_to(tmp_path / "real")
    assert lies_on(folder, [tmp_path]) and lies_on(folder, [tmp_path / "real"])
    assert lies_on(folder, [tmp_path / "elsewhere", tmp_path / "real/a"])
    assert not lies_on(folder, [tmp_path / "real two"]) and not lies_on(folder, [])


def test_a_watcher_of_mounts_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    for platform in ("linux", "elsewhere"):
        monkeypatch.setattr(mounts.sys, "platform", platform)
        watcher = MountWatcher(lambda mount_points: None)
        watcher.close()
        assert not watcher._thread.is_alive()


def test_disks_that_come_and_go(tmp_path: Path) -> None:
    command = [*namespaces("mount"), sys.executable, "-m", "tests.core.files.mounted", str(tmp_path)]
    subprocess.run(command, check=True, cwd=_PROJECT, timeout=300)
