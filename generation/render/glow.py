"""Light that a product gives: a halo round its lamp or flame, and the pool it throws on the ground.

The halo ends at the asked height; the pool falls off with the square of the distance, as light does.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render.clip import DENSITY, HEIGHT, SPREAD, Motion
from generation.render.layers import Window, brighten
from generation.render.outlet import Outlet
from generation.render.scene import Doubles, Picture

Floats = NDArray[np.float32]
WARM = np.array([1.0, 0.80, 0.53], np.float32)
"""About 2900 K in sRGB, the colour of a filament, a warm LED and near enough to a flame."""
FLICKER = 0.05
POOL, HALO, CORE = 0.9, 0.75, 1.3
"""Light on the ground, light in the air, and how far the lamp's own colour outshines the scene's, at full density."""
COARSE = 4
"""Frame pixels for one cell in which light is computed."""


class Glow:
    """Draws the light of one clip."""

    def __init__(self, motion: Motion, outlet: Outlet, *, seed: int) -> None:
        self._motion, self._outlet = motion, outlet
        self._flicker = _flicker(len(motion), motion.fps, seed)

    def draw_under(self, picture: Picture, index: int) -> None:
        """The pool of light on the ground, in place."""
        row = self._motion.effect[index]
        reach, lamp = 2.2 * float(max(row[HEIGHT], row[SPREAD] / 2)), max(self._outlet.height_m, 0.03)
        window, x, y = self._ground(picture, reach, index)
        if window.is_empty:
            return
        distance = np.hypot(x, y)
        fall = lamp**2 / (distance**2 + lamp**2) * np.clip(1 - distance / reach, 0, 1) ** 2
        strength = _whole(POOL * float(row[DENSITY]) * self._flicker[index] * fall, window)
        light = _warm(strength * self._outlet.plane_mask(window, index))
        under = window.of(picture)
        lifted = cv2.multiply(cv2.convertScaleAbs(under, alpha=1.1, beta=26), light, dtype=cv2.CV_32F)
        np.copyto(under, cv2.add(under, lifted, dtype=cv2.CV_8U))

    def draw(self, picture: Picture, index: int) -> None:
        """The halo in the air, in place."""
        row = self._motion.effect[index].astype(np.float64)
        centre = self._outlet.pixels(np.zeros((1, 3)), index)[0]
        up = float(centre[1] - self._outlet.pixels(np.array([[0, 0, row[HEIGHT]]]), index)[0, 1])
        wide = max(row[SPREAD] / 2 * self._outlet.pixels_per_metre(index), 1.0)
        window = Window(
            left=int(centre[0] - wide),
            top=int(centre[1] - up),
            right=int(centre[0] + wide) + 1,
            bottom=int(centre[1] + up) + 1,
        ).clipped((picture.shape[1], picture.shape[0]))
        if window.is_empty:
            return
        u, v = _coarse(window)
        distance = np.hypot((u[None] - centre[0]) / wide, (v[:, None] - centre[1]) / max(up, 1.0))
        halo = np.clip(1 - distance, 0, 1) ** 2 * (0.25 + 0.75 / (1 + (5 * distance) ** 2))
        strength = _whole(row[DENSITY] * self._flicker[index] * halo, window)
        under = window.of(picture)
        tint = 1 - cv2.merge([CORE * strength * (1 - part) for part in WARM])
        np.copyto(under, cv2.multiply(under, tint, dtype=cv2.CV_8U))
        brighten(picture, _warm(HALO * strength), window)

    def _ground(self, picture: Picture, reach: float, index: int) -> tuple[Window, Doubles, Doubles]:
        """Window of the ground within reach, and the local metres of its cells (affine near the product)."""
        low = -self._outlet.height_m
        points = np.array([[0, 0, low], [reach, 0, low], [0, reach, low], [-reach, 0, low], [0, -reach, low]])
        pixels = self._outlet.pixels(points, index)
        bounds = np.concatenate([np.floor(pixels.min(0)), np.ceil(pixels.max(0))]).astype(int).tolist()
        window = Window(left=bounds[0], top=bounds[1], right=bounds[2], bottom=bounds[3])
        window = window.clipped((picture.shape[1], picture.shape[0]))
        axes = np.stack([(pixels[1] - pixels[3]) / 2, (pixels[2] - pixels[4]) / 2]) / reach
        u, v = np.meshgrid(*_coarse(window))
        metres = np.stack([u - pixels[0, 0], v - pixels[0, 1]], -1) @ np.linalg.inv(axes)
        return window, metres[..., 0], metres[..., 1]


def _coarse(window: Window) -> tuple[Doubles, Doubles]:
    """Columns and rows, in frame pixels, of the centres of the window's cells: light has no sharper edges."""
    cells = (max(window.size[0] // COARSE, 1), max(window.size[1] // COARSE, 1))
    u, v = ((np.arange(count) + 0.5) * length / count for count, length in zip(cells, window.size, strict=True))
    return u + window.left, v + window.top


def _whole(cells: Doubles, window: Window) -> Floats:
    return np.asarray(cv2.resize(cells.astype(np.float32), window.size, interpolation=cv2.INTER_LINEAR), np.float32)


def _warm(strength: Floats) -> Floats:
    """(rows, columns, 3) of lamp-coloured light."""
    return np.asarray(cv2.merge([strength * part for part in WARM]), np.float32)


def _flicker(frames: int, fps: int, seed: int) -> Doubles:
    """Slow wandering and a quick tremble round 1."""
    rng, time = np.random.default_rng(seed), np.arange(frames) / fps
    phases = rng.uniform(0, 2 * np.pi, 3)
    waves = sum(np.sin(2 * np.pi * rate * time + phase) for rate, phase in zip((0.7, 2.3, 6.1), phases, strict=True))
    return np.asarray(1 + FLICKER * waves / 2, np.float64)
