"""One shot of a film: its place, its motion and the product's photo become pictures, before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalog.facts import ProductImage
from generation.render import effect, product, rigid, shadow, warp
from generation.render.clip import Motion
from generation.render.layout import Box, unit_of
from generation.render.outlet import Outlet
from generation.render.product import Sprite
from generation.render.scene import Picture, Scene
from generation.render.shadow import Shadow
from generation.render.standing import Standing

HEADROOM = 0.02
"""Share of the frame's height that stays free above a product."""
AIR = 44
"""Pixels at 720p above an effect where no words stand: who measures it must see that it ends there."""
CALMER = (1.0, 0.7, 0.4, 0.15, 0.0)
"""Shares of its motion that a clip may keep, tried in turn until the camera does not cut off the product's top."""


@dataclass(frozen=True, kw_only=True)
class Cutout:
    """The product's photo without its background, and what is known about that photo."""

    rgba: NDArray[np.uint8]
    """(height, width, 4), the photo's own size."""
    photo: ProductImage
    shadow: NDArray[np.uint8] | None = None
    """(height, width) light, of 255, that the product takes from the ground of its photo; None where unknown."""

    def own_shadow(self, sprite: Sprite, surface: str) -> Shadow | None:
        """The shadow to use where the photo's angle is unknown; None where it can be drawn."""
        if self.photo.pitch_deg is not None or surface == "water":
            return None
        if self.shadow is None:
            return shadow.under_contour(sprite)
        return shadow.photographed(self.shadow, self.photo, sprite)


@dataclass(frozen=True)
class Take:
    """What one shot is drawn from. `motion` is of the whole film, the shot shows it from `start` seconds on."""

    scene: Scene
    motion: Motion
    spot: int = 0
    start: float = 0.0


class View:
    """Draws any frame of one shot by its number; the shot's first frame is 0."""

    def __init__(
        self, scene: Scene, motion: Motion, *, spot: int, cutout: Cutout, size: tuple[int, int], seed: int
    ) -> None:
        self.size, place = size, scene.spot(spot)
        self._sprite = product.sprite(cutout.rgba, cutout.photo, scene=scene, spot=place, frame_size=size)
        radius_m = self._sprite.footprint_radius() / self._sprite.pixels_per_metre
        settled = warp.fit_inside(rigid.settled(motion, scene, place, radius_m=radius_m))
        for calm in CALMER:
            self.motion = warp.softened(settled, calm)
            self.track = self._followed(scene, place.xyz)
            if self._stays_whole():
                break
        self._backdrop = warp.Backdrop(scene, self.motion, size)
        own = cutout.own_shadow(self._sprite, place.surface)
        self._standing = Standing(self._sprite, scene=scene, spot=place, track=self.track, own_shadow=own)
        self.outlet = Outlet(self._sprite, self.track, scene=scene, spot=place, width=size[0])
        self._effect = effect.Effect(self.motion, self.outlet, seed=seed)

    def __len__(self) -> int:
        return len(self.motion)

    def backdrop(self, index: int) -> Picture:
        """The place alone, RGB (height, width, 3)."""
        return self._backdrop.frame(index)

    def frame(self, index: int) -> Picture:
        """The place with the product and its effect, RGB (height, width, 3)."""
        picture = self._backdrop.frame(index)
        self._effect.draw_under(picture, index)
        self._standing.draw(picture, index)
        self._effect.draw(picture, index)
        return picture

    def swept(self) -> Box:
        """What the product covers over the whole shot, in frame pixels."""
        left, top, right, bottom = self._sprite.box()
        x, y, scale = self.track.pixels[:, 0], self.track.pixels[:, 1], self.track.scale
        return Box(
            float((x + left * scale).min()),
            float((y + top * scale).min()),
            float((x + right * scale).max()),
            float((y + bottom * scale).max()),
        )

    def obstacles(self) -> Sequence[Sequence[Box]]:
        """Where no words may stand, strictest first: the product and its effect with the air above it, both, the
        product alone. An effect that fills the picture may be written over by what finds no other room."""
        air, touched = AIR * unit_of(self.size), self._effect.boxes()
        free = [Box(box.left, box.top - air, box.right, box.bottom) for box in touched]
        return ([self.swept(), *free], [self.swept(), *touched], [self.swept()])

    def _followed(self, scene: Scene, xyz: NDArray[np.float64]) -> warp.Track:
        pixel = (scene.to_frame(scene.camera.project(xyz)) + 1) / 2 * self.size
        reach = max(self._sprite.footprint_radius() / self._sprite.oversampling, 4.0)
        return warp.follow(self.motion, pixel, size=self.size, reach=reach)

    def _stays_whole(self) -> bool:
        """Whether the product, if frame 0 shows all of it, is never cut by the upper edge later."""
        first = float(self.track.pixels[0, 1]) + self._sprite.box()[1]
        return self.swept().top >= min(HEADROOM * self.size[1], first)
