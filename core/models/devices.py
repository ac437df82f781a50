"""Which GPU there is, told without importing torch wherever possible."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

DEVICE_VARIABLE = "BOWERBIRD_DEVICE"
"""Set to ``cpu``, no GPU is looked for."""
_DRIVERS: Mapping[str, Sequence[str]] = {
    "cuda": ("/dev/nvidiactl", "/dev/dxg", "C:/Windows/System32/nvcuda.dll"),
    "hip": ("/dev/kfd", "/dev/dxg", "C:/Windows/System32/amdhip64.dll", "C:/Windows/System32/amdhip64_6.dll"),
    "xpu": ("/dev/dri/renderD128", "/dev/dxg", "C:/Windows/System32/ze_loader.dll"),
}
"""What each sort of GPU has where it can be used, by what torch calls the sort."""


def accelerator() -> str:
    """The GPU that torch would use (cuda, xpu, mps), or empty. Imports torch only where a driver suggests one."""
    if not maybe_gpu():
        return ""
    try:
        import torch

        found = torch.accelerator.current_accelerator(check_available=True)
    except (ImportError, OSError, RuntimeError, AttributeError):
        return ""
    return found.type if found is not None else ""


def device_name(device: str) -> str:
    """A device of torch as people call it: "NVIDIA H100 (CUDA)"."""
    import torch

    if device == "cuda":
        return f"{torch.cuda.get_device_name()} ({'ROCm' if torch.version.hip else 'CUDA'})"
    if device == "xpu":
        return f"{torch.xpu.get_device_name()} (XPU)"
    return {"cpu": "the CPU", "mps": "Apple's GPU (MPS)"}.get(device, device)


def maybe_gpu() -> bool:
    """Whether there is a driver for the sort of GPU that this torch was built for. Does not import it."""
    if os.environ.get(DEVICE_VARIABLE) == "cpu":
        return False
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return any(Path(driver).exists() for sort in _torch_is_for() for driver in _DRIVERS[sort])


@cache
def _torch_is_for() -> list[str]:
    """What torch's own version.py says, read as text."""
    found = find_spec("torch")
    places = [Path(place) / "version.py" for place in (found and found.submodule_search_locations) or ()]
    says = "".join(place.read_text("utf-8") for place in places if place.is_file())
    return [sort for sort in _DRIVERS if re.search(rf"^{sort}\b[^=]*= *['\"]", says, re.MULTILINE)]
