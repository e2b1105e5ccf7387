"""`UnifiedTransformer`: one stream of video, audio and text tokens, at every size from the test model to the 15B.

The network gets no timestep: it reads the noise level from the tokens. Known tokens are written in place, unflagged.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.architecture.layers import Attend, Layer, RMSNorm, attention
from model.architecture.positions import RotaryEmbedding
from model.config import ModelConfig
from model.tokens.sequence import Segments, Window


class Adapter(nn.Module):
    """Affine embedders, one per modality, and the rotary embedding of the coordinates."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.video_embedder = nn.Linear(config.video_in_channels, config.hidden_size)
        self.audio_embedder = nn.Linear(config.audio_in_channels, config.hidden_size)
        self.text_embedder = nn.Linear(config.text_in_channels, config.hidden_size)
        self.rope = RotaryEmbedding(config.rotary_bands)

    def forward(self, tokens: Tensor, segments: Segments) -> Tensor:
        """Packed tokens (B, L, width) -> hidden (B, L, D), float32."""
        embedders = (self.video_embedder, self.audio_embedder, self.text_embedder)
        parts = zip(tokens.float().split(segments.sizes, dim=1), embedders, strict=True)
        return torch.cat([embed(part[..., : embed.in_features]) for part, embed in parts], dim=1)


class Block(nn.Module):
    """The stack of layers, under the name the published keys use."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(config, index) for index in range(config.num_layers))


class UnifiedTransformer(nn.Module):
    """Denoiser over packed sequences; the parameter names are those of the published 15B checkpoint."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.adapter = Adapter(config)
        self.block = Block(config)
        self.final_norm_video = RMSNorm(config.hidden_size)
        self.final_norm_audio = RMSNorm(config.hidden_size)
        self.final_linear_video = nn.Linear(config.hidden_size, config.video_in_channels, bias=False)
        self.final_linear_audio = nn.Linear(config.hidden_size, config.audio_in_channels, bias=False)

    def forward(
        self,
        tokens: Tensor,
        coordinates: Tensor,
        segments: Segments,
        *,
        windows: tuple[Window, ...] = (),
        attend: Attend = attention,
    ) -> Tensor:
        """Tokens (B, L, width), coordinates (B, L, 9) -> (B, L, output width), float32; text rows are zero.

        `windows` restrict the layers in `config.local_attn_layers`, which need them. `attend` computes attention.
        """
        if tokens.shape[1:] != (segments.total, self.config.token_width):
            expected = (segments.total, self.config.token_width)
            raise ValueError(f"tokens are {tuple(tokens.shape[1:])}, the segments ask for {expected}")
        if self.config.local_attn_layers and not windows:
            raise ValueError("this configuration has local attention layers: pass windows")
        x = self.adapter(tokens, segments)
        rope = self.adapter.rope(coordinates)
        for index, layer in enumerate(self.block.layers):
            x = layer(x, rope, segments, windows if index in self.config.local_attn_layers else (), attend)
        return self._heads(x, segments)

    def _heads(self, x: Tensor, segments: Segments) -> Tensor:
        video, audio, text = x.split(segments.sizes, dim=1)
        video = self.final_linear_video(self.final_norm_video(video, segments))
        audio = self.final_linear_audio(self.final_norm_audio(audio, segments))
        width = self.config.output_width
        silent = text.new_zeros(*text.shape[:2], width)
        return torch.cat([*(F.pad(part, (0, width - part.shape[-1])) for part in (video, audio)), silent], dim=1)


def initialise(network: UnifiedTransformer, seed: int) -> None:
    """Draw fresh weights: scaled normals, small residual outputs, and zero heads, so that the first output is zero."""
    generator = torch.Generator().manual_seed(seed)
    depth = (2 * network.config.num_layers) ** -0.5
    for name, weight in network.named_parameters():
        if weight.ndim < 2 or name.startswith("final_linear"):
            nn.init.zeros_(weight)
        else:
            residual = name.endswith(("linear_proj.weight", "down_proj.weight"))
            nn.init.normal_(weight, 0.0, weight.shape[1] ** -0.5 * (depth if residual else 1.0), generator=generator)


def stored_dtype(name: str, config: ModelConfig) -> torch.dtype:
    """The dtype policy: the four matrices of a layer in the compute dtype, everything else in float32."""
    matrix = name.startswith("block.") and name.endswith(("_qkv.weight", "_proj.weight"))
    return getattr(torch, config.compute_dtype) if matrix else torch.float32
