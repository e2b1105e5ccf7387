"""Words heard in the sound, with their times: Whisper base (int8 on the processor), language given, nothing random."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog import assets
from review.observe.records import Word

HEARD = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "zh", "ja"})
"""Languages listened for. Only English was measured, on a few sentences; Chinese is heard too roughly."""


def hear(sound: NDArray[np.float32], language: str) -> tuple[Word, ...]:
    """Words in mono float32 sound at 16 kHz. Passages that are most likely not speech are left out."""
    segments, _ = _model().transcribe(
        sound,
        language=language,
        temperature=0.0,
        beam_size=1,
        word_timestamps=True,
        condition_on_previous_text=False,
        vad_filter=False,
    )
    return tuple(
        Word(
            text=word.word.strip(),
            start=round(float(word.start), 3),
            end=round(float(word.end), 3),
            probability=round(float(word.probability), 3),
        )
        for segment in segments
        if segment.no_speech_prob < 0.6 or segment.avg_logprob > -0.7
        for word in segment.words or ()
    )


@cache
def _model() -> Any:
    """The recogniser, loaded on first use and kept: only review workers pay for it."""
    from faster_whisper import WhisperModel  # type: ignore[import-untyped]  # it ships no types

    return WhisperModel(str(assets.resolve("whisper_base")), device="cpu", compute_type="int8", cpu_threads=2)
