"""What a product does to the plain paper it was photographed on: its own shadow, and what its clear parts darken.

Laid over a scene it ties the product to its ground at the angle of the photo, which nobody has to know.
"""

import cv2
import numpy as np

from catalog import matting
from catalog.matting import Colours, Plane

GRAIN = 0.012
"""Darkening that paper grain and JPEG alone produce."""
REACH = 0.55
"""Distance from the product, as a share of its size, at which the layer has faded to nothing."""
BORDER = 0.06
"""Share of the photo's side over which it fades towards the photo's own edge."""
MOST_UNEVEN = 0.03
"""Remaining unevenness of the paper, away from the product, from which its shadow cannot be told."""


def darkening(colours: Colours, alpha: Plane) -> Plane | None:
    """Share of light (H, W), 0..1, that the product takes from the paper around it; None where the paper is uneven."""
    visible = (alpha > 0.02).astype(np.uint8)
    size = float(np.sqrt(visible.sum()))
    far = cv2.distanceTransform(1 - visible, cv2.DIST_L2, 5)
    outside = far > 0.12 * size
    if float(outside.mean()) < 0.1:
        return None
    paper = matting.paper(colours, outside)
    ratio = np.asarray(colours / np.maximum(paper, 0.05), np.float32)
    beyond = ratio[far > REACH * size].mean(axis=-1)
    if beyond.size and float(np.percentile(np.abs(beyond - 1), 90)) > MOST_UNEVEN:
        return None
    dark = np.clip(1 - cv2.medianBlur(ratio.mean(axis=-1), 3) - GRAIN, 0, 1) / (1 - GRAIN)
    fade = np.clip(1 - far / (REACH * size), 0, 1) ** 0.7 * _inside_frame(alpha.shape)
    # Under the product's own edge the paper is hidden: carry the darkness beside it inwards, so that no rim is left.
    beside = matting.propagate(dark[..., None].repeat(3, axis=-1), visible == 0)[..., 0]
    return np.asarray(np.where(visible > 0, beside, dark) * fade, np.float32)


def _inside_frame(shape: tuple[int, ...]) -> Plane:
    """1 inside the photo, 0 at its border: a shadow that the photo cuts off must not end in a line."""
    down, across = (np.minimum(np.arange(n), np.arange(n)[::-1]) / (BORDER * n) for n in shape[:2])
    return np.asarray(np.minimum(1, down)[:, None] * np.minimum(1, across), np.float32)
