"""Detects the GPU, without importing torch wherever possible."""

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
"""Environment variable: if it is ``cpu``, no GPU is looked for."""
_DRIVERS: Mapping[str, Sequence[str]] = {
    "cuda": ("/dev/nvidiactl", "/dev/dxg", "C:/Windows/System32/nvcuda.dll"),
    "hip": ("/dev/kfd", "/dev/dxg", "C:/Windows/System32/amdhip64.dll", "C:/Windows/System32/amdhip64_6.dll"),
    "xpu": ("/dev/dri/renderD128", "/dev/dxg", "C:/Windows/System32/ze_loader.dll"),
}
"""By torch's name of a platform, the driver's files: one of them is there where such a GPU can be used."""


def accelerator() -> str:
    """The GPU that torch would use (cuda, xpu, mps), or empty. Imports torch only where a driver suggests one."""
    if not maybe_gpu():
        return ""
    try:
        import torch

        device = torch.accelerator.current_accelerator(check_available=True)
    except (ImportError, OSError, RuntimeError, AttributeError):
        return ""
    return device.type if device is not None else ""


def device_name(device: str) -> str:
    """A device of torch, as ``accelerator`` names it, in words for people: "NVIDIA H100 (CUDA)"."""
    import torch

    if device == "cuda":
        return f"{torch.cuda.get_device_name()} ({'ROCm' if torch.version.hip else 'CUDA'})"
    if device == "xpu":
        return f"{torch.xpu.get_device_name()} (XPU)"
    return {"cpu": "the CPU", "mps": "Apple's GPU (MPS)"}.get(device, device)


def maybe_gpu() -> bool:
    """Whether there is a driver for the platform that the installed torch was built for. Does not import torch."""
    if os.environ.get(DEVICE_VARIABLE) == "cpu":
        return False
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return any(Path(driver).exists() for name in _torch_platforms() for driver in _DRIVERS[name])


@cache
def _torch_platforms() -> list[str]:
    """The platforms that torch was built for, from its version.py, read as text."""
    spec = find_spec("torch")
    files = [Path(folder) / "version.py" for folder in (spec and spec.submodule_search_locations) or ()]
    text = "".join(file.read_text("utf-8") for file in files if file.is_file())
    return [name for name in _DRIVERS if re.search(rf"^{name}\b[^=]*= *['\"]", text, re.MULTILINE)]
