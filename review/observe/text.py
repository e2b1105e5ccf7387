"""Text on screen: found and read by PP-OCR (RapidOCR), then followed through every frame to learn when it stays.

Reads Latin script with accents, Chinese and Japanese. Its alphabet confuses I, l and 1 without context, which
`checks.wording` evens out; it does not read Korean, Arabic, Thai or handwriting.
"""

import difflib
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from review.observe.media import THREADS, Frame
from review.observe.records import Box, TextLine

READABLE = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "zh", "ja"})
"""Languages whose letters the reader knows; languages.toml says in which it was measured."""
SURE = 0.6
"""Confidence below which a reading is noise."""
STILL_THERE = 0.55
"""Correlation of a line's pixels with themselves in another frame from which on it counts as still shown."""
BRIEFEST = 0.25
"""Seconds a line must stay: what flickers is water, leaves or noise."""
TALLEST = 0.2
"""Height of a line as a share of the frame's shorter side above which it is an outline of something, not writing."""
BESIDE = 0.4
"""Heights of a line that are read on either side of its box: the box often ends before a last word of one letter."""
_LONGEST = 640
"""Longer side at which text is searched; lines are read at full size."""


@dataclass(frozen=True, eq=False)
class Film:
    """The analysis frames of a file, RGB (h, w, 3), their seconds, and access to full-size frames."""

    frames: Sequence[Frame]
    seconds: NDArray[np.float64]
    enlarge: float
    full: Callable[[float], Frame]


def read(film: Film, *, every: float, progress: Callable[[float], None]) -> tuple[TextLine, ...]:
    """All text lines with their spans; frames are searched `every` so many seconds."""
    moments = np.arange(min(0.25, film.seconds[-1] / 2), film.seconds[-1] + 1e-6, every)
    indices = sorted({int(np.abs(film.seconds - moment).argmin()) for moment in moments})
    lines: list[TextLine] = []
    for count, index in enumerate(indices):
        lines += _new_lines(film, index, lines)
        progress((count + 1) / len(indices))
    return tuple(sorted(_merged(lines), key=lambda line: (line.start, line.box.y)))


def _new_lines(film: Film, index: int, known: Sequence[TextLine]) -> list[TextLine]:
    second = float(film.seconds[index])
    shown = [line.box for line in known if line.start <= second <= line.end]
    boxes = [box for box in _find(film.frames[index], film.enlarge) if not any(_same_place(box, old) for old in shown)]
    if not boxes:
        return []
    picture = film.full(second)
    found = []
    for box in boxes:
        text, score = _spell(picture, box)
        if score >= SURE and any(character.isalnum() for character in text):
            start, end = _span(film, index, box)
            if end - start >= BRIEFEST:
                found.append(TextLine(text=text, start=start, end=end, box=box, score=round(score, 3)))
    return found


def _find(frame: Frame, enlarge: float) -> list[Box]:
    """Boxes of text in an analysis frame, in full-size pixels."""
    boxes = _engine()(frame[..., ::-1].copy(), use_det=True, use_cls=False, use_rec=False).boxes
    found = []
    for corners in [] if boxes is None else boxes:
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        if bottom - top > TALLEST * min(frame.shape[:2]):
            continue
        found.append(
            Box(
                x=float(left) * enlarge,
                y=float(top) * enlarge,
                width=float(right - left) * enlarge,
                height=float(bottom - top) * enlarge,
            )
        )
    return found


def _spell(picture: Frame, box: Box) -> tuple[str, float]:
    """Text and confidence of one line in a full-size picture."""
    above, beside = 0.08 * box.height, BESIDE * box.height
    rows = slice(max(0, int(box.y - above)), int(box.y + box.height + above) + 1)
    columns = slice(max(0, int(box.x - beside)), int(box.x + box.width + beside) + 1)
    crop = picture[rows, columns, ::-1].copy()
    told = _engine()(crop, use_det=False, use_cls=False, use_rec=True)
    if not told.txts:
        return "", 0.0
    return unicodedata.normalize("NFC", str(told.txts[0])).strip(), float(told.scores[0])


def _span(film: Film, index: int, box: Box) -> tuple[float, float]:
    """First and last second at which the line's pixels are still there, outwards from the frame it was read in."""
    rows = slice(max(0, int(box.y / film.enlarge)), int((box.y + box.height) / film.enlarge) + 1)
    columns = slice(max(0, int(box.x / film.enlarge)), int((box.x + box.width) / film.enlarge) + 1)
    crops = [_edges(frame[rows, columns]) for frame in film.frames]
    alike = np.array([_correlation(crops[index], crop) for crop in crops]) >= STILL_THERE
    first = last = index
    while first > 0 and alike[first - 1]:
        first -= 1
    while last < len(crops) - 1 and alike[last + 1]:
        last += 1
    step = float(film.seconds[1] - film.seconds[0]) if len(film.seconds) > 1 else 0.0
    return round(float(film.seconds[first]), 3), round(float(film.seconds[last]) + step, 3)


def _edges(crop: Frame) -> NDArray[np.float32]:
    grey = cv2.cvtColor(np.ascontiguousarray(crop), cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), 4.0))


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    a, b = first - first.mean(), second - second.mean()
    return float((a * b).sum() / (np.sqrt((a * a).sum() * (b * b).sum()) + 1e-6))


def _same_place(first: Box, second: Box) -> bool:
    width = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    height = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    if width <= 0 or height <= 0:
        return False
    return width * height > 0.5 * min(first.width * first.height, second.width * second.height)


def _merged(lines: Sequence[TextLine]) -> list[TextLine]:
    """One line where the same words were read again in the same place."""
    merged: list[TextLine] = []
    for line in sorted(lines, key=lambda each: each.start):
        for index, old in enumerate(merged):
            alike = difflib.SequenceMatcher(None, old.text, line.text, autojunk=False).ratio() > 0.85
            if alike and _same_place(old.box, line.box) and line.start <= old.end + 0.5:
                better = max(old, line, key=lambda each: each.score)
                merged[index] = replace(better, start=min(old.start, line.start), end=max(old.end, line.end))
                break
        else:
            merged.append(line)
    return merged


@cache
def _engine() -> Any:
    """The reader, loaded on first use and kept: only review workers pay for it. Its `.vis()` would download: never."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Det.limit_type": "max",
            "Det.limit_side_len": _LONGEST,
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        }
    )
