"""By how much sound and picture of a file of ours run apart: its plan says when each sentence is said and shown."""

import statistics
from collections.abc import Sequence
from itertools import product

from generation.specs import Line, VideoSpec
from review.checks.wording import coverage
from review.observe.records import Observation

REACH = 0.6
"""Seconds around its planned moment in which a sentence is looked for."""
AGREE = 0.15
"""Seconds by which the shifts of two sentences may differ: voices begin softly or hard."""
VOICE_LAG, CAPTION_LAG = 0.04, 0.10
"""Seconds after its planned moment at which a voice is heard to begin (a breath, a soft consonant), and at which a
caption has risen far enough to be seen: measured on films of ours (docs/benchmarks.md)."""
CAPTION_READ = 0.13
"""Seconds to which the beginning of a caption is read, three frames (two or three late in tall films of the demo):
less is no sign that the picture has moved."""
FIRST = 0.2
"""Seconds before which a caption stands from the first frame on, so that nothing is seen to begin."""
READ = 0.8


def lateness(spec: VideoSpec, observation: Observation) -> float | None:
    """Seconds by which the sentences come after their captions; None where no sentence is heard to begin."""
    voice = _shift([line.start for line in spec.narration], observation.sound.begins)
    if voice is None:
        return None
    seen = _shift(*_captions(spec.captions, observation))
    moved = 0.0 if seen is None else seen - CAPTION_LAG
    return voice - VOICE_LAG - (moved if abs(moved) > CAPTION_READ else 0.0)


def _captions(lines: Sequence[Line], observation: Observation) -> tuple[list[float], list[float]]:
    """Planned and seen beginnings of captions that were read."""
    planned, seen = [], []
    for line in lines:
        starts = [text.start for text in observation.texts if coverage(text.text, line.text) >= READ]
        if line.start > FIRST and starts:
            planned.append(line.start)
            seen.append(min(starts, key=lambda start: abs(start - line.start)))
    return planned, seen


def _shift(planned: Sequence[float], noticed: Sequence[float]) -> float | None:
    """How much later the planned moments were noticed: the shift on which all of them agree best."""
    found = [way for start in planned if (way := [each - start for each in noticed if abs(each - start) < REACH])]
    if len(found) < min(2, len(planned)) or not found:
        return None
    spread, _, shift = min((max(way) - min(way), abs(mean := statistics.fmean(way)), mean) for way in product(*found))
    return shift if spread <= AGREE else None
