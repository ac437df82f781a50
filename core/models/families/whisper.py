"""Whisper base (Radford et al. 2022): a transcript, and vectors of how it sounds, from one pass of its encoder.

faster-whisper runs it, on CTranslate2. A sound's vector is the mean of the encoder's last states over the time it
lasts, minus what silence gives at the same places, in a window padded to 30 seconds, as the model was trained.
Transcribing needs that pass anyway. Where nobody speaks Whisper is made to begin with a parenthesis: it was trained on
subtitles, which put there what is heard otherwise, such as "(dog barking)".
"""

from __future__ import annotations

import math
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bowerbird.core.models.families.whisper_files import folder_of
from bowerbird.core.models.runtime.base import LoadContext, unit
from bowerbird.core.types import SAMPLE_RATE, Encoded, Heard, Line, Modality, Samples, Vectors
from bowerbird.core.words import all_words, sounds_in

if TYPE_CHECKING:
    import ctranslate2
    from faster_whisper.transcribe import Segment

BEAM_SIZE = 5
COMPUTE_TYPE = "float32"
_GPU_COMPUTE_TYPE = "float16"
_STATES_PER_S = 50
_MAX_FRAMES = 3000  # of the spectrogram: 30 seconds
_MIN_SPEECH = 0.5  # least probability of speech, by Silero's detector, for a passage to be transcribed
_MAX_NO_SPEECH = 0.4  # Whisper's own probability that nobody speaks, above which improbable words are dropped
_MIN_LOGPROB = -1.0  # mean log-probability of the words, below which they are improbable
_MIN_REST_S = 0.5  # of speech after a line: a shorter rest is part of that line
_REPEATS = 3  # times the same line in one window, or words in a line half of which are repeats: made up
_MAX_COMPRESSION = 2.4  # ratio by zlib, above which a text repeats itself
_QUIET = 1e-3  # root mean square of a window (1: full scale) below which there is nothing to be heard
_LONGEST_SOUND = 20  # tokens that say what is heard
_LEAST_SHARE = 0.2  # of the probability of all that Whisper thinks of, for what it says is heard to be kept
_WORDS_OF_A_SOUND = 4  # at the most: longer ones were spoken


