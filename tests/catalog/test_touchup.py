"""A person's strokes change a cut-out where they were drawn and nowhere else."""

import io

import numpy as np
import pytest
from django.core.files.base import ContentFile
from PIL import Image as Picture

from accounts.models import AuditLog, Merchant
from catalog import touchup
from catalog.models import Image
from tests.factories import make_product


def _png(pixels: np.ndarray) -> io.BytesIO:
    out = io.BytesIO()
    Picture.fromarray(pixels).save(out, "PNG")
    out.seek(0)
    return out


def _image(merchant: Merchant) -> Image:
    """A grey photo of 200 x 100, of which columns 50 to 99 and rows 20 to 79 were cut out in red."""
    photo = np.full((100, 200, 3), 120, np.uint8)
    cutout = np.zeros((100, 200, 4), np.uint8)
    cutout[20:80, 50:100] = (200, 0, 0, 255)
    cutout[40, 49] = (200, 0, 0, 90)
    return Image.objects.create(
        merchant=merchant, product=make_product(merchant), sha256="1" * 64, width=200, height=100, role="packshot",
        file=ContentFile(_png(photo).getvalue(), "a.png"), cutout=ContentFile(_png(cutout).getvalue(), "c.png"),
        outline=[50, 20, 100, 80], base_px=[74.5, 79], effect_px=[60, 25], doubt="A part may be missing.",
    )  # fmt: skip


def _strokes(added: tuple[slice, slice] | None = None, taken: tuple[slice, slice] | None = None) -> io.BytesIO:
    drawn = np.zeros((50, 100, 3), np.uint8)
    if added:
        drawn[(*added, 0)] = 255
    if taken:
        drawn[(*taken, 2)] = 255
    return _png(drawn)


def test_strokes_add_the_photos_own_pixels_and_take_others_away(at_alice: Merchant) -> None:
    image = _image(at_alice)
    before = image.cutout.name
    touchup.apply(image=image, strokes=_strokes(np.s_[10:40, 50:75], np.s_[10:40, 20:30]), by="ann")

    image.refresh_from_db()
    with image.cutout.open() as file, Picture.open(file) as stored:
        pixels = np.asarray(stored)
    assert pixels.shape == (100, 200, 4)
    assert [tuple(pixels[50, column]) for column in (80, 120)] == [(200, 0, 0, 255), (120, 120, 120, 255)]
    assert (pixels[50, 54, 3], pixels[50, 160, 3], pixels[10, 120, 3]) == (0, 0, 0)
    assert image.outline == [60, 20, 150, 80]
    assert (image.doubt, image.quality["cutout"], image.cutout.name != before) == ("", "by hand", True)
    assert image.cutout.storage.exists(before)
    assert AuditLog.objects.get().action == "edit_cutout"


def test_derived_points_follow_the_outline_and_measured_ones_stay(at_alice: Merchant) -> None:
    image = _image(at_alice)
    touchup.apply(image=image, strokes=_strokes(added=np.s_[40:48, 25:50]), by="ann")
    image.refresh_from_db()
    assert image.base_px == pytest.approx([74.5, 94], abs=1)
    assert image.effect_px == [60, 25]


def test_a_soft_edge_that_nobody_touched_stays_as_it_was(at_alice: Merchant) -> None:
    image = _image(at_alice)
    touchup.apply(image=image, strokes=_strokes(added=np.s_[10:40, 60:75]), by="ann")
    with image.cutout.open() as file, Picture.open(file) as stored:
        assert stored.getpixel((49, 40)) == (200, 0, 0, 90)


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        (_strokes(taken=np.s_[:, :]), "Nothing of the product would be left"),
        (_png(np.zeros((50, 50, 3), np.uint8)), "not the shape of the photo"),
        (io.BytesIO(b"no picture"), "did not arrive as a picture"),
    ],
)
def test_a_drawing_of_no_use_is_refused_and_changes_nothing(
    at_alice: Merchant, strokes: io.BytesIO, words: str
) -> None:
    image = _image(at_alice)
    before = image.cutout.name
    with pytest.raises(touchup.TouchUpError, match=words):
        touchup.apply(image=image, strokes=strokes, by="ann")
    image.refresh_from_db()
    assert (image.cutout.name, image.doubt != "") == (before, True)
