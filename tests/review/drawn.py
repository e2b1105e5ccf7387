"""Drawn test material: a floating pump as a photo, and fountain clips whose water reaches an exactly known height."""

import math
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from catalog import assets
from catalog.facts import ProductImage
from review.observe.photo import Photo
from review.observe.records import Box

PUMP_METRES = 0.16
GRAVITY = 9.81
Pixels = NDArray[np.uint8]


def pump_photo(tint: tuple[float, float, float] = (1, 1, 1)) -> Photo:
    """A round solar panel seen at an angle, with cells, rim and nozzle: 640 px wide, 16 cm across."""
    size, width = (800, 560), 640
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((80, 250, 80 + width, 520), fill=(60, 64, 70, 255))
    draw.ellipse((80, 220, 80 + width, 490), fill=(150, 154, 160, 255))
    draw.ellipse((110, 235, 690, 475), fill=(24, 30, 58, 255))
    for step in range(-3, 4):
        draw.line((400 + step * 80, 240, 400 + step * 95, 470), fill=(120, 130, 150, 255), width=5)
    for row in (290, 355, 420):
        draw.line((130, row, 670, row), fill=(120, 130, 150, 255), width=5)
    draw.rectangle((375, 180, 425, 350), fill=(205, 208, 212, 255))
    draw.ellipse((375, 165, 425, 195), fill=(90, 95, 100, 255))
    rgba = np.asarray(image).copy()
    rgba[..., :3] = np.clip(rgba[..., :3] * np.array(tint), 0, 255)
    facts = ProductImage(
        sha256="1" * 64, name="products/pump.png", width=size[0], height=size[1], role="packshot", cutout="pump.png",
        metres_per_pixel=PUMP_METRES / width, base_px=(400, 480), effect_px=(400, 175),
    )  # fmt: skip
    return Photo.of(facts, rgba)


@dataclass(frozen=True, kw_only=True)
class Clip:
    """What is drawn. Heights in metres; `pixels_per_metre` at the product; `drift` and `zoom` move the camera."""

    height: float = 0.30
    pixels_per_metre: float = 560.0
    seconds: float = 2.0
    fps: int = 24
    size: tuple[int, int] = (1280, 720)
    seed: int = 0
    drift: float = 0.02
    zoom: float = 0.03
    ripples: float = 6.0
    drops: int = 260
    products: int = 1
    label: str = ""
    crf: int = 21
    light: tuple[float, float, float] = (1, 1, 1)
    """What every colour is multiplied by."""


