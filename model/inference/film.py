"""The published stack from end to end: a prompt and perhaps a first picture in, frames and sound out.

Parts come loaded (`model.published.assets`); they wait in host memory and visit the device one at a time where
`offload` is set.
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from model.autoencoders.oobleck import FILE_RATE, SAMPLES_PER_LATENT, OobleckVAE, to_file_rate, to_model_rate
from model.autoencoders.tiling import PIXELS_PER_LATENT, decode_in_tiles
from model.autoencoders.turbo import TurboVAED
from model.autoencoders.wan import WanVAE
from model.inference.published import (
    FRAMES_PER_SECOND,
    ClipShape,
    Conditions,
    Network,
    sample_base,
    sample_distilled,
    upscale,
)
from model.inference.residence import visiting

NEGATIVE_PROMPT = ", ".join(
    (
        "blurred picture, compression blocks, over-exposed, washed-out colours, still frame, flicker, warped faces, "
        "extra fingers, broken limbs, melting objects, subtitles, watermark, logo, jerky motion, drifting background",
        "background noise, hiss, hum, clipping, distortion, echo, reverberation, music, crowd, jumps in loudness",
        "robotic voice, mumbling, stutter, slurred words, wrong language, monotone delivery, several voices at once, "
        "lips out of step with the words",
    )
)
"""What guidance pushes away from: defects of picture, of sound, of speech; the last two blocks matter as much."""


@dataclass(frozen=True, kw_only=True)
class FilmRequest:
    """One clip: `width` and `height` are those of the finished picture, rounded down to multiples of 32."""

    prompt: str
    still: np.ndarray | None = None
    """First frame, uint8 (H, W, 3); it is cut to the clip's proportions. None: the whole clip is made up."""
    speech: tuple[np.ndarray, int] | None = None
    """Given sound, float (N,) and its rate; the picture follows it."""
    seconds: int = 5
    width: int = 448
    height: int = 256
    seed: int = 42


@dataclass(frozen=True)
class Film:
    """Frames uint8 (T, H, W, 3) at 25 a second, and sound float32 (N, 2) at 44,100 Hz."""

    frames: np.ndarray
    sound: np.ndarray
    fps: int = FRAMES_PER_SECOND
    sound_rate: int = FILE_RATE


class TextFeatures(Protocol):
    """`T5GemmaText`, or anything that turns a prompt into features of its tokens."""

    network: nn.Module

    def encode(self, prompt: str) -> Tensor: ...


@dataclass(frozen=True, kw_only=True)
class FilmParts:
    """The loaded stack. `base` is distilled weights unless `guided`; `upscaler` None stops at the first size."""

    text: TextFeatures
    base: Network
    upscaler: Network | None
    video_encoder: WanVAE
    video_decoder: TurboVAED
    audio: OobleckVAE
    guided: bool = False


@dataclass(frozen=True, kw_only=True)
class Running:
    """Where and how the parts run."""

    device: str = "cpu"
    offload: bool = False
    """Parts wait in host memory and visit the device; otherwise they are there already."""
    tile: int | None = None
    """Decode in squares of this many latent cells, a quarter of it shared with each neighbour."""
    first_size: int = 256
    """Height of the first stage when an upscaler follows; its width keeps the proportions."""


