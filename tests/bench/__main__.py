"""Runs measurements: ``packaging/bench [NAME...]``."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from tests.bench import (
    crash,
    families,
    gpu,
    indexing,
    media_memory,
    media_speed,
    ocr,
    report,
    retrieval,
    soak,
    sound,
    speech,
    text_models,
    throughput,
    video,
    window,
    words,
)

TABLES = {
    "retrieval": retrieval.measure,
    "text-models": text_models.measure,
    "families": families.measure,
    "gpu": gpu.measure,
    "throughput": throughput.measure,
    "indexing": indexing.measure,
    "speech": speech.measure,
    "ocr": ocr.measure,
    "sound": sound.measure,
    "video": video.measure,
    "media-speed": media_speed.measure,
    "media-memory": media_memory.measure,
    "window": window.measure,
    "words": words.measure,
    "crash": crash.measure,
    "soak": soak.measure,
}
_EVERYWHERE = [name for name in TABLES if name != "gpu"]
_HERE = Path(__file__).parents[2]


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="packaging/bench", description="Measure Bowerbird.")
    parser.add_argument("names", nargs="*", choices=[[], *TABLES], default=_EVERYWHERE)
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("BOWERBIRD_TEST_DATA", _HERE.parent / "shared/data"))
    )
    parser.add_argument("--json", type=Path, default=_HERE / "build/bench.json")
    asked = parser.parse_args()
    if not (asked.data / "README.md").exists():
        parser.error(f"there is no test data at {asked.data}; name it with --data")
    found: list[report.Figure] = []
    with tempfile.TemporaryDirectory(prefix="bowerbird-bench-") as work:
        for name in asked.names or _EVERYWHERE:
            table = TABLES[name](asked.data, Path(work) / name)
            print(f"\n{name}")
            report.show(table)
            found += table
    report.keep(found, asked.json)
    print(f"\nkept as {asked.json}")


if __name__ == "__main__":
    main()
