"""The product's own photo, made ready to stand in a scene: true size, clean edge, the scene's light.

The photo is only ever scaled. Its pixels are multiplied by light, never redrawn.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from catalog.facts import ProductImage
from generation.render.errors import RenderError
from generation.render.scene import OVERSCAN, Doubles, Scene, Spot
from generation.render.warp import GAMMA

Floats = NDArray[np.float32]
OVERSAMPLING = 1.2
"""Sprite pixels for one frame pixel in frame 0, so that pushing in does not blur the product."""
EXPOSURE = 2**0.5
"""The scene pack is rendered half a stop brighter than its light is stored."""
EDGE = (0.25, 0.85)
"""Coverage that becomes fully clear and fully opaque: takes off the rim of old background that a cut-out keeps."""


@dataclass(frozen=True, kw_only=True)
class Sprite:
    """Premultiplied picture in sRGB, 0..1, with the points that place it."""

    rgba: Floats
    """(height, width, 4)."""
    base: Doubles
    """(x, y) in sprite pixels: middle of the contact ellipse."""
    outlet: Doubles
    """(x, y) in sprite pixels: where the effect leaves the product."""
    pixels_per_metre: float
    oversampling: float
    """Sprite pixels for one frame pixel in frame 0."""
    pitch: float
    """Radians the photo looks down; together with the scale it tells how tall upright things appear."""

    @property
    def alpha(self) -> Floats:
        """(height, width) coverage."""
        return self.rgba[..., 3]

    def footprint_radius(self) -> float:
        """Half the product's width at its contact line, in sprite pixels."""
        row = self.alpha[int(np.clip(self.base[1], 0, len(self.alpha) - 1))] > 0.5
        covered = np.flatnonzero(row)
        return float(covered[-1] - covered[0] + 1) / 2 if len(covered) else self.rgba.shape[1] / 4

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the visible product relative to its base, in frame pixels of frame 0."""
        rows, columns = np.flatnonzero(self.alpha.max(1) > 0.1), np.flatnonzero(self.alpha.max(0) > 0.1)
        x, y = self.base
        edges = np.array([columns[0] - x, rows[0] - y, columns[-1] + 1 - x, rows[-1] + 1 - y]) / self.oversampling
        return tuple(float(edge) for edge in edges)  # type: ignore[return-value]  # four edges


def frame_metres_per_pixel(scene: Scene, spot: Spot, frame_width: int) -> float:
    """Scale of frame 0 at the spot."""
    return spot.metres_per_pixel * scene.size[0] / OVERSCAN / frame_width


def sprite(
    cutout: NDArray[np.uint8], photo: ProductImage, *, scene: Scene, spot: Spot, frame_size: tuple[int, int]
) -> Sprite:
    """Scale, clean and light an RGBA cut-out for a spot; raises RenderError if the photo's scale is unknown."""
    metres_per_pixel, base_px = _known(photo, cutout)
    left, top, right, bottom = _bounds(cutout[..., 3], photo)
    clean = _clean(cutout[top:bottom, left:right])
    scale = metres_per_pixel / frame_metres_per_pixel(scene, spot, frame_size[0]) * OVERSAMPLING
    size = tuple(max(1, round(length * scale)) for length in (right - left, bottom - top))
    small = cv2.resize(clean, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    exact = np.array(size) / [right - left, bottom - top]
    corner, base = np.array([left, top]), np.array(base_px)
    outlet = np.array(photo.effect_px or (base_px[0], top))
    return Sprite(
        rgba=_lit(np.clip(small, 0, 1).astype(np.float32), scene=scene),
        base=(base - corner) * exact,
        outlet=(outlet - corner) * exact,
        pixels_per_metre=scale / metres_per_pixel,
        oversampling=OVERSAMPLING,
        pitch=scene.camera.pitch(spot.xyz),
    )


def _known(photo: ProductImage, cutout: NDArray[np.uint8]) -> tuple[float, tuple[float, float]]:
    """Scale and base point of a photo that can be used."""
    if cutout.ndim != 3 or cutout.shape[2] != 4:
        raise RenderError(f"The cut-out of {photo.name} is {cutout.shape}, not height x width x RGBA.")
    if cutout.shape[:2] != (photo.height, photo.width):
        raise RenderError(f"The cut-out of {photo.name} is {cutout.shape[1]}x{cutout.shape[0]}, the photo is not.")
    if not photo.metres_per_pixel or photo.base_px is None:
        raise RenderError(
            f"{photo.name} has no scale or no base point, so its real size is unknown: enter the product's width and"
            " mark where it stands."
        )
    if (cutout[..., 3] > 127).sum() < 100:
        raise RenderError(f"The cut-out of {photo.name} shows no product; cut it out again or upload another photo.")
    return photo.metres_per_pixel, photo.base_px


def _bounds(alpha: NDArray[np.uint8], photo: ProductImage) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(alpha.max(1) > 8), np.flatnonzero(alpha.max(0) > 8)
    return (
        max(int(columns[0]) - 4, 0),
        max(int(rows[0]) - 4, 0),
        min(int(columns[-1]) + 5, photo.width),
        min(int(rows[-1]) + 5, photo.height),
    )


def _clean(cutout: NDArray[np.uint8]) -> Floats:
    """Premultiplied 0..1 with the old background's colour taken out of the rim."""
    coverage = np.clip((cutout[..., 3].astype(np.float32) / 255 - EDGE[0]) / (EDGE[1] - EDGE[0]), 0, 1)
    inside = cv2.erode((cutout[..., 3] > 250).astype(np.uint8), np.ones((5, 5), np.uint8))
    colour = _spread(cutout[..., :3], inside.astype(np.uint8)) if inside.any() else cutout[..., :3]
    return np.dstack([colour.astype(np.float32) / 255 * coverage[..., None], coverage])


def _spread(colour: NDArray[np.uint8], inside: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours of the inside carried outwards to the nearest pixels beyond it."""
    _, nearest = cv2.distanceTransformWithLabels(1 - inside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    palette = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    palette[nearest[inside > 0]] = colour[inside > 0]
    return np.asarray(np.where(inside[..., None] > 0, colour, cv2.blur(palette[nearest], (3, 3))), np.uint8)


def _lit(picture: Floats, *, scene: Scene) -> Floats:
    """Multiply by the scene's light from the left edge to the right, as if the product were a cylinder."""
    width = picture.shape[1]
    across = np.linspace(-1, 1, width)
    light = np.stack([_light_at(scene, np.arcsin(0.85 * x)) for x in across[:: max(1, width // 24)]])
    columns = cv2.resize(light[None].astype(np.float32), (width, 1), interpolation=cv2.INTER_LINEAR)[0]
    lit = picture.copy()
    lit[..., :3] = np.minimum(picture[..., :3] * columns[None] ** np.float32(1 / GAMMA), picture[..., 3:])
    return lit


def _light_at(scene: Scene, angle: float) -> Doubles:
    """Linear RGB factor for a surface turned by `angle` from the camera to its right.

    A product photo is taken so that a white card is white; the factor says what that card would be in the scene. Half
    of the colour and of the side-to-side difference is kept: the photo has its own modelling, and a buyer wants its
    colour.
    """
    right, forward = scene.camera.R[0], scene.camera.R[2]
    towards = -np.array([forward[0], forward[1], 0.0])
    towards /= np.linalg.norm(towards) + 1e-9
    normal = right * np.sin(angle) + towards * np.cos(angle) + np.array([0, 0, 0.45])
    here, mean = _card(scene, normal / np.linalg.norm(normal)), _card(scene, _raised(towards))
    grey = max(float(mean.mean()), 1e-3)
    exposure = np.clip(grey, 0.18, 1.15) ** 0.6
    return np.asarray(exposure * (here.mean() / grey) ** 0.5 * (here / max(here.mean(), 1e-3)) ** 0.5)


def _raised(towards: Doubles) -> Doubles:
    normal = towards + np.array([0, 0, 0.45])
    return np.asarray(normal / np.linalg.norm(normal), np.float64)


def _card(scene: Scene, normal: Doubles) -> Doubles:
    """Linear RGB of a white card with that normal."""
    light = scene.light
    key = light.key_rgb * max(float(normal @ light.key_direction), 0.0)
    return np.asarray((key + light.irradiance_towards(normal)) / np.pi * EXPOSURE)
