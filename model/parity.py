"""Compare this code with golden vectors of the published reference: `python -m model parity FOLDER`.

Layout and tolerances of the folder are described in its own README. Every line names what was compared;
files whose part is not built yet are listed as skipped and make the exit code non-zero.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from model import flow
from model.architecture.activations import gelu7, swiglu7
from model.architecture.layers import RMSNorm
from model.architecture.positions import RotaryEmbedding, apply_rotary, rotary_bands
from model.architecture.transformer import UnifiedTransformer
from model.config import CoordinateStyle, ModelConfig
from model.tokens.audio import audio_coordinates
from model.tokens.sequence import Segments, local_attention_mask, pack
from model.tokens.text import text_coordinates
from model.tokens.video import patchify, unpatchify, video_coordinates

NOT_BUILT = ("pipeline.safetensors", "vae.safetensors")


@dataclass(frozen=True)
class Comparison:
    """One checked tensor: its error against the allowed one; `skipped` means there was nothing to compare with."""

    name: str
    error: float
    allowed: float
    skipped: bool = False

    @property
    def passed(self) -> bool:
        return not self.skipped and self.error <= self.allowed


def relative_error(found: Tensor, expected: Tensor) -> float:
    """max|x - y| / max|y|."""
    return float((found.double() - expected.double()).abs().max() / expected.double().abs().max().clamp(min=1e-12))


def compare(folder: Path) -> Iterator[Comparison]:
    """All comparisons a golden folder allows, in the order of its README."""
    yield from compare_tokens(folder)
    for precision, allowed in (("fp32", 1e-4), ("bf16", 3e-2)):
        yield from compare_transformer(folder, precision, allowed)
    yield from compare_operations(folder)
    yield from compare_schedules(folder)
    yield from compare_solvers(folder)
    yield from (Comparison(f"{name}: not implemented", 0.0, 0.0, skipped=True) for name in NOT_BUILT)


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
    yield Comparison("tokens", relative_error(inputs.tokens[0], raw["tokens"]), 0.0)
    yield Comparison("modality", relative_error(inputs.segments.modality(), raw["modality"]), 0.0)
    styles: tuple[CoordinateStyle, ...] = ("v2", "v1")
    for style in styles:
        yield Comparison(f"coords_{style}", relative_error(inputs.coordinates(style), raw[f"coords_{style}"]), 0.0)
    expected = torch.zeros(inputs.segments.total, inputs.segments.total, dtype=torch.bool)
    for (q0, q1), (k0, k1) in zip(raw["local_q_ranges"].tolist(), raw["local_k_ranges"].tolist(), strict=True):
        expected[q0:q1, k0:k1] = True
    mask = local_attention_mask(inputs.segments, frames=inputs.shape[0], receptive_field=config.frame_receptive_field)
    yield Comparison("local attention mask", relative_error(mask, expected), 0.0)


def compare_transformer(folder: Path, precision: str, allowed: float) -> Iterator[Comparison]:
    """The three runs of the tiny network: intermediate states of v2, outputs of all."""
    expected = load_file(folder / f"dit_expected_{precision}.safetensors")
    inputs, weights = golden_inputs(folder), load_file(folder / "dit_state_dict.safetensors")
    facts = json.loads((folder / "dit_config.json").read_text())
    dtype: Literal["float32", "bfloat16"] = "float32" if precision == "fp32" else "bfloat16"
    config = replace(golden_config(folder), compute_dtype=dtype, local_attn_layers=())
    local = replace(config, local_attn_layers=tuple(facts["local_variant_layers"]))
    for variant, settings in (("v2", config), ("v1", config), ("v1_local", local)):
        found = run_with_states(settings, weights, inputs, "v2" if variant == "v2" else "v1")
        for name, value in expected.items():
            head, _, leaf = name.partition(f".{precision}.")
            if head == variant:
                yield Comparison(name, relative_error(found[leaf].squeeze(), value.squeeze()), allowed)


def run_with_states(
    config: ModelConfig, weights: dict[str, Tensor], inputs: GoldenInputs, style: CoordinateStyle
) -> dict[str, Tensor]:
    """One forward pass; the result holds output, states after each layer and attention updates, under golden names."""
    network = UnifiedTransformer(config)
    network.load_state_dict(weights, strict=True)
    states: dict[str, Tensor] = {}

    def keep(module: nn.Module, name: str) -> None:
        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            states[name] = output.detach().float()

        module.register_forward_hook(hook)

    keep(network.adapter, "adapter_out")
    keep(network.adapter.rope, "rope")
    for index, layer in enumerate(network.block.layers):
        keep(layer, f"layer{index}_out")
        keep(layer.get_submodule("attention"), f"layer{index}_attn_out")
    mask = local_attention_mask(inputs.segments, frames=inputs.shape[0], receptive_field=config.frame_receptive_field)
    with torch.no_grad():
        states["out_tokens"] = network(inputs.tokens, inputs.coordinates(style)[None], inputs.segments, local_mask=mask)
    video, audio, _ = states["out_tokens"].split(inputs.segments.sizes, dim=1)
    states["out_video"] = unpatchify(video, inputs.shape)
    states["out_audio"] = audio[..., : config.audio_in_channels]
    return states


def compare_operations(folder: Path) -> Iterator[Comparison]:
    """Rotary bands and embeddings, their application, activations and the three-modality norm."""
    ops, allowed = load_file(folder / "ops.safetensors"), 1e-5
    for size in ("head_dim128", "tiny"):
        count = len(ops[f"bands_{size}"])
        yield Comparison(f"bands_{size}", relative_error(rotary_bands(count), ops[f"bands_{size}"]), allowed)
        embedding = RotaryEmbedding(count)(ops["case_coords"])
        yield Comparison(f"case_emb_{size}", relative_error(embedding, ops[f"case_emb_{size}"]), allowed)
    rotated = apply_rotary(ops["apply_in"], ops["case_emb_head_dim128"][None])
    yield Comparison("apply_rotary", relative_error(rotated, ops["apply_out"]), allowed)
    yield Comparison("swiglu7", relative_error(swiglu7(ops["act_in"]), ops["swiglu7_out"]), allowed)
    yield Comparison("gelu7", relative_error(gelu7(ops["act_in"]), ops["gelu7_out"]), allowed)
    order = ops["norm_modality"].argsort(stable=True)
    norm = RMSNorm(ops["norm_in"].shape[1], experts=3)
    norm.weight.data = ops["norm_weight"]
    segments = Segments(*torch.bincount(ops["norm_modality"], minlength=3).tolist())
    found = norm(ops["norm_in"][order][None], segments)[0].detach()
    yield Comparison("three-modality norm", relative_error(found, ops["norm_out"][order]), allowed)


def compare_schedules(folder: Path) -> Iterator[Comparison]:
    """Noise levels within 1e-6, integer timesteps exactly."""
    golden = load_file(folder / "scheduler.safetensors")
    for name in (key for key in golden if key.startswith("sigmas_")):
        steps, shift = (int("".join(filter(str.isdigit, part))) for part in name.split("_")[1:])
        sigmas = flow.shifted_sigmas(steps, float(shift))
        yield Comparison(name, relative_error(sigmas, golden[name]), 1e-6)
        expected = golden[name.replace("sigmas", "timesteps")]
        yield Comparison(name.replace("sigmas", "timesteps"), relative_error(flow.timesteps(sigmas), expected), 0.0)


def compare_solvers(folder: Path) -> Iterator[Comparison]:
    """Trajectories of the multistep, distilled and stochastic steppers on a velocity with a closed form."""
    golden = load_file(folder / "scheduler.safetensors")
    a, b, c, d = golden["vel_coeffs_ABCD"].tolist()

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        return a * x - b * golden["target"] + c * torch.sin(2 * x) + d * sigma

    for steps in (32, 5, 4, 1):
        solver, x, states = flow.UniPC(flow.shifted_sigmas(steps)), golden["x_init"], []
        for sigma in solver.sigmas[:-1]:
            x = solver.step(x, velocity(x, sigma))
            states.append(x)
        yield Comparison(
            f"unipc {steps} steps", relative_error(torch.stack(states), golden[f"unipc_steps{steps}_traj"]), 1e-4
        )
    sigmas = flow.shifted_sigmas(8)
    for name in ("distill8", "sde8"):
        x, states = golden["x_init"], []
        for index, (sigma, after) in enumerate(pairwise(sigmas)):
            noise, v = golden[f"{name}_noise"][index], velocity(x, sigma)
            if name == "distill8":
                x = flow.renoise_step(x, v, noise, sigma=sigma, next_sigma=after)
            else:
                x = flow.stochastic_step(x, v, noise, levels=(sigma, after), theta=golden["sde8_theta"][index])
            states.append(x)
        yield Comparison(f"{name} steps", relative_error(torch.stack(states), golden[f"{name}_traj"]), 1e-5)
