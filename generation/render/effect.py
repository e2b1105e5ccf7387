"""The product's own effect, drawn from its real outlet at the size the motion asks, in metres."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np

from catalog.facts import EffectKind
from generation.render.clip import HEIGHT, SPREAD, Motion
from generation.render.flakes import Flakes
from generation.render.glow import Glow
from generation.render.jet import Jet
from generation.render.layout import Box
from generation.render.outlet import Outlet
from generation.render.scene import Picture
from generation.render.vapour import MIST, STEAM, Vapour


class Drawn(Protocol):
    """One kind of effect over one clip; frames may be drawn in any order."""

    def draw_under(self, picture: Picture, index: int) -> None:
        """Draw in place what a frame shows of it on the ground or behind the product."""

    def draw(self, picture: Picture, index: int) -> None:
        """Draw in place what a frame shows of it."""


KINDS: dict[EffectKind, Callable[..., Drawn]] = {
    "jet": Jet,
    "steam": partial(Vapour, look=STEAM),
    "mist": partial(Vapour, look=MIST),
    "beam": Glow,
    "particles": Flakes,
}


CLEARANCE = 0.04
"""Metres above an effect that no text may take, so that its top is seen, and can be measured, in the finished file."""


class Effect:
    """Whatever effect a motion carries, or none."""

    def __init__(self, motion: Motion, outlet: Outlet, *, seed: int) -> None:
        self._motion, self._outlet = motion, outlet
        is_shown = motion.effect_kind != "none" and bool((motion.effect[:, HEIGHT] > 0).any())
        self._drawn = KINDS[motion.effect_kind](motion, outlet, seed=seed) if is_shown else None

    def draw_under(self, picture: Picture, index: int) -> None:
        """Draw in place what lies under or behind the product."""
        if self._drawn is not None:
            self._drawn.draw_under(picture, index)

    def draw(self, picture: Picture, index: int) -> None:
        """Draw in place what lies before the product."""
        if self._drawn is not None:
            self._drawn.draw(picture, index)

    def boxes(self) -> list[Box]:
        """What the effect may cover over the whole clip, in frame pixels."""
        if self._drawn is None:
            return []
        return [self._box(index) for index in range(0, len(self._motion), 6)]

    def _box(self, index: int) -> Box:
        height, spread = self._motion.effect[index, HEIGHT] + CLEARANCE, self._motion.effect[index, SPREAD]
        corners = np.array([[-spread / 2, 0, 0], [spread / 2, 0, 0], [-spread / 2, 0, height], [spread / 2, 0, height]])
        pixels = self._outlet.pixels(corners.astype(np.float64), index)
        return Box(*pixels.min(0).tolist(), *pixels.max(0).tolist())
