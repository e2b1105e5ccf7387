"""Audio autoencoder of Stable Audio Open ("Oobleck"): stereo, 64 channels, 2048 samples a latent.

The rate trick of the 15B: sound is written and read as if it were 51,200 Hz = 25 x 2048, so that 25 latents make one
second, like 25 frames. Shape legend: B batch, C channels, N samples, L latents.
"""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.signal import resample
from torch import Tensor, nn
from torch.nn import functional as F

MODEL_RATE = 51_200
FILE_RATE = 44_100
SAMPLES_PER_LATENT = 2048
LATENTS_PER_SECOND = 25
DILATIONS = (1, 3, 9)
SMALLEST_STD = 1e-4
WINDOW_SECONDS = 29
"""Longer sound is encoded in windows of this length that overlap by half and fade into each other."""


@dataclass(frozen=True, kw_only=True)
class OobleckConfig:
    """Widths of the autoencoder; the defaults are the published ones."""

    channels: int = 128
    c_mults: tuple[int, ...] = (1, 2, 4, 8, 16)
    strides: tuple[int, ...] = (2, 4, 4, 8, 8)
    latent_dim: int = 64
    io_channels: int = 2

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(self.channels * factor for factor in (1, *self.c_mults))


class SnakeBeta(nn.Module):
    """x + sin^2(a x) / b with one a and one b a channel, stored as logarithms."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(width))
        self.beta = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        alpha, beta = self.alpha.exp()[:, None], self.beta.exp()[:, None]
        return x + torch.sin(x * alpha).square() / (beta + 1e-9)


class NormedConv(nn.Module):
    """1D convolution whose kernel is direction times length, as old-style weight norm stores it."""

    def __init__(
        self, width_in: int, width_out: int, kernel: int, *, stride: int = 1, dilation: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        self.stride, self.dilation = stride, dilation
        self.padding = (stride + 1) // 2 if stride > 1 else dilation * (kernel - 1) // 2
        self.weight_g = nn.Parameter(torch.ones(width_out, 1, 1))
        self.weight_v = nn.Parameter(torch.empty(width_out, width_in, kernel))
        self.bias = nn.Parameter(torch.zeros(width_out)) if bias else None

    def weight(self) -> Tensor:
        return self.weight_v * (self.weight_g / self.weight_v.norm(dim=(1, 2), keepdim=True))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv1d(x, self.weight(), self.bias, stride=self.stride, padding=self.padding, dilation=self.dilation)


class NormedConvTranspose(NormedConv):
    """The transposed form: `stride` times as many samples; kernels are stored (in, out, kernel)."""

    def __init__(self, width_in: int, width_out: int, kernel: int, *, stride: int) -> None:
        super().__init__(width_out, width_in, kernel, stride=stride)
        self.bias = nn.Parameter(torch.zeros(width_out))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv_transpose1d(x, self.weight(), self.bias, stride=self.stride, padding=self.padding)


class Layers(nn.Module):
    """A chain under the name the checkpoint uses."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class ResidualUnit(Layers):
    """x + a dilated and a pointwise convolution, each behind a snake."""

    def __init__(self, width: int, dilation: int) -> None:
        spread = NormedConv(width, width, 7, dilation=dilation)
        super().__init__(SnakeBeta(width), spread, SnakeBeta(width), NormedConv(width, width, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def encoder_block(before: int, after: int, stride: int) -> Layers:
    units = (ResidualUnit(before, dilation) for dilation in DILATIONS)
    return Layers(*units, SnakeBeta(before), NormedConv(before, after, 2 * stride, stride=stride))


def decoder_block(before: int, after: int, stride: int) -> Layers:
    units = (ResidualUnit(after, dilation) for dilation in DILATIONS)
    return Layers(SnakeBeta(before), NormedConvTranspose(before, after, 2 * stride, stride=stride), *units)


def oobleck_encoder(config: OobleckConfig) -> Layers:
    """Sound (B, 2, N) -> mean and scale (B, 2 C, L)."""
    widths = config.widths
    blocks = (encoder_block(*sizes) for sizes in zip(widths, widths[1:], config.strides, strict=False))
    head = NormedConv(widths[-1], 2 * config.latent_dim, 3)
    return Layers(NormedConv(config.io_channels, widths[0], 7), *blocks, SnakeBeta(widths[-1]), head)


def oobleck_decoder(config: OobleckConfig) -> Layers:
    """Latents (B, C, L) -> sound (B, 2, N)."""
    widths, strides = config.widths[::-1], config.strides[::-1]
    blocks = (decoder_block(*sizes) for sizes in zip(widths, widths[1:], strides, strict=False))
    head = NormedConv(widths[-1], config.io_channels, 7, bias=False)
    return Layers(NormedConv(config.latent_dim, widths[0], 7), *blocks, SnakeBeta(widths[-1]), head)


class OobleckVAE(nn.Module):
    """Both directions between sound and latents, with the rate trick."""

    def __init__(self, config: OobleckConfig | None = None) -> None:
        super().__init__()
        config = config or OobleckConfig()
        self.encoder = oobleck_encoder(config)
        self.decoder = oobleck_decoder(config)

    def distribution(self, sound: Tensor) -> tuple[Tensor, Tensor]:
        """Sound (B, 2, N) at 51,200 Hz -> mean and standard deviation of its latents, (B, C, L) each."""
        mean, scale = self.encoder(sound).chunk(2, dim=1)
        return mean, F.softplus(scale) + SMALLEST_STD

    def encode(self, sound: Tensor, *, generator: torch.Generator) -> Tensor:
        """Sound (B, 2, N) at 51,200 Hz -> sampled latents (B, C, L); long sound goes through fading windows."""
        window = WINDOW_SECONDS * LATENTS_PER_SECOND // 2 * 2
        total = sound.shape[-1] // SAMPLES_PER_LATENT
        if total <= window:
            return self._sampled(sound, generator)
        mixed = torch.zeros(0)
        for start in range(0, total - window // 2, window // 2):
            part = sound[..., start * SAMPLES_PER_LATENT : (start + window) * SAMPLES_PER_LATENT]
            mixed = joined(mixed, self._sampled(part, generator), start)
        return mixed

    def _sampled(self, sound: Tensor, generator: torch.Generator) -> Tensor:
        mean, std = self.distribution(sound)
        return mean + std * torch.randn(mean.shape, generator=generator).to(mean)

    def decode(self, latents: Tensor) -> Tensor:
        """Latents (B, C, L) -> sound (B, 2, 2048 L) at 51,200 Hz, not clamped."""
        return self.decoder(latents)


def joined(before: Tensor, after: Tensor, start: int) -> Tensor:
    """Continue latents (B, C, L) by a window that begins at `start`; where both exist one fades into the other."""
    if not before.numel():
        return after
    overlap = before.shape[-1] - start
    ramp = torch.linspace(0, 1, overlap, device=after.device)
    faded = before[..., start:] * (1 - ramp) + after[..., :overlap] * ramp
    return torch.cat([before[..., :start], faded, after[..., overlap:]], dim=-1)


def to_file_rate(sound: np.ndarray) -> np.ndarray:
    """Decoded samples (N, channels) -> int(N 441 / 512) samples by FFT, to be stored at 44,100 Hz."""
    result: np.ndarray = resample(sound, int(len(sound) * 441 / 512))
    return result


def to_model_rate(sound: np.ndarray, rate: int) -> np.ndarray:
    """Samples (N, channels) at `rate` -> the same sound at 51,200 Hz."""
    result: np.ndarray = resample(sound, round(len(sound) * MODEL_RATE / rate))
    return result
