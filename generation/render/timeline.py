"""Who is seen and heard when: the plan of a video as data, before a pixel is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from generation.specs import Line, VideoSpec

END_CARD_SECONDS = 1.5
EASE_IN, EASE_OUT = 0.40, 0.25
Kind = Literal["caption", "label", "end_card"]


@dataclass(frozen=True, kw_only=True)
class Cue:
    """A piece of text on screen from `start` to `end` seconds; `detail` is the call to action of an end card."""

    kind: Kind
    text: str
    start: float
    end: float
    detail: str = ""

    def presence(self, second: float) -> float:
        """Opacity 0..1: labels are simply there, other text eases in and out."""
        if not self.start <= second < self.end:
            return 0.0
        if self.kind == "label":
            return 1.0
        rising, falling = (second - self.start) / EASE_IN, (self.end - second) / EASE_OUT
        return _eased(min(1.0, rising if self.start > 0 else 1.0)) * _eased(
            min(1.0, falling if self.kind == "caption" else 1.0)
        )


def cues(spec: VideoSpec) -> tuple[Cue, ...]:
    """Labels, captions and the end card of a spec; captions give way to the end card."""
    labels = tuple(Cue(kind="label", text=row.text, start=row.start, end=row.end) for row in spec.labels)
    card = _end_card(spec)
    last = card[0].start if card else spec.seconds
    return labels + tuple(_captions(spec.captions, last)) + card


def within(cues: Sequence[Cue], start: float, end: float) -> list[Cue]:
    """What is written in the shot from `start` to `end`: each text for as long as both last, if it can be read then."""
    cut = [replace(cue, start=max(cue.start, start), end=min(cue.end, end)) for cue in cues]
    return [cue for cue in cut if cue.end - cue.start > (0 if cue.kind == "label" else EASE_IN)]


def _captions(lines: tuple[Line, ...], last: float) -> list[Cue]:
    return [
        Cue(kind="caption", text=line.text, start=line.start, end=min(line.end, last))
        for line in lines
        if min(line.end, last) - line.start > EASE_IN
    ]


def _end_card(spec: VideoSpec) -> tuple[Cue, ...]:
    if not spec.title or spec.seconds < 3 * END_CARD_SECONDS:
        return ()
    start = spec.seconds - END_CARD_SECONDS
    return (Cue(kind="end_card", text=spec.title, detail=spec.call_to_action, start=start, end=spec.seconds),)


def _eased(share: float) -> float:
    """Cubic, quick first: text is readable soon and settles gently."""
    return 1 - (1 - max(share, 0.0)) ** 3
