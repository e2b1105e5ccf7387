"""Particles: snow, petals, embers or glitter that leave a product, drift in the air and settle."""

import numpy as np
from numpy.typing import NDArray

from generation.render import layers, splat
from generation.render.clip import DENSITY, HEIGHT, SPREAD, SWAY, Motion
from generation.render.layers import Window
from generation.render.outlet import Outlet
from generation.render.scene import Doubles, Picture

Floats = NDArray[np.float32]
LIFE_SECONDS = 3.0
FLAKES_A_SECOND = 90
SHUTTER = 1 / 60
RADII_M = (0.0009, 0.0016, 0.0026)
"""Sizes in metres, the small ones most often."""
SHARES = (0.5, 0.35, 0.15)


class Flakes:
    """Draws the particles of one clip: thrown to at most the asked height, then falling slowly."""

    def __init__(self, motion: Motion, outlet: Outlet, *, seed: int) -> None:
        self._motion, self._outlet = motion, outlet
        rng = np.random.default_rng(seed)
        count = int(FLAKES_A_SECOND * (motion.seconds + LIFE_SECONDS) * float(motion.effect[:, DENSITY].max()))
        self._born = np.sort(rng.uniform(-LIFE_SECONDS, motion.seconds, count))
        self._kind = rng.choice(len(RADII_M), count, p=SHARES)
        self._share = 1 - np.abs(rng.normal(0, 0.18, count)).clip(0, 0.7)
        self._angle = rng.uniform(0, 2 * np.pi, count)
        self._flutter = rng.uniform(0, 2 * np.pi, (count, 2))

    def draw_under(self, picture: Picture, index: int) -> None:
        """Nothing lies under particles."""

    def places(self, now: float, alive: NDArray[np.bool_]) -> Doubles:
        """Local metres (N, 3): up quickly, then down with air resistance, never above the asked height."""
        row = self._motion.effect[int(np.clip(now * self._motion.fps, 0, len(self._motion) - 1))].astype(np.float64)
        age = ((now - self._born[alive]) / LIFE_SECONDS).clip(0, 1)
        peak = 0.22
        climb = 1 - (1 - np.minimum(age / peak, 1)) ** 2
        fall = np.maximum(age - peak, 0) / (1 - peak)
        top = row[HEIGHT] * self._share[alive]
        up = top * climb - (top + self._outlet.height_m) * fall**1.3
        outward = row[SPREAD] / 2 * np.sqrt(age) * (0.35 + 0.65 * self._share[alive])
        swing = 0.06 * row[SPREAD] * np.sin(self._flutter[alive] + 7 * age[:, None])
        x = outward * np.cos(self._angle[alive]) + swing[:, 0] + 0.6 * row[SWAY] * row[SPREAD] * age
        y = outward * np.sin(self._angle[alive]) + swing[:, 1]
        return np.stack([x, y, np.minimum(up, row[HEIGHT])], 1)

    def draw(self, picture: Picture, index: int) -> None:
        """Light a frame's particles over the picture in place."""
        now = index / self._motion.fps
        alive = (self._born <= now) & (now - self._born < LIFE_SECONDS)
        if not alive.any():
            return
        heads = self._outlet.pixels(self.places(now, alive), index)
        tails = self._outlet.pixels(self.places(now - SHUTTER, alive), index)
        low = np.floor(np.minimum(heads, tails).min(0)).astype(int) - 12
        high = np.ceil(np.maximum(heads, tails).max(0)).astype(int) + 12
        window = Window(left=int(low[0]), top=int(low[1]), right=int(high[0]), bottom=int(high[1]))
        window = window.clipped((picture.shape[1], picture.shape[0]))
        if window.is_empty:
            return
        shift = np.array([window.left, window.top])
        age = (now - self._born[alive]) / LIFE_SECONDS
        light = self._drawn(heads - shift, tails - shift, alive, fading=1 - age**4, size=window.size, index=index)
        layers.brighten(picture, np.repeat(np.minimum(light, 0.95)[..., None], 3, axis=2), window)

    def _drawn(
        self,
        heads: Doubles,
        tails: Doubles,
        alive: NDArray[np.bool_],
        *,
        fading: Doubles,
        size: tuple[int, int],
        index: int,
    ) -> Floats:
        total = np.zeros(size[::-1], np.float32)
        for kind, radius in enumerate(RADII_M):
            chosen = self._kind[alive] == kind
            sigma = max(radius * self._outlet.pixels_per_metre(index), 0.6)
            amount = 2 * np.pi * sigma**2 * 0.85 * fading[chosen]
            total += splat.softened(splat.streaks(heads[chosen], tails[chosen], amount, size), sigma)
        return total