def draw_clip(
    clip: Clip, photo: Photo, file: Path, *, sound: Path | None = None, backdrop: Pixels | None = None
) -> Path:
    """Encode the clip as H.264 (and AAC, if there is a sound file), before a `backdrop` if given; returns `file`."""
    width, height = clip.size
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", str(clip.fps), "-i", "pipe:0"]
    command += ["-i", str(sound), "-c:a", "aac"] if sound else []
    command += ["-c:v", "libx264", "-preset", "veryfast", "-crf", str(clip.crf), "-pix_fmt", "yuv420p", str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for frame in frames_of(clip, photo, backdrop):
            process.stdin.write(frame.tobytes())
        process.stdin.close()
        assert process.wait(timeout=120) == 0
    return file


def frames_of(clip: Clip, photo: Photo, backdrop: Pixels | None = None) -> Iterator[Pixels]:
    """Every frame, RGB: soft moving background, product, water up to exactly `height` above the nozzle."""
    random = np.random.default_rng(clip.seed)
    wide = _background(clip.size, random) if backdrop is None else backdrop
    grain = [random.normal(0, 1.5, (clip.size[1], clip.size[0], 1)).astype(np.float32) for _ in range(3)]
    water = _Water.of(clip, random)
    label = _label(clip)
    sprite = _premultiplied(photo, clip.pixels_per_metre * (photo.metres_per_pixel or 1))
    for index in range(int(clip.seconds * clip.fps)):
        frame = _frame(clip, photo, (wide, sprite), water, index, grain[index % 3])
        yield np.where(label[..., 3:] > 127, label[..., :3], frame)


def _label(clip: Clip) -> Pixels:
    """The label's words in white on a dark bar, top left."""
    image = Image.new("RGBA", clip.size, (0, 0, 0, 0))
    if clip.label:
        font = ImageFont.truetype(str(assets.resolve("font_inter")), 30)
        draw = ImageDraw.Draw(image)
        draw.rectangle((40, 36, 76 + font.getlength(clip.label), 92), fill=(30, 34, 40, 255))
        draw.text((58, 64), clip.label, font=font, fill=(255, 255, 255, 255), anchor="lm")
    return np.asarray(image)


@dataclass(frozen=True, kw_only=True)
class _Water:
    start: NDArray[np.float64]
    speed: NDArray[np.float64]
    lean: NDArray[np.float64]
    phases: NDArray[np.float64]

    @classmethod
    def of(cls, clip: Clip, random: np.random.Generator) -> "_Water":
        speed = np.sqrt(2 * GRAVITY * clip.height) * (1 - np.abs(random.normal(0, 0.02, clip.drops)))
        return cls(
            start=random.uniform(0, 2, clip.drops),
            speed=speed,
            lean=random.normal(0, 0.05, clip.drops),
            phases=random.uniform(0, 6.28, 3),
        )


def _background(size: tuple[int, int], random: np.random.Generator) -> Pixels:
    width, height = int(size[0] * 1.2), int(size[1] * 1.2)
    picture = np.full((height, width, 3), (96, 112, 80), np.float32)
    for cells, weight in ((5, 36), (16, 22), (50, 9)):
        noise = random.normal(0, 1, (cells, int(cells * width / height), 1)).astype(np.float32)
        tinted = noise * np.array([1.0, 1.0, 0.8], np.float32) + random.normal(0, 0.25, (*noise.shape[:2], 3))
        picture += weight * cv2.resize(tinted.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture, 8, 220).astype(np.uint8)


def _frame(
    clip: Clip,
    photo: Photo,
    drawn: tuple[Pixels, NDArray[np.float32]],
    water: _Water,
    index: int,
    grain: NDArray[np.float32],
) -> Pixels:
    """One frame; `drawn` is the background and the product, each larger than it will be shown."""
    wide, sprite = drawn
    time = index / clip.fps
    share = index / max(1, clip.seconds * clip.fps - 1) - 0.5
    (width, height), zoom = clip.size, 1 + clip.zoom * share
    shift = clip.drift * width * share
    inset = np.array([[zoom, 0, shift - wide.shape[1] * 0.083], [0, zoom, -wide.shape[0] * 0.083]])
    picture = cv2.warpAffine(wide, inset, (width, height), borderMode=cv2.BORDER_REFLECT)
    frame = picture.astype(np.float32) + grain
    _ripple(frame, clip, water.phases, time)
    scale = clip.pixels_per_metre * (photo.metres_per_pixel or 1) * zoom
    for number in range(clip.products):
        x = width * (0.5 + 0.26 * number) + shift
        corner = x - photo.outline.width * scale / 2, height * 0.9 - photo.outline.height * scale
        _paste(frame, photo.outline, sprite, (scale, corner))
        nozzle = corner[0] + photo.effect_origin[0] * scale, corner[1] + photo.effect_origin[1] * scale
        if clip.height > 0:
            _spray(frame, clip, water, nozzle, zoom, time)
    return np.clip(frame * np.array(clip.light, np.float32), 0, 255).astype(np.uint8)


def _ripple(frame: NDArray[np.float32], clip: Clip, phases: NDArray[np.float64], time: float) -> None:
    """Slow light on water in the lower fifth: something that moves and is not the effect."""
    top = int(clip.size[1] * 0.8)
    y, x = np.mgrid[top : clip.size[1], 0 : clip.size[0]].astype(np.float32)
    wave = sum(np.sin(x / (23 + 9 * k) + y / (7 + k) + 3 * time + phase) for k, phase in enumerate(phases))
    frame[top:] += np.asarray(clip.ripples * wave, np.float32)[..., None]


def _paste(
    frame: NDArray[np.float32], box: Box, sprite: NDArray[np.float32], at: tuple[float, tuple[float, float]]
) -> None:
    """Lay the sprite over the frame at this scale, its outline's corner at this place."""
    scale, corner = at
    left, top = math.floor(corner[0]) - 2, math.floor(corner[1]) - 2
    move = np.array([[scale, 0, corner[0] - left - box.x * scale], [0, scale, corner[1] - top - box.y * scale]])
    size = math.ceil(box.width * scale) + 6, math.ceil(box.height * scale) + 6
    layer = cv2.warpAffine(sprite, move, size, flags=cv2.INTER_LINEAR)
    part = frame[top : top + size[1], left : left + size[0]]
    layer = layer[: part.shape[0], : part.shape[1]]
    part[:] = layer[..., :3] * 0.85 + part * (1 - layer[..., 3:])


def _premultiplied(photo: Photo, scale: float) -> NDArray[np.float32]:
    alpha = photo.rgba[..., 3:].astype(np.float32) / 255
    return np.asarray(
        cv2.GaussianBlur(np.concatenate([photo.rgba[..., :3] * alpha, alpha], axis=2), (0, 0), 0.4 / scale)
    )


def _spray(
    frame: NDArray[np.float32], clip: Clip, water: _Water, at: tuple[float, float], zoom: float, time: float
) -> None:
    layer = np.zeros(frame.shape[:2], np.uint8)
    pixels = clip.pixels_per_metre * zoom
    for wave in range(3):
        age = (time + water.start + wave * 0.37) % (2 * water.speed / GRAVITY)
        ages = np.stack([age, age + 1 / 60])
        z = np.clip(water.speed * ages - GRAVITY * ages**2 / 2, -0.02, clip.height)
        x = at[0] + water.lean * water.speed * ages * pixels
        ends = np.round(16 * np.stack([x, at[1] - z * pixels], axis=-1)).astype(np.int32)  # (2, drops, 2)
        cv2.polylines(layer, [np.ascontiguousarray(pair) for pair in ends.swapaxes(0, 1)], False, 90, 1, cv2.LINE_AA, 4)
    frame += layer[..., None]


def apex_row(clip: Clip, photo: Photo) -> float:
    """The row the water reaches in the middle of the clip."""
    scale = clip.pixels_per_metre * (photo.metres_per_pixel or 1)
    nozzle = clip.size[1] * 0.9 - photo.outline.height * scale + photo.effect_origin[1] * scale
    return nozzle - math.floor(clip.height * clip.pixels_per_metre)
