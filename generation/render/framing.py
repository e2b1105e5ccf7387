"""The director's crop: a still is seen as closely as its product deserves, with room for words beside or above it.

A scene is photographed once, for anything from a dropper bottle to a lamp; a picture of a bottle in a whole kitchen
sells the kitchen. Cropping keeps the camera's rays: only the principal point moves, so scale and perspective stay true.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from catalog.facts import ProductImage
from generation.formats import FORMATS, FRAME_SIZES, Composition, Format
from generation.render.scene import OVERSCAN, Camera, Scene, Spot
from generation.specs import EffectSpec, Framing, Shot

CLOSER = 1.25
"""Times that a second shot of the same place must be closer for a cut to it."""
SOFTER = 0.66
"""Share of a format's least pixels that a close shot may do with: near a product the ground is out of focus anyway."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What has to be seen, in metres: the product itself, and how high its effect reaches above the ground."""

    width_m: float
    height_m: float
    reach_m: float


def subject(photo: ProductImage, effect: EffectSpec) -> Subject | None:
    """The size of what a photo shows, with its effect; None where the photo's scale is unknown."""
    if not photo.metres_per_pixel or photo.base_px is None:
        return None
    left, top, right, _ = photo.outline or (0, 0, photo.width, photo.height)
    height = (photo.base_px[1] - top) * photo.metres_per_pixel
    outlet = (photo.base_px[1] - photo.effect_px[1]) * photo.metres_per_pixel if photo.effect_px else height
    reach = max(height, outlet + effect.height_m) if effect.kind != "none" else height
    return Subject(
        width_m=max((right - left) * photo.metres_per_pixel, effect.spread_m if effect.kind == "jet" else 0.0),
        height_m=height,
        reach_m=reach,
    )


@dataclass(frozen=True)
class Seen:
    """A shot of a plan and its scene, framed for one format."""

    shot: Shot
    scene: Scene

    def continues(self, before: "Seen") -> bool:
        """Whether it shows the same place hardly closer, so that a cut to it would look like a mistake."""
        is_same = (self.shot.scene, self.shot.spot) == (before.shot.scene, before.shot.spot)
        return is_same and self.scene.size[0] * CLOSER > before.scene.size[0]


def seen(shots: Sequence[Shot], photo: ProductImage, whole: Callable[[str], Scene]) -> list[Seen]:
    """The shots that a format has, each as close as its product deserves; without those that only continue another.

    `whole` gives the uncropped scene of a shot by its name.
    """
    kept: list[Seen] = []
    for shot in shots:
        scene = whole(shot.scene)
        found = Seen(shot, framed(scene, scene.spot(shot.spot), subject(photo, shot.effect), shot.framing))
        if not kept or not found.continues(kept[-1]):
            kept.append(found)
    return kept


def framed(scene: Scene, spot: Spot, seen: Subject | None, framing: Framing = "whole") -> Scene:
    """The part of a scene that shows a subject on a spot well, in the shape of the scene's format.

    Without a subject, or where the still is too small to come closer, the crop is as wide as the still allows.
    """
    composition, is_close = _composition(scene.format, seen, framing), framing == "close"
    least = FORMATS[scene.format].least_pixels * (SOFTER if is_close else 1.0)
    width = _width(scene, spot, seen, composition=composition, least=least)
    height = width * FRAME_SIZES[scene.format][1] // FRAME_SIZES[scene.format][0]
    place = scene.camera.project(spot.xyz)
    at = 0.5 + (np.array(composition.at) - 0.5) / OVERSCAN
    room = np.array(scene.size) - [width, height]
    left, top = (2 * int(length // 2) for length in np.clip(place - at * [width, height], 0, room))
    return _cropped(scene, left, top, (width, height))


def _composition(frame_format: Format, seen: Subject | None, framing: Framing) -> Composition:
    form = FORMATS[frame_format]
    if framing == "whole":
        return form.composition
    reaches = seen is not None and seen.reach_m > seen.height_m
    return form.close_below_effect if reaches and form.close_below_effect else form.close


def _width(scene: Scene, spot: Spot, seen: Subject | None, *, composition: Composition, least: float) -> int:
    """Width in pixels of the still that is used: enough for the subject, for the frame's pixels, not beyond it."""
    frame_width, frame_height = FRAME_SIZES[scene.format]
    largest = min(scene.size[0], scene.size[1] * frame_width // frame_height)
    grain = FORMATS[scene.format].grain
    if seen is None:
        return largest // grain * grain
    aspect = frame_width / frame_height
    metres = max(seen.width_m / composition.width, aspect * seen.height_m / composition.height)
    if composition.reach is not None and seen.reach_m > seen.height_m:
        metres = max(metres, aspect * seen.reach_m / composition.reach)
    sharp = least * frame_width / min(frame_width, frame_height)
    wanted = max(metres / spot.metres_per_pixel, sharp) * OVERSCAN
    return round(min(wanted, largest)) // grain * grain


def _cropped(scene: Scene, left: int, top: int, size: tuple[int, int]) -> Scene:
    if (left, top, *size) == (0, 0, *scene.size):
        return scene
    K = scene.camera.K.copy()
    K[:2, 2] -= (left, top)
    still = np.ascontiguousarray(scene.still[top : top + size[1], left : left + size[0]])
    return replace(
        scene,
        still=still,
        depth=_part(scene.depth, scene, left, top, size),
        alive=_part(scene.alive, scene, left, top, size),
        camera=Camera(K=K, R=scene.camera.R, t=scene.camera.t),
    )


def _part(
    plane: NDArray[np.float32] | None, scene: Scene, left: int, top: int, size: tuple[int, int]
) -> NDArray[np.float32] | None:
    """The same crop of a picture that is smaller than the still."""
    if plane is None:
        return None
    cell = scene.size[0] / plane.shape[1]
    rows, columns = (
        slice(round(a / cell), round((a + length) / cell)) for a, length in ((top, size[1]), (left, size[0]))
    )
    return np.ascontiguousarray(plane[rows, columns])
