"""Finding the product in frames by its own photo: where, how large, how alike, how often, in which colour."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from review.observe import pattern
from review.observe.colour import ciede2000, lab
from review.observe.media import Frame
from review.observe.pattern import BORDER, Field
from review.observe.photo import Photo
from review.observe.records import Box, Sighting

COARSE = 320
"""Longer side, in pixels, at which the whole frame is searched."""
SMALLEST, LARGEST, STEP = 0.06, 0.80, 1.09
"""Widths searched, as a share of the frame's shorter side, and the ratio between neighbours."""
RECOGNISED = 0.42
"""Likeness, less luck, from which on something is taken for the product: other products stayed below 0.37."""
LUCK = 2.6
"""Divided by its width in pixels: what a small template scores by chance more than a large one."""

COPY = 0.75
"""Share of the sighting's likeness, less luck, that another copy in the same light has."""
COPIES = 0.6 * 1.07 ** np.arange(16)
"""Sizes of copies that are searched, against the sighting's: a copy 6 % off the nearest one is no longer seen."""
DOUBTFUL, BETTER = 0.70, 0.04
"""Likeness below which the product may have been stretched, and by how much a stretched one has to be more alike."""
LEADERS, FINALISTS = 8, 3
"""Places of a coarse search that are looked at closely, and those of them whose size is found exactly."""


@dataclass(frozen=True, kw_only=True)
class _Match:
    """`score` is the likeness, x and y the outline's corner in pixels of the searched frame."""

    score: float
    x: float
    y: float
    scale: float


def locate(
    frame: Frame, photo: Photo, *, second: float, enlarge: float, near: Sighting | None = None
) -> Sighting | None:
    """The best sighting in an analysis frame, or None. `enlarge` brings its pixels to full-size pixels.

    With `near`, an earlier sighting, its surroundings are searched first.
    """
    guess = _around(frame, photo, _scaled(near, 1 / enlarge)) if near else None
    match = _sharpened(frame, photo, guess) if guess else None
    if match is None or _fair(match, photo) < RECOGNISED:
        match = _anywhere(frame, photo)
    if match is None or _fair(match, photo) < RECOGNISED:
        return None
    aspect = _aspect(frame, photo, match)
    box = Box(
        x=round(float(match.x * enlarge), 2),
        y=round(float(match.y * enlarge), 2),
        width=round(float(photo.outline.width * match.scale * enlarge), 2),
        height=round(float(photo.outline.height * match.scale * aspect * enlarge), 2),
    )
    return Sighting(
        second=round(second, 3),
        box=box,
        scale=float(match.scale * enlarge),
        likeness=round(match.score, 4),
        colour_difference=round(_colour_difference(frame, photo, match), 2),
        aspect=aspect,
    )


def count(frame: Frame, photo: Photo, *, sighting: Sighting, enlarge: float) -> int:
    """How many times the product stands in the frame, at between half and twice the size of the sighting."""
    own = _scaled(sighting, 1 / enlarge)
    shrink = min(1.0, 48 / (photo.outline.width * own.scale))
    small = pattern.field(_resized(frame, shrink))
    least = 0.6 * sighting.likeness
    hits = [
        (score, x / shrink, y / shrink, own.scale * ratio)
        for ratio in COPIES
        for score, x, y in _peaks(_likeness(small, photo, own.scale * ratio * shrink), least)
    ]
    found = [_middle(photo, own)]
    for score, x, y, scale in sorted(hits, reverse=True)[:12]:
        guess = _Match(score=score, x=x, y=y, scale=scale)
        if not _apart(_middle(photo, guess), found, photo, own):
            continue
        closer = _around(frame, photo, guess)
        exact = _sharpened(frame, photo, closer) if closer else None
        alike = max(RECOGNISED, COPY * _fair(own, photo))
        if exact and _fair(exact, photo) >= alike and _apart(_middle(photo, exact), found, photo, own):
            found.append(_middle(photo, exact))
    return len(found)


def _middle(photo: Photo, match: _Match) -> tuple[float, float]:
    return match.x + photo.outline.width * match.scale / 2, match.y + photo.outline.height * match.scale / 2


def _apart(point: tuple[float, float], found: list[tuple[float, float]], photo: Photo, box: _Match) -> bool:
    """Whether a point is at least 0.7 of the product's width from everything found so far."""
    return all(np.hypot(point[0] - x, point[1] - y) > 0.7 * photo.outline.width * box.scale for x, y in found)


def _scaled(sighting: Sighting, factor: float) -> _Match:
    box = sighting.box
    return _Match(score=sighting.likeness, x=box.x * factor, y=box.y * factor, scale=sighting.scale * factor)


