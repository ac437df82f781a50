"""What extractors load, and when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests import makers
from tests.media_makers import tone, wav

SCRIPT = """
import sys
from pathlib import Path
from bowerbird.core.extractors import load_libraries
from tests import makers
load_libraries()
loaded = set(sys.modules)
for path in sorted(Path(sys.argv[1]).iterdir()):
    assert makers.extract(path).segments, path
later = set(sys.modules) - loaded
print(*sorted(name for name in later if name.partition(".")[0] not in {*sys.stdlib_module_names, "bowerbird"}))
"""


def test_no_library_is_loaded_with_the_first_file(tmp_path: Path) -> None:
    """For what a child weighs is measured before: ``load_libraries`` must know all that is used."""
    for suffix in ("png", "webp", "tif", "avif"):
        makers.photo(tmp_path / f"photo.{suffix}")
    (tmp_path / "drawing.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    makers.docx(tmp_path / "letter.docx", "Dear Bird,")
    makers.pdf(tmp_path / "page.pdf", "A page.")
    (tmp_path / "odd.txt").write_bytes("Жизнь прожить, не поле перейти.".encode("koi8-r"))
    wav(tmp_path / "tone.wav", tone(1.0))
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    assert subprocess.check_output(command, cwd=Path(__file__).parents[3], text=True) == "\n"
