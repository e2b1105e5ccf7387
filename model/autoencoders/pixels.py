"""Moving pixels into channels and back, as both video autoencoders do around their convolutions."""

from torch import Tensor


def fold_pixels(x: Tensor, side: int = 2) -> Tensor:
    """Video (B, C, T, H*s, W*s) -> (B, C*s*s, T, H, W); channels ordered (colour, column, row)."""
    grid = x.unflatten(-1, (-1, side)).unflatten(-3, (-1, side))  # (B, C, T, H, row, W, column)
    return grid.permute(0, 1, 6, 4, 2, 3, 5).flatten(1, 3)


def unfold_pixels(x: Tensor, side: int = 2) -> Tensor:
    """The inverse of `fold_pixels`."""
    grid = x.unflatten(1, (-1, side, side))  # (B, C, column, row, T, H, W)
    return grid.permute(0, 1, 4, 5, 3, 6, 2).flatten(-2).flatten(-3, -2)