def _anywhere(frame: Frame, photo: Photo) -> _Match | None:
    shrink = COARSE / max(frame.shape[:2])
    small = pattern.field(_resized(frame, shrink))
    shorter = min(small.shape[:2])
    widths = shorter * SMALLEST * STEP ** np.arange(int(np.log(LARGEST / SMALLEST) / np.log(STEP)) + 1)
    matches = [_best(small, photo, float(width / photo.outline.width)) for width in widths]
    full = [_Match(score=m.score, x=m.x / shrink, y=m.y / shrink, scale=m.scale / shrink) for m in matches if m]
    closer = [match for m in _leaders(full, photo) if (match := _around(frame, photo, m))]
    closer.sort(key=lambda match: -_fair(match, photo))
    sharp = [_sharpened(frame, photo, match) for match in closer[:FINALISTS]]
    return max(sharp, key=lambda match: _fair(match, photo), default=None)


def _leaders(matches: list[_Match], photo: Photo) -> list[_Match]:
    """The best match of each place: small templates, alike to many things, would else take every seat."""
    leaders: list[_Match] = []
    for match in sorted(matches, key=lambda each: -_fair(each, photo)):
        middles = [_middle(photo, leader) for leader in leaders]
        if len(leaders) < LEADERS and _apart(_middle(photo, match), middles, photo, match):
            leaders.append(match)
    return leaders


def _fair(match: _Match, photo: Photo) -> float:
    """The score less what a template of that size gets by chance."""
    return match.score - LUCK / (photo.outline.width * match.scale)


def _around(frame: Frame, photo: Photo, guess: _Match) -> _Match | None:
    """Search within a third of the product's width of the guess and within 12 % of its size."""
    window, corner = _window(frame, photo, guess, margin=0.35)
    seen = pattern.field(window)
    found = [match for ratio in (0.88, 0.94, 1.0, 1.06, 1.12) if (match := _best(seen, photo, guess.scale * ratio))]
    best = max(found, key=lambda match: match.score, default=None)
    return best and _Match(score=best.score, x=best.x + corner[0], y=best.y + corner[1], scale=best.scale)


def _sharpened(frame: Frame, photo: Photo, match: _Match) -> _Match:
    """Size and place to a fraction of a pixel: the window is enlarged and neighbouring whole widths are compared."""
    window, corner = _window(frame, photo, match, margin=0.12)
    finer = float(np.clip(150 / (photo.outline.width * match.scale), 1.0, 2.0))
    size = round(window.shape[1] * finer), round(window.shape[0] * finer)
    seen = pattern.field(np.asarray(cv2.resize(window, size, interpolation=cv2.INTER_CUBIC), np.uint8))
    middle = round(photo.outline.width * match.scale * finer)
    widths = middle + max(1, round(middle * 0.012)) * np.arange(-5, 6)
    tried = [_best(seen, photo, width / photo.outline.width) for width in widths]
    scores = np.array([each.score if each else -1.0 for each in tried])
    best = tried[int(scores.argmax())]
    if best is None:
        return match
    width = _vertex(widths[scores > -1].astype(np.float64), scores[scores > -1])
    shift = (best.scale * photo.outline.width - width) / 2
    return _Match(
        score=max(best.score, match.score),
        x=corner[0] + (best.x + shift) * window.shape[1] / size[0],
        y=corner[1] + best.y * window.shape[0] / size[1],
        scale=width / photo.outline.width * window.shape[1] / size[0],
    )


def _window(frame: Frame, photo: Photo, match: _Match, *, margin: float) -> tuple[Frame, tuple[int, int]]:
    """The part of the frame around a match, and its corner. `margin` is a share of the product's width."""
    width, height = photo.outline.width * match.scale, photo.outline.height * match.scale
    reach = max(4 + BORDER, width * margin)
    x, y = max(0, int(match.x - reach)), max(0, int(match.y - reach))
    return frame[y : int(match.y + height + 2 * reach), x : int(match.x + width + 2 * reach)], (x, y)


def _vertex(places: NDArray[np.float64], scores: NDArray[np.float64]) -> float:
    """Where a parabola through the best scores peaks; the best place itself when it opens upwards."""
    top = int(scores.argmax())
    near = slice(max(0, top - 2), top + 3)
    if len(places[near]) < 4:
        return float(places[top])
    a, b, _ = np.polyfit(places[near], scores[near], 2)
    peak = -b / (2 * a) if a < 0 else places[top]
    return float(np.clip(peak, places[near][0], places[near][-1]))


