"""Three-axis rotary positions: coordinate rows in, sines and cosines out, and their use on queries and keys."""

import torch
from torch import Tensor, nn

ROTARY_THETA = 10_000.0


def rotary_bands(count: int) -> Tensor:
    """Inverse frequencies 10000^(-j / count), float32 (count,)."""
    return ROTARY_THETA ** (-torch.arange(count, dtype=torch.float32) / count)


def scaled_positions(coordinates: Tensor) -> Tensor:
    """Rows (t, h, w, T, H, W, rT, rH, rW) -> positions (..., 3), float32.

    Height and width are centred on the grid, time is not. Each axis is stretched by (r - 1) / (S - 1),
    so a row of size S covers the same range as a reference of size r; an axis of size one keeps its scale
    (`coordinate_rows` refuses to make one with another reference).
    """
    place, size, reference = coordinates.float().split(3, dim=-1)
    scale = torch.where(size == 1, 1.0, (reference - 1) / (size - 1).clamp(min=1))
    centre = (size - 1) / 2
    centre = torch.cat([torch.zeros_like(centre[..., :1]), centre[..., 1:]], dim=-1)
    return (place - centre) * scale


class RotaryEmbedding(nn.Module):
    """Coordinate rows (..., 9) -> [sin t, sin h, sin w, cos t, cos h, cos w], float32 (..., 6 * bands)."""

    bands: Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("bands", rotary_bands(count))

    def forward(self, coordinates: Tensor) -> Tensor:
        angles = (scaled_positions(coordinates)[..., None] * self.bands.float()).flatten(-2)  # (..., 3 * bands)
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


def apply_rotary(x: Tensor, embedding: Tensor) -> Tensor:
    """Rotate the first 6 * bands of each head, half-split form; x (..., L, heads, D), embedding (..., L, E)."""
    half = embedding.shape[-1] // 2
    sin, cos = embedding[..., None, :].split(half, dim=-1)  # (..., L, 1, half)
    first, second, rest = x[..., :half], x[..., half : 2 * half], x[..., 2 * half :]
    return torch.cat([first * cos - second * sin, second * cos + first * sin, rest], dim=-1)
