"""How high the product's effect reaches, in metres, from the pixels alone.

Ruler: the product itself, whose real width the catalog knows. Signal: what flickers above the effect's origin once the
camera is held still. Control: the same statistic left and right of it, where only leaves, water and noise move.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from review.observe.motion import align
from review.observe.photo import Photo
from review.observe.records import AtLeast, Box, CannotMeasure, Extent, Measured, Ruler, Sighting

SMALLEST_PRODUCT = 36
"""Width of the product in full-size pixels below which its size is too coarse a ruler."""
WINDOW = 1.2
"""Seconds that are looked at together."""
BORDER_ROWS = 3
PERSPECTIVE = 0.035
"""Relative: what a camera that looks down at up to 30 degrees does to a height, when its tilt is not known."""
SPREAD, NARROWEST, GAP, FOOT = 0.30, 0.035, 0.05, 0.20
"""Half-width of the column that is searched (share of the height, and least metres); in metres, the longest dark gap
and the height below which the effect must begin."""
UNSTEADY = 0.5
"""Pixels that a leaf may still move after alignment without counting as water."""
CLEARLY, STANDS_OUT, FLANK = 0.4, 2.2, 0.14
"""Share of the strong rows' activity that needs no second look; for all others the least ratio to the flanks, and how
far these reach in metres."""
QUIET = 0.02
"""Metres of still picture below a caption that show that nothing runs behind it."""
FINE = 2.5
"""Blur, in analysis pixels, that separates drops from a soft background."""


@dataclass(frozen=True, eq=False)
class Window:
    """A stretch of one shot: grey frames (h, w) at analysis size, and the product in one of them."""

    grey: list[NDArray[np.uint8]]
    middle: int
    """Index of the frame that the sighting is of."""
    sighting: Sighting
    captions: tuple[Box, ...]
    """Text on screen during the window, in full-size pixels."""


@dataclass(frozen=True, kw_only=True)
class _Column:
    """Heights are rows counted upwards from the origin, in analysis pixels."""

    top: float
    second: float
    border: int
    """Rows between the origin and the upper edge of the picture."""
    error: float
    blocked: bool


def measure(windows: Sequence[Window], photo: Photo, *, enlarge: float, progress: Callable[[float], None]) -> Extent:
    """The highest the effect reaches in any window. `enlarge` brings analysis pixels to full-size pixels."""
    if photo.metres_per_pixel is None:
        return CannotMeasure(reason="The photo's scale is not known: give the product's width.")
    if not windows:
        return CannotMeasure(reason="The product was not found, so there is nothing to measure against.")
    seen: list[Extent] = []
    for index, window in enumerate(windows):
        seen.append(_in_window(window, photo, enlarge))
        progress((index + 1) / len(windows))
    return _together(seen)


def _together(seen: Sequence[Extent]) -> Extent:
    """The windows' verdict: the highest reading that a second window or the spread of all supports."""
    numbers = [extent for extent in seen if isinstance(extent, Measured)]
    leaving = [extent for extent in seen if isinstance(extent, AtLeast)]
    if leaving and (not numbers or max(e.value for e in leaving) > max(e.value for e in numbers)):
        return max(leaving, key=lambda extent: extent.value)
    if not numbers:
        return next(extent for extent in seen if isinstance(extent, CannotMeasure))
    values = np.array([extent.value for extent in numbers])
    highest = numbers[int(values.argmax())]
    usual = float(np.median(values))
    if highest.value <= usual * 1.15 + 0.02:
        nearest = numbers[int(np.abs(values - usual).argmin())]
        spread = float(values.std()) if len(values) > 2 else 0.0
        return Measured(
            value=round(usual, 4),
            uncertainty=round(float(np.hypot(nearest.uncertainty, spread)), 4),
            second_opinion=round(float(np.median([extent.second_opinion for extent in numbers])), 4),
            ruler=nearest.ruler,
        )
    return highest


