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
from generation.render.ripples import Ripples
from generation.render.scene import Doubles, Picture

Floats = NDArray[np.float32]
GRAVITY = 9.81
SHUTTER = 1 / 72
"""Seconds the drops are smeared: a third of a frame, as a camera in daylight would."""
RATE = 5600
"""Drops a second at full density."""
CENTRAL_SHARE = 0.36
ARCS = 9
ARC_HEIGHT = 0.72
"""Outer arcs reach this share of the central jet."""
BURSTS = 55
"""Clumps a second: a jet breaks into them by surface tension, which is why it does not look like a rod."""
SPLASH_SHARE = 0.28
"""Landings that throw up small drops."""
SIZES = ((0.46, 0.58), (0.37, 0.9), (0.17, 1.35))
"""Shares of the drops and their radius in pixels at 900 pixels a metre."""


@dataclass(frozen=True, kw_only=True)
class Drops:
    """Launch of every drop of a clip, in local metres and seconds; all arrays have one row a drop."""

    born: Doubles
    origin: Doubles
    velocity: Doubles
    kind: NDArray[np.intp]
    weight: Doubles
    floor: float
    """How far below the outlet they land."""

    def ends(self) -> Doubles:
        """Moment each one lands."""
        up, fall = self.velocity[:, 2], self.origin[:, 2] + self.floor
        return np.asarray(self.born + (up + np.sqrt(up**2 + 2 * GRAVITY * fall)) / GRAVITY)

    def at(self, age: Doubles, chosen: NDArray[np.bool_]) -> Doubles:
        """Places (N, 3) of the chosen drops at their ages."""
        fallen = np.outer(age**2, [0, 0, GRAVITY / 2])
        return np.asarray(self.origin[chosen] + self.velocity[chosen] * age[:, None] - fallen)

    def with_splashes(self, rng: np.random.Generator) -> "Drops":
        """These drops, and the small ones that some of them throw up where they land."""
        ends = self.ends()
        hit = np.flatnonzero(rng.uniform(size=len(ends)) < SPLASH_SHARE)
        place = self.at(ends[hit] - self.born[hit], _mask(len(ends), hit))
        parent = np.repeat(np.arange(len(hit)), 3)
        angle, speed = rng.uniform(0, 2 * np.pi, len(parent)), np.abs(rng.normal(0.22, 0.12, len(parent)))
        up = np.abs(rng.normal(0.5, 0.22, len(parent)))
        thrown = np.stack([speed * np.cos(angle), speed * np.sin(angle), up], 1)
        return Drops(
            born=np.concatenate([self.born, ends[hit][parent]]),
            origin=np.concatenate([self.origin, place[parent] * [1, 1, 0] - [0, 0, self.floor]]),
            velocity=np.concatenate([self.velocity, thrown]),
            kind=np.concatenate([self.kind, np.zeros(len(parent), np.intp)]),
            weight=np.concatenate([self.weight, rng.uniform(0.3, 0.8, len(parent))]),
            floor=self.floor,
        )


def launch(motion: Motion, *, floor: float, seed: int) -> Drops:
    """Every drop that is in the air during the clip. `floor` is how far below the outlet they land."""
    rng = np.random.default_rng(seed)
    tallest, densest = float(motion.effect[:, HEIGHT].max()), float(motion.effect[:, DENSITY].max())
    warm_up = 2 * np.sqrt(2 * max(tallest, 1e-3) / GRAVITY) + 0.6
    born = _moments(int(RATE * (motion.seconds + warm_up) * densest), -warm_up, motion.seconds, rng)
    row = motion.effect[np.clip((born * motion.fps).astype(int), 0, len(motion) - 1)].astype(np.float64)
    kept = rng.uniform(size=len(born)) * densest < row[:, DENSITY]
    born, row = born[kept], row[kept]
    kind = rng.choice(len(SIZES), len(born), p=[share for share, _ in SIZES])
    row[:, HEIGHT] -= 1.5 / 900 * np.array([radius for _, radius in SIZES])[kind]  # a drop's own top counts
    return Drops(
        born=born,
        origin=np.zeros((len(born), 3)),
        velocity=_velocities(row, born, floor=floor, rng=rng),
        kind=kind,
        weight=rng.lognormal(-0.15, 0.6, len(born)),
        floor=floor,
    )


def _moments(count: int, start: float, end: float, rng: np.random.Generator) -> Doubles:
    """Two thirds in clumps, the rest evenly."""
    bursts = rng.uniform(start, end, max(1, int(BURSTS * (end - start))))
    clumped = rng.choice(bursts, count) + rng.normal(0, 0.0035, count)
    return np.clip(np.where(rng.uniform(size=count) < 0.66, clumped, rng.uniform(start, end, count)), start, end)


