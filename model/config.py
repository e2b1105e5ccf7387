"""Sizes of the unified Transformer. A size is a function that returns a frozen `ModelConfig`."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

CoordinateStyle = Literal["v1", "v2"]
Prediction = Literal["velocity", "sample"]


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Everything the network needs to be built; nothing about training or media."""

    num_layers: int
    hidden_size: int
    head_dim: int
    num_query_groups: int
    """Number of key/value heads; each serves hidden_size / head_dim / num_query_groups query heads."""
    video_in_channels: int
    audio_in_channels: int
    text_in_channels: int
    mm_layers: tuple[int, ...]
    """Layers with separate weights for video, audio and text: the slices of bread of the sandwich."""
    gelu7_layers: tuple[int, ...] = ()
    """Layers whose MLP is a plain clipped GELU of width 4D; all others use the clipped SwiGLU."""
    local_attn_layers: tuple[int, ...] = ()
    """Layers where a video query sees only the latent frames within `frame_receptive_field`."""
    enable_attn_gating: bool = True
    coords_style: CoordinateStyle = "v2"
    frame_receptive_field: int = 11
    prediction: Prediction = "velocity"
    """What the head returns: eps - x0, or x0 itself (then the sampler derives the velocity)."""
    compute_dtype: Literal["float32", "bfloat16"] = "bfloat16"
    """Precision of block linears and attention; residual stream, norms, adapters and heads stay float32."""

    def __post_init__(self) -> None:
        if self.hidden_size % self.head_dim or self.query_heads % self.num_query_groups:
            raise ValueError(
                f"hidden_size {self.hidden_size} must be a multiple of head_dim {self.head_dim}, "
                f"and query heads a multiple of num_query_groups {self.num_query_groups}"
            )
        if self.head_dim % 8:
            raise ValueError(f"head_dim {self.head_dim} must be a multiple of 8: three axes share its rotary bands")

    @property
    def query_heads(self) -> int:
        return self.hidden_size // self.head_dim

    @property
    def token_width(self) -> int:
        """Channels of one packed token row; narrower modalities are zero padded on the right."""
        return max(self.video_in_channels, self.audio_in_channels, self.text_in_channels)

    @property
    def output_width(self) -> int:
        return max(self.video_in_channels, self.audio_in_channels)

    @property
    def rotary_bands(self) -> int:
        return self.head_dim // 8

    def experts(self, layer: int) -> int:
        return 3 if layer in self.mm_layers else 1

    def mlp_width(self, layer: int) -> int:
        """Inner width: 4D for GELU layers, 8D/3 rounded down to a multiple of four for SwiGLU layers."""
        return 4 * self.hidden_size if layer in self.gelu7_layers else self.hidden_size * 8 // 3 // 4 * 4

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The inverse of `to_json`; an unknown field raises TypeError naming it."""
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in values.items()}
        return cls(**fields)

    @classmethod
    def base15b(cls) -> Self:
        """The published 15B of daVinci-MagiHuman: base and distilled weights."""
        return cls(
            num_layers=40,
            hidden_size=5120,
            head_dim=128,
            num_query_groups=8,
            video_in_channels=192,
            audio_in_channels=64,
            text_in_channels=3584,
            mm_layers=(0, 1, 2, 3, 36, 37, 38, 39),
            gelu7_layers=(0, 1, 2, 3),
        )

    @classmethod
    def upscaler15b(cls, *, local: bool = False) -> Self:
        """The published super-resolution weights; at 1080p every layer but 3, 7, ... 31 is `local`."""
        everywhere = set(range(3, 32, 4))
        layers = tuple(layer for layer in range(40) if layer not in everywhere) if local else ()
        return replace(cls.base15b(), coords_style="v1", local_attn_layers=layers)

    @classmethod
    def compact(cls) -> Self:
        """Our checkpoint: image-to-video on two CPU cores, about 7 M parameters of which a token meets 4 M."""
        return cls(
            num_layers=6,
            hidden_size=256,
            head_dim=64,
            num_query_groups=2,
            video_in_channels=158,
            audio_in_channels=48,
            text_in_channels=384,
            mm_layers=(0, 5),
            gelu7_layers=(0,),
            prediction="sample",
        )

    @classmethod
    def debug(cls) -> Self:
        """The same shape at a size whose whole life fits into a test."""
        return cls(
            num_layers=3,
            hidden_size=64,
            head_dim=32,
            num_query_groups=1,
            video_in_channels=158,
            audio_in_channels=48,
            text_in_channels=384,
            mm_layers=(0, 2),
            gelu7_layers=(0,),
            prediction="sample",
            compute_dtype="float32",
        )
