"""The shadow that ties a product to its ground: dark where it touches, soft and long where the key light throws it.

Made once for frame 0 in sprite pixels, then carried with the product. Where somebody measured how the camera looked
down at the product, it is drawn in the scene's light; where nobody did, the one that the photo itself shows is kept,
because a drawn one would lie at the wrong angle and the product would float.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.facts import ProductImage
from generation.render.product import Sprite
from generation.render.scene import Doubles, Scene, Spot

Floats = NDArray[np.float32]
LOWEST_LIGHT = 0.42
"""Sine of the lowest elevation drawn: flatter light would throw the shadow out of the picture."""
DEEPER = 1.5
"""Exponent on the light that a photo's ground keeps: studio light is softer than the light of a scene."""
CONTACT_HEIGHT = 0.3
"""Share of the product's height above its base up to which its lower contour may still touch the ground."""
BANDS = 4
"""The silhouette is thrown in this many heights, each softer than the one below."""


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """Darkness 0..1 on a canvas of sprite pixels, and where the product's base is on it."""

    darkness: Floats
    base: Doubles


def cast(sprite: Sprite, *, scene: Scene, spot: Spot) -> Shadow:
    """Contact and cast shadow of a sprite. On water they are faint: the reflection says where it floats."""
    height, width = sprite.alpha.shape
    reach = int(max(height, width) * 1.1) + 24
    canvas = (2 * reach + width, reach + height)
    shift = np.array([float(reach), reach / 2])
    key = scene.light.key_to_fill / (1 + scene.light.key_to_fill)
    softness = 1.0 if spot.surface != "water" else 0.4
    thrown = _thrown(sprite, scene=scene, canvas=canvas, shift=shift) * np.float32(softness * (0.18 + 0.5 * key))
    touching = _contact(sprite, canvas=canvas, shift=shift) * np.float32(softness * 0.85)
    return _trimmed(_faded(1 - (1 - thrown) * (1 - touching)), sprite.base + shift)


def _trimmed(darkness: Floats, base: Doubles) -> Shadow:
    """Without the margins that would darken white by less than half a grey level."""
    seen = darkness > 0.5 / 255
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return Shadow(darkness=darkness[:1, :1] * 0, base=base)
    left, top = int(columns[0]), int(rows[0])
    part = np.ascontiguousarray(darkness[top : rows[-1] + 1, left : columns[-1] + 1])
    return Shadow(darkness=part, base=base - [left, top])


def photographed(darkness: NDArray[np.uint8], photo: ProductImage, sprite: Sprite) -> Shadow:
    """The shadow of the photo itself: `darkness` (photo height, photo width), share of 255 that the ground loses."""
    scale = sprite.pixels_per_metre * (photo.metres_per_pixel or 0.0)
    size = tuple(max(1, round(length * scale)) for length in darkness.shape[::-1])
    small = cv2.resize(darkness, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    base = np.array(photo.base_px) * (np.array(size) / darkness.shape[::-1])
    return Shadow(darkness=np.asarray(1 - (1 - small / np.float32(255)) ** DEEPER, np.float32), base=base)


def under_contour(sprite: Sprite) -> Shadow:
    """A shadow close under all that comes down to the ground, for a photo that shows neither angle nor shadow."""
    height, width = sprite.alpha.shape
    margin = int(0.2 * max(height, width)) + 8
    solid = np.pad(sprite.alpha > 0.5, margin)
    columns = np.flatnonzero(solid.any(axis=0))
    lowest = len(solid) - 1 - np.argmax(solid[::-1, columns], axis=0)
    above = (sprite.base[1] + margin - lowest) / max(height, 1)
    touch = np.zeros(solid.shape, np.float32)
    for column, row, share in zip(columns, lowest, np.clip(1 - above / CONTACT_HEIGHT, 0, 1), strict=True):
        touch[max(0, row - 2) : row + 3, column] = share
    near = cv2.GaussianBlur(touch, (0, 0), max(0.008 * width, 0.8)) * 1.6
    wide = cv2.GaussianBlur(touch, (0, 0), 0.045 * width) * 6
    return Shadow(darkness=_faded(np.clip(near, 0, 0.75) + np.clip(wide, 0, 0.3)), base=sprite.base + margin)


def _thrown(sprite: Sprite, *, scene: Scene, canvas: tuple[int, int], shift: Doubles) -> Floats:
    total = np.zeros(canvas[::-1], np.float32)
    to_ground = _ground_map(sprite, scene)
    move = np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1.0]])
    for band in range(BANDS):
        part = _band(sprite, band)
        laid = cv2.warpPerspective(part, move @ to_ground, canvas, flags=cv2.INTER_LINEAR)
        sigma = sprite.rgba.shape[0] * (0.02 + 0.035 * (band + 0.5))
        total = np.maximum(total, cv2.GaussianBlur(laid, (0, 0), sigma))
    return np.asarray(cv2.GaussianBlur(total, (0, 0), sprite.rgba.shape[0] * 0.02), np.float32)


