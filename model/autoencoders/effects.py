"""The product's own effect (jet, mist, steam, beam, particles) as 16 numbers a slot, in metres underneath."""

from dataclasses import dataclass

import torch
from torch import Tensor

EFFECT_KINDS = ("none", "jet", "mist", "steam", "beam", "particles")
KNEE_METRES = 0.05
LENGTH_SCALE = 1.5
MAX_METRES = 20.0


@dataclass(frozen=True, kw_only=True)
class EffectAsk:
    """The effect a caller asks for, in metres; `starts` lets it begin during the clip instead of running already."""

    kind: str
    height_m: float
    spread_m: float
    density: float = 0.7
    sway: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in EFFECT_KINDS:
            raise ValueError(f"effect kind {self.kind!r} is not one of {', '.join(EFFECT_KINDS)}")
        for name in ("height_m", "spread_m"):
            if not 0 <= getattr(self, name) <= MAX_METRES:
                raise ValueError(f"effect {name} {getattr(self, name)} is outside 0..{MAX_METRES} metres")
        if not 0 <= self.density <= 1 or not -1 <= self.sway <= 1:
            raise ValueError(f"effect density {self.density} must lie in 0..1 and sway {self.sway} in -1..1")


NO_EFFECT = EffectAsk(kind="none", height_m=0.0, spread_m=0.0, density=0.0)


def length_to_latent(metres: Tensor) -> Tensor:
    """Lengths on a scale with about constant relative precision above five centimetres, exact at zero."""
    return torch.log1p(metres / KNEE_METRES) / LENGTH_SCALE - 1


def latent_to_length(latent: Tensor) -> Tensor:
    return torch.expm1((latent + 1).clamp(min=0) * LENGTH_SCALE) * KNEE_METRES


def encode_effect(kind: int, track: Tensor) -> Tensor:
    """Track (..., 4 frames, 4: height, spread, density, sway) -> latents (..., 16)."""
    lead = track.shape[:-2]
    one_hot = torch.full((*lead, len(EFFECT_KINDS)), -1.0)
    one_hot[..., kind] = 1.0
    height, spread, density, sway = track.unbind(-1)
    slow = [length_to_latent(spread.mean(-1, keepdim=True)), density.mean(-1, keepdim=True) * 2 - 1]
    return torch.cat([one_hot, length_to_latent(height), *slow, sway], dim=-1)


def decode_effect(latent: Tensor) -> Tensor:
    """Latents (..., 16) -> track (..., 4 frames, 4), lengths in metres, density and sway clamped to their ranges."""
    _, height, spread, density, sway = latent.split([len(EFFECT_KINDS), 4, 1, 1, 4], dim=-1)
    parts = [
        latent_to_length(height),
        latent_to_length(spread).expand_as(height),
        ((density + 1) / 2).clamp(0, 1).expand_as(height),
        sway.clamp(-1, 1),
    ]
    return torch.stack(parts, dim=-1)


def encode_ask(ask: EffectAsk) -> Tensor:
    """The clean token of slot zero, (16,)."""
    row = torch.tensor([ask.height_m, ask.spread_m, ask.density, ask.sway])
    return encode_effect(EFFECT_KINDS.index(ask.kind), row.expand(4, 4))
