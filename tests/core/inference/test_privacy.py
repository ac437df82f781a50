from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_HOST = """
import time
from bowerbird.core.inference import host
host._settle_in()
import onnxruntime
time.sleep(1.0)  # its reports are sent from a thread of its own
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere its files lie elsewhere")
def test_the_runtime_of_a_host_reports_to_nobody(tmp_path: Path) -> None:
    """ONNX Runtime's telemetry begins with an identity and a database in the user's cache."""
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", _HOST], env=environment, check=True, timeout=60)
    assert not list(tmp_path.rglob("*"))
