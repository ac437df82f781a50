"""Programs in namespaces of their own (Linux): what they mount, or send, concerns nobody else."""

from __future__ import annotations

import os
import subprocess

import pytest


def namespaces(*kinds: str) -> list[str]:
    """The beginning of a command line that gives a program namespaces: ``net``, ``mount``.

    Skips the test where the kernel lets nobody have them. CI must not skip.
    """
    everybody = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *(f"--{kind}" for kind in kinds), *everybody]
    try:
        subprocess.run([*command, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no namespaces here: {error}")
    return command
