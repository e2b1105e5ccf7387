"""Rings on water where drops land: a small wave equation on the plane, drawn as bent and glinting picture.

The waves are computed once for the whole clip (a second of warm-up first), so frames may be drawn in any order.
"""

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render import layers
from generation.render.layers import Window
from generation.render.outlet import Outlet
from generation.render.scene import Doubles, Picture

Floats = NDArray[np.float32]
CELLS = 144
STEPS = 4
"""Of the wave equation for one frame."""
SPEED = 0.23
"""Metres a second: the slowest ripples on deep water, where gravity and surface tension balance."""
DAMPING = 0.978
WARM_UP = 20
"""Frames before frame 0."""
BEND = 7.0
"""Pixels the picture is moved by a steep wave, in a 720p frame."""
LIFT = np.array([[0.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 0.0]], np.float32)


class Ripples:
    """The waves of one clip round the outlet's foot. `landings(frame)` gives local x, y (N, 2) in metres."""

    def __init__(self, outlet: Outlet, landings: Callable[[int], Doubles], *, frames: int) -> None:
        self._outlet = outlet
        started = [landings(index) for index in range(-WARM_UP, frames)]
        farthest = max((float(np.abs(places).max()) for places in started if len(places)), default=0.1)
        self.radius = max(farthest * 1.5, outlet.footprint_m * 2.2)
        self._slopes = _waves(started, self.radius, fps=24.0)[WARM_UP:]
        self._fade = _fade()

    def draw(self, picture: Picture, index: int) -> None:
        """Bend and light a frame's water in place."""
        grid = self._grid(index)
        window = self._window(grid, picture)
        if window.is_empty:
            return
        to_window = cv2.getPerspectiveTransform(
            np.array([[0, 0], [CELLS, 0], [CELLS, CELLS], [0, CELLS]], np.float32),
            (grid - [window.left, window.top]).astype(np.float32),
        )
        slopes = np.tanh(self._slopes[index].astype(np.float32) * self._fade[..., None])
        shown = cv2.warpPerspective(slopes, to_window, window.size, flags=cv2.INTER_LINEAR)
        shown *= self._outlet.plane_mask(window, index)[..., None]
        _bend(window.of(picture), shown, BEND * picture.shape[1] / 1280)

    def _grid(self, index: int) -> Doubles:
        """Pixels (4, 2) of the corners of the patch of water."""
        r = self.radius
        corners = np.array([[-r, r], [r, r], [r, -r], [-r, -r]])
        return self._outlet.pixels(np.column_stack([corners, np.full(4, -self._outlet.height_m)]), index)

    def _window(self, grid: Doubles, picture: Picture) -> Window:
        low, high = np.floor(grid.min(0)).astype(int), np.ceil(grid.max(0)).astype(int)
        window = Window(left=int(low[0]), top=int(low[1]), right=int(high[0]), bottom=int(high[1]))
        return window.clipped((picture.shape[1], picture.shape[0]))


def _waves(landings: list[Doubles], radius: float, *, fps: float) -> NDArray[np.float16]:
    """Slopes (frames, CELLS, CELLS, 2): towards the right, towards the camera."""
    now, before = np.zeros((CELLS, CELLS), np.float32), np.zeros((CELLS, CELLS), np.float32)
    courant = np.float32(min(SPEED / fps / STEPS * CELLS / (2 * radius), 0.68) ** 2)
    rng = np.random.default_rng(len(landings))
    kept = []
    for places in landings:
        _strike(now, places, radius, rng)
        for _ in range(STEPS):
            curvature = cv2.Laplacian(now, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE)
            now, before = (2 * now - before + courant * curvature) * np.float32(DAMPING), now * np.float32(DAMPING)
        right, near = cv2.Sobel(now, cv2.CV_32F, 1, 0), cv2.Sobel(now, cv2.CV_32F, 0, 1)
        kept.append(np.dstack([right, near]).astype(np.float16))
    return np.stack(kept)


def _strike(height: Floats, places: Doubles, radius: float, rng: np.random.Generator) -> None:
    """Push the water down where drops landed."""
    columns = ((places[:, 0] / radius + 1) / 2 * CELLS).astype(int)
    rows = ((1 - places[:, 1] / radius) / 2 * CELLS).astype(int)
    inside = (columns > 1) & (columns < CELLS - 2) & (rows > 1) & (rows < CELLS - 2)
    for row, column in zip(rows[inside], columns[inside], strict=True):
        height[row - 1 : row + 2, column - 1 : column + 2] -= LIFT * np.float32(rng.uniform(0.02, 0.09))


def _fade() -> Floats:
    axis = np.linspace(-1, 1, CELLS, dtype=np.float32)
    return np.asarray(np.clip((1 - np.hypot(axis[None], axis[:, None])) / 0.35, 0, 1), np.float32)


def _bend(under: Picture, slopes: Floats, pixels: float) -> None:
    """Move the picture by the slopes, -1 to 1, and add the sky that they mirror, in place."""
    rows, columns = under.shape[:2]
    read = _places((columns, rows)) + np.float32(pixels) * slopes
    moved = cv2.remap(under, read, None, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    right, near = cv2.split(slopes)
    light = cv2.addWeighted(near, 0.34, right, 0.14, 0.0)
    sky = np.float32(0.75) * np.maximum(light, 0)
    layers.mix(under, layers.threefold(sky), layers.threefold(1 + np.minimum(light, 0) - sky), base=moved)


@lru_cache(maxsize=8)
def _places(size: tuple[int, int]) -> Floats:
    """The coordinates of the pixels themselves, (rows, columns, 2)."""
    return np.stack(np.meshgrid(*(np.arange(length, dtype=np.float32) for length in size)), -1)
