"""Taking the camera's own motion out: every frame of a window is brought onto the window's middle frame.

Corner tracks (Shi and Tomasi; pyramidal Lucas-Kanade) outside the masked places give one homography a frame (RANSAC).
What the tracks still move after it (depth, leaves in the wind) is smoothed into a field that is taken out as well.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FEWEST = 12
"""Tracks below which no homography is trusted."""
WORST = 1.0
"""Median error of the tracks, in analysis pixels, above which a frame counts as not aligned."""

REACH = 0.08
"""Distance, as a share of the picture's longer side, over which neighbouring tracks speak for a place."""
CELL = 16
"""Side of the field's cells in analysis pixels."""
WILD = 8.0
"""Pixels of own motion from which on a track is a mistake."""

Grey = NDArray[np.float32]
"""(height, width), 0..255."""


@dataclass(frozen=True, eq=False)
class Aligned:
    """Frames as the reference camera would have seen them: `grey` (n, h, w), and the median track error in pixels."""

    grey: NDArray[np.float32]
    error: float
    lost: int
    """Frames that could not be aligned; they are left out."""


def align(frames: list[NDArray[np.uint8]], reference: int, usable: NDArray[np.uint8]) -> Aligned | None:
    """Bring grey frames (h, w) onto frames[reference]; `usable` is 255 where the background may be tracked.

    None when fewer than half of the frames can be aligned: too little structure, or too much motion.
    """
    corners = cv2.goodFeaturesToTrack(frames[reference], 200, 0.005, 8, mask=usable)
    if corners is None or len(corners) < FEWEST:
        return None
    points = np.asarray(corners, np.float32)
    moved: dict[int, Found] = {reference: Found(np.eye(3), np.zeros((0, 2)), np.zeros((0, 2)), 0.0)}
    for order in (range(reference + 1, len(frames)), range(reference - 1, -1, -1)):
        guess = np.eye(3)
        for index in order:
            found = _homography(frames[reference], frames[index], points, guess)
            if found is None:
                continue
            guess = found.homography
            if found.error <= WORST:
                moved[index] = found
    if len(moved) * 2 < len(frames):
        return None
    warped = [_brought_back(frames[i], moved[i]) for i in sorted(moved)]
    errors = [found.error for index, found in moved.items() if index != reference]
    return Aligned(np.asarray(warped, np.float32), float(np.median(errors or [0.0])), len(frames) - len(moved))


@dataclass(frozen=True, eq=False)
class Found:
    """Reference to frame: the homography, and what each track (x, y) moves beyond it, in pixels."""

    homography: NDArray[np.float64]
    places: NDArray[np.float64]
    beyond: NDArray[np.float64]
    error: float
    """Median of the tracks that the homography explains."""


def _brought_back(frame: NDArray[np.uint8], found: Found) -> NDArray[np.uint8]:
    """The frame as the reference camera would have seen it."""
    height, width = frame.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    grid = np.stack([x, y], axis=-1)
    source = cv2.perspectiveTransform(grid.reshape(-1, 1, 2), found.homography).reshape(height, width, 2)
    source += _field(found, (height, width))
    maps = source.astype(np.float32)
    back = cv2.remap(frame, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(back, np.uint8)


def _field(found: Found, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Own motion of the background (h, w, 2): the tracks' remainders, averaged with Gaussian weights."""
    height, width = shape
    if len(found.places) < FEWEST:
        return np.zeros((height, width, 2))
    y, x = np.arange(0, height + CELL, CELL), np.arange(0, width + CELL, CELL)
    across, down = found.places.T
    near = 2 * (REACH * max(shape)) ** 2
    rows = np.exp(-((y[:, None] - down) ** 2) / near)  # a Gaussian in both directions is the product of two
    columns = np.exp(-((x[:, None] - across) ** 2) / near)
    weight = rows @ columns.T + 1e-9 * len(across)
    moved = [(rows * along) @ columns.T + 1e-9 * along.sum() for along in found.beyond.T]
    cells = np.stack([part / weight for part in moved], axis=-1)
    fine = cv2.resize(cells.astype(np.float32), (cells.shape[1] * CELL, cells.shape[0] * CELL))
    return np.asarray(fine[:height, :width], np.float64)


def _homography(
    reference: NDArray[np.uint8], frame: NDArray[np.uint8], points: NDArray[np.float32], guess: NDArray[np.float64]
) -> Found | None:
    """What brings the reference onto the frame, or None when too few tracks agree."""
    start = cv2.perspectiveTransform(points, guess).astype(np.float32)
    tracked, good, _ = cv2.calcOpticalFlowPyrLK(
        reference, frame, points, start, winSize=(21, 21), maxLevel=2, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    good = good.ravel().astype(bool)
    if good.sum() < FEWEST:
        return None
    source, target = points[good], tracked[good]
    homography, inliers = cv2.findHomography(source, target, cv2.RANSAC, 1.5)
    if homography is None or inliers.sum() < max(FEWEST, 0.4 * good.sum()):
        return None
    beyond = (target - cv2.perspectiveTransform(source, homography)).reshape(-1, 2).astype(np.float64)
    error = np.linalg.norm(beyond[inliers.ravel().astype(bool)], axis=1)
    sane = np.linalg.norm(beyond, axis=1) < WILD
    return Found(homography, source.reshape(-1, 2)[sane].astype(np.float64), beyond[sane], float(np.median(error)))
