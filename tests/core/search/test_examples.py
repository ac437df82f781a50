"""What a query compares with, given an example: which spaces, which rows, read how and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bowerbird.core.errors import FileError, FileSkipped
from bowerbird.core.extractors.about import ABOUT
from bowerbird.core.files.identity import fingerprint
from bowerbird.core.questions import Example
from bowerbird.core.search.examples import ExampleQuery, Examples, compared
from bowerbird.core.types import (
    Extraction,
    Heard,
    Kind,
    Line,
    Locator,
    Modality,
    Segment,
    Space,
    Vectors,
)
from tests.core.search.fakes import FakeInference, FakePool, FakeReader, file, segment, space

TEXT, OTHER_TEXT = space("text@1"), space("text2@1")
PHOTO = space("photo@1", Modality.IMAGE)
SOUND = space("sound@1", Modality.SOUND, takes_text=False)
SCENE = space("scene@1", Modality.SCENE, takes_text=False)
ONE_PAGE = Extraction(Kind.DOCUMENT, (Segment(Modality.TEXT, text="a page"),))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "example.bin").write_bytes(b"an example")
    return tmp_path / "example.bin"


def counted(space_id: str) -> Any:
    """A model of one space whose vectors are (1, number of the item)."""

    def documents(modality: Modality, items: Sequence[Any]) -> Mapping[str, Vectors]:
        return {space_id: np.array([(1.0, number) for number in range(len(items))], np.float32)}

    return documents


def examples(*spaces: Space, reader: Any = None, pool: Any = None, inference: Any = None) -> Examples:
    """Examples on fakes: by default of a catalog that knows nothing, and a document of one page."""
    inference = inference or FakeInference(documents=counted(TEXT.id), spaces=spaces)
    return Examples(reader or FakeReader(), pool or FakePool(ONE_PAGE), inference, lambda: spaces)


def known(path: Path, vectors: Mapping[str, Mapping[int, Any]], at: Locator) -> FakeReader:
    """A catalog that has the example's content, with twenty segments at most."""
    segments = [segment(n, 1, at=at) for n in range(20)]
    return FakeReader([file(1, "/elsewhere", 1, fingerprint=fingerprint(path))], segments, vectors)


def test_the_vectors_of_a_content_that_is_known_come_from_the_catalog(path: Path) -> None:
    vectors = {TEXT.id: {0: (1.0, 0.0), 1: (0.0, 1.0)}, "unused@1": {0: (1.0, 0.0)}}
    pool = FakePool()
    (query,) = examples(TEXT, PHOTO, reader=known(path, vectors, Locator(page=1)), pool=pool).vectors(Example(path))
    assert (query.space, query.moving, query.rows.tolist()) == (TEXT, False, [[1.0, 0.0], [0.0, 1.0]])
    assert pool.limits == []


def test_what_a_known_file_says_of_itself_is_no_part_of_the_example(path: Path) -> None:
    reader = known(path, {TEXT.id: {0: (1.0, 0.0)}}, Locator(section=ABOUT))
    pool = FakePool(ONE_PAGE)
    examples(TEXT, reader=reader, pool=pool).vectors(Example(path))
    assert pool.limits, "it is decoded, since of its own content there is nothing"


def test_what_the_catalog_knows_of_a_recording_follows_in_time(path: Path) -> None:
    reader = known(path, {SOUND.id: {0: (1.0, 0.0)}}, Locator(start_s=0.0, end_s=5.0))
    (query,) = examples(SOUND, reader=reader).vectors(Example(path))
    assert query.moving


def test_what_a_known_recording_is_said_to_sound_like_is_no_part_of_the_example(path: Path) -> None:
    """It has vectors of how it sounds; and all upbeat music is not alike."""
    segments = [
        segment(0, 1, "(upbeat music)", at=Locator(start_s=0.0)),
        segment(1, 1, "Hello", at=Locator(start_s=9.0)),
    ]
    rows = {TEXT.id: {0: (1.0, 0.0), 1: (0.0, 1.0)}}
    reader = FakeReader([file(1, "/elsewhere", 1, fingerprint=fingerprint(path))], segments, rows)
    (query,) = examples(TEXT, reader=reader).vectors(Example(path))
    assert query.rows.tolist() == [[0.0, 1.0]]


def test_of_many_segments_sixteen_are_taken_from_the_first_to_the_last(path: Path) -> None:
    reader = known(path, {TEXT.id: {n: (1.0, n) for n in range(20)}}, Locator())
    (query,) = examples(TEXT, reader=reader).vectors(Example(path))
    numbers = query.rows[:, 1].tolist()
    assert len(numbers) == 16 and (numbers[0], numbers[-1]) == (0, 19)
    assert numbers == sorted(set(numbers))


