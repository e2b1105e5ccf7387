"""Turbo decoder for Wan 2.2 latents: a shallow network that slides over time, under the names of its checkpoint.

Shape legend: B batch, C channels, T frames, H and W rows and columns. Unlike Wan's own decoder it also looks ahead,
so a long video is decoded in windows that overlap by one latent frame.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.autoencoders.latent_statistics import plain
from model.autoencoders.pixels import unfold_pixels
from model.autoencoders.wan import FOLDED_CHANNELS, FRAMES_PER_LATENT, each_frame

NORM_EPS, SHORTCUT_EPS = 1e-8, 1e-6


@dataclass(frozen=True, kw_only=True)
class TurboConfig:
    """Published sizes, listed from pixels to latent as in the published JSON; the decoder runs them backwards."""

    latent_channels: int = 48
    decoder_block_out_channels: tuple[int, ...] = (64, 128, 256, 512)
    decoder_layers_per_block: tuple[int, ...] = (2, 2, 2, 3, 3)
    decoder_spatio_temporal_scaling: tuple[bool, ...] = (False, True, True, True)
    decoder_spatio_only: tuple[bool, ...] = (False, True, False, False)
    first_chunk_size: int = 7
    step_size: int = 7


class EdgeConv(nn.Module):
    """3D convolution whose first and last frames are repeated outwards; zeros around the picture."""

    def __init__(self, width_in: int, width_out: int, kernel: tuple[int, int, int]) -> None:
        super().__init__()
        self.conv = nn.Conv3d(width_in, width_out, kernel, padding=(0, kernel[1] // 2, kernel[2] // 2))
        self.around = kernel[0] // 2

    def forward(self, x: Tensor) -> Tensor:
        if self.around:
            x = torch.cat([x[:, :, :1]] * self.around + [x] + [x[:, :, -1:]] * self.around, dim=2)
        return self.conv(x)


def channel_norm(x: Tensor, eps: float = NORM_EPS) -> Tensor:
    """Root-mean-square norm over the channels, without weights."""
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + eps)


class TurboResidual(nn.Module):
    """Two normed convolutions and a shortcut; `activation` is that of the first norm."""

    def __init__(self, width_in: int, width_out: int, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.activation = activation
        self.conv1 = EdgeConv(width_in, width_out, (3, 3, 3))
        self.conv2 = EdgeConv(width_out, width_out, (3, 3, 3))
        self.conv_shortcut = EdgeConv(width_in, width_out, (1, 1, 1)) if width_in != width_out else None

    def forward(self, x: Tensor) -> Tensor:
        inner = self.conv1(self.activation(channel_norm(x)))
        inner = self.conv2(F.silu(channel_norm(inner)))
        return inner + (x if self.conv_shortcut is None else self.conv_shortcut(channel_norm(x, SHORTCUT_EPS)))


class TurboDouble(nn.Module):
    """Twice the rows and columns and, where `in_time`, twice the frames."""

    def __init__(self, width: int, *, in_time: bool) -> None:
        super().__init__()
        nearest = nn.Upsample(scale_factor=2, mode="nearest-exact")
        self.resample = nn.Sequential(nearest, nn.Conv2d(width, width, 3, padding=1))
        self.time_conv = EdgeConv(width, 2 * width, (3, 1, 1)) if in_time else None

    def forward(self, x: Tensor, *, first: bool) -> Tensor:
        """The first window's first frame stands for itself, all others for two."""
        if self.time_conv is not None:
            pairs = self.time_conv(x).unflatten(1, (2, -1))  # (B, 2, C, T, H, W)
            x = pairs.permute(0, 2, 3, 1, 4, 5).flatten(2, 3)[:, :, int(first) :]
        return each_frame(x, self.resample)


