"""What a forward pass costs, counted from sizes alone: operations, bytes of weights, bytes of working memory."""

from collections.abc import Callable
from functools import cache

import torch
from torch.utils.flop_counter import FlopCounterMode

from model.architecture.transformer import UnifiedTransformer, stored_dtype
from model.autoencoders.turbo import TurboConfig, TurboVAED
from model.autoencoders.wan import WanVAE
from model.config import ModelConfig
from model.tokens.sequence import Segments, Window

MEDIA_BYTES = 2
"""Autoencoders run in bfloat16."""


def layer_flops(config: ModelConfig, layer: int, segments: Segments, windows: tuple[Window, ...] = ()) -> int:
    """One layer on one sequence: its four matrices for every token, and attention for every pair that is seen."""
    width, inner = config.hidden_size, config.mlp_width(layer)
    gates = config.query_heads if config.enable_attn_gating else 0
    mixed = width + 2 * config.num_query_groups * config.head_dim + gates
    raised = inner if layer in config.gelu7_layers else 2 * inner
    matrices = 2 * segments.total * width * (mixed + width + raised + inner)
    return matrices + 4 * width * seen_pairs(segments, windows if layer in config.local_attn_layers else ())


def seen_pairs(segments: Segments, windows: tuple[Window, ...]) -> int:
    """How many (query, key) pairs attention looks at."""
    if not windows:
        return segments.total**2
    return sum(length(w.queries) * sum(length(keys) for keys in w.keys) for w in windows)


def length(part: slice) -> int:
    return int(part.stop - part.start)


def forward_flops(config: ModelConfig, segments: Segments, windows: tuple[Window, ...] = ()) -> int:
    """A whole forward pass: embedders, layers, heads."""
    ends = 2 * config.hidden_size * (
        2 * segments.video * config.video_in_channels
        + 2 * segments.audio * config.audio_in_channels
        + segments.text * config.text_in_channels
    )  # fmt: skip
    return ends + sum(layer_flops(config, layer, segments, windows) for layer in range(config.num_layers))


@cache
def weight_bytes(config: ModelConfig) -> int:
    """The network's tensors in the dtypes they are kept in."""
    tensors = without_memory(config).state_dict().items()
    return sum(tensor.numel() * stored_dtype(name, config).itemsize for name, tensor in tensors)


def without_memory(config: ModelConfig) -> UnifiedTransformer:
    """The network on the meta device: names and shapes only."""
    with torch.device("meta"):
        return UnifiedTransformer(config)


def working_bytes(config: ModelConfig, tokens: int) -> int:
    """Largest working set of one layer on `tokens` rows: the float32 stream and the wider of its two halves.

    Attention holds the normed input, q, k, v and gates, their float32 forms, and its output; the MLP holds the normed
    input, the raised rows and the activated ones.
    """
    low = getattr(torch, config.compute_dtype).itemsize
    width, inner = config.hidden_size, max(config.mlp_width(layer) for layer in range(config.num_layers))
    mixed = width + 2 * config.num_query_groups * config.head_dim + config.query_heads
    attention = low * (2 * width + 2 * mixed) + 2 * 4 * mixed
    raised = 2 * inner if len(config.gelu7_layers) < config.num_layers else inner
    mlp = low * (width + raised + inner)
    return tokens * (2 * 4 * width + max(attention, mlp))


@cache
def turbo_flops(latent: tuple[int, int, int]) -> int:
    """Decoding a latent of (T, H, W) with the Turbo decoder, counted by running it without memory."""
    with torch.device("meta"):
        turbo, noise = TurboVAED(), torch.empty(1, 48, *latent)
    return counted(turbo.decode, noise)


def turbo_working_bytes(latent: tuple[int, int, int]) -> int:
    """One window of the Turbo decoder at its widest place: three tensors of the last stage, and the finished pixels."""
    frames, height, width = latent
    config = TurboConfig()
    window = 4 * min(frames, config.first_chunk_size + 2)
    wide = 3 * config.decoder_block_out_channels[1] * window * (8 * height) * (8 * width)
    finished = 3 * (4 * frames - 3) * (16 * height) * (16 * width)
    return MEDIA_BYTES * (wide + finished)


def counted(call: Callable[..., object], *inputs: torch.Tensor) -> int:
    """Floating-point operations of a call, as PyTorch counts them."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        call(*inputs)
    return counter.get_total_flops()


@cache
def wan_encoder_flops(height: int, width: int) -> int:
    """Encoding one picture with the Wan autoencoder, counted by running it without memory."""
    with torch.device("meta"):
        wan, picture = WanVAE(), torch.empty(1, 3, 1, height, width)
    return counted(wan.encode, picture)
