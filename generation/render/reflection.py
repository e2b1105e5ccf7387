"""What a surface that mirrors does to a product on it: a broken image upside down, and a waterline where it floats."""

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render import layers
from generation.render.layers import Pose
from generation.render.product import Sprite
from generation.render.scene import Picture, Spot

Floats = NDArray[np.float32]
LEAST = 0.08
"""Surfaces that mirror less than this are drawn without an image."""
RIPPLE_PERIOD = 11.0
"""Frames for a ripple to move by its own length."""


class Mirror:
    """The mirror image of a sprite below its base, broken by ripples that travel."""

    def __init__(self, sprite: Sprite, *, spot: Spot) -> None:
        self._is_water = spot.surface == "water"
        self._pad = max(6, round(sprite.rgba.shape[1] * 0.06))
        self._image = _mirrored(sprite, spot, pad=self._pad)
        self._width = sprite.rgba.shape[1]

    def draw(self, frame: Picture, pose: Pose, index: int) -> None:
        """Lay the image of one frame under the product, which `pose` places by its base."""
        here = Pose(anchor=np.array([pose.anchor[0] + self._pad, 0.0]), at=pose.at, scale=pose.scale)
        window = here.window(self._image.shape, (frame.shape[1], frame.shape[0]))
        if not window.is_empty:
            layers.lay_over(frame, layers.placed(self._rippled(index), here, window), window)

    def _rippled(self, index: int) -> Floats:
        if not self._is_water:
            return self._image
        rows, columns = self._image.shape[:2]
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        depth = y / max(rows, 1)
        phase = 2 * np.pi * (y / (4 + 9 * depth) - index / RIPPLE_PERIOD)
        swing = self._width * (0.006 + 0.03 * depth)
        shift = swing * (np.sin(phase) + 0.5 * np.sin(0.37 * phase + 0.05 * x + 1.3))
        return np.asarray(
            cv2.remap(self._image, x + shift, y + 0.3 * shift, cv2.INTER_LINEAR, None, cv2.BORDER_CONSTANT), np.float32
        )


def afloat(sprite: Sprite) -> Floats:
    """The product with what lies below its waterline given to the water, and a thin bright meniscus along it."""
    rgba = sprite.rgba.copy()
    rows, columns = np.mgrid[0 : rgba.shape[0], 0 : rgba.shape[1]].astype(np.float32)
    radius = sprite.footprint_radius()
    inside = np.clip(1 - ((columns - sprite.base[0]) / max(radius, 1)) ** 2, 0, 1)
    line = sprite.base[1] + radius * np.sin(sprite.pitch) * np.sqrt(inside)
    below = np.clip(rows - line + 0.5, 0, 1)
    rgba *= 1 - 0.85 * below[..., None]
    meniscus = np.exp(-0.5 * ((rows - line) / 1.0) ** 2) * (inside > 0.02) * 0.22 * rgba[..., 3]
    rgba[..., :3] += (rgba[..., 3:] - rgba[..., :3]) * meniscus[..., None]
    return np.asarray(rgba, np.float32)


def _mirrored(sprite: Sprite, spot: Spot, *, pad: int) -> Floats:
    """The part above the base, upside down, fading with depth, wider than the sprite by `pad` on both sides."""
    is_water = spot.surface == "water"
    strength = max(spot.reflective, 0.3) if is_water else 0.55 * spot.reflective
    roughness = 160 if is_water else 45
    above = sprite.rgba[: max(1, round(float(sprite.base[1])))]
    image = cv2.copyMakeBorder(above[::-1], 0, 2, pad, pad, cv2.BORDER_CONSTANT)
    image = cv2.GaussianBlur(image, (0, 0), max(sprite.rgba.shape[1] / roughness, 0.6))
    depth = np.arange(len(image), dtype=np.float32) / max(len(image), 1)
    return np.asarray(image * (strength * (1 - depth) ** (1.6 if is_water else 3.0))[:, None, None], np.float32)
