"""Whisper base (Radford et al. 2022): what is said, and vectors of how it sounds, from one pass of its encoder.

faster-whisper runs it, on CTranslate2. A sound's vector is the mean of the encoder's last states over the time it
lasts, less what silence gives at the same places, in a window padded to 30 seconds, as the model was trained.
Transcribing needs that pass anyway.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families.whisper_files import folder_of
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.types import SAMPLE_RATE, Encoded, Heard, Line, Modality, Samples, Vectors
from bowerbird.core.words import all_words

if TYPE_CHECKING:
    import ctranslate2
    from faster_whisper.transcribe import Segment

BEAM_SIZE = 5
COMPUTE_TYPE = "float32"
_GPU_COMPUTE_TYPE = "float16"
_STATES = 50  # a second
_MOST_FRAMES = 3000  # of the spectrogram: 30 seconds
_SPEECH = 0.5  # least probability of speech, by Silero's detector, for words to be looked for
_SILENT = 0.4  # Whisper's own probability that nobody speaks, above which improbable words are not believed
_IMPROBABLE = -1.0  # mean log-probability of the words
_REST_S = 0.5  # of speech: what is shorter was taken in by the line before
_OFTEN = 3  # times the same line in one window, or words in a line half of which are the same
_REPETITIVE = 2.4  # how well a text compresses: above, it goes round in circles


class Whisper:
    """Recordings and the sound of clips: 512-d by example, and what is said in them."""

    family: ClassVar[str] = "whisper"
    modality: ClassVar[Modality] = Modality.SOUND

    def __init__(self, context: LoadContext) -> None:
        """Load the model, on the GPU if CTranslate2 can use it."""
        (self._space,) = (space.id for space in context.entry.spaces)
        gpu = context.device == "cuda"
        self._compute_type = _GPU_COMPUTE_TYPE if gpu and context.half else COMPUTE_TYPE
        self._model = _listening()(
            str(folder_of(context)),
            device="cuda" if gpu else "cpu",
            compute_type=self._compute_type,
            cpu_threads=context.threads,
            local_files_only=True,
        )
        self._device = "CUDA" if gpu else "the CPU"
        self._lock = threading.Lock()
        self._silence = self._model.states(np.zeros(SAMPLE_RATE, np.float32))

    @property
    def runtime(self) -> str:
        """What runs it, in words."""
        import ctranslate2

        return f"CTranslate2 {ctranslate2.__version__} on {self._device}, {self._compute_type}"

    def encode(self, items: Sequence[Samples]) -> Encoded:
        """Vectors of whole sounds, none longer than 30 seconds."""
        return Encoded({self._space: np.concatenate([self._alone(item) for item in items])})

    def _alone(self, samples: Samples) -> Vectors:
        with self._lock:
            states = self._model.states(_floats(samples))
        return self._pooled(states, [(0.0, len(samples) / SAMPLE_RATE)])

    def listen(self, samples: Samples, spans: Sequence[tuple[float, float]]) -> Heard:
        """What is said in a window of at most 30 seconds, and the vector of each span of it, in seconds."""
        sound = _floats(samples)
        speech = _speech(sound)
        with self._lock:
            states = self._model.states(sound)
            found = self._model.said(sound, speech[-1][1]) if speech else []
        lines = tuple(_line(one, speech) for one in _believable(found))
        return Heard(lines, tuple(spans), {self._space: self._pooled(states, spans)})

    def _pooled(self, states: NDArray[np.float32], spans: Sequence[tuple[float, float]]) -> Vectors:
        """Shape (spans, 512)."""
        told = states - self._silence
        edges = [(int(start_s * _STATES), round(end_s * _STATES)) for start_s, end_s in spans]
        return unit(np.stack([told[low : max(low + 1, high)].mean(axis=0) for low, high in edges]))


def _listening() -> type[Any]:
    """faster-whisper's class; the encoder runs once over a window for its states, its language and its text."""
    import ctranslate2
    from faster_whisper import WhisperModel
    from faster_whisper.audio import pad_or_trim
    from tqdm import tqdm

    tqdm.set_lock(threading.RLock())  # its own is shared between processes, and outlives this one

    class Listening(WhisperModel):  # type: ignore[misc]
        _encoded: ctranslate2.StorageView | None = None

        def states(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
            """Shape (1500, 512), the encoder's last states of a window."""
            self._encoded = None
            encoded = self._encoded = self.encode(pad_or_trim(self.feature_extractor(sound)[:, :_MOST_FRAMES]))
            plain = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
            return np.asarray(np.array(plain)[0], np.float32)

        def encode(self, features: NDArray[np.float32]) -> ctranslate2.StorageView:
            ready, self._encoded = self._encoded, None
            return ready if ready is not None else super().encode(features)

        def said(self, sound: NDArray[np.float32], until_s: float) -> list[Segment]:
            """The text of the window whose states were asked for last, up to the end of what is said in it.

            For what is left then, faster-whisper would go through the encoder once more.
            """
            language = self.model.detect_language(self._encoded)[0][0][0][2:-2]
            found: list[Segment] = []
            for one in self.transcribe(sound, language=language, beam_size=BEAM_SIZE)[0]:
                found.append(one)
                if one.end > until_s - _REST_S:
                    break
            return found

    return Listening


def _floats(samples: Samples) -> NDArray[np.float32]:
    return np.asarray(samples / np.float32(32768), np.float32)


def _speech(sound: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Where somebody may be speaking, in seconds."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(threshold=_SPEECH, min_silence_duration_ms=500, speech_pad_ms=200)
    found = get_speech_timestamps(sound, options)
    return [(one["start"] / SAMPLE_RATE, one["end"] / SAMPLE_RATE) for one in found]


def _believable(found: Sequence[Segment]) -> list[Segment]:
    """What Whisper heard rather than made up: where nobody speaks it doubts itself, or says the same over and over."""
    times = Counter(" ".join(all_words(one.text)) for one in found)
    return [one for one in found if times[" ".join(all_words(one.text))] < _OFTEN and _likely(one)]


def _likely(found: Segment) -> bool:
    words = all_words(found.text)
    circles = len(words) >= _OFTEN and len(set(words)) <= len(words) / 2
    if not words or circles or found.compression_ratio > _REPETITIVE:
        return False
    return not (found.no_speech_prob > _SILENT and found.avg_logprob < _IMPROBABLE)


def _line(found: Segment, speech: Iterable[tuple[float, float]]) -> Line:
    """A line that begins and ends with speech: Whisper's own times take in the silence around."""
    spoken = [(start_s, end_s) for start_s, end_s in speech if start_s < found.end and end_s > found.start]
    start_s = max(found.start, spoken[0][0]) if spoken else found.start
    end_s = min(found.end, spoken[-1][1]) if spoken else found.end
    return Line(round(start_s, 2), round(max(end_s, start_s), 2), found.text.strip())
