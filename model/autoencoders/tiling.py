"""Decoding a large picture in overlapping tiles that fade into each other, for devices that cannot hold it whole."""

from collections.abc import Callable

import torch
from torch import Tensor

PIXELS_PER_LATENT = 16


def decode_in_tiles(decode: Callable[[Tensor], Tensor], latent: Tensor, *, tile: int, overlap: int) -> Tensor:
    """Latent (B, C, T, H, W) -> pixels (B, 3, T', 16 H, 16 W), decoded in squares of `tile` latent cells.

    Neighbours share `overlap` cells, over which one fades into the other. A picture no larger than a tile is decoded
    whole. Raises ValueError when tiles would not advance.
    """
    if not 0 <= overlap < tile:
        raise ValueError(f"tiles of {tile} cells cannot overlap by {overlap}: the overlap must be smaller")
    height, width = latent.shape[-2:]
    sums, weights = None, None
    for top in starts(height, tile, overlap):
        for left in starts(width, tile, overlap):
            part = decode(latent[..., top : top + tile, left : left + tile])
            weight = fade(part.shape[-2:], overlap).to(part)
            if sums is None or weights is None:
                size = (height * PIXELS_PER_LATENT, width * PIXELS_PER_LATENT)
                sums, weights = part.new_zeros(*part.shape[:-2], *size), part.new_zeros(size)
            rows, columns = (slice(at * PIXELS_PER_LATENT, at * PIXELS_PER_LATENT + length)
                             for at, length in zip((top, left), part.shape[-2:], strict=True))  # fmt: skip
            sums[..., rows, columns] += part * weight
            weights[rows, columns] += weight
    assert sums is not None
    assert weights is not None
    return sums / weights


def starts(length: int, tile: int, overlap: int) -> list[int]:
    """First cells of tiles that cover `length`; the last one ends with the picture."""
    if length <= tile:
        return [0]
    return [*range(0, length - tile, tile - overlap), length - tile]


def fade(size: torch.Size, overlap: int) -> Tensor:
    """Weight of each pixel of a tile: rising over the overlap at each side, never zero."""
    ramps = []
    for length in size:
        distance = torch.minimum(torch.arange(1, length + 1), torch.arange(length, 0, -1)).float()
        ramps.append((distance / (overlap * PIXELS_PER_LATENT + 1)).clamp(max=1))
    return ramps[0][:, None] * ramps[1][None, :]
