"""Steam and mist: soft puffs that rise, widen and vanish below the asked height, torn into wisps by moving noise."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render import layers, splat
from generation.render.clip import HEIGHT, SPREAD, SWAY, Motion
from generation.render.layers import Window
from generation.render.outlet import Outlet
from generation.render.scene import Doubles, Picture

Floats = NDArray[np.float32]
COARSE = 2
"""Frame pixels for one cell of the volume: vapour has no sharper edges."""
BINS = 7
"""Puffs of about one age are drawn with one softness."""
NOISE_CELLS = 256


@dataclass(frozen=True)
class Look:
    """How a kind of vapour behaves."""

    life_seconds: float
    puffs_a_second: float
    opacity: float
    neck: float
    """Width at the outlet as a share of the full width."""
    swirl: float
    """Sideways wandering as a share of half the width."""


STEAM = Look(life_seconds=2.4, puffs_a_second=26, opacity=0.55, neck=0.30, swirl=0.75)
MIST = Look(life_seconds=1.7, puffs_a_second=42, opacity=0.85, neck=0.10, swirl=0.4)


class Vapour:
    """Draws the vapour of one clip."""

    def __init__(self, motion: Motion, outlet: Outlet, *, seed: int, look: Look) -> None:
        self._motion, self._outlet, self._look = motion, outlet, look
        rng = np.random.default_rng(seed)
        count = int(look.puffs_a_second * (motion.seconds + look.life_seconds))
        self._born = np.sort(rng.uniform(-look.life_seconds, motion.seconds, count))
        self._phase = rng.uniform(0, 2 * np.pi, (count, 2))
        self._weight = rng.uniform(0.35, 1.0, count)
        self._noise = _noise(rng)

    def draw_under(self, picture: Picture, index: int) -> None:
        """Nothing lies under vapour."""

    def draw(self, picture: Picture, index: int) -> None:
        """Lay a frame's vapour over the picture in place."""
        window = self._window(picture, index)
        height = float(self._motion.effect[index, HEIGHT])
        if window.is_empty or height <= 0:
            return
        cells = (max(window.size[0] // COARSE, 4), max(window.size[1] // COARSE, 4))
        density = self._torn(self._puffs(window, cells, index), index) * self._ceiling(window, cells, index)
        whole = cv2.resize(density, window.size, interpolation=cv2.INTER_LINEAR)
        thick = self._look.opacity * (1 - np.exp(-whole))
        layers.brighten(picture, thick[..., None] * _light(picture, window), window)

    def puffs(self, index: int) -> tuple[Doubles, Doubles, Doubles, Doubles]:
        """Centres (N, 3) and radii (N,) in local metres, opacity (N,) and age 0..1 (N,) of a frame's puffs."""
        now = index / self._motion.fps
        alive = (self._born <= now) & (now - self._born < self._look.life_seconds)
        age = (now - self._born[alive]) / self._look.life_seconds
        height, spread, density, sway = (float(self._motion.effect[index, column]) for column in range(4))
        half = spread / 2
        radius = half * (self._look.neck + (1 - self._look.neck) * age) * 0.62
        rise = (height - 1.5 * radius).clip(0) * (1 - (1 - age) ** 1.5)
        wander = self._look.swirl * half * age * np.sin(self._phase[alive, 0] + 2.6 * age + 0.9 * now)
        x = wander + 0.5 * sway * height * age**1.6
        y = 0.4 * half * age * np.sin(self._phase[alive, 1])
        fading = np.clip(age / 0.12, 0, 1) * (1 - age) ** 1.2
        return np.stack([x, y, rise], 1), radius, density * self._weight[alive] * fading, age

    def _puffs(self, window: Window, cells: tuple[int, int], index: int) -> Floats:
        centres, radii, opacity, age = self.puffs(index)
        pixels = (self._outlet.pixels(centres, index) - [window.left, window.top]) / COARSE
        sigma = radii * self._outlet.pixels_per_metre(index) / COARSE / 1.6
        total = np.zeros(cells[::-1], np.float32)
        for number in range(BINS):
            chosen = np.minimum((age * BINS).astype(int), BINS - 1) == number
            if chosen.any():
                mean = max(float(sigma[chosen].mean()), 0.6)
                drawn = splat.splat(pixels[chosen], opacity[chosen] * 2 * np.pi * mean**2 * 0.5, cells)
                total += splat.softened(drawn, mean)
        return total

    def _torn(self, density: Floats, index: int) -> Floats:
        """Two sheets of noise, rising at different speeds, displace and thin the volume."""
        rows, columns = density.shape
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        grain = NOISE_CELLS / max(rows, columns) * 0.7
        drift = index / self._motion.fps * NOISE_CELLS / self._look.life_seconds * 0.7
        sheets = [
            cv2.remap(
                self._noise, x * grain * k + 40 * k, y * grain * k + drift * k, cv2.INTER_LINEAR, None, cv2.BORDER_WRAP
            )
            for k in (1.0, 1.9)
        ]
        push = 0.11 * columns * (sheets[0] - 0.5)
        moved = cv2.remap(density, x + push, y + 0.5 * push, cv2.INTER_LINEAR, None, cv2.BORDER_CONSTANT)
        return np.asarray(moved * np.clip(0.25 + 1.5 * sheets[0] * (0.5 + sheets[1]), 0, 2), np.float32)

    def _ceiling(self, window: Window, cells: tuple[int, int], index: int) -> Floats:
        """1 below the asked height, 0 at it: nothing is ever drawn above."""
        height = float(self._motion.effect[index, HEIGHT])
        top = float(self._outlet.pixels(np.array([[0, 0, height]]), index)[0, 1])
        foot = float(self._outlet.pixels(np.zeros((1, 3)), index)[0, 1])
        rows = window.top + (np.arange(cells[1]) + 0.5) * window.size[1] / cells[1]
        share = np.clip((rows - top) / max(0.12 * (foot - top), 1.0), 0, 1)
        return np.asarray((share * share * (3 - 2 * share))[:, None], np.float32)

    def _window(self, picture: Picture, index: int) -> Window:
        row = self._motion.effect[index].astype(np.float64)
        reach = row[SPREAD] * 0.9 + 0.5 * abs(row[SWAY]) * row[HEIGHT] + 0.01
        corners = np.array([[-reach, 0, -0.01], [reach, 0, -0.01], [-reach, 0, row[HEIGHT]], [reach, 0, row[HEIGHT]]])
        pixels = self._outlet.pixels(corners, index)
        low, high = np.floor(pixels.min(0)).astype(int), np.ceil(pixels.max(0)).astype(int)
        window = Window(left=int(low[0]), top=int(low[1]), right=int(high[0]), bottom=int(high[1]))
        return window.clipped((picture.shape[1], picture.shape[0]))


def _noise(rng: np.random.Generator) -> Floats:
    """Tileable clouds 0..1 with a falling spectrum, made in the frequency domain."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(NOISE_CELLS), np.fft.fftfreq(NOISE_CELLS))) * NOISE_CELLS
    spectrum = np.fft.fft2(rng.normal(size=(NOISE_CELLS, NOISE_CELLS))) / np.maximum(frequency, 2.0) ** 1.7
    clouds = np.real(np.fft.ifft2(spectrum * (frequency > 0)))
    return np.asarray(np.clip(0.5 + clouds / clouds.std() * 0.22, 0, 1), np.float32)


def _light(picture: Picture, window: Window) -> Floats:
    """Vapour scatters the light around it: the bright part of the picture, nearly without its colour."""
    bright = np.quantile(window.of(picture).reshape(-1, 3)[::13], 0.9, axis=0) / 255
    grey = bright.mean()
    return np.asarray(np.clip(0.35 + 0.65 * (0.7 * grey + 0.3 * bright), 0, 1), np.float32)
