"""Decodes one part of a recording or clip: reads its packets once, and keeps what lies between two times."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bowerbird.core.extractors.base import Limits
from bowerbird.core.extractors.recordings.container import Tracks, length, start_offset
from bowerbird.core.extractors.recordings.frames import FrameTrack, pixel_aspect_ratio
from bowerbird.core.extractors.recordings.sound import SoundTrack
from bowerbird.core.extractors.recordings.timeline import packets
from bowerbird.core.extractors.recordings.track_names import SUBTITLES, track_name
from bowerbird.core.types import Locator, Modality, Samples, Segment

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

_RUN_UP_S = 0.5  # decoders of compressed sound need a little before they are right
_LATE_S = 10.0  # tracks are interleaved within this: beyond, what has not come does not come
_ALL_FRAMES_S = 20 * 60.0  # a longer clip is read by its key frames, which is up to a hundred times as fast
_ALL_FRAMES_PIXELS = 130e6  # a second: the same for what is large
_BUDGET_S = 20.0  # real time for every frame of a part; then key frames must do
_MAX_FAULTS = 200  # packets in a row that cannot be decoded
_THREADS = 2


class MediaPart:
    """What a file holds between two times, decoded when this is made."""

    def __init__(
        self, container: InputContainer, tracks: Tracks, limits: Limits, joined_s: float | None = None
    ) -> None:
        """Decode the part of ``container`` between ``limits.start_at`` and ``limits.part_s`` seconds later.

        ``joined_s`` is the length of a file that was joined of several, see ``timeline.packets``.
        """
        self.start_s, self.end_s = limits.start_at, limits.start_at + limits.part_s
        self.joined = joined_s is not None
        self._length_s = joined_s or length(container) or 0.0
        self._sounds = {stream.index: SoundTrack(self.start_s, self.end_s) for stream in tracks.sounds}
        self.frames = FrameTrack(self.start_s, limits.image_side, pixel_aspect_ratio(tracks.video))
        self.subtitles: list[Segment] = []
        """TEXT segments, in their order in the file."""
        self.whole = True
        """Whether the file ends within this part."""
        self.decoded = False
        """Whether any sound or frame was decoded."""
        self._container, self._tracks, self._zero_s = container, tracks, start_offset(container)
        # Streams whose frames have not reached the end of the part.
        self._unfinished = {stream.index for stream in (*tracks.sounds, tracks.video) if stream is not None}
        self._faults = 0  # packets in a row that could not be decoded
        self._prepare()
        self._read()

    @property
    def reached_s(self) -> float:
        """Seconds up to the end of the last sound or frame that was decoded."""
        return max(self.frames.end_s, *(self.start_s + track.length_s for track in self._sounds.values()), 0.0)

    @cached_property
    def samples(self) -> tuple[Samples, ...]:
        """The sound of each track, the default one first."""
        return tuple(track.samples() for track in self._sounds.values())

    @property
    def full(self) -> bool:
        """Whether there is sound up to the end of the part."""
        return any(track.full for track in self._sounds.values())

    def _prepare(self) -> None:
        for stream in (*self._tracks.sounds, self._tracks.video):
            if stream is not None:
                stream.codec_context.thread_type = "AUTO"
                stream.codec_context.thread_count = _THREADS
        self._sparse = self._tracks.video is not None and not self._affordable(self._tracks.video)

    def _affordable(self, video: VideoStream) -> bool:
        """Whether there is time to decode every frame."""
        pixels = float(video.average_rate or 25) * video.codec_context.width * video.codec_context.height
        return self._length_s <= _ALL_FRAMES_S and pixels <= _ALL_FRAMES_PIXELS

    def _read(self) -> None:
        deadline = time.monotonic() + _BUDGET_S
        tracks = (*self._tracks.sounds, self._tracks.video, *self._tracks.subtitles)
        streams = [stream for stream in tracks if stream is not None]
        start_s = max(0.0, self.start_s + self._zero_s - _RUN_UP_S) if self.start_s else 0.0
        for packet in packets(self._container, streams, start_s, joined=self.joined):
            if time.monotonic() > deadline:
                self._sparse = True
            if not self._unfinished or self._is_late(packet):
                self.whole = False
                return
            self._take(packet)
            if self._faults > _MAX_FAULTS:
                return

    def _is_late(self, packet: Packet[Any]) -> bool:
        return packet.pts is not None and self._time(packet) > self.end_s + _LATE_S

    def _time(self, packet: Packet[Any]) -> float:
        return float((packet.pts or 0) * (packet.time_base or 0)) - self._zero_s

    def _take(self, packet: Packet[Any]) -> None:
        import av

        try:
            if packet.stream.type == "subtitle":
                self._add_subtitles(packet)
            elif packet.stream_index in self._unfinished:
                if packet.stream.type == "video" and self._sparse:
                    packet.stream.codec_context.skip_frame = "NONKEY"
                for frame in packet.decode():
                    self._add_frame(packet.stream, frame)
                self._faults = 0
        except MemoryError:  # FFmpeg's too
            raise
        except (av.FFmpegError, ValueError):  # what is good around it still counts
            self._faults += 1

    def _add_frame(self, stream: Stream, frame: Any) -> None:
        time_s = None if frame.time is None else frame.time - self._zero_s
        self.decoded = True
        if time_s is not None and time_s >= self.end_s:
            self._unfinished.discard(stream.index)
        elif stream.type == "audio":
            track = self._sounds[stream.index]
            track.add(frame, time_s)
            if track.full:
                self._unfinished.discard(stream.index)
        elif time_s is None or time_s >= self.start_s or self._sparse:  # the key frame before is shown at the start
            self.frames.add(frame, self.frames.end_s if time_s is None else time_s)

    def _add_subtitles(self, packet: Packet[Any]) -> None:
        start_s = self._time(packet)
        if packet.pts is None or not self.start_s <= start_s < self.end_s:
            return
        until = start_s + float((packet.duration or 0) * (packet.time_base or 0))
        section = _subtitles_name(packet.stream)
        for subtitle in packet.decode():
            if text := " ".join(_dialogue(subtitle).split()):
                self.subtitles.append(Segment(Modality.TEXT, Locator(None, section, start_s, until), text))


def _subtitles_name(stream: Stream) -> str:
    from av.stream import Disposition

    marks = [mark for mark in ("forced", "hearing_impaired", "comment") if stream.disposition & Disposition[mark]]
    return track_name(SUBTITLES, None, stream.metadata, (mark.replace("_", " ") for mark in marks))


def _dialogue(subtitle: Any) -> str:
    return str(subtitle.dialogue.decode("utf-8", "replace")) if hasattr(subtitle, "dialogue") else ""
