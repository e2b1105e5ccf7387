"""Metres round the product's outlet to pixels of any frame: the one place where an effect's size becomes pixels.

Local axes in metres from the outlet: x to the camera's right, y away from the camera along the ground, z up.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render.layers import Window
from generation.render.product import Sprite
from generation.render.scene import OVERSCAN, Doubles, Scene, Spot
from generation.render.warp import Track

Floats = NDArray[np.float32]


class Outlet:
    """The place an effect leaves the product, carried through the clip."""

    def __init__(self, sprite: Sprite, track: Track, *, scene: Scene, spot: Spot, width: int) -> None:
        self._scene, self._track, self._frame_width = scene, track, width
        self.surface = spot.surface
        self._to_frame = width * OVERSCAN / scene.size[0]
        forward = scene.camera.R[2] * [1, 1, 0]
        forward = forward / np.linalg.norm(forward)
        right = np.array([forward[1], -forward[0], 0.0])
        self._axes = np.stack([right, forward, [0, 0, 1.0]])
        offset = (sprite.outlet - sprite.base) / sprite.pixels_per_metre
        self.height_m = max(float(-offset[1] / np.cos(sprite.pitch)), 0.0)
        """Of the outlet above the plane."""
        self.footprint_m = sprite.footprint_radius() / sprite.pixels_per_metre
        """Radius of the product where it stands."""
        self._origin = spot.xyz + right * offset[0] + np.array([0, 0, self.height_m])
        self._origin_pixel = scene.camera.project(self._origin)
        self._outlet_offset = (sprite.outlet - sprite.base) / sprite.oversampling

        self._on_plane = scene.plane_mask(spot)

    def pixels(self, points: Doubles, index: int) -> Doubles:
        """Local points (N, 3) in metres to (N, 2) pixels of a frame."""
        seen = self._scene.camera.project(self._origin + points @ self._axes)
        offset = self._outlet_offset + (seen - self._origin_pixel) * self._to_frame
        return np.asarray(self._track.pixels[index] + offset * self._track.scale[index], np.float64)

    def pixels_per_metre(self, index: int) -> float:
        """Scale of a frame at the outlet."""
        across = self.pixels(np.array([[-0.05, 0, 0], [0.05, 0, 0]]), index)
        return float(np.linalg.norm(across[1] - across[0]) / 0.1)

    def plane_mask(self, window: Window, index: int) -> Floats:
        """1 where a frame's window shows the plane itself, 0 where something stands before it; 1 without depth."""
        mask = self._on_plane
        if mask is None:
            return np.ones(window.size[::-1], np.float32)
        # Frame pixel -> the same point in frame 0 (the plane moves as the product does) -> pixel of the mask.
        scale = 1 / float(self._track.scale[index])
        to_mask = mask.shape[1] / self._scene.size[0] / self._to_frame
        corner = np.array([window.left, window.top]) + 0.5 - self._track.pixels[index]
        start = (self._track.pixels[0] + corner * scale) * to_mask + np.array(mask.shape[::-1]) * (1 - 1 / OVERSCAN) / 2
        matrix = np.array([[scale * to_mask, 0, start[0] - 0.5], [0, scale * to_mask, start[1] - 0.5]])
        return np.asarray(
            cv2.warpAffine(mask, matrix, window.size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.float32
        )

    def to_light(self) -> Doubles:
        """Unit direction to the key light in local axes."""
        return np.asarray(self._axes @ self._scene.light.key_direction)

    def gain(self, index: int) -> float:
        """Relight of the picture at the product."""
        return float(self._track.gain[index])