def _band(sprite: Sprite, band: int) -> Floats:
    """The silhouette between two heights above the base; nothing below the ground throws a shadow."""
    rows = np.arange(sprite.alpha.shape[0])
    height = (sprite.base[1] - rows) / max(sprite.base[1], 1)
    kept = (height >= band / BANDS) & (height < (band + 1.1) / BANDS) & (height >= 0)
    return np.asarray(sprite.alpha * kept[:, None], np.float32)


def _ground_map(sprite: Sprite, scene: Scene) -> Doubles:
    """Homography from the upright silhouette, in sprite pixels, to its shadow on the ground, in sprite pixels.

    Orthographic near the spot, which is far nearer to itself than to the camera: right stays right, depth and height
    are foreshortened by the pitch.
    """
    sine, cosine = np.sin(sprite.pitch), np.cos(sprite.pitch)
    direction = scene.light.key_direction
    forward = scene.camera.R[2][:2] / (np.linalg.norm(scene.camera.R[2][:2]) + 1e-9)
    right = np.array([forward[1], -forward[0]])
    lift = max(float(direction[2]), LOWEST_LIGHT * float(np.linalg.norm(direction)))
    sideways, away = -float(direction[:2] @ right) / lift, -float(direction[:2] @ forward) / lift
    x, y = sprite.base
    # A point at height h (sprite pixels above the base, h = (y - row) / cosine) lands at (h sideways, -h away sine).
    slope = np.array([[1, -sideways / cosine, 0], [0, away * sine / cosine, 0], [0, 0, 1.0]])
    to_base, back = np.eye(3), np.eye(3)
    to_base[:2, 2], back[:2, 2] = (-x, -y), (x, y)
    return np.asarray(back @ slope @ to_base)


def _contact(sprite: Sprite, *, canvas: tuple[int, int], shift: Doubles) -> Floats:
    """Occlusion round the contact ellipse: nearly black in the gap, gone after a fifth of the product's width."""
    radius = sprite.footprint_radius()
    centre = sprite.base + shift
    total = np.zeros(canvas[::-1], np.float32)
    for grow, sigma, weight in ((1.0, 0.035, 0.8), (1.08, 0.16, 0.62)):
        layer = np.zeros(canvas[::-1], np.float32)
        axes = (radius * grow, max(radius * grow * np.sin(sprite.pitch), 1.0))
        cv2.ellipse(layer, (tuple(centre), tuple(2 * axis for axis in axes), 0.0), 1.0, -1, cv2.LINE_AA)
        total = 1 - (1 - total) * (1 - weight * cv2.GaussianBlur(layer, (0, 0), max(radius * sigma, 0.8)))
    return np.asarray(total, np.float32)


def _faded(darkness: Floats) -> Floats:
    """To nothing at the canvas border, so that no edge can show."""
    height, width = darkness.shape
    across = np.minimum(1, np.minimum(np.arange(width), np.arange(width)[::-1]) / (0.08 * width))
    down = np.minimum(1, np.minimum(np.arange(height), np.arange(height)[::-1]) / (0.08 * height))
    return np.asarray(darkness * across * down[:, None], np.float32)
