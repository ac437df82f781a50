"""Models. A new one is an entry in ``resources/models/registry.toml``; a new family is a class, listed here."""

from __future__ import annotations

from collections.abc import Mapping

from bowerbird.core.models.families.clap import Clap
from bowerbird.core.models.families.dual import Dual
from bowerbird.core.models.families.gemma import Gemma
from bowerbird.core.models.families.ocr import Ocr
from bowerbird.core.models.families.perceiver import Perceiver
from bowerbird.core.models.families.photo import Lite0
from bowerbird.core.models.families.resnet import ResNet
from bowerbird.core.models.families.text import E5, Sentences
from bowerbird.core.models.families.whisper import Whisper
from bowerbird.core.models.runtime.base import Model

FAMILIES: Mapping[str, type[Model]] = {
    family.family: family for family in (Sentences, E5, Dual, Lite0, ResNet, Whisper, Clap, Perceiver, Gemma, Ocr)
}
"""By name, the classes that load models: an entry of the registry names its family."""
