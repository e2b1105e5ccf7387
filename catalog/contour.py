"""Where a product lies in its photo, told from which pixels show it. Plain numpy: web pages use it, too."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Contour:
    """Pixels are (x, y) from the top left of the photo."""

    box: tuple[int, int, int, int]
    """Left, top, right, bottom of the visible product; right and bottom are one past it."""
    base_px: tuple[float, float]
    """Middle of the lowest visible row, kept to the middle third of the box: where it is assumed to stand."""
    effect_px: tuple[float, float]
    """Middle of the highest visible row: where an effect is assumed to leave it."""


def contour(visible: NDArray[np.bool_]) -> Contour:
    """The contour of a product's pixels (H, W), of which there must be some."""
    ys, xs = np.nonzero(visible)
    box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
    inset = (box[3] - box[1]) // 100
    base = _kept_central(_middle(visible, box[3] - 1 - inset), box)
    return Contour(box=box, base_px=base, effect_px=_middle(visible, box[1] + inset))


def _kept_central(point: tuple[float, float], box: tuple[int, int, int, int]) -> tuple[float, float]:
    """A pair of shoes touches the ground first with one toe, and stands no less on the heels."""
    third = (box[2] - box[0]) / 3
    return min(max(point[0], box[0] + third), box[2] - third), point[1]


def _middle(visible: NDArray[np.bool_], row: int) -> tuple[float, float]:
    columns = np.nonzero(visible[row])[0]
    return (
        (float(columns.min() + columns.max()) / 2, float(row)) if len(columns) else (visible.shape[1] / 2, float(row))
    )
