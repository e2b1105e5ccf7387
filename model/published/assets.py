"""The parts of the published stack: where they come from, under which licence, and how each is loaded from a folder.

The Transformer is Apache-2.0, the text encoder and the audio autoencoder are not. Those two are opened only when the
caller names their licence as accepted; this project downloads nothing and accepts nothing for anybody.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from model.architecture.transformer import UnifiedTransformer
from model.autoencoders.oobleck import OobleckConfig, OobleckVAE
from model.autoencoders.turbo import TurboConfig, TurboVAED
from model.autoencoders.wan import WanConfig, WanVAE
from model.config import ModelConfig
from model.published.shards import Shards, WeightsError, fill, load_transformer, mismatches, read_pickle
from model.tokens.t5gemma import T5GemmaText

AUDIO_PREFIX = "pretransform.model."
TURBO_FILE, TURBO_STATE, TURBO_PREFIX = "checkpoint-340000.ckpt", "ema_state_dict", "module."
TURBO_TRAINING_ONLY = "aligned_feature_projection_heads"
WAN_FILE = "Wan2.2_VAE.pth"
USABLE = "present"


@dataclass(frozen=True)
class Part:
    """One download: hub repository, what of it is used, licence, and the word that accepts it where one must."""

    name: str
    repository: str
    files: str
    licence: str
    acceptance: str | None = None

    def folder(self, root: Path) -> Path:
        """Where the part lies below the root: the repository's own name, then the folder inside it."""
        place = root / self.repository.split("/")[1]
        inside = self.files.rpartition("/")[0]
        return place / inside if inside else place

    @property
    def command(self) -> str:
        """How to download it below the current folder."""
        place = self.repository.split("/")[1]
        return f"hf download {self.repository} --include '{self.files}' --local-dir {place}"


APACHE = "Apache-2.0"
GEMMA = "Gemma Terms of Use"
STABILITY = "Stability AI Community Licence (commercial use free below 1 million USD revenue a year)"
DAVINCI = "GAIR/daVinci-MagiHuman"

PARTS = {
    part.name: part
    for part in (
        Part("base", DAVINCI, "base/*", APACHE),
        Part("distill", DAVINCI, "distill/*", APACHE),
        Part("540p_sr", DAVINCI, "540p_sr/*", APACHE),
        Part("1080p_sr", DAVINCI, "1080p_sr/*", APACHE),
        Part("turbo_vae", DAVINCI, "turbo_vae/*", APACHE),
        Part("video_vae", "Wan-AI/Wan2.2-TI2V-5B", WAN_FILE, APACHE),
        Part("text_encoder", "google/t5gemma-9b-9b-ul2", "*", GEMMA, "gemma"),
        Part("audio_vae", "stabilityai/stable-audio-open-1.0", "model.safetensors", STABILITY, "stability"),
    )
}


class LicenceError(Exception):
    """A part was asked for whose licence the caller has not named as accepted."""


def licensed(name: str, accepted: frozenset[str]) -> Part:
    """The part, if its licence needs no acceptance or has it."""
    part = PARTS[name]
    if part.acceptance and part.acceptance not in accepted:
        raise LicenceError(
            f"{name} ({part.repository}) is under the {part.licence}. Read and accept it at "
            f"https://huggingface.co/{part.repository}, then say so: --accept {part.acceptance}"
        )
    return part


def load_network(
    root: Path, name: str, *, config: ModelConfig | None = None, device: str = "cpu"
) -> UnifiedTransformer:
    """One of base, distill, 540p_sr and 1080p_sr."""
    if config is None:
        upscaler = ModelConfig.upscaler15b(local=name == "1080p_sr")
        config = upscaler if name.endswith("_sr") else ModelConfig.base15b()
    return load_transformer(PARTS[name].folder(root), config, device=device)


def load_turbo(root: Path, config: TurboConfig | None = None, *, dtype: torch.dtype = torch.float32) -> TurboVAED:
    """The Turbo decoder from its training checkpoint: averaged weights, without the heads that only training used."""
    path = PARTS["turbo_vae"].folder(root) / TURBO_FILE
    stored = read_pickle(present(path, "turbo_vae")).get(TURBO_STATE)
    if not isinstance(stored, dict):
        raise WeightsError(f"{path} has no {TURBO_STATE}")
    names = ((name.removeprefix(TURBO_PREFIX), tensor.to(dtype)) for name, tensor in stored.items())
    with torch.device("meta"):
        turbo = TurboVAED(config)
    fill(turbo, (pair for pair in names if not pair[0].startswith(TURBO_TRAINING_ONLY)))
    return turbo.eval()


def load_wan(root: Path, config: WanConfig | None = None, *, dtype: torch.dtype = torch.float32) -> WanVAE:
    """The Wan 2.2 autoencoder."""
    path = PARTS["video_vae"].folder(root) / WAN_FILE
    with torch.device("meta"):
        wan = WanVAE(config)
    fill(wan, ((name, tensor.to(dtype)) for name, tensor in read_pickle(present(path, "video_vae")).items()))
    return wan.eval()


def load_audio(root: Path, accepted: frozenset[str], config: OobleckConfig | None = None) -> OobleckVAE:
    """The audio autoencoder out of the Stable Audio checkpoint; its licence must be accepted."""
    part = licensed("audio_vae", accepted)
    with torch.device("meta"):
        audio = OobleckVAE(config)
    shards = Shards.open(part.folder(root), prefix=AUDIO_PREFIX)
    fill(audio, ((name.removeprefix(AUDIO_PREFIX), tensor.float()) for name, tensor in shards.tensors()))
    return audio.eval()


def present(path: Path, name: str) -> Path:
    """The path, if there is a file."""
    if not path.is_file():
        raise WeightsError(f"{path} is missing: {PARTS[name].command}")
    return path


def load_text(root: Path, accepted: frozenset[str]) -> T5GemmaText:
    """The text encoder; its licence must be accepted."""
    return T5GemmaText(licensed("text_encoder", accepted).folder(root))


def report(root: Path, accepted: frozenset[str]) -> list[tuple[str, str, str]]:
    """Name, licence and state of every part below the root, without loading any of it."""
    return [(part.name, part.licence, state(part, root, accepted)) for part in PARTS.values()]


def state(part: Part, root: Path, accepted: frozenset[str]) -> str:
    """Ready, refused for its licence, or how to get it."""
    folder = part.folder(root)
    if part.acceptance and part.acceptance not in accepted:
        return f"licence not accepted: --accept {part.acceptance}"
    if not folder.is_dir() or not any(folder.iterdir()):
        return f"absent: {part.command}"
    if part.repository == DAVINCI and part.name != "turbo_vae":
        problems = mismatches(Shards.open(folder), ModelConfig.base15b())
        return f"of another network: {problems}" if problems else f"{USABLE}, every tensor has its published shape"
    return USABLE
