"""The picture as a track: where shots begin, where it is black, where it stands still."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from review.observe.media import Frame
from review.observe.records import Span

BLACK = 12.0
"""Mean luma (0..255) below which a frame is black, if nearly nothing in it is brighter than twice that."""
FROZEN = 0.12
"""Mean absolute change of luma between frames below which the picture stands still."""
SHORTEST = 0.4
"""Seconds from which on a black or frozen stretch is worth telling."""


def cuts(frames: Sequence[Frame], seconds: NDArray[np.float64]) -> tuple[float, ...]:
    """Seconds at which the picture changes as a whole: the colour histogram and the pixels both jump."""
    found = []
    small = [np.asarray(cv2.resize(frame, (64, 36), interpolation=cv2.INTER_AREA), np.uint8) for frame in frames]
    histograms = [_histogram(frame) for frame in small]
    for index in range(1, len(small)):
        apart = cv2.compareHist(histograms[index - 1], histograms[index], cv2.HISTCMP_BHATTACHARYYA)
        jump = float(np.abs(small[index].astype(np.int16) - small[index - 1]).mean())
        if apart > 0.35 and jump > 14:
            found.append(float(seconds[index]))
    return tuple(found)


def black(frames: Sequence[Frame], seconds: NDArray[np.float64]) -> tuple[Span, ...]:
    """Stretches in which nothing is to be seen, also single frames at the very start and end."""
    dark = [frame.mean() < BLACK and np.quantile(frame, 0.99) < 2 * BLACK for frame in frames]
    return tuple(
        span
        for span in spans(np.array(dark), seconds)
        if span.seconds >= SHORTEST or span.start == seconds[0] or span.end >= seconds[-1]
    )


def frozen(frames: Sequence[Frame], seconds: NDArray[np.float64]) -> tuple[Span, ...]:
    """Stretches in which consecutive frames are the same."""
    small = [cv2.resize(frame, (160, 90), interpolation=cv2.INTER_AREA).astype(np.float32) for frame in frames]
    same = [False] + [bool(np.abs(b - a).mean() < FROZEN) for a, b in pairwise(small)]
    return tuple(span for span in spans(np.array(same), seconds) if span.seconds >= SHORTEST)


def spans(flags: NDArray[np.bool_], seconds: NDArray[np.float64]) -> list[Span]:
    """Unbroken runs of True as spans; a run's end is the next frame's second."""
    step = float(seconds[1] - seconds[0]) if len(seconds) > 1 else 0.0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [
        Span(start=round(float(seconds[start]), 3), end=round(float(seconds[end - 1]) + step, 3))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _histogram(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    histogram = cv2.calcHist([frame], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3)
    return np.asarray(histogram / max(1.0, float(histogram.sum())), np.float32)
