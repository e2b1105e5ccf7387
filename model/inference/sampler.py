"""Denoising of a packed sequence in a few Euler steps; known tokens are written back before every step."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from model.architecture.transformer import UnifiedTransformer
from model.flow import add_noise, euler_step, shifted_sigmas, velocity_from
from model.tokens.sequence import Segments

SHIFT = 3.0


@dataclass(frozen=True)
class Canvas:
    """A sequence to complete: `known` (B, L, W) holds the given numbers, `free` (L, W) marks those to generate."""

    known: Tensor
    free: Tensor
    coordinates: Tensor
    segments: Segments


@torch.no_grad()
def denoise(network: UnifiedTransformer, canvas: Canvas, *, steps: int, generator: torch.Generator) -> Tensor:
    """Complete tokens (B, L, W); the same generator state gives the same tokens."""
    sigmas = shifted_sigmas(steps, SHIFT)
    x = torch.randn(canvas.known.shape, generator=generator)
    x = torch.where(canvas.free, add_noise(torch.zeros_like(x), x, sigmas[0]), canvas.known)
    width = network.config.output_width
    for sigma, after in pairwise(sigmas):
        output = network(x, canvas.coordinates, canvas.segments)
        velocity = velocity_from(output, x[..., :width], sigma, prediction=network.config.prediction)
        moved = euler_step(x[..., :width], velocity, sigma, after)
        moved = torch.cat([moved, x[..., width:]], dim=-1)
        x = torch.where(canvas.free, moved, canvas.known)
    return x
