"""Cheap finished files with a known truth: a still of the scene pack, product photos laid over it, words, light, sound.

A second of these costs a fraction of a rendered one, so that faults can be planted by the hundred. The renderer is not
involved: no shadow, no water, no model; only what a fault needs.
"""

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from benchmarks.demo_clips import Demo
from catalog import assets
from generation.render.scene import SCENES

FPS, SIZE = 24, (1280, 720)
Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Placed:
    """A product in the picture: the middle of its lower edge and its width in pixels, tint and height over width."""

    product: Demo
    x: float
    y: float
    width: float
    tint: tuple[float, float, float] = (1, 1, 1)
    aspect: float = 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Drawing:
    """What one file shows. `flash` is flashes a second and the share of the picture; `crf` the strength of coding."""

    scene: str
    products: tuple[Placed, ...]
    label: str = ""
    label_size: int = 30
    caption: str = ""
    headline: str = ""
    flash: tuple[float, float] = (0.0, 0.0)
    sound: Floats | None = None
    """Mono, 16 kHz."""
    drift: tuple[float, float] = (0.0, 0.0)
    crf: int = 21
    seconds: float = 1.0
    fps: int = FPS


def write(drawing: Drawing, file: Path) -> Path:
    """Draw and encode (H.264, AAC): `file`."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{SIZE[0]}x{SIZE[1]}", "-r", str(drawing.fps), "-i", "pipe:0"]
    if drawing.sound is not None:
        raw = file.with_suffix(".f32")
        raw.write_bytes(drawing.sound.astype("<f4").tobytes())
        command += ["-f", "f32le", "-ar", "16000", "-ac", "1", "-i", str(raw), "-c:a", "aac"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-crf", str(drawing.crf), "-pix_fmt", "yuv420p", str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for frame in _frames(drawing):
            process.stdin.write(frame.tobytes())
        process.stdin.close()
        if process.wait(timeout=120):
            raise RuntimeError(f"ffmpeg could not write {file}.")
    return file


def _frames(drawing: Drawing) -> list[Pixels]:
    still, words = _still(drawing.scene), _words(drawing)
    frames = []
    for index in range(round(drawing.seconds * drawing.fps)):
        share = index / drawing.fps / drawing.seconds - 0.5
        shift = np.array(drawing.drift) * share * SIZE[0]
        frame = _background(still, shift)
        for placed in drawing.products:
            _paste(frame, placed, shift)
        _lighten(frame, drawing.flash, index / drawing.fps)
        for part, layer in words:
            under = frame[part]
            under[:] = layer[..., :3] + under * (1 - layer[..., 3:])
        frames.append(frame)
    return frames


@cache
def _still(scene: str) -> Pixels:
    with Image.open(SCENES / scene / "wide.jpg") as image:
        size = round(SIZE[0] * 1.15), round(SIZE[1] * 1.15)
        return np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS))


def _background(still: Pixels, shift: NDArray[np.float64]) -> Pixels:
    margin = (np.array(still.shape[1::-1]) - SIZE) / 2
    move = np.array([[1, 0, shift[0] - margin[0]], [0, 1, shift[1] - margin[1]]])
    return np.asarray(cv2.warpAffine(still, move, SIZE, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _paste(frame: Pixels, placed: Placed, shift: NDArray[np.float64]) -> None:
    photo = placed.product.photo
    sprite = photo.drawn(placed.width / photo.outline.width, placed.aspect)
    height, width = sprite.shape[:2]
    left, top = placed.x + shift[0] - width / 2, placed.y + shift[1] - height
    column, row = int(np.floor(left)), int(np.floor(top))
    move = np.array([[1, 0, left - column], [0, 1, top - row]])
    layer = cv2.warpAffine(sprite, move, (width + 1, height + 1))
    inside = slice(max(0, row), row + height + 1), slice(max(0, column), column + width + 1)
    under = frame[inside]
    layer = layer[max(0, -row) :, max(0, -column) :][: under.shape[0], : under.shape[1]]
    drawn = layer[..., :3] * np.array(placed.tint, np.float32) + under * (1 - layer[..., 3:])
    under[:] = np.clip(drawn, 0, 255)


def _lighten(frame: Pixels, flash: tuple[float, float], second: float) -> None:
    rate, share = flash
    if rate:
        part = frame[:, : round(share * frame.shape[1])]
        part[:] = part * 0.3 + (170 if int(second * rate * 2) % 2 else 0)


def _words(drawing: Drawing) -> list[tuple[tuple[slice, slice], Floats]]:
    """Label, caption and headline: where each lies, and its RGB times alpha with alpha 0..1."""
    found = []
    lines = (
        (drawing.label, drawing.label_size, (230, 64)),
        (drawing.caption, 46, (640, 640)),
        (drawing.headline, 40, (900, 64)),
    )
    for text, size, middle in lines:
        if not text:
            continue
        image = Image.new("RGBA", SIZE, (0, 0, 0, 0))
        draw = ImageDraw.Draw(image)
        name = "font_cjk" if any(character > "\u2e7f" for character in text) else "font_inter"
        font = ImageFont.truetype(str(assets.resolve(name)), size)
        half, high = font.getlength(text) / 2 + 22, size * 0.85
        box = (middle[0] - half, middle[1] - high, middle[0] + half, middle[1] + high)
        draw.rounded_rectangle(box, radius=size * 0.8, fill=(22, 26, 32, 200))
        draw.text(middle, text, font=font, fill=(255, 255, 255, 255), anchor="mm")
        part = slice(int(box[1]) - 1, int(box[3]) + 2), slice(max(0, int(box[0]) - 1), int(box[2]) + 2)
        rgba = np.asarray(image, np.float32)[part]
        alpha = rgba[..., 3:] / 255
        found.append((part, np.concatenate([rgba[..., :3] * alpha, alpha], axis=2)))
    return found
