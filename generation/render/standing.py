"""The product standing in the moving picture: shadow or reflection under it, the photo on it, light round its edge."""

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.render import layers, reflection, shadow
from generation.render.layers import Pose, Window
from generation.render.product import Sprite
from generation.render.scene import Picture, Scene, Spot
from generation.render.shadow import Shadow
from generation.render.warp import GAMMA, Track

Floats = NDArray[np.float32]
WRAP = 0.16
"""Share of the surroundings' light on the product's very edge."""


class Standing:
    """Draws one product into the frames of one clip; frames may be drawn in any order."""

    def __init__(
        self, sprite: Sprite, *, scene: Scene, spot: Spot, track: Track, own_shadow: Shadow | None = None
    ) -> None:
        """`own_shadow` is the one to use instead of drawing it from the scene's light."""
        self._track = track
        self._sprite = sprite
        self._shadow = own_shadow or shadow.cast(sprite, scene=scene, spot=spot)
        # A mirror image needs the angle of the photo just as a drawn shadow does.
        is_mirror = spot.surface == "water" or (spot.reflective >= reflection.LEAST and own_shadow is None)
        self._mirror = reflection.Mirror(sprite, spot=spot) if is_mirror else None
        self._body = reflection.afloat(sprite) if spot.surface == "water" else sprite.rgba
        self._rim = _rim(sprite.alpha)

    def draw(self, frame: Picture, index: int) -> None:
        """Put the product into a frame in place."""
        size = frame.shape[1], frame.shape[0]
        self._draw_shadow(frame, index, size)
        if self._mirror is not None:
            self._mirror.draw(frame, self._pose(index), index)
        self._draw_product(frame, index, size)

    def pose(self, index: int) -> Pose:
        """Where the product is in a frame: anchor is the base of the sprite."""
        return self._pose(index)

    def _pose(self, index: int) -> Pose:
        scale = float(self._track.scale[index]) / self._sprite.oversampling
        return Pose(anchor=self._sprite.base, at=self._track.pixels[index], scale=scale)

    def _draw_shadow(self, frame: Picture, index: int, size: tuple[int, int]) -> None:
        pose = self._pose(index)
        pose = Pose(anchor=self._shadow.base, at=pose.at, scale=pose.scale)
        window = pose.window(self._shadow.darkness.shape, size)
        if not window.is_empty:
            layers.darken(frame, layers.placed(self._shadow.darkness, pose, window), window)

    def _draw_product(self, frame: Picture, index: int, size: tuple[int, int]) -> None:
        pose = self._pose(index)
        window = pose.window(self._body.shape, size)
        if window.is_empty:
            return
        body = layers.placed(self._body, pose, window)
        gain = np.float32(self._track.gain[index] ** (1 / GAMMA))
        body[..., :3] = np.minimum(body[..., :3] * gain, body[..., 3:])
        rim = layers.placed(self._rim, pose, window)
        body[..., :3] += (_surroundings(frame, window) - body[..., :3]) * (rim * body[..., 3] * WRAP)[..., None]
        layers.lay_over(frame, body, window)


def _rim(alpha: Floats) -> Floats:
    """1 at the edge of the product, 0 from about a fiftieth of its size inwards."""
    deep = cv2.GaussianBlur(alpha, (0, 0), max(alpha.shape) / 110)
    return np.asarray(np.clip(2 * (1 - deep), 0, 1) * (alpha > 0), np.float32)


def _surroundings(frame: Picture, window: Window) -> Floats:
    """The frame in the window, so soft that only its colour is left; 0..1."""
    small = cv2.resize(window.of(frame), (8, 8), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 1.0), window.size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft.astype(np.float32) / 255, np.float32)