def _in_window(window: Window, photo: Photo, enlarge: float) -> Extent:
    sighting = window.sighting
    second = sighting.second
    if sighting.box.width < SMALLEST_PRODUCT:
        return CannotMeasure(
            reason=f"The product is only {sighting.box.width:.0f} pixels wide at {second:.1f} s.", second=second
        )
    ruler = _ruler(sighting, photo)
    column = _column(window, ruler, enlarge)
    if isinstance(column, str):
        return CannotMeasure(reason=column, second=second)
    per_metre = ruler.pixels_per_metre / enlarge
    value, opinion = column.top / per_metre, column.second / per_metre
    uncertainty = float(
        np.hypot(value * PERSPECTIVE, (1.5 + column.error) / per_metre) + value * 0.5 / (sighting.box.width / enlarge)
    )
    if column.top >= column.border - BORDER_ROWS and column.second >= 0.93 * column.border:
        return AtLeast(
            value=round(value, 4),
            uncertainty=round(uncertainty, 4),
            reason="It leaves the picture at the top.",
            ruler=ruler,
        )
    if column.blocked and column.top == 0:
        return CannotMeasure(reason=f"A caption covers the effect at {second:.1f} s.", second=second)
    if column.blocked:
        return AtLeast(
            value=round(value, 4), uncertainty=round(uncertainty, 4), reason="It runs behind a caption.", ruler=ruler
        )
    apart = abs(value - opinion)
    if apart > max(0.2 * value, 0.05):
        told = f"Two methods disagree at {second:.1f} s: {value:.2f} m and {opinion:.2f} m."
        return CannotMeasure(reason=told, second=second)
    uncertainty = float(np.hypot(uncertainty, apart / 2))
    return Measured(
        value=round(value, 4), uncertainty=round(uncertainty, 4), second_opinion=round(opinion, 4), ruler=ruler
    )


def _ruler(sighting: Sighting, photo: Photo) -> Ruler:
    x, y = photo.effect_origin
    return Ruler(
        second=sighting.second,
        x=round(float(sighting.box.x + x * sighting.scale), 2),
        y=round(float(sighting.box.y + y * sighting.scale * sighting.aspect), 2),
        pixels_per_metre=sighting.scale / (photo.metres_per_pixel or 1.0),
    )


def _column(window: Window, ruler: Ruler, enlarge: float) -> "_Column | str":
    """Read the activity above the origin, or say why it cannot be read."""
    shape = window.grey[0].shape
    x, y, per_metre = ruler.x / enlarge, ruler.y / enlarge, ruler.pixels_per_metre / enlarge
    hidden = _hidden(shape, window.captions, enlarge)
    usable = np.where(hidden, 0, 255).astype(np.uint8)
    reach = max(0.5 * 0.6 * y, 0.12 * per_metre)
    usable[: int(y + 0.1 * per_metre), max(0, int(x - reach)) : int(x + reach)] = 0
    aligned = align(window.grey, window.middle, usable)
    if aligned is None:
        return f"The camera's motion at {ruler.second:.1f} s cannot be taken out: the background gives too little hold."
    flicker, jump = _activity(aligned.grey, unsteady=max(UNSTEADY, 1.5 * aligned.error))
    inside, outside = _rows(flicker, x, y, per_metre, hidden)
    top = _climb(inside, outside, _flanks(flicker, x, y, per_metre, hidden), per_metre)
    inside_2, outside_2 = _rows(jump, x, y, per_metre, hidden)
    return _Column(
        top=top,
        second=_energy_top(inside_2, outside_2),
        border=int(y),
        error=aligned.error,
        blocked=_runs_behind(hidden, x, y - top, per_metre),
    )


def _hidden(shape: tuple[int, ...], captions: Sequence[Box], enlarge: float) -> NDArray[np.bool_]:
    hidden = np.zeros(shape, bool)
    for box in captions:
        margin = 0.5 * box.height
        rows = slice(max(0, int((box.y - margin) / enlarge)), int((box.y + box.height + margin) / enlarge) + 1)
        columns = slice(max(0, int((box.x - margin) / enlarge)), int((box.x + box.width + margin) / enlarge) + 1)
        hidden[rows, columns] = True
    return hidden


