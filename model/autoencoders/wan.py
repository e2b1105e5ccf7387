"""Video autoencoder Wan 2.2 (48 channels, 16 x 16 pixels and 4 frames a latent), under the names of its checkpoint.

Shape legend: B batch, C channels, T frames, H and W rows and columns. Everything is causal in time, so the whole
sequence gives the numbers that a stream of 1 + 4k frames would. Pixels are in [-1, 1].
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.autoencoders.latent_statistics import normalised, plain
from model.autoencoders.pixels import fold_pixels, unfold_pixels

FOLDED_CHANNELS = 12
"""Three colours of a 2 x 2 square."""
FRAMES_PER_LATENT = 4


@dataclass(frozen=True, kw_only=True)
class WanConfig:
    """Widths of the autoencoder; the defaults are the published ones."""

    dim: int = 160
    dec_dim: int = 256
    z_dim: int = 48
    dim_mult: tuple[int, ...] = (1, 2, 4, 4)
    num_res_blocks: int = 2
    temporal_downsample: tuple[bool, ...] = (False, True, True)


class CausalConv(nn.Conv3d):
    """3D convolution that sees the past only: zeros before the first frame, same size in space."""

    def __init__(self, width_in: int, width_out: int, kernel: tuple[int, int, int], *, time_stride: int = 1) -> None:
        padding = (0, kernel[1] // 2, kernel[2] // 2)
        super().__init__(width_in, width_out, kernel, stride=(time_stride, 1, 1), padding=padding)
        self.past = kernel[0] - 1 if time_stride == 1 else 0

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(F.pad(x, (0, 0, 0, 0, self.past, 0)))


class ChannelNorm(nn.Module):
    """x / |x| over the channels, times sqrt(C) and gamma; `axes` counts the axes after the channels."""

    def __init__(self, width: int, axes: int = 3) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width, *[1] * axes))

    def forward(self, x: Tensor) -> Tensor:
        return F.normalize(x, dim=1) * x.shape[1] ** 0.5 * self.gamma


class Residual(nn.Module):
    """Two normed convolutions and a shortcut, 1x1x1 where the width changes."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            ChannelNorm(width_in),
            nn.SiLU(),
            CausalConv(width_in, width_out, (3, 3, 3)),
            ChannelNorm(width_out),
            nn.SiLU(),
            nn.Identity(),  # the published list has a dropout here, which counts in the names
            CausalConv(width_out, width_out, (3, 3, 3)),
        )
        self.shortcut = CausalConv(width_in, width_out, (1, 1, 1)) if width_in != width_out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        return self.residual(x) + self.shortcut(x)


def each_frame(x: Tensor, operation: Callable[[Tensor], Tensor]) -> Tensor:
    """Apply a 2D operation to every frame of x (B, C, T, H, W)."""
    frames = operation(x.transpose(1, 2).flatten(0, 1))
    return frames.unflatten(0, (x.shape[0], x.shape[2])).transpose(1, 2)