def _velocities(row: Doubles, born: Doubles, *, floor: float, rng: np.random.Generator) -> Doubles:
    """Central jet and a ring of arcs. No launch is faster than the one that turns at the asked height."""
    count = len(row)
    central = rng.uniform(size=count) < CENTRAL_SHARE
    pulse = 0.014 * np.abs(np.sin(np.pi * (3.1 * born + 0.4 * np.sin(9 * born))))
    loss = np.abs(rng.normal(0, np.where(central, 0.022, 0.016), count)) + pulse
    reach = row[:, HEIGHT] * np.where(central, 1.0, ARC_HEIGHT)
    up = np.sqrt(2 * GRAVITY * np.maximum(reach, 0)) * (1 - loss)
    flight = (up + np.sqrt(up**2 + 2 * GRAVITY * floor)) / GRAVITY
    arc = rng.integers(0, ARCS, count) * (2 * np.pi / ARCS) + rng.normal(0, 0.035, count) + 0.21
    spread = row[:, SPREAD] / 2 / np.maximum(flight, 1e-3)
    stray = np.minimum(rng.rayleigh(0.055, count), 0.35)
    outward = np.where(central, stray, 0.9 + np.clip(rng.normal(0, 0.04, count), -0.2, 0.1)) * spread
    angle = np.where(central, rng.uniform(0, 2 * np.pi, count), arc)
    wind = 0.35 * row[:, SWAY] * row[:, SPREAD]
    return np.stack([outward * np.cos(angle) + wind, outward * np.sin(angle), up], 1)


def _mask(count: int, chosen: NDArray[np.intp]) -> NDArray[np.bool_]:
    mask = np.zeros(count, np.bool_)
    mask[chosen] = True
    return mask


class Jet:
    """Draws the drops of one clip, and the rings they make on water."""

    def __init__(self, motion: Motion, outlet: Outlet, *, seed: int) -> None:
        self._outlet, self._fps = outlet, motion.fps
        drops = launch(motion, floor=outlet.height_m, seed=seed)
        self._ends = drops.ends()
        self._landing = drops.at(self._ends - drops.born, np.ones(len(drops.born), np.bool_))[:, :2]
        on_water = outlet.surface == "water"
        self._ripples = Ripples(outlet, self.landings, frames=len(motion)) if on_water else None
        self.drops = drops.with_splashes(np.random.default_rng(seed + 1)) if on_water else drops
        self._all_ends = self.drops.ends()

    def places(self, index: int) -> tuple[Doubles, Doubles, NDArray[np.bool_]]:
        """Heads and tails (N, 3) of the streaks of a frame in local metres, and which drops they are."""
        now = index / self._fps
        flying = (self.drops.born <= now) & (self._all_ends > now)
        age = now - self.drops.born[flying]
        return self.drops.at(age, flying), self.drops.at(np.maximum(age - SHUTTER, 0), flying), flying

    def landings(self, index: int) -> Doubles:
        """Local x, y (N, 2) of the drops that reach the ground during a frame; frames before 0 are known too."""
        now = index / self._fps
        return self._landing[(self._ends > now - 1 / self._fps) & (self._ends <= now)]

    def draw_under(self, picture: Picture, index: int) -> None:
        """Rings on the water, in place."""
        if self._ripples is not None:
            self._ripples.draw(picture, index)

    def draw(self, picture: Picture, index: int) -> None:
        """Light the drops of a frame over the picture in place."""
        heads, tails, flying = self.places(index)
        if not len(heads):
            return
        ends = self._outlet.pixels(heads, index), self._outlet.pixels(tails, index)
        window = _window(np.concatenate(ends), picture)
        if window.is_empty:
            return
        shift = np.array([window.left, window.top])
        water = self._water((ends[0] - shift, ends[1] - shift), flying, window.size, index)
        self._blend(picture, water, window)

    def _water(
        self, ends: tuple[Doubles, Doubles], flying: NDArray[np.bool_], size: tuple[int, int], index: int
    ) -> Floats:
        """Amount of water at each pixel of the window."""
        total = np.zeros(size[::-1], np.float32)
        kinds, weights = self.drops.kind[flying], self.drops.weight[flying]
        scale = self._outlet.pixels_per_metre(index)
        for kind, (_, radius) in enumerate(SIZES):
            chosen = kinds == kind
            sigma = max(radius * scale / 900, 0.45)
            amount = 2 * np.pi * sigma**2 * weights[chosen] * min(1.0, (radius * scale / 900 / sigma) ** 2)
            drawn = splat.streaks(ends[0][chosen], ends[1][chosen], amount * 1.9, size)
            total += splat.softened(drawn, sigma)
        return total

    def _blend(self, picture: Picture, water: Floats, window: Window) -> None:
        """Water bends the picture behind it a little, and adds the sky and the key light where it is thick."""
        thick = 1 - cv2.exp(np.float32(-0.95) * water)
        slope_x, slope_y = cv2.Sobel(thick, cv2.CV_32F, 1, 0), cv2.Sobel(thick, cv2.CV_32F, 0, 1)
        side = float(self._outlet.to_light()[0])
        facing = cv2.addWeighted(slope_x, -0.8 * side, slope_y, 0.56, 0.55)
        amount = thick * (np.clip(facing, 0, 1.5) * np.float32(0.6) + np.float32(0.32))
        layers.brighten(picture, cv2.merge([amount * part for part in self._colour(window.of(picture))]), window)

    def _colour(self, under: Picture) -> Floats:
        """What drops mirror: the sky, so nearly white by day, and as dim as the scene by night."""
        bright = np.quantile(under[::4, ::5].reshape(-1, 3), 0.92, axis=0) / 255
        level = np.sqrt(bright.mean())
        return np.asarray(np.clip(level * (1.25 + 0.35 * (bright / max(bright.mean(), 1e-3) - 1)), 0, 1), np.float32)


def _window(pixels: Doubles, picture: Picture) -> Window:
    low, high = np.floor(pixels.min(0)).astype(int) - 12, np.ceil(pixels.max(0)).astype(int) + 12
    window = Window(left=int(low[0]), top=int(low[1]), right=int(high[0]), bottom=int(high[1]))
    return window.clipped((picture.shape[1], picture.shape[0]))