def _activity(grey: NDArray[np.float32], *, unsteady: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two statistics a pixel of frames (n, h, w): brightness above the median over time, and change between frames.

    Both look at fine bright structure only (a frame less its own blur): drops have it, a soft background has not.
    `unsteady` is how far, in pixels, the background may still move: what that can explain does not count.
    """
    fine = np.stack([np.maximum(frame - cv2.GaussianBlur(frame, (0, 0), FINE), 0) for frame in grey])
    usual = np.median(fine[:: max(1, len(fine) // 11)], axis=0)
    shaken = unsteady * _steepness(usual)
    deviation = np.maximum(fine - usual - shaken, 0)
    step = np.maximum(np.abs(np.diff(fine, axis=0)) - shaken, 0)
    return deviation.mean(axis=0), step.mean(axis=0)


def _steepness(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Grey levels that a shift of one pixel changes: the largest difference to a neighbour, (h, w)."""
    ring = np.ones((3, 3), np.uint8)
    return np.asarray(np.maximum(cv2.dilate(picture, ring) - picture, picture - cv2.erode(picture, ring)), np.float32)


def _rows(
    activity: NDArray[np.float32], x: float, y: float, per_metre: float, hidden: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Activity by height above the origin: in the column, and beside it. NaN where a caption hides the row."""
    inside, outside = np.full(int(y), np.nan), np.full(int(y), np.nan)
    smooth = cv2.blur(np.where(hidden, 0, activity), (max(3, int(0.05 * per_metre)), 1))
    for rise in range(int(y)):
        row = int(y) - 1 - rise
        half = max(NARROWEST * per_metre, SPREAD * rise)
        left, right = max(0, int(x - half)), min(activity.shape[1], int(x + half) + 1)
        if hidden[row, left:right].mean() > 0.5:
            continue
        inside[rise] = smooth[row, left:right].max()
        beside = np.r_[
            0 : max(0, int(left - half)) : 3, min(activity.shape[1], int(right + half)) : activity.shape[1] : 3
        ]
        quiet = np.sort(smooth[row, beside[~hidden[row, beside]]])
        if len(quiet) > 5:
            outside[rise] = quiet[int(0.6 * len(quiet))]
    return inside, _filled(outside)


def _flanks(
    activity: NDArray[np.float32], x: float, y: float, per_metre: float, hidden: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """By height: how much more the middle of the column stirs than what is right beside it. 0 where hidden.

    A jet's tip is one bright thread; leaves behind it stir on both of its sides as well.
    """
    smooth = cv2.blur(np.where(hidden, 0, activity), (max(3, int(0.02 * per_metre)), 1))
    near, far = max(2, int(NARROWEST * per_metre)), max(6, int(FLANK * per_metre))
    ratio = np.zeros(int(y))
    for rise in range(int(y)):
        row, middle = int(y) - 1 - rise, int(x)
        beside = np.r_[
            smooth[row, max(0, middle - far) : max(0, middle - near)], smooth[row, middle + near : middle + far]
        ]
        centre = smooth[row, max(0, middle - near) : middle + near]
        if len(beside) and not hidden[row, max(0, middle - near) : middle + near].all():
            ratio[rise] = float(centre.max()) / (float(np.quantile(beside, 0.95)) + 0.15)
    return ratio


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unknown rows take the nearest known one."""
    known = np.nonzero(np.isfinite(values))[0]
    return np.interp(np.arange(len(values)), known, values[known]) if len(known) else np.full(len(values), np.inf)


def _climb(
    inside: NDArray[np.float64], outside: NDArray[np.float64], flanks: NDArray[np.float64], per_metre: float
) -> float:
    """Climb from the lowest lively stretch while rows are active, over gaps of at most GAP metres. 0 when none is.

    A row that is only faintly lively counts when its middle stands out. A caption that begins above quiet rows ends
    the climb.
    """
    strong = np.nanquantile(inside, 0.9)
    active = inside > np.maximum(0.12 * strong, 2.0 * outside + 0.15)
    active &= (inside > CLEARLY * strong) | (flanks > STANDS_OUT)
    start = _first_run(active, max(3, int(0.02 * per_metre)))
    if start is None or start > FOOT * per_metre:
        return 0.0
    top, gap = start, 0
    for rise in range(start, len(inside)):
        if active[rise]:
            top, gap = rise + 1, 0
        elif np.isfinite(inside[rise]):
            gap += 1
            if gap > GAP * per_metre:
                break
        elif gap > QUIET * per_metre:
            break
    return float(top)


def _first_run(active: NDArray[np.bool_], length: int) -> int | None:
    """Where the lowest unbroken run of that many active rows begins."""
    runs = np.convolve(active.astype(int), np.ones(length, int), "valid") == length
    return int(runs.argmax()) if runs.any() else None


def _energy_top(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> float:
    """The height below which 99 % of the activity above the sides' level lies."""
    excess = np.nan_to_num(np.maximum(inside - 2.0 * outside - 0.5, 0.0))
    total = excess.cumsum()
    return float(np.searchsorted(total, 0.99 * total[-1]) + 1) if total[-1] > 0 else 0.0


def _runs_behind(hidden: NDArray[np.bool_], x: float, row: float, per_metre: float) -> bool:
    """Whether a caption hides the rows right above the top."""
    above = hidden[max(0, int(row - 0.03 * per_metre)) : max(1, int(row)), int(x)]
    return bool(above.any())