def _aspect(frame: Frame, photo: Photo, match: _Match) -> float:
    """Height over width against the photo: 1 unless the product was stretched."""
    if match.score < DOUBTFUL and (stretched := _stretched(frame, photo, match)):
        return stretched
    window, _ = _window(frame, photo, match, margin=0.25)
    seen = pattern.field(window)
    ratios = np.array([0.76, 0.84, 0.92, 1.0, 1.08, 1.16, 1.24])
    tried = [_best(seen, photo, match.scale, ratio) for ratio in ratios]
    scores = np.array([each.score if each else -1.0 for each in tried])
    return round(_vertex(ratios[scores > -1], scores[scores > -1]), 3) if (scores > -1).any() else 1.0


def _stretched(frame: Frame, photo: Photo, match: _Match) -> float | None:
    """The aspect at which the product is clearly more alike than unstretched, at whatever width; None without one.

    A stretched product is taken for a smaller or larger one at first, so both are tried together.
    """
    window, _ = _window(frame, photo, match, margin=0.8)
    shrink = min(1.0, 56 / (photo.outline.width * match.scale))
    seen = pattern.field(_resized(window, shrink))
    scores: dict[float, float] = {}
    for aspect in (0.6, 0.68, 0.77, 0.88, 1.0, 1.14, 1.28, 1.42, 1.58):
        sizes = (0.7, 0.78, 0.86, 0.93, 1.0, 1.08, 1.18, 1.3, 1.42)
        tried = (_best(seen, photo, match.scale * shrink * size, aspect) for size in sizes)
        scores[aspect] = max((found.score for found in tried if found), default=-1.0)
    best = max(scores, key=lambda aspect: scores[aspect])
    return best if scores[best] >= scores[1.0] + BETTER else None


def _best(seen: Field, photo: Photo, scale: float, aspect: float = 1.0) -> _Match | None:
    scores = _likeness(seen, photo, scale, aspect)
    if scores is None:
        return None
    _, score, _, (x, y) = cv2.minMaxLoc(scores)
    fine_x, fine_y = _subpixel(scores, x, y)
    return _Match(score=float(score), x=fine_x + BORDER, y=fine_y + BORDER, scale=scale)


def _subpixel(scores: NDArray[np.float32], x: int, y: int) -> tuple[float, float]:
    """Peak of the parabolas through the neighbours in x and in y."""

    def shift(before: float, here: float, after: float) -> float:
        bend = before - 2 * here + after
        return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0

    height, width = scores.shape
    dx = shift(*scores[y, x - 1 : x + 2]) if 0 < x < width - 1 else 0.0
    dy = shift(*scores[y - 1 : y + 2, x]) if 0 < y < height - 1 else 0.0
    return x + dx, y + dy


def _likeness(seen: Field, photo: Photo, scale: float, aspect: float = 1.0) -> NDArray[np.float32] | None:
    return pattern.likeness(seen, pattern.template(photo.drawn(scale, aspect)))


def _peaks(scores: NDArray[np.float32] | None, least: float) -> list[tuple[float, float, float]]:
    """Local maxima of at least that score, as (score, x, y) of the outline's corner."""
    if scores is None:
        return []
    widened = cv2.dilate(scores, np.ones((5, 5), np.uint8))
    rows, columns = np.nonzero((scores >= least) & (scores == widened))
    return [(float(scores[y, x]), float(x) + BORDER, float(y) + BORDER) for y, x in zip(rows, columns, strict=True)]


def _resized(frame: Frame, factor: float) -> Frame:
    size = round(frame.shape[1] * factor), round(frame.shape[0] * factor)
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def _colour_difference(frame: Frame, photo: Photo, match: _Match) -> float:
    """Median CIEDE2000 over the product once its mean brightness was brought to the photo's."""
    template, mask = photo.template(match.scale)
    x, y = round(match.x), round(match.y)
    seen = frame[max(0, y) : y + template.shape[0], max(0, x) : x + template.shape[1]]
    template, mask = template[: seen.shape[0], : seen.shape[1]], mask[: seen.shape[0], : seen.shape[1]]
    inside = cv2.erode(mask, np.ones((3, 3), np.uint8)) > 0
    if inside.sum() < 20:
        return 0.0
    wanted = cv2.blur(template, (3, 3))[inside].astype(np.float64)
    shown = cv2.blur(seen, (3, 3))[inside].astype(np.float64)
    gain = (wanted.mean() + 1) / (shown.mean() + 1)
    return float(np.median(ciede2000(lab(wanted), lab(np.clip(shown * gain, 0, 255)))))
