"""Which models a call goes to, and how their answers are merged. The models are fakes; the language detector is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import pytest

from bowerbird.core.errors import ModelUnavailable
from bowerbird.core.inference.dispatch import Dispatcher
from bowerbird.core.models.registry.entries import Entry
from bowerbird.core.types import SAMPLE_RATE, Encoded, Heard, Label, Line, Modality, Samples, Space, Vectors

_ENGLISH, _GERMAN = "The cat sleeps on the sofa in the sun.", "Die Katze schläft in der Sonne auf dem Sofa."
_DIMENSION = 2


class _Model:
    """Gives every item the same vector, and remembers what it was asked."""

    family: ClassVar[str] = "fake"
    modality: ClassVar[Modality] = Modality.IMAGE
    runtime = "a fake"

    def __init__(self, spaces: Sequence[str], value: float = 1.0) -> None:
        self.spaces, self.value = spaces, value
        self.encoded: list[Sequence[Any]] = []
        self.queries: list[str] = []

    def encode(self, items: Sequence[Any]) -> Encoded:
        self.encoded.append(items)
        rows = np.full((len(items), _DIMENSION), self.value, np.float32)
        return Encoded(dict.fromkeys(self.spaces, rows), self.labels(items))

    def labels(self, items: Sequence[Any]) -> tuple[tuple[Label, ...], ...]:
        return ()

    def encode_query(self, text: str) -> Vectors:
        self.queries.append(text)
        return np.full((1, _DIMENSION), self.value, np.float32)


class _Labelling(_Model):
    def labels(self, items: Sequence[Any]) -> tuple[tuple[Label, ...], ...]:
        return tuple((Label("cat", 0.9),) for _ in items)

    @staticmethod
    def transform_query(space: str, sentence: Vectors) -> Mapping[str, Vectors]:
        """Sentences that reach a space by name are compared by example, too."""
        return {space: -sentence} | ({"by-example": 2 * sentence} if space == "by-name" else {})


class _Transcribing(_Model):
    modality = Modality.SOUND

    def listen(self, samples: Samples, spans: Sequence[tuple[float, float]]) -> Heard:
        vectors = np.full((len(spans), _DIMENSION), self.value, np.float32)
        return Heard((Line(0.0, 1.0, "hello"),), tuple(spans), dict.fromkeys(self.spaces, vectors))


class _Verified:
    """In the place of ``VerifiedModel``: loads at once, or never."""

    def __init__(self, entry: Entry, model: _Model, failure: Exception | None = None) -> None:
        self.entry, self.family, self._model, self._failure = entry, type(model), model, failure

    def model(self, modality: Modality) -> _Model:
        if self._failure is not None:
            raise self._failure
        return self._model


def _space(name: str, modality: Modality, *, takes_text: bool) -> Space:
    return Space(name, _DIMENSION, modality, takes_text, background=(0.0, 1.0), example_background=(0.0, 1.0))


def _verified(
    model: _Model,
    modality: Modality,
    *,
    name: str = "",
    text_model: str = "",
    languages: Sequence[str] = (),
    failure: Exception | None = None,
) -> _Verified:
    name = name or model.spaces[0]
    spaces = tuple(_space(space, modality, takes_text=bool(text_model)) for space in model.spaces)
    text_models = {space.id: text_model for space in spaces if text_model}
    entry = Entry(name, "fake", name, "", "", {}, spaces, text_models, frozenset(languages))
    return _Verified(entry, model, failure)


def _dispatcher(*models: _Verified) -> Dispatcher:
    return Dispatcher(models)  # type: ignore[arg-type]


def _text(name: str, languages: Sequence[str] = (), failure: Exception | None = None) -> tuple[_Model, _Verified]:
    """A text model whose only space has its name."""
    model = _Model([name])
    return model, _verified(model, Modality.TEXT, text_model=name, languages=languages, failure=failure)


def _filled(vectors: Mapping[str, Vectors]) -> dict[str, list[bool]]:
    return {space: [bool(row.any()) for row in rows] for space, rows in vectors.items()}


# Documents


def test_items_go_to_the_models_of_their_modality() -> None:
    photo, sound = _Labelling(["photo"]), _Model(["sound"])
    dispatcher = _dispatcher(_verified(photo, Modality.IMAGE), _verified(sound, Modality.SOUND))
    encoded = dispatcher.documents(Modality.IMAGE, ["a", "b"], None, frozenset())
    assert {space: rows.shape for space, rows in encoded.vectors.items()} == {"photo": (2, _DIMENSION)}
    assert not sound.encoded


def test_answers_are_merged_and_labels_kept() -> None:
    plain, labelling = _Model(["plain"]), _Labelling(["one", "two"])
    dispatcher = _dispatcher(_verified(plain, Modality.IMAGE), _verified(labelling, Modality.IMAGE))
    encoded = dispatcher.documents(Modality.IMAGE, ["a"], None, frozenset())
    assert set(encoded.vectors) == {"plain", "one", "two"}
    assert encoded.labels == ((Label("cat", 0.9),),)
    assert encoded.problem == ""


@pytest.mark.parametrize(("only", "asked"), [(None, {"one", "two"}), ({"two"}, {"two"}), (set(), set())])
def test_only_the_wanted_models_are_asked(only: set[str] | None, asked: set[str]) -> None:
    dispatcher = _dispatcher(*(_verified(_Model([name]), Modality.IMAGE) for name in ("one", "two")))
    wanted = None if only is None else frozenset(only)
    assert set(dispatcher.documents(Modality.IMAGE, ["a"], wanted, frozenset()).vectors) == asked


def test_of_no_items_no_model_is_asked() -> None:
    model = _Model(["photo"])
    assert _dispatcher(_verified(model, Modality.IMAGE)).documents(Modality.IMAGE, [], None, frozenset()) == Encoded({})
    assert not model.encoded


def test_a_model_that_fails_leaves_the_others_be() -> None:
    broken = _verified(_Model(["broken"]), Modality.IMAGE, failure=ModelUnavailable("It is broken."))
    dispatcher = _dispatcher(broken, _verified(_Model(["sound"]), Modality.IMAGE))
    encoded = dispatcher.documents(Modality.IMAGE, ["a"], None, frozenset())
    assert set(encoded.vectors) == {"sound"}
    assert encoded.problem == "It is broken."


def test_if_all_models_fail_the_call_does() -> None:
    failures = [ModelUnavailable("The first."), ModelUnavailable("The second.")]
    dispatcher = _dispatcher(
        *(_verified(_Model([str(failure)]), Modality.IMAGE, failure=failure) for failure in failures)
    )
    with pytest.raises(ModelUnavailable, match="The first"):
        dispatcher.documents(Modality.IMAGE, ["a"], None, frozenset())


def test_a_mistake_becomes_a_sentence_and_is_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    mistake = ZeroDivisionError("division by zero")
    with pytest.raises(ModelUnavailable, match=r"A model failed \(ZeroDivisionError\); the log has the details"):
        _dispatcher(_verified(_Model(["broken"]), Modality.IMAGE, failure=mistake)).documents(
            Modality.IMAGE, ["a"], None, frozenset()
        )
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[1] is mistake


# Passages and their languages


def test_passages_go_to_the_specialist_of_their_language() -> None:
    (english, first), (_, second) = _text("english", ["en"]), _text("general")
    encoded = _dispatcher(first, second).documents(Modality.TEXT, [_ENGLISH, _GERMAN], None, frozenset())
    assert _filled(encoded.vectors) == {"english": [True, False], "general": [False, True]}
    assert english.encoded == [[_ENGLISH]]


def test_until_a_space_is_searched_nothing_is_routed_away_to_it() -> None:
    dispatcher = _dispatcher(_text("english", ["en"])[1], _text("general")[1])
    passages = [_ENGLISH, _GERMAN]
    encoded = dispatcher.documents(Modality.TEXT, passages, None, frozenset({"english"}))
    assert _filled(encoded.vectors) == {"english": [True, False], "general": [True, True]}
    encoded = dispatcher.documents(Modality.TEXT, passages, None, frozenset({"general"}))
    assert _filled(encoded.vectors) == {"english": [True, True], "general": [False, True]}


def test_a_text_model_without_a_passage_of_its_own_is_not_loaded() -> None:
    english = _text("english", ["en"], ModelUnavailable("It must not be loaded."))[1]
    encoded = _dispatcher(english, _text("general")[1]).documents(Modality.TEXT, [_GERMAN], None, frozenset())
    assert _filled(encoded.vectors) == {"english": [False], "general": [True]}
    assert encoded.problem == ""


# Queries


def _photos_by_text() -> tuple[_Model, Dispatcher]:
    """A text model, and photos in two spaces that typed sentences reach through it."""
    text, verified = _text("text")
    photo = _verified(_Labelling(["by-name", "by-caption"]), Modality.IMAGE, name="photo", text_model="text")
    by_example = _verified(_Model(["by-example"]), Modality.IMAGE)
    return text, _dispatcher(verified, photo, by_example)


def test_a_sentence_is_encoded_once_and_transformed_for_each_space() -> None:
    text, dispatcher = _photos_by_text()
    vectors = dispatcher.query("a cat", None).vectors
    assert text.queries == ["a cat"]
    assert {space: float(rows[0, 0]) for space, rows in vectors.items()} == {
        "text": 1.0,
        "by-name": -1.0,
        "by-caption": -1.0,
        "by-example": 2.0,
    }


def test_a_sentence_is_encoded_only_for_the_spaces_asked_for() -> None:
    _, dispatcher = _photos_by_text()
    assert set(dispatcher.query("a cat", frozenset({"by-name"})).vectors) == {"by-name"}
    assert set(dispatcher.query("a cat", frozenset({"by-name", "by-example"})).vectors) == {"by-name", "by-example"}
    assert set(dispatcher.query("a cat", frozenset({"by-caption", "by-example"})).vectors) == {"by-caption"}


def test_a_sentence_goes_to_its_specialist_and_to_the_generalist() -> None:
    (english, first), (general, second) = _text("english", ["en"]), _text("general")
    dispatcher = _dispatcher(first, second)
    assert set(dispatcher.query(_ENGLISH, None).vectors) == {"english", "general"}
    assert set(dispatcher.query(_GERMAN, None).vectors) == {"general"}
    assert (english.queries, general.queries) == ([_ENGLISH], [_ENGLISH, _GERMAN])


def test_a_specialist_answers_for_spaces_that_nobody_else_serves() -> None:
    dispatcher = _dispatcher(_text("english", ["en"])[1], _text("general")[1])
    assert set(dispatcher.query(_GERMAN, frozenset({"english"})).vectors) == {"english"}


def test_a_text_model_that_fails_takes_only_its_own_spaces_along() -> None:
    english = _text("english", ["en"], ModelUnavailable("It is broken."))[1]
    answer = _dispatcher(english, _text("general")[1]).query(_ENGLISH, None)
    assert set(answer.vectors) == {"general"}
    assert answer.problem == "It is broken."


def test_a_space_whose_text_model_is_not_active_takes_no_text() -> None:
    photo = _verified(_Labelling(["photo"]), Modality.IMAGE, text_model="not-here")
    assert _dispatcher(photo).query("a cat", None) == Encoded({})


# Sound


def test_all_sound_models_hear_the_same_spans() -> None:
    whisper, clap = _Transcribing(["whisper"]), _Model(["clap"])
    dispatcher = _dispatcher(_verified(whisper, Modality.SOUND), _verified(clap, Modality.SOUND))
    heard = dispatcher.listen(np.zeros(9 * SAMPLE_RATE, np.int16), None)
    assert heard.spans == ((0.0, 4.5), (4.5, 9.0))
    assert [line.text for line in heard.lines] == ["hello"]
    assert {space: rows.shape for space, rows in heard.vectors.items()} == {
        "whisper": (2, _DIMENSION),
        "clap": (2, _DIMENSION),
    }
    (pieces,) = clap.encoded
    assert [len(piece) for piece in pieces] == [4.5 * SAMPLE_RATE] * 2


def test_without_a_transcriber_there_are_vectors_and_no_words() -> None:
    heard = _dispatcher(_verified(_Model(["clap"]), Modality.SOUND)).listen(np.zeros(SAMPLE_RATE, np.int16), None)
    assert heard.lines == ()
    assert heard.vectors["clap"].shape == (1, _DIMENSION)
