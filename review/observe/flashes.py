"""Flashes that can harm photosensitive viewers, counted as WCAG 2.3.1 and ITU-R BT.1702 define them.

A flash is a pair of opposing changes of relative luminance by a tenth or more, the darker one below 0.80, or of
saturated red, over a quarter of the picture at once.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from review.observe.media import Frame

STEP, BRIGHT = 0.10, 0.80
"""Least change of relative luminance (0..1), and the darker value above which none counts."""
RED_STEP = 20.0
"""Least change of (R - G - B) x 320 of linear light, cut off below zero."""
AREA = 0.25
"""Share of the picture that must change the same way within `TOGETHER` frames."""
TOGETHER = 3
FEWEST_A_SECOND = 8.0
"""Frames a second below which four flashes in a second cannot be told apart."""
_GRID = 48, 27
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])

Field = NDArray[np.float64]
"""(frames, rows, columns)."""


def flashes(frames: Sequence[Frame], seconds: NDArray[np.float64]) -> tuple[float, ...]:
    """Second at which each flash is complete, general and red ones together."""
    if len(frames) < 3:
        return ()
    small = np.stack([cv2.resize(frame, _GRID, interpolation=cv2.INTER_AREA) for frame in frames]) / 255.0
    linear = np.where(small <= 0.04045, small / 12.92, ((small + 0.055) / 1.055) ** 2.4)
    luminance = linear @ _LUMINANCE
    red = np.maximum(linear[..., 0] - linear[..., 1] - linear[..., 2], 0) * 320
    found = {*_pairs(luminance, STEP, below=BRIGHT), *_pairs(red, RED_STEP, below=np.inf)}
    return tuple(round(float(seconds[index]), 3) for index in sorted(found))


def _pairs(signal: Field, step: float, *, below: float) -> list[int]:
    """Frames at which a change of a quarter of the picture is answered by the opposite one."""
    ends = []
    pending = 0
    for index, direction in _turns(_changes(signal, step, below=below)):
        if pending and direction != pending:
            ends.append(index)
            pending = 0
        else:
            pending = direction
    return ends


def _changes(signal: Field, step: float, *, below: float) -> NDArray[np.int8]:
    """+1, -1 or 0 for each cell of each frame: whether it has just moved a whole step since it last turned."""
    changes = np.zeros(signal.shape, np.int8)
    low, high = signal[0].copy(), signal[0].copy()
    for index in range(1, len(signal)):
        now = signal[index]
        rose, fell = (now - low >= step) & (low < below), (high - now >= step) & (now < below)
        changes[index] = rose.astype(np.int8) - (fell & ~rose).astype(np.int8)
        moved = rose | fell
        low, high = np.where(moved, now, np.minimum(low, now)), np.where(moved, now, np.maximum(high, now))
    return changes


def _turns(changes: NDArray[np.int8]) -> list[tuple[int, int]]:
    """Frame and direction of each change of enough of the picture at once; a slow one is told once."""
    found: list[tuple[int, int]] = []
    for index in range(1, len(changes)):
        last, before = found[-1] if found else (0, 0)
        recent = changes[max(last + 1, index - TOGETHER + 1) : index + 1]
        shares = {way: float((recent == way).any(axis=0).mean()) for way in (1, -1) if way != before}
        way = max(shares, key=lambda each: shares[each])
        if shares[way] >= AREA:
            found.append((index, way))
    return found
