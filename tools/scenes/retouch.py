"""Takes small distractions out of finished stills: water from beside them is blended over.

python -m tools.scenes.retouch

For what a new rendering would move elsewhere rather than remove, such as the mirror image of a white flower right
behind the spot. Run it once after a scene was rendered; the list says what was done.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

SCENES = Path(__file__).resolve().parents[2] / "generation" / "scenes"


@dataclass(frozen=True)
class Patch:
    """An ellipse of a still, in its pixels, and where the water that covers it is taken from."""

    scene: str
    format: str
    centre: tuple[int, int]
    radii: tuple[int, int]
    shift: tuple[int, int]


PATCHES = (
    Patch("fish_pond_edge", "wide", (1282, 846), (105, 78), (-240, 20)),
    Patch("fish_pond_edge", "tall", (722, 1646), (105, 78), (-200, 20)),
)


def retouch(patch: Patch) -> None:
    """Write the still anew with one patch covered."""
    path = SCENES / patch.scene / f"{patch.format}.jpg"
    picture = cv2.imread(str(path))
    if picture is None:
        raise SystemExit(f"There is no still {path}.")
    (x, y), (across, down), (right, below) = patch.centre, patch.radii, patch.shift
    beside = picture[y + below - down : y + below + down, x + right - across : x + right + across]
    mask = np.zeros(beside.shape[:2], np.uint8)
    cv2.ellipse(mask, (across, down), (across - 4, down - 4), 0, 0, 360, 255, -1)
    covered = cv2.seamlessClone(beside, picture, mask, patch.centre, cv2.NORMAL_CLONE)
    cv2.imwrite(str(path), covered, [cv2.IMWRITE_JPEG_QUALITY, 92])


if __name__ == "__main__":
    for each in PATCHES:
        retouch(each)
