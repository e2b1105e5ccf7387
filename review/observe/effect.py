"""How high the product's effect reaches, in metres, from the pixels alone.

Ruler: the product itself, whose real width the catalog knows. Signal: what lights up for a single frame above the
effect's origin once the camera is held still: drops do, leaves and light on water do not. Control: the same statistic
left and right of it.
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
PERSPECTIVE = 0.05
"""Relative: what a camera that looks down at up to 30 degrees does to a height, when its tilt is not known."""
LEAN, NARROWEST = 0.12, 0.035
"""Half-width of the column that is searched: a share of the height, and the least in metres."""
SPREAD, BESIDE, BESIDE_LEAST = 0.30, 0.30, 0.06
"""The control begins at this share of the height to either side (and these metres at least) and is so many wide."""
GAP, FOOT = 0.05, 0.20
"""In metres: the longest dark gap, and the height below which the effect must begin."""
FLOOR, SHAKEN = 0.2, 0.5
"""Grey levels of blinking that noise reaches in a still picture, and by each pixel that it is not aligned."""
STANDS_OUT, CLEARLY, FAINT = 2.5, 0.4, 0.12
"""Least ratio to the control; shares of the strong rows' blinking that need no control, and that are too little."""
QUIET = 0.02
"""Metres of still picture below a caption that show that nothing runs behind it."""
FINE = 2.5
"""Blur, in analysis pixels, that separates drops from a soft background."""
ALIKE, CLOSE = 0.15, 0.02
"""Share and metres by which the readings of two windows may differ."""


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
    """The windows' verdict: the usual height, or the highest one where a second window shows it too."""
    numbers = [extent for extent in seen if isinstance(extent, Measured)]
    leaving = [extent for extent in seen if isinstance(extent, AtLeast)]
    if leaving and (not numbers or max(e.value for e in leaving) > max(e.value for e in numbers)):
        return max(leaving, key=lambda extent: extent.value)
    if not numbers:
        return next(extent for extent in seen if isinstance(extent, CannotMeasure))
    values = np.array([extent.value for extent in numbers])
    high = numbers[int(values.argmax())]
    agreeing = [extent for extent in numbers if extent.value * (1 + ALIKE) + CLOSE >= high.value]
    if len(agreeing) == 1 < len(numbers):
        usual = float(np.median([extent.value for extent in numbers if extent is not high]))
        told = f"Only at {high.ruler.second:.1f} s it reads {high.value:.2f} m; elsewhere it reads {usual:.2f} m."
        return CannotMeasure(reason=told, second=high.ruler.second)
    return _mean(agreeing)


def _mean(numbers: Sequence[Measured]) -> Measured:
    """The middle of readings that agree; what they differ by adds to the uncertainty."""
    values = np.array([extent.value for extent in numbers])
    usual = float(np.median(values))
    nearest = numbers[int(np.abs(values - usual).argmin())]
    spread = float(values.std()) if len(values) > 2 else 0.0
    return Measured(
        value=round(usual, 4),
        uncertainty=round(float(np.hypot(nearest.uncertainty, spread)), 4),
        second_opinion=round(float(np.median([extent.second_opinion for extent in numbers])), 4),
        ruler=nearest.ruler,
    )


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
    inside, outside = _rows(_blinking(aligned.grey), x, y, per_metre, hidden)
    top = _climb(inside, outside, FLOOR + SHAKEN * aligned.error, per_metre)
    return _Column(
        top=top,
        second=_energy_top(inside, outside),
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


def _blinking(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean grey levels a pixel of frames (n, h, w) rises above both its neighbours in time.

    Only fine bright structure counts (a frame less its own blur): drops have it, a soft background has not. A drop
    passes a pixel within one frame, also at the top of its flight; what leaves, light and a camera do lasts longer.
    """
    fine = np.stack([np.maximum(frame - cv2.GaussianBlur(frame, (0, 0), FINE), 0) for frame in grey])
    return np.asarray(np.maximum(fine[1:-1] - np.maximum(fine[:-2], fine[2:]), 0).mean(axis=0), np.float32)


def _rows(
    blinking: NDArray[np.float32], x: float, y: float, per_metre: float, hidden: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Blinking by height above the origin: in the column, and beside it. NaN where a caption hides the row."""
    inside, outside = np.full(int(y), np.nan), np.full(int(y), np.nan)
    smooth = cv2.blur(np.where(hidden, 0, blinking), (max(3, int(0.03 * per_metre)), 1))
    columns = np.abs(np.arange(blinking.shape[1]) - x)
    for rise in range(int(y)):
        row = int(y) - 1 - rise
        within = columns <= max(NARROWEST * per_metre, LEAN * rise)
        if hidden[row, within].mean() > 0.5:
            continue
        inside[rise] = smooth[row, within].max()
        near = max(BESIDE_LEAST * per_metre, SPREAD * rise)
        beside = (columns >= near) & (columns < near + BESIDE * per_metre) & ~hidden[row]
        if beside.sum() > 5:
            outside[rise] = _quantile(smooth[row, beside], 0.8)
    return inside, _filled(outside)


def _quantile(values: NDArray[np.float32], share: float) -> float:
    """What `numpy.quantile` says, at a tenth of its cost for the short rows of a picture."""
    place = share * (len(values) - 1)
    low = int(place)
    near = np.partition(values, (low, min(low + 1, len(values) - 1)))[low : low + 2]
    return float(near[0] + (near[-1] - near[0]) * (place - low))


def _filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unknown rows take the nearest known one."""
    known = np.nonzero(np.isfinite(values))[0]
    return np.interp(np.arange(len(values)), known, values[known]) if len(known) else np.full(len(values), np.inf)


def _climb(inside: NDArray[np.float64], outside: NDArray[np.float64], floor: float, per_metre: float) -> float:
    """Climb from the lowest lively stretch while rows are active, over gaps of at most GAP metres. 0 when none is.

    A caption that begins above quiet rows ends the climb.
    """
    strong = np.nanquantile(inside, 0.9)
    active = (inside > np.maximum(floor, STANDS_OUT * outside)) | (inside > np.maximum(2 * floor, CLEARLY * strong))
    active &= inside > FAINT * strong
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
    """The height below which 99 % of the blinking above the sides' level lies, whatever gaps it has."""
    excess = np.nan_to_num(np.maximum(inside - STANDS_OUT * outside - FLOOR, 0.0))
    total = excess.cumsum()
    return float(np.searchsorted(total, 0.99 * total[-1]) + 1) if total[-1] > 0 else 0.0


def _runs_behind(hidden: NDArray[np.bool_], x: float, row: float, per_metre: float) -> bool:
    """Whether a caption hides the rows right above the top."""
    above = hidden[max(0, int(row - 0.03 * per_metre)) : max(1, int(row)), int(x)]
    return bool(above.any())
