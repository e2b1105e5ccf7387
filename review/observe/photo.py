"""The product photo the audit compares with: its cut-out, its scale, and templates of it at any size."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catalog.facts import ProductImage
from review.observe.records import Box


class PhotoError(ValueError):
    """The photo cannot serve as a reference."""


@dataclass(frozen=True, eq=False)
class Photo:
    """A cut-out (RGBA, uint8) and what the catalog knows of it. `outline` bounds its opaque pixels."""

    image: ProductImage
    rgba: NDArray[np.uint8]
    outline: Box

    @classmethod
    def load(cls, image: ProductImage, cutout: Path | IO[bytes]) -> "Photo":
        """Read a cut-out file; raises PhotoError when nothing in it is opaque."""
        with Image.open(cutout) as opened:
            return cls.of(image, np.asarray(opened.convert("RGBA")))

    @classmethod
    def of(cls, image: ProductImage, rgba: NDArray[np.uint8]) -> "Photo":
        rows, columns = np.nonzero(rgba[..., 3] > 127)
        if len(rows) < 64:
            raise PhotoError(f"The cut-out of {image.name} shows no product: nothing in it is opaque.")
        left, top = int(columns.min()), int(rows.min())
        box = Box(x=left, y=top, width=int(columns.max()) + 1 - left, height=int(rows.max()) + 1 - top)
        return cls(image=image, rgba=rgba, outline=box)

    @property
    def metres_per_pixel(self) -> float | None:
        return self.image.metres_per_pixel

    @property
    def effect_origin(self) -> tuple[float, float]:
        """Where the effect leaves the product, in pixels from the outline's corner; its top middle when unknown."""
        if self.image.effect_px is None:
            return self.outline.width / 2, 0.0
        return self.image.effect_px[0] - self.outline.x, self.image.effect_px[1] - self.outline.y

    def drawn(self, scale: float, aspect: float = 1.0) -> NDArray[np.float32]:
        """The outline at `scale`, RGB times alpha and alpha 0..1 (h, w, 4); `aspect` stretches the height."""
        size = max(4, round(self.outline.width * scale)), max(4, round(self.outline.height * scale * aspect))
        level = next((each for each in reversed(self._levels) if each.shape[1] >= size[0]), self._levels[0])
        return np.asarray(cv2.resize(level, size, interpolation=cv2.INTER_AREA), np.float32)

    def template(self, scale: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """RGB (h, w, 3) and mask (h, w; 255 inside) of the outline at `scale`."""
        drawn = self.drawn(scale)
        share = drawn[..., 3:]
        inside = (share[..., 0] > 0.6).astype(np.uint8) * 255
        return np.clip(drawn[..., :3] / np.maximum(share, 1e-3), 0, 255).astype(np.uint8), inside

    @cached_property
    def _levels(self) -> list[NDArray[np.float32]]:
        """The outline with colours multiplied by alpha (0..1), each level half the size of the one before."""
        box = self.outline
        crop = self.rgba[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)].astype(np.float32)
        crop[..., 3] /= 255
        crop[..., :3] *= crop[..., 3:]
        levels = [crop]
        while min(levels[-1].shape[:2]) > 24:
            half = levels[-1].shape[1] // 2, levels[-1].shape[0] // 2
            levels.append(np.asarray(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA), np.float32))
        return levels