class FrameAttention(nn.Module):
    """Single-head attention among the places of each frame."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(width, axes=2)
        self.to_qkv = nn.Conv2d(width, 3 * width, 1)
        self.proj = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + each_frame(x, self.mixed)

    def mixed(self, frames: Tensor) -> Tensor:
        """Frames (N, C, H, W) -> their update, same shape."""
        q, k, v = self.to_qkv(self.norm(frames)).flatten(2).transpose(1, 2)[:, None].chunk(3, dim=-1)
        places = F.scaled_dot_product_attention(q, k, v)[:, 0].transpose(1, 2)
        return self.proj(places.reshape(frames.shape))


class Halve(nn.Module):
    """Half the rows and columns and, where `in_time`, half the frames after the first."""

    def __init__(self, width: int, *, in_time: bool) -> None:
        super().__init__()
        self.resample = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(width, width, 3, stride=2))
        self.time_conv = CausalConv(width, width, (3, 1, 1), time_stride=2) if in_time else None

    def forward(self, x: Tensor) -> Tensor:
        x = each_frame(x, self.resample)
        if self.time_conv is None or x.shape[2] == 1:
            return x
        return torch.cat([x[:, :, :1], self.time_conv(x)], dim=2)


class Double(nn.Module):
    """Twice the rows and columns and, where `in_time`, two frames for each after the first."""

    def __init__(self, width: int, *, in_time: bool) -> None:
        super().__init__()
        nearest = nn.Upsample(scale_factor=2, mode="nearest-exact")
        self.resample = nn.Sequential(nearest, nn.Conv2d(width, width, 3, padding=1))
        self.time_conv = CausalConv(width, 2 * width, (3, 1, 1)) if in_time else None

    def forward(self, x: Tensor) -> Tensor:
        if self.time_conv is not None and x.shape[2] > 1:
            pairs = self.time_conv(x[:, :, 1:]).unflatten(1, (2, -1))  # (B, 2, C, T - 1, H, W)
            x = torch.cat([x[:, :, :1], pairs.permute(0, 2, 3, 1, 4, 5).flatten(2, 3)], dim=2)
        return each_frame(x, self.resample)


def mean_of_neighbours(x: Tensor, width: int, *, time: int, space: int) -> Tensor:
    """Shortcut of a halving stage: space and time moved into channels, then the mean of channel groups."""
    x = F.pad(x, (0, 0, 0, 0, -x.shape[2] % time, 0))
    grid = x.unflatten(4, (-1, space)).unflatten(3, (-1, space)).unflatten(2, (-1, time))
    channels = grid.permute(0, 1, 3, 5, 7, 2, 4, 6).flatten(1, 4)  # (C, time, row, column)
    return channels.unflatten(1, (width, -1)).mean(2)


def repeated_neighbours(x: Tensor, width: int, *, time: int) -> Tensor:
    """Shortcut of a doubling stage: channels repeated and spread over a time x 2 x 2 neighbourhood."""
    x = x.repeat_interleave(width * time * 4 // x.shape[1], dim=1).unflatten(1, (width, time, 2, 2))
    grid = x.permute(0, 1, 5, 2, 6, 3, 7, 4)  # (B, C, T, time, H, row, W, column)
    return grid.flatten(6, 7).flatten(4, 5).flatten(2, 3)[:, :, time - 1 :]


class EncoderStage(nn.Module):
    """Residual blocks, then halving (all stages but the last), beside a parameter-free shortcut."""

    def __init__(self, width_in: int, width_out: int, *, blocks: int, in_time: bool, halve: bool) -> None:
        super().__init__()
        self.width, self.time, self.space = width_out, 1 + in_time, 1 + halve
        parts: list[nn.Module] = [Residual(width_in if i == 0 else width_out, width_out) for i in range(blocks)]
        if halve:
            parts.append(Halve(width_out, in_time=in_time))
        self.downsamples = nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        return self.downsamples(x) + mean_of_neighbours(x, self.width, time=self.time, space=self.space)


class DecoderStage(nn.Module):
    """Residual blocks, then doubling with a parameter-free shortcut (all stages but the last)."""

    def __init__(self, width_in: int, width_out: int, *, blocks: int, in_time: bool, double: bool) -> None:
        super().__init__()
        self.width, self.time, self.doubles = width_out, 1 + in_time, double
        parts: list[nn.Module] = [Residual(width_in if i == 0 else width_out, width_out) for i in range(blocks)]
        if double:
            parts.append(Double(width_out, in_time=in_time))
        self.upsamples = nn.Sequential(*parts)

    def forward(self, x: Tensor) -> Tensor:
        made = self.upsamples(x)
        return made + repeated_neighbours(x, self.width, time=self.time) if self.doubles else made


def middle(width: int) -> nn.Sequential:
    return nn.Sequential(Residual(width, width), FrameAttention(width), Residual(width, width))


def head(width_in: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(ChannelNorm(width_in), nn.SiLU(), CausalConv(width_in, width_out, (3, 3, 3)))


class WanEncoder(nn.Module):
    """Folded pixels (B, 12, 1 + 4k, H, W) -> mean and log variance (B, 2 z, 1 + k, H / 8, W / 8)."""

    def __init__(self, config: WanConfig) -> None:
        super().__init__()
        widths = [config.dim * factor for factor in (1, *config.dim_mult)]
        last = len(config.dim_mult) - 1
        self.conv1 = CausalConv(FOLDED_CHANNELS, widths[0], (3, 3, 3))
        self.downsamples = nn.Sequential(
            *(
                EncoderStage(
                    widths[i], widths[i + 1], blocks=config.num_res_blocks, halve=i < last,
                    in_time=i < last and config.temporal_downsample[i],
                )
                for i in range(last + 1)
            )
        )  # fmt: skip
        self.middle = middle(widths[-1])
        self.head = head(widths[-1], 2 * config.z_dim)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.middle(self.downsamples(self.conv1(x))))


class WanDecoder(nn.Module):
    """Latents (B, z, 1 + k, H, W) -> folded pixels (B, 12, 1 + 4k, 8 H, 8 W)."""

    def __init__(self, config: WanConfig) -> None:
        super().__init__()
        widths = [config.dec_dim * factor for factor in (config.dim_mult[-1], *reversed(config.dim_mult))]
        in_time, last = config.temporal_downsample[::-1], len(config.dim_mult) - 1
        self.conv1 = CausalConv(config.z_dim, widths[0], (3, 3, 3))
        self.middle = middle(widths[0])
        self.upsamples = nn.Sequential(
            *(
                DecoderStage(
                    widths[i], widths[i + 1], blocks=config.num_res_blocks + 1, double=i < last,
                    in_time=i < last and in_time[i],
                )
                for i in range(last + 1)
            )
        )  # fmt: skip
        self.head = head(widths[-1], FOLDED_CHANNELS)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.upsamples(self.middle(self.conv1(x))))


class WanVAE(nn.Module):
    """Both directions between pixels in [-1, 1] and normalised latents."""

    def __init__(self, config: WanConfig | None = None) -> None:
        super().__init__()
        config = config or WanConfig()
        self.encoder = WanEncoder(config)
        self.conv1 = CausalConv(2 * config.z_dim, 2 * config.z_dim, (1, 1, 1))
        self.conv2 = CausalConv(config.z_dim, config.z_dim, (1, 1, 1))
        self.decoder = WanDecoder(config)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels (B, 3, T, H, W) -> the mean latent (B, z, T', H / 16, W / 16); frames beyond 1 + 4k are dropped."""
        frames = (pixels.shape[2] - 1) // FRAMES_PER_LATENT * FRAMES_PER_LATENT + 1
        moments = self.conv1(self.encoder(fold_pixels(pixels[:, :, :frames])))
        return normalised(moments.chunk(2, dim=1)[0])

    def decode(self, latent: Tensor) -> Tensor:
        """Latent (B, z, T, H, W) -> pixels (B, 3, 4T - 3, 16 H, 16 W), not clamped."""
        return unfold_pixels(self.decoder(self.conv2(plain(latent))))
