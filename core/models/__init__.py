"""Models. To add one: its entry in ``resources/models/catalogue.toml``; to add a family, one class, one line here."""

from __future__ import annotations

from collections.abc import Mapping

from bowerbird.core.models.base import Model
from bowerbird.core.models.clap import Clap
from bowerbird.core.models.dual import Dual
from bowerbird.core.models.gemma import Gemma
from bowerbird.core.models.perceiver import Perceiver
from bowerbird.core.models.photo import Lite0
from bowerbird.core.models.resnet import ResNet
from bowerbird.core.models.text import E5, Sentences
from bowerbird.core.models.whisper import Whisper

FAMILIES: Mapping[str, type[Model]] = {
    kind.family: kind for kind in (Sentences, E5, Dual, Lite0, ResNet, Whisper, Clap, Perceiver, Gemma)
}