class Whisper:
    """Recordings and the sound of clips: 512-d by example, and a transcript of speech."""

    family: ClassVar[str] = "whisper"
    modality: ClassVar[Modality] = Modality.SOUND

    def __init__(self, context: LoadContext) -> None:
        """Load the model, on the GPU if CTranslate2 can use it."""
        (self._space,) = (space.id for space in context.entry.spaces)
        gpu = context.device == "cuda"
        self._compute_type = _GPU_COMPUTE_TYPE if gpu and context.half else COMPUTE_TYPE
        self._model = _one_pass_whisper()(
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
        """Vectors of sounds, of shape (samples,), none longer than 30 seconds: shape (n, 512)."""
        return Encoded({self._space: np.concatenate([self._whole(item) for item in items])})

    def _whole(self, samples: Samples) -> Vectors:
        with self._lock:
            states = self._model.states(_floats(samples))
        return self._pooled(states, [(0.0, len(samples) / SAMPLE_RATE)])

    def listen(self, samples: Samples, spans: Sequence[tuple[float, float]]) -> Heard:
        """Transcript of a window of at most 30 seconds, and a vector of each span of it, in seconds: (spans, 512).

        A window without speech has one line, in parentheses: what else is heard in it, in English.
        """
        sound = _floats(samples)
        speech = _speech(sound)
        with self._lock:
            states = self._model.states(sound)
            segments = self._model.transcribe_window(sound, speech[-1][1]) if speech else []
            lines = tuple(_line(segment, speech) for segment in _believable(segments))
            if not lines and _loudness(sound) > _QUIET:
                lines = _sound_line(self._model.sounds_of_window(), len(sound) / SAMPLE_RATE)
        return Heard(lines, tuple(spans), {self._space: self._pooled(states, spans)})

    def _pooled(self, states: NDArray[np.float32], spans: Sequence[tuple[float, float]]) -> Vectors:
        """Shape (spans, 512)."""
        relative = states - self._silence
        edges = [(int(start_s * _STATES_PER_S), round(end_s * _STATES_PER_S)) for start_s, end_s in spans]
        return unit(np.stack([relative[low : max(low + 1, high)].mean(axis=0) for low, high in edges]))


def _one_pass_whisper() -> type[Any]:
    """faster-whisper's class, whose encoder runs once over a window for its states, its language and its text."""
    import ctranslate2
    from faster_whisper import WhisperModel
    from faster_whisper.audio import pad_or_trim
    from faster_whisper.tokenizer import Tokenizer
    from tqdm import tqdm

    tqdm.set_lock(threading.RLock())  # its own is shared between processes, and outlives this one

    class OnePassWhisper(WhisperModel):  # type: ignore[misc]
        _encoded: ctranslate2.StorageView | None = None
        _window: ctranslate2.StorageView | None = None

        def states(self, sound: NDArray[np.float32]) -> NDArray[np.float32]:
            """The encoder's last states over a window, shape (1500, 512): 50 a second."""
            self._encoded = None
            encoded = self._window = self._encoded = self.encode(
                pad_or_trim(self.feature_extractor(sound)[:, :_MAX_FRAMES])
            )
            on_cpu = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
            return np.asarray(np.array(on_cpu)[0], np.float32)

        def encode(self, features: NDArray[np.float32]) -> ctranslate2.StorageView:
            ready, self._encoded = self._encoded, None
            return ready if ready is not None else super().encode(features)

        def transcribe_window(self, sound: NDArray[np.float32], until_s: float) -> list[Segment]:
            """The transcript of the window whose ``states`` were computed last, up to ``until_s``, where speech ends.

            For the rest of the window faster-whisper would run the encoder once more.
            """
            language = self.model.detect_language(self._encoded)[0][0][0][2:-2]
            segments: list[Segment] = []
            for segment in self.transcribe(sound, language=language, beam_size=BEAM_SIZE)[0]:
                segments.append(segment)
                if segment.end > until_s - _MIN_REST_S:
                    break
            return segments

        def sounds_of_window(self) -> list[tuple[str, float]]:
            """What Whisper would write of the window whose ``states`` were computed last, in parentheses.

            Texts such as "(rain) (thunder)", and the log-probability of each.
            """
            tokens = Tokenizer(self.hf_tokenizer, self.model.is_multilingual, task="transcribe", language="en")
            prompt = [*tokens.sot_sequence, tokens.no_timestamps, *tokens.encode(" (")]
            (answer,) = self.model.generate(
                self._window,
                [prompt],
                beam_size=BEAM_SIZE,
                num_hypotheses=BEAM_SIZE,
                max_length=len(prompt) + _LONGEST_SOUND,
                return_scores=True,
                suppress_tokens=[],  # it is kept from writing parentheses otherwise
            )
            texts = [tokens.decode(list(ids)) for ids in answer.sequences_ids]
            lengths = [len(ids) + 1 for ids in answer.sequences_ids]  # scores are means, with the end's
            return [(text, score * length) for text, score, length in zip(texts, answer.scores, lengths, strict=True)]

    return OnePassWhisper


def _floats(samples: Samples) -> NDArray[np.float32]:
    return np.asarray(samples / np.float32(32768), np.float32)


def _speech(sound: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Where somebody may be speaking, by Silero's voice activity detector: starts and ends in seconds."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(threshold=_MIN_SPEECH, min_silence_duration_ms=500, speech_pad_ms=200)
    stretches = get_speech_timestamps(sound, options)
    return [(stretch["start"] / SAMPLE_RATE, stretch["end"] / SAMPLE_RATE) for stretch in stretches]


def _believable(segments: Sequence[Segment]) -> list[Segment]:
    """Without what Whisper made up: where nobody speaks it doubts itself, or repeats itself."""
    times = Counter(" ".join(all_words(segment.text)) for segment in segments)
    return [
        segment for segment in segments if times[" ".join(all_words(segment.text))] < _REPEATS and _is_likely(segment)
    ]


def _is_likely(segment: Segment) -> bool:
    words = all_words(segment.text)
    repetitive = len(words) >= _REPEATS and len(set(words)) <= len(words) / 2
    if not words or repetitive or segment.compression_ratio > _MAX_COMPRESSION:
        return False
    return not (segment.no_speech_prob > _MAX_NO_SPEECH and segment.avg_logprob < _MIN_LOGPROB)


def _line(segment: Segment, speech: Iterable[tuple[float, float]]) -> Line:
    """A line of the transcript, cut to where speech begins and ends: Whisper's own times take in the silence around."""
    spoken = [(start_s, end_s) for start_s, end_s in speech if start_s < segment.end and end_s > segment.start]
    start_s = max(segment.start, spoken[0][0]) if spoken else segment.start
    end_s = min(segment.end, spoken[-1][1]) if spoken else segment.end
    return Line(round(start_s, 2), round(max(end_s, start_s), 2), segment.text.strip())


def _loudness(sound: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(sound)))) if len(sound) else 0.0


def _sound_line(heard: Sequence[tuple[str, float]], length_s: float) -> tuple[Line, ...]:
    """One line with all that is likely of what Whisper thinks it hears, the likeliest first; none if nothing is."""
    best = max(log_probability for _, log_probability in heard)
    weights = [math.exp(log_probability - best) for _, log_probability in heard]
    shares: dict[str, float] = defaultdict(float)
    for (text, _), weight in zip(heard, weights, strict=True):
        short = (sound.lower() for sound in sounds_in(text) if len(all_words(sound)) <= _WORDS_OF_A_SOUND)
        for sound in dict.fromkeys(short):  # in the order in which they are told
            shares[sound] += weight / sum(weights)
    likely = [
        f"({sound})" for sound in sorted(shares, key=lambda sound: -shares[sound]) if shares[sound] >= _LEAST_SHARE
    ]
    return (Line(0.0, round(length_s, 2), " ".join(likely)),) if likely else ()
