"""The tiny Transformer of a golden folder: packing, layers, outputs, and its operations one by one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from model.architecture.activations import gelu7, swiglu7
from model.architecture.layers import RMSNorm
from model.architecture.positions import RotaryEmbedding, apply_rotary, rotary_bands
from model.architecture.transformer import UnifiedTransformer
from model.config import CoordinateStyle, ModelConfig
from model.parity.comparison import Comparison, relative_length
from model.tokens.audio import audio_coordinates
from model.tokens.sequence import Segments, local_windows, pack
from model.tokens.text import text_coordinates
from model.tokens.video import patchify, unpatchify, video_coordinates

FP32_ALLOWED, BF16_ALLOWED, BF16_LENGTH_ALLOWED, OPERATION_ALLOWED = 1e-4, 3e-2, 2e-2, 1e-5
FILE, OPERATIONS_FILE = "dit_inputs", "ops"


@dataclass(frozen=True)
class GoldenInputs:
    """The packed example of a golden folder and what is needed to unpack its result."""

    tokens: Tensor
    segments: Segments
    shape: tuple[int, int, int]
    audio_frames: int

    def coordinates(self, style: CoordinateStyle) -> Tensor:
        frames, height, width = self.shape
        parts = [
            video_coordinates(frames, height // 2, width // 2),
            audio_coordinates(self.audio_frames, style=style, latent_frames=frames),
            text_coordinates(self.segments.text, style=style),
        ]
        return torch.cat(parts)


def golden_config(folder: Path) -> ModelConfig:
    """The tiny configuration of a golden folder."""
    values = json.loads((folder / "dit_config.json").read_text())
    names = set(ModelConfig.__dataclass_fields__)
    return ModelConfig.from_json({name: value for name, value in values.items() if name in names})


def golden_inputs(folder: Path) -> GoldenInputs:
    config, raw = golden_config(folder), load_file(folder / "dit_inputs.safetensors")
    rows = patchify(raw["latent_video"])
    text = raw["text_padded"][:, : int(raw["text_len"][0])]
    audio = raw["latent_audio"]
    tokens = pack(rows, audio, text, width=config.token_width)
    frames, height, width = raw["latent_video"].shape[2:]
    segments = Segments(rows.shape[1], audio.shape[1], text.shape[1])
    return GoldenInputs(tokens, segments, (frames, height, width), audio.shape[1])


def compare_tokens(folder: Path) -> Iterator[Comparison]:
    """Packing, modality ids, coordinates and the local attention mask: exact."""
    raw, inputs, config = load_file(folder / "dit_inputs.safetensors"), golden_inputs(folder), golden_config(folder)
    yield Comparison.of(FILE, "tokens", inputs.tokens[0], raw["tokens"], allowed=0.0)
    yield Comparison.of(FILE, "modality", inputs.segments.modality(), raw["modality"], allowed=0.0)
    styles: tuple[CoordinateStyle, ...] = ("v2", "v1")
    for style in styles:
        yield Comparison.of(FILE, f"coords_{style}", inputs.coordinates(style), raw[f"coords_{style}"], allowed=0.0)
    yield Comparison.of(FILE, "local attention", *local_masks(raw, inputs, config), allowed=0.0)


def local_masks(raw: dict[str, Tensor], inputs: GoldenInputs, config: ModelConfig) -> tuple[Tensor, Tensor]:
    """Who sees whom in a local layer, by our windows and by the folder's ranges."""
    ours, theirs = torch.zeros(2, inputs.segments.total, inputs.segments.total)
    for window in local_windows(inputs.segments, frames=inputs.shape[0], receptive_field=config.frame_receptive_field):
        for keys in window.keys:
            ours[window.queries, keys] = 1
    for (q0, q1), (k0, k1) in zip(raw["local_q_ranges"].tolist(), raw["local_k_ranges"].tolist(), strict=True):
        theirs[q0:q1, k0:k1] = 1
    return ours, theirs


