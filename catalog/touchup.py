"""A cut-out corrected by hand: strokes that add to it and strokes that take from it, over the photo it was cut from."""

import hashlib
import io
from typing import BinaryIO

import numpy as np
from django.core.files.base import ContentFile
from django.db import transaction
from numpy.typing import NDArray
from PIL import Image as PillowImage

from accounts.models import AuditLog
from catalog.contour import contour
from catalog.models import Image

LARGEST = 4096 * 4096
"""Pixels of a drawing."""
LEAST = 0.002
"""Share of the photo that a product covers at least."""
SEEN = 128
"""Opacity of 255 from which a pixel belongs to the product."""
Pixels = NDArray[np.uint8]


class TouchUpError(ValueError):
    """A drawing that cannot be used; the message says what to do instead."""


@transaction.atomic
def apply(*, image: Image, strokes: BinaryIO, by: str) -> Image:
    """Store the cut-out as a person drew it; videos made from now on show it. Raises TouchUpError.

    `strokes` is a PNG in the shape of the photo: what its red adds becomes opaque, what its blue takes transparent.
    """
    with image.file.open() as file, PillowImage.open(file) as photo:
        before = _before(image, photo.convert("RGB"))
    drawn = _drawn(strokes, (before.shape[1], before.shape[0]))
    pixels = _after(before, drawn)
    visible = pixels[..., 3] >= SEEN
    if visible.mean() < LEAST:
        raise TouchUpError("Nothing of the product would be left: add what belongs to it.")
    _keep(image, pixels, was=before[..., 3] >= SEEN)
    AuditLog.objects.create(
        merchant_id=image.merchant_id, actor=by, action="edit_cutout", subject=image.product.sku,
        reason=f"{image.role} {image.sha256[:8]}",
    )  # fmt: skip
    return image


def _before(image: Image, photo: PillowImage.Image) -> Pixels:
    """The cut-out as it is (H, W, 4), with the photo's own colours where it is transparent."""
    pixels = np.dstack([np.asarray(photo), np.zeros(photo.size[::-1], np.uint8)])
    if image.cutout:
        with image.cutout.open() as file, PillowImage.open(file) as stored:
            old = np.asarray(stored.convert("RGBA").resize(photo.size))
        pixels = np.where(old[..., 3:] > 0, old, pixels)
    return np.asarray(pixels, np.uint8)


def _drawn(strokes: BinaryIO, size: tuple[int, int]) -> Pixels:
    """The drawing (H, W, 3) at the size of the photo."""
    try:
        with PillowImage.open(strokes, formats=["PNG"]) as picture:
            width, height = picture.size
            if width * height > LARGEST or abs(width / height - size[0] / size[1]) > 0.02 * size[0] / size[1]:
                raise TouchUpError(
                    f"The drawing has {width} x {height} pixels, not the shape of the photo: draw again."
                )
            return np.asarray(picture.convert("RGB").resize(size, PillowImage.Resampling.BILINEAR), np.uint8)
    except (OSError, SyntaxError, PillowImage.DecompressionBombError) as problem:
        raise TouchUpError("The drawing did not arrive as a picture: press save again.") from problem


def _after(before: Pixels, drawn: Pixels) -> Pixels:
    after = before.copy()
    after[..., 3] = np.minimum(np.maximum(before[..., 3], drawn[..., 0]), 255 - drawn[..., 2])
    return after


def _keep(image: Image, pixels: Pixels, *, was: NDArray[np.bool_]) -> None:
    """Points that were derived from the old outline follow the new one; those that somebody measured stay."""
    old, new = contour(was) if was.any() else None, contour(pixels[..., 3] >= SEEN)
    image.outline = list(new.box)
    for name in ("base_px", "effect_px"):
        given = getattr(image, name)
        if given is None or (old and np.allclose(given, getattr(old, name), atol=1)):
            setattr(image, name, list(getattr(new, name)))
    out = io.BytesIO()
    PillowImage.fromarray(pixels).save(out, "PNG", compress_level=4)
    content = out.getvalue()
    # Under a name of its own: films were planned with the file that was there before.
    name = f"{image.sha256[:16]}-{image.product.public_id}-{hashlib.sha256(content).hexdigest()[:8]}.png"
    image.cutout.save(name, ContentFile(content), save=False)
    image.quality = {**image.quality, "cutout": "by hand"}
    image.doubt = ""
    image.save()
