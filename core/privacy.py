"""Keeps the libraries that Bowerbird is built on from calling home.

Each reads its switch once, when it is first imported. So the switches are set when ``bowerbird.core`` is imported,
which every process of ours does before anything else; the processes they start inherit them.
"""

from __future__ import annotations

import os

SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime 1.32: reports to its maker; keeps an id and a database in the cache
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, transformers, sentence-transformers: names versions to the hub
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DO_NOT_TRACK": "1",  # and what their like agreed on
}
"""Variables of the environment, with the values that say no."""


def keep_quiet() -> None:
    """Set the switches for this process and those it starts, whatever they were."""
    os.environ.update(SWITCHES)
