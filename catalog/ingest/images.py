"""A merchant's picture made safe and plain: upright, sRGB, 8 bit, first frame, no metadata; bombs refused unopened."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

BYTE_LIMIT = 40_000_000
PIXEL_LIMIT = 60_000_000
LONGEST_SIDE = 4096
"""Larger photos are reduced to this: a 4K frame needs no more."""
SMALL = 500
"""Shorter side below which a product looks soft in a 720p video."""
BLURRED = 4.0
"""Laplacian deviation of the luminance, at 1000 px, below which a photo counts as blurred."""
SAME_BITS, SAME_COLOUR = 10, 8
"""Most that two fingerprints of one picture differ after scaling and recompression: bits of 256, steps of 255."""
NOISE = 3
"""Steps of brightness that compression adds to plain paper."""
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP")


class ImageError(ValueError):
    """The file is no picture that can be used. The message names the file, the reason and the way out."""


@dataclass(frozen=True)
class Quality:
    """What a shop's photographer would say, measured."""

    sharpness: float
    """Standard deviation of the Laplacian of the luminance (0-255) at 1000 px."""
    is_plain: bool
    """Whether the rim of the photo is one colour (or transparent)."""
    background: tuple[int, int, int]
    """Median colour of the rim, sRGB."""
    product_share: float
    """Share of the area that differs from the rim; 1.0 when the rim is not plain."""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Photo:
    """A picture ready to be stored. `pixels` are uint8 (H, W, 3), or (H, W, 4) where it has transparency."""

    name: str
    pixels: NDArray[np.uint8]
    sha256: str
    """Of the original file's content."""
    quality: Quality

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def suffix(self) -> str:
        """File ending of `encoded`."""
        return ".png" if self.pixels.shape[2] == 4 else ".jpg"

    def encoded(self) -> bytes:
        """PNG where there is transparency, else JPEG; without any metadata."""
        out = io.BytesIO()
        image = Image.fromarray(self.pixels)
        if self.suffix == ".png":
            image.save(out, "PNG", compress_level=6)
        else:
            image.save(out, "JPEG", quality=93, subsampling=0)
        return out.getvalue()


def read(path: Path, *, name: str = "") -> Photo:
    """Decode one picture. Raises ImageError; size is judged from the header, before any pixel is decoded."""
    name = name or path.name
    size = path.stat().st_size
    if size > BYTE_LIMIT:
        raise ImageError(f"Picture {name} has {size:,} bytes; at most {BYTE_LIMIT:,} are read. Export it smaller.")
    content = path.read_bytes()
    if not content:
        raise ImageError(f"Picture {name} is empty. Export it again.")
    pixels = _upright(_open(content, name), name)
    return Photo(name, pixels, hashlib.sha256(content).hexdigest(), quality(pixels))


def _open(content: bytes, name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise ImageError(f"Picture {name} is not a picture that we can read. Use JPEG, PNG, WebP or AVIF.") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImageError(f"Picture {name} cannot be opened: {error}. Export it again.") from error
    if image.width * image.height > PIXEL_LIMIT:
        raise ImageError(
            f"Picture {name} has {image.width} x {image.height} pixels; at most {PIXEL_LIMIT // 10**6} million are "
            "opened. Export it smaller."
        )
    return image


def _upright(image: Image.Image, name: str) -> NDArray[np.uint8]:
    """Decode the first frame: EXIF rotation applied, colours in sRGB, 8 bit, alpha kept only where it is used."""
    try:
        image.seek(0)
        profile = image.info.get("icc_profile")
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        image = ImageOps.exif_transpose(image)
        image = _srgb(_eight_bit(image), profile)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        raise ImageError(f"Picture {name} is damaged: {error}. Export or upload it again.") from error
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    pixels = np.asarray(image)
    return pixels[..., :3].copy() if image.mode == "RGBA" and pixels[..., 3].min() == 255 else pixels.copy()


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit grey scaled (a plain conversion would clip it to white); palettes and grey expanded."""
    if image.mode.startswith("I") or image.mode == "F":
        values = np.asarray(image, dtype=np.float64)
        scale = 257.0 if values.max(initial=0) > 255 else 1.0
        return Image.fromarray((values / scale).clip(0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "CMYK") else image.convert("RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours from the embedded profile to sRGB; an unusable profile is ignored, as browsers do."""
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if not profile:
        return image.convert(target)
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    plain = image.convert("RGB") if alpha is not None else image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(plain, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except ImageCms.PyCMSError:
        return image.convert(target)
    result = converted if converted is not None else plain.convert("RGB")
    if alpha is not None:
        result.putalpha(alpha)
    return result


def quality(pixels: NDArray[np.uint8]) -> Quality:
    """Judge a photo of shape (H, W, 3 or 4) by simple measures; remarks are sentences for the merchant."""
    height, width = pixels.shape[:2]
    step = max(1, max(height, width) // 1000)
    small = pixels[::step, ::step].astype(np.float32)
    luma = small[..., :3] @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    sharpness = float(
        np.std(4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:])
    )
    rim = np.concatenate(
        [
            small[:4].reshape(-1, small.shape[2]),
            small[-4:].reshape(-1, small.shape[2]),
            small[:, :4].reshape(-1, small.shape[2]),
            small[:, -4:].reshape(-1, small.shape[2]),
        ]
    )
    background = np.median(rim[:, :3], axis=0)
    if small.shape[2] == 4 and np.mean(rim[:, 3] < 8) > 0.8:
        is_plain, share = True, float(np.mean(small[..., 3] > 127))
    else:
        is_plain = float(np.mean(np.abs(rim[:, :3] - background).max(axis=1) < 24)) > 0.85
        share = float(np.mean(np.abs(small[..., :3] - background).max(axis=2) > 24)) if is_plain else 1.0
    remarks = []
    if min(height, width) < SMALL:
        remarks.append(f"{width} x {height} pixels is small; {SMALL} or more on the short side stays sharp.")
    if sharpness < BLURRED:
        remarks.append("The photo looks blurred.")
    if share < 0.05:
        remarks.append("The product fills less than a twentieth of the photo.")
    red, green, blue = (int(value) for value in background)
    return Quality(round(sharpness, 2), is_plain, (red, green, blue), round(share, 4), tuple(remarks))


def likeness(pixels: NDArray[np.uint8]) -> str:
    """A fingerprint that survives scaling and recompression: 256 bits that say where the picture grows brighter from
    left to right (Krawetz' difference hash), then 4 x 4 mean colours; in hex. `pixels` as in `Photo`."""
    picture = Image.fromarray(pixels)
    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    grey = np.asarray(picture.convert("L").resize((17, 16), Image.Resampling.BOX), dtype=np.int16)
    colours = np.asarray(picture.convert("RGB").resize((4, 4), Image.Resampling.BOX))
    return np.packbits(grey[:, 1:] > grey[:, :-1] + NOISE).tobytes().hex() + colours.tobytes().hex()


def alike(first: str, second: str) -> bool:
    """Whether two fingerprints are of one picture. The same shape in another colour is another picture."""
    if not first or len(first) != len(second):
        return False
    one, other = (np.frombuffer(bytes.fromhex(text), dtype=np.uint8) for text in (first, second))
    bits = int(np.unpackbits(one[:32] ^ other[:32]).sum())
    return bits <= SAME_BITS and int(np.abs(one[32:].astype(int) - other[32:]).max()) <= SAME_COLOUR
