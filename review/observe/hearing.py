"""The sound as a track: how loud, where silent, and the words in it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from review.observe import media, speech, voice
from review.observe.media import Streams
from review.observe.picture import spans
from review.observe.records import Sound, Span, Word

QUIET = -55.0
"""dBFS (RMS of 50 ms) below which a moment is silent."""
SHORTEST = 0.6
"""Seconds from which on a silence is told."""


def listen(file: Path, streams: Streams, language: str) -> tuple[Sound, tuple[Word, ...], tuple[str, ...]]:
    """What the sound track is like, the words heard, and what could not be heard."""
    if not streams.audio_codec:
        return Sound(), (), ("The file has no sound.",)
    samples = media.sound(file)
    loudness, peak = media.loudness(file)
    silent = _silent(samples)
    audible = (
        bool(np.isfinite(loudness)) and loudness > -70 and sum(span.seconds for span in silent) < streams.seconds - 0.2
    )
    sound = Sound(
        codec=streams.audio_codec,
        loudness=loudness if np.isfinite(loudness) else None,
        peak=peak if np.isfinite(peak) else None,
        silent=silent,
        speech_language=language if language in speech.HEARD else "",
        begins=voice.beginnings(samples),
    )
    if language not in speech.HEARD:
        return sound, (), (f"Speech in {language!r} cannot be understood by the audit.",)
    return sound, speech.hear(samples, language) if audible else (), ()


def _silent(samples: NDArray[np.float32]) -> tuple[Span, ...]:
    block = media.SOUND_RATE // 20
    count = len(samples) // block
    if not count:
        return ()
    power = (samples[: count * block].reshape(count, block) ** 2).mean(axis=1)
    level = 10 * np.log10(power + 1e-12)
    return tuple(span for span in spans(level < QUIET, np.arange(count) / 20.0) if span.seconds >= SHORTEST)
