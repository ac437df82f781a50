"""Sends each call to the active models it concerns, texts by their language, and merges the answers."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np

from bowerbird.core.errors import BowerbirdError, ModelUnavailable
from bowerbird.core.inference.inputs import spans
from bowerbird.core.models.runtime import golden
from bowerbird.core.models.runtime.base import Reader, TextModel, Transcriber, TransformsQueries
from bowerbird.core.models.runtime.routes import language_of, routing_table
from bowerbird.core.models.runtime.verified import VerifiedModel
from bowerbird.core.types import SAMPLE_RATE, Encoded, Heard, Modality, PictureLine, Pixels, Samples, Vectors

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _QueryRoute:
    """A space that a typed sentence is compared in, and how its vector is made."""

    space: str
    model: str
    """The model whose space it is."""
    text_model: str
    """The model that encodes the sentence."""


class Dispatcher:
    """The active models, each loaded when first needed. One that fails leaves the others be. Safe from any thread."""

    def __init__(self, models: Sequence[VerifiedModel]) -> None:
        """Nothing is loaded yet."""
        self._models = {model.entry.id: model for model in models}
        self._entries = {model.entry.id: model.entry for model in models}

    def documents(
        self, modality: Modality, items: Sequence[Any], only: frozenset[str] | None, unsearched: frozenset[str]
    ) -> Encoded:
        """Vectors of items by space id, shape (items, dimension); zeros where a text is not in a model's language.

        Args:
            modality: what the items are.
            items: as the models of that modality take them, in any number.
            only: ids of the models to ask, if not all.
            unsearched: ids of spaces that are not searched yet; see ``_passages``.

        Raises:
            BowerbirdError: all the models that were asked failed.
        """

        def encode(name: str) -> Encoded:
            if modality is Modality.TEXT:
                return Encoded(self._passages(name, items, unsearched))
            return self._models[name].model(modality).encode(items)

        answers, problem = _collect(self._serving(modality, only) if items else (), encode)
        labels = next((answer.labels for answer in answers.values() if answer.labels), ())
        return Encoded(_merged(answer.vectors for answer in answers.values()), labels, problem)

    def _passages(self, name: str, texts: Sequence[str], unsearched: frozenset[str]) -> Mapping[str, Vectors]:
        """A text model's vectors of the passages that are routed to it, and zeros for the others.

        A searched space is filled as if the unsearched ones were not there: until those are complete, what is routed
        away to them would not be found.
        """
        spaces = {space.id: space for space in self._entries[name].spaces if space.modality is Modality.TEXT}
        ignored = frozenset[str]() if spaces.keys() <= unsearched else unsearched
        routes = routing_table(self._entries.values(), Modality.TEXT, ignored)
        routed = [number for number, text in enumerate(texts) if name in routes.of_passage(text)]
        vectors = {space.id: np.zeros((len(texts), space.dimension), np.float32) for space in spaces.values()}
        if routed:
            encoded = self._models[name].model(Modality.TEXT).encode([texts[number] for number in routed])
            for space, rows in encoded.vectors.items():
                vectors[space][routed] = rows
        return vectors

    def _serving(self, modality: Modality, only: frozenset[str] | None) -> list[str]:
        """Ids of the models with a space of a modality, or of those among them that are wanted."""
        return [
            entry.id
            for entry in self._entries.values()
            if any(space.modality is modality for space in entry.spaces) and (only is None or entry.id in only)
        ]

    def listen(self, samples: Samples, only: frozenset[str] | None) -> Heard:
        """What the sound models make of a window of sound, all of them over the same spans of about five seconds.

        Args:
            samples: at most 30 seconds, mono, 16,000 a second.
            only: ids of the models to ask, if not all.

        Raises:
            BowerbirdError: all the models that were asked failed.
        """
        parts = spans(len(samples) / SAMPLE_RATE)
        pieces = [samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] for start, end in parts]

        def hear(name: str) -> Heard:
            model = self._models[name].model(Modality.SOUND)
            if isinstance(model, Transcriber):
                return model.listen(samples, parts)
            return Heard((), parts, model.encode(pieces).vectors)

        answers, problem = _collect(self._serving(Modality.SOUND, only), hear)
        lines = next((answer.lines for answer in answers.values() if answer.lines), ())
        return Heard(lines, parts, _merged(answer.vectors for answer in answers.values()), problem)

    def read(self, picture: Pixels) -> tuple[PictureLine, ...]:
        """The lines of text in a picture, in reading order, as the active model that reads has them.

        Raises:
            BowerbirdError: there is none, or it failed.
        """
        name = next((entry.id for entry in self._entries.values() if entry.reader), None)
        if name is None:
            raise ModelUnavailable("No model reads text in pictures.")
        return cast("Reader", self._models[name].model(Modality.IMAGE)).read(picture)

    def languages(self, texts: Sequence[str]) -> list[str]:
        """The code of each text's language (core/languages.py), or empty where it is not sure."""
        return [language_of(text) for text in texts]

    def query(self, text: str, spaces: frozenset[str] | None) -> Encoded:
        """Vectors of a typed sentence by space id, shape (1, dimension), in the spaces that are asked in its language.

        ``spaces``: ids of those asked for, if not all.

        Raises:
            BowerbirdError: all the text models that were asked failed.
        """
        routes = self._query_routes(text, spaces)
        text_models = dict.fromkeys(route.text_model for route in routes)
        sentences, problem = _collect(text_models, lambda name: self._sentence(name, text))
        vectors = _merged(
            self._transformed(route, sentences[route.text_model]) for route in routes if route.text_model in sentences
        )
        asked = vectors if spaces is None else {space: rows for space, rows in vectors.items() if space in spaces}
        return Encoded(asked, problem=problem)

    def _query_routes(self, text: str, spaces: frozenset[str] | None) -> list[_QueryRoute]:
        every = {space.id for entry in self._entries.values() for space in entry.spaces}
        ignored = every - spaces if spaces is not None else frozenset[str]()
        routed = {
            modality: routing_table(self._entries.values(), modality, ignored).of_query(text) for modality in Modality
        }
        return [
            _QueryRoute(space.id, entry.id, text_model)
            for entry in self._entries.values()
            for space in entry.spaces
            if space.id not in ignored and (text_model := entry.text_models.get(space.id)) in routed[space.modality]
        ]

    def _sentence(self, name: str, text: str) -> Vectors:
        return cast("TextModel", self._models[name].model(Modality.TEXT)).encode_query(text)

    def _transformed(self, route: _QueryRoute, sentence: Vectors) -> Mapping[str, Vectors]:
        family = self._models[route.model].family
        if issubclass(family, TransformsQueries):
            return family.transform_query(route.space, sentence)
        return {route.space: sentence}

    def check(self, name: str) -> tuple[str, float]:
        """What runs the model of this id and how well it agrees, in words, and its milliseconds an item.

        Raises:
            ModelUnavailable: it cannot be loaded, or computes wrongly.
        """
        verified = self._models[name]
        agreement = verified.agreement()
        model = verified.model(verified.family.modality)
        return f"{model.runtime}, agreement with the golden vectors {agreement:.5f}", golden.milliseconds(model)


def as_sentence(error: Exception) -> BowerbirdError:
    """A failure that can be shown to the user. What is no ``BowerbirdError`` is our own mistake: it is logged whole."""
    if isinstance(error, BowerbirdError):
        return error
    log.error("a model failed", exc_info=error)
    return ModelUnavailable(f"A model failed ({type(error).__name__}); the log has the details.")


def _collect(names: Iterable[str], ask: Callable[[str], T]) -> tuple[Mapping[str, T], str]:
    """The answers of those models that have one, by id, and the failures of the others in sentences, or empty.

    Raises:
        BowerbirdError: all of them failed; the first failure.
    """
    answers: dict[str, T] = {}
    failures: list[BowerbirdError] = []
    for name in names:
        try:
            answers[name] = ask(name)
        except Exception as error:  # whatever its libraries raise, the other models go on  # noqa: BLE001
            failures.append(as_sentence(error))
    if failures and not answers:
        raise failures[0]
    return answers, " ".join(dict.fromkeys(map(str, failures)))


def _merged(vectors: Iterable[Mapping[str, Vectors]]) -> Mapping[str, Vectors]:
    return {space: rows for mapping in vectors for space, rows in mapping.items()}
