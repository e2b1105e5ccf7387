"""Whether sound and picture run together: where things that happen at once are seen and heard, by how much they differ.

An onset is a frame that moves more than the one before, and a moment that is louder than the one before. Both tracks
of onsets are shifted against each other; a film in which no shift stands out has nothing to be judged by.
"""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from review.observe.media import SOUND_RATE, Frame
from review.observe.records import Sync

FINE = 4
"""Steps of sound a frame."""
FARTHEST = 8
"""Frames by which the tracks are shifted either way."""
STRONG = 4.0
"""Times the usual onset (median of those that rise) from which on one is an event."""
FEWEST = 3
"""Events, seen and heard, without which nothing can be said."""
ALIKE, CLEAR = 0.5, 1.3
"""Correlation at the best shift, and how much more than that at any other."""
APART = 2
"""Frames from which on a shift is another one."""
_SILENCE = 1e-3

Signal = NDArray[np.float64]


def measure(frames: Sequence[Frame], seconds: NDArray[np.float64], sound: NDArray[np.float32]) -> Sync | None:
    """How much later the sound is than the picture; None where too little happens in both at once."""
    if len(frames) < FARTHEST + 2 or not len(sound):
        return None
    step = float(seconds[1] - seconds[0])
    seen, heard = _events(_moving(frames)), _events(_rising(sound, step, len(frames)))
    if min(np.count_nonzero(seen), np.count_nonzero(heard)) < FEWEST:
        return None
    spread = np.zeros(len(heard))
    spread[::FINE] = seen
    shifts = np.arange(-FARTHEST * FINE, FARTHEST * FINE + 1)
    both = _softened(spread), _softened(heard)
    alike = np.array([_alike(*both, int(shift)) for shift in shifts])
    best = int(alike.argmax())
    others = alike[np.abs(shifts - shifts[best]) > APART * FINE]
    if alike[best] < ALIKE or alike[best] < CLEAR * others.max():
        return None
    return Sync(late=round(float(shifts[best]) * step / FINE, 3), frame=step, likeness=round(float(alike[best]), 3))


def _moving(frames: Sequence[Frame]) -> Signal:
    """By how much more each frame differs from the one before than that one did."""
    small = [cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA).astype(np.int16) for frame in frames]
    change = np.array([0.0, *(np.abs(b - a).mean() for a, b in pairwise(small))])
    return np.maximum(np.diff(change, prepend=0.0), 0.0)


def _rising(sound: NDArray[np.float32], step: float, frames: int) -> Signal:
    """By how much (natural log) each quarter of a frame is louder than the one before."""
    edges = np.round(np.arange(frames * FINE + 1) * step / FINE * SOUND_RATE).astype(int)
    power = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    inside = np.minimum(edges, len(sound))
    level = np.sqrt((power[inside[1:]] - power[inside[:-1]]) / np.maximum(np.diff(edges), 1))
    return np.asarray(np.maximum(np.diff(np.log(level + _SILENCE), prepend=np.log(_SILENCE)), 0.0))


def _events(onsets: Signal) -> Signal:
    """Only what stands out, each as strong as its root, so that one bang does not speak for all."""
    usual = float(np.median(onsets[onsets > 0])) if (onsets > 0).any() else 0.0
    peak = onsets >= np.maximum(np.roll(onsets, 1), np.roll(onsets, -1))
    return np.where(peak & (onsets > STRONG * usual), np.sqrt(onsets), 0.0)


def _softened(events: Signal) -> Signal:
    """Each event over the frame around it."""
    near = np.concatenate([np.arange(1, FINE + 1), np.arange(FINE - 1, 0, -1)]) / FINE
    return np.asarray(np.convolve(events, near, "same"))


def _alike(seen: Signal, heard: Signal, shift: int) -> float:
    """Correlation of what is seen with what is heard `shift` steps later."""
    shifted = np.roll(heard, -shift)
    return float(seen @ shifted / np.sqrt((seen @ seen) * (heard @ heard) + 1e-12))
