"""Pictures made plain before anything else sees them, and refused with a reason where they cannot be."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from catalog import cutout
from catalog.ingest import images


def saved(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


def test_a_photo_is_turned_upright_and_loses_its_metadata(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), (200, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of a person"
    photo = images.read(saved(tmp_path / "a.jpg", image, exif=exif))
    assert (photo.width, photo.height) == (20, 40)
    assert dict(Image.open(io.BytesIO(photo.encoded())).getexif()) == {}


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    grey = Image.fromarray(np.full((8, 8), 32896, dtype=np.uint16))
    photo = images.read(saved(tmp_path / "a.png", grey))
    assert photo.pixels[0, 0].tolist() == [128, 128, 128]


def test_a_copy_is_known_whatever_its_size_and_another_colour_is_another_picture(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    scene = Image.fromarray(draw.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize(
        (800, 600), Image.Resampling.BICUBIC
    )
    blue = Image.merge("RGB", scene.split()[::-1])
    turned = scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    pictures = {"large.jpg": scene, "small.jpg": scene.resize((400, 300)), "other.jpg": turned, "blue.jpg": blue}
    prints = {
        name: images.likeness(images.read(saved(tmp_path / name, picture, quality=60)).pixels)
        for name, picture in pictures.items()
    }
    assert images.alike(prints["large.jpg"], prints["small.jpg"])
    assert not images.alike(prints["large.jpg"], prints["other.jpg"])
    assert not images.alike(prints["large.jpg"], prints["blue.jpg"])
    assert not images.alike("", "")


def test_print_colours_become_screen_colours(tmp_path: Path) -> None:
    photo = images.read(saved(tmp_path / "a.jpg", Image.new("CMYK", (16, 16), (0, 255, 255, 0)), quality=95))
    red, green, blue = photo.pixels[8, 8].tolist()
    assert red > 200
    assert green < 60
    assert blue < 60


def test_an_embedded_profile_is_followed(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    image = Image.new("RGB", (8, 8), (120, 130, 140))
    photo = images.read(saved(tmp_path / "a.png", image, icc_profile=profile))
    assert photo.pixels[0, 0].tolist() == [120, 130, 140]


def test_the_first_frame_of_an_animation_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ((255, 0, 0), (0, 0, 255))]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], lossless=True)
    assert images.read(tmp_path / "a.webp").pixels[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jpg", b"", "Picture a.jpg is empty. Export it again."),
        ("a.jpg", b"hello", "Picture a.jpg is not a picture that we can read. Use JPEG, PNG, WebP or AVIF."),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            "Picture a.svg is not a picture that we can read. Use JPEG, PNG, WebP or AVIF.",
        ),
    ],
)
def test_what_is_no_picture_says_so(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(images.ImageError) as caught:
        images.read(tmp_path / name)
    assert str(caught.value) == message


def test_a_truncated_photo_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", Image.effect_noise((400, 400), 50).convert("RGB"))
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(images.ImageError, match=r"Picture a\.jpg is damaged: image file is truncated"):
        images.read(path)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = saved(tmp_path / "bomb.png", Image.new("1", (8_000, 8_000)), compress_level=1)
    assert path.stat().st_size < 100_000
    with pytest.raises(images.ImageError, match=r"Picture bomb\.png has 8000 x 8000 pixels; at most 60 million"):
        images.read(path)


def product_photo(*, paper: int = 250) -> Image.Image:
    """A dark green can with a soft shadow beside it, drawn four times too large and reduced."""
    image = Image.new("RGB", (2400, 2400), (paper, paper, paper))
    draw = ImageDraw.Draw(image)
    for step in range(60):
        grey = int(paper - 70 * (step / 60) ** 2)
        draw.ellipse((700 + 6 * step, 1700 + 3 * step, 2100 - 6 * step, 2080 - 3 * step), fill=(grey, grey, grey))
    draw.rounded_rectangle((800, 600, 1600, 2000), radius=120, fill=(20, 90, 60))
    return image.resize((600, 600), Image.Resampling.LANCZOS)


def test_the_cut_out_has_the_product_alone_without_shadow_or_fringe(tmp_path: Path) -> None:
    made = cutout.cut_out(images.read(saved(tmp_path / "can.png", product_photo())))
    alpha = made.pixels[..., 3]
    truth = np.zeros((600, 600), dtype=bool)
    truth[150:500, 200:400] = True
    overlap = (truth & (alpha > 127)).sum() / (truth | (alpha > 127)).sum()
    assert made.method == "plain background"
    assert overlap > 0.97
    assert alpha[490:520, 430:520].max() < 30
    edge = made.pixels[(alpha > 20) & (alpha < 235)][:, :3].astype(int)
    assert np.abs(edge - np.array([20, 90, 60])).max(axis=1).mean() < 45
    assert made.base_px == pytest.approx((300, 496), abs=5)
    assert made.effect_px == pytest.approx((300, 153), abs=5)


def test_a_merchants_own_alpha_is_kept(tmp_path: Path) -> None:
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((60, 60, 240, 240), fill=(240, 240, 240, 255))
    made = cutout.cut_out(images.read(saved(tmp_path / "ball.png", image)))
    assert made.method == "own alpha"
    assert made.pixels[..., 3].tolist() == np.asarray(image)[..., 3].tolist()


def test_an_empty_sheet_has_no_product(tmp_path: Path) -> None:
    photo = images.read(saved(tmp_path / "sheet.png", Image.new("RGB", (300, 300), (245, 245, 245))))
    with pytest.raises(cutout.CutoutError, match=r"No product stands out in picture sheet\.png"):
        cutout.cut_out(photo)