class TurboStage(nn.Module):
    """A block that changes the width where it must, the doubling, and the other blocks."""

    def __init__(self, width_in: int, width_out: int, *, blocks: int, double: bool, in_time: bool) -> None:
        super().__init__()
        activation = F.relu if double else F.silu  # of `resnets` alone: the block that changes the width keeps SiLU
        self.conv_in = TurboResidual(width_in, width_out, F.silu) if width_in != width_out else None
        self.upsamplers = nn.ModuleList([TurboDouble(width_out, in_time=in_time)] if double else [])
        self.resnets = nn.ModuleList(TurboResidual(width_out, width_out, activation) for _ in range(blocks))

    def forward(self, x: Tensor, *, first: bool) -> Tensor:
        if self.conv_in is not None:
            x = self.conv_in(x)
        for double in self.upsamplers:
            x = double(x, first=first)
        for block in self.resnets:
            x = block(x)
        return x


class TurboMiddle(nn.Module):
    """Blocks at the latent's own size."""

    def __init__(self, width: int, blocks: int) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(TurboResidual(width, width, F.silu) for _ in range(blocks))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.resnets:
            x = block(x)
        return x


class TurboCore(nn.Module):
    """One window of latents (B, z, T, H, W) -> pixels (B, 3, 4T - 3 or 4T, 16 H, 16 W)."""

    def __init__(self, config: TurboConfig) -> None:
        super().__init__()
        widths = config.decoder_block_out_channels[::-1]
        first, *blocks = config.decoder_layers_per_block[::-1]
        doubles, space_only = config.decoder_spatio_temporal_scaling[::-1], config.decoder_spatio_only[::-1]
        self.conv_in = EdgeConv(config.latent_channels, widths[0], (3, 3, 3))
        self.mid_block = TurboMiddle(widths[0], first)
        self.up_blocks = nn.ModuleList(
            TurboStage(before, after, blocks=count, double=double, in_time=not still)
            for before, after, count, double, still in zip(
                (widths[0], *widths), widths, blocks, doubles, space_only, strict=False
            )
        )
        self.conv_out = EdgeConv(widths[-1], FOLDED_CHANNELS, (3, 3, 3))

    def forward(self, latent: Tensor, *, first: bool) -> Tensor:
        x = self.mid_block(self.conv_in(latent))
        for stage in self.up_blocks:
            x = stage(x, first=first)
        return unfold_pixels(self.conv_out(F.silu(channel_norm(x))))


class TurboVAED(nn.Module):
    """The whole decoder: normalised latents in, pixels around [-1, 1] out, whatever the length."""

    def __init__(self, config: TurboConfig | None = None) -> None:
        super().__init__()
        self.config = config or TurboConfig()
        self.decoder = TurboCore(self.config)

    def decode(self, latent: Tensor) -> Tensor:
        """Latent (B, z, T, H, W) -> pixels (B, 3, 4T - 3, 16 H, 16 W), not clamped.

        Windows see one latent frame of their neighbours on each side; the pixel frames of those are dropped. A length
        that does not fill the last window is padded with its last frame.
        """
        wanted = FRAMES_PER_LATENT * latent.shape[2] - (FRAMES_PER_LATENT - 1)
        window, step = self.config.first_chunk_size, self.config.step_size
        short = max(window - latent.shape[2], 0) or (window - latent.shape[2]) % step
        latent = plain(latent)
        latent = torch.cat([latent, *[latent[:, :, -1:]] * short], dim=2)
        parts, start, stop = [], 0, window
        while start < latent.shape[2]:
            parts.append(self._window(latent, start, stop))
            start, stop = stop, stop + step
        return torch.cat(parts, dim=2)[:, :, :wanted]

    def _window(self, latent: Tensor, start: int, stop: int) -> Tensor:
        """Pixels of latent frames start..stop, decoded with a neighbour on each side where there is one."""
        left, right = int(start > 0), int(stop < latent.shape[2])
        pixels = self.decoder(latent[:, :, start - left : stop + right], first=start == 0)
        return pixels[:, :, FRAMES_PER_LATENT * left : pixels.shape[2] - FRAMES_PER_LATENT * right]
