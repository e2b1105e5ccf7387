"""A water jet: ballistic drops, the highest of which turns exactly at the asked height.

No simulation: each drop leaves the outlet at its own moment and flies a parabola, so any frame can be drawn by itself.
What makes it read as water is size (a millimetre), number (thousands), motion blur, and light that glints on the side
of the key light.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render import layers, splat
from generation.render.clip import DENSITY, HEIGHT, SPREAD, SWAY, Motion
from generation.render.layers import Window
from generation.render.outlet import Outlet
from generation.render.scene import Doubles, Picture

Floats = NDArray[np.float32]
GRAVITY = 9.81
SHUTTER = 1 / 60
"""Seconds the drops are smeared: a little less than half a frame, as a camera in daylight would."""
RATE = 5200
"""Drops a second at full density."""
CENTRAL_SHARE = 0.34
ARCS = 10
ARC_HEIGHT = 0.74
"""Outer arcs reach this share of the central jet."""
SIZES = ((0.50, 0.62), (0.36, 0.95), (0.14, 1.5))
"""Shares of the drops and their radius in pixels at 900 pixels a metre."""


@dataclass(frozen=True)
class Drops:
    """Launch of every drop of a clip: moment in seconds, velocity (N, 3) in m/s, size class, brightness."""

    born: Doubles
    velocity: Doubles
    kind: NDArray[np.intp]
    weight: Doubles

    def lifetime(self, floor: float) -> Doubles:
        """Seconds until each falls to `floor` metres below the outlet."""
        up = self.velocity[:, 2]
        return np.asarray((up + np.sqrt(up**2 + 2 * GRAVITY * floor)) / GRAVITY)

    def at(self, age: Doubles, chosen: NDArray[np.bool_]) -> Doubles:
        """Places (N, 3) of the chosen drops at their ages."""
        return np.asarray(self.velocity[chosen] * age[:, None] - [0, 0, GRAVITY / 2] * age[:, None] ** 2)


def launch(motion: Motion, *, floor: float, seed: int) -> Drops:
    """Every drop that is in the air during the clip. `floor` is how far below the outlet they land."""
    rng = np.random.default_rng(seed)
    tallest = max(float(motion.effect[:, HEIGHT].max()), 1e-3)
    warm_up = 2 * np.sqrt(2 * tallest / GRAVITY) + 0.4
    count = int(RATE * (motion.seconds + warm_up) * float(motion.effect[:, DENSITY].max()))
    born = np.sort(rng.uniform(-warm_up, motion.seconds, count))
    row = motion.effect[np.clip((born * motion.fps).astype(int), 0, len(motion) - 1)].astype(np.float64)
    kept = rng.uniform(size=count) < row[:, DENSITY] / max(float(row[:, DENSITY].max(initial=0)), 1e-6)
    born, row = born[kept], row[kept]
    return Drops(
        born=born,
        velocity=_velocities(row, born, floor=floor, rng=rng),
        kind=rng.choice(len(SIZES), len(born), p=[share for share, _ in SIZES]),
        weight=rng.lognormal(0, 0.45, len(born)),
    )


def _velocities(row: Doubles, born: Doubles, *, floor: float, rng: np.random.Generator) -> Doubles:
    """Central jet and a ring of arcs. No launch is faster than the one that turns at the asked height."""
    count = len(row)
    central = rng.uniform(size=count) < CENTRAL_SHARE
    pulse = 0.012 * np.sin(2 * np.pi * (3.1 * born + 0.4 * np.sin(9 * born)))
    loss = np.abs(rng.normal(0, np.where(central, 0.012, 0.02), count)) + np.abs(pulse)
    reach = row[:, HEIGHT] * np.where(central, 1.0, ARC_HEIGHT)
    up = np.sqrt(2 * GRAVITY * np.maximum(reach, 0)) * (1 - loss)
    flight = (up + np.sqrt(up**2 + 2 * GRAVITY * floor)) / GRAVITY
    arc = rng.integers(0, ARCS, count) * (2 * np.pi / ARCS) + rng.normal(0, 0.05, count) + 0.21
    spread = row[:, SPREAD] / 2 / np.maximum(flight, 1e-3)
    outward = np.where(central, np.abs(rng.normal(0, 0.045, count)), 0.93 + rng.normal(0, 0.035, count)) * spread
    angle = np.where(central, rng.uniform(0, 2 * np.pi, count), arc)
    wind = 0.35 * row[:, SWAY] * row[:, SPREAD]
    return np.stack([outward * np.cos(angle) + wind, outward * np.sin(angle), up], 1)


class Jet:
    """Draws the drops of one clip."""

    def __init__(self, motion: Motion, outlet: Outlet, *, seed: int) -> None:
        self._outlet, self._fps = outlet, motion.fps
        self.floor = outlet.height_m
        self.drops = launch(motion, floor=self.floor, seed=seed)
        self._ends = self.drops.born + self.drops.lifetime(self.floor)

    def places(self, index: int) -> tuple[Doubles, Doubles, NDArray[np.bool_]]:
        """Heads and tails (N, 3) of the streaks of a frame in local metres, and which drops they are."""
        now = index / self._fps
        flying = (self.drops.born <= now) & (self._ends > now)
        age = now - self.drops.born[flying]
        return self.drops.at(age, flying), self.drops.at(np.maximum(age - SHUTTER, 0), flying), flying

    def landings(self, index: int) -> Doubles:
        """Local x, y (N, 2) of the drops that hit the surface during a frame."""
        now = index / self._fps
        hit = (self._ends > now - 1 / self._fps) & (self._ends <= now)
        age = self._ends[hit] - self.drops.born[hit]
        return self.drops.at(age, hit)[:, :2]

    def draw(self, picture: Picture, index: int) -> None:
        """Light the drops of a frame over the picture in place."""
        heads, tails, flying = self.places(index)
        if not len(heads):
            return
        scale = self._outlet.pixels_per_metre(index)
        window, shift = self._window(self._outlet.pixels(np.concatenate([heads, tails]), index), picture)
        if window.is_empty:
            return
        ends = self._outlet.pixels(heads, index) - shift, self._outlet.pixels(tails, index) - shift
        water = self._water(ends, flying, window.size, scale)
        self._blend(picture, water, window, index)

    def _window(self, pixels: Doubles, picture: Picture) -> tuple[Window, Doubles]:
        low, high = np.floor(pixels.min(0)).astype(int) - 12, np.ceil(pixels.max(0)).astype(int) + 12
        window = Window(left=int(low[0]), top=int(low[1]), right=int(high[0]), bottom=int(high[1]))
        window = window.clipped((picture.shape[1], picture.shape[0]))
        return window, np.array([window.left, window.top], np.float64)

    def _water(
        self, ends: tuple[Doubles, Doubles], flying: NDArray[np.bool_], size: tuple[int, int], scale: float
    ) -> Floats:
        """Amount of water at each pixel of the window."""
        total = np.zeros(size[::-1], np.float32)
        kinds, weights = self.drops.kind[flying], self.drops.weight[flying]
        for kind, (_, radius) in enumerate(SIZES):
            chosen = kinds == kind
            sigma = radius * scale / 900
            amount = 2 * np.pi * sigma**2 * weights[chosen]
            drawn = splat.streaks(ends[0][chosen], ends[1][chosen], amount * 1.5, size)
            total += splat.softened(drawn, sigma)
        return total

    def _blend(self, picture: Picture, water: Floats, window: Window, index: int) -> None:
        """Water bends the picture behind it, and adds the sky and the key light where it is thick."""
        thick = 1 - np.exp(-1.1 * water)
        under = window.of(picture)
        slope_x, slope_y = cv2.Sobel(thick, cv2.CV_32F, 1, 0), cv2.Sobel(thick, cv2.CV_32F, 0, 1)
        columns, rows = np.meshgrid(
            np.arange(thick.shape[1], dtype=np.float32), np.arange(thick.shape[0], dtype=np.float32)
        )
        bent = cv2.remap(under, columns - 5 * slope_x, rows - 5 * slope_y, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
        np.copyto(under, bent)
        side = self._outlet.to_light()
        glint = np.clip(0.5 - 0.9 * (side[0] * slope_x - 0.6 * slope_y), 0, 1.4)
        colour = self._colour(picture, window, index)
        layers.brighten(picture, (thick * (0.3 + 0.5 * glint))[..., None] * colour, window)

    def _colour(self, picture: Picture, window: Window, index: int) -> Floats:
        """What water shows of its surroundings: the brightest part of the picture round it, a little towards white."""
        bright = np.quantile(window.of(picture).reshape(-1, 3)[::17], 0.9, axis=0) / 255
        return np.asarray(np.clip(0.35 + 0.75 * bright, 0, 1), np.float32)
