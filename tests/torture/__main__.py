"""Runs the tortures: ``packaging/torture [NAME...]``; exits with 1 if one of them did harm."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from tests.torture import endurance, kills, mutations, operations

_DATA = Path(os.environ.get("BOWERBIRD_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


def _operations(work: Path, scale: float, seed: int) -> tuple[object, bool]:
    verdict = operations.run(work / "files", work / "library", round(10_000 * scale), seed)
    return verdict, not (verdict.lost or verdict.invented or verdict.embedded_twice or verdict.stuck)


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


TORTURES: Mapping[str, Callable[[Path, float, int], tuple[object, bool]]] = {
    "operations": _operations,
    "mutations": _mutations,
    "kills": _kills,
    "endurance": _endurance,
}


def main() -> int:
    """Torture, and print the verdicts."""
    parser = argparse.ArgumentParser(prog="packaging/torture", description="Do to Bowerbird what the world does.")
    parser.add_argument("names", nargs="*", choices=[[], *TORTURES], default=list(TORTURES))
    parser.add_argument(
        "--scale", type=float, default=1.0, help="1 is 10,000 operations, 2,000 damaged files, 100 kills, an hour"
    )
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
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
