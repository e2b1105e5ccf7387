"""Layers at the width of the 15B, and whole small networks, equal a second implementation of the description."""

from dataclasses import replace
from typing import Literal

import pytest
import torch
from torch import Tensor, nn

from model.architecture.layers import Layer, attention
from model.architecture.positions import RotaryEmbedding
from model.architecture.transformer import UnifiedTransformer, stored_dtype
from model.config import CoordinateStyle, ModelConfig
from model.tokens.audio import audio_coordinates
from model.tokens.sequence import Segments, local_windows
from model.tokens.text import text_coordinates
from model.tokens.video import video_coordinates
from tests.model import oracle

Precision = Literal["float32", "bfloat16"]
SEGMENTS, FRAMES = Segments(12, 5, 4), 3
KINDS = {"gelu of each modality": 0, "shared": 4, "gated of each modality": 39}
ALLOWED = {"float32": 1e-5, "bfloat16": 1e-2}
PERIOD = 999_983  # a prime, so that repeated numbers meet every row at another place


def coordinates(style: CoordinateStyle) -> Tensor:
    audio = audio_coordinates(SEGMENTS.audio, style=style, latent_frames=FRAMES)
    return torch.cat([video_coordinates(FRAMES, 2, 2), audio, text_coordinates(SEGMENTS.text, style=style)])


def fill(module: nn.Module, seed: int) -> None:
    """Fresh weights at memory speed: one drawn stretch of numbers, repeated, and large enough to reach the clips."""
    drawn = torch.randn(PERIOD, generator=torch.Generator().manual_seed(seed))
    for name, weight in module.named_parameters():
        scale = 0.1 if weight.ndim == 1 else weight.shape[1] ** -0.5 * (3 if "up_gate" in name else 1)
        rows, rest = divmod(weight.numel(), PERIOD)
        flat, part = weight.data.view(-1), (drawn * scale).to(weight.dtype)
        flat[: rows * PERIOD].view(rows, PERIOD)[:] = part
        flat[rows * PERIOD :] = part[:rest]


def real_width_layer(kind: str, precision: Precision) -> Layer:
    config = replace(ModelConfig.base15b(), compute_dtype=precision)
    with torch.device("meta"):
        layer = Layer(config, KINDS[kind])
    for name, weight in layer.named_parameters():
        weight.data = weight.data.to(stored_dtype(f"block.{name}", config))
    layer.to_empty(device="cpu")
    fill(layer, seed=KINDS[kind])
    return layer


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_a_layer_at_real_width_equals_the_oracle(kind: str, precision: Precision) -> None:
    layer, x = real_width_layer(kind, precision), torch.randn(21, 5120, generator=torch.Generator().manual_seed(9))
    rows = coordinates("v2")

    found = layer(x[None], RotaryEmbedding(16)(rows)[None], SEGMENTS, (), attention)[0]

    expected = oracle.layer(
        x, dict(layer.named_parameters()), coordinates=rows, modality=SEGMENTS.modality(), head_dim=128,
        low=getattr(torch, precision),
    )  # fmt: skip
    assert error(found - x, expected - x) < ALLOWED[precision]


@torch.no_grad()
def test_a_local_layer_at_real_width_equals_the_oracle_under_a_mask() -> None:
    layer, x = real_width_layer("shared", "float32"), torch.randn(21, 5120, generator=torch.Generator().manual_seed(9))
    rows, frame = coordinates("v1"), torch.arange(12) // 4
    allowed = torch.ones(21, 21, dtype=torch.bool)
    allowed[:12, :12] = (frame[:, None] - frame[None, :]).abs() <= 1
    windows = local_windows(SEGMENTS, frames=FRAMES, receptive_field=1)

    found = layer(x[None], RotaryEmbedding(16)(rows)[None], SEGMENTS, windows, attention)[0]

    arguments = {"coordinates": rows, "modality": SEGMENTS.modality(), "head_dim": 128, "low": torch.float32}
    weights = dict(layer.named_parameters())
    assert error(found - x, oracle.layer(x, weights, allowed=allowed, **arguments) - x) < ALLOWED["float32"]
    assert error(found - x, oracle.layer(x, weights, **arguments) - x) > 1e-2


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@torch.no_grad()
def test_a_whole_small_network_equals_the_oracle(precision: Precision) -> None:
    config = replace(ModelConfig.compact(), compute_dtype=precision)
    network = UnifiedTransformer(config)
    fill(network, seed=3)
    rows = coordinates("v2")
    tokens = torch.randn(SEGMENTS.total, config.token_width, generator=torch.Generator().manual_seed(5))

    found = network(tokens[None], rows[None], SEGMENTS)[0]

    expected = oracle.forward(
        tokens, network.state_dict(), coordinates=rows, modality=SEGMENTS.modality(), head_dim=config.head_dim,
        low=getattr(torch, precision),
    )  # fmt: skip
    assert error(found, expected) < {"float32": 1e-5, "bfloat16": 2e-2}[precision]


def error(found: Tensor, expected: Tensor) -> float:
    """Relative error in the Euclidean norm."""
    return float((found - expected).norm() / expected.norm())
