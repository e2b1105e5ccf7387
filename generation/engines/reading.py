"""Motion read back from the frames of a generated film: what the film did with its first frame, not its pixels.

The full-size model makes frames; a product video shows only the merchant's photo and the scene's still. So the film is
followed from frame to frame, and camera, local motion and light are what the renderer then does to the sharp still.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

CELLS = 18
"""Cells of the flow along the shorter side."""
LOOP_PIXELS = 1.5
"""A cell whose way there and back misses by more has lost its place: what came into view later has no source."""
MOST_LOCAL = 0.12
"""Local motion beyond the camera's, in half frames."""
GAINS = (0.6, 1.6)
LIGHT_BLUR = 0.08
"""Light is compared this softly, as a share of the shorter side: things that move are not light."""


@dataclass(frozen=True)
class Reading:
    """Homography (T, 3, 3), flow (T, rows, columns, 2) beyond it and gain (T, rows, columns), as in `Motion`."""

    homography: Floats
    flow: Floats
    gain: Floats


def read_motion(frames: Pixels) -> Reading:
    """Follow every frame (T, H, W, 3) back to the first one."""
    height, width = frames.shape[1:3]
    cells = CELLS * height // min(height, width), CELLS * width // min(height, width)
    grid = _centres(*cells)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    follow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    homographies, flows, gains = [np.eye(3)], [np.zeros((*cells, 2))], [np.ones(cells)]
    back, onward = None, None
    for frame in grey[1:]:
        back, onward = follow.calc(frame, grey[0], back), follow.calc(grey[0], frame, onward)
        source, sure = _source(back, onward, grid)
        camera = _camera(grid[sure], source[sure])
        if camera is None:
            camera = homographies[-1]
        local = np.where(sure[..., None], source - _moved(camera, grid), 0.0)
        homographies.append(camera)
        flows.append(np.clip(cv2.GaussianBlur(local, (0, 0), 0.7), -MOST_LOCAL, MOST_LOCAL))
        gains.append(_gain(frame, cv2.remap(grey[0], *_pixel_map(back), cv2.INTER_LINEAR), cells))
    return Reading(*(np.stack(each).astype(np.float32) for each in (homographies, flows, gains)))


def _centres(rows: int, columns: int) -> NDArray[np.float64]:
    """Normalised cell centres (rows, columns, 2)."""
    x, y = ((np.arange(count) + 0.5) / count * 2 - 1 for count in (columns, rows))
    return np.stack(np.meshgrid(x, y), -1)


def _source(back: Floats, onward: Floats, grid: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The place in the first frame that each cell shows, normalised, and whether the way back leads here again."""
    height, width = back.shape[:2]
    half = np.array([width, height]) / 2
    pixels = ((grid + 1) * half - 0.5).astype(np.float32)
    moved = cv2.remap(back, pixels[..., 0], pixels[..., 1], cv2.INTER_LINEAR)
    there = pixels + moved
    again = cv2.remap(onward, there[..., 0], there[..., 1], cv2.INTER_LINEAR)
    inside = ((there >= 0) & (there <= np.array([width - 1, height - 1]))).all(-1)
    sure = inside & (np.linalg.norm(moved + again, axis=-1) < LOOP_PIXELS)
    return (there + 0.5) / half - 1, np.asarray(sure, bool)


def _camera(points: NDArray[np.float64], sources: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The homography most cells agree on; None where too few are sure."""
    if len(points) < CELLS:
        return None
    found, _ = cv2.findHomography(points, sources, cv2.RANSAC, 0.01)
    return None if found is None else np.asarray(found / found[2, 2])


def _moved(homography: NDArray[np.float64], grid: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.perspectiveTransform(grid.reshape(-1, 1, 2), homography)).reshape(grid.shape)


def _pixel_map(back: Floats) -> tuple[Floats, Floats]:
    y, x = np.mgrid[: back.shape[0], : back.shape[1]].astype(np.float32)
    return x + back[..., 0], y + back[..., 1]


def _gain(frame: Pixels, first: Pixels, cells: tuple[int, int]) -> NDArray[np.float64]:
    """Linear light of a frame over that of the first frame brought to it, softly, a value a cell."""
    sigma = LIGHT_BLUR * min(frame.shape)
    now, then = (cv2.GaussianBlur((each / 255.0) ** 2.2, (0, 0), sigma) for each in (frame, first))
    share = np.asarray(cv2.resize((now + 0.02) / (then + 0.02), cells[::-1], interpolation=cv2.INTER_AREA))
    return share.clip(*GAINS)
