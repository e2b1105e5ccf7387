"""The moving picture behind the product, and where a point of the plane is in every frame.

The backward map of a Motion is read two ways: densely, to draw a frame from the still, and inverted at one point, to
carry what stands on the picture. Both use the same numbers, so nothing slides.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render.clip import Motion
from generation.render.scene import OVERSCAN, Picture, Scene

Doubles = NDArray[np.float64]
SHARPNESS = 1.5
"""Pixels of the prepared still for one pixel of the frame: finer would alias while it moves, coarser would blur."""
CELL = 10
"""Frame pixels for one cell of the map that is computed exactly; frames are whole numbers of cells."""
GAMMA = 2.2
_MARGIN_PIXELS = 1.5
_GRID = 17


def fit_inside(motion: Motion) -> Motion:
    """The same motion, made smaller by one factor for the whole clip if it would look beyond the overscanned still."""
    low, high = 0.0, 1.0
    if _reach(motion, 1.0) <= OVERSCAN:
        return motion
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if _reach(motion, middle) <= OVERSCAN else (low, middle)
    return softened(motion, low)


def softened(motion: Motion, amount: float) -> Motion:
    """The same motion, at that share of its size throughout."""
    if amount == 1.0:
        return motion
    identity = np.eye(3, dtype=np.float32)
    homography = (identity + amount * (motion.homography / motion.homography[:, 2:, 2:] - identity)).astype(np.float32)
    return replace(motion, homography=homography, flow=(motion.flow * amount).astype(np.float32))


def _reach(motion: Motion, amount: float) -> float:
    """Largest |x| or |y| that any frame reads, over a grid that includes the border."""
    axis = np.linspace(-1, 1, _GRID)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(1, -1, 2)
    source = sources(softened(motion, amount), np.repeat(points, len(motion), axis=0))
    return float(np.abs(source).max())


def sources(motion: Motion, points: Doubles) -> Doubles:
    """Where the points (T, N, 2) of each frame are read in frame 0, normalised."""
    h = motion.homography.astype(np.float64)
    moved = np.einsum("tij,tnj->tni", h[:, :, :2], points) + h[:, None, :, 2]
    return np.asarray(moved[..., :2] / moved[..., 2:] + _bilinear(motion.flow, points), np.float64)


def _bilinear(grid: NDArray[np.float32], points: Doubles) -> Doubles:
    """Grid (T, rows, columns, C) of cells read at normalised points (T, N, 2); constant beyond the outer centres."""
    rows, columns = grid.shape[1:3]
    x = np.clip((points[..., 0] + 1) / 2 * columns - 0.5, 0, columns - 1)
    y = np.clip((points[..., 1] + 1) / 2 * rows - 0.5, 0, rows - 1)
    left, top = np.minimum(x.astype(int), max(columns - 2, 0)), np.minimum(y.astype(int), max(rows - 2, 0))
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    t = np.arange(len(grid))[:, None]
    a, b = (x - left)[..., None], (y - top)[..., None]
    upper = grid[t, top, left] * (1 - a) + grid[t, top, right] * a
    lower = grid[t, bottom, left] * (1 - a) + grid[t, bottom, right] * a
    return np.asarray(upper * (1 - b) + lower * b, np.float64)


@dataclass(frozen=True, kw_only=True)
class Track:
    """A point of the plane through a clip: `pixels` (T, 2) of the frame, `scale` (T,) against frame 0, `gain` (T,)."""

    pixels: Doubles
    scale: Doubles
    gain: Doubles


def follow(motion: Motion, pixel: Doubles, *, size: tuple[int, int], reach: float) -> Track:
    """Carry a pixel of frame 0, of a frame of `size`, through the clip.

    The map is inverted by fitting an affine map to it over a window of `reach` pixels, the product's footprint, round
    the present guess, until the guess is read from the wanted point: the place is exact for smooth motion and calm
    where the local motion trembles.
    """
    half = np.array(size) / 2
    goal = np.asarray(pixel) / half - 1
    offsets = _window(reach / half)
    guess = np.repeat(goal[None], len(motion), axis=0)
    for _ in range(8):
        centre, jacobian = _affine(motion, guess, offsets)
        guess = guess - np.einsum("tij,tj->ti", np.linalg.inv(jacobian), centre - goal)
    aspect = half[None, :, None] / half[None, None, :]
    zoom = 1 / np.sqrt(np.abs(np.linalg.det(jacobian * aspect)))
    gain = _bilinear(motion.gain[..., None], guess[:, None] + offsets)[..., 0].mean(1)
    return Track(pixels=(guess + 1) * half, scale=_calm(zoom), gain=gain)


def _window(reach: Doubles) -> Doubles:
    axis = np.linspace(-1, 1, 5)
    return np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2) * reach


def _affine(motion: Motion, centre: Doubles, offsets: Doubles) -> tuple[Doubles, Doubles]:
    """Least-squares value (T, 2) and Jacobian (T, 2, 2) of the map over the window round each centre."""
    source = sources(motion, centre[:, None] + offsets)
    spread = (offsets**2).sum(0)
    return source.mean(1), np.einsum("tni,nj->tij", source, offsets) / spread


def _calm(values: Doubles) -> Doubles:
    """A scale that follows the camera without trembling: Gaussian over time, frame 0 kept at 1."""
    taps = np.exp(-0.5 * (np.arange(-6, 7) / 2.5) ** 2)
    padded = np.pad(np.log(values), 6, mode="reflect", reflect_type="odd") if len(values) > 6 else np.log(values)
    smooth = np.convolve(padded, taps / taps.sum(), "valid") if len(values) > 6 else padded
    return np.asarray(np.exp(smooth - smooth[0]), np.float64)


class Backdrop:
    """Draws the frames of the animated still, each by itself, so that frames may be asked in any order.

    The map is exact on a grid of `CELL` pixels and bilinear between: a camera's homography is that flat over a cell.
    """

    def __init__(self, scene: Scene, motion: Motion, size: tuple[int, int]) -> None:
        self._motion = motion
        self._size = size
        self._still = _prepared(scene.still, size)
        self._grid = _cells(size)
        self._moves = bool(motion.flow.any() or (motion.homography != motion.homography[0]).any())
        self._relit = bool((motion.gain != 1).any())
        self._calm_frame = None if self._moves else self._sampled(0)

    def frame(self, index: int) -> Picture:
        """RGB frame (height, width, 3)."""
        frame = self._sampled(index) if self._calm_frame is None else self._calm_frame
        return self._lit(frame, index) if self._relit else frame.copy()

    def _sampled(self, index: int) -> Picture:
        coarse = self._pixels(_source_of(self._motion, index, self._grid))
        rows, columns = coarse.shape[:2]
        whole = cv2.resize(coarse, (columns * CELL, rows * CELL), interpolation=cv2.INTER_LINEAR)
        read = whole[CELL:-CELL, CELL:-CELL]
        return np.asarray(cv2.remap(self._still, read, None, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE), np.uint8)

    def _pixels(self, normalised: NDArray[np.float32]) -> NDArray[np.float32]:
        lengths = np.array(self._still.shape[1::-1], np.float32)
        pixels = normalised * (lengths / 2 / OVERSCAN) + (lengths / 2 - 0.5)
        return np.asarray(np.clip(pixels, _MARGIN_PIXELS, lengths - 1 - _MARGIN_PIXELS), np.float32)

    def _lit(self, frame: Picture, index: int) -> Picture:
        gain = np.power(np.clip(self._motion.gain[index], 0.05, 4.0), 1 / GAMMA)
        if np.ptp(gain) < 1e-4:
            return np.asarray(cv2.convertScaleAbs(frame, alpha=float(gain.mean())), np.uint8)
        smooth = cv2.resize(cv2.merge([gain] * 3), self._size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.multiply(frame, smooth, dtype=cv2.CV_8U), np.uint8)


def _cells(size: tuple[int, int]) -> NDArray[np.float32]:
    """Normalised centres (rows + 2, columns + 2, 2) of the grid's cells, one beyond the frame on every side."""
    axes = [((np.arange(-1, length // CELL + 1) + 0.5) * CELL / length * 2 - 1).astype(np.float32) for length in size]
    return np.stack(np.meshgrid(*axes), -1)


def _source_of(motion: Motion, index: int, grid: NDArray[np.float32]) -> NDArray[np.float32]:
    """Where the grid of one frame is read in frame 0, normalised."""
    h = motion.homography[index] / motion.homography[index, 2, 2]
    moved = grid @ h[:, :2].T + h[:, 2]
    rows, columns = grid.shape[:2]
    flow = cv2.resize(motion.flow[index], (columns - 2, rows - 2), interpolation=cv2.INTER_CUBIC)
    flow = cv2.copyMakeBorder(flow, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    return np.asarray(moved[..., :2] / moved[..., 2:] + flow, np.float32)


def _prepared(still: Picture, size: tuple[int, int]) -> Picture:
    """The still at the resolution at which bilinear reading neither blurs nor flickers while it moves."""
    target = tuple(round(side * OVERSCAN * SHARPNESS) for side in size)
    if target[0] == still.shape[1]:
        return still
    finer = target[0] > still.shape[1]
    return np.asarray(
        cv2.resize(still, target, interpolation=cv2.INTER_LANCZOS4 if finer else cv2.INTER_AREA), np.uint8
    )
