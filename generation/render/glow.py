"""Light that a product gives: a halo round its lamp or flame, and the pool it throws on the ground.

The halo ends at the asked height; the pool falls off with the square of the distance, as light does.
"""

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
        falloff = lamp**2 / (x**2 + y**2 + lamp**2)
        edge = np.clip(1 - np.hypot(x, y) / reach, 0, 1) ** 2
        strength = 0.75 * float(row[DENSITY]) * self._flicker[index] * falloff * edge
        mask = self._outlet.plane_mask(window, index)
        under = window.of(picture)
        gain = 1 + (strength * mask)[..., None] * (1.1 * WARM)
        added = (strength * mask)[..., None] * WARM * 26
        np.copyto(under, np.clip(under * gain + added, 0, 255).astype(np.uint8))

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
        x = (np.arange(window.left, window.right) + 0.5 - centre[0]) / wide
        y = (np.arange(window.top, window.bottom) + 0.5 - centre[1]) / max(up, 1.0)
        distance = np.sqrt(x[None] ** 2 + y[:, None] ** 2)
        halo = np.clip(1 - distance, 0, 1) ** 2 * (0.25 + 0.75 / (1 + (5 * distance) ** 2))
        light = (0.55 * row[DENSITY] * self._flicker[index] * halo).astype(np.float32)
        brighten(picture, light[..., None] * WARM, window)

    def _ground(self, picture: Picture, reach: float, index: int) -> tuple[Window, Doubles, Doubles]:
        """Window of the ground within reach, and the local metres of its pixels (affine near the product)."""
        low = -self._outlet.height_m
        points = np.array([[0, 0, low], [reach, 0, low], [0, reach, low], [-reach, 0, low], [0, -reach, low]])
        pixels = self._outlet.pixels(points, index)
        bounds = np.concatenate([np.floor(pixels.min(0)), np.ceil(pixels.max(0))]).astype(int).tolist()
        window = Window(left=bounds[0], top=bounds[1], right=bounds[2], bottom=bounds[3])
        window = window.clipped((picture.shape[1], picture.shape[0]))
        axes = np.stack([(pixels[1] - pixels[3]) / 2, (pixels[2] - pixels[4]) / 2]) / reach
        u, v = np.meshgrid(np.arange(window.left, window.right) + 0.5, np.arange(window.top, window.bottom) + 0.5)
        metres = np.stack([u - pixels[0, 0], v - pixels[0, 1]], -1) @ np.linalg.inv(axes)
        return window, metres[..., 0], metres[..., 1]


def _flicker(frames: int, fps: int, seed: int) -> Doubles:
    """Slow wandering and a quick tremble round 1."""
    rng, time = np.random.default_rng(seed), np.arange(frames) / fps
    phases = rng.uniform(0, 2 * np.pi, 3)
    waves = sum(np.sin(2 * np.pi * rate * time + phase) for rate, phase in zip((0.7, 2.3, 6.1), phases, strict=True))
    return np.asarray(1 + FLICKER * waves / 2, np.float64)
