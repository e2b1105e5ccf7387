"""Faces of people: CenterFace (Xu et al., "CenterFace: Joint Face Detection and Alignment Using Face as Point", 2019).

Says that somebody is to be seen, not who: nothing here recognises a person.
"""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog import assets
from review.observe.media import Frame
from review.observe.records import Box, Face

SURE = 0.55
"""Score from which on something is a face; 9 of 9 model photos had 0.75 and more, things and places at most 0.39,
but for statues and portraits (docs/benchmarks.md). People from behind are not seen."""
OVERLAP = 0.3
"""Share of two boxes' union that they may have in common and still be two faces."""
_STRIDE, _CELL = 32, 4
_OUTPUTS = ("537", "538", "539", "540")
"""The network's names for its heat map, sizes, offsets and landmarks."""


def faces(frame: Frame, *, second: float, enlarge: float) -> tuple[Face, ...]:
    """Faces in an analysis frame, surest first; `enlarge` brings its pixels to full-size pixels."""
    height, width = frame.shape[:2]
    padded = -(-width // _STRIDE) * _STRIDE, -(-height // _STRIDE) * _STRIDE
    network = _network()
    network.setInput(cv2.dnn.blobFromImage(frame, 1.0, padded, (0, 0, 0), swapRB=False))
    heat, sizes, offsets, _ = (part[0] for part in network.forward(_OUTPUTS))
    grow = width / padded[0] * enlarge, height / padded[1] * enlarge
    found = []
    for row, column in zip(*np.nonzero(heat[0] > SURE), strict=True):
        high, wide = np.exp(sizes[:, row, column]) * _CELL
        down, across = offsets[:, row, column]
        left, top = (column + across + 0.5) * _CELL - wide / 2, (row + down + 0.5) * _CELL - high / 2
        box = _box(np.array([left, top, wide, high]), grow)
        found.append(Face(second=round(second, 3), box=box, score=round(float(heat[0, row, column]), 3)))
    return tuple(_apart(sorted(found, key=lambda face: -face.score)))


def _box(corner_and_size: NDArray[np.float64], grow: tuple[float, float]) -> Box:
    left, top, wide, high = (round(float(v), 1) for v in corner_and_size * np.array([*grow, *grow]))
    return Box(x=left, y=top, width=wide, height=high)


def _apart(faces: Sequence[Face]) -> list[Face]:
    """One box for each face: the surest of those that lie on each other."""
    kept: list[Face] = []
    for face in faces:
        if all(_shared(face.box, other.box) < OVERLAP for other in kept):
            kept.append(face)
    return kept


def _shared(first: Box, second: Box) -> float:
    wide = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    high = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    common = max(0.0, wide) * max(0.0, high)
    return common / (first.width * first.height + second.width * second.height - common)


@cache
def _network() -> cv2.dnn.Net:
    """Loaded on first use and kept: only review workers pay for it."""
    return cv2.dnn.readNetFromONNX(str(assets.resolve("centerface")))
