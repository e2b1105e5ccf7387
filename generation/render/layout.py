"""Where text may stand: inside the safe margins, beside the product and its effect. Boxes only, no pixels."""

from collections.abc import Iterable
from dataclasses import dataclass

from generation.formats import FORMATS, Format

GAP = 28
"""Least distance between text and what it must not touch, in units."""


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


def unit_of(size: tuple[int, int]) -> float:
    """Pixels of a frame for one pixel of a 720p frame: what looks as large on the same screen."""
    return min(size) / 720


def safe_box(frame_format: Format, size: tuple[int, int]) -> Box:
    """The safe box for a frame of that size."""
    chosen = FORMATS[frame_format]
    return Box(*chosen.safe).scaled(size[0] / chosen.size[0])


def room(frame_format: Format, safe: Box, *, unit: float = 1.0, label: Box, obstacles: Iterable[Box]) -> list[Box]:
    """Free boxes for captions, best first: beside, above and below everything that must stay visible."""
    gap = GAP * unit
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
    usable = [sides[name] for name in FORMATS[frame_format].words]
    return [box for box in usable if box.width > 120 * unit and box.height > 40 * unit and not box.overlaps(label)]
