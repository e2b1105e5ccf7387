"""Video latents <-> tokens of the 15B: 1x2x2 patches, channel-major on input and channel-last on output."""

import torch
from torch import Tensor

from model.tokens.sequence import coordinate_rows

PATCH = 2


def patchify(latent: Tensor) -> Tensor:
    """Latent (B, C, T, H, W) -> token rows (B, T*H/2*W/2, C*4), channels ordered (C, pH, pW)."""
    batch, channels, frames, height, width = latent.shape
    grid = latent.reshape(batch, channels, frames, height // PATCH, PATCH, width // PATCH, PATCH)
    return grid.permute(0, 2, 3, 5, 1, 4, 6).reshape(batch, -1, channels * PATCH * PATCH)


def unpatchify(rows: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Model output rows (B, N, 4*C), channels ordered (pH, pW, C) -> latent (B, C, T, H, W) of `shape` (T, H, W).

    The order differs from the input on purpose: the published weights were trained that way.
    """
    frames, height, width = shape
    grid = rows.reshape(rows.shape[0], frames, height // PATCH, width // PATCH, PATCH, PATCH, -1)
    return grid.permute(0, 6, 1, 2, 4, 3, 5).reshape(rows.shape[0], -1, frames, height, width)


def video_coordinates(frames: int, height: int, width: int) -> Tensor:
    """Raster coordinates of a patch grid, (T*H*W, 9)."""
    axes = torch.meshgrid(torch.arange(frames), torch.arange(height), torch.arange(width), indexing="ij")
    size = (frames, height, width)
    return coordinate_rows(torch.stack(axes, dim=-1).reshape(-1, 3), size, size)
