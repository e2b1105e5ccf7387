"""The plan of a film out of which a person cuts a stretch: what is left is said and shown earlier."""

from dataclasses import replace
from itertools import groupby
from typing import Any

from generation.specs import Line, VideoSpec, film_second

SHORTEST = 3.0
"""Seconds that a film keeps at least."""
LEAST = 0.2
"""Seconds that a cut takes out at least."""


def shortened(spec: VideoSpec, start: float, end: float) -> VideoSpec:
    """The plan without its seconds from `start` to `end`. A sentence that the stretch touches is left out whole.

    Raises ValueError, in words for a person, where nothing sensible would be left.
    """
    fps, frames = spec.fps, round(spec.whole_seconds * spec.fps)
    shown = spec.shown(frames)
    first, last = round(start * fps), round(end * fps)
    if not 0 <= first < last <= len(shown) or last - first < LEAST * fps:
        raise ValueError(f"Give two moments of the film, at least {LEAST:g} s apart: it lasts {spec.seconds:.1f} s.")
    kept = shown[:first] + shown[last:]
    if len(kept) < SHORTEST * fps:
        raise ValueError(f"{len(kept) / fps:.1f} s would be left; a film keeps {SHORTEST:g} s at least.")
    start, end = first / fps, last / fps

    def moved(row: Any) -> Any:
        return replace(row, **{edge: film_second(getattr(row, edge), [(start, end)]) for edge in ("start", "end")})

    return replace(
        spec,
        seconds=len(kept) / fps,
        left_out=_stretches(set(range(frames)) - set(kept), fps),
        labels=tuple(moved(label) for label in spec.labels),
        captions=tuple(moved(line) for line in spec.captions if not touched(line, start, end)),
        narration=tuple(moved(line) for line in spec.narration if not touched(line, start, end)),
    )


def touched(line: Line, start: float, end: float) -> bool:
    """Whether a sentence is shown or spoken within the stretch."""
    return line.start < end and line.end > start


def _stretches(frames: set[int], fps: int) -> tuple[tuple[float, float], ...]:
    """Frames as seconds from and to, one pair for each run."""
    runs = groupby(enumerate(sorted(frames)), key=lambda pair: pair[1] - pair[0])
    found = [[frame for _, frame in run] for _, run in runs]
    return tuple((run[0] / fps, (run[-1] + 1) / fps) for run in found)
