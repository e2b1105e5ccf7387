"""Taking the camera's own motion out: every frame of a window is brought onto the window's middle frame.

Corner tracks (Shi and Tomasi; pyramidal Lucas-Kanade) outside the masked places give one homography a frame (RANSAC).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FEWEST = 12
"""Tracks below which no homography is trusted."""
WORST = 1.0
"""Median error of the tracks, in analysis pixels, above which a frame counts as not aligned."""

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
    moved: dict[int, NDArray[np.float64]] = {reference: np.eye(3)}
    errors = []
    for order in (range(reference + 1, len(frames)), range(reference - 1, -1, -1)):
        guess = np.eye(3)
        for index in order:
            found = _homography(frames[reference], frames[index], points, guess)
            if found is None:
                continue
            guess, error = found
            if error <= WORST:
                moved[index] = guess
                errors.append(error)
    if len(moved) * 2 < len(frames):
        return None
    size = frames[reference].shape[1], frames[reference].shape[0]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = [
        cv2.warpPerspective(frames[i], moved[i], size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for i in sorted(moved)
    ]
    return Aligned(np.asarray(warped, np.float32), float(np.median(errors or [0.0])), len(frames) - len(moved))


def _homography(
    reference: NDArray[np.uint8], frame: NDArray[np.uint8], points: NDArray[np.float32], guess: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float] | None:
    """Homography from the reference to the frame, and the median error of the tracks it explains."""
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
    kept = inliers.ravel().astype(bool)
    error = np.linalg.norm(cv2.perspectiveTransform(source, homography) - target, axis=2)[kept]
    return homography, float(np.median(error))
