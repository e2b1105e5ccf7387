"""Video and audio autoencoders of a golden folder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from model.autoencoders.latent_statistics import LATENT_MEAN, LATENT_STD
from model.autoencoders.oobleck import OobleckConfig, OobleckVAE, to_file_rate
from model.autoencoders.turbo import TurboConfig, TurboVAED
from model.autoencoders.wan import WanConfig, WanVAE
from model.parity.comparison import Comparison

FILE = "vae"
VIDEO_ALLOWED, AUDIO_ALLOWED, RESAMPLED_ALLOWED = 1e-4, 2e-4, 1e-4


@torch.no_grad()
def compare_autoencoders(folder: Path) -> Iterator[Comparison]:
    """Latent statistics exactly; then Wan, Turbo and the audio autoencoder in both directions."""
    golden, configs = load_file(folder / "vae.safetensors"), json.loads((folder / "vae_configs.json").read_text())
    for name, constant in (("latent_mean", LATENT_MEAN), ("latent_std", LATENT_STD)):
        yield Comparison.of(FILE, name, torch.tensor(constant), golden[name], allowed=0.0)
    for name, found in (
        *wan_results(WanVAE(wan_config(configs["wan"])), folder, golden),
        *turbo_results(TurboVAED(turbo_config(configs["turbo"])), folder, golden),
    ):
        yield Comparison.of(FILE, name, found, golden[name], allowed=VIDEO_ALLOWED)
    for name, found in audio_results(OobleckVAE(audio_config(configs["audio"])), folder, golden):
        allowed = RESAMPLED_ALLOWED if "resampled" in name else AUDIO_ALLOWED
        yield Comparison.of(FILE, name, found, golden[name], allowed=allowed)


def fill(module: nn.Module, file: Path) -> None:
    """Load stored bfloat16 weights into a float32 module; every key must fit."""
    module.load_state_dict({name: tensor.float() for name, tensor in load_file(file).items()}, strict=True)


def wan_config(values: dict[str, Any]) -> WanConfig:
    return WanConfig(
        dim=values["dim"],
        dec_dim=values["dec_dim"],
        z_dim=values["z_dim"],
        dim_mult=tuple(values["dim_mult"]),
        num_res_blocks=values["num_res_blocks"],
        temporal_downsample=tuple(values["temperal_downsample"]),
    )


def turbo_config(values: dict[str, Any]) -> TurboConfig:
    names = TurboConfig.__dataclass_fields__
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in names}
    return TurboConfig(**fields)


def audio_config(values: dict[str, Any]) -> OobleckConfig:
    decoder = values["model"]["decoder"]["config"]
    return OobleckConfig(
        channels=decoder["channels"],
        c_mults=tuple(decoder["c_mults"]),
        strides=tuple(decoder["strides"]),
        latent_dim=decoder["latent_dim"],
        io_channels=decoder["out_channels"],
    )


def wan_results(wan: WanVAE, folder: Path, golden: dict[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    fill(wan, folder / "wan_vae_state_dict.safetensors")
    yield "wan.latent_out", wan.encode(golden["wan.video_in"])
    yield "wan.image_latent_out", wan.encode(golden["wan.image_in"])
    decoded = wan.decode(golden["wan.latent_in"])
    yield "wan.decoded_raw", decoded
    yield "wan.decoded_clamped", decoded.clamp(-1, 1)
    yield "wan.decoded_1frame_raw", wan.decode(golden["wan.latent_in"][:, :, :1])


def turbo_results(turbo: TurboVAED, folder: Path, golden: dict[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    fill(turbo, folder / "turbo_vaed_state_dict.safetensors")
    for name in sorted(key for key in golden if key.startswith("turbo.latent_")):
        yield name.replace("latent", "decoded"), turbo.decode(golden[name])
    yield "turbo.core_out_first", turbo.decoder(golden["turbo.core_in"], first=True)
    yield "turbo.core_out_notfirst", turbo.decoder(golden["turbo.core_in"], first=False)


def audio_results(audio: OobleckVAE, folder: Path, golden: dict[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    fill(audio, folder / "audio_vae_state_dict.safetensors")
    sound = audio.decode(golden["audio.latent_in"])
    yield "audio.decoded", sound
    yield "audio.resampled_441_512", torch.from_numpy(to_file_rate(sound[0].T.numpy()))
    yield "audio.encoder_out", audio.encoder(golden["audio.wave_in"])
    mean, std = audio.distribution(golden["audio.wave_in"])
    yield "audio.enc_mean", mean
    yield "audio.enc_std", std
