"""Runs the tortures: ``packaging/torture [NAME...]``; exits with 1 if one of them did harm."""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from tests.torture import damage, endurance, full_disks, kills, mutations, operations, walls

_APART = "BOWERBIRD_TORTURE_APART"  # set in a process that may mount what it likes
_DATA = Path(os.environ.get("BOWERBIRD_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


def _operations(work: Path, scale: float, seed: int) -> tuple[object, bool]:
    verdict = operations.run(
        work / "files", work / "library", round(10_000 * scale), seed, may_mount=_APART in os.environ
    )
    return verdict, not sum(asdict(verdict).values()) - verdict.operations - verdict.files


def _mutations(work: Path, scale: float, seed: int) -> tuple[object, bool]:
    verdict = mutations.run(_DATA, work, round(2_000 * scale), seed)
    return verdict, not (verdict.hung or verdict.unexplained)


def _kills(work: Path, scale: float, seed: int) -> tuple[object, bool]:
    sources = [_DATA / name for name in ("documents", "photo_formats", "broken")]
    verdict = kills.run(sources, work, round(100 * scale), seed)
    harm = (verdict.differing, verdict.vectors_differing, verdict.astray, verdict.orphans, verdict.sockets)
    return verdict, not any(harm) and not verdict.forsaken


def _endurance(work: Path, scale: float, seed: int) -> tuple[object, bool]:
    sources = [_DATA / name for name in ("documents", "photo_formats", "broken")]
    verdict = endurance.run(sources, work, 3600 * scale, seed)
    return verdict, not (verdict.growing or verdict.mistakes)


def _walls(_work: Path, _scale: float, _seed: int) -> tuple[object, bool]:
    verdict = walls.run()
    return verdict, not verdict.succeeded


def _damage(work: Path, scale: float, seed: int) -> tuple[object, bool]:
    verdict = damage.run(work, round(20 * scale), seed)
    return verdict, not (verdict.lost or verdict.believed or verdict.refused or verdict.untold)


def _full_disks(work: Path, scale: float, seed: int) -> tuple[object, bool]:
    if _APART not in os.environ:
        return full_disks.Verdict(), True
    verdict = full_disks.run(work, round(20 * scale), seed)
    harm = (verdict.differing, verdict.vectors_differing, verdict.astray, verdict.rebuilt, verdict.stuck)
    return verdict, not any(harm) and verdict.filled > 0


TORTURES: Mapping[str, Callable[[Path, float, int], tuple[object, bool]]] = {
    "operations": _operations,
    "mutations": _mutations,
    "kills": _kills,
    "walls": _walls,
    "damage": _damage,
    "full_disks": _full_disks,
    "endurance": _endurance,
}


def _set_apart() -> None:
    """Begin again in a mount namespace of our own, where the kernel gives us one: so a drive can come and go."""
    unshare = ["unshare", "--mount"]
    if _APART in os.environ or sys.platform != "linux":
        return
    if subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode:
        print("Without the right to mount, no drive comes and goes, and no disk is full: root has it.")  # noqa: T201
        return
    command = [*unshare, sys.executable, "-m", "tests.torture", *sys.argv[1:]]
    os.execvpe(command[0], command, os.environ | {_APART: "1"})  # the same program again


def main() -> int:
    """Torture, and print the verdicts."""
    parser = argparse.ArgumentParser(prog="packaging/torture", description="Do to Bowerbird what the world does.")
    parser.add_argument("names", nargs="*", choices=[[], *TORTURES], default=list(TORTURES))
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        help="1: 10,000 operations, 2,000 damaged files, 100 kills, 20 full disks, 20 stores of each damage, an hour",
    )
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    _set_apart()
    logging.getLogger().addHandler(logging.NullHandler())  # what is done here on purpose is no news
    sound = True
    for name in asked.names:
        with tempfile.TemporaryDirectory(prefix="bowerbird-torture-") as work:
            started = time.monotonic()
            verdict, passed = TORTURES[name](Path(work), asked.scale, asked.seed)
        sound &= passed
        print(f"{name}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s")  # noqa: T201
        for key, value in asdict(verdict).items():  # type: ignore[call-overload]
            print(f"  {key}: {len(value) if isinstance(value, list) else value}")  # noqa: T201
            for line in value if isinstance(value, list) else ():
                print(f"    {line}")  # noqa: T201
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