def test_a_file_that_is_not_known_is_decoded_once_however_often_it_is_asked_for(path: Path) -> None:
    pool = FakePool(ONE_PAGE)
    source = examples(TEXT, pool=pool)
    first = source.vectors(Example(path))
    assert source.vectors(Example(path)) is first
    assert first[0].rows.tolist() == [[1.0, 0.0]]
    assert len(pool.limits) == 1


def test_a_copy_is_the_same_example_and_a_changed_file_another(path: Path) -> None:
    pool = FakePool(ONE_PAGE)
    source = examples(TEXT, pool=pool)
    source.vectors(Example(path))
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    source.vectors(Example(copy))
    assert len(pool.limits) == 1
    path.write_bytes(b"changed")
    source.vectors(Example(path))
    assert len(pool.limits) == 2


def test_other_spaces_or_another_part_are_encoded_anew(path: Path) -> None:
    pool, spaces = FakePool(ONE_PAGE), [TEXT]
    source = Examples(FakeReader(), pool, FakeInference(documents=counted(TEXT.id)), lambda: spaces)
    source.vectors(Example(path))
    source.vectors(Example(path, 0.0, 1.0))
    spaces.append(PHOTO)
    source.vectors(Example(path))
    assert len(pool.limits) == 3


def test_the_last_sixteen_are_remembered(path: Path) -> None:
    pool = FakePool(ONE_PAGE)
    source = examples(TEXT, pool=pool)
    for start_s in range(17):
        source.vectors(Example(path, start_s, start_s + 1.0))
    source.vectors(Example(path, 1.0, 2.0))
    assert len(pool.limits) == 17
    source.vectors(Example(path, 0.0, 1.0))
    assert len(pool.limits) == 18


def test_a_part_is_decoded_even_of_a_known_file(path: Path) -> None:
    pool = FakePool(ONE_PAGE)
    reader = known(path, {TEXT.id: {0: (0.0, 1.0)}}, Locator())
    (query,) = examples(TEXT, reader=reader, pool=pool).vectors(Example(path, 3.0, 5.0))
    assert query.rows.tolist() == [[1.0, 0.0]]
    assert len(pool.limits) == 1


@pytest.mark.parametrize(
    ("start_s", "end_s", "part"),
    [
        (None, None, (0.0, 120.0, False)),
        (3.0, 5.5, (3.0, 2.5, True)),
        (3.0, 3.0, (3.0, 0.1, True)),
        (3.0, 1000.0, (3.0, 120.0, True)),
        (3.0, None, (3.0, 120.0, False)),
    ],
)
def test_the_chosen_part_is_decoded_or_the_first_minutes(
    path: Path, start_s: float | None, end_s: float | None, part: tuple[float, float, bool]
) -> None:
    pool = FakePool(ONE_PAGE)
    examples(TEXT, pool=pool).vectors(Example(path, start_s, end_s))
    (limits,) = pool.limits
    assert (limits.start_at, limits.part_s, limits.exact) == part


@pytest.mark.parametrize(("spaces", "wanted"), [((TEXT,), False), ((TEXT, SCENE), True)])
def test_scenes_are_decoded_only_for_a_model_that_takes_them(
    path: Path, spaces: tuple[Space, ...], wanted: bool
) -> None:
    pool = FakePool(ONE_PAGE)
    examples(*spaces, pool=pool).vectors(Example(path))
    assert pool.limits[0].scenes is wanted


@pytest.mark.parametrize(("wanted", "decoded"), [(0, 256), (896, 896)])
def test_pictures_are_decoded_as_large_as_the_models_want_them(path: Path, wanted: int, decoded: int) -> None:
    pool = FakePool(ONE_PAGE)
    examples(TEXT, pool=pool, inference=FakeInference(image_side=wanted)).vectors(Example(path))
    assert pool.limits[0].image_side == decoded


def test_sixteen_segments_of_each_modality_are_encoded(path: Path) -> None:
    texts = tuple(Segment(Modality.TEXT, text=str(n)) for n in range(40))
    inference = FakeInference(documents=counted(TEXT.id))
    examples(TEXT, pool=FakePool(Extraction(Kind.DOCUMENT, texts)), inference=inference).vectors(Example(path))
    ((modality, items),) = inference.calls
    assert (modality, len(items), items[0], items[-1]) == (Modality.TEXT, 16, "0", "39")


def test_rows_of_zeros_belong_to_another_language_and_are_left_out(path: Path) -> None:
    texts = tuple(Segment(Modality.TEXT, text=text) for text in ("one", "zwei"))
    rows = {TEXT.id: np.eye(2, dtype=np.float32) * (1, 0), OTHER_TEXT.id: np.zeros((2, 2), np.float32)}
    inference = FakeInference(documents=lambda modality, items: rows)
    pool = FakePool(Extraction(Kind.DOCUMENT, texts))
    (query,) = examples(TEXT, OTHER_TEXT, pool=pool, inference=inference).vectors(Example(path))
    assert (query.space, query.rows.tolist()) == (TEXT, [[1.0, 0.0]])


