"""Models. To add one: its entry in ``resources/models/catalogue.toml``, one class, one line in ``MODELS``."""

from __future__ import annotations

from bowerbird.core.models.base import Model
from bowerbird.core.models.clap import Clap
from bowerbird.core.models.perceiver import Perceiver
from bowerbird.core.models.photo import Lite0
from bowerbird.core.models.text import E5, MiniLm
from bowerbird.core.models.whisper import Whisper

MODELS: tuple[type[Model], ...] = (MiniLm, E5, Lite0, Whisper, Clap, Perceiver)