def golden_network(folder: Path, precision: str, variant: str) -> UnifiedTransformer:
    """The folder's weights in one of its variants: v2, v1, or v1_local with local attention in the named layers."""
    facts = json.loads((folder / "dit_config.json").read_text())
    dtype: Literal["float32", "bfloat16"] = "float32" if precision == "fp32" else "bfloat16"
    style: CoordinateStyle = "v2" if variant == "v2" else "v1"
    local = tuple(facts["local_variant_layers"]) if variant == "v1_local" else ()
    config = replace(golden_config(folder), compute_dtype=dtype, coords_style=style, local_attn_layers=local)
    network = UnifiedTransformer(config)
    network.load_state_dict(load_file(folder / "dit_state_dict.safetensors"), strict=True)
    return network


def compare_transformer(folder: Path, precision: str) -> Iterator[Comparison]:
    """The three runs of the tiny network: intermediate states of v2, outputs of all."""
    file = f"dit_expected_{precision}"
    expected, inputs = load_file(folder / f"{file}.safetensors"), golden_inputs(folder)
    for variant in ("v2", "v1", "v1_local"):
        found = run_with_states(golden_network(folder, precision, variant), inputs)
        for name, value in expected.items():
            head, _, leaf = name.partition(f".{precision}.")
            if head != variant:
                continue
            pair = found[leaf].squeeze(), value.squeeze()
            yield Comparison.of(file, name, *pair, allowed=FP32_ALLOWED if precision == "fp32" else BF16_ALLOWED)
            if precision == "bf16":
                yield Comparison(file, f"{name}, length", relative_length(*pair), BF16_LENGTH_ALLOWED)


def run_with_states(network: UnifiedTransformer, inputs: GoldenInputs) -> dict[str, Tensor]:
    """One forward pass; the result holds output, states after each layer and attention updates, under golden names."""
    config, states = network.config, dict[str, Tensor]()

    def keep(module: nn.Module, name: str) -> None:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            states[name] = output.detach().float()

        module.register_forward_hook(hook)

    keep(network.adapter, "adapter_out")
    keep(network.adapter.rope, "rope")
    for index, layer in enumerate(network.block.layers):
        keep(layer, f"layer{index}_out")
        keep(layer.get_submodule("attention"), f"layer{index}_attn_out")
    windows = local_windows(inputs.segments, frames=inputs.shape[0], receptive_field=config.frame_receptive_field)
    coordinates = inputs.coordinates(config.coords_style)[None]
    with torch.no_grad():
        states["out_tokens"] = network(inputs.tokens, coordinates, inputs.segments, windows=windows)
    video, audio, _ = states["out_tokens"].split(inputs.segments.sizes, dim=1)
    states["out_video"] = unpatchify(video[..., : config.video_in_channels], inputs.shape)
    states["out_audio"] = audio[..., : config.audio_in_channels]
    return states


def compare_operations(folder: Path) -> Iterator[Comparison]:
    """Rotary bands and embeddings, their application, activations and the three-modality norm."""
    ops, allowed = load_file(folder / "ops.safetensors"), OPERATION_ALLOWED
    for size in ("head_dim128", "tiny"):
        count = len(ops[f"bands_{size}"])
        yield Comparison.of(
            OPERATIONS_FILE, f"bands_{size}", rotary_bands(count), ops[f"bands_{size}"], allowed=allowed
        )
        embedding = RotaryEmbedding(count)(ops["case_coords"])
        yield Comparison.of(OPERATIONS_FILE, f"case_emb_{size}", embedding, ops[f"case_emb_{size}"], allowed=allowed)
    rotated = apply_rotary(ops["apply_in"], ops["case_emb_head_dim128"][None])
    yield Comparison.of(OPERATIONS_FILE, "apply_rotary", rotated, ops["apply_out"], allowed=allowed)
    yield Comparison.of(OPERATIONS_FILE, "swiglu7", swiglu7(ops["act_in"]), ops["swiglu7_out"], allowed=allowed)
    yield Comparison.of(OPERATIONS_FILE, "gelu7", gelu7(ops["act_in"]), ops["gelu7_out"], allowed=allowed)
    order = ops["norm_modality"].argsort(stable=True)
    norm = RMSNorm(ops["norm_in"].shape[1], experts=3)
    norm.weight.data = ops["norm_weight"]
    segments = Segments(*torch.bincount(ops["norm_modality"], minlength=3).tolist())
    found = norm(ops["norm_in"][order][None], segments)[0].detach()
    yield Comparison.of(OPERATIONS_FILE, "three-modality norm", found, ops["norm_out"][order], allowed=allowed)