@dataclass(frozen=True)
class FilmMaker:
    """Loaded parts and how to run them, behind one method."""

    parts: FilmParts
    running: Running

    @torch.no_grad()
    def make(self, request: FilmRequest) -> Film:
        """Text, first frame, base, super-resolution, picture and sound; the same request gives the same film."""
        parts, shape = self.parts, ClipShape(request.seconds, request.width, request.height)
        first = first_shape(shape, self.running.first_size) if parts.upscaler else shape
        generator = torch.Generator(self.running.device).manual_seed(request.seed)

        def draw(size: tuple[int, ...]) -> Tensor:
            return torch.randn(size, generator=generator, device=self.running.device)

        with self._hosting(parts.text.network):
            text = parts.text.encode(request.prompt).to(self.running.device)
            negative = parts.text.encode(NEGATIVE_PROMPT).to(self.running.device) if parts.guided else None
        conditions = Conditions(
            text=text, negative=negative, first_frame=self.still(request, first), audio=self.speech(request)
        )
        with self._hosting(parts.base):
            sample = sample_base if parts.guided else sample_distilled
            latents = sample(parts.base, conditions, first, draw)
        if parts.upscaler:
            larger = replace(conditions, negative=None, first_frame=self.still(request, shape))
            with self._hosting(parts.upscaler):
                latents = upscale(parts.upscaler, latents, larger, shape, draw)
        return Film(self.frames(latents.video), self.sound(latents.audio))

    def still(self, request: FilmRequest, shape: ClipShape) -> Tensor | None:
        """Clean latent (1, 48, 1, H, W) of the first picture at a stage's size."""
        if request.still is None:
            return None
        _, rows, columns = shape.latent
        pixels = torch.from_numpy(cut_to(request.still, (columns * PIXELS_PER_LATENT, rows * PIXELS_PER_LATENT)))
        pixels = pixels.to(self.running.device).permute(2, 0, 1)[None, :, None].float() / 127.5 - 1
        encoder = self.parts.video_encoder
        with self._hosting(encoder):
            return encoder.encode(pixels.to(dtype_of(encoder))).float()

    def speech(self, request: FilmRequest) -> Tensor | None:
        """Sampled latents (1, L, 64) of given sound, as many as the clip has; shorter sound ends in silence."""
        if request.speech is None:
            return None
        latents = ClipShape(request.seconds, request.width, request.height).frames
        sound = to_model_rate(*request.speech)[: latents * SAMPLES_PER_LATENT]
        sound = np.pad(sound, (0, latents * SAMPLES_PER_LATENT - len(sound))).astype(np.float32)
        stereo = torch.from_numpy(np.stack([sound, sound]))[None].to(self.running.device)
        with self._hosting(self.parts.audio):
            generator = torch.Generator().manual_seed(request.seed)
            return self.parts.audio.encode(stereo, generator=generator).transpose(1, 2)

    def frames(self, latent: Tensor) -> np.ndarray:
        """Decoded frames, uint8 (T, H, W, 3)."""
        decoder, tile = self.parts.video_decoder, self.running.tile
        latent = latent.to(dtype_of(decoder))
        with self._hosting(decoder):
            if tile is None:
                pixels = decoder.decode(latent)
            else:
                pixels = decode_in_tiles(decoder.decode, latent, tile=tile, overlap=tile // 4)
        levels = (0.5 * pixels[0].float() + 0.5).clamp(0, 1) * 255
        return levels.byte().permute(1, 2, 3, 0).cpu().numpy()

    def sound(self, latent: Tensor) -> np.ndarray:
        """Decoded samples, float32 (N, 2), at the rate of files."""
        with self._hosting(self.parts.audio):
            sound = self.parts.audio.decode(latent.transpose(1, 2))[0].T.float().cpu().numpy()
        return to_file_rate(sound).astype(np.float32)

    def _hosting(self, part: object) -> AbstractContextManager[None]:
        """The part on the device: fetched for now, or there already."""
        if self.running.offload and isinstance(part, nn.Module):
            return visiting(part, torch.device(self.running.device))
        return nullcontext()


def dtype_of(module: nn.Module) -> torch.dtype:
    """What the module computes in."""
    return next(module.parameters()).dtype


def first_shape(shape: ClipShape, height: int) -> ClipShape:
    """The first stage's size: the asked proportions at a small height."""
    return replace(shape, width=round(height * shape.width / shape.height), height=height)


def cut_to(still: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The largest centred part of a picture with the proportions of `size` (width, height), at that size."""
    height, width = still.shape[:2]
    cut_width = min(width, height * size[0] / size[1])
    cut_height = min(height, width * size[1] / size[0])
    left, top = (width - cut_width) / 2, (height - cut_height) / 2
    box = (left, top, left + cut_width, top + cut_height)
    return np.array(Image.fromarray(still).resize(size, Image.Resampling.LANCZOS, box=box))
