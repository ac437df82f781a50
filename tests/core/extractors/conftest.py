"""Where the shared sample files lie, for the tests that read many real ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample files: ``BOWERBIRD_TEST_DATA``, or ``../shared/data`` beside the repository."""
    named = os.environ.get("BOWERBIRD_TEST_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[4] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the sample files are not at {folder}; set BOWERBIRD_TEST_DATA to where they are")
    return folder
