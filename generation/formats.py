"""The shapes a finished film can have: one table that cameras, words, files, pages and placements follow.

To add a shape: one entry here and a symbol of its name in `config/static/vitrine/img/icons.svg`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import gcd
from typing import Literal

Format = Literal["wide", "tall", "square", "portrait"]
Side = Literal["left", "right", "above", "below"]


@dataclass(frozen=True, kw_only=True)
class Composition:
    """Where a product stands in a frame and how much of it it may fill, as shares of the frame's width and height."""

    at: tuple[float, float]
    """Of the point where it stands."""
    width: float
    height: float
    reach: float | None = None
    """Height of a product and its effect together: above it words need room. None: however high it is."""


@dataclass(frozen=True, kw_only=True)
class FrameFormat:
    """One shape. Lengths are pixels of its finished file."""

    name: str
    ratio: str
    size: tuple[int, int]
    """Width and height of a finished file, each a multiple of ten."""
    still: Literal["wide", "tall"]
    """Which picture of a scene it is a part of."""
    least_pixels: int
    """Pixels of that picture across the shorter side, at least: fewer would look soft beside the sharp product."""
    composition: Composition
    close: Composition
    """Of a shot that shows the product itself; its effect may leave the picture where words stand beside it."""
    safe: tuple[int, int, int, int]
    """Left, top, right and bottom of the box that no place covers with buttons of its own: words stay inside."""
    words: tuple[Side, ...]
    """Where words stand by the product, best first."""
    close_below_effect: Composition | None = None
    """Of a close shot of a product that has an effect above it, where words then stand elsewhere."""

    @property
    def title(self) -> str:
        """For people: Square 1:1."""
        return f"{self.name} {self.ratio}"

    @property
    def grain(self) -> int:
        """Crops are multiples of this many pixels wide, so that both sides, and half of them for the depth, are
        whole."""
        return 2 * self.size[0] // gcd(*self.size)


FORMATS: dict[Format, FrameFormat] = {
    "wide": FrameFormat(
        name="Wide", ratio="16:9", size=(1280, 720), still="wide", least_pixels=626, safe=(64, 40, 1216, 680),
        composition=Composition(at=(0.60, 0.80), width=0.36, height=0.52, reach=0.72),
        close=Composition(at=(0.66, 0.84), width=0.46, height=0.70),
        words=("left", "right", "above", "below"),
    ),
    # The box clears the buttons of YouTube, Meta and TikTok (120-888, 288-1248 of 1080x1920).
    "tall": FrameFormat(
        name="Tall", ratio="9:16", size=(720, 1280), still="tall", least_pixels=540, safe=(80, 192, 592, 832),
        composition=Composition(at=(0.50, 0.70), width=0.66, height=0.34, reach=0.31),
        close=Composition(at=(0.50, 0.79), width=0.86, height=0.44),
        close_below_effect=Composition(at=(0.50, 0.50), width=0.62, height=0.30),
        words=("above", "below", "left", "right"),
    ),
    # Feeds show these two under the seller's name and above the buttons: nothing covers them but a cropped edge.
    "square": FrameFormat(
        name="Square", ratio="1:1", size=(1080, 1080), still="tall", least_pixels=500, safe=(64, 60, 1016, 1020),
        composition=Composition(at=(0.70, 0.85), width=0.46, height=0.54, reach=0.72),
        close=Composition(at=(0.71, 0.88), width=0.48, height=0.66),
        words=("left", "above", "right", "below"),
    ),
    "portrait": FrameFormat(
        name="Portrait", ratio="4:5", size=(1080, 1350), still="tall", least_pixels=500, safe=(64, 76, 1016, 1274),
        composition=Composition(at=(0.64, 0.82), width=0.54, height=0.46, reach=0.62),
        close=Composition(at=(0.60, 0.86), width=0.66, height=0.54),
        words=("above", "left", "right", "below"),
    ),
}  # fmt: skip
FRAME_SIZES: dict[Format, tuple[int, int]] = {key: each.size for key, each in FORMATS.items()}
"""Width and height in pixels of a finished file."""
USUAL: tuple[Format, ...] = ("wide", "tall")
"""The shapes a video is made in when nobody asks for others."""


def named(key: str) -> FrameFormat:
    """The format of that name. Raises ValueError where there is none."""
    return FORMATS[ordered([key])[0]]


def ordered(formats: Iterable[str]) -> list[Format]:
    """These shapes once each, in the order of the table. Raises ValueError naming one there is not."""
    wanted = set(formats)
    if unknown := wanted - FORMATS.keys():
        known = ", ".join(f"{key} ({each.ratio})" for key, each in FORMATS.items())
        raise ValueError(f"There is no format {sorted(unknown)[0]!r}; there are {known}.")
    return [key for key in FORMATS if key in wanted]
