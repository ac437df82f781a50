"""Makes one line of time of files that were joined of several, as recorders, camcorders and ``cat`` make them.

Where the next piece begins, time stamps jump: each such jump is taken out, as FFmpeg's own program does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet

_JOINABLE = ("mpegts", "mpeg", "ogg", "flv", "flac")  # one file after another is a file, time stamps and all
_SAMPLED = ("mpegts", "mpeg", "ogg", "flac")  # of these, those that can be read from any place on
_BACK_S = 1.0  # more than time stamps of one stream waver
_AHEAD_S = 10.0  # a longer gap in all streams is no pause (``dts_delta_threshold`` of FFmpeg)
_PROBES = 24  # places of a file at which its time is looked at
_TAIL = 1 << 19  # bytes before its end, for the last one
_MAX_PACKETS = 500  # until one has a time


def is_joinable(container: InputContainer) -> bool:
    """Whether the file's format allows time stamps to jump."""
    return container.format.name in _JOINABLE


class Timeline:
    """Corrects the time stamps of packets, read in their order, so that they never jump."""

    def __init__(self, container: InputContainer) -> None:
        """The line of time of what comes next in ``container``."""
        self._joinable = is_joinable(container)
        self._shifts_s = [0.0]  # of each piece of the file
        self._pieces: dict[int, int] = {}  # in which of them a stream is
        self._last_s: dict[int, float] = {}  # as the file has it
        self._latest_s = [0.0]  # of each piece
        self._end_s = 0.0  # of all of them, as corrected

    def correct(self, packet: Packet[Any]) -> None:
        """Change the time stamps of the next packet, where it belongs to a later piece."""
        if not self._joinable or not packet.time_base:
            return
        stamp = packet.pts if packet.dts is None else packet.dts
        if stamp is None:
            return
        if packet.pts is not None and abs(packet.pts - stamp) * packet.time_base > _AHEAD_S:
            packet.pts = stamp  # one is of another piece
        time_s = float(stamp * packet.time_base)
        shift_s = self._shift_s(packet.stream_index, time_s)
        self._end_s = max(self._end_s, time_s + shift_s + float((packet.duration or 0) * packet.time_base))
        if shift_s:
            ticks = round(shift_s / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts + ticks
            packet.dts = None if packet.dts is None else packet.dts + ticks

    def time_of(self, packet: Packet[Any]) -> float:
        """When the packet that was corrected last is due, in seconds; if it does not say, the time of those before."""
        stamp = packet.pts if packet.dts is None else packet.dts
        return self._end_s if stamp is None else float(stamp * (packet.time_base or 0))

    def _shift_s(self, stream: int, time_s: float) -> float:
        last_s, self._last_s[stream] = self._last_s.get(stream), time_s
        piece = self._pieces.get(stream, len(self._shifts_s) - 1)
        if last_s is not None and not last_s - _BACK_S <= time_s <= self._latest_s[piece] + _AHEAD_S:
            piece += 1
            if piece == len(self._shifts_s):
                self._shifts_s.append(self._end_s - time_s)
                self._latest_s.append(time_s)
        self._pieces[stream], self._latest_s[piece] = piece, max(self._latest_s[piece], time_s)
        return self._shifts_s[piece]


def packets(
    container: InputContainer, streams: Sequence[Any], start_s: float, *, joined: bool
) -> Iterator[Packet[Any]]:
    """The packets from shortly before ``start_s`` up to the file's end, or to where it breaks, their times corrected.

    Args:
        container: an open file.
        streams: whose packets.
        start_s: a time stamp in seconds. Of a video the first packet is the key frame before it.
        joined: whether the file was joined of several, so that time stamps do not lead to a place in it.
    """
    if start_s > 0 and not joined:
        container.seek(int(start_s * 1e6))
    timeline = Timeline(container)
    held: dict[int, list[Packet[Any]]] = {}
    for packet in _unbroken(container, streams):
        timeline.correct(packet)
        if not joined or not packet.size or timeline.time_of(packet) >= start_s:
            yield from held.pop(packet.stream_index, ())
            yield packet
        elif packet.stream.type == "video":
            _hold(packet, held)


def frames(container: InputContainer, stream: Any, start_s: float, *, joined: bool) -> Iterator[Any]:
    """The frames of a stream, with the arguments of ``packets``; those that are damaged are left out.

    What was read of the container before does not matter.
    """
    import av

    if joined:
        container.seek(0, unsupported_byte_offset=True)
    elif start_s <= 0:
        container.seek(0)
    for packet in packets(container, [stream], start_s, joined=joined):
        with suppress(av.FFmpegError, ValueError):
            yield from packet.decode()


def _hold(packet: Packet[Any], held: dict[int, list[Packet[Any]]]) -> None:
    """Keep the packets from the last key frame on."""
    if packet.is_keyframe:
        held[packet.stream_index] = [packet]
    elif packet.stream_index in held:
        held[packet.stream_index].append(packet)


def _unbroken(container: InputContainer, streams: Sequence[Any]) -> Iterator[Packet[Any]]:
    import av

    demuxed = container.demux(streams)
    while True:
        try:
            yield next(demuxed)
        except MemoryError:  # FFmpeg's too
            raise
        except (StopIteration, av.FFmpegError):
            return
        except IndexError:  # a stream that was not there when the file was opened: PyAV does not know it
            demuxed = container.demux(streams)


def joined_length(container: InputContainer, size: int) -> float | None:
    """Seconds that a file lasts which was joined of several; None if it seems to be of one piece.

    Args:
        container: the file, opened for this alone, for what is read of it later may make no sense.
        size: of the file, in bytes.
    """
    if container.format.name not in _SAMPLED:
        return None
    times_s = list(_sampled(container, size))
    steps = [after - before for before, after in pairwise(times_s)]
    usual_s = sorted(steps)[len(steps) // 2] if steps else 0.0
    jumps = [step for step in steps if step < -_BACK_S or step > 4 * max(usual_s, 0.0) + _AHEAD_S]
    return sum(steps) - sum(jumps) + len(jumps) * max(usual_s, 0.0) if jumps else None


def _sampled(container: InputContainer, size: int) -> Iterator[float]:
    """Times at places evenly spread over the file."""
    import av

    for number in range(_PROBES + 1):
        place = min(size * number // _PROBES, size - min(_TAIL, size // _PROBES // 2))
        with suppress(av.FFmpegError, ValueError, IndexError, StopIteration):
            container.seek(place, unsupported_byte_offset=True)
            yield next(_times(container))


def _times(container: InputContainer) -> Iterator[float]:
    for _, packet in zip(range(_MAX_PACKETS), container.demux(), strict=False):
        if packet.dts is not None and packet.time_base and packet.stream.type in ("audio", "video"):
            yield float(packet.dts * packet.time_base)
