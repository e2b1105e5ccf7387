"""The Transformer written a second time, plainly, from the published description alone: slow, and nothing shared.

Weights are a dictionary under the published names. `low` is the dtype that block linears and attention round to;
the residual stream, norms, rotary positions, activations, embedders and heads are float32. One sequence a call.
"""

import math

import torch
from torch import Tensor

Weights = dict[str, Tensor]


def rms_norm(x: Tensor, weight: Tensor, modality: Tensor) -> Tensor:
    """x (L, ..., D); weight holds one chunk of D or three (video, audio, text), as offsets from one."""
    x = x.float()
    x = x / torch.sqrt((x**2).mean(dim=-1, keepdim=True) + 1e-6)
    rows = weight.reshape(-1, x.shape[-1])
    chosen = rows[modality] if len(rows) == 3 else rows[torch.zeros_like(modality)]
    return x * (chosen.reshape(len(x), *[1] * (x.ndim - 2), -1) + 1)


def linear(x: Tensor, weight: Tensor, modality: Tensor, experts: int) -> Tensor:
    """Each token is multiplied by the row block of its own modality."""
    if experts == 1:
        return x @ weight.to(x.dtype).T
    blocks = weight.to(x.dtype).reshape(3, -1, x.shape[1])
    result = torch.zeros(len(x), blocks.shape[1], dtype=x.dtype)
    for number in range(3):
        result[modality == number] = x[modality == number] @ blocks[number].T
    return result


def rotary(coordinates: Tensor, head_dim: int) -> tuple[Tensor, Tensor]:
    """Coordinates (L, 9) -> sines and cosines (L, 3 * head_dim / 8), t then h then w."""
    count = head_dim // 8
    bands = torch.tensor([10000 ** (-j / count) for j in range(count)])
    place, size, reference = coordinates[:, 0:3], coordinates[:, 3:6], coordinates[:, 6:9]
    centre = (size - 1) / 2
    centre[:, 0] = 0
    scale = torch.ones_like(size)
    scale[size > 1] = ((reference - 1) / (size - 1))[size > 1]
    angles = ((place - centre) * scale).unsqueeze(2) * bands
    angles = angles.reshape(len(coordinates), -1)
    return torch.sin(angles), torch.cos(angles)


def rotate(x: Tensor, sin: Tensor, cos: Tensor) -> Tensor:
    """x (L, heads, head_dim): the first 2n channels turn in pairs (i, i + n), the rest stay."""
    n = sin.shape[1]
    sin, cos, result = sin.unsqueeze(1), cos.unsqueeze(1), x.clone()
    result[:, :, :n] = x[:, :, :n] * cos - x[:, :, n : 2 * n] * sin
    result[:, :, n : 2 * n] = x[:, :, n : 2 * n] * cos + x[:, :, :n] * sin
    return result


def attention(q: Tensor, k: Tensor, v: Tensor, allowed: Tensor | None) -> Tensor:
    """q (L, H, K), k and v (L, G, K): query head h uses key head h // (H / G); softmax in float32."""
    repeats = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(repeats, dim=1), v.repeat_interleave(repeats, dim=1)
    scores = torch.einsum("qhd,khd->hqk", q.float(), k.float()) / math.sqrt(q.shape[2])
    if allowed is not None:
        scores = scores.masked_fill(~allowed, -math.inf)
    return torch.einsum("hqk,khd->qhd", torch.softmax(scores, dim=-1), v.float()).to(q.dtype)


def gelu7(x: Tensor) -> Tensor:
    x = torch.clamp(x.float(), max=7)
    return x * torch.sigmoid(1.702 * x)


def swiglu7(x: Tensor) -> Tensor:
    x = x.float()
    gate, value = torch.clamp(x[:, 0::2], max=7), torch.clamp(x[:, 1::2], min=-7, max=7)
    return gate * torch.sigmoid(1.702 * gate) * (value + 1)


def layer(
    x: Tensor,
    weights: Weights,
    *,
    coordinates: Tensor,
    modality: Tensor,
    head_dim: int,
    low: torch.dtype,
    allowed: Tensor | None = None,
) -> Tensor:
    """One layer on the residual stream x (L, D); its kind is read from the shapes of its weights."""
    width = x.shape[1]
    heads, experts = width // head_dim, len(weights["attention.pre_norm.weight"]) // width
    normed = rms_norm(x, weights["attention.pre_norm.weight"], modality).to(low)
    mixed = linear(normed, weights["attention.linear_qkv.weight"], modality, experts).float()
    groups = (mixed.shape[1] - width - heads) // (2 * head_dim)
    q, k, v, gate = mixed.split([width, groups * head_dim, groups * head_dim, heads], dim=1)
    sin, cos = rotary(coordinates, head_dim)
    q = rotate(rms_norm(q.reshape(-1, heads, head_dim), weights["attention.q_norm.weight"], modality), sin, cos)
    k = rotate(rms_norm(k.reshape(-1, groups, head_dim), weights["attention.k_norm.weight"], modality), sin, cos)
    v = v.reshape(-1, groups, head_dim)
    seen = attention(q.to(low), k.to(low), v.to(low), allowed)
    seen = (seen.float() * torch.sigmoid(gate).unsqueeze(2)).reshape(len(x), -1).to(low)
    x = x + linear(seen, weights["attention.linear_proj.weight"], modality, experts).float()

    normed = rms_norm(x, weights["mlp.pre_norm.weight"], modality).to(low)
    raised = linear(normed, weights["mlp.up_gate_proj.weight"], modality, experts)
    plain = weights["mlp.up_gate_proj.weight"].shape[0] == weights["mlp.down_proj.weight"].shape[1] * experts
    active = gelu7(raised) if plain else swiglu7(raised)
    return x + linear(active.to(low), weights["mlp.down_proj.weight"], modality, experts).float()


def forward(
    tokens: Tensor, weights: Weights, *, coordinates: Tensor, modality: Tensor, head_dim: int, low: torch.dtype
) -> Tensor:
    """Packed tokens (L, width) -> output rows (L, widest head); text rows are zero."""
    names = ("video", "audio", "text")
    stream = torch.zeros(len(tokens), len(weights["adapter.video_embedder.bias"]))
    for number, name in enumerate(names):
        weight, bias = weights[f"adapter.{name}_embedder.weight"], weights[f"adapter.{name}_embedder.bias"]
        stream[modality == number] = tokens[modality == number][:, : weight.shape[1]].float() @ weight.T + bias
    depth = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("block.layers."))
    for index in range(depth):
        prefix = f"block.layers.{index}."
        own = {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}
        stream = layer(stream, own, coordinates=coordinates, modality=modality, head_dim=head_dim, low=low)
    heads = [weights[f"final_linear_{name}.weight"] for name in names[:2]]
    result = torch.zeros(len(tokens), max(len(head) for head in heads))
    for number, head in enumerate(heads):
        chosen = modality == number
        normed = rms_norm(stream[chosen], weights[f"final_norm_{names[number]}.weight"], modality[chosen] * 0)
        result[chosen, : len(head)] = normed @ head.T
    return result
