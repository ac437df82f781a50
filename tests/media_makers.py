"""Makes the recordings and clips that tests need, with FFmpeg's own encoders."""

from __future__ import annotations

import wave
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.stream import Disposition

RATE = 16_000


def tone(seconds: float, pitch: float = 440.0, rate: int = RATE) -> np.ndarray:
    """A sine at a quarter of full strength, int16."""
    t = np.arange(round(seconds * rate)) / rate
    return (8000 * np.sin(2 * np.pi * pitch * t)).astype(np.int16)


def silence(seconds: float, rate: int = RATE) -> np.ndarray:
    """Nothing to hear."""
    return np.zeros(round(seconds * rate), np.int16)


def wav(path: Path, samples: np.ndarray, rate: int = RATE, channels: int = 1) -> Path:
    """A WAV file with the same sound in every channel."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(samples, channels).tobytes())
    return path


def recording(path: Path, samples: np.ndarray, codec: str, rate: int = RATE, **tags: str) -> Path:
    """A compressed recording; the container follows from the name."""
    with av.open(str(path), "w") as file:
        file.metadata.update(tags)
        _sound(file, samples, codec, rate)
    return path


def clip(
    path: Path,
    pictures: Sequence[np.ndarray],
    *,
    times: Sequence[float] = (),
    codec: str = "mpeg4",
    samples: np.ndarray | None = None,
    rate: int = 10,
    **tags: str,
) -> Path:
    """A clip of these pictures, ``rate`` a second or at ``times``, and of this sound."""
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"} if path.suffix == ".mov" else {}) as file:
        file.metadata.update(tags)
        height, width, _ = pictures[0].shape
        stream = file.add_stream(codec, rate=rate, options={"g": "5"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", 2_000_000
        stream.codec_context.time_base = Fraction(1, 1000)
        sound = file.add_stream("aac", rate=RATE, layout="mono") if samples is not None else None
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            frame.pts = round(1000 * (times[number] if times else number / rate))
            frame.time_base = Fraction(1, 1000)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
        if sound is not None and samples is not None:
            _encode(file, sound, samples, RATE)
    return path


def scenes(*colours: tuple[int, int, int], each: int = 10, size: tuple[int, int] = (96, 64)) -> list[np.ndarray]:
    """Pictures in these colours, ``each`` frames long, with a patch at another place in each."""
    frames = []
    for number, colour in enumerate(colours):
        picture = np.full((size[1], size[0], 3), colour, np.uint8)
        width = size[0] // (len(colours) + 1)
        picture[size[1] // 4 : size[1] * 3 // 4, number * width : (number + 1) * width] = 0
        frames += [picture] * each
    return frames


Track = tuple[np.ndarray, Mapping[str, str]]
"""Sound of the shape (samples, channels) or (samples,), int16 at ``RATE``; and its tags, "default" among them."""


def with_tracks(path: Path, *tracks: Track, codec: str = "aac", pictures: Sequence[np.ndarray] = ()) -> Path:
    """A file with several sound tracks, and if there are pictures, ten of them a second."""
    with av.open(str(path), "w") as file:
        video = file.add_stream("mpeg4", rate=10) if pictures else None
        sounds = [file.add_stream(codec, rate=48_000, layout=_LAYOUTS[_channels(samples)]) for samples, _ in tracks]
        for stream, (_, tags) in zip(sounds, tracks, strict=True):
            stream.metadata.update({name: value for name, value in tags.items() if name != "default"})
            stream.disposition = Disposition.default if "default" in tags else 0
        if video:
            _encode_pictures(file, video, pictures)
        for stream, (samples, _) in zip(sounds, tracks, strict=True):
            _encode(file, stream, samples, RATE)
    return path


def piece(path: Path, pictures: Sequence[np.ndarray], samples: np.ndarray, *, start_s: int = 0) -> Path:
    """A clip of 25 pictures a second that is one piece of a stream: MPEG-1 or -2 with MP2 sound at ``RATE``."""
    with av.open(str(path), "w") as file:
        video = file.add_stream("mpeg2video" if path.suffix == ".ts" else "mpeg1video", rate=25)
        sound = file.add_stream("mp2", rate=48_000, layout="mono")
        _encode_pictures(file, video, pictures, start_s)
        _encode(file, sound, samples, RATE, start_s)
    return path


def joined(path: Path, *pieces: Path) -> Path:
    """One file after another, as ``cat`` joins them."""
    path.write_bytes(b"".join(piece.read_bytes() for piece in pieces))
    return path


_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


def _channels(samples: np.ndarray) -> int:
    return 1 if samples.ndim == 1 else samples.shape[1]


def _encode_pictures(
    file: av.container.OutputContainer, video: av.VideoStream, pictures: Sequence[np.ndarray], start_s: int = 0
) -> None:
    video.height, video.width, _ = pictures[0].shape
    video.pix_fmt, video.bit_rate = "yuv420p", 1_000_000
    rate = round(video.average_rate)
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
        frame.pts, frame.time_base = number + start_s * rate, Fraction(1, rate)
        file.mux(video.encode(frame))
    file.mux(video.encode(None))


def _sound(file: av.container.OutputContainer, samples: np.ndarray, codec: str, rate: int) -> None:
    _encode(file, file.add_stream(codec, rate=rate, layout="mono"), samples, rate)


def _encode(
    file: av.container.OutputContainer, stream: av.AudioStream, samples: np.ndarray, rate: int, start_s: int = 0
) -> None:
    layout = _LAYOUTS[_channels(samples)]
    resampler = av.AudioResampler(stream.format.name, layout, stream.rate, stream.codec_context.frame_size or 1024)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples).reshape(1, -1), "s16", layout)
    frame.sample_rate, frame.pts, frame.time_base = rate, start_s * rate, Fraction(1, rate)
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        file.mux(stream.encode(part))
    file.mux(stream.encode(None))


def with_subtitles(path: Path, pictures: Sequence[np.ndarray], lines: Sequence[tuple[float, float, str]]) -> Path:
    """A clip of ten pictures a second with subtitles (start, end, text), and two chapters of three seconds."""
    plain = clip(path.with_name("plain.mkv"), pictures)
    text = "".join(f"{n}\n{_srt(a)} --> {_srt(b)}\n{line}\n\n" for n, (a, b, line) in enumerate(lines, 1))
    subtitles = path.with_suffix(".srt")
    subtitles.write_text(text)
    with av.open(str(plain)) as source, av.open(str(subtitles)) as srt, av.open(str(path), "w") as file:
        video = file.add_stream_from_template(source.streams.video[0])
        words = file.add_stream_from_template(srt.streams.subtitles[0])
        chapters = [("Spring", 0, 3000), ("Autumn", 3000, 6000)]
        file.set_chapters(
            [
                {"id": n, "start": a, "end": b, "time_base": Fraction(1, 1000), "metadata": {"title": title}}
                for n, (title, a, b) in enumerate(chapters)
            ]
        )
        for stream, origin in ((words, srt), (video, source)):
            for packet in origin.demux():
                if packet.dts is not None:
                    packet.stream = stream
                    file.mux(packet)
    plain.unlink()
    subtitles.unlink()
    return path


def with_subtitle_tracks(path: Path, pictures: Sequence[np.ndarray], lines: Mapping[str, str]) -> Path:
    """A clip with a subtitle track for each language, which has one line at the first second."""
    plain = clip(path.with_name("plain.mkv"), pictures)
    scripts = [path.with_name(f"{language}.srt") for language in lines]
    for script, line in zip(scripts, lines.values(), strict=True):
        script.write_text(f"1\n{_srt(1)} --> {_srt(2)}\n{line}\n\n", "utf-8")
    with ExitStack() as stack:
        file = stack.enter_context(av.open(str(path), "w"))
        sources = [stack.enter_context(av.open(str(source))) for source in (*scripts, plain)]
        streams = [file.add_stream_from_template(source.streams[0]) for source in sources]
        for stream, language in zip(streams, lines, strict=False):
            stream.metadata["language"] = language
        for stream, source in zip(streams, sources, strict=True):
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = stream
                    file.mux(packet)
    return path


def _srt(seconds: float) -> str:
    return f"00:00:{int(seconds):02},{round(seconds % 1 * 1000):03}"
