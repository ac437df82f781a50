"""Decodes one part of a recording or clip: its tracks go by once, and what lies between two times is kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.container import Tracks, begins, length
from bowerbird.core.extractors.frames import FrameTrack, shape_of_pixels
from bowerbird.core.extractors.sound import SoundTrack
from bowerbird.core.types import Locator, Modality, Segment

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

_RUN_UP_S = 0.5  # decoders of compressed sound need a little before they are right
_LATE_S = 10.0  # tracks are interleaved within this: beyond, what has not come does not come
_ALL_FRAMES_S = 20 * 60.0  # a longer clip is read by its key frames, which is up to a hundred times as fast
_ALL_FRAMES_PIXELS = 130e6  # a second: the same for what is large
_BUDGET_S = 20.0  # of a part; then key frames must do
_FAULTS = 200  # packets in a row that cannot be decoded
_THREADS = 2
SUBTITLES = "subtitles"
"""The section of texts that came with the pictures, apart from what was heard."""


class MediaPart:
    """What a file holds between two times."""

    def __init__(self, opened: InputContainer, tracks: Tracks, limits: Limits) -> None:
        """Decode it; times in ``limits`` count from what a player shows as 0:00."""
        self.start_s, self.end_s = limits.start_s, limits.start_s + limits.part_s
        self.sound = SoundTrack(self.start_s, self.end_s)
        self.frames = FrameTrack(self.start_s, limits.image_side, shape_of_pixels(tracks.video))
        self.texts: list[Segment] = []
        self.whole = True
        """Whether the file ended before the part did."""
        self.decoded = False
        """Whether anything could be played."""
        self._opened, self._tracks, self._zero_s = opened, tracks, begins(opened)
        self._waiting = {one.index for one in (tracks.sound, tracks.video) if one is not None}
        self._faults = 0
        self._prepare()
        self._read()

    @property
    def reached_s(self) -> float:
        """The time of the last that was decoded."""
        return max(self.start_s + self.sound.length_s, self.frames.end_s)

    def _prepare(self) -> None:
        for stream in (self._tracks.sound, self._tracks.video):
            if stream is not None:
                stream.codec_context.thread_type = "AUTO"
                stream.codec_context.thread_count = _THREADS
        self._sparse = self._tracks.video is not None and not self._affordable(self._tracks.video)
        if self.start_s:
            self._opened.seek(int(max(0.0, self.start_s + self._zero_s - _RUN_UP_S) * 1e6))

    def _affordable(self, video: VideoStream) -> bool:
        """Whether every frame can be looked at."""
        pixels = float(video.average_rate or 25) * video.codec_context.width * video.codec_context.height
        return (length(self._opened) or 0.0) <= _ALL_FRAMES_S and pixels <= _ALL_FRAMES_PIXELS

    def _read(self) -> None:
        deadline = time.monotonic() + _BUDGET_S
        wanted = [one for one in (self._tracks.sound, self._tracks.video, *self._tracks.subtitles) if one is not None]
        for packet in _packets(self._opened, wanted):
            if time.monotonic() > deadline:
                self._sparse = True
            if not self._waiting or self._late(packet):
                self.whole = False
                return
            self._take(packet)
            if self._faults > _FAULTS:
                return

    def _late(self, packet: Packet[Any]) -> bool:
        return packet.pts is not None and self._time(packet) > self.end_s + _LATE_S

    def _time(self, packet: Packet[Any]) -> float:
        return float((packet.pts or 0) * (packet.time_base or 0)) - self._zero_s

    def _take(self, packet: Packet[Any]) -> None:
        import av

        try:
            if packet.stream.type == "subtitle":
                self._subtitle(packet)
            elif packet.stream_index in self._waiting:
                if packet.stream.type == "video" and self._sparse:
                    packet.stream.codec_context.skip_frame = "NONKEY"
                for frame in packet.decode():
                    self._frame(packet.stream, frame)
                self._faults = 0
        except (av.FFmpegError, ValueError):  # what is good around it still counts
            self._faults += 1

    def _frame(self, stream: Stream, frame: Any) -> None:
        at = None if frame.time is None else frame.time - self._zero_s
        self.decoded = True
        if at is not None and at >= self.end_s:
            self._waiting.discard(stream.index)
        elif stream.type == "audio":
            self.sound.add(frame, at)
            if self.sound.full:
                self._waiting.discard(stream.index)
        elif at is None or at >= self.start_s or self._sparse:  # of key frames, the one before is shown at the start
            self.frames.add(frame, self.frames.end_s if at is None else at)

    def _subtitle(self, packet: Packet[Any]) -> None:
        start_s = self._time(packet)
        if packet.pts is None or not self.start_s <= start_s < self.end_s:
            return
        until = start_s + float((packet.duration or 0) * (packet.time_base or 0))
        for said in packet.decode():
            if text := " ".join(_dialogue(said).split()):
                self.texts.append(Segment(Modality.TEXT, Locator(None, SUBTITLES, start_s, until), text))


def _packets(opened: InputContainer, streams: list[Any]) -> Iterator[Packet[Any]]:
    """The packets up to the file's end, or to where it breaks."""
    import av

    packets = opened.demux(streams)
    while True:
        try:
            yield next(packets)
        except (StopIteration, av.FFmpegError):
            return


def _dialogue(said: Any) -> str:
    return str(said.dialogue.decode("utf-8", "replace")) if hasattr(said, "dialogue") else ""
