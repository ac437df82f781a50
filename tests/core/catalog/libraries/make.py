"""Makes the library of one schema version, with the code of that time; README.md beside this file says how.

    python make.py FOLDER

indexes a few files in ``/media/ada/Archive`` until a recording has been read in part and a file waits to be read, and
leaves ``catalog.sqlite3`` and ``settings.toml`` in FOLDER. It uses only what the library could do in all of these
versions, and opens it as they did.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

ARCHIVE = Path("/media/ada/Archive")
RATE = 16_000
ENGLISH = "To bake an apple strudel, roll the dough until it is thin as paper."
GERMAN = "Der Leuchtturmwärter schrieb jeden Abend in sein Tagebuch, wie viele Schiffe vorbeigefahren waren."


def main(folder: Path) -> None:
    """Make the library in a folder of its own, and keep of it what a test needs."""
    from bowerbird.core.library import Library

    write_files(ARCHIVE)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        library = opened(Library, root)
        library.add_folder(ARCHIVE)
        library.start()
        eventually(lambda: {"indexed": 5 if reads_media(root) else 4, "failed": 1}.items() <= states(root).items())
        if reads_media(root):
            write_radio(ARCHIVE)
            eventually(lambda: rows(root, "SELECT 1 FROM contents WHERE next_s IS NOT NULL"))
        write_late(ARCHIVE)
        eventually(lambda: rows(root, "SELECT 1 FROM jobs WHERE CAST(path AS TEXT) LIKE '%late.txt'"))
        library.close()
        assert not reads_media(root) or rows(root, "SELECT 1 FROM contents WHERE next_s IS NOT NULL"), "read to its end"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.toml").write_bytes((root / "settings.toml").read_bytes())
        keep(root / "catalog.sqlite3", folder / "catalog.sqlite3")


def keep(catalog: Path, copy: Path) -> None:
    """A copy of a closed catalog in one small file."""
    copy.unlink(missing_ok=True)
    connection = sqlite3.connect(catalog, isolation_level=None)
    connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    connection = sqlite3.connect(copy, isolation_level=None)
    connection.execute("PRAGMA page_size = 512")
    connection.execute("VACUUM")
    connection.close()


def write_files(archive: Path) -> None:
    """Texts in two languages, one of them twice; a photo; a recording; a file nobody reads; an empty one."""
    archive.mkdir(parents=True)
    (archive / "strudel.txt").write_text(ENGLISH, "utf-8")
    (archive / "copy of strudel.txt").write_text(ENGLISH, "utf-8")
    (archive / "Leuchtturm.txt").write_text(GERMAN, "utf-8")
    (archive / "empty.txt").touch()
    (archive / "firmware.zzz").write_bytes(bytes(100))
    image = Image.new("RGB", (320, 240), "white")
    ImageDraw.Draw(image).ellipse((80, 40, 240, 200), fill="red")
    image.save(archive / "circle.png")
    write_wav(archive / "beep.wav", tone(2.0))


def write_radio(archive: Path) -> None:
    """A recording of three minutes, silent but for a tone every ninety seconds."""
    write_wav(archive / "radio.wav", np.tile(np.concatenate([silence(60.0), tone(4.0), silence(26.0)]), 2))


def write_late(archive: Path) -> None:
    """A text that takes a while to read."""
    (archive / "late.txt").write_text("The harbour crane unloads ships at night.\n\n" * 5000, "utf-8")


def write_wav(path: Path, samples: np.ndarray) -> None:
    """A recording of one channel."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def tone(seconds: float) -> np.ndarray:
    """A sine of 440 Hz, int16."""
    times = np.arange(round(seconds * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)


def silence(seconds: float) -> np.ndarray:
    """Nothing to hear, int16."""
    return np.zeros(round(seconds * RATE), np.int16)


def rows(root: Path, sql: str) -> list[tuple[object, ...]]:
    """What a query on the catalog gives."""
    connection = sqlite3.connect(root / "catalog.sqlite3", isolation_level=None, timeout=30)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def states(root: Path) -> dict[object, object]:
    """Files by state."""
    return dict(rows(root, "SELECT state, count(*) FROM files GROUP BY state"))  # type: ignore[arg-type]


def reads_media(root: Path) -> bool:
    """Whether recordings are read: from schema version 2 on."""
    return rows(root, "PRAGMA user_version")[0] > (1,)


def opened(library: type, root: Path) -> Any:
    """The library in a folder; since schema 4 opening makes it."""
    if isinstance(vars(library)["open"], classmethod):
        return library.open(root)
    made = library(root)
    made.open()
    return made


def eventually(is_so: Callable[[], object]) -> None:
    """Wait until something is so, for at most five minutes."""
    until = time.monotonic() + 300
    while not is_so():
        if time.monotonic() > until:
            raise SystemExit("not so within five minutes")
        time.sleep(0.01)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
