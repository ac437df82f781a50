from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import av
import pytest

from bowerbird.core.extractors.recordings import container as containers
from bowerbird.core.extractors.source import Source
from bowerbird.core.types import Properties
from tests.media_makers import scenes


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This computer stands nine hours ahead of UTC."""
    monkeypatch.setenv("TZ", "UTC-9")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def clip(path: Path, **tags: str) -> Properties:
    """The properties of a QuickTime file with these tags, under their full names."""
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as file:
        file.metadata.update({name.replace("__", "."): value for name, value in tags.items()})
        stream = file.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for picture in scenes((200, 30, 40), each=2):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        file.mux(stream.encode(None))
    with Source.at(path) as source, containers.open_media(source) as container:
        return containers.properties(container, containers.tracks(container))


UTC = "2024-06-30T22:30:00Z"


@pytest.mark.usefixtures("in_tokyo")
@pytest.mark.parametrize(
    ("tags", "moment"),
    [
        ({"com__apple__quicktime__creationdate": "2024-07-01T01:30:00+0300", "creation_time": UTC},
         datetime(2024, 7, 1, 1, 30)),
        ({"com__apple__quicktime__creationdate": "2024-06-30T18:30:00-04:00"}, datetime(2024, 6, 30, 18, 30)),
        ({"creation_time": UTC}, datetime(2024, 7, 1, 7, 30)),
        ({"creation_time": UTC, "com__samsung__android__utc_offset": "+0200"}, datetime(2024, 7, 1, 0, 30)),
        ({"creation_time": "1904-01-01T00:00:00Z"}, None),
        ({"creation_time": "1970-01-01T00:00:00Z", "date": "2024-07-01"}, datetime(2024, 7, 1)),
        ({"date": "2024-07-01 08:00"}, datetime(2024, 7, 1, 8)),
        ({"date": "2024"}, None),
    ],
)  # fmt: skip
def test_when_a_clip_was_taken(tmp_path: Path, tags: dict[str, str], moment: datetime | None) -> None:
    assert clip(tmp_path / "a.mov", **tags).taken_at == moment


def test_the_date_in_the_name_of_a_clip(tmp_path: Path) -> None:
    assert clip(tmp_path / "VID-20240701-WA0003.mp4").taken_at == datetime(2024, 7, 1)


@pytest.mark.parametrize("name", ["com__apple__quicktime__location__ISO6709", "location"])
def test_where_a_clip_was_taken(tmp_path: Path, name: str) -> None:
    found = clip(tmp_path / "a.mov", **{name: "+46.4983+011.3548+262.000/"})
    assert (found.latitude, found.longitude) == (46.4983, 11.3548)
    nowhere = clip(tmp_path / "b.mov", **{name: "+96.4983+011.3548/"})
    assert (nowhere.latitude, nowhere.longitude) == (None, None)


def test_what_a_clip_shares_with_its_live_photo(tmp_path: Path) -> None:
    assert clip(tmp_path / "a.mov", com__apple__quicktime__content__identifier="1745E022").live_id == "1745E022"


def test_the_camera_of_a_clip(tmp_path: Path) -> None:
    tags = {"com__android__manufacturer": "Google", "com__android__model": "Pixel 8"}
    assert clip(tmp_path / "a.mp4", **tags).camera == "Google Pixel 8"
