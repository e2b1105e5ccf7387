"""How the published weights are sampled: guided 32-step base, distilled 8-step base, 5-step super-resolution.

Latents in, latents out; `Draw` supplies every random number in the order the reference consumes them, so a run can be
repeated number by number. Text, first frame and sound come in as features and latents (`model.inference.film`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from model import flow
from model.config import ModelConfig
from model.tokens.audio import audio_coordinates
from model.tokens.sequence import Segments, Window, local_windows, pack
from model.tokens.text import text_coordinates
from model.tokens.video import PATCH, patchify, unpatchify, video_coordinates

Draw = Callable[[tuple[int, ...]], Tensor]
"""Shape -> standard normal numbers of that shape."""

FRAMES_PER_SECOND = 25
BASE_STEPS, DISTILLED_STEPS, UPSCALER_STEPS = 32, 8, 5
SCALE_EARLY, SCALE_LATE, SCALE_CHANGES_AT = 5.0, 2.0, 500
"""Guidance of the video: early while the timestep is above the third value, late after it. Audio stays at early."""
UPSCALER_SCALE_FIRST, UPSCALER_SCALE, UPSCALER_FIRST_FRAMES = 2.0, 3.5, 13
UPSCALER_NOISE_LEVEL = 220
UPSCALER_AUDIO_NOISE = 0.7


@dataclass(frozen=True)
class Latents:
    """Video (1, 48, T, H, W) and audio (1, L, 64): noise, a noisy state, a velocity or a clean sample."""

    video: Tensor
    audio: Tensor


@dataclass(frozen=True)
class ClipShape:
    """Length and size asked for; sizes are rounded down to whole patches (32 pixels)."""

    seconds: int
    width: int
    height: int

    @property
    def frames(self) -> int:
        """Audio latents, and video frames before the video autoencoder drops the incomplete last group."""
        return self.seconds * FRAMES_PER_SECOND + 1

    @property
    def latent(self) -> tuple[int, int, int]:
        """Latent frames, rows and columns."""
        rows, columns = (side // 16 // PATCH * PATCH for side in (self.height, self.width))
        return (self.frames - 1) // 4 + 1, rows, columns

    @property
    def tokens(self) -> int:
        """Video tokens."""
        frames, rows, columns = self.latent
        return frames * rows * columns // PATCH**2


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What a clip is made from; features hold real tokens only, for padding would be read as words."""

    text: Tensor
    """(1, tokens, C)"""
    negative: Tensor | None = None
    """What the picture and sound should not be; needed where guidance is used."""
    first_frame: Tensor | None = None
    """Clean latent (1, 48, 1, H, W), written over the first latent frame before every step and after the last."""
    audio: Tensor | None = None
    """Clean latent (1, L, 64) of given sound; it is kept, and the picture follows it."""

    def pin(self, video: Tensor) -> Tensor:
        """The video latent with the known first frame in its place."""
        return video if self.first_frame is None else torch.cat([self.first_frame, video[:, :, 1:]], dim=2)


class Network(Protocol):
    """`UnifiedTransformer`, compiled or spread over processes or not."""

    config: ModelConfig

    def __call__(
        self, tokens: Tensor, coordinates: Tensor, segments: Segments, *, windows: tuple[Window, ...] = ()
    ) -> Tensor: ...


