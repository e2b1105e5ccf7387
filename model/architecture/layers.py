"""Layers of the unified Transformer: norms, per-modality linears, gated attention, clipped MLPs.

Shape legend: B batch, L tokens, D hidden, H query heads, G key/value heads, K head dimension, E experts (1 or 3).
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.architecture.activations import gelu7, swiglu7
from model.architecture.positions import apply_rotary
from model.config import ModelConfig
from model.tokens.sequence import Segments, Window

NORM_EPS = 1e-6
QUERY_BLOCK = 256


class RMSNorm(nn.Module):
    """Root-mean-square norm in float32; weights are stored as their offset from one, one chunk per expert."""

    def __init__(self, width: int, experts: int = 1) -> None:
        super().__init__()
        self.width = width
        self.experts = experts
        self.weight = nn.Parameter(torch.zeros(width * experts))

    def forward(self, x: Tensor, segments: Segments) -> Tensor:
        """x (B, L, ..., width) -> same shape, float32."""
        x = x.float()
        x = x * torch.rsqrt(x.square().mean(-1, keepdim=True) + NORM_EPS)
        if self.experts == 1:
            return x * (self.weight + 1)
        chunks = self.weight.chunk(self.experts)
        return torch.cat([part * (w + 1) for part, w in zip(x.split(segments.sizes, dim=1), chunks, strict=True)], 1)


class ExpertLinear(nn.Module):
    """Bias-free linear whose experts (video, audio, text) are stacked along the output dimension."""

    def __init__(self, width_in: int, width_out: int, experts: int = 1) -> None:
        super().__init__()
        self.experts = experts
        self.weight = nn.Parameter(torch.empty(width_out * experts, width_in))

    def forward(self, x: Tensor, segments: Segments) -> Tensor:
        """x (B, L, in) -> (B, L, out), computed and rounded in the dtype of x."""
        weight = self.weight.to(x.dtype)
        if self.experts == 1:
            return F.linear(x, weight)
        parts = zip(x.split(segments.sizes, dim=1), weight.chunk(self.experts), strict=True)
        return torch.cat([F.linear(part, chunk) for part, chunk in parts], dim=1)


Attend = Callable[[Tensor, Tensor, Tensor, tuple[Window, ...]], Tensor]
"""The signature of `attention`; the parallel form in `model.inference.parallel` wraps an exchange around it."""


def attention(q: Tensor, k: Tensor, v: Tensor, windows: tuple[Window, ...] = ()) -> Tensor:
    """Grouped-query attention, scale 1/sqrt(K): q (B, L, H, K), k and v (B, L, G, K) -> (B, L, H, K).

    Without windows every query sees every key; with them, each window's queries see its keys.
    """
    if not windows:
        return full_attention(q, k, v)
    parts = [
        full_attention(
            q[:, w.queries], *(torch.cat([x[:, keys] for keys in w.keys], 1) if len(w.keys) > 1 else x for x in (k, v))
        )
        for w in windows
    ]
    return torch.cat(parts, dim=1)


def full_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Every query sees every key. On a CPU, blocks of plain products beat the fused kernel about 1.8 times."""
    if q.device.type != "cpu":
        q, k, v = (x.transpose(1, 2) for x in (q, k, v))
        return F.scaled_dot_product_attention(q, k, v, enable_gqa=True).transpose(1, 2)
    groups, keys, values = k.shape[2], k.permute(0, 2, 3, 1), v.transpose(1, 2)
    parts = []
    for block in (q * q.shape[-1] ** -0.5).split(QUERY_BLOCK, dim=1):
        rows = block.unflatten(2, (groups, -1)).permute(0, 2, 3, 1, 4)  # (B, G, H / G, queries, K)
        mixed = (rows.flatten(2, 3) @ keys).softmax(-1) @ values
        parts.append(mixed.unflatten(2, rows.shape[2:4]).permute(0, 3, 1, 2, 4).flatten(2, 3))
    return torch.cat(parts, dim=1)


class Attention(nn.Module):
    """Attention over the whole sequence with q/k norms, rotary positions and one sigmoid gate per head and token."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        width, experts = config.hidden_size, config.experts(layer)
        key_width = config.num_query_groups * config.head_dim
        gates = config.query_heads if config.enable_attn_gating else 0
        self.head_dim = config.head_dim
        self.splits = [width, key_width, key_width, gates]
        self.compute_dtype = getattr(torch, config.compute_dtype)
        self.pre_norm = RMSNorm(width, experts)
        self.linear_qkv = ExpertLinear(width, sum(self.splits), experts)
        self.q_norm = RMSNorm(config.head_dim, experts)
        self.k_norm = RMSNorm(config.head_dim, experts)
        self.linear_proj = ExpertLinear(width, width, experts)

    def forward(
        self, x: Tensor, rope: Tensor, segments: Segments, windows: tuple[Window, ...], attend: Attend
    ) -> Tensor:
        """Residual stream x (B, L, D) and rotary embedding (B, L, E) -> update (B, L, D), before the addition."""
        normed = self.pre_norm(x, segments).to(self.compute_dtype)
        q, k, v, gate = self.linear_qkv(normed, segments).split(self.splits, dim=-1)
        q, k, v = (part.unflatten(-1, (-1, self.head_dim)) for part in (q, k, v))
        q = apply_rotary(self.q_norm(q, segments), rope).to(self.compute_dtype)
        k = apply_rotary(self.k_norm(k, segments), rope).to(self.compute_dtype)
        mixed = attend(q, k, v, windows)
        if gate.shape[-1]:
            mixed = (mixed * torch.sigmoid(gate.float())[..., None]).to(self.compute_dtype)
        return self.linear_proj(mixed.flatten(-2), segments)


class MLP(nn.Module):
    """Pre-norm MLP: clipped GELU in the named layers, clipped SwiGLU elsewhere; activation in float32."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        width, experts, inner = config.hidden_size, config.experts(layer), config.mlp_width(layer)
        self.gated = layer not in config.gelu7_layers
        self.compute_dtype = getattr(torch, config.compute_dtype)
        self.pre_norm = RMSNorm(width, experts)
        self.up_gate_proj = ExpertLinear(width, 2 * inner if self.gated else inner, experts)
        self.down_proj = ExpertLinear(inner, width, experts)

    def forward(self, x: Tensor, segments: Segments) -> Tensor:
        normed = self.pre_norm(x, segments).to(self.compute_dtype)
        raised = self.up_gate_proj(normed, segments)
        active = swiglu7(raised) if self.gated else gelu7(raised)
        return self.down_proj(active.to(self.compute_dtype), segments)


class Layer(nn.Module):
    """x + attention, then x + MLP; the stream stays float32."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.attention = Attention(config, layer)
        self.mlp = MLP(config, layer)

    def forward(
        self, x: Tensor, rope: Tensor, segments: Segments, windows: tuple[Window, ...], attend: Attend
    ) -> Tensor:
        x = x + self.attention(x, rope, segments, windows, attend)
        updated: Tensor = x + self.mlp(x, segments)
        return updated