def test_a_recording_is_heard_window_by_window_and_its_speech_read(path: Path) -> None:
    windows = tuple(Segment(Modality.SOUND, samples=np.full(4, n, np.int16)) for n in (1, 2))
    lines = (Line(0.0, 2.0, "hello there"), Line(2.0, 3.0, "Oh"))
    heard = Heard(lines, ((0.0, 5.0),), {SOUND.id: np.eye(1, 2, dtype=np.float32)})
    inference = FakeInference(documents=counted(TEXT.id), heard=heard, spaces=(SOUND, TEXT))
    pool = FakePool(Extraction(Kind.RECORDING, windows))
    queries = examples(SOUND, TEXT, pool=pool, inference=inference).vectors(Example(path))
    assert [(query.space, query.moving, len(query.rows)) for query in queries] == [(SOUND, True, 2), (TEXT, True, 2)]
    assert [samples[0] for call, samples in inference.calls[:2] if call == "listen"] == [1, 2]
    assert inference.calls[2:] == [(Modality.TEXT, ["hello there", "hello there"])]  # "Oh" says nothing


def test_without_a_sound_model_nothing_is_listened_to(path: Path) -> None:
    windows = (Segment(Modality.SOUND, samples=np.zeros(4, np.int16)),)
    inference = FakeInference(spaces=(TEXT,))
    pool = FakePool(Extraction(Kind.RECORDING, windows))
    assert examples(TEXT, pool=pool, inference=inference).vectors(Example(path)) == []
    assert inference.calls == []


def test_beside_words_spaces_that_take_text_compare_and_else_those_that_do_not(path: Path) -> None:
    own, typed = space("own@1", Modality.IMAGE, takes_text=False), space("typed@1", Modality.IMAGE)
    rows = {name: np.eye(1, 2, dtype=np.float32) for name in (own.id, typed.id)}
    photo = Extraction(Kind.PHOTO, (Segment(Modality.IMAGE, pixels=np.zeros((2, 2, 3), np.uint8)),))

    def spaces_of(*spaces: Space) -> list[ExampleQuery]:
        inference = FakeInference(documents=lambda modality, items: rows)
        return examples(*spaces, pool=FakePool(photo), inference=inference).vectors(Example(path))

    for with_words, preferred in ((False, own), (True, typed)):
        assert [query.space for query in compared(spaces_of(typed, own), with_words=with_words)] == [preferred]
        assert [query.space for query in compared(spaces_of(typed), with_words=with_words)] == [typed]
        assert [query.space for query in compared(spaces_of(own), with_words=with_words)] == [own]


def test_of_a_document_a_page_may_be_meant(path: Path) -> None:
    segments = [segment(0, 1, "one", at=Locator(page=1)), segment(1, 1, "two", at=Locator(page=2))]
    rows = {TEXT.id: {0: (1.0, 0.0), 1: (0.0, 1.0)}}
    reader = FakeReader([file(1, "/elsewhere", 1, fingerprint=fingerprint(path))], segments, rows)
    (query,) = examples(TEXT, reader=reader).vectors(Example(path, page=2))
    assert query.rows.tolist() == [[0.0, 1.0]]


def test_a_page_of_an_unknown_document_is_decoded_and_one_that_is_not_there_is_said(path: Path) -> None:
    pages = tuple(Segment(Modality.TEXT, Locator(page=number), "a page") for number in (1, 2))
    source = examples(TEXT, pool=FakePool(Extraction(Kind.DOCUMENT, pages)))
    (query,) = source.vectors(Example(path, page=2))
    assert len(query.rows) == 1
    with pytest.raises(FileError, match="There is no page 3"):
        source.vectors(Example(path, page=3))


def test_of_a_picture_a_part_may_be_meant(path: Path) -> None:
    """The part is cut out of the picture itself, not of the small one, and its shorter side is what models want."""
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[50:, 100:] = 255
    pool = FakePool(Extraction(Kind.PHOTO, (Segment(Modality.IMAGE, pixels=picture),)))
    inference = FakeInference(documents=counted(PHOTO.id), spaces=(PHOTO,))
    examples(PHOTO, pool=pool, inference=inference).vectors(Example(path, box=(0.5, 0.5, 0.5, 0.5)))
    ((_, (part,)),) = inference.calls
    assert part.shape == (256, 512, 3) and part.min() == 255


@pytest.mark.parametrize("error", [FileError, FileSkipped])
def test_an_example_that_cannot_be_read_is_named(path: Path, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^example\.bin: It is damaged\.$"):
        examples(TEXT, pool=FakePool(error("It is damaged."))).vectors(Example(path))


def test_an_example_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"^gone\.jpg: "):
        examples(TEXT).vectors(Example(tmp_path / "gone.jpg"))