@torch.no_grad()
def predict(network: Network, state: Latents, text: Tensor) -> Latents:
    """Velocity of both latents under one text."""
    config, rows = network.config, patchify(state.video)
    segments = Segments(rows.shape[1], state.audio.shape[1], text.shape[1])
    frames, height, width = state.video.shape[2:]
    parts = [
        video_coordinates(frames, height // PATCH, width // PATCH),
        audio_coordinates(segments.audio, style=config.coords_style, latent_frames=frames),
        text_coordinates(segments.text, style=config.coords_style),
    ]
    windows: tuple[Window, ...] = ()
    if config.local_attn_layers:
        windows = local_windows(segments, frames=frames, receptive_field=config.frame_receptive_field)
    tokens = pack(rows, state.audio, text, width=config.token_width)
    output = network(tokens, torch.cat(parts)[None].to(tokens.device), segments, windows=windows)
    video, audio, _ = output.split(segments.sizes, dim=1)
    return Latents(
        unpatchify(video[..., : config.video_in_channels], (frames, height, width)),
        audio[..., : config.audio_in_channels],
    )


def guided(network: Network, state: Latents, conditions: Conditions, *, scale: Tensor | float) -> Latents:
    """Velocity pushed away from the negative text: v_neg + g (v - v_neg), with g = 5 for the audio."""
    if conditions.negative is None:
        raise ValueError("guidance needs a negative text: encode one, or use the distilled weights")
    wanted = predict(network, state, conditions.text)
    unwanted = predict(network, state, conditions.negative)
    return Latents(
        unwanted.video + scale * (wanted.video - unwanted.video),
        unwanted.audio + SCALE_EARLY * (wanted.audio - unwanted.audio),
    )


def start(conditions: Conditions, shape: ClipShape, draw: Draw, config: ModelConfig) -> Latents:
    """Noise: audio first, then video. Given audio is taken as it is."""
    channels = config.video_in_channels // PATCH**2
    audio = draw((1, shape.frames, config.audio_in_channels)) if conditions.audio is None else conditions.audio
    return Latents(draw((1, channels, *shape.latent)), audio)


def sample_base(
    network: Network, conditions: Conditions, shape: ClipShape, draw: Draw, *, steps: int = BASE_STEPS
) -> Latents:
    """The undistilled base weights: UniPC with guidance, two network runs a step."""
    state, sigmas = start(conditions, shape, draw, network.config), flow.shifted_sigmas(steps)
    video_solver, audio_solver = flow.UniPC(sigmas), flow.UniPC(sigmas)
    for timestep in flow.timesteps(sigmas).tolist():
        state = replace(state, video=conditions.pin(state.video))
        scale = SCALE_EARLY if timestep > SCALE_CHANGES_AT else SCALE_LATE
        velocity = guided(network, state, conditions, scale=scale)
        audio = state.audio
        if conditions.audio is None:
            audio = audio_solver.step(audio, velocity.audio)
        state = Latents(video_solver.step(state.video, velocity.video), audio)
    return replace(state, video=conditions.pin(state.video))


def sample_distilled(
    network: Network, conditions: Conditions, shape: ClipShape, draw: Draw, *, steps: int = DISTILLED_STEPS
) -> Latents:
    """The distilled base weights: estimate the clean clip, noise it afresh to the next level; no guidance."""
    state = start(conditions, shape, draw, network.config)
    for sigma, after in pairwise(flow.shifted_sigmas(steps)):
        state = replace(state, video=conditions.pin(state.video))
        velocity = predict(network, state, conditions.text)
        renewed = []
        for x, v in ((state.video, velocity.video), (state.audio, velocity.audio)):
            renewed.append(flow.renoise_step(x, v, draw(tuple(x.shape)), sigma=sigma, next_sigma=after))
        state = Latents(renewed[0], renewed[1] if conditions.audio is None else state.audio)
    return replace(state, video=conditions.pin(state.video))


@dataclass(frozen=True)
class Upscaling:
    """Choices of super-resolution; the defaults are the published ones."""

    steps: int = UPSCALER_STEPS
    align_corners: bool = True
    """How the small latent is stretched. A port reports less ghosting in the first frames with False."""


def upscale(
    network: Network, small: Latents, conditions: Conditions, shape: ClipShape, draw: Draw,
    *, choices: Upscaling = Upscaling(),
) -> Latents:  # fmt: skip
    """Super-resolution: stretch the small video latent, mix it with noise, and denoise it over all levels.

    The sound is heard half-noised and comes out as it went in. `conditions.first_frame` is that of the large size;
    a negative text switches guidance on, weaker in the first thirteen latent frames.
    """
    stretched = F.interpolate(small.video, size=shape.latent, mode="trilinear", align_corners=choices.align_corners)
    kept = flow.zero_terminal_signal()[UPSCALER_NOISE_LEVEL]
    video = stretched * kept + draw(tuple(stretched.shape)) * (1 - kept.square()).sqrt()
    noise = draw(tuple(small.audio.shape))
    heard = UPSCALER_AUDIO_NOISE * noise + (1 - UPSCALER_AUDIO_NOISE) * small.audio
    solver = flow.UniPC(flow.shifted_sigmas(choices.steps))
    scale = torch.full((shape.latent[0], 1, 1), UPSCALER_SCALE, device=video.device)
    scale[:UPSCALER_FIRST_FRAMES] = UPSCALER_SCALE_FIRST
    for _ in range(choices.steps):
        state = Latents(conditions.pin(video), heard)
        if conditions.negative is None:
            velocity = predict(network, state, conditions.text)
        else:
            velocity = guided(network, state, conditions, scale=scale)
        video = solver.step(state.video, velocity.video)
    return Latents(conditions.pin(video), small.audio)
