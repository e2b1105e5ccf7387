"""Drawing many small soft things at sub-pixel places: the brush of every effect."""

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render.scene import Doubles

Floats = NDArray[np.float32]


def splat(pixels: Doubles, weights: Doubles, size: tuple[int, int]) -> Floats:
    """Sum of weights (N,) at pixels (N, 2), pixel centres at .5, shared bilinearly; (height, width)."""
    width, height = size
    x, y = pixels[:, 0] - 0.5, pixels[:, 1] - 0.5
    seen = (x > 0) & (x < width - 1) & (y > 0) & (y < height - 1)
    x, y, weights = x[seen], y[seen], weights[seen]
    left, top = x.astype(np.intp), y.astype(np.intp)
    a, b = x - left, y - top
    corner = top * width + left
    places = np.concatenate([corner, corner + 1, corner + width, corner + width + 1])
    shares = np.concatenate([(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b]) * np.tile(weights, 4)
    return np.bincount(places, shares, width * height).reshape(height, width).astype(np.float32)


def streaks(heads: Doubles, tails: Doubles, weights: Doubles, size: tuple[int, int], *, spacing: float = 0.8) -> Floats:
    """Motion blur: every weight spread evenly along its line from tail to head."""
    lengths = np.linalg.norm(heads - tails, axis=1)
    counts = np.clip(np.ceil(lengths / spacing), 1, 64).astype(np.intp)
    owner = np.repeat(np.arange(len(heads)), counts)
    order = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = ((order + 0.5) / counts[owner])[:, None]
    return splat(tails[owner] + (heads - tails)[owner] * share, weights[owner] / counts[owner], size)


def softened(light: Floats, sigma: float) -> Floats:
    """Gaussian of a given radius in pixels."""
    return np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32) if sigma > 0.2 else light
