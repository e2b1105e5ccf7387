"""Where text may stand: inside the safe margins, beside the product and its effect. Boxes only, no pixels."""

from collections.abc import Iterable
from dataclasses import dataclass

from generation.specs import FRAME_SIZES, Format

GAP = 28
"""Least distance in pixels between text and what it must not touch, in a 720p frame."""


@dataclass(frozen=True)
class Box:
    """A rectangle in frame pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """May be negative: then there is no room."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """May be negative: then there is no room."""
        return self.bottom - self.top

    def overlaps(self, other: "Box") -> bool:
        """Whether they share a pixel."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def joined(self, other: "Box") -> "Box":
        """The smallest box round both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def scaled(self, factor: float) -> "Box":
        """For a frame of another size."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)


SAFE: dict[Format, Box] = {
    "wide": Box(64, 40, 1216, 680),
    "tall": Box(80, 192, 592, 832),
}
"""At 720p. Tall is the box that clears the buttons of YouTube, Meta and TikTok (120-888, 288-1248 of 1080x1920)."""

PREFERENCE: dict[Format, tuple[str, ...]] = {
    "wide": ("left", "right", "above", "below"),
    "tall": ("above", "below", "left", "right"),
}


def safe_box(frame_format: Format, size: tuple[int, int]) -> Box:
    """The safe box for a frame of that size."""
    return SAFE[frame_format].scaled(size[0] / FRAME_SIZES[frame_format][0])


def room(frame_format: Format, safe: Box, *, label: Box, obstacles: Iterable[Box]) -> list[Box]:
    """Free boxes for captions, best first: beside, above and below everything that must stay visible."""
    scale = safe.width / SAFE[frame_format].width
    gap = GAP * scale
    top = label.bottom + gap
    area = Box(safe.left, top, safe.right, safe.bottom)
    taken = [box for box in obstacles if box.overlaps(area)]
    if not taken:
        return [area]
    block = taken[0]
    for box in taken[1:]:
        block = block.joined(box)
    sides = {
        "left": Box(safe.left, top, block.left - gap, safe.bottom),
        "right": Box(block.right + gap, safe.top, safe.right, safe.bottom),
        "above": Box(safe.left, top, safe.right, block.top - gap),
        "below": Box(safe.left, block.bottom + gap, safe.right, safe.bottom),
    }
    usable = [sides[name] for name in PREFERENCE[frame_format]]
    return [box for box in usable if box.width > 120 * scale and box.height > 40 * scale and not box.overlaps(label)]
