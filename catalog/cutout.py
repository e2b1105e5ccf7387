"""The cut-out of a product photo: RGBA of the same size, crisp edges, no studio shadow, no fringe of the paper."""

import functools
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from catalog import ground, matting
from catalog.assets import resolve
from catalog.contour import contour
from catalog.ingest.images import Photo
from catalog.matting import Matte, Plane

SIDE = 320
"""Input of U-2-Net (Qin et al. 2020)."""
MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
SMALLEST_SHARE = 0.002
LEFT_BEHIND = 0.45
"""Length of a structure outside the cut-out, as a share of the product, from which a person should look."""
CLOSER_LOOK = 0.3
"""Share of the photo below which the product gets a second look: the network sees 320 pixels."""

PART_MISSING = "A part of the product, perhaps glass, may be missing from its cut-out."


class CutoutError(ValueError):
    """No product could be told from its background. The message says what to upload instead."""


@dataclass(frozen=True)
class Cutout:
    """The product alone. Pixels are (x, y) from the top left of the photo."""

    pixels: NDArray[np.uint8]
    """(H, W, 4), colours not multiplied by alpha."""
    box: tuple[int, int, int, int]
    """Left, top, right, bottom of the visible outline; right and bottom are one past it."""
    base_px: tuple[float, float]
    effect_px: tuple[float, float]
    """Where it is assumed to stand and where an effect leaves it: `catalog.contour`."""
    method: str
    """``own alpha``, ``plain background`` or ``network``."""
    doubt: str = ""
    """What a person must look at before the cut-out is used, in words for the merchant."""
    shadow: NDArray[np.uint8] | None = None
    """(H, W) share of light, of 255, that the product takes from the paper around it; None where that is not plain."""

    @property
    def width_px(self) -> int:
        """Width of the visible outline."""
        return self.box[2] - self.box[0]


def cut_out(photo: Photo) -> Cutout:
    """Separate the product. Raises CutoutError where nothing stands out; takes about a second."""
    colours: matting.Colours = photo.pixels[..., :3].astype(np.float32) / np.float32(255)
    if photo.pixels.shape[2] == 4 and float(np.mean(photo.pixels[..., 3] < 128)) > 0.02:
        own = photo.pixels[..., 3].astype(np.float32) / np.float32(255)
        return _cutout(photo, _own_alpha(colours, own), "own alpha")
    likely = outline(photo.pixels[..., :3])
    if not photo.quality.is_plain:
        return _cutout(photo, matting.on_scenery(colours, likely), "network")
    matte = matting.on_paper(colours, likely)
    made, dark = _cutout(photo, matte, "plain background"), ground.darkening(colours, matte.alpha)
    return replace(made, shadow=None if dark is None else np.rint(dark * 255).astype(np.uint8))


def outline(pixels: NDArray[np.uint8]) -> Plane:
    """Probability (H, W) that a pixel is product: the network on the photo, once more on a small product alone."""
    first = _probability(pixels)
    ys, xs = np.nonzero(first > 0.3)
    if len(ys) == 0:
        return first
    height, width = first.shape
    margin = 0.12 * max(np.ptp(ys), np.ptp(xs)) + 8
    top, bottom = max(0, int(ys.min() - margin)), min(height, int(ys.max() + margin))
    left, right = max(0, int(xs.min() - margin)), min(width, int(xs.max() + margin))
    if (bottom - top) * (right - left) > CLOSER_LOOK * height * width:
        return first
    closer = np.zeros_like(first)
    closer[top:bottom, left:right] = _probability(pixels[top:bottom, left:right])
    return np.sqrt(first * closer) if closer.max() > 0.5 else first  # type: ignore[no-any-return]


def _own_alpha(colours: matting.Colours, alpha: Plane) -> Matte:
    """The merchant's own cut-out, without the soft shadow that some shops leave in it."""
    dark = colours.max(axis=-1) < 0.25
    soft = (alpha < 0.75) & dark
    solid = alpha > 0.9
    near = cv2.dilate(solid.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    alpha = np.where(soft & ~near, 0, alpha).astype(np.float32)
    return Matte(alpha, np.where(alpha[..., None] > 0.02, colours, matting.propagate(colours, alpha > 0.5)))


def _cutout(photo: Photo, matte: Matte, method: str) -> Cutout:
    visible = matte.alpha > 0.5
    if float(visible.mean()) < SMALLEST_SHARE:
        raise CutoutError(
            f"No product stands out in picture {photo.name}. Upload a photo of the product alone on a plain background."
        )
    found = contour(visible)
    pixels = np.dstack([matte.colours, matte.alpha[..., None]])
    return Cutout(
        pixels=np.clip(np.rint(pixels * 255), 0, 255).astype(np.uint8),
        box=found.box,
        base_px=found.base_px,
        effect_px=found.effect_px,
        method=method,
        doubt=_doubt(photo, matte, max(found.box[2] - found.box[0], found.box[3] - found.box[1]))
        if method == "plain background"
        else "",
    )


def _doubt(photo: Photo, matte: Matte, size: int) -> str:
    """On plain paper nothing sharp should be left outside the outline but shadows, which are soft."""
    colours: matting.Colours = photo.pixels[..., :3].astype(np.float32) / np.float32(255)
    return PART_MISSING if matting.left_behind(colours, matte.alpha) > LEFT_BEHIND * size else ""


@functools.cache
def _session() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    return onnxruntime.InferenceSession(str(resolve("u2netp")), options, providers=["CPUExecutionProvider"])


def _probability(pixels: NDArray[np.uint8]) -> Plane:
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    tensor = ((small / max(float(small.max()), 1.0) - MEAN) / DEVIATION).transpose(2, 0, 1)[None]
    session = _session()
    output = session.run(None, {session.get_inputs()[0].name: tensor.astype(np.float32)})[0][0, 0]
    spread = float(np.ptp(output))
    scaled = (output - output.min()) / spread if spread > 1e-6 else np.zeros_like(output)
    return cv2.resize(scaled.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)  # type: ignore[no-any-return]
