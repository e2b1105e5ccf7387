"""Grids and homographies in normalised frame coordinates: x, y in [-1, 1] across the frame, points at pixel centres."""

import torch
from torch import Tensor

CORNERS = torch.tensor([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]])


def frame_grid(height: int, width: int) -> Tensor:
    """Pixel centres of a grid over the frame, (height, width, 2) as x, y."""
    y = (torch.arange(height) + 0.5) / height * 2 - 1
    x = (torch.arange(width) + 0.5) / width * 2 - 1
    return torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)


def apply_homography(homography: Tensor, points: Tensor) -> Tensor:
    """Map points (..., N, 2) by homographies (..., 3, 3)."""
    lifted = torch.cat([points, torch.ones_like(points[..., :1])], dim=-1) @ homography.transpose(-1, -2)
    return lifted[..., :2] / lifted[..., 2:]


def fit_homography(points: Tensor, images: Tensor, weights: Tensor) -> Tensor:
    """Weighted least-squares homographies (B, 3, 3) taking points (N, 2) to images (B, N, 2); weights (N,).

    Direct linear transform with the last entry fixed to one: exact for four points, and close to the geometric
    optimum for the small camera moves it is used on.
    """
    batch = images.shape[0]
    x, y = points[:, 0].expand(batch, -1), points[:, 1].expand(batch, -1)
    u, v = images[..., 0], images[..., 1]
    one, zero = torch.ones_like(x), torch.zeros_like(x)
    upper = torch.stack([x, y, one, zero, zero, zero, -u * x, -u * y], dim=-1)
    lower = torch.stack([zero, zero, zero, x, y, one, -v * x, -v * y], dim=-1)
    system = torch.cat([upper, lower], dim=1).double()
    weight = torch.cat([weights, weights]).double()[None, :, None]
    target = torch.cat([u, v], dim=1).double()[..., None]
    normal = (system * weight).transpose(1, 2) @ system
    entries = torch.linalg.solve(normal, (system * weight).transpose(1, 2) @ target)[..., 0]
    return torch.cat([entries, torch.ones(batch, 1, dtype=torch.float64)], dim=1).reshape(batch, 3, 3).float()


def homography_from_corners(displacement: Tensor) -> Tensor:
    """Homographies (B, 3, 3) that move the four frame corners by these displacements (B, 4, 2)."""
    return fit_homography(CORNERS, CORNERS + displacement, torch.ones(4))


def interpolate_track(values: Tensor, times: Tensor) -> Tensor:
    """Catmull-Rom interpolation of samples at 0, 1, 2, ... (N, ...) at real-valued times (M,); ends are held."""
    last = len(values) - 1
    index = times.floor().long().clamp(0, max(last - 1, 0))
    part = (times - index).clamp(0, 1).reshape(-1, *[1] * (values.ndim - 1))
    before, start, end, after = (values[(index + offset).clamp(0, last)] for offset in (-1, 0, 1, 2))
    slope_start, slope_end = (end - before) / 2, (after - start) / 2
    square, cube = part**2, part**3
    return (
        (2 * cube - 3 * square + 1) * start
        + (cube - 2 * square + part) * slope_start
        + (3 * square - 2 * cube) * end
        + (cube - square) * slope_end
    )
